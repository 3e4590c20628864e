"""The recipe of the shipped model: from the Kaggle sets to a model of the script.

Every step is one that the command line offers too; what is particular is the data. Nobody
recognises a script by the fifteen numerals of one set and the pen of another, so each script
gets the same number of images: some of them real ones, the others from the sketchbook, which has
far more characters than the sets; all the real ones and half of the others are bent as another
hand might have written them. Letters and digits by themselves come more often than syllables.
Glyphs of other alphabets make an answer of their own. Writers, families and alphabets that are
held out measure the model and calibrate it.

A recipe that was killed goes on where it was: what is made already is kept in the workspace.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data.build import find_items, write_items
from core.data.distort import Distorted
from core.data.scan import Item
from core.data.sketchbook.build import HELD_OUT, other_items, sketch_items
from core.data.sketchbook.characters import is_basic, is_digit, letter_of
from core.data.sources import Label
from core.data.splits import split
from core.data.store import Store, Stored
from core.evaluation.calibration import calibrate, sharpen
from core.imaging import preset
from core.models.export import CHARACTER_NAMES, SHIPPED, read_facts
from core.models.pretrained import keep_weights
from core.scripts import NAMES, character_of, script_of
from core.training.made import Made, count_sources, identity, need_all_scripts, put_in_place
from core.training.optimizer import MUON
from core.training.runs import Run, trained
from core.training.settings import Settings
from core.workspace import Workspace

NUMBER = 26
"""Counts the recipes that were looked at on the unseen collections; up with every change here."""
SEED = 800
DIGITS = {"arabic": 0.05, "chinese": 0.08, "devanagari": 0.33, "english": 0.18, "kannada": 0.33}
"""Share of digits or numerals in a script. Where real sets and forms are full of them it is large.

It is small where they look like another script's letters: Arabic seven is a V, and the Chinese
numerals, by themselves all that a real set holds, hide t, z, x and l.
"""
EXPECTED = DIGITS | {"devanagari": 1 / 6, "kannada": 1 / 6}
"""Share of digits where the model is used: ten signs of some sixty.

