"""A data set from the sketchbook: as many images as wanted, by made-up writers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from core.data.build import BuildReport, write_items
from core.data.scan import Item
from core.data.sketchbook.characters import is_basic, is_digit
from core.data.sketchbook.hand import PLAIN, Hand, Paper, draw
from core.data.sketchbook.strokes import Glyph, Sketchbook
from core.data.sources import Label
from core.errors import DataError
from core.imaging import Pipeline, find_pipeline
from core.imaging.files import encode
from core.scripts import NAMES, OTHER

_Each = TypeVar("_Each")
PER_WRITER = 25
"""Images by one made-up writer, about."""
HELD_OUT = 0.2
"""Share of each script's images that is of held-out families."""
MOST = 1_000_000
"""Images of each script in one data set."""


@dataclass(frozen=True)
class Written:
    """A file that is written when it is read: one glyph by one writer.

    Attributes:
        script: of the glyph.
        index: of the glyph among the script's.
        writer: seed of the hand and the paper.
        seed: of this one image.
        noise: whether the paper and the device show.
    """

    script: str
    index: int
    writer: tuple[int, ...]
    seed: tuple[int, ...]
    noise: bool

    @property
    def path(self) -> str:
        """Family, character and seed."""
        glyph = self._glyph
        number = "-".join(map(str, self.seed))
        return f"sketchbook/{self.script}/{glyph.collection}/{glyph.character}#{number}"

    @property
    def _glyph(self) -> Glyph:
        return Sketchbook.load().glyphs(self.script)[self.index]

    def read(self) -> bytes:
        """Return the image as a PNG."""
        return encode(self.image())

    def image(self) -> np.ndarray:
        """Return the image, uint8 (H, W)."""
        random = np.random.default_rng(self.writer)
        hand = Hand.random(random)
        paper = Paper.random(random) if self.noise else PLAIN
        return draw(self._glyph, np.random.default_rng(self.seed), hand=hand, paper=paper)


