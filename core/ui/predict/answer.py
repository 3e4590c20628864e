"""What the Predict page says of one image: the answer, how sure, and what the model saw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.inference.predictor import Prediction, Predictor
from core.scripts import script
from core.ui import charts, pictures
from core.ui.letter import letter

NONE = "None of these six"
_SEEN = 88


def show_answer(prediction: Prediction) -> None:
    """Show which script it is, how sure the model is, and all six in order."""
    name, share = prediction.ranked[0]
    title = script(name).title
    with st.container(horizontal=True, vertical_alignment="center"):
        if prediction.rejected:
            st.markdown(":material/help:")
        else:
            st.image(letter(name), width=64, alt=f"a letter of {title}")
        with st.container(gap=None):
            st.subheader(NONE if prediction.rejected else title)
            said = f"{charts.percent(share)} sure"
            if prediction.rejected:
                said = f"It looks like no script the model knows; {title} comes closest."
            st.caption(said)
    show_bars(prediction.ranked)


def show_bars(ranked: Sequence[tuple[str, float]]) -> None:
    """Show the probability of each script; all 0 before there is an answer."""
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
