"""The sheet of paper to draw on."""

from __future__ import annotations

from streamlit_drawable_canvas import st_canvas

from core.ui.state import Sheet
from core.ui.strokes import INK, PAPER, SIDE, Drawing, from_canvas, to_canvas


def draw_on(sheet: Sheet, pen: int) -> Drawing:
    """Show the canvas and return what is on it.

    The component redraws only when its key changes, so a new sheet is a new key; all else stays
    the same from run to run, or the strokes would be lost.
    """
    result = st_canvas(
        stroke_width=pen,
        stroke_color=INK,
        background_color=PAPER,
        height=SIDE,
        width=SIDE,
        drawing_mode="freedraw",
        initial_drawing=to_canvas(sheet.start),
        key=f"sheet-{sheet.number}",
    )
    return from_canvas(result.json_data)