def sketch(
    out: Path,
    *,
    per_script: int = 1000,
    seed: int = 0,
    pipeline: str | Pipeline = "canonical",
    noise: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BuildReport:
    """Write a data set from the sketchbook; the same seed gives the same one.

    Its `collection` is the family, its `writer` a made-up hand that writes about `PER_WRITER`
    glyphs of one family; `fold` is "test" for held-out families, "train" for the others.

    Args:
        out: the Parquet file; replaced only when all went well.
        per_script: images of each script: half of letters, digits or numerals by themselves, half
            of everything else the script has, evenly over the characters of both.
        seed: of everything.
        pipeline: the name of a preset or of one's own, or a pipeline.
        noise: light and dark, paper, light and device vary, too; else black on white.
        workers: processes; all cores by default.
        progress: called with (done, total) images.
        cancelled: asked between batches; True ends it with nothing written.

    Raises:
        DataError: fewer than one image a script or more than `MOST`, a seed below 0, or the
            sketchbook's data are damaged.
        PipelineError: there is no such pipeline.
        StorageFull: the disk is full.
        Cancelled: `cancelled` said so.
    """
    check_amount(per_script)
    if seed < 0:
        raise DataError(f"the seed is {seed}: choose 0 or more")
    chosen = find_pipeline(pipeline) if isinstance(pipeline, str) else pipeline
    items = sketch_items(per_script, seed, noise=noise)
    return write_items(items, out, chosen, workers=workers, progress=progress, cancelled=cancelled)


def check_amount(per_script: int) -> None:
    """Refuse fewer than one image a script, and more than `MOST`, with a DataError."""
    if per_script < 1:
        raise DataError(f"{per_script} images a script: choose a positive number")
    if per_script > MOST:
        raise DataError(f"{per_script} images of each script: choose at most {MOST:,}")


def sketch_items(
    per_script: int | Mapping[str, int],
    seed: int,
    *,
    noise: bool,
    digits: Mapping[str, float] | None = None,
) -> list[Item]:
    """Return what `sketch` writes: nothing is drawn before it is read.

    Args:
        per_script: images of each script, or how many by script.
        seed: of everything.
        noise: whether the paper and the device show.
        digits: script -> share of its images that are digits (numerals in Chinese), 0-1; in
            scripts that are not named they stay among the letters.

    Raises:
        DataError: a share is none.
    """
    shares = digits or {}
    for share in shares.values():
        if not 0 <= share <= 1:
            raise DataError(f"{share} of the images as digits: choose a share from 0 to 1")
    counts = dict.fromkeys(NAMES, per_script) if isinstance(per_script, int) else per_script
    return [
        item
        for name, count in counts.items()
        for item in _items(name, count, seed, noise, shares.get(name))
    ]


def other_items(count: int, seed: int, *, noise: bool) -> list[Item]:
    """Return images of writing that is in none of the six scripts, evenly over the alphabets.

    Their script is `OTHER`, their `collection` the alphabet. `fold` is "test" for alphabets that
    are held out of training, "train" for the others.

    Args:
        count: images, of which `HELD_OUT` are of held-out alphabets.
        seed: of everything.
        noise: whether the paper and the device show.
    """
    random = np.random.default_rng((seed, len(NAMES)))
    glyphs = Sketchbook.load().glyphs(OTHER)
    tested = round(HELD_OUT * count)
    chosen = [(each, "train") for each in _of_alphabets(glyphs, False, count - tested, random)]
    chosen += [(each, "test") for each in _of_alphabets(glyphs, True, tested, random)]
    return list(_written(OTHER, len(NAMES), chosen, seed, noise))


def _items(script: str, count: int, seed: int, noise: bool, digits: float | None) -> Iterator[Item]:
    """Say which glyphs of a script are written by whom."""
    number = NAMES.index(script)
    random = np.random.default_rng((seed, number))
    tested = round(HELD_OUT * count)
    glyphs = Sketchbook.load().glyphs(script)
    chosen = [(each, "train") for each in _choose(glyphs, False, count - tested, random, digits)]
    chosen += [(each, "test") for each in _choose(glyphs, True, tested, random, digits)]
    return _written(script, number, chosen, seed, noise)


def _written(
    script: str, number: int, chosen: list[tuple[int, str]], seed: int, noise: bool
) -> Iterator[Item]:
    """Have glyphs, given by index and fold, written; `number` keeps scripts' hands apart."""
    glyphs = Sketchbook.load().glyphs(script)
    written: Counter[str] = Counter()
    writers: dict[tuple[str, int], int] = {}
    for image, (index, fold) in enumerate(chosen):
        glyph = glyphs[index]
        place = (glyph.collection, written[glyph.collection] // PER_WRITER)
        written[glyph.collection] += 1
        writer = writers.setdefault(place, len(writers))
        file = Written(script, index, (seed, number, 0, writer), (seed, number, 1, image), noise)
        label = Label(glyph.character, writer=f"{script} {writer + 1}", fold=fold)
        yield Item(file, script, glyph.alphabet or glyph.collection, label)


def _of_alphabets(
    glyphs: tuple[Glyph, ...], held_out: bool, count: int, random: np.random.Generator
) -> Iterator[int]:
    """Yield indices of glyphs, one of each alphabet by turns; all of an alphabet as often."""
    by_alphabet: dict[str, list[int]] = defaultdict(list)
    for index, glyph in enumerate(glyphs):
        if glyph.held_out == held_out:
            by_alphabet[glyph.alphabet].append(index)
    turns = {name: _over_and_over(having, random) for name, having in by_alphabet.items()}
    names = _over_and_over(sorted(by_alphabet), random)
    for _ in range(count):
        yield next(turns[next(names)])


def _choose(
    glyphs: tuple[Glyph, ...],
    held_out: bool,
    count: int,
    random: np.random.Generator,
    digits: float | None,
) -> Iterator[int]:
    """Yield indices of glyphs, letters, digits and numerals by turns with everything else.

    Of both, every character comes as often, and every family about as often. A share of `digits`
    is taken out first and spread over the whole.
    """
    by_character: dict[str, list[int]] = defaultdict(list)
    for index, glyph in enumerate(glyphs):
        if glyph.held_out == held_out:
            by_character[glyph.character].append(index)
    apart = [each for each in sorted(by_character) if digits is not None and is_digit(each)]
    share = digits if digits is not None and apart else 0.0
    basic = [each for each in sorted(by_character) if is_basic(each) and each not in apart]
    others = [each for each in sorted(by_character) if not is_basic(each)]
    turns = [_over_and_over(each, random) for each in (basic, others) if each]
    numbers = _over_and_over(apart, random)
    used: Counter[str] = Counter()
    for place in range(count):
        due = int((place + 1) * share)  # digits among the first so many
        if due > int(place * share):
            character = next(numbers)
        else:
            character = next(turns[(place - due) % len(turns)])
        having = by_character[character]
        index = min(
            random.permutation(having).tolist(), key=lambda each: used[glyphs[each].collection]
        )
        used[glyphs[index].collection] += 1
        yield index


def _over_and_over(some: list[_Each], random: np.random.Generator) -> Iterator[_Each]:
    """Yield all in an order left to chance, then again in another."""
    while True:
        for place in random.permutation(len(some)):
            yield some[place]
