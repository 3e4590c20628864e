"""How even a data set is, in counts and in words: each number is worked out by hand."""

import pandas as pd
import pytest

from core.data import balance


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
    table = balance.counts(
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
    table = balance.counts(
        labels(
            ("english", "a", "015", "letters"),
            ("kannada", "k", "015", "kannada"),
            ("kannada", "k", "016", "kannada"),
            ("kannada", "k", "", "kannada"),
            ("english", "b", "", "letters"),
        ),
        balance.PERSON,
    )
    assert set(table.index) == {"", "015 · letters", "015 · kannada", "016"}
    assert table.loc[""].tolist() == [1, 1]
    assert table.loc["015 · kannada"].to_dict() == {"english": 0, "kannada": 1}


def test_hands_and_characters_nobody_knows_are_counted_as_none() -> None:
    rows = [("arabic", "x", str(n % 3), "a" if n < 150 else "b") for n in range(300)]
    said = " ".join(balance.uneven(labels(*rows, *[("arabic", "", "", "a")] * 5)))
    assert "One writer" not in said  # three in either collection: six people
    assert "Some characters have fewer" not in said


def test_values_that_do_not_occur_are_not_counted() -> None:
    some = labels(("arabic", "a", "", "x"), ("english", "b", "", "x"))
    table = balance.counts(some[some["script"] == "arabic"], "character")
    assert (list(table.index), list(table.columns)) == (["a"], ["arabic"])


def test_where_all_is_even_nothing_is_said() -> None:
    assert balance.uneven(even(200)) == []


def test_what_is_uneven_is_said_in_plain_words() -> None:
    much = labels(("english", "a", "Ann", "here"), times=3000)
    little = labels(("kannada", "k", "", "there"), ("kannada", "k", "", "elsewhere"), times=50)
    rare = labels(("english", "z", "Bob", "here"), times=3)
    said = "\n".join(balance.uneven(pd.concat([much, little, rare]).astype("category")))
    assert "no images of Arabic, Baybayin, Chinese and Devanagari" in said
    assert "English (Latin) has 30 times as many images as Kannada (3,003 to 100)" in said
    assert "Kannada has fewer than 200 images" in said
    assert "fewer than 20 images: English (Latin) (1 of 2)" in said
    assert "One writer, Ann, wrote 100% of English (Latin)" in said
    assert "Nobody knows who wrote Kannada" in said
    assert "All images of English (Latin) come from one collection" in said


@pytest.mark.parametrize(("images", "said"), [(600, True), (599, False)])
def test_a_script_with_twice_the_images_of_another_is_lopsided(images: int, said: bool) -> None:
    more, less = [("english", "a", "Ann", "x")] * images, [("kannada", "k", "Bob", "y")] * 300
    words = balance.uneven(labels(*more, *less))
    assert any("2 times as many images as Kannada" in each for each in words) == said


def test_the_name_of_a_writer_is_shown_as_it_is() -> None:
    words = balance.uneven(labels(*[("arabic", "a", "*Ann*", "x")] * 9))
    assert any(r"One writer, \*Ann\*, wrote" in each for each in words)


@pytest.mark.parametrize(("images", "said"), [(26, True), (25, False)])
def test_a_writer_of_more_than_a_quarter_is_named(images: int, said: bool) -> None:
    rows = [("arabic", "a", "Ann" if n < images else f"{n % 20}", "x") for n in range(100)]
    words = [each for each in balance.uneven(labels(*rows)) if each.startswith("One writer")]
    assert [each.endswith("Test with the split *Other writers*.") for each in words] == [
        True
    ] * said
    assert [each.startswith("One writer, Ann, wrote 26%") for each in words] == [True] * said


def test_characters_that_are_all_rare_are_not_called_some() -> None:
    rare = labels(*[("arabic", each, "", "x") for each in "abc"], times=5)
    assert "Some characters" not in " ".join(balance.uneven(rare))


def test_of_no_images_it_is_said_that_there_are_none() -> None:
    assert balance.uneven(even(1).iloc[:0]) == ["It holds no images."]


def test_classes_of_ones_own_are_not_spoken_of_as_scripts() -> None:
    rows = [("other", "star", "", "mine")] * 30 + [("other", "circle", "", "mine")] * 5
    said = " ".join(balance.uneven(labels(*rows)))
    assert "There are no images of" not in said
    assert "collection" not in said
    assert "Some characters have fewer than" in said


@pytest.mark.parametrize(("count", "said"), [(19, True), (20, False)])
def test_fewer_than_twenty_images_of_a_character_are_few(count: int, said: bool) -> None:
    rows = [("arabic", "a", "", "x")] * 30 + [("arabic", "b", "", "x")] * count
    assert ("Some characters" in " ".join(balance.uneven(labels(*rows)))) is said


def test_one_script_of_one_collection_is_named() -> None:
    words = balance.uneven(labels(*[("arabic", "a", "w", "x")] * 30))
    assert any(each.startswith("All images of Arabic come from one collection:") for each in words)
