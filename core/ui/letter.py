"""The sample letter of each script, drawn: many machines have no font for Baybayin."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.scripts import script

_FOLDER = Path(__file__).with_name("letters")


@cache
def letter(name: str) -> str:
    """Return the sample letter of a script as SVG, in the script's colour."""
    svg = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    return svg.replace("currentColor", script(name).color)
