"""A second model, asked about the same picture: it shows what the answer of one is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core.errors import ScriptoriumError, in_one_line
from core.inference.predictor import Predictor, model_folder
from core.models.export import BUNDLED
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
    """A second model, by the name it goes by."""

    model: str
    predictor: Predictor


def title(model: str) -> str:
    """Name a model that comes with Scriptorium; any other is called by its run's id."""
    return "the notebook's model" if model == "notebook" else model


def asked_beside(models: Sequence[str], model: str) -> Beside | None:
    """Return which of `models` is asked beside `model`; None where nobody is, or can be."""
    name = st.session_state.get(_KEY, "")
    options = _options(models, model)
    chosen = name if name in options else _usual(options)
    try:
        return None if chosen == _NOBODY else _load(chosen)
    except (ScriptoriumError, OSError):
        return None  # said where it is asked


def ask_beside(image: np.ndarray, models: Sequence[str], model: str) -> Beside | None:
    """Ask which of `models` to ask beside `model`, and show what it says of a picture.

    With it comes what it was given to see, and how often it is right.
    """
    options = _options(models, model)
    if options == [_NOBODY]:
        return None
    with st.container(border=True, gap="small"):
        chosen = st.selectbox(
            "Asked beside it",
            options,
            format_func=title,
            **state.kept(_KEY, _usual(options), among=options),
        )
        if chosen == _NOBODY:
            return None
        try:
            beside = _load(chosen)
        except (ScriptoriumError, OSError) as error:
            st.caption(message(in_one_line(error)))
            return None
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.image(
                pictures.cell(beside.predictor.pipeline.apply(image), _SEEN),
                width=_SEEN,
                alt=f"what {title(chosen)} was given to see",
            )
            with st.container(gap="xsmall"):
                st.markdown(in_brief(beside.predictor.predict(image)))
                st.caption(how_reliable(beside.predictor, _run(chosen)))
    return beside


def _options(models: Sequence[str], model: str) -> list[str]:
    return [*(each for each in models if each != model), _NOBODY]


def _usual(options: Sequence[str]) -> str:
    return next((each for each in _FIRST if each in options), _NOBODY)


def _run(model: str) -> Run | None:
    if model in BUNDLED:
        return None
    from core.training.runs import find_run

    try:
        return find_run(workspace(), model)
    except ScriptoriumError:
        return None


def _load(model: str) -> Beside:
    return Beside(model, caches.predictor(model, model_folder(model, workspace())))
