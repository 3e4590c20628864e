"""What is kept between runs of a page is read again when its file has changed."""

import os
import shutil
from pathlib import Path

from core.data.store import Store
from core.ui import caches


def test_a_data_set_replaced_on_disk_is_opened_again(
    canonical_store: Path, notebook_store: Path, tmp_path: Path
):
    path = tmp_path / "handwriting.parquet"
    shutil.copy(canonical_store, path)
    os.utime(path, ns=(1, 1))
    before = caches.store(path)
    shutil.copy(notebook_store, path)
    assert (before.shape, caches.store(path).shape) == ((40, 40), (28, 28))


def test_the_rows_of_every_script_and_collection(canonical_store: Path):
    labels = Store.open(canonical_store).labels()
    for column in ("script", "collection"):
        rows = caches.rows_by(canonical_store, column)
        assert sum(map(len, rows.values())) == len(labels)
        for name, each in rows.items():
            assert set(labels[column].iloc[each]) == {name}
