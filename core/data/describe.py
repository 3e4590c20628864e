"""What can be said of a data set: how even it is, what its columns hold, how its ink looks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.store import ROW_GROUP, Store
from core.imaging.steps import FLAT, Grey, Polarity, otsu
from core.scripts import OTHER, SCRIPTS, script
from core.text import listed

LOPSIDED = 2.0
"""A script with so many times the images of another one weighs on what a model learns."""
PERSON = "person"
"""A writer of one collection, where a column is asked for."""
FEW_OF_SCRIPT = 200
FEW_OF_CHARACTER = 20
MOST_BY_ONE = 0.25
"""A writer with more than this share of a script's images lends it his hand."""
_AT_ONCE = 32
_SIDE = 64  # px of an average
PIECES = 24
"""Row groups a sample is taken from: enough to be mixed, few enough to be read at once."""


# --- how even it is -----------------------------------------------------------------------------


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


def balance(labels: pd.DataFrame) -> list[str]:
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
            yield (
                f"One writer, {known[name].idxmax()}, wrote {most / of_script[name]:.0%} of "
                f"{_title(name)}: a model may learn that hand. Test with the writer split."
            )
    nameless = [_title(name) for name in table.columns if known[name].eq(0).all()]
    if nameless:
        yield (
            f"Nobody knows who wrote {listed(nameless)}: where the set brings no split of its "
            "own, the writer split can only keep exact copies together there."
        )


def _collections_words(labels: pd.DataFrame) -> Iterator[str]:
    table = counts(labels, "collection")
    alone = [_title(name) for name in table.columns if (table[name] > 0).sum() == 1]
    if alone:
        whole = len(alone) > 1 and len(alone) == len(table.columns)
        yield (
            f"All images of {'each script' if whole else listed(alone)} come from one collection"
            f"{'' if whole or len(alone) == 1 else ' each'}: a model can't tell "
            "script from paper and pen there, and the collection split is not possible. A second "
            "source for the same script helps more than many more images of the first."
        )


def _title(name: str) -> str:
    return script(name).title


# --- what its columns hold ----------------------------------------------------------------------

_MEANINGS = {
    "script": "Writing system, the answer",
    "character": "Which character was written",
    "writer": "Who wrote it",
    "fold": "Part of the set's own split",
    "collection": "Who gathered it: the source",
    "path": "Where the file was found",
    "digest": "Fingerprint of the pixels",
    "width": "Width of the original, px",
    "height": "Height of the original, px",
}


def columns(store: Store, labels: pd.DataFrame) -> pd.DataFrame:
    """Describe each column of a data set: a row a column.

    Args:
        store: the data set.
        labels: of it; columns that are not in it are read.

    Returns:
        Column, Holds, Type (words); Distinct, Missing (counts: int64); Example (text).
    """
    rows = []
    for name, meaning in _MEANINGS.items():
        values = labels[name] if name in labels else store.labels([name])[name]
        missing = 0 if values.dtype.kind == "i" else int((values == "").sum())
        rows.append(
            {
                "Column": name,
                "Holds": meaning,
                "Type": _type_words(values),
                "Distinct": _distinct(values) - bool(missing),
                "Missing": missing,
                "Example": str(next((each for each in values.iloc[:ROW_GROUP] if each != ""), "")),
            }
        )
    height, width = store.shape
    rows.append(
        {
            "Column": "image",
            "Holds": f"The prepared image, {width} × {height} px",
            "Type": "pixels, 0 to 255",
            "Distinct": None,
            "Missing": 0,
            "Example": f"{width * height:,} values",
        }
    )
    return pd.DataFrame(rows).astype({"Distinct": "Int64"})


def _type_words(values: pd.Series) -> str:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return "category"
    return "whole number" if values.dtype.kind == "i" else "text"


def _distinct(values: pd.Series) -> int:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return len(np.unique(values.cat.codes.to_numpy()))
    # pandas would make a Python object of every text.
    return int(pc.count_distinct(pa.array(values)).as_py())


@dataclass(frozen=True)
class Pixels:
    """A sample of prepared images in numbers: what `describe` says of every pixel column.

    Attributes:
        images: how many were looked at.
        mean: of each pixel, float (H, W), 0 to 255.
        deviation: standard deviation of each pixel, float (H, W).
        table: count, mean, deviation and quartiles over all pixels (index: words).
    """

    images: int
    mean: np.ndarray
    deviation: np.ndarray
    table: pd.Series


