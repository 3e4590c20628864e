"""What one visitor has in hand, kept in the visitor's own session."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.ui.strokes import Drawing


@dataclass
class Sheet:
    """The sheet of paper on the Predict page.

    Attributes:
        drawing: what is on it now.
        start: what it was laid out with; the canvas goes on from there.
        number: counts the sheets; a new number is a new canvas.
        link: the text of the link it was last laid out from.
    """

    drawing: Drawing = ()
    start: Drawing = ()
    number: int = 0
    link: str = ""

    def lay(self, drawing: Drawing) -> None:
        """Take a fresh sheet with `drawing` on it already."""
        self.drawing = self.start = drawing
        self.number += 1

    def undo(self) -> None:
        """Take the last stroke away."""
        self.lay(self.drawing[:-1])

    def clear(self) -> None:
        """Take everything away."""
        self.lay(())


def sheet() -> Sheet:
    """Return this visitor's sheet of paper."""
    return st.session_state.setdefault("sheet", Sheet())


def sample() -> int:
    """Return the number of the sample on the Prepare page."""
    return st.session_state.setdefault("sample", 0)


def next_sample() -> None:
    """Go on to the next sample on the Prepare page."""
    st.session_state["sample"] = sample() + 1


def pick(key: str, value: object) -> None:
    """Set the widget of that key; only from a callback, before the widget is drawn."""
    st.session_state[key] = value
