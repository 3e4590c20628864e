"""A second model, asked about the same picture: it shows what the answer of one is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core.errors import ScriptoriumError, in_one_line
from core.inference.predictor import Predictor, model_folder
from core.text import message
from core.ui import caches, pictures, state
from core.ui.predict.answer import how_reliable, in_brief
from core.workspace import workspace

if TYPE_CHECKING:
    from core.training.runs import Run

_KEY = "asked-beside"
_NOBODY = "nobody"
_FIRST = ("shipped", "notebook")
"""Who is asked beside another before anybody was chosen: the first that is not that one."""
_SEEN = 88


class Beside(NamedTuple):
    """Who is asked beside the model that answers.

    Attributes:
        model: its name; `_NOBODY` where nobody is.
        predictor: the model, loaded; None where nobody is asked, or can be.
        said: how far to trust it, or why it can't be asked.
    """

    model: str
    predictor: Predictor | None = None
    said: str = ""


def title(model: str) -> str:
    """Name a model that comes with Scriptorium; any other is called by its run's id."""
    return "the notebook's model" if model == "notebook" else model


def asked_beside(models: Sequence[str], model: str, runs: Mapping[str, Run]) -> Beside:
    """Return who of `models` is asked beside `model`; `runs` are those there are, by their ids."""
    options = _options(models, model)
    name = st.session_state.get(_KEY, "")
    chosen = name if name in options else _usual(options)
    if chosen == _NOBODY:
        return Beside(chosen)
    try:
        predictor = caches.predictor(chosen, model_folder(chosen, workspace()))
    except (ScriptoriumError, OSError) as error:
        return Beside(chosen, None, message(in_one_line(error)))
    return Beside(chosen, predictor, how_reliable(predictor, runs.get(chosen)))


def ask_beside(image: np.ndarray, models: Sequence[str], model: str, beside: Beside) -> None:
    """Show what the one asked beside `model` says of a picture, and ask for another one.

    With it comes what it was given to see, and how often it is right.
    """
    options = _options(models, model)
    if options == [_NOBODY]:
        return
    with st.container(border=True, gap="small"):
        chosen = st.selectbox(
            "Asked beside it",
            options,
            format_func=title,
            **state.kept(_KEY, beside.model, among=options),
        )
        if chosen != beside.model:
            st.rerun()
        predictor = beside.predictor
        if predictor is None:
            st.caption(beside.said)
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.image(
                pictures.cell(predictor.pipeline.apply(image), _SEEN),
                width=_SEEN,
                alt=f"what {title(chosen)} was given to see",
            )
            with st.container(gap="xsmall"):
                st.markdown(in_brief(predictor.predict(image)))
                st.caption(beside.said)


def _options(models: Sequence[str], model: str) -> list[str]:
    return [*(each for each in models if each != model), _NOBODY]


def _usual(options: Sequence[str]) -> str:
    return next((each for each in _FIRST if each in options), _NOBODY)
