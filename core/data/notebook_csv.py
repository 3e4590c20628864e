"""The notebook's exchange format: one row an image, `p0..p783` in 0..1 and `language`.

`language` numbers the scripts in label order (0 arabic ... 5 kannada). The author's own
`langhandwriting.csv` has its labels in reverse: the table was filled through `df.loc[-1]`, which
leaves the rows numbered backwards, and joined to pixel rows numbered forwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.data.scan import Item
from core.data.sources import Label
from core.data.store import Store
from core.errors import DataError, SourceNotFound
from core.imaging.files import encode
from core.scripts import NAMES, OTHER
from core.text import as_text
from core.workspace import atomic_path

SIDE = 28
PIXELS = [f"p{index}" for index in range(SIDE * SIDE)]


@dataclass(frozen=True)
class Row:
    """One row of a CSV, as a file that can be read: a 28x28 grey PNG."""

    path: str
    pixels: np.ndarray

    def read(self) -> bytes:
        """Return the row as a PNG."""
        return encode(self.pixels)


def read_csv(path: Path, *, reversed_labels: bool = False) -> list[Item]:
    """Read images and labels from a CSV.

    Args:
        reversed_labels: mend the author's file by turning its label column round.

    Raises:
        SourceNotFound: there is no such file, or no row in it.
        DataError: columns or values are missing or out of range.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise DataError(f"{path}: no file; give a table that is saved on the disk")
    try:
        frame = pd.read_csv(path)
        values = frame[PIXELS].to_numpy(np.float32)
        codes = frame["language"].to_numpy(np.float64)
    except FileNotFoundError as error:
        raise SourceNotFound(f"{path}: no such file; check the path") from error
    except (KeyError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: not the notebook's CSV, p0..p783 and language ({reason})") from (
            error
        )
    if frame.empty:
        raise SourceNotFound(f"{path}: no rows in this table")
    inside = np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1
    if not inside or not np.isin(codes, range(len(NAMES))).all():
        raise DataError(f"{path}: pixels must be 0..1 and language 0..{len(NAMES) - 1}")
    if reversed_labels:
        codes = codes[::-1]
    images = np.rint(values * 255).astype(np.uint8).reshape(-1, SIDE, SIDE)
    name, collection = as_text(path.name), as_text(path.stem)
    return [
        Item(Row(f"{name}/row {index}", image), NAMES[int(code)], collection, Label(""))
        for index, (image, code) in enumerate(zip(images, codes, strict=True))
    ]


def write_csv(store: Store, path: Path) -> int:
    """Write a data set's prepared images as CSV; returns the number of rows.

    Raises:
        DataError: `path` is the data set itself, the images are not 28x28, or some are of none of
            the six scripts.
        StorageFull: the disk is full.
    """
    if path.resolve() == store.path.resolve():
        raise DataError(f"{path}: the data set itself, which a table would replace; choose another")
    if store.shape != (SIDE, SIDE):
        height, width = store.shape
        raise DataError(
            f"{store.path}: the CSV format holds {SIDE}x{SIDE} images, these are {width}x{height}; "
            "build with --pipeline notebook"
        )
    others = sum(count for name, count in store.per_script.items() if name not in NAMES)
    if others:
        raise DataError(
            f"{store.path}: {others:,} of its images are of none of the six scripts, and the CSV "
            f"has no number for them; build without what is called {OTHER}"
        )
    with atomic_path(path) as temporary:
        pixels = store.images().reshape(-1, SIDE * SIDE).astype(np.float32) / 255
        frame = pd.DataFrame(pixels, columns=PIXELS)
        frame["language"] = store.labels(["script"])["script"].map(NAMES.index).to_numpy(np.int64)
        frame.to_csv(temporary, index=False, float_format="%.8g")
    return len(frame)
