"""Pen strokes of all six scripts and of others, shipped with the project, read script by script.

`strokes.npz` holds, for each script, arrays that lie end to end: `x` and `y`, the points of all
strokes as uint8 differences (the first glyph's first point from 0, modulo 256), `strokes`, the
number of points of each stroke, `glyphs`, the number of strokes of each glyph, and `characters` and
`families`, which character of which family each glyph is. `others.npz` holds the glyphs of all
other alphabets as one script called "other". `scripts/trace-sketchbook` writes both.
"""

from __future__ import annotations

import tokenize
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.data.archive import UNREADABLE
from core.errors import DataError, first_line
from core.scripts import OTHER

FOLDER = Path(__file__).parent
STROKES = FOLDER / "strokes.npz"
FAMILIES = FOLDER / "families.toml"
OTHERS = FOLDER / "others.npz"
ALPHABETS = FOLDER / "others.toml"
LICENCES = FOLDER / "licences"
NPM = "@"
"""What the names of npm's packages begin with here."""
UNIT = 255
"""The longer side of a glyph's box in whole numbers, as stored."""
_DAMAGED = (
    *UNREADABLE,
    IndexError,
    MemoryError,
    SyntaxError,
    tokenize.TokenError,  # of the Python in which NumPy writes what is in an array
)
"""What NumPy answers a damaged file with, which is a zip."""


@dataclass(frozen=True)
class Family:
    """Whose strokes they are: a font family, or our own pen.

    Attributes:
        name: goes into the `collection` column.
        script: it was traced for.
        held_out: kept for testing.
        licence: file below `LICENCES`.
        package: Debian's, or npm's where it begins with @, that has the font; "" for our own.
        file: the font file inside the package.
        basic: only letters and digits by themselves were traced.
        index: of the face in a font collection.
        alphabet: name of the alphabet, where the script is `OTHER`; else "".
    """

    name: str
    script: str
    licence: str
    held_out: bool = False
    package: str = ""
    file: str = ""
    index: int = 0
    basic: bool = False
    alphabet: str = ""


@dataclass(frozen=True, eq=False)
class Glyph:
    """One character, as strokes in the order they are written.

    Attributes:
        collection: the family's name.
        points: of all strokes end to end, (x, y), y downward, float32 (P, 2); the longer side of
            their box is 0..1, the shorter is centred in it.
        ends: the number of points up to the end of each stroke, int64 (S,).
        alphabet: the family's.
    """

    script: str
    character: str
    collection: str
    held_out: bool
    points: np.ndarray
    ends: np.ndarray
    alphabet: str = ""

    @property
    def strokes(self) -> list[np.ndarray]:
        """The strokes one by one, each float32 (n, 2)."""
        return np.split(self.points, self.ends[:-1])


@cache
def families(script: str | None = None) -> tuple[Family, ...]:
    """Return the families of a script, of all six by default, of the alphabets for `OTHER`."""
    if script == OTHER:
        return tuple(
            Family(
                **family,
                script=OTHER,
                alphabet=each["name"],
                held_out=each.get("held_out", False),
            )
            for each in alphabets()
            for family in each["family"]
        )
    listed = tomllib.loads(FAMILIES.read_text("utf-8"))["family"]
    found = (Family(**each) for each in listed)
    return tuple(each for each in found if script in (None, each.script))


def is_drawn(collections: Iterable[str]) -> bool:
    """Whether all these collections are families of the sketchbook: no person wrote them."""
    known = {each.name for each in families()} | {each["name"] for each in alphabets()}
    return all(each in known for each in collections)


@cache
def alphabets() -> tuple[dict[str, Any], ...]:
    """Return the other alphabets as they are listed."""
    return tuple(tomllib.loads(ALPHABETS.read_text("utf-8"))["alphabet"])


