"""Strokes survive the canvas, the link, and what people do to links."""

import numpy as np
import pytest

from core.errors import ImageError
from core.ui.strokes import (
    SIDE,
    Stroke,
    from_canvas,
    from_glyph,
    from_text,
    picture,
    to_canvas,
    to_text,
)

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


def test_a_glyph_on_the_canvas_keeps_its_shape_with_fewer_points():
    turn = np.linspace(0, 2 * np.pi, 200)
    ring = 0.5 + 0.5 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    round_, straight = from_glyph([ring, np.linspace((0, 0), (1, 1), 50)], pen=10)
    assert len(straight.points) == 2
    assert len(round_.points) < 100
    points = np.array(round_.points) - SIDE / 2
    # two sevenths of the canvas are margin, which leaves a radius of 100 px
    for places in (points, (points[1:] + points[:-1]) / 2):
        np.testing.assert_allclose(np.hypot(*places.T), 100, atol=1.5)


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
