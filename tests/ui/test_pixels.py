"""Figures of pixels."""

import numpy as np
import pytest

from core.ui import charts


def test_pixels_are_counted_by_their_grey_level():
    image = np.array([[0, 0, 9], [128, 255, 255]], np.uint8)

    np.testing.assert_allclose(charts.grey_histogram(image, 2), [3 / 6, 3 / 6])
    np.testing.assert_allclose(charts.grey_histogram(image, 4), [3 / 6, 0, 1 / 6, 2 / 6])


def test_colour_is_counted_by_its_luminance():
    green = np.zeros((2, 2, 3), np.uint8)
    green[..., 1] = 255  # 0.587 of white
    assert charts.grey_histogram(green, 10)[5] == 1


def test_every_picture_has_a_row_and_every_stage_a_panel():
    black, white = np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)
    figure = charts.grey_levels(
        {"before": [white, black], "after": [black, black]}, ["one", "two"], ["#111111", "#222222"]
    )
    first, second, third, fourth = figure.data
    assert [each.xaxis for each in figure.data] == ["x", "x", "x2", "x2"]
    assert (first.base, second.base, third.base, fourth.base) == (1, 0, 1, 0)
    assert [int(np.argmax(each.customdata)) for each in figure.data] == [23, 0, 0, 0]
    assert (first.marker.color, second.marker.color) == ("#111111", "#222222")
    assert list(figure.layout.yaxis.ticktext) == ["one", "two"]
    assert [each.text for each in figure.layout.annotations] == ["<b>before</b>", "<b>after</b>"]
    before, after = figure.layout.xaxis.domain, figure.layout.xaxis2.domain
    assert before[1] < after[0]
    # A bar never reaches the row above it.
    assert max(first.y) == pytest.approx(0.82)


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 3)], ids=["grey", "colour"])
def test_the_first_row_of_a_picture_is_at_the_top(shape: tuple[int, ...]):
    assert charts.pixel_view(np.zeros(shape, np.uint8)).layout.yaxis.autorange == "reversed"
