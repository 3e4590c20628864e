"""Images that were chosen, and the files they leave in."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core.data.build import build
from core.data.selection import folder_of, matching, sample_rows, write_csv, write_zip
from core.data.store import Store
from core.imaging import decode


@pytest.fixture
def store(canonical_store: Path) -> Store:
    return Store.open(canonical_store)


def test_rows_that_match_are_those_pandas_finds(store: Store) -> None:
    labels = store.labels()
    where = {"script": "chinese", "writer": "1"}
    expected = labels.index[(labels["script"] == "chinese") & (labels["writer"] == "1")]
    assert matching(labels, where).tolist() == expected.tolist()
    assert len(expected) == 12


def test_nothing_asked_for_is_all_and_what_is_not_there_is_none(store: Store) -> None:
    assert matching(store.labels(), {}).tolist() == list(range(288))
    assert len(matching(store.labels(), {"writer": "nobody"})) == 0


def test_the_csv_says_what_is_known_of_each_image(store: Store) -> None:
    file = io.BytesIO()
    write_csv(store, [200, 3], file)
    table = pd.read_csv(io.BytesIO(file.getvalue()), keep_default_na=False, dtype=str)
    labels = store.labels()
    assert table["row"].tolist() == ["200", "3"]
    for name in labels:
        assert table[name].tolist() == labels[name].iloc[[200, 3]].astype(str).tolist()


def test_the_zip_holds_the_source_images_as_png(store: Store) -> None:
    file = io.BytesIO()
    write_zip(store, [200, 3], file)
    archive = zipfile.ZipFile(file)
    names = archive.namelist()
    assert names[0] == "images.csv"
    for name, row in zip(names[1:], (200, 3), strict=True):
        assert name.endswith(f"/{row:07d}.png")
        np.testing.assert_array_equal(decode(archive.read(name)), store.sources([row])[0])


def test_a_data_set_can_be_made_of_the_zip_again(store: Store, tmp_path: Path) -> None:
    rows = np.arange(0, 288, 5)
    with (tmp_path / "mine.zip").open("wb") as file:
        write_zip(store, rows, file)
    build([str(tmp_path / "mine.zip")], tmp_path / "again.parquet", workers=1)
    again = Store.open(tmp_path / "again.parquet").labels()
    before = store.labels().iloc[rows]
    assert sorted(again["digest"]) == sorted(before["digest"])
    pairs = [
        sorted(zip(each["digest"], each["character"], strict=True)) for each in (again, before)
    ]
    assert pairs[0] == pairs[1]


def test_where_characters_are_not_known_they_are_not_known_again(
    draw_glyph: Callable[..., np.ndarray], tmp_path: Path
) -> None:
    (tmp_path / "bare" / "arabic").mkdir(parents=True)
    for number in range(3):
        picture = draw_glyph("arabic", number)
        Image.fromarray(picture).save(tmp_path / "bare" / "arabic" / f"{number}.png")
    build([str(tmp_path / "bare")], tmp_path / "bare.parquet", workers=1)
    store = Store.open(tmp_path / "bare.parquet")
    assert set(store.labels()["character"]) == {""}
    with (tmp_path / "mine.zip").open("wb") as file:
        write_zip(store, np.arange(3), file)
    build([str(tmp_path / "mine.zip")], tmp_path / "again.parquet", workers=1)
    assert set(Store.open(tmp_path / "again.parquet").labels()["character"]) == {""}


def test_classes_whose_names_no_folder_has_everywhere_stay_apart(
    draw_glyph: Callable[..., np.ndarray], tmp_path: Path
) -> None:
    names = ["a:", "a?", "a", "a.", ".a", "*", "<"]
    for number, name in enumerate(names):
        folder = tmp_path / "own" / "other" / name.replace(".a", "a_")
        folder.mkdir(parents=True)
        Image.fromarray(draw_glyph("arabic", number)).save(folder / "1.png")
    build([str(tmp_path / "own")], tmp_path / "own.parquet", workers=1)
    with (tmp_path / "mine.zip").open("wb") as file:
        write_zip(Store.open(tmp_path / "own.parquet"), np.arange(len(names)), file)

    folders = [each.split("/")[1] for each in zipfile.ZipFile(file.name).namelist()[1:]]
    assert not any(set(each) & set('\\/:*?"<>|') or each[-1] in ". " for each in folders)
    build([str(tmp_path / "mine.zip")], tmp_path / "again.parquet", workers=1)
    assert Store.open(tmp_path / "again.parquet").labels()["character"].nunique() == len(names)
    assert folder_of("other", ".a") == "other/\N{FULLWIDTH FULL STOP}a"
    assert folder_of("other", "a ") == "other/a\N{IDEOGRAPHIC SPACE}"


def test_a_sample_is_of_few_row_groups_spread_over_all() -> None:
    rows = np.arange(100, 100_000)
    chosen = sample_rows(rows, 300, pieces=5)
    assert len(chosen) == len(set(chosen)) == 300
    assert (np.diff(chosen) > 0).all()
    blocks = np.unique(chosen // 512)
    assert (len(blocks), blocks[0], blocks[-1]) == (5, 0, 195)


def test_of_few_rows_all_are_taken() -> None:
    assert sample_rows(np.array([3, 999, 5000]), 10).tolist() == [3, 999, 5000]
    assert len(sample_rows(np.array([], int), 10)) == 0
