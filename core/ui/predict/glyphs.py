"""Letters of the sketchbook on the Predict page: to be drawn for the visitor, or to copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.scripts import NAMES, script
from core.ui import state
from core.ui.strokes import SIDE, Letter, from_glyph

_PEN = 14
# A bar and a circle: letters in one script, digits or other letters in another.
_ANYBODYS = frozenset("IlOoاه")

_CSS = """
.glyphs {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
    max-height: 11rem;
    padding: 1px;
    overflow-y: auto;
}
button {
    width: 3.1rem;
    height: 3.1rem;
    padding: 0.1rem;
    cursor: pointer;
    background: var(--st-background-color);
    border: 1px solid var(--st-border-color);
    border-radius: var(--st-base-radius);
}
button:hover, button:focus-visible {
    border-color: var(--st-primary-color);
    outline: 1px solid var(--st-primary-color);
}
svg { display: block; }
path {
    fill: none;
    stroke-width: 16;
    stroke-linecap: round;
    stroke-linejoin: round;
}
"""

_row = st.components.v2.component(
    "scriptorium_glyphs",
    html='<div class="glyphs" role="group"></div>',
    css=_CSS,
    js=Path(__file__).with_name("glyphs.js").read_text(encoding="utf-8"),
)


def show_letters() -> None:
    """Offer letters to be drawn for the visitor, and others to copy."""
    _show_examples()
    _show_letters_to_copy()


def _show_examples() -> None:
    """Offer a letter of each script; a click draws it on the sheet, as if by hand."""
    number = state.examples()
    sheet = state.sheet()
    with st.container(gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption("No pen at hand? Click a letter.", width="content")
            st.button(
                "Others", icon=":material/refresh:", type="tertiary", on_click=state.next_examples
            )
        letters = examples(number)
        _pick(letters, f"examples-{number}", "Draw", lambda letter: sheet.lay(letter.drawing))


def _show_letters_to_copy() -> None:
    """Offer the letters of one script; a click shows one faintly on the sheet, to copy."""
    sheet = state.sheet()
    with st.expander("Letters to copy", icon=":material/stylus_note:", key="letters-to-copy"):
        st.caption("Click a letter and draw over its faint copy, which the model does not see.")
        name = st.pills(
            "Script of the letters",
            NAMES,
            default=NAMES[1],
            required=True,
            format_func=lambda name: script(name).title,
            key="copy-from",
            label_visibility="collapsed",
        )
        _pick(alphabet(name), f"letters-{name}", "Copy", sheet.copy)
        st.button(
            "Take the faint letter away",
            icon=":material/ink_eraser:",
            on_click=sheet.copy,
            args=[None],
            disabled=sheet.guide is None,
        )


def _pick(letters: Sequence[Letter], key: str, does: str, use: Callable[[Letter], None]) -> None:
    def picked() -> None:
        place = st.session_state[key].picked
        if place is not None and 0 <= place < len(letters):
            use(letters[place])

    _row(
        data={"side": SIDE, "does": does, "glyphs": [_shown(each) for each in letters]},
        on_picked_change=picked,
        key=key,
    )


def _shown(letter: Letter) -> dict[str, Any]:
    return {
        "path": _path(letter),
        "color": script(letter.script).color,
        "label": f"{script(letter.script).title} {letter.character}",
    }


@cache
def _path(letter: Letter) -> str:
    """The strokes as SVG path data."""
    lines = (" ".join(f"{x} {y}" for x, y in each.points) for each in letter.drawing)
    return "".join(f"M{line}" for line in lines)


def examples(number: int) -> tuple[Letter, ...]:
    """Return one letter of each script, other ones for another `number`.

    They are of font families that no training saw. Bars, circles and digits are left out: nobody
    could tell whose they are.
    """
    random = np.random.default_rng(number)
    chosen = []
    for name in NAMES:
        pool = [each for each in alphabet(name, held_out=True) if each.character not in _ANYBODYS]
        chosen.append(pool[int(random.integers(len(pool)))])
    return tuple(chosen)


@cache
def alphabet(name: str, *, held_out: bool | None = None) -> tuple[Letter, ...]:
    """Return the letters of a script, without digits.

    Each once, of the first family that has it; or where `held_out` says so, those of all families
    held out of training, or of all others.
    """
    from core.data.sketchbook import Sketchbook, characters
    from core.data.sketchbook.characters import is_basic

    glyphs = [
        each
        for each in Sketchbook.load().glyphs(name, held_out=held_out)
        if is_basic(each.character) and not each.character.isdigit()
    ]
    if held_out is None:
        once = {each.character: each for each in reversed(glyphs)}
        glyphs = [once[each] for each in characters(name) if each in once]
    return tuple(Letter(name, each.character, from_glyph(each.strokes, _PEN)) for each in glyphs)
