"""Dialogs over a page, which nothing that ends meanwhile closes.

Streamlit closes a dialog when it draws the page anew, whoever's work has just ended.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

import streamlit as st

_OPEN = "dialog-open"


def dialog(
    title: str, *, width: Literal["small", "large"] = "small", icon: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Have a function draw a dialog, as `st.dialog` does; what was held back goes on after it."""

    def drawn_by(body: Callable[..., None]) -> Callable[..., None]:
        @wraps(body)
        def noted(*arguments: Any) -> None:
            st.session_state[_OPEN] = True
            body(*arguments)

        return st.dialog(title, width=width, icon=icon, on_dismiss=close)(noted)

    return drawn_by


def is_open() -> bool:
    """Whether this visitor has a dialog open, and to draw the page anew would close it."""
    return _OPEN in st.session_state


def close() -> None:
    """Take note that no dialog is open: the visitor closed it, or the page is drawn anew."""
    st.session_state.pop(_OPEN, None)
