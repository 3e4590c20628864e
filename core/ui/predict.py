"""The Predict page's parts: the drawing, its link, the answer."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from core.errors import ImageError
from core.inference.predictor import Prediction, Predictor
from core.scripts import script
from core.ui import charts, pictures, state
from core.ui.canvas import draw_on
from core.ui.letter import letter
from core.ui.strokes import from_text, picture, to_text

_DRAWING, _MODEL = "drawing", "model"
_SEEN = 88


def open_link(models: Sequence[str]) -> int:
    """Lay out the drawing the page's address brings, once; return the place of its model."""
    sheet = state.sheet()
    link = st.query_params.get(_DRAWING, "")
    if link and link != sheet.link:
        sheet.link = link
        try:
            sheet.lay(from_text(link))
        except ImageError as error:
            sheet.lay(())
            _doubt(f"{error}.".capitalize())
    wanted = st.query_params.get(_MODEL, models[0])
    if wanted in models:
        return models.index(wanted)
    _doubt(
        f"The link asks for the model {wanted[:40]!r}, which this machine does not have; "
        f"{models[0]!r} answers instead."
    )
    return 0


def _doubt(message: str) -> None:
    st.warning(message, icon=":material/link_off:")


@st.fragment
def draw_and_answer(model: str, predictor: Predictor) -> None:
    """Show the canvas and its tools, and the answer beside it; only this part runs again."""
    sheet = state.sheet()
    left, right = st.columns([6, 7], gap="medium")
    with left:
        pen = st.slider("Pen width", 4, 40, 16, key="pen")
        sheet.drawing = draw_on(sheet, pen)
        with st.container(horizontal=True):
            bare = not sheet.drawing
            st.button("Undo", icon=":material/undo:", on_click=sheet.undo, disabled=bare)
            st.button("Clear", icon=":material/delete:", on_click=sheet.clear, disabled=bare)
            shared = st.button("Copy link", icon=":material/link:", disabled=bare)
        _share(sheet, model, asked=shared)
    with right:
        if not sheet.drawing:
            st.info("Draw a character on the sheet: mouse, pen or finger.", icon=":material/draw:")
            _bars([(name, 0.0) for name in predictor.labels])
            return
        image = picture(sheet.drawing)
        show_answer(predictor.predict(image))
    show_steps(predictor, image)


def _share(sheet: state.Sheet, model: str, *, asked: bool) -> None:
    """Put drawing and model into the address when asked to, and keep them up to date there."""
    if not sheet.drawing:
        st.query_params.clear()
        return
    if not asked and _DRAWING not in st.query_params:
        return
    sheet.link = to_text(sheet.drawing)
    st.query_params.from_dict({_MODEL: model, _DRAWING: sheet.link})
    st.code(f"{st.context.url}?{urlencode(st.query_params.to_dict())}", language=None, height=80)
    st.caption("Whoever opens this link sees the same drawing and the same answer.")


def show_answer(prediction: Prediction) -> None:
    """Show which script it is, how sure the model is, and all six in order."""
    name, share = prediction.ranked[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(letter(name), width=64, alt=f"a letter of {script(name).title}")
        with st.container(gap=None):
            st.subheader("None of the six" if prediction.rejected else script(name).title)
            sure = f"{charts.percent(share)} sure"
            if prediction.rejected:
                sure = f"Of the six, {script(name).title} comes closest."
            st.caption(sure)
    _bars(prediction.ranked)


def _bars(ranked: Sequence[tuple[str, float]]) -> None:
    # Drawn before there is an answer too: the first figure a browser draws takes it a second.
    st.plotly_chart(
        charts.ranking(ranked),
        config={"staticPlot": True},
        key="ranking",
        alt=", ".join(f"{script(name).title} {charts.percent(share)}" for name, share in ranked),
    )


def show_steps(predictor: Predictor, image: np.ndarray) -> None:
    """Show what the model saw: the image after each step of its pipeline."""
    st.markdown(
        f"**What the model saw**, after each step of its {predictor.pipeline.name} pipeline"
    )
    trace = predictor.pipeline.trace(image)
    st.image(
        [pictures.cell(seen, _SEEN) for _, seen in trace],
        caption=[step.label for step, _ in trace],
        width=_SEEN,
        alt=[f"after the step {step.label}" for step, _ in trace],
    )
