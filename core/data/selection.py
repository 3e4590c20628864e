"""Choosing images of a data set, and taking them away as files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from core.data.store import ROW_GROUP, Store
from core.imaging.files import encode

MOST_LINES = 200_000
"""Lines of one CSV."""
MOST_PICTURES = 5_000
"""Pictures in one zip."""
PIECES = 24
"""Row groups a sample is taken from: enough to be mixed, few enough to be read at once."""
_TO_WIDE = 0xFEE0
_WIDER = {
    **{ord(each): ord(each) + _TO_WIDE for each in '\\/:*?"<>|'},
    **{code: 0x2400 + code for code in range(32)},  # what cannot be seen, as a picture of it
}
_WIDE_DOT = chr(ord(".") + _TO_WIDE)


def matching(labels: pd.DataFrame, where: Mapping[str, str]) -> np.ndarray:
    """Return the rows whose columns have the values of `where`: int32, ascending.

    Args:
        labels: with RangeIndex; the columns named in `where` are categories.
        where: column -> value; nothing: all rows. A value that does not occur: no rows.
    """
    fits = np.ones(len(labels), bool)
    for column, value in where.items():
        values = labels[column].cat
        code = values.categories.get_indexer(pd.Index([value]))[0]
        fits &= values.codes.to_numpy() == code if code >= 0 else False
    return np.flatnonzero(fits).astype(np.int32)


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


def write_csv(store: Store, rows: Sequence[int] | np.ndarray, file: IO[bytes]) -> None:
    """Write what is known of the images of `rows`, a line an image, UTF-8.

    Raises:
        StoreError: the data set can't be read.
    """
    frame = store.about(rows)
    frame.insert(0, "row", np.asarray(rows, np.int64))
    pa.csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), file)


def write_zip(store: Store, rows: Sequence[int] | np.ndarray, file: IO[bytes]) -> None:
    """Write the source images of `rows` as PNG, with `images.csv` on what is known of them.

    They lie in folders, as `folder_of` names them: a data set can be made of them again. No
    more than a row group of images is in memory at once.

    Raises:
        StoreError: the data set can't be read.
    """
    every = np.asarray(rows, np.int64)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        table = io.BytesIO()
        write_csv(store, every, table)
        archive.writestr("images.csv", table.getvalue(), zipfile.ZIP_DEFLATED)
        for start in range(0, len(every), ROW_GROUP):
            some = every[start : start + ROW_GROUP]
            about = store.about(some)
            pictures = store.sources(some)
            for row, name, character, picture in zip(
                some, about["script"], about["character"], pictures, strict=True
            ):
                folder = folder_of(name, character)
                archive.writestr(f"{folder}/{row:07d}.png", encode(picture))


def folder_of(script: str, character: str) -> str:
    """Return `script/character`, or the script alone where the character is not known: ""."""
    return f"{script}/{_allowed(character)}" if character else script


def _allowed(name: str) -> str:
    """Return a name that systems take for a folder.

    In place of signs that some do not take stand those that look alike but are wider. Where upper
    and lower case are one to a disk, "A" and "a" are one folder there.
    """
    kept = name.translate(_WIDER)
    if kept.startswith("."):  # hidden
        kept = f"{_WIDE_DOT}{kept[1:]}"
    if kept.endswith((".", " ")):
        kept = kept[:-1] + (_WIDE_DOT if kept.endswith(".") else "\N{IDEOGRAPHIC SPACE}")
    return kept
