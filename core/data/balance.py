"""How even a data set is: how much there is of what, and what is said of it in plain words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.data.splits import SPLIT_TITLES
from core.scripts import OTHER, SCRIPTS, script
from core.text import listed, plain

LOPSIDED = 2.0
"""A script with so many times the images of another one weighs on what a model learns."""
PERSON = "person"
"""A writer of one collection, where a column is asked for."""
FEW_OF_SCRIPT = 200
FEW_OF_CHARACTER = 20
MOST_BY_ONE = 0.25
"""A writer with more than this share of a script's images lends it his hand."""


def counts(labels: pd.DataFrame, column: str) -> pd.DataFrame:
    """Count images by value of a column and by script.

    Args:
        labels: with the categories `script` and `column`, or all that `people` asks for.
        column: script, character, writer or collection; or `PERSON`.

    Returns:
        int64, a row for each value that occurs, the most frequent first (equal ones by name);
        a column for each script that occurs.
    """
    values = (people(labels) if column == PERSON else labels[column]).cat
    scripts = labels["script"].cat
    shape = (len(values.categories), len(scripts.categories))
    place = values.codes.to_numpy(np.int64) * shape[1] + scripts.codes.to_numpy(np.int64)
    table = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
    some, of = np.flatnonzero(table.sum(axis=1)), np.flatnonzero(table.sum(axis=0))
    frame = pd.DataFrame(
        table[np.ix_(some, of)],
        index=[str(each) for each in values.categories[some]],
        columns=[str(each) for each in scripts.categories[of]],
    ).sort_index()
    return frame.iloc[np.argsort(-frame.to_numpy().sum(axis=1), kind="stable")]


def people(labels: pd.DataFrame) -> pd.Series:
    """Return who wrote each image, as categories: of one name in two collections, two people.

    Args:
        labels: with the categories `writer` and `collection`.

    Returns:
        The writer's name, "" where it is not known; where it is one of several collections, with
        the name of the collection.
    """
    writers, collections = labels["writer"].cat, labels["collection"].cat
    width = len(collections.categories)
    pairs = writers.codes.to_numpy(np.int64) * width + collections.codes.to_numpy(np.int64)
    found, codes = np.unique(pairs, return_inverse=True)
    names = writers.categories[found // width].astype(str)
    shared = names.duplicated(keep=False) & (names != "")
    of = collections.categories[found % width].astype(str)
    said = pd.Index(np.where(shared, names + " · " + of, names))
    return pd.Series(said.take(codes), index=labels.index).astype("category")


def uneven(labels: pd.DataFrame) -> list[str]:
    """Say what is uneven in a data set, in plain words; nothing where nothing is.

    `labels` has the categories script, character, writer and collection.
    """
    found = labels["script"].value_counts()
    of_script = {str(name): int(count) for name, count in found.items() if count}
    if not of_script:
        return ["It holds no images."]
    if set(of_script) == {OTHER}:  # classes of one's own: what is said of scripts is not of them
        return [*_characters_words(labels), *_writers_words(labels, of_script)]
    return [
        *_scripts_words(of_script),
        *_characters_words(labels),
        *_writers_words(labels, of_script),
        *_collections_words(labels),
    ]


def _scripts_words(of_script: dict[str, int]) -> Iterator[str]:
    missing = [each.title for each in SCRIPTS if each.name not in of_script]
    if missing:
        yield (
            f"There are no images of {listed(missing)}: a model trained on this data set can't "
            f"answer {'that' if len(missing) == 1 else 'those'}."
        )
    by_count = sorted(of_script, key=lambda name: of_script[name])
    most, least = by_count[-1], by_count[0]
    times = of_script[most] / of_script[least]
    if times >= LOPSIDED:
        yield (
            f"{_title(most)} has {times:.0f} times as many images as {_title(least)} "
            f"({of_script[most]:,} to {of_script[least]:,}): in doubt a model will answer "
            f"{_title(most)}. Limit the images a script when you make the data set."
        )
    few = [_title(name) for name, count in of_script.items() if count < FEW_OF_SCRIPT]
    if few:
        yield (
            f"{listed(few)} {'has' if len(few) == 1 else 'have'} fewer than {FEW_OF_SCRIPT} "
            "images: too few to learn from, and too few to trust an accuracy on."
        )


def _characters_words(labels: pd.DataFrame) -> Iterator[str]:
    table = counts(labels, "character")
    said = []
    for name in table.columns:
        having = table[name][(table[name] > 0) & (table.index != "")]
        rare = int((having < FEW_OF_CHARACTER).sum())
        # Where all are rare the whole set is small, which the sentence on scripts says.
        if 0 < rare < len(having):
            said.append(f"{_title(name)} ({rare:,} of {len(having):,})")
    if said:
        yield (
            f"Some characters have fewer than {FEW_OF_CHARACTER} images: {listed(said)}. For "
            "telling scripts apart that matters little; for telling characters apart, or classes "
            "of your own, it does."
        )


def _writers_words(labels: pd.DataFrame, of_script: dict[str, int]) -> Iterator[str]:
    table = counts(labels, PERSON)
    known = table[table.index != ""]
    for name in table.columns:
        if len(known) and (most := known[name].max()) > MOST_BY_ONE * of_script[name]:
            who = plain(str(known[name].idxmax()))
            yield (
                f"One writer, {who}, wrote {most / of_script[name]:.0%} of "
                f"{_title(name)}: a model may learn that hand. Test with the split "
                f"*{SPLIT_TITLES['writer']}*."
            )
    nameless = [_title(name) for name in table.columns if known[name].eq(0).all()]
    if nameless:
        yield (
            f"Nobody knows who wrote {listed(nameless)}: there the split "
            f"*{SPLIT_TITLES['writer']}* takes the set's own test images, if it brings any, which "
            "may be by the same hands, or keeps exact copies together."
        )


def _collections_words(labels: pd.DataFrame) -> Iterator[str]:
    table = counts(labels, "collection")
    alone = [_title(name) for name in table.columns if (table[name] > 0).sum() == 1]
    if alone:
        whole = len(alone) > 1 and len(alone) == len(table.columns)
        yield (
            f"All images of {'each script' if whole else listed(alone)} come from one collection"
            f"{'' if whole or len(alone) == 1 else ' each'}: a model can't tell "
            "script from paper and pen there, and the split "
            f"*{SPLIT_TITLES['collection']}* is not possible. A second source for the same script "
            "helps more than many more images of the first."
        )


def _title(name: str) -> str:
    return script(name).title
