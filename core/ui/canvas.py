"""The sheet of paper to draw on: a component of our own, small and without a delay.

The ready-made canvas waits 200 ms after the pen has lifted before it tells anybody, and shows its
tools to a mouse only.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.ui.state import Sheet
from core.ui.strokes import INK, SIDE, Drawing, from_canvas, to_canvas

_FAINT = "#DDD6C8"  # of the letter to copy, on white in both themes

_CSS = f"""
canvas {{
    display: block;
    width: {SIDE}px;
    max-width: 100%;
    background: white;
    outline: 1px solid var(--st-border-color);
    border-radius: var(--st-base-radius);
    cursor: crosshair;
    touch-action: none;
}}
"""

_paper = st.components.v2.component(
    "scriptorium_paper",
    html='<canvas role="img" aria-label="Sheet of paper: draw one character here"></canvas>',
    css=_CSS,
    js=Path(__file__).with_name("canvas.js").read_text(encoding="utf-8"),
)


def catch_up(sheet: Sheet) -> None:
    """Take note of strokes that came with a press of a button, for its callback.

    Callbacks come before the page, and with it the canvas, runs.
    """
    canvas = st.session_state.get(f"sheet-{sheet.number}")
    if canvas is not None:
        sheet.take(from_canvas(canvas.strokes))


def draw_on(sheet: Sheet, pen: int) -> Drawing:
    """Show the canvas, draw with a `pen` of that many pixels, and return what is on it.

    A new number of the sheet is a new canvas, laid out with the drawing the sheet starts from. The
    letter to copy is shown under the drawing and is no part of it.
    """
    key = f"sheet-{sheet.number}"
    if key not in st.session_state and sheet.drawing != sheet.start:
        # the visitor was elsewhere meanwhile, and the canvas is gone: lay the drawing out anew
        sheet.lay(sheet.drawing, own=sheet.own)
        key = f"sheet-{sheet.number}"
    guide = to_canvas(sheet.guide.drawing) if sheet.guide else []
    result = _paper(
        data={
            "side": SIDE,
            "ink": INK,
            "faint": _FAINT,
            "pen": pen,
            # a canvas that was away, as behind an error, goes on from all that is known of it
            "start": to_canvas(sheet.drawing),
            "guide": guide,
        },
        default={"strokes": to_canvas(sheet.start)},
        on_strokes_change=lambda: None,
        key=key,
        width="content",
        height="content",
    )
    return from_canvas(result.strokes)
