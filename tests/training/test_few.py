"""Few images of classes that the shipped model never saw, in small."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.sketchbook.strokes import alphabets
from core.errors import DataError
from core.evaluation.figures import of_few
from core.models.zoo import FAMILIES
from core.training import few
from core.training.few import WAYS, Lesson, Way, by_first_hands, few_images, to_markdown

NEW = [each["name"] for each in alphabets() if each.get("held_out")]


@pytest.fixture(scope="module")
def parts() -> tuple[Lesson, Lesson]:
    return few._alphabets(26, 3)


def test_every_alphabet_no_training_saw_is_a_class(parts: tuple[Lesson, Lesson]) -> None:
    learned, asked = parts

    assert np.bincount(learned.labels).tolist() == [26] * len(NEW)
    assert np.bincount(asked.labels).tolist() == [3] * len(NEW)
    assert learned.images.shape[1:] == asked.images.shape[1:] == (40, 40)


def test_no_image_is_learned_and_asked_for(parts: tuple[Lesson, Lesson]) -> None:
    learned, asked = ({each.tobytes() for each in part.images} for part in parts)

    assert not learned & asked


def test_no_hand_is_in_both_lessons() -> None:
    labels = np.array([0, 1] * 40)
    writers = pd.Series([f"w{row // 14}" for row in range(80)])

    learned = by_first_hands(labels, writers, 15)

    for each in (0, 1):
        of_class = labels == each
        assert 15 <= (learned & of_class).sum() < 15 + 7
        assert not set(writers[learned & of_class]) & set(writers[~learned & of_class])
    # seven of each class are one writer's: two have written enough
    exactly = by_first_hands(labels, writers, 14)
    assert [(exactly & (labels == each)).sum() for each in (0, 1)] == [14, 14]


def test_the_first_images_of_a_class_are_the_first_of_more() -> None:
    lesson = Lesson(np.arange(6, dtype=np.uint8).reshape(6, 1, 1), np.array([0, 1, 0, 1, 0, 1]))

    assert lesson.first(2).images.ravel().tolist() == [0, 2, 1, 3]
    assert lesson.first(2).labels.tolist() == [0, 0, 1, 1]


def test_each_way_learns() -> None:
    said: list[str] = []

    rows = few_images((4,), passes=1280, test=8, say=said.append)

    assert [row["way"] for row in rows] == [way.title for way in WAYS]
    assert len(said) == len(rows)
    assert {row["classes"] for row in rows} == {len(NEW)}
    assert max(row["accuracy"] for row in rows) > 1.5 / len(NEW)


def test_each_number_of_images_is_given_to_each_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def count(_: Way, lesson: Lesson, exam: Lesson, classes: int, passes: int) -> float:
        assert (len(exam.images), classes, passes) == (2 * len(NEW), len(NEW), 64)
        assert len(lesson.images) % len(NEW) == 0
        return len(lesson.images) / len(NEW) / 100

    monkeypatch.setattr(few, "_learn", count)
    rows = few_images((1, 4), passes=64, test=2)

    assert [(row["images"], row["way"], row["accuracy"]) for row in rows] == [
        (number, way.title, number / 100) for number in (1, 4) for way in WAYS
    ]


def test_a_pretrained_way_begins_with_what_the_body_knows(
    parts: tuple[Lesson, Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Loaded(Exception):
        pass

    def load(*_: object) -> None:
        raise Loaded

    assert FAMILIES["glyph"].load is None
    monkeypatch.setitem(FAMILIES, "pretrained", replace(FAMILIES["pretrained"], load=load))
    assert sum(way.family == "pretrained" for way in WAYS) == 2
    for way in WAYS:
        if way.family == "pretrained":
            with pytest.raises(Loaded):
                few._learn(way, parts[0].first(2), parts[1], len(NEW), 64)


def test_no_images_are_refused() -> None:
    with pytest.raises(DataError, match="0 images a class"):
        few_images((10, 0))


def test_a_table_and_a_figure_name_every_number() -> None:
    rows = [
        {"images": count, "way": way.title, "accuracy": 0.5 + place / 10, "classes": 4}
        for count in (10, 1000)
        for place, way in enumerate(WAYS)
    ]

    assert "| 1,000 | 50.0% | 60.0% | 70.0% |" in to_markdown(rows)
    texts = [each.text for each in ET.fromstring(of_few(rows)).iter() if each.tag.endswith("text")]
    assert {"10 images a class", "1,000 images a class", "70.0%", "chance"} <= set(texts)
    assert {way.title for way in WAYS} <= set(texts)
