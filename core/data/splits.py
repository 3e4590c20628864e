"""Which images a model learns from, and which it is tested on."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Set

import numpy as np
import pandas as pd

from core.errors import DataError
from core.scripts import script

TEST_SHARE = 0.2

Rows = np.ndarray
"""Row numbers of a data set, int64 (N,), ascending unless said otherwise."""


def split(labels: pd.DataFrame, kind: str, seed: int = 800) -> tuple[Rows, Rows]:
    """Split a data set in two.

    Args:
        labels: what `Store.labels` returns.
        kind: "notebook": a fifth by chance, as `train_test_split` does it; images of one writer
            fall on both sides. "writer": no writer on both sides, a set's own split where it
            brings one, duplicates of training images removed. "collection": whole collections
            held out, for all scripts they hold.
        seed: of the choice; the notebook's was 800.

    Returns:
        Rows to train on and rows to test on, int64; as they were shuffled for "notebook", else
        ascending.

    Raises:
        DataError: an unknown kind, or data that can't be split so.
    """
    if kind not in _SPLITS:
        raise DataError(f"no split called {kind!r}; there are {', '.join(SPLITS)}")
    if len(labels) < 2:
        raise DataError("a data set of fewer than two images can't be split: add images to it")
    train, test = _SPLITS[kind](labels, seed)
    if not len(train) or not len(test):
        raise DataError(
            f"the split {SPLIT_TITLES[kind]} ({kind}) leaves one side empty: bring images of "
            f"another {kind}, or choose another split"
        )
    return train, test


def _by_chance(labels: pd.DataFrame, seed: int) -> tuple[Rows, Rows]:
    # What scikit-learn's train_test_split does, which takes a second and 80 MB to import: too much
    # for a page. A test holds the two together.
    order = np.random.RandomState(seed).permutation(len(labels))
    held = math.ceil(TEST_SHARE * len(labels))
    return order[held:], order[:held]


def _by_writer(labels: pd.DataFrame, seed: int) -> tuple[Rows, Rows]:
    random = np.random.default_rng(seed)
    fold = labels["fold"].astype(str).to_numpy()
    # an image by nobody in particular is kept together with its exact copies
    writer = labels["writer"].astype(str).where(labels["writer"] != "", labels["digest"])
    test = fold == "test"
    for _, rows in labels.groupby("collection", observed=True).indices.items():
        free = rows[fold[rows] == ""]
        test[free[_some_groups(writer.iloc[free].to_numpy(), random)]] = True
    seen = set(labels["digest"].to_numpy()[~test])
    fresh = ~labels["digest"].isin(seen).to_numpy()
    return np.flatnonzero(~test), np.flatnonzero(test & fresh)


def collections_of(labels: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the (script, collection) that there are images of, sorted."""
    pairs = labels[["script", "collection"]].drop_duplicates().astype(str)
    return sorted(pairs.itertuples(index=False, name=None))


def _by_collection(labels: pd.DataFrame, seed: int) -> tuple[Rows, Rows]:
    random = np.random.default_rng(seed)
    collection = labels["collection"].astype(str).to_numpy()
    scripts = labels.groupby("script", observed=True).indices
    of_script = {name: set(collection[rows]) for name, rows in scripts.items()}
    held: set[str] = set()
    settled: set[str] = set()
    for name, rows in scripts.items():
        if len(of_script[name]) < 2:
            title, only = script(str(name)).title, collection[rows[0]]
            raise DataError(
                f"all {title} images are of one collection, {only}: add another, or choose "
                f"the split {SPLIT_TITLES['writer']} (writer)"
            )
        # a collection of several scripts is on one side for all of them
        elsewhere = of_script[name] - settled or of_script[name] & held
        chosen = _some_groups(collection[rows], random, held, settled if elsewhere else frozenset())
        for each in sorted(set(collection[rows[chosen]])):
            if _can_go(each, held, of_script):
                held.add(each)
        if not of_script[name] & held:  # then any other will do
            others = random.permutation(sorted(of_script[name])).tolist()
            held |= {*[each for each in others if _can_go(each, held, of_script)][:1]}
        settled |= of_script[name]
    test = np.isin(collection, list(held))
    return np.flatnonzero(~test), np.flatnonzero(test)


def _can_go(one: str, held: Set[str], of_script: Mapping[Hashable, Set[str]]) -> bool:
    """Whether every script has something to learn from still if `one` is held out, too."""
    return all(rest - held - {one} for rest in of_script.values() if one in rest)


def _some_groups(
    groups: np.ndarray,
    random: np.random.Generator,
    held: Set[str] = frozenset(),
    settled: Set[str] = frozenset(),
) -> np.ndarray:
    """Choose whole groups by chance that together make up about a fifth: bool (N,).

    A group that would overshoot by half is passed over, so that one busy writer does not empty
    the training side. Where all would, the smallest is chosen, unless it is the only one.

    Args:
        groups: of each of N.
        random: decides.
        held: groups that are chosen already.
        settled: groups that are not to be chosen any more.
    """
    names, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
    chosen = np.isin(names, list(held))
    may = ~chosen & ~np.isin(names, list(settled))
    goal, taken = TEST_SHARE * len(groups), counts[chosen].sum()
    for index in random.permutation(len(names)):
        if may[index] and taken < goal and taken + counts[index] <= 1.5 * goal:
            chosen[index] = True
            taken += counts[index]
    if len(names) > 1 and not chosen.any() and may.any():
        chosen[np.where(may, counts, len(groups) + 1).argmin()] = True
    return chosen[inverse]


_SPLITS: dict[str, Callable[[pd.DataFrame, int], tuple[Rows, Rows]]] = {
    "notebook": _by_chance,
    "writer": _by_writer,
    "collection": _by_collection,
}
SPLITS = tuple(_SPLITS)
SPLIT_TITLES = {
    "notebook": "A random fifth",
    "writer": "Other writers",
    "collection": "Other collections",
}
"""What people read in place of the names."""
