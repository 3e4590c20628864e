"""Letters of fonts no training saw, drawn stroke by stroke on the real canvas."""

from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from core.data.sketchbook import Sketchbook
from core.scripts import script

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
