import numpy as np
import pandas as pd
import pytest

from core.data.review import review
from core.data.sketchbook import families
from core.data.store import Store
from core.errors import DataError

NAMES = ("script", "collection", "writer", "fold")


def table(*rows: tuple[str, str, str, str, str], times: int = 1) -> pd.DataFrame:
    """Labels: script, collection, writer, fold, digest; `times` as often, as other images."""
    frame = pd.DataFrame(
        [
            (*row[:4], f"{row[4]}-{n}" if row[4] else f"{i}-{n}")
            for n in range(times)
            for i, row in enumerate(rows)
        ],
        columns=[*NAMES, "digest"],
    )
    return frame.astype(dict.fromkeys(NAMES, "category"))


def together(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of `tables` into one; no image is in two of them."""
    frame = pd.concat(tables, ignore_index=True).astype(dict.fromkeys(NAMES, "category"))
    return frame.assign(digest=[str(row) for row in range(len(frame))])


def test_a_split_by_chance_leaks_writers_and_says_how_many(canonical_store) -> None:
    labels = Store.open(canonical_store).labels()
    said = review(labels, "notebook", 800)
    assert (said.train, said.test) == (230, 58)
    # by hand: writers of known name, those with images in both parts
    from core.data.splits import split

    train, test = split(labels, "notebook", 800)
    names = labels["collection"].astype(str) + "/" + labels["writer"].astype(str)
    named = labels["writer"] != ""
    sides = [set(names.iloc[rows][named.iloc[rows]]) for rows in (train, test)]
    assert said.shared_writers == len(sides[0] & sides[1]) > 3
    assert said.writers == len(sides[0] | sides[1])
    assert any(
        f"{said.shared_writers:,} of {said.writers:,} are on both sides" in each
        for each in said.warnings()
    )
    assert "One collection each** for every script" in " ".join(said.warnings())


def test_a_split_by_writer_leaks_none(canonical_store) -> None:
    said = review(Store.open(canonical_store).labels(), "writer", 800)
    assert said.shared_writers == 0
    assert said.copies == 0
    assert not any("leaks" in each for each in said.warnings())


def test_copies_are_counted() -> None:
    labels = table(("arabic", "a", "", "", "same"), ("chinese", "b", "", "", ""), times=50)
    labels["digest"] = np.where(labels["script"] == "arabic", "same", labels["digest"])
    said = review(labels, "notebook", 800)
    assert said.copies == (labels["script"].iloc[_test_rows(labels)] == "arabic").sum() > 0
    assert f"{said.copies} test images are learned from too" in " ".join(said.warnings())


def _test_rows(labels: pd.DataFrame) -> np.ndarray:
    from core.data.splits import split

    return split(labels, "notebook", 800)[1]


def test_scripts_with_few_images_or_none_to_test_on_are_named() -> None:
    labels = together(
        table(("arabic", "a", "x", "train", ""), times=30),
        table(("arabic", "a", "y", "test", ""), times=5),
        table(("chinese", "b", "z", "train", ""), times=3),
    )
    said = review(labels, "writer", 800)
    assert said.few == {"chinese": 3}
    assert said.untested == ("chinese",)
    words = said.warnings()
    assert words[0].startswith("**Chinese** has 3 images to learn from")
    assert words[1].startswith("**No test images** of Chinese")


def test_a_script_of_nineteen_images_has_too_few_and_one_of_twenty_enough() -> None:
    labels = together(
        table(("arabic", "a", "x", "train", ""), times=20),
        table(("chinese", "b", "y", "train", ""), times=19),
        table(("arabic", "a", "z", "test", ""), ("chinese", "b", "z", "test", "")),
    )
    assert review(labels, "writer", 800).few == {"chinese": 19}


def test_held_out_collections_quiet_the_warning_about_other_peoples_hands() -> None:
    labels = table(
        ("arabic", "a", "", "", ""),
        ("arabic", "b", "", "", ""),
        ("chinese", "c", "", "", ""),
        ("chinese", "d", "", "", ""),
        times=30,
    )
    said = review(labels, "collection", 800)
    assert len(said.held_out) == 2
    assert said.warnings() == []
    [*_, last] = review(labels, "notebook", 1).warnings()
    assert last.startswith("**Every collection is learned from**")


def test_fonts_written_by_made_up_hands_are_nobodys_handwriting() -> None:
    fonts = [each.name for each in families("arabic")][:4]
    labels = table(*(("arabic", font, "", "", "") for font in fonts), times=30)

    said = review(labels, "collection", 800).warnings()

    assert any("**No person wrote the test images**" in each for each in said)
    assert not any("other people's handwriting" in each for each in said)


def test_where_one_person_wrote_among_made_up_hands_the_test_images_are_not_all_drawn() -> None:
    fonts = [each.name for each in families("arabic")][:2]
    labels = together(
        table(("arabic", fonts[0], "x", "train", ""), times=30),
        table(("arabic", fonts[1], "y", "test", ""), ("arabic", "a", "z", "test", ""), times=5),
    )
    said = review(labels, "writer", 800)
    assert not said.drawn
    assert not any("No person wrote" in each for each in said.warnings())


def test_of_test_images_partly_of_collections_learned_from_the_share_is_said() -> None:
    labels = together(
        table(("arabic", "a", "x", "train", ""), times=30),
        table(("arabic", "a", "y", "test", ""), times=18),
        table(("arabic", "elsewhere", "z", "test", ""), times=6),
    )
    said = review(labels, "writer", 800)
    assert said.held_out == ("elsewhere",)
    assert said.familiar == 0.75
    [warning] = said.warnings()
    assert warning.startswith("**75% of the test images** are of collections that are learned from")


def test_nearly_all_is_not_called_all() -> None:
    labels = together(
        table(("arabic", "a", "x", "train", ""), times=30),
        table(("arabic", "a", "y", "test", ""), times=399),
        table(("arabic", "elsewhere", "z", "test", "")),
    )
    assert review(labels, "writer", 800).warnings()[0].startswith("**over 99% of the test images**")


def test_where_nobody_knows_who_wrote_the_split_by_writers_is_one_by_chance() -> None:
    labels = together(
        table(
            ("arabic", "named", "x", "train", ""), ("arabic", "named", "y", "test", ""), times=30
        ),
        table(("english", "own", "", "", ""), times=200),
    )
    said = review(labels, "writer", 800)
    assert said.by_chance == ("english",)
    [warning] = [each for each in said.warnings() if "Nobody knows" in each]
    assert warning.startswith(
        "**Nobody knows who wrote** English (Latin): there the split *Other writers*"
    )
    # a random fifth is asked for, or the set's own test part is
    assert review(labels, "notebook", 800).by_chance == ()
    own = table(("arabic", "a", "", "train", ""), ("arabic", "a", "", "test", ""), times=30)
    assert review(own, "writer", 800).by_chance == ()
    assert review(own, "writer", 800).nameless


def test_few_test_images_of_a_script_are_named() -> None:
    labels = together(
        table(("arabic", "a", "x", "train", ""), ("english", "b", "x", "train", ""), times=30),
        table(("arabic", "a", "y", "test", ""), times=20),
        table(("english", "b", "y", "test", ""), times=19),
    )
    said = review(labels, "writer", 800)
    assert said.few_tested == {"english": 19}
    assert said.warnings()[0] == (
        "**Test images too few** to trust an accuracy on: English (Latin), 19."
    )
    characters = labels["script"].astype(str).to_numpy()
    assert review(labels, "writer", 800, characters).few_tested == {}


def test_where_characters_are_told_apart_they_are_counted() -> None:
    labels = table(("other", "mine", "", "", ""), times=60)
    characters = np.array(["other/often"] * 56 + ["other/once", *["other/twice"] * 3])
    said = review(labels, "notebook", 800, characters)
    assert set(said.few) <= {"other/once", "other/twice"}
    assert len(said.few) == 2
    assert "**Too few images to learn from** of 2 characters, " in said.warnings()[0]
    assert set(said.untested) <= {"other/once", "other/twice"}
    assert "Too few" not in " ".join(review(labels, "notebook", 800).warnings())


def test_four_images_of_a_character_are_too_few_and_five_enough() -> None:
    labels = together(
        table(("other", "mine", "x", "train", ""), times=9),
        table(("other", "mine", "y", "test", ""), times=2),
    )
    characters = np.array(["other/five"] * 5 + ["other/four"] * 4 + ["other/five", "other/four"])
    assert review(labels, "writer", 800, characters).few == {"other/four": 4}


def test_a_split_that_cannot_be_says_so() -> None:
    labels = table(("arabic", "a", "", "", ""), times=30)
    with pytest.raises(DataError, match="of one collection"):
        review(labels, "collection", 800)
