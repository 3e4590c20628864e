"""What the columns of a data set hold, those of the pixels among them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.store import ROW_GROUP, Store

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
        Column, Holds, Type (words); Distinct (Int64, none of pixels), Missing (int64); Example
        (text).
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
