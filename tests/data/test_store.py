import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data.build import build
from core.data.convert import digest
from core.data.scan import scan
from core.data.shelf import stores
from core.data.store import KEY, Record, Store, Stored, Writer, to_table
from core.errors import StoreError
from core.imaging import decode, preset
from core.scripts import NAMES


@pytest.fixture(scope="module")
def pieces(kaggle_zips: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Store:
    """144 images of three sets in row groups of 7."""
    out = tmp_path_factory.mktemp("pieces") / "pieces.parquet"
    paths = [str(kaggle_zips[script]) for script in ("arabic", "baybayin", "english")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.data.convert.ROW_GROUP", 7)
        build(paths, out, pipeline="notebook", workers=1)
    assert pq.ParquetFile(out).num_row_groups == 21
    return Store.open(out)


def test_what_a_data_set_says_of_itself(
    canonical_store: Path, kaggle_counts: dict[str, int]
) -> None:
    store = Store.open(canonical_store)

    assert store.path == canonical_store
    assert store.pipeline == preset("canonical")
    assert store.shape == (40, 40)
    assert store.per_script == kaggle_counts
    assert store.skipped == 0
    assert len(store) == 288
    assert len(store.hash) == 64


def test_labels_are_those_of_the_scan(canonical_store: Path, kaggle_folder: Path) -> None:
    labels = Store.open(canonical_store).labels()

    assert list(labels.columns) == [
        *("script", "character", "writer", "fold", "collection"),
        *("path", "digest", "width", "height"),
    ]
    for name in ("script", "character", "writer", "fold", "collection"):
        assert isinstance(labels[name].dtype, pd.CategoricalDtype)
    items = scan([str(kaggle_folder)]).items
    for row, item in zip(labels.itertuples(), items, strict=True):
        assert (row.script, row.collection, row.path) == (
            item.script,
            item.collection,
            item.file.path,
        )
        assert (row.character, row.writer, row.fold) == (
            item.label.character,
            item.label.writer,
            item.label.fold,
        )


def test_the_size_of_the_original_file_is_kept(canonical_store: Path) -> None:
    labels = Store.open(canonical_store).labels()

    sizes = labels.groupby("script", observed=True)[["width", "height"]].agg(["min", "max"])

    assert {name: tuple(sizes.loc[name]) for name in NAMES} == {
        "arabic": (32, 32, 32, 32),
        "baybayin": (28, 28, 28, 28),
        "chinese": (64, 64, 64, 64),
        "devanagari": (32, 32, 32, 32),
        "english": (1200, 1200, 900, 900),
        "kannada": (1200, 1200, 900, 900),
    }


@pytest.mark.parametrize("pipeline", ["canonical", "notebook"])
def test_images_are_what_the_pipeline_makes_of_the_files(
    pipeline: str, request: pytest.FixtureRequest, kaggle_folder: Path
) -> None:
    store = Store.open(request.getfixturevalue(f"{pipeline}_store"))

    expected = [
        preset(pipeline).for_collection(item.collection).apply(decode(item.file.read()))
        for item in scan([str(kaggle_folder)]).items
    ]

    assert store.images().dtype == np.uint8
    np.testing.assert_array_equal(store.images(), expected)


def test_sources_are_the_decoded_files_bit_for_bit(
    canonical_store: Path, kaggle_folder: Path
) -> None:
    items = scan([str(kaggle_folder)]).items

    sources = Store.open(canonical_store).sources(range(288))

    for source, item in zip(sources, items, strict=True):
        np.testing.assert_array_equal(source, decode(item.file.read()))


@pytest.mark.parametrize(
    "rows",
    [
        [0],
        [143, 0, 71],
        [5, 5, 5],
        [6, 7, 13, 14],
        list(range(143, -1, -1)),
        np.random.default_rng(2).integers(0, 144, 60),
        np.array([20, 3], np.uint8),
        (140, 2),
        range(10, 30, 3),
    ],
    ids=str,
)
def test_any_rows_in_any_order(rows: object, pieces: Store) -> None:
    picked = pieces.images(rows)

    assert picked.dtype == np.uint8
    np.testing.assert_array_equal(picked, pieces.images()[np.asarray(rows)])


def test_sources_in_any_order(pieces: Store) -> None:
    every = pieces.sources(range(144))

    picked = pieces.sources([100, 3, 100, 50])

    for image, row in zip(picked, (100, 3, 100, 50), strict=True):
        np.testing.assert_array_equal(image, every[row])


def test_no_rows_are_no_images(pieces: Store) -> None:
    assert pieces.images([]).shape == (0, 28, 28)
    assert pieces.sources([]) == []


@pytest.mark.parametrize("row", [-1, 144, 10_000])
def test_a_row_that_is_not_there(row: int, pieces: Store) -> None:
    with pytest.raises(IndexError, match=r"rows 0\.\.143"):
        pieces.images([0, row])


def test_a_few_rows_need_no_more_than_their_pieces(
    pieces: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    usual = pq.ParquetFile.read_row_groups

    def noting(self: object, groups: list[int], **options: object) -> pa.Table:
        read.extend(groups)
        return usual(self, groups, **options)

    monkeypatch.setattr(pq.ParquetFile, "read_row_groups", noting)
    pieces.images([8, 140])

    assert read == [1, 20]


def test_equal_images_have_equal_digests_and_no_others(canonical_store: Path) -> None:
    labels = Store.open(canonical_store).labels()
    sources = Store.open(canonical_store).sources(range(288))

    pixels = [(image.shape, image.tobytes()) for image in sources]

    assert labels["digest"].nunique() == len(set(pixels)) < 288
    assert pd.Series(pixels).groupby(labels["digest"]).nunique().max() == 1


def test_data_sets_are_listed_newest_first(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "old", "older")):
        (tmp_path / f"{name}.parquet").touch()
        os.utime(tmp_path / f"{name}.parquet", (1e9 - age, 1e9 - age))
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "nowhere.parquet").symlink_to(tmp_path / "gone.parquet")

    assert [path.stem for path in stores(tmp_path)] == ["new", "old", "older"]
    assert stores(tmp_path / "folder") == []
    shutil.copy(tmp_path / "new.parquet", os.fsdecode(bytes(tmp_path) + b"/caf\xe9.parquet"))
    assert [path.stem for path in stores(tmp_path)] == ["new", "old", "older"]
    assert stores(tmp_path / "missing") == []


def test_one_that_is_being_built_is_not_listed(
    kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    seen = []

    def look(*_: int) -> None:
        assert any(tmp_path.iterdir())
        seen.append(stores(tmp_path))

    build([str(kaggle_zips["arabic"])], tmp_path / "new.parquet", workers=1, progress=look)

    assert seen == [[]]
    assert stores(tmp_path) == [tmp_path / "new.parquet"]


def _somebody_elses(path: Path, _: bytes) -> None:
    pd.DataFrame({"image": [b"x"], "label": ["arabic"]}).to_parquet(path)


def _with_metadata(text: bytes) -> Callable[[Path, bytes], None]:
    def write(path: Path, _: bytes) -> None:
        schema = pa.schema([("image", pa.binary())], metadata={b"scriptorium": text})
        pq.write_table(schema.empty_table(), path)

    return write


def _says(**facts: object) -> Callable[[Path, bytes], None]:
    """The data set, whose description says something else."""

    def write(path: Path, whole: bytes) -> None:
        said = json.loads(pq.read_metadata(io.BytesIO(whole)).metadata[KEY]) | facts
        table = pq.read_table(io.BytesIO(whole))
        pq.write_table(table.replace_schema_metadata({KEY: json.dumps(said)}), path)

    return write


def _without_writers(path: Path, whole: bytes) -> None:
    metadata = {KEY: pq.read_metadata(io.BytesIO(whole)).metadata[KEY]}
    table = pq.read_table(io.BytesIO(whole)).drop_columns(["writer"])
    pq.write_table(table.replace_schema_metadata(metadata), path)


DAMAGED = {
    "other counts": (_says(per_script={"arabic": 3}), "speaks of other images"),
    "another script": (_says(per_script={"klingon": 288}), "speaks of other images"),
    "a list of counts": (_says(per_script=[288]), "damaged"),
    "halves of images": (_says(per_script={"arabic": 288.0}), "speaks of other images"),
    "less than none": (_says(per_script={"arabic": 289, "kannada": -1}), "speaks of other images"),
    "gigantic": (_says(shape=[10**9, 10**9]), "damaged"),
    "nested without an end": (_with_metadata(b"[" * 200_000), "damaged"),
    "another size": (_says(shape=[28, 28]), "speaks of other images"),
    "a column less": (_without_writers, "speaks of other images"),
    "somebody else's": (_somebody_elses, "no Scriptorium data set; make one with"),
    "a folder": (lambda path, _: path.mkdir(), "no file; name a data set"),
    "a pipe": (lambda path, _: os.mkfifo(path), "no file; name a data set"),
    "empty": (lambda path, _: path.touch(), "not a readable Parquet file"),
    "text": (lambda path, _: path.write_text("a,b\n" * 99), "not a readable Parquet file"),
    "cut short": (lambda path, whole: path.write_bytes(whole[:-100]), "not a readable Parquet"),
    "head only": (lambda path, whole: path.write_bytes(whole[:4000]), "not a readable Parquet"),
    "missing": (lambda *_: None, "no such file; make one with"),
    "another version": (_with_metadata(b'{"format": 99}'), "another version"),
    "no json": (_with_metadata(b"{"), "damaged"),
    "no facts": (_with_metadata(b'{"format": 1}'), "damaged"),
    "no object": (_with_metadata(b"[]"), "damaged"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_data_set_is_named_in_one_line(
    name: str, canonical_store: Path, tmp_path: Path
) -> None:
    make, message = DAMAGED[name]
    path = tmp_path / "data.parquet"
    make(path, canonical_store.read_bytes())

    with pytest.raises(StoreError, match=message) as caught:
        Store.open(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_one_that_is_damaged_within_is_named_when_it_is_read(
    canonical_store: Path, tmp_path: Path
) -> None:
    path = tmp_path / "data.parquet"
    data = bytearray(canonical_store.read_bytes())
    columns = len(data) - 8 - int.from_bytes(data[-8:-4], "little") - 4
    data[4 : 4 + columns] = b"\x07" * columns  # all but the footer, which a data set is opened by
    path.write_bytes(data)
    store = Store.open(path)

    for read in (store.images, store.labels, lambda: store.sources([0])):
        with pytest.raises(StoreError, match=r"data\.parquet") as caught:
            read()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [("script", "klingon", "other scripts than it says"), ("writer", None, "writer .* gaps")],
)
def test_labels_that_cannot_be_are_named_when_they_are_read(
    column: str, value: str | None, message: str, canonical_store: Path, tmp_path: Path
) -> None:
    path = tmp_path / "data.parquet"
    table = pq.read_table(canonical_store)
    values = [value, *table[column].to_pylist()[1:]]
    place = table.schema.get_field_index(column)
    table = table.set_column(place, column, pa.array(values, pa.string()))
    metadata = {KEY: pq.read_metadata(canonical_store).metadata[KEY]}
    pq.write_table(table.replace_schema_metadata(metadata), path)

    with pytest.raises(StoreError, match=f"data.parquet: .*{message}.*; build it again"):
        Store.open(path).labels()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_parquet_cannot_open_is_named(canonical_store: Path, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xe9.parquet")
    path.write_bytes(canonical_store.read_bytes())

    with pytest.raises(StoreError, match="rename it"):
        Store.open(path)


def test_one_that_is_gone_since_it_was_opened_is_named(
    canonical_store: Path, tmp_path: Path
) -> None:
    path = tmp_path / "data.parquet"
    path.write_bytes(canonical_store.read_bytes())
    store = Store.open(path)
    path.unlink()

    with pytest.raises(StoreError, match="no such file"):
        store.images()


def test_the_metadata_is_plain_json(canonical_store: Path) -> None:
    facts = json.loads(pq.read_metadata(canonical_store).metadata[b"scriptorium"])

    assert facts["pipeline"] == preset("canonical").to_json()
    assert facts["hash"] == Store.open(canonical_store).hash


def test_what_stands_in_which_column_counts_in_the_hash() -> None:
    def hash_of(*labels: tuple[str, str]) -> str:
        records = [
            Record(bytes(784), b"", "arabic", *each, "", "c", "p", "d", 28, 28) for each in labels
        ]
        with Writer(io.BytesIO(), preset("notebook")) as writer:
            writer.add(to_table(records, (28, 28)))
        return writer.hash

    assert hash_of(("ab", "c")) != hash_of(("a", "bc"))
    assert hash_of(("a", "b"), ("c", "d")) != hash_of(("a", "b\nc"), ("", "d"))


def test_one_that_another_takes_the_place_of_is_read_as_it_is_now(
    canonical_store: Path, pieces: Store, tmp_path: Path
) -> None:
    place = tmp_path / "mine.parquet"
    shutil.copyfile(pieces.path, place)
    before = Store.open(place).images([100])
    shutil.copyfile(canonical_store, place)
    os.utime(place, (1, 1))
    after = Store.open(place)
    np.testing.assert_array_equal(after.images([100]), Store.open(canonical_store).images([100]))
    assert before.shape != after.images([100]).shape


def test_images_of_equal_bytes_and_other_shapes_are_two() -> None:
    assert digest(np.zeros((2, 8), np.uint8)) != digest(np.zeros((4, 4), np.uint8))


def test_an_open_data_set_is_not_another_one_that_was_put_in_its_place(
    canonical_store: Path, notebook_store: Path, tmp_path: Path
) -> None:
    path = tmp_path / "here.parquet"
    shutil.copy(canonical_store, path)
    store = Store.open(path)
    assert len(store.images([0])) == 1
    shutil.copy(notebook_store, path)
    os.utime(path, ns=(1, 1))  # however soon after the other

    for read in (
        store.labels,
        lambda: store.about([0]),
        lambda: store.images([0]),
        lambda: store.sources([0]),
        lambda: Stored.all_of(store),
    ):
        with pytest.raises(StoreError, match="replaced by another data set"):
            read()
    assert len(Store.open(path).images([0])) == 1
