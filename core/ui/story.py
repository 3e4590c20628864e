"""What the notebook did and what was found: docs/notebook.md, told without leaving a page."""

from __future__ import annotations

import re

import streamlit as st

from core.ui.dialog import dialog
from core.workspace import CHECKOUT

_TEXT = CHECKOUT / "docs" / "notebook.md"
_PICTURE = re.compile(r"!\[(.*?)\]\((.*?)\)")
_LINK_TO_A_FILE = re.compile(r"(?<!!)\[([^\]]*)\]\((?!http)[^)]*\)")
_DARK = re.compile(r"@media\(prefers-color-scheme:dark\)\{((?:[^{}]*\{[^{}]*\})*)\}")


def offer_story(label: str) -> None:
    """Offer the story behind a button of that label; it opens over the page."""
    if _TEXT.exists() and st.button(label, icon=":material/menu_book:", type="tertiary"):
        _tell()


@dialog("What the notebook did, and what we found", width="large", icon=":material/menu_book:")
def _tell() -> None:
    _, _, text = _TEXT.read_text(encoding="utf-8").partition("\n")  # its title is the dialog's
    # a text; then caption, file and the text that follows, picture by picture
    said, *pictures = _PICTURE.split(_LINK_TO_A_FILE.sub(r"\1", text))
    st.markdown(said)
    for caption, file, after in zip(pictures[::3], pictures[1::3], pictures[2::3], strict=True):
        svg = (_TEXT.parent / file).read_text(encoding="utf-8")
        st.image(in_theme(svg, dark=st.context.theme.type == "dark"), caption=caption, alt=caption)
        st.markdown(after)


def in_theme(svg: str, *, dark: bool) -> str:
    """Return a figure as it is in one theme: alone it heeds the system's, and not the page's."""
    return _DARK.sub(r"\1" if dark else "", svg)
