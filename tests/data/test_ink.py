"""How ink is measured: each number is worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from core.data import ink
from core.data.store import Store


@pytest.mark.parametrize("width", [3, 5, 9])
@pytest.mark.parametrize("dark", [False, True])
def test_a_bar_is_as_wide_as_it_was_drawn(width: int, dark: bool) -> None:
    image = np.zeros((60, 100), np.uint8)
    image[20 : 20 + width, 10:90] = 255
    seen = ink.ink(255 - image if dark else image)
    assert seen.dark_on_light == dark
    assert seen.share == width * 80 / 6000
    assert seen.stroke == pytest.approx(width, abs=0.35)
    assert seen.extent == 80
    assert seen.relative_stroke == seen.stroke / 80


def test_bare_paper_has_no_ink() -> None:
    seen = ink.ink(np.full((20, 20, 3), 250, np.uint8))
    assert (seen.share, seen.stroke, seen.extent, seen.relative_stroke) == (0, 0, 0, 0)


def test_ink_that_touches_every_side_is_measured_too() -> None:
    image = np.zeros((9, 9), np.uint8)
    image[3:6] = image[:, 3:6] = 255
    assert ink.ink(image).extent == 9


def test_measures_are_those_of_each_image(canonical_store: Path) -> None:
    store = Store.open(canonical_store)
    rows = np.array([0, 100, 287])
    table = ink.measures(store, rows)
    for source, (_, found) in zip(store.sources(rows), table.iterrows(), strict=True):
        seen = ink.ink(source)
        assert found["dark_on_light"] == seen.dark_on_light
        assert found["ink_share"] == seen.share
        assert found["stroke"] == seen.relative_stroke
        assert found["level"] == source.mean()


def test_the_level_of_a_colour_is_its_luminance(monkeypatch: pytest.MonkeyPatch) -> None:
    blue = np.zeros((8, 8, 3), np.uint8)
    blue[..., 2] = 255
    monkeypatch.setattr(ink, "_one_by_one", lambda *_: [blue])
    [level] = ink.measures(None, np.array([0]))["level"]
    assert level == 29  # 0.114 of 255, and not a third


def test_the_average_of_one_image_is_that_image(canonical_store: Path) -> None:
    store = Store.open(canonical_store)
    labels = store.labels()
    row = int(np.flatnonzero(labels["script"] == "chinese")[0])  # 64x64, grey
    np.testing.assert_array_equal(ink.average(store, np.array([row])), store.sources([row])[0])


def test_the_ink_map_is_the_share_of_images_with_ink_there() -> None:
    images = np.array([[[0, 255]], [[0, 255]], [[200, 0]], [[100, 255]]], np.uint8)
    assert ink.ink_map(images).tolist() == [[0.25, 0.75]]


def test_ink_is_ink_where_a_pipeline_left_it_dark_on_light() -> None:
    bar = np.zeros((1, 9, 9), np.uint8)
    bar[0, 2:7, 4] = 255
    np.testing.assert_array_equal(ink.ink_map(255 - bar), ink.ink_map(bar))
    assert ink.ink_map(bar).sum() == 5
