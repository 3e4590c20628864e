"""The six sets themselves, where they are; nothing is decoded."""

from collections import Counter
from pathlib import Path

import pytest

from core.data.scan import Item, scan
from core.data.sources import SOURCES, find_local

pytestmark = pytest.mark.real_data

COUNTS = {
    "arabic": 16_800,
    "baybayin": 9_839,
    "chinese": 15_000,
    "devanagari": 27_600,
    "english": 3_410,
    "kannada": 6_550,
}


@pytest.fixture(scope="module")
def items(real_data: Path) -> tuple[Item, ...]:
    found = scan([str(real_data / "kaggle")])
    assert found.skipped == ()
    return found.items


def test_every_image_of_every_set_is_found(items: tuple[Item, ...]) -> None:
    assert Counter(each.script for each in items) == COUNTS
    assert len(items) == 79_199
    assert len({each.file.path for each in items}) == 79_199
    assert {each.collection for each in items} == {source.name for source in SOURCES}


def test_their_characters_writers_and_folds(items: tuple[Item, ...]) -> None:
    def distinct(field: str) -> dict[str, int]:
        values: dict[str, set[str]] = {script: set() for script in COUNTS}
        for each in items:
            values[each.script].add(getattr(each.label, field))
        return {script: len(each - {""}) for script, each in values.items()}

    assert distinct("character") == {
        "arabic": 28,
        "baybayin": 63,
        "chinese": 15,
        "devanagari": 46,
        "english": 62,
        "kannada": 655,
    }
    writers = distinct("writer")
    # two Kannada images are numbered as by a 26th of 25 writers
    assert (writers["chinese"], writers["english"], writers["kannada"]) == (100, 55, 26)
    folds = Counter((each.script, each.label.fold) for each in items if each.label.fold)
    assert folds == {
        ("arabic", "train"): 13_440,
        ("arabic", "test"): 3_360,
        ("devanagari", "train"): 23_000,
        ("devanagari", "test"): 4_600,
    }


def test_each_set_is_found_by_its_name(real_data: Path) -> None:
    found = find_local([real_data / "kaggle"])

    assert all(found[source.name] for source in SOURCES)
