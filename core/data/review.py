"""What a split does to a data set, and what an accuracy measured on it will be worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.splits import split
from core.scripts import SCRIPTS, script

FEW = 20
"""Images of a script to learn from, below which nothing is learned."""


@dataclass(frozen=True)
class Review:
    """A split, by numbers.

    Attributes:
        train: images to learn from.
        test: images to be tested on.
        writers: writers known by name, on either side.
        shared_writers: those of them on both sides.
        copies: test images of which an exact copy is learned from.
        few: scripts with fewer than `FEW` images to learn from, and how many they have.
        untested: scripts to learn that no test image is of.
        alone: scripts whose images are all of one collection.
        held_out: collections that only the test images are of.
    """

    train: int
    test: int
    writers: int
    shared_writers: int
    copies: int
    few: dict[str, int]
    untested: tuple[str, ...]
    alone: tuple[str, ...]
    held_out: tuple[str, ...]

    def warnings(self) -> list[str]:
        """Say what stands between an accuracy on the test images and the truth, worst first."""
        return list(self._sentences())

    def _sentences(self) -> Iterator[str]:
        for name, count in self.few.items():
            images = {0: "no image", 1: "one image"}.get(count, f"{count} images")
            yield (
                f"**{script(name).title}** has {images} to learn from: too few, a model will "
                "hardly ever answer it."
            )
        if self.untested:
            yield (
                f"**No test images** of {_titles(self.untested)}: the accuracy will say nothing "
                "about that."
            )
        if self.shared_writers:
            yield (
                f"**The split leaks writers**: {self.shared_writers:,} of {self.writers:,} are on "
                "both sides. The model is tested on hands it has learned from; the writer split "
                "keeps them apart."
            )
        if self.copies:
            images = "test image is" if self.copies == 1 else "test images are"
            yield (
                f"**{self.copies:,} {images} learned from too**, as an exact copy; the writer "
                "split leaves copies out."
            )
        if self.alone and not self.held_out:
            whole = len(self.alone) == len(SCRIPTS)
            of = "every script" if whole else _titles(self.alone)
            yield (
                f"**One collection each** for {of}: the same paper, pens and scanner on both "
                "sides. The accuracy says little about other people's handwriting."
            )
        elif not self.held_out:
            yield (
                "**Every collection is learned from**: the accuracy says little about other "
                "people's handwriting; the collection split holds whole collections back."
            )


def review(labels: pd.DataFrame, kind: str, seed: int) -> Review:
    """Look at the split of `labels`, as `Store.labels` gives them, by `kind` and `seed`.

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
    collections = labels["collection"].astype(str).to_numpy()
    collections_of = [set(collections[part]) for part in (in_train, in_test)]
    digests = labels["digest"]
    learned = labels["script"].iloc[train].value_counts()
    tested = labels["script"].iloc[test].value_counts()
    present = [each.name for each in SCRIPTS if (labels["script"] == each.name).any()]
    sources = labels.groupby("script", observed=True)["collection"].nunique()
    return Review(
        train=len(train),
        test=len(test),
        writers=len(writers_of[0] | writers_of[1]),
        shared_writers=len(writers_of[0] & writers_of[1]),
        # not np.isin, which compares every text with every other
        copies=int(digests.iloc[test].isin(digests.iloc[train]).sum()),
        few={name: int(learned.get(name, 0)) for name in present if learned.get(name, 0) < FEW},
        untested=tuple(name for name in present if not tested.get(name, 0)),
        alone=tuple(name for name in present if sources[name] == 1),
        held_out=tuple(sorted(collections_of[1] - collections_of[0])),
    )


def _titles(names: tuple[str, ...]) -> str:
    *first, last = (script(name).title for name in names)
    return f"{', '.join(first)} and {last}" if first else last
