"""The theme a visitor changes while a page is open: Streamlit itself does not run the page for it.

What depends on the theme would stay as it was: the writing in figures, whose colour is put in when
they are drawn, and the kind of the main button.
"""

from __future__ import annotations

import streamlit as st

_CSS = """
div {
    background: var(--st-background-color);
    transition: background-color 1ms;
}
"""

_JS = """
export default function ({ parentElement, setTriggerValue }) {
  const told = () => setTriggerValue("changed", true);
  parentElement.querySelector("div").ontransitionend = told;
}
"""

_watch = st.components.v2.component("scriptorium_theme", html="<div></div>", css=_CSS, js=_JS)


def follow_theme() -> None:
    """Run the page once more when its visitor has changed the theme."""
    _watch(on_changed_change=lambda: None, key="theme", height=1)
