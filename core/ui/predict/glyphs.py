"""Letters of the sketchbook on the Predict page: to be drawn for the visitor, or to copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.scripts import NAMES, character_of, script, script_of
from core.ui import state
from core.ui.canvas import catch_up
from core.ui.strokes import SIDE, Letter, from_glyph

if TYPE_CHECKING:
    from core.data.sketchbook.strokes import Glyph

_PEN = 14
_PLAIN = {"english": "Klee One", "kannada": "Noto Sans Kannada"}
"""Families that write as schoolbooks do, where the first of a script does not."""
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
        _pick(letters, f"examples-{number}", "Draw", lambda letter: _replace(sheet, letter))


def _replace(sheet: state.Sheet, letter: Letter) -> None:
    catch_up(sheet)
    sheet.replace(letter.drawing)


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

    Each once, as plainly as can be; or where `held_out` says so, those of all families
    held out of training, or of all others.
    """
    from core.data.sketchbook import Sketchbook, characters
    from core.data.sketchbook.characters import is_basic

    if held_out is None:
        once = _plainly(name)
        glyphs = [once[each] for each in characters(name) if each in once]
    else:
        glyphs = list(Sketchbook.load().glyphs(name, held_out=held_out))
    return tuple(
        Letter(name, each.character, from_glyph(each.strokes, _PEN))
        for each in glyphs
        if is_basic(each.character) and not each.character.isdigit()
    )


@cache
def in_strokes(name: str) -> str:
    """Return the character of a `class_name` as SVG in its script's colour.

    As the sketchbook draws it; one that is not there in the browser's own letters.
    """
    of, character = script_of(name), character_of(name)
    glyph = _plainly(of).get(character)
    color = script(of).color
    if glyph is None:
        inside = (
            f'<text x="50%" y="50%" fill="{color}" font-size="{SIDE // 2}" text-anchor="middle" '
            f'dominant-baseline="central">{escape(character)}</text>'
        )
    else:
        path = _path(Letter(of, character, from_glyph(glyph.strokes, _PEN)))
        inside = (
            f'<path d="{path}" fill="none" stroke="{color}" stroke-width="16" '
            'stroke-linecap="round" stroke-linejoin="round"/>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">{inside}</svg>'


@cache
def _plainly(name: str) -> dict[str, Glyph]:
    """Return the characters of a script, each as one family draws it, the plainest that has it."""
    from core.data.sketchbook import Sketchbook

    glyphs = Sketchbook.load().glyphs(name)
    plain = [each for each in glyphs if each.collection == _PLAIN.get(name)]
    return {each.character: each for each in [*reversed(glyphs), *plain]}
