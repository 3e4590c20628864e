"""A data set prepared anew, from the copies of the source images that it keeps."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from core.data.again import Kept, items_of
from core.data.build import build, write_items
from core.data.sketchbook.build import sketch_items
from core.data.store import Store
from core.errors import StoreError
from core.imaging import decode, preset


def test_prepared_anew_a_data_set_is_as_if_built_from_the_files(
    canonical_store: Path, notebook_store: Path, tmp_path: Path
) -> None:
    report = build([str(canonical_store)], tmp_path / "again.parquet", pipeline="notebook")

    again, from_files = Store.open(tmp_path / "again.parquet"), Store.open(notebook_store)
    assert (report.images, report.skipped) == (288, ())
    assert again.hash == from_files.hash
    # The sizes of the originals too, though the copies of the large ones are smaller.
    pd.testing.assert_frame_equal(again.labels(), from_files.labels())
    np.testing.assert_array_equal(again.images(), from_files.images())


def test_so_many_of_each_script_are_taken_as_from_files(
    canonical_store: Path, tmp_path: Path
) -> None:
    report = build([str(canonical_store)], tmp_path / "few.parquet", per_script=5)
    assert set(report.per_script.values()) == {5}


def test_a_data_set_goes_together_with_files(
    canonical_store: Path, kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    """Half of the images of a set are in a data set already, and are taken once."""
    zipped = str(kaggle_zips["arabic"])
    half = tmp_path / "half.parquet"
    build([zipped], half, per_script=24)

    report = build([str(half), zipped], tmp_path / "more.parquet")

    assert report.per_script == {"arabic": 48}
    assert [name for name, _ in report.copies] == ["ahcd1"]
    assert "24 of its images" in report.copies[0][1]
    paths = Store.open(tmp_path / "more.parquet").labels(["path"])["path"]
    assert paths.nunique() == 48
    limited = build([str(half), zipped], tmp_path / "limited.parquet", per_script=40)
    assert limited.per_script == {"arabic": 40}
    beside = build([str(canonical_store), zipped], tmp_path / "all.parquet")
    assert beside.images == 288


def test_a_data_set_given_twice_is_taken_once(
    canonical_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(canonical_store.parent)
    link = tmp_path / "link.parquet"
    link.symlink_to(canonical_store)
    paths = [str(canonical_store), canonical_store.name, str(link)]
    assert build(paths, tmp_path / "once.parquet").images == 288


def test_a_copy_is_read_from_its_own_row(canonical_store: Path) -> None:
    store = Store.open(canonical_store)
    items = items_of(Store.open(canonical_store))
    paths = store.labels()["path"]
    for row in (0, 100, 287):
        assert items[row].file.path == paths[row]
        copy = decode(items[row].file.read())
        np.testing.assert_array_equal(copy, store.sources([row])[0])


def test_a_data_set_that_goes_away_meanwhile_ends_the_build(
    canonical_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = tmp_path / "here.parquet", tmp_path / "out.parquet"
    shutil.copy(canonical_store, path)
    seen = []
    whole = Kept.read

    def read(self: Kept) -> bytes:
        seen.append(self)
        if len(seen) == 50:
            path.unlink()
        return whole(self)

    monkeypatch.setattr(Kept, "read", read)
    with pytest.raises(StoreError, match=r"here\.parquet is gone"):
        build([str(path)], out, workers=1)
    assert not out.exists()


def test_a_data_set_that_went_away_or_changed_is_named(
    canonical_store: Path, notebook_store: Path, tmp_path: Path
) -> None:
    path = tmp_path / "here.parquet"
    shutil.copy(canonical_store, path)
    first = items_of(Store.open(path))[0].file
    path.unlink()
    with pytest.raises(StoreError, match=r"here\.parquet is gone"):
        first.read()
    shutil.copy(notebook_store, path)
    with pytest.raises(StoreError, match="was replaced"):
        first.read()


def test_a_data_set_whose_copies_are_damaged_is_named(
    canonical_store: Path, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.parquet"
    shutil.copy(canonical_store, path)
    about = pq.read_metadata(path).row_group(0)
    (source,) = (
        column
        for column in map(about.column, range(about.num_columns))
        if column.path_in_schema == "source"
    )
    with path.open("r+b") as file:
        file.seek(source.data_page_offset + 100)  # past what the page says of itself
        file.write(b"\xff" * 2000)

    with pytest.raises(StoreError, match=r"damaged\.parquet: not a readable Parquet") as caught:
        build([str(path)], tmp_path / "out.parquet", workers=1)
    assert "\n" not in str(caught.value)


def test_what_is_no_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"):
        build([str(tmp_path / "missing.parquet")], tmp_path / "out.parquet")


def test_a_data_set_by_two_paths_is_taken_once(canonical_store: Path, tmp_path: Path) -> None:
    (tmp_path / "link.parquet").symlink_to(canonical_store)
    paths = [str(canonical_store), str(tmp_path / "link.parquet")]
    assert build(paths, tmp_path / "out.parquet", workers=1).images == 288


def test_what_two_data_sets_share_is_taken_once(
    canonical_store: Path, kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    part = tmp_path / "part.parquet"
    build([str(kaggle_zips["arabic"])], part, pipeline="notebook", workers=1)

    report = build([str(canonical_store), str(part)], tmp_path / "out.parquet", workers=1)

    assert report.images == 288
    ((path, reason),) = report.copies
    assert path == str(part)
    assert reason.startswith("48 of its images are here a second time")


def test_a_data_set_without_copies_says_so_rather_than_that_its_images_are_empty(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bare.parquet"
    write_items(sketch_items(2, 0, noise=False), path, preset("canonical"), sources=False)

    with pytest.raises(StoreError, match=r"bare\.parquet: it keeps no copies"):
        build([str(path)], tmp_path / "again.parquet")
