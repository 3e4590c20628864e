from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

from core.data.splits import SPLITS, split
from core.data.store import Store
from core.errors import DataError


def frame(
    writers: Sequence[str],
    *,
    script: str = "english",
    collection: str = "set",
    folds: Sequence[str] | str = "",
    digests: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Labels as a data set gives them, one row a writer's name."""
    count = len(writers)
    columns = {
        "script": [script] * count,
        "writer": list(writers),
        "fold": [folds] * count if isinstance(folds, str) else list(folds),
        "collection": [collection] * count,
        "digest": digests or [f"{script}-{collection}-{row}" for row in range(count)],
    }
    labels = pd.DataFrame(columns)
    return labels.astype(dict.fromkeys(("script", "writer", "fold", "collection"), "category"))


def together(*frames: pd.DataFrame) -> pd.DataFrame:
    plain = pd.concat([each.astype(str) for each in frames], ignore_index=True)
    return plain.astype(dict.fromkeys(("script", "writer", "fold", "collection"), "category"))


def test_the_splits_there_are() -> None:
    assert SPLITS == ("notebook", "writer", "collection")


@pytest.mark.parametrize("kind", ["notebook", "writer"])
def test_a_split_is_two_sides_of_row_numbers(kind: str, canonical_store: Path) -> None:
    labels = Store.open(canonical_store).labels()

    train, test = split(labels, kind)

    assert train.dtype == test.dtype == np.int64
    assert not set(train) & set(test)
    assert len(set(train)) == len(train)
    assert set(train) | set(test) <= set(range(288))
    again = split(labels, kind)
    np.testing.assert_array_equal(train, again[0])
    np.testing.assert_array_equal(test, again[1])
    assert list(split(labels, kind, seed=1)[1]) != list(test)


def test_the_notebooks_split_is_scikit_learns_on_its_table(canonical_store: Path) -> None:
    labels = Store.open(canonical_store).labels()

    # as the notebook did it: a whole table, 20%, random_state 800
    train, test = train_test_split(labels, test_size=0.2, random_state=800)

    rows = split(labels, "notebook")
    assert rows[0].tolist() == train.index.tolist()
    assert rows[1].tolist() == test.index.tolist()
    assert len(rows[1]) == 58  # a fifth of 288, rounded up


def test_no_writer_stands_on_both_sides(canonical_store: Path) -> None:
    labels = Store.open(canonical_store).labels()

    train, test = split(labels, "writer")

    known = labels["writer"] != ""
    sides = [
        set(labels[known & labels.index.isin(rows)][["collection", "writer"]].apply(tuple, axis=1))
        for rows in (train, test)
    ]
    assert not sides[0] & sides[1]
    assert {collection for collection, _ in sides[1]} == {
        "baybayin-handwritten-images",
        "chinese-mnist",
        "english-handwritten-characters-dataset",
        "kannada-characters",
    }
    # every script is tested
    assert labels["script"].iloc[test].nunique() == 6


def test_a_set_that_brings_its_own_split_keeps_it(canonical_store: Path) -> None:
    labels = Store.open(canonical_store).labels()

    train, test = split(labels, "writer")

    assert set(labels["fold"].iloc[train]) == {"", "train"}
    assert set(labels["fold"].iloc[test]) == {"", "test"}
    counts = labels.iloc[test].groupby("script", observed=True).size()
    # 12 test images each; one of DHCD's is a copy of a training image
    assert (counts["arabic"], counts["devanagari"]) == (12, 11)


def test_no_test_image_is_a_copy_of_a_training_image(canonical_store: Path) -> None:
    labels = Store.open(canonical_store).labels()

    train, test = split(labels, "writer")

    assert not set(labels["digest"].iloc[train]) & set(labels["digest"].iloc[test])


def test_about_a_fifth_of_every_collection_is_tested() -> None:
    fifty = [f"w{writer}" for writer in range(50) for _ in range(20)]
    labels = together(
        frame(fifty, collection="one"),
        frame(fifty[:400], collection="two", script="kannada"),
    )

    for seed in range(5):
        _, test = split(labels, "writer", seed=seed)
        tested = labels["collection"].iloc[test].value_counts()
        assert tested["one"] == 200
        assert tested["two"] == 80


def test_writers_of_one_name_in_two_collections_are_two() -> None:
    names = [f"{number:03}" for number in range(40) for _ in range(5)]
    labels = together(frame(names, collection="one"), frame(names, collection="two"))

    _, test = split(labels, "writer")

    tested = labels.iloc[test].groupby("collection", observed=True)["writer"].unique()
    assert set(tested["one"]) != set(tested["two"])


def test_one_busy_writer_does_not_empty_the_training_side() -> None:
    labels = frame(["busy"] * 70 + ["b"] * 10 + ["c"] * 10 + ["d"] * 10)

    for seed in range(10):
        train, test = split(labels, "writer", seed=seed)
        assert "busy" in set(labels["writer"].iloc[train])
        assert 10 <= len(test) <= 30


@pytest.mark.parametrize("writers", [["a", "b"], ["a", "b", "c"]])
def test_few_writers_are_parted_all_the_same(writers: list[str]) -> None:
    few = frame([writer for writer in writers for _ in range(20)], script="kannada")
    many = frame([f"w{number}" for number in range(50)], collection="other")
    labels = together(few, many)

    _, test = split(labels, "writer")

    assert labels["script"].iloc[test].value_counts()["kannada"] == 20


@pytest.mark.parametrize("seed", range(6))
def test_where_every_writer_is_too_many_the_least_busy_is_tested(seed: int) -> None:
    _, test = split(labels := frame(["a"] * 60 + ["b"] * 50 + ["c"] * 55), "writer", seed)

    assert set(labels["writer"].iloc[test]) == {"b"}


def test_of_unknown_writers_exact_copies_stay_together() -> None:
    digests = [f"{number // 2}" for number in range(100)]
    labels = frame([""] * 100, digests=digests)

    train, test = split(labels, "writer")

    assert not {digests[row] for row in train} & {digests[row] for row in test}
    assert len(train) + len(test) == 100
    assert len(test) == 20


def test_whole_collections_are_held_out() -> None:
    labels = together(
        *(
            frame(["a"] * size, script=script, collection=f"{script}-{name}")
            for script in ("english", "arabic")
            for name, size in (("big", 80), ("small", 20), ("other", 30))
        )
    )

    train, test = split(labels, "collection")

    collections = labels["collection"].astype(str)
    assert not set(collections.iloc[train]) & set(collections.iloc[test])
    assert len(train) + len(test) == len(labels)
    for rows in (train, test):
        assert set(labels["script"].iloc[rows]) == {"english", "arabic"}
    assert labels["script"].iloc[test].value_counts().max() < 80


def test_of_two_even_collections_one_is_held_out() -> None:
    labels = together(*(frame(["a"] * 50, collection=name) for name in ("one", "two")))

    train, test = split(labels, "collection")

    assert (len(train), len(test)) == (50, 50)


@pytest.mark.parametrize("seed", range(20))
def test_a_collection_of_several_scripts_is_on_one_side_for_all(seed: int) -> None:
    sizes = {
        ("arabic", "mine"): 100,
        ("arabic", "yours"): 20,
        ("english", "mine"): 20,
        ("english", "yours"): 100,
        ("kannada", "mine"): 60,
        ("kannada", "yours"): 30,
        ("kannada", "theirs"): 30,
    }
    labels = together(
        *(
            frame(["a"] * count, script=script, collection=name)
            for (script, name), count in sizes.items()
        )
    )

    train, test = split(labels, "collection", seed)

    collections = labels["collection"].astype(str)
    assert not set(collections.iloc[train]) & set(collections.iloc[test])
    assert set(labels["script"].iloc[train]) == {"arabic", "english", "kannada"}
    assert len(train) + len(test) == len(labels)


def test_a_script_is_tested_though_another_has_all_its_collections_too() -> None:
    sizes = {("a", "0"): 20, ("a", "1"): 10, ("a", "2"): 20, ("b", "0"): 30, ("b", "2"): 30}
    labels = together(
        *(
            frame(["a"] * count, script=script, collection=name)
            for (script, name), count in sizes.items()
        )
    )
    for seed in range(20):
        for rows in split(labels, "collection", seed):
            assert set(labels["script"].iloc[rows]) == {"a", "b"}


@pytest.mark.parametrize("seed", range(3))
def test_where_the_collection_chosen_can_not_be_held_out_another_is(seed: int) -> None:
    having, sizes = {"a": "012", "b": "02", "c": "01"}, {"0": 10, "1": 40, "2": 10}
    labels = together(
        *(
            frame(["a"] * sizes[name], script=script, collection=name)
            for script, names in having.items()
            for name in names
        )
    )
    for rows in split(labels, "collection", seed):
        assert set(labels["script"].iloc[rows]) == set(having)


@pytest.mark.parametrize("seed", range(10))
def test_every_script_keeps_something_to_learn_from(seed: int) -> None:
    shared = {"a": ("0", "1"), "b": ("1", "2"), "c": ("2", "0")}
    labels = together(
        *(
            frame(["a"] * 20, script=script, collection=name)
            for script, names in shared.items()
            for name in names
        )
    )

    train, _ = split(labels, "collection", seed)

    assert set(labels["script"].iloc[train]) == set(shared)


def test_one_collection_cannot_be_held_out_of_itself(canonical_store: Path) -> None:
    labels = Store.open(canonical_store).labels()

    with pytest.raises(DataError, match="all Arabic images are of one collection, ahcd1: add"):
        split(labels, "collection")


@pytest.mark.parametrize("kind", SPLITS)
@pytest.mark.parametrize("count", [0, 1])
def test_too_few_images_to_split(kind: str, count: int) -> None:
    with pytest.raises(DataError, match="fewer than two images"):
        split(frame(["a"] * count), kind)


def test_one_writer_cannot_be_split() -> None:
    with pytest.raises(
        DataError, match=r"writers \(writer\) leaves one side empty: bring images of another writer"
    ):
        split(frame(["a"] * 30), "writer")


def test_a_test_part_alone_cannot_be_split() -> None:
    with pytest.raises(DataError, match="leaves one side empty"):
        split(frame([""] * 30, folds="test"), "writer")


def test_an_unknown_split_is_answered_with_those_there_are() -> None:
    with pytest.raises(DataError, match="no split called 'random'; there are notebook, writer, co"):
        split(frame(["a", "b"]), "random")


def of_sizes(sizes: dict[tuple[str, str], int]) -> pd.DataFrame:
    """So many images of each (script, collection), by one writer."""
    return together(
        *(frame(["w"] * n, script=script, collection=name) for (script, name), n in sizes.items())
    )


@pytest.mark.parametrize(
    ("sizes", "held"),
    [
        pytest.param(
            {("a", "m"): 20, ("a", "n"): 80}
            | {("b", "m"): 50, ("b", "p"): 10, ("b", "q"): 10, ("b", "r"): 180},
            {"m"},
            id="what is held out for another script counts towards the fifth",
        ),
        pytest.param(
            {("a", "1"): 20, ("a", "2"): 40, ("a", "3"): 40, ("b", "2"): 20, ("b", "3"): 80},
            {"1", "2"},
            id="where all is settled, about a fifth is chosen",
        ),
        pytest.param(
            {("a", "1"): 20, ("a", "2"): 40, ("a", "3"): 40}
            | {("b", "1"): 10, ("b", "2"): 10, ("b", "3"): 80},
            {"1"},
            id="one that is held out already is enough",
        ),
    ],
)
def test_which_collections_are_held_out(sizes: dict[tuple[str, str], int], held: set[str]) -> None:
    labels = of_sizes(sizes)
    for seed in range(5):
        test = split(labels, "collection", seed)[1]
        assert set(labels["collection"].iloc[test]) == held


def test_the_only_writer_of_a_collection_is_learned_from() -> None:
    labels = together(
        frame(["a"] * 30, script="kannada", collection="one"),
        frame([f"w{n}" for n in range(50)], collection="two"),
    )
    assert set(labels["script"].iloc[split(labels, "writer")[1]]) == {"english"}