A third is learned from, to know them well; a third expected, too many a Latin letter would be one.
"""
_REAL = {"chinese": 0.2}
"""Share of the real images that a script gets, where its real set holds numerals only."""
_BASIC = 6.0
"""How much more often a letter by itself is drawn than a syllable."""
TRAINING: dict[str, Any] = {
    "model": "glyph",
    "optimizer": MUON,
    "learning_rate": 6e-3,
    "schedule": "cosine",
    "weight_decay": 0.02,
    "label_smoothing": 0.1,
    "character_weight": 1.0,
}
"""Settings of the network and how it learns."""


@dataclass(frozen=True)
class Amounts:
    """How much the recipe makes of everything; the defaults take two hours on two cores.

    Attributes:
        real: bent images of each script; fewer where `_REAL` says so, and more sketched ones.
        sketched: images of each script from the sketchbook.
        others: images of other alphabets.
        held_out: images of each script, and of other alphabets, to calibrate on.
        epochs: of the training.
    """

    real: int = 50_000
    sketched: int = 85_000
    others: int = 110_000
    held_out: int = 2_000
    epochs: int = 4

    def reals(self) -> dict[str, int]:
        """Return script -> bent images of it."""
        return {name: round(self.real * _REAL.get(name, 1)) for name in NAMES}


def make_shipped(
    paths: Sequence[str],
    ws: Workspace,
    progress: Callable[[int, int], None] | None = None,
    on_run: Callable[[Run], None] | None = None,
    *,
    amounts: Amounts | None = None,
    to: Path = SHIPPED,
) -> dict[str, Any]:
    """Build the data, train, calibrate, and put the model where `shipped` is looked for.

    Args:
        paths: the Kaggle sets, as `data build --from` takes them.
        ws: where the data sets and the run are kept.
        amounts: how much of everything.
        to: the folder the model is put in.

    Returns:
        {"run", "accuracy" (mean over scripts on held-out writers, 0-1), "per_script", "folder"}.

    Raises:
        ScriptoriumError: the sets can't be read, or the run fails.
    """
    amounts = amounts or Amounts()
    sources = [each for each in find_items(paths).items if each.script in NAMES]
    need_all_scripts({each.script for each in sources}, paths)
    recipe = {"paths": list(paths), "files": identity(paths), "number": NUMBER}
    made = Made(ws, recipe | asdict(amounts))

    def write(items: Sequence[Item], out: Path, *, copies: bool = False) -> None:
        write_items(items, out, preset("canonical"), progress=progress, sources=copies)

    real = made.file("real", lambda out: write(sources, out, copies=True))
    glyphs = made.file("glyphs", lambda out: write(_items(Store.open(real), amounts), out))
    strangers = made.file("held-out", lambda out: write(_held_out(amounts.held_out), out))
    settings = Settings(
        data=glyphs,
        split="writer",
        epochs=amounts.epochs,
        seed=SEED,
        warmup=0.04,
        average_weights=True,
        notes="shipped model",
        **TRAINING,
    )
    run = trained(ws, settings, on_run)
    return ship(run, strangers, to, amounts, count_sources(Store.open(real)))


def _items(store: Store, amounts: Amounts) -> list[Item]:
    """Return distorted images of the training writers, real ones of the others, and sketches."""
    random = np.random.default_rng(SEED)
    labels = store.labels()
    train, test = split(labels, "writer", SEED)
    files = Stored.all_of(store)

    # a row at a time, pandas would take longer to look up than the glyph to bend
    names = ("script", "collection", "character", "writer")
    known = list(zip(*(labels[name].tolist() for name in names), strict=True))

    def item(row: int, file: Any, fold: str) -> Item:
        script, collection, character, writer = known[row]
        return Item(file, script, collection, Label(letter_of(script, character), writer, fold))

    items = [item(row, files[row], "test") for row in test]
    reals = amounts.reals()
    for row in balanced(labels.iloc[train], reals, random):
        items.append(item(train[row], _bent(files[train[row]], random), "train"))
    sketched = {
        name: _with_held_out(amounts.sketched + amounts.real - real) for name, real in reals.items()
    }
    drawn = sketch_items(sketched, SEED, noise=True, digits=DIGITS)
    drawn += other_items(_with_held_out(amounts.others), SEED, noise=True)
    return items + _half_bent([each for each in drawn if each.label.fold == "train"], random)


def _held_out(count: int) -> list[Item]:
    """Return images of families and alphabets no training sees, by hands it does not see."""
    seed = SEED + 1
    share = round(count / HELD_OUT)
    known = _half_bent(
        sketch_items(share, seed, noise=True, digits=EXPECTED), np.random.default_rng(seed)
    )
    drawn = known + other_items(share, seed, noise=True)
    return [each for each in drawn if each.label.fold == "test"]


def _half_bent(items: Sequence[Item], random: np.random.Generator) -> list[Item]:
    """Have half of the images, left to chance, written by another hand."""
    return [
        each._replace(file=_bent(each.file, random)) if bend else each
        for each, bend in zip(items, random.random(len(items)) < 0.5, strict=True)
    ]


def _bent(file: Any, random: np.random.Generator) -> Distorted:
    return Distorted(file, int(random.integers(2**32)))


def _with_held_out(count: int) -> int:
    return round(count / (1 - HELD_OUT))


def balanced(
    labels: pd.DataFrame, per_script: Mapping[str, int], random: np.random.Generator
) -> np.ndarray:
    """Draw rows, so many of each script; rows may repeat, none much oftener than its like.

    Where a script has digits they are a share of `DIGITS`; of everything else a letter by itself
    comes `_BASIC` times as often as a syllable.

    Returns:
        int64 (N,) places in `labels`.
    """
    drawn = []
    for script, of_script in labels.reset_index(drop=True).groupby("script", observed=True):
        groups = of_script.groupby("character", observed=True).indices
        shares = _shares(str(script), [str(each) for each in groups])
        counts = random.multinomial(per_script[str(script)], shares)
        for group, count in zip(groups.values(), counts, strict=True):
            rounds = -(-count // len(group))
            order = [random.permutation(group) for _ in range(rounds)]
            drawn.append(of_script.index.to_numpy()[np.concatenate([*order, group[:0]])[:count]])
    return np.concatenate(drawn)


def _shares(script: str, characters: Sequence[str]) -> np.ndarray:
    """Return how often each character is drawn, float64, summing to 1."""
    digit = np.array([is_digit(each) for each in characters])
    # classes that go by a Latin name ("ba", "class 656") say nothing of their length
    basic = [is_basic(each) and not each.isascii() for each in characters]
    weight = np.where(digit, 0.0, np.where(basic, _BASIC, 1.0))
    digits = 0.0 if not digit.any() else 1.0 if digit.all() else DIGITS.get(script, 0.0)
    rest = weight / weight.sum() if weight.any() else weight
    return rest * (1 - digits) + digit / max(1, digit.sum()) * digits


def _oftener(names: Sequence[str]) -> np.ndarray:
    """Return how many times as often as it was learned from each character is expected.

    Args:
        names: their `class_name`.
    """
    learned, expected = (
        np.array([_share(shares, each) for each in names]) for shares in (DIGITS, EXPECTED)
    )
    return expected / learned


def _share(digits: Mapping[str, float], name: str) -> float:
    """Return the share in its script of what a character is one of: of digits, or all the rest.

    1 where nothing is said of the script's digits.
    """
    share = digits.get(script_of(name))
    if share is None:
        return 1.0
    return share if is_digit(character_of(name)) else 1 - share


def ship(
    run: Run, strangers: Path, to: Path, amounts: Amounts, sources: Mapping[str, int]
) -> dict[str, Any]:
    """Calibrate the model of a finished run, twice, and put it into the folder `to`.

    First its characters, then the scripts that they are summed to, as the quantized model answers.

    Args:
        run: its test split is of held-out writers.
        strangers: data set of held-out families and alphabets.
        to: the folder.
        amounts: go into its description.
        sources: likewise; see `count_sources`.
    """
    ws = Workspace.of(run.folder)
    os.environ.update(ws.keras)  # before it is imported
    with ws.scratch() as aside:
        known = run.settings.data, strangers, SEED
        oftener = _oftener(read_facts(run.folder)[CHARACTER_NAMES])
        temperature = sharpen(run.folder, *known, aside, oftener, quantized=True)
        measured = calibrate(aside, *known)
        facts = read_facts(aside)
        recipe = {
            "number": NUMBER,
            **asdict(amounts),
            "reals": amounts.reals(),
            "digits": DIGITS,
            "expected": EXPECTED,
            "sources": dict(sources),
        }
        facts |= {"recipe": recipe, "character_temperature": temperature, **measured}
        return put_in_place(run, aside, facts, to, keep_weights)
