"""A data set prepared anew, from the copies of the source images that it keeps, no zip needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from core.data.scan import Item
from core.data.sources import Label
from core.data.store import Store, no_copies, readable
from core.errors import StoreError


@dataclass(frozen=True)
class Kept:
    """The copy of a source image in a data set, as a file that can be read.

    Attributes:
        store: the data set's file.
        changed: when it was, in ns since 1970: another one in its place is not read by mistake.
        group: the row group that holds it.
        row: its place in there.
        path: of the file it was a copy of.
    """

    store: Path
    changed: int
    group: int
    row: int
    path: str

    def read(self) -> bytes:
        """Return the copy's bytes.

        Raises:
            StoreError: the data set is damaged, keeps no copies, or was removed or replaced
                meanwhile.
        """
        try:
            if self.store.stat().st_mtime_ns == self.changed:
                kept = _sources(self.store, self.changed, self.group)[self.row]
                if not kept:
                    raise no_copies(self.store)
                return kept
        except OSError as error:
            raise StoreError(f"{self.store} is gone: it was moved or deleted meanwhile") from error
        raise StoreError(f"{self.store} was replaced while it was read")


@lru_cache(maxsize=2)
def _sources(store: Path, _changed: int, group: int) -> list[bytes]:
    """Images are read in their order: what a row group holds is wanted next."""
    with readable(store), pq.ParquetFile(store) as file:
        return file.read_row_group(group, columns=["source"]).column(0).to_pylist()


def items_of(store: Store) -> list[Item]:
    """List the images of a data set, in file order, with all that is known of them.

    Raises:
        StoreError: it is damaged, or gone by now.
    """
    path = store.path
    with readable(path):
        changed = path.stat().st_mtime_ns
    lengths = np.diff(store.row_groups(), prepend=0)
    groups = np.repeat(np.arange(len(lengths)), lengths)
    rows = np.concatenate([np.arange(each) for each in lengths])
    labels = store.labels()
    columns = [
        labels[each].tolist()
        for each in ("path", "script", "collection", "character", "writer", "fold")
    ]
    sizes = zip(labels["width"].tolist(), labels["height"].tolist(), strict=True)
    return [
        Item(
            Kept(path, changed, group, row, name),
            script,
            collection,
            Label(character, writer, fold),
            size,
        )
        for group, row, name, script, collection, character, writer, fold, size in zip(
            groups.tolist(), rows.tolist(), *columns, sizes, strict=True
        )
    ]