def pixels(images: np.ndarray) -> Pixels:
    """Describe prepared images, uint8 (N, H, W), N at least 1."""
    levels = np.bincount(images.ravel(), minlength=256)
    upto = np.cumsum(levels)
    total = int(upto[-1])
    mean = float(levels @ np.arange(256)) / total
    deviation = math.sqrt(float(levels @ (np.arange(256) - mean) ** 2) / total)
    table = {
        "pixels": total,
        "mean": mean,
        "standard deviation": deviation,
        "smallest": int(images.min()),
        **{
            f"{share:.0%} are at most": int(np.searchsorted(upto, share * total))
            for share in (0.25, 0.5, 0.75)
        },
        "largest": int(images.max()),
        "share of black pixels": levels[0] / total,
    }
    means = images.mean(axis=0)
    squares = np.square(images, dtype=np.uint16).mean(axis=0)
    deviations = np.sqrt(np.maximum(squares - means**2, 0))
    return Pixels(len(images), means, deviations, pd.Series(table))


# --- how its ink looks --------------------------------------------------------------------------


def sample_rows(rows: np.ndarray, count: int, pieces: int = PIECES) -> np.ndarray:
    """Choose up to `count` of `rows` by chance, from few row groups spread over all of them.

    Args:
        rows: row numbers, int (N,), ascending.
        pieces: row groups to choose from at most: what has to be read.

    Returns:
        Row numbers, int64, ascending.
    """
    blocks = np.unique(rows // ROW_GROUP)
    near = rows
    if len(blocks) > pieces:
        some = blocks[np.linspace(0, len(blocks) - 1, pieces).round().astype(int)]
        near = rows[np.isin(rows // ROW_GROUP, some)]
    if len(near) > count:
        near = np.sort(np.random.default_rng(0).choice(near, count, replace=False))
    return near.astype(np.int64)


@dataclass(frozen=True)
class Ink:
    """What is measured of one image.

    Attributes:
        dark_on_light: whether the ink is darker than the paper.
        share: of the picture's pixels that are ink, 0 to 1.
        stroke: mean width of a stroke in px.
        extent: longer side of the box around the ink in px; 0 on bare paper.
    """

    dark_on_light: bool
    share: float
    stroke: float
    extent: int

    @property
    def relative_stroke(self) -> float:
        """Width of a stroke as a share of the longer side of the ink's box."""
        return self.stroke / self.extent if self.extent else 0.0


def ink(image: np.ndarray) -> Ink:
    """Measure the ink of uint8 (H, W) or (H, W, 3).

    Ink is what Otsu's threshold (1979) parts from the paper, and which of the two is the paper
    the pipeline's Polarity step says. Along the centre lines (Zhang and Suen 1984) a stroke is
    twice as wide as it is far to the paper (Euclidean), less the pixel that is counted twice.
    """
    from skimage.morphology import skeletonize  # half a second, and only this needs it

    grey = Grey()(image)
    light = Polarity()(grey)
    dark_on_light = light is not grey
    if np.ptp(grey) < FLAT:
        return Ink(dark_on_light, 0.0, 0.0, 0)
    inked = light > otsu(light)
    # The picture's edge counts as paper: a stroke that runs off it ends there.
    framed = cv2.copyMakeBorder(inked.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    far = cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    stroke = 2 * float(far[skeletonize(framed > 0)].mean()) - 1
    rows, cols = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    extent = 1 + int(max(rows[-1] - rows[0], cols[-1] - cols[0]))
    return Ink(dark_on_light, float(inked.mean()), stroke, extent)


def measures(store: Store, rows: np.ndarray) -> pd.DataFrame:
    """Measure the source images of `rows`; see `ink`.

    Returns:
        A row an image: dark_on_light (bool); ink_share, stroke (share of the ink's longer side),
        level (mean grey, 0 to 255): float64.
    """
    found = []
    for image in _one_by_one(store, rows):
        seen = ink(image)
        found.append((seen.dark_on_light, seen.share, seen.relative_stroke, float(image.mean())))
    return pd.DataFrame(found, columns=["dark_on_light", "ink_share", "stroke", "level"])


def average(store: Store, rows: np.ndarray) -> np.ndarray:
    """Average the source images of `rows`, each stretched to a square: uint8 (64, 64)."""
    total = np.zeros((_SIDE, _SIDE))
    for image in _one_by_one(store, rows):
        total += cv2.resize(Grey()(image), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return (total / max(1, len(rows))).round().astype(np.uint8)


def _one_by_one(store: Store, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the source images of `rows`, few of them in memory at once."""
    for start in range(0, len(rows), _AT_ONCE):
        yield from store.sources(rows[start : start + _AT_ONCE])


def ink_map(images: np.ndarray) -> np.ndarray:
    """Return how often each pixel of prepared images, uint8 (N, H, W), is ink: (H, W), 0 to 1.

    A pipeline may leave them dark on light: which side is ink the step Polarity says.
    """
    return np.mean([Polarity()(each) > 127 for each in images], axis=0)
