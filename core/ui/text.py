"""What other people named, as text: no markup in it, and no effect on its neighbours."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Return Markdown that shows `text` as it is."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def isolated(character: str) -> str:
    """Return a character that may be written from right to left, so that its neighbours stay."""
    return f"\u2068{character}\u2069"
