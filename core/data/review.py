"""What a split does to a data set, and what an accuracy measured on it will be worth."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.sketchbook.strokes import is_drawn
from core.data.splits import SPLIT_TITLES, split
from core.scripts import NAMES, script
from core.text import images, listed, share

FEW = 20
"""Images of a script, below which nothing is learned from them, nor told by a test on them."""
FEW_OF_A_CHARACTER = 5
"""The same of a character, where characters are told apart."""


@dataclass(frozen=True)
class Review:
    """A split, by numbers.

    Attributes:
        train: images to learn from.
        test: images to be tested on.
        writers: writers known by name, on either side.
        shared_writers: those of them on both sides.
        copies: test images of which an exact copy is learned from.
        characters: how many are told apart; 0 where scripts are.
        few: scripts or characters with too few images to learn from, and how many they have.
        untested: scripts or characters to learn that no test image is of.
        few_tested: scripts with too few test images, and how many they have.
        nameless: whether nobody knows who wrote some of the images.
        by_chance: scripts of which nobody knows who wrote some images that the split by writers
            had to share out.
        alone: scripts whose images are all of one collection.
        held_out: collections that only the test images are of.
        familiar: share of the test images, 0-1, that are of collections learned from.
        drawn: whether all test images are of the sketchbook, whose hands are made up.
    """

    train: int
    test: int
    writers: int
    shared_writers: int
    copies: int
    characters: int
    few: dict[str, int]
    untested: tuple[str, ...]
    few_tested: dict[str, int]
    nameless: bool
    by_chance: tuple[str, ...]
    alone: tuple[str, ...]
    held_out: tuple[str, ...]
    familiar: float
    drawn: bool

    def warnings(self) -> list[str]:
        """Say what stands between an accuracy on the test images and the truth, worst first."""
        return list(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if self.few and self.characters:
            least, most = min(self.few.values()), max(self.few.values())
            each = images(least) if least == most else f"{least} to {most}"
            each, them = (each, "it") if len(self.few) == 1 else (f"{each} each", "them")
            yield (
                f"**Too few images to learn from** of {_counted(self.few)}, {each}: a model will "
                f"hardly ever answer {them}."
            )
        elif self.few:
            for name, count in self.few.items():
                there = {0: "no image", 1: "one image"}.get(count, f"{count} images")
                yield (
                    f"**{script(name).title}** has {there} to learn from: too few, a model will "
                    "hardly ever answer it."
                )
        if self.untested:
            what = _counted(self.untested) if self.characters else _titles(self.untested)
            yield f"**No test images** of {what}: the accuracy will say nothing about that."
        if self.few_tested:
            counted = [f"{script(name).title}, {n}" for name, n in self.few_tested.items()]
            yield f"**Test images too few** to trust an accuracy on: {'; '.join(counted)}."
        if self.by_chance:
            yield (
                f"**Nobody knows who wrote** {_titles(self.by_chance)}: there the split "
                f"*{SPLIT_TITLES['writer']}* is a random fifth, exact copies apart, and the same "
                "hands may be on both sides."
            )
        if self.shared_writers:
            yield (
                f"**The split leaks writers**: {self.shared_writers:,} of {self.writers:,} are on "
                "both sides. The model is tested on hands it has learned from; the split "
                f"*{SPLIT_TITLES['writer']}* keeps them apart."
            )
        if self.copies:
            they = "test image is" if self.copies == 1 else "test images are"
            yield (
                f"**{self.copies:,} {they} learned from too**, as an exact copy; the split "
                f"*{SPLIT_TITLES['writer']}* leaves copies out."
            )
        if self.drawn:
            yield (
                "**No person wrote the test images**: they are the sketchbook's, fonts written by "
                "made-up hands. The accuracy says nothing yet about people's handwriting."
            )
        elif 0 < self.familiar < 1:
            yield (
                f"**{share(self.familiar, 1, 0)} of the test images** are of collections that are "
                "learned from: only the rest says anything about other people's handwriting."
            )
        elif self.alone and self.familiar:
            whole = set(self.alone) >= set(NAMES)
            of = "every script" if whole else _titles(self.alone)
            yield (
                f"**One collection each** for {of}: the same paper, pens and scanner on both "
                "sides. The accuracy says little about other people's handwriting."
            )
        elif self.familiar:
            yield (
                "**Every collection is learned from**: the accuracy says little about other "
                f"people's handwriting; the split *{SPLIT_TITLES['collection']}* holds whole ones "
                "back."
            )


def review(
    labels: pd.DataFrame, kind: str, seed: int, characters: np.ndarray | None = None
) -> Review:
    """Look at the split of a data set.

    Args:
        labels: what `Store.labels` returns.
        kind: of the split.
        seed: of the split.
        characters: where characters are told apart, and not scripts: which one each image shows,
            str (N,).

    Raises:
        DataError: the data can't be split so.
    """
    train, test = split(labels, kind, seed)
    in_train = np.zeros(len(labels), bool)
    in_test = in_train.copy()
    in_train[train], in_test[test] = True, True
    named = (labels["writer"] != "").to_numpy()
    # the same name in two collections is two people
    writers = labels.groupby(["collection", "writer"], observed=True, sort=False).ngroup()
    writers_of = [set(writers.to_numpy()[part & named]) for part in (in_train, in_test)]
    collections, digests = labels["collection"], labels["digest"]
    learned_from, tested_on = (set(collections.iloc[rows].unique()) for rows in (train, test))
    answers = labels["script"] if characters is None else pd.Series(characters)
    learned, tested = (answers.iloc[rows].value_counts() for rows in (train, test))
    enough = FEW if characters is None else FEW_OF_A_CHARACTER
    present = sorted(answers.unique())
    sources = labels.groupby("script", observed=True)["collection"].nunique()
    shared_out = labels["script"][~named & (labels["fold"] == "").to_numpy()]
    return Review(
        train=len(train),
        test=len(test),
        writers=len(writers_of[0] | writers_of[1]),
        shared_writers=len(writers_of[0] & writers_of[1]),
        # not np.isin, which compares every text with every other
        copies=int(digests.iloc[test].isin(digests.iloc[train]).sum()),
        characters=0 if characters is None else len(present),
        few={name: int(learned.get(name, 0)) for name in present if learned.get(name, 0) < enough},
        untested=tuple(name for name in present if not tested.get(name, 0)),
        few_tested={
            name: int(tested[name])
            for name in present
            if characters is None and 0 < tested.get(name, 0) < FEW
        },
        nameless=not named.all(),
        by_chance=tuple(sorted(shared_out.unique())) if kind == "writer" else (),
        alone=tuple(name for name in sources.index if sources[name] == 1),
        held_out=tuple(sorted(tested_on - learned_from)),
        familiar=float(collections.iloc[test].isin(learned_from).mean()),
        drawn=is_drawn(tested_on),
    )


def _counted(some: Collection[str]) -> str:
    return "one character" if len(some) == 1 else f"{len(some):,} characters"


def _titles(names: tuple[str, ...]) -> str:
    return listed([script(name).title for name in names])
