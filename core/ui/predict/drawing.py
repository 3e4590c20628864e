"""Drawing on the Predict page: the sheet, its link, and the answer beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import ImageError
from core.inference.predictor import Predictor
from core.text import sentence
from core.ui import state
from core.ui.canvas import catch_up, draw_on
from core.ui.page import asked_for, doubt_link, on_phone
from core.ui.predict.answer import in_brief, show_answer, show_bars, show_steps
from core.ui.predict.beside import Beside, ask_beside
from core.ui.predict.hand import ask_what_it_was
from core.ui.strokes import from_text, picture, to_text

_DRAWING, _MODEL = "drawing", "model"
_LONGEST = 50_000
"""Characters of a drawing in a link; of an address of over 64 kB the server hears nothing."""

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

_clipboard = st.components.v2.component(
    "scriptorium_link",
    html='<p role="status"></p>',
    css="p { margin: 0; min-height: 1.5em; font: 400 0.95rem var(--st-font); }",
    js=Path(__file__).with_name("copy.js").read_text(encoding="utf-8"),
)


def open_link(models: Sequence[str]) -> int:
    """Lay out the drawing the page's address brings, once; return the place of its model.

    Where it names none, that is the model which answered last.
    """
    sheet = state.sheet()
    link = st.query_params.get(_DRAWING, "")
    if link and link != sheet.link:
        sheet.link, sheet.replaced = link, ((), True)
        try:
            sheet.lay(from_text(link), own=hash(link) in sheet.shared)
        except ImageError as error:
            sheet.lay(())
            doubt_link(sentence(str(error)))
    wanted = st.query_params.get(_MODEL, state.answering())
    return models.index(wanted) if wanted in models else 0


def say_who_answers(models: Sequence[str], model: str) -> None:
    """Say that `model` answers where the page's address asks for one that is not here.

    Any other address asks for the model from now on, but for the one that answers anyway.
    """
    wanted = st.query_params.get(_MODEL, models[0])
    if wanted not in models:
        doubt_link(
            f"The link asks for the model “{asked_for(wanted)}”, which this machine does not have; "
            f"“{model}” answers instead."
        )
    elif wanted != model:
        st.query_params[_MODEL] = model


@st.fragment
def draw_and_answer(
    models: Sequence[str], model: str, predictor: Predictor, beside: Beside, version: int
) -> None:
    """Show the canvas and its tools, and the answer beside it; only this part runs again.

    Args:
        models: those that can be asked.
        model: the one that answers.
        predictor: the same, loaded.
        beside: who is asked as well, as the rest of the page shows it.
        version: of the visitor's drawings, likewise.
    """
    sheet = state.sheet()
    if state.drawings().version != version:
        st.rerun()
    left, right = st.columns([6, 7], gap="medium")
    with left:
        brief = st.empty() if on_phone() else None  # the answer itself is below the sheet there
        paper = st.container()
        pen = st.slider("Pen width", 4, 40, 16, key="pen")
        with paper if on_phone() else st.container():  # a phone shows little more than the sheet
            sheet.take(draw_on(sheet, pen))
        tools = st.container(horizontal=True, vertical_alignment="center", gap="xsmall")
        with tools:
            bare = not sheet.drawing
            stuck = not sheet.can_undo
            for does, icon, act, idle in (
                ("Undo", ":material/undo:", sheet.undo, stuck),
                ("Clear", ":material/delete:", sheet.clear, bare),
            ):
                st.button(does, icon=icon, on_click=_caught_up, args=[sheet, act], disabled=idle)
            shared = st.button("Copy link", icon=":material/link:", disabled=bare)
        _share(sheet, model, tools, asked=shared)
    with right:
        if not sheet.drawing:
            if brief:
                brief.caption("Draw with a finger: the answer stands here.")
            st.info("Draw a character on the sheet: mouse, pen or finger.", icon=":material/draw:")
            show_bars([(name, 0.0) for name in predictor.labels])
            return
        image = picture(sheet.drawing)
        prediction = predictor.predict(image)
        if brief:
            brief.caption(in_brief(prediction))
        show_answer(prediction, predictor)
        if sheet.own:
            ask_what_it_was(sheet, model, predictor, prediction)
        ask_beside(image, models, model, beside)
    show_steps(predictor, image)


def _caught_up(sheet: state.Sheet, act: Callable[[], None]) -> None:
    catch_up(sheet)
    act()


def _share(sheet: state.Sheet, model: str, tools: DeltaGenerator, *, asked: bool) -> None:
    """Put drawing and model into the address when asked to, and keep them up to date there.

    That it was copied is said beside the `tools`.
    """
    if not sheet.drawing:
        st.query_params.pop(_DRAWING, None)
        sheet.link = ""  # the same link may come again
        return
    if not asked and _DRAWING not in st.query_params:
        return
    sheet.link = to_text(sheet.drawing)
    if sheet.own:
        sheet.shared.add(hash(sheet.link))
    if len(sheet.link) > _LONGEST:
        st.query_params.pop(_DRAWING, None)
        doubt_link("This drawing has too many strokes for a link: clear the sheet, and draw less.")
        return
    st.query_params.from_dict({_MODEL: model, _DRAWING: sheet.link})
    link = f"{st.context.url}?{urlencode(st.query_params.to_dict())}"
    if asked:
        with tools:  # as often as it is asked for
            said = {"text": link, "press": time.monotonic_ns()}
            _clipboard(data=said, key="copied-link", width="content")
    st.code(link, language=None, wrap_lines=True)
    where = "It is the address of this page as well. "
    if urlsplit(link).hostname in _THIS_MACHINE:
        where += (
            "It leads nowhere on other machines: open Scriptorium by its *Network URL*, which "
            "stands where it was started, and copy the link there."
        )
    else:
        where += "Whoever can reach this server sees the same drawing and the same answer."
    st.caption(where)
