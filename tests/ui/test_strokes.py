"""Strokes survive the canvas, the link, and what people do to links."""

import numpy as np
import pytest

from core.errors import ImageError
from core.ui.strokes import SIDE, Stroke, from_canvas, from_text, picture, to_canvas, to_text

HOOK = Stroke(12, ((40, 40), (200, 42), (200, 210), (150, 240)))
DOT = Stroke(8, ((20, 260),))
DRAWING = (HOOK, DOT)


def test_a_link_gives_back_the_same_drawing():
    assert from_text(to_text(DRAWING)) == DRAWING


def test_the_canvas_gives_back_the_same_drawing():
    assert from_canvas(to_canvas(DRAWING)) == DRAWING


def test_a_blank_canvas_has_no_strokes():
    assert from_canvas([]) == ()


def test_a_pen_far_off_the_sheet_still_fits_a_link():
    drawing = from_canvas([[5, [[10, 10], [10_000, -10_000]]]])
    assert from_text(to_text(drawing)) == drawing


def test_the_text_is_safe_in_an_address_and_short():
    wave = tuple((x, 140 + x % 7) for x in range(0, 280, 4))
    text = to_text((Stroke(10, wave),))
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(text) < 3 * len(wave)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello world",
        "%%%",
        "AA",
        to_text(DRAWING)[:-3],
        to_text(DRAWING)[1:],
        to_text(()),
        "AQr_____________",
        "ü",
    ],
)
def test_a_damaged_link_says_so(text: str):
    with pytest.raises(ImageError, match="damaged"):
        from_text(text)


def test_the_picture_is_dark_ink_on_white_where_the_pen_was():
    image = picture(DRAWING)
    assert image.shape == (SIDE, SIDE)
    assert image.dtype == np.uint8
    assert image[41, 100] < 60
    assert image[260, 20] < 60
    assert image[100, 100] == 255


def test_every_point_of_an_odd_shape_is_drawn():
    assert picture((Stroke(3, ((5, 5), (5, 5))),)).min() < 60
    assert picture(()).min() == 255
