"""What is said of a data set: each number is worked out by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import describe
from core.data.store import Store


def labels(*rows: tuple[str, str, str, str], times: int = 1) -> pd.DataFrame:
    """A row an image: script, character, writer, collection."""
    columns = ["script", "character", "writer", "collection"]
    return pd.DataFrame(list(rows) * times, columns=columns).astype("category")


def even(images: int) -> pd.DataFrame:
    """All six scripts, two collections and ten writers each."""
    rows = [
        (script, "a", f"{script} {n % 10}", f"{script} {n % 2}")
        for script in ("arabic", "baybayin", "chinese", "devanagari", "english", "kannada")
        for n in range(images)
    ]
    return labels(*rows)


def test_counts_are_by_value_and_script_the_most_frequent_first() -> None:
    table = describe.counts(
        labels(
            ("arabic", "b", "", "x"),
            ("arabic", "a", "", "x"),
            ("english", "a", "", "x"),
            ("english", "c", "", "x"),
        ),
        "character",
    )
    assert list(table.index) == ["a", "b", "c"]
    assert table.loc["a"].to_dict() == {"arabic": 1, "english": 1}
    assert table.loc["c"].to_dict() == {"arabic": 0, "english": 1}


def test_one_name_in_two_collections_is_two_people() -> None:
    table = describe.counts(
        labels(
            ("english", "a", "015", "letters"),
            ("kannada", "k", "015", "kannada"),
            ("kannada", "k", "016", "kannada"),
            ("kannada", "k", "", "kannada"),
            ("english", "b", "", "letters"),
        ),
        describe.PERSON,
    )
    assert set(table.index) == {"", "015 · letters", "015 · kannada", "016"}
    assert table.loc[""].tolist() == [1, 1]
    assert table.loc["015 · kannada"].to_dict() == {"english": 0, "kannada": 1}


def test_hands_and_characters_nobody_knows_are_counted_as_none() -> None:
    rows = [("arabic", "x", str(n % 3), "a" if n < 150 else "b") for n in range(300)]
    said = " ".join(describe.balance(labels(*rows, *[("arabic", "", "", "a")] * 5)))
    assert "One writer" not in said  # three in either collection: six people
    assert "Some characters have fewer" not in said


def test_values_that_do_not_occur_are_not_counted() -> None:
    some = labels(("arabic", "a", "", "x"), ("english", "b", "", "x"))
    table = describe.counts(some[some["script"] == "arabic"], "character")
    assert (list(table.index), list(table.columns)) == (["a"], ["arabic"])


def test_where_all_is_even_nothing_is_said() -> None:
    assert describe.balance(even(200)) == []


def test_what_is_uneven_is_said_in_plain_words() -> None:
    much = labels(("english", "a", "Ann", "here"), times=3000)
    little = labels(("kannada", "k", "", "there"), ("kannada", "k", "", "elsewhere"), times=50)
    rare = labels(("english", "z", "Bob", "here"), times=3)
    said = "\n".join(describe.balance(pd.concat([much, little, rare]).astype("category")))
    assert "no images of Arabic, Baybayin, Chinese and Devanagari" in said
    assert "English (Latin) has 30 times as many images as Kannada (3,003 to 100)" in said
    assert "Kannada has fewer than 200 images" in said
    assert "fewer than 20 images: English (Latin) (1 of 2)" in said
    assert "One writer, Ann, wrote 100% of English (Latin)" in said
    assert "Nobody knows who wrote Kannada" in said
    assert "All images of English (Latin) come from one collection" in said


def test_of_no_images_it_is_said_that_there_are_none() -> None:
    assert describe.balance(even(1).iloc[:0]) == ["It holds no images."]


def test_every_column_is_described(canonical_store: Path) -> None:
    store = Store.open(canonical_store)
    frame = store.labels()
    table = describe.columns(store, frame.drop(columns=["path", "digest"])).set_index("Column")
    assert list(table.index) == [*frame.columns, "image"]
    for name in frame:
        assert table.loc[name, "Distinct"] == frame.loc[frame[name] != "", name].nunique()
    assert table.loc["writer", "Missing"] == (frame["writer"] == "").sum() > 0
    assert table.loc["script", "Missing"] == 0
    assert table.loc["image", "Example"] == "1,600 values"
    assert table.loc["writer", "Example"] != ""


def test_pixels_are_described_as_pandas_does() -> None:
    images = np.random.default_rng(0).integers(0, 200, (5, 6, 7), dtype=np.uint8)
    found = describe.pixels(images)
    flat = pd.Series(images.ravel())
    assert found.images == 5
    assert found.table["mean"] == pytest.approx(flat.mean())
    assert found.table["standard deviation"] == pytest.approx(flat.std(ddof=0))
    for share in (0.25, 0.5, 0.75):
        wanted = np.quantile(flat, share, method="inverted_cdf")
        assert found.table[f"{share:.0%} are at most"] == wanted
    assert found.table["share of black pixels"] == (flat == 0).mean()
    assert found.mean == pytest.approx(images.mean(axis=0), rel=1e-5)
    assert found.deviation == pytest.approx(images.std(axis=0), rel=1e-4)


def test_a_sample_is_of_few_row_groups_spread_over_all() -> None:
    rows = np.arange(100, 100_000)
    chosen = describe.sample_rows(rows, 300, pieces=5)
    assert len(chosen) == len(set(chosen)) == 300
    assert (np.diff(chosen) > 0).all()
    blocks = np.unique(chosen // 512)
    assert (len(blocks), blocks[0], blocks[-1]) == (5, 0, 195)


def test_of_few_rows_all_are_taken() -> None:
    assert describe.sample_rows(np.array([3, 999, 5000]), 10).tolist() == [3, 999, 5000]
    assert len(describe.sample_rows(np.array([], int), 10)) == 0


@pytest.mark.parametrize("width", [3, 5, 9])
@pytest.mark.parametrize("dark", [False, True])
def test_a_bar_is_as_wide_as_it_was_drawn(width: int, dark: bool) -> None:
    image = np.zeros((60, 100), np.uint8)
    image[20 : 20 + width, 10:90] = 255
    seen = describe.ink(255 - image if dark else image)
    assert seen.dark_on_light == dark
    assert seen.share == width * 80 / 6000
    assert seen.stroke == pytest.approx(width, abs=0.35)
    assert seen.extent == 80
    assert seen.relative_stroke == seen.stroke / 80


def test_bare_paper_has_no_ink() -> None:
    seen = describe.ink(np.full((20, 20, 3), 250, np.uint8))
    assert (seen.share, seen.stroke, seen.extent, seen.relative_stroke) == (0, 0, 0, 0)


def test_ink_that_touches_every_side_is_measured_too() -> None:
    image = np.zeros((9, 9), np.uint8)
    image[3:6] = image[:, 3:6] = 255
    assert describe.ink(image).extent == 9


def test_measures_are_those_of_each_image(canonical_store: Path) -> None:
    store = Store.open(canonical_store)
    rows = np.array([0, 100, 287])
    table = describe.measures(store, rows)
    for source, (_, found) in zip(store.sources(rows), table.iterrows(), strict=True):
        seen = describe.ink(source)
        assert found["dark_on_light"] == seen.dark_on_light
        assert found["ink_share"] == seen.share
        assert found["stroke"] == seen.relative_stroke
        assert found["level"] == source.mean()


def test_the_average_of_one_image_is_that_image(canonical_store: Path) -> None:
    store = Store.open(canonical_store)
    labels = store.labels()
    row = int(np.flatnonzero(labels["script"] == "chinese")[0])  # 64x64, grey
    np.testing.assert_array_equal(describe.average(store, np.array([row])), store.sources([row])[0])


def test_the_ink_map_is_the_share_of_images_with_ink_there() -> None:
    images = np.array([[[0, 255]], [[0, 255]], [[200, 0]], [[100, 255]]], np.uint8)
    assert describe.ink_map(images).tolist() == [[0.25, 0.75]]


def test_ink_is_ink_where_a_pipeline_left_it_dark_on_light() -> None:
    bar = np.zeros((1, 9, 9), np.uint8)
    bar[0, 2:7, 4] = 255
    np.testing.assert_array_equal(describe.ink_map(255 - bar), describe.ink_map(bar))
    assert describe.ink_map(bar).sum() == 5


def test_classes_of_ones_own_are_not_spoken_of_as_scripts() -> None:
    rows = [("other", "star", "", "mine")] * 30 + [("other", "circle", "", "mine")] * 5
    said = " ".join(describe.balance(labels(*rows)))
    assert "There are no images of" not in said
    assert "collection" not in said
    assert "Some characters have fewer than" in said
