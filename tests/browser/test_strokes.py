"""Letters of fonts no training saw, drawn stroke by stroke on the real canvas."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Page, expect

from core.data.sketchbook import Sketchbook
from core.scripts import script
from core.ui.strokes import SIDE, Stroke, picture, to_text

LETTERS = {
    "arabic": "ش",
    "baybayin": "ᜊ",
    "chinese": "国",
    "devanagari": "क",
    "english": "R",
    "kannada": "ಅ",
}


def strokes(name: str) -> list[np.ndarray]:
    glyphs = Sketchbook.load().glyphs(name, held_out=True)
    return next(each for each in glyphs if each.character == LETTERS[name]).strokes


def draw(page: Page, name: str) -> None:
    box = page.get_by_label("Sheet of paper").bounding_box()
    assert box is not None
    for stroke in strokes(name):
        x, y = (stroke.T * 0.7 + 0.15) * [[box["width"]], [box["height"]]]
        page.mouse.move(box["x"] + x[0], box["y"] + y[0])
        page.mouse.down()
        for to in zip(x[1:], y[1:], strict=True):
            page.mouse.move(box["x"] + to[0], box["y"] + to[1])
        page.mouse.up()


def test_the_canvas_shows_the_picture_that_the_model_gets(
    server: Any, page: Page, settle: Callable[[Page], None]
) -> None:
    quick = Stroke(14, ((30, 140), (120, 30), (220, 150), (140, 250), (60, 200)))
    page.goto(f"{server.url}/predict?drawing={to_text((quick,))}")
    settle(page)
    opaque = page.get_by_label("Sheet of paper").evaluate(
        """(canvas) => Array.from(
            canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
        ).filter((_, i) => i % 4 === 3)"""
    )
    shown = np.array(opaque).reshape(SIDE, SIDE) > 127
    given = picture((quick,)) < 142
    # a browser's brush and ours may differ by a pixel at the rim
    strange = [np.count_nonzero(shown & ~wider(given)), np.count_nonzero(given & ~wider(shown))]
    assert max(strange) < 0.01 * np.count_nonzero(given), strange


def wider(ink: np.ndarray) -> np.ndarray:
    return cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)


def test_letters_drawn_with_the_mouse_get_their_scripts(
    server: Any, page: Page, settle: Callable[[Page], None]
) -> None:
    page.goto(f"{server.url}/predict")
    settle(page)
    sheet = page.get_by_label("Sheet of paper")
    sheet.wait_for()
    sheet.scroll_into_view_if_needed()

    for name in LETTERS:
        draw(page, name)
        heading = page.get_by_role("heading", name=script(name).title, exact=True)
        expect(heading).to_be_visible(timeout=30_000)
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(heading).to_be_hidden()
