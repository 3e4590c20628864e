"""What is kept between runs of a page is read again when its file has changed."""

import os
import shutil
from pathlib import Path

from core.data.sketchbook import sketch
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


def test_pages_begin_with_the_newest_data_set_that_is_more_than_a_handful(tmp_path: Path):
    for place, (name, images) in enumerate([("ten", 10), ("eleven", 11), ("nine", 9)]):
        sketch(tmp_path / f"{name}.parquet", per_script=images, workers=1)
        os.utime(tmp_path / f"{name}.parquet", (place, place))
    (tmp_path / "spoilt.parquet").write_bytes(b"")  # which is told where it is opened

    found = [each.stem for each in caches.data_sets(tmp_path)]

    assert found == ["spoilt", "eleven", "ten", "nine"]
