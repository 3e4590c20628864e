import errno
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.build import build
from core.data.notebook_csv import PIXELS, read_csv, write_csv
from core.data.store import Store
from core.errors import DataError, StorageFull
from core.imaging import decode

# language in the notebook's table: 0 arabic ... 5 kannada
CODES = {"arabic": 0, "baybayin": 1, "chinese": 2, "devanagari": 3, "english": 4, "kannada": 5}


@pytest.fixture(scope="module")
def table(notebook_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    assert write_csv(Store.open(notebook_store), path) == 288
    return path


def test_the_columns_and_values_are_the_notebooks(table: Path, notebook_store: Path) -> None:
    frame = pd.read_csv(table)
    store = Store.open(notebook_store)

    assert list(frame.columns) == [f"p{index}" for index in range(784)] + ["language"]
    pixels = frame[PIXELS].to_numpy()
    np.testing.assert_allclose(pixels, store.images().reshape(288, 784) / 255, rtol=0, atol=1e-7)
    assert frame["language"].dtype == np.int64
    assert frame["language"].tolist() == [CODES[each] for each in store.labels()["script"]]


def test_what_was_written_is_read_back(table: Path, notebook_store: Path) -> None:
    store = Store.open(notebook_store)

    items = read_csv(table)

    assert [each.script for each in items] == store.labels()["script"].tolist()
    np.testing.assert_array_equal([decode(each.file.read()) for each in items], store.images())


def test_a_table_makes_the_data_set_it_came_from(
    table: Path, notebook_store: Path, tmp_path: Path
) -> None:
    report = build([str(table)], tmp_path / "again.parquet", pipeline="notebook", workers=1)

    store, again = Store.open(notebook_store), Store.open(tmp_path / "again.parquet")
    assert report.per_script == store.per_script
    np.testing.assert_array_equal(again.images(), store.images())
    assert again.labels()["script"].tolist() == store.labels()["script"].tolist()
    assert set(again.labels()["collection"]) == {"table"}


def test_reversed_labels_are_mended(table: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(table)
    frame["language"] = frame["language"].to_numpy()[::-1]
    frame.to_csv(tmp_path / "langhandwriting.csv", index=False)

    def scripts(path: Path, **options: bool) -> list[str]:
        return [each.script for each in read_csv(path, **options)]

    right = scripts(table)
    assert scripts(tmp_path / "langhandwriting.csv") == right[::-1] != right
    assert scripts(tmp_path / "langhandwriting.csv", reversed_labels=True) == right


def test_a_table_of_ones_own_by_hand(tmp_path: Path) -> None:
    frame = pd.DataFrame(np.zeros((2, 784)), columns=PIXELS)
    frame.loc[1, ["p0", "p29", "p783"]] = [1.0, 0.2, 0.5]
    frame["language"] = [4, 1]
    frame.to_csv(tmp_path / "mine.csv")  # with the index as a first column, as pandas does

    first, second = read_csv(tmp_path / "mine.csv")

    image = decode(second.file.read())
    assert (first.script, second.script) == ("english", "baybayin")
    # p29 is the second of the second row; 0.2 of 255 is 51
    assert (image[0, 0], image[1, 1], image[27, 27]) == (255, 51, 128)
    assert np.count_nonzero(image) == 3
    assert (second.file.path, second.collection) == ("mine.csv/row 1", "mine")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_table_whose_name_is_no_text_is_built_from(table: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(table, tmp_path / os.fsdecode(b"\xe9.csv")))

    build([str(path)], tmp_path / "out.parquet", per_script=1, workers=1)

    labels = Store.open(tmp_path / "out.parquet").labels()
    assert set(labels["collection"]) == {"\N{REPLACEMENT CHARACTER}"}


def _set(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.astype(object).assign(**{column: [value, *frame[column][1:]]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop(columns="language"), "not the notebook's CSV"),
        (lambda frame: frame.drop(columns="p100"), "not the notebook's CSV"),
        (lambda frame: frame[["language"]], "not the notebook's CSV"),
        (_set("language", "arabic"), "not the notebook's CSV"),
        (_set("language", np.nan), "language 0..5"),
        (_set("language", 6), "language 0..5"),
        (_set("language", -1), "language 0..5"),
        (_set("language", 2.5), "language 0..5"),
        (_set("p3", 255), "pixels must be 0..1"),
        (_set("p3", -0.1), "pixels must be 0..1"),
        (_set("p3", np.nan), "pixels must be 0..1"),
        (_set("p3", np.inf), "pixels must be 0..1"),
        (_set("p3", "ink"), "not the notebook's CSV"),
        (lambda frame: frame.head(0), "no rows"),
    ],
)
def test_a_table_of_another_kind_is_refused_in_one_line(
    change: Callable[[pd.DataFrame], pd.DataFrame], message: str, table: Path, tmp_path: Path
) -> None:
    path = tmp_path / "other.csv"
    change(pd.read_csv(table, nrows=3)).to_csv(path, index=False)

    with pytest.raises(DataError, match=message) as caught:
        build([str(path)], tmp_path / "out.parquet")
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00\x00binary", b'a,b\n"1', b"1\n1,2,3\n"])
def test_what_is_no_table_is_refused_in_one_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(data)

    with pytest.raises(DataError, match="not the notebook's CSV") as caught:
        read_csv(path)
    assert "\n" not in str(caught.value)


def test_a_missing_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"missing\.csv: no such file"):
        build([str(tmp_path / "missing.csv")], tmp_path / "out.parquet")


def test_labels_can_only_be_reversed_in_a_table(kaggle_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="notebook's CSV; give one"):
        build([str(kaggle_folder)], tmp_path / "out.parquet", reversed_labels=True)


def test_images_of_another_size_are_not_written(canonical_store: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"28x28 images, these are 40x40; build with --pipeline no"):
        write_csv(Store.open(canonical_store), tmp_path / "table.csv")
    assert list(tmp_path.iterdir()) == []


def test_writing_of_none_of_the_six_has_no_number(
    tmp_path: Path, draw_glyph: Callable, encode_image: Callable[..., bytes]
) -> None:
    for number, place in enumerate(("other/cat", "other/dog", "arabic/a")):
        (tmp_path / "mine" / place).mkdir(parents=True)
        image = encode_image(draw_glyph("arabic", seed=number))
        (tmp_path / "mine" / place / "1.png").write_bytes(image)
    mixed = tmp_path / "mixed.parquet"
    build([str(tmp_path / "mine")], mixed, pipeline="notebook", workers=1)

    with pytest.raises(DataError, match=r"mixed\.parquet: 2 of its images are of none of the six"):
        write_csv(Store.open(mixed), tmp_path / "table.csv")
    assert not (tmp_path / "table.csv").exists()


def test_a_full_disk_leaves_no_half_table(
    notebook_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: pd.DataFrame, path: Path, **__: object) -> None:
        Path(path).write_text("p0,p1,p")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(StorageFull, match=r"table\.csv"):
        write_csv(Store.open(notebook_store), tmp_path / "table.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_data_set_is_not_replaced_by_its_own_table(notebook_store: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.parquet"
    shutil.copyfile(notebook_store, mine)
    (tmp_path / "link.csv").symlink_to(mine)
    for path in (mine, tmp_path / "link.csv"):
        with pytest.raises(DataError, match="the data set itself"):
            write_csv(Store.open(mine), path)
    assert len(Store.open(mine)) == 288