class Sketchbook:
    """The shipped strokes. A script is read when it is first asked for.

    Example:
        >>> book = Sketchbook.load()
        >>> book.glyphs("baybayin")[0].character
        'ᜀ'
    """

    def __init__(self, path: Path, others: Path | None = None) -> None:
        self._path = path
        self._others = others or path
        self._scripts: dict[str, tuple[Glyph, ...]] = {}

    @staticmethod
    @cache
    def load() -> Sketchbook:
        """Return the sketchbook of this project."""
        return Sketchbook(STROKES, OTHERS)

    def glyphs(self, script: str, *, held_out: bool | None = None) -> tuple[Glyph, ...]:
        """Return the glyphs of a script, by family and character.

        Args:
            script: its name; `OTHER` for all other alphabets together.
            held_out: those of held-out families, of the others, or of all where None.

        Raises:
            DataError: the data file is missing or damaged.
            KeyError: there is no such script.
        """
        if script not in self._scripts:
            self._scripts[script] = _read(self._others if script == OTHER else self._path, script)
        found = self._scripts[script]
        return found if held_out is None else tuple(g for g in found if g.held_out == held_out)

    def printed(self, script: str) -> tuple[Glyph, ...]:
        """Return the glyphs of a script as print has them, without the many hands from npm.

        Among so many flourishes there is one that looks like anything.
        """
        hands = {each.name for each in families(script) if each.package.startswith(NPM)}
        return tuple(each for each in self.glyphs(script) if each.collection not in hands)


def _read(path: Path, script: str) -> tuple[Glyph, ...]:
    by_name = {each.name: each for each in families(script)}
    if not by_name:
        raise KeyError(f"the sketchbook has no script called {script!r}")
    try:
        return _glyphs(path, script, by_name)
    except _DAMAGED as error:
        reason = first_line(error)
        raise DataError(f"{path}: the sketchbook can't be read ({reason}); get it anew") from error


def _glyphs(path: Path, script: str, by_name: Mapping[str, Family]) -> tuple[Glyph, ...]:
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        characters = [str(each) for each in file[f"{script}.characters"]]
        names = [str(each) for each in file[f"{script}.families"]]
        steps = [file[f"{script}.{axis}"] for axis in "xy"]
        per_stroke, per_glyph = file[f"{script}.strokes"], file[f"{script}.glyphs"]
    places = np.stack([np.cumsum(each, dtype=np.uint8) for each in steps], axis=1)
    points = places.astype(np.float32) / UNIT
    stroke_ends = np.cumsum(per_stroke, dtype=np.int64)
    glyph_ends = np.cumsum(per_glyph, dtype=np.int64)
    found, first_stroke, first_point = [], 0, 0
    for character, name, last_stroke in zip(characters, names, glyph_ends, strict=True):
        ends = stroke_ends[first_stroke:last_stroke]
        family = by_name[name]
        own = points[first_point : ends[-1]]
        found.append(
            Glyph(
                script, character, name, family.held_out, own, ends - first_point, family.alphabet
            )
        )
        first_stroke, first_point = last_stroke, ends[-1]
    return tuple(found)


def write(path: Path, traced: Iterable[tuple[str, str, str, Sequence[np.ndarray]]]) -> None:
    """Write a sketchbook.

    Args:
        path: of the file.
        traced: script, character, family and strokes of each glyph; a stroke is (n, 2) in any
            unit, y downward.
    """
    scripts: dict[str, list[tuple[str, str, list[np.ndarray]]]] = {}
    for script, character, name, strokes in traced:
        scripts.setdefault(script, []).append((character, name, _quantise(strokes)))
    arrays: dict[str, np.ndarray] = {}
    for script, glyphs in scripts.items():
        strokes_in_order = [stroke for *_, strokes in glyphs for stroke in strokes]
        points = np.concatenate(strokes_in_order)
        steps = np.diff(points.astype(np.int16), axis=0, prepend=np.zeros((1, 2), np.int16))
        arrays |= {
            f"{script}.characters": np.array([character for character, *_ in glyphs]),
            f"{script}.families": np.array([name for _, name, _ in glyphs]),
            f"{script}.x": steps[:, 0].astype(np.uint8),
            f"{script}.y": steps[:, 1].astype(np.uint8),
            f"{script}.strokes": np.array([len(each) for each in strokes_in_order], np.uint16),
            f"{script}.glyphs": np.array([len(strokes) for *_, strokes in glyphs], np.uint8),
        }
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _quantise(strokes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Fit strokes into 0..UNIT, aspect kept, centred, without what falls together in a point."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = UNIT / max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    fitted = []
    for stroke in strokes:
        # halves always go up, so that what was fitted once stays where it is
        whole = np.floor((stroke - middle) * scale + UNIT / 2 + 0.501)
        whole = whole.clip(0, UNIT).astype(np.uint8)
        moved = np.any(np.diff(whole, axis=0) != 0, axis=1)
        fitted.append(whole[np.concatenate([[True], moved])])
    return [each for each in fitted if len(each) > 1] or fitted
