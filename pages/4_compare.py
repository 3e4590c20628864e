"""Compare: runs beside each other, and what one of them takes for what."""

import streamlit as st

from core.evaluation.metrics import confusion
from core.scripts import NAMES
from core.training.runs import list_runs
from core.ui import charts
from core.ui.compare import in_words
from core.ui.page import COMPARE, TRAIN, advice, begin_page
from core.ui.train import runs_table
from core.workspace import workspace

_MEASURES = {
    "Test accuracy": "val_accuracy",
    "Test loss": "val_loss",
    "Training accuracy": "accuracy",
    "Training loss": "loss",
}

begin_page(COMPARE)

runs = list_runs(workspace())
if not runs:
    st.subheader("No runs yet")
    st.markdown("Train a model or two; this page then sets them side by side.")
    st.page_link(TRAIN.path, label="Train a model", icon=TRAIN.icon)
    st.stop()

picked = runs_table(runs, key="picked-runs", on_select="rerun", selection_mode="multi-row")
chosen = [runs[i] for i in picked.selection.rows] or runs[:6]
st.caption("Tick runs to see only those; without a tick, the newest six are shown.")

st.subheader("Curves")
measure = st.segmented_control(
    "Measure", list(_MEASURES), default="Test accuracy", required=True, label_visibility="collapsed"
)
histories = {each.id: each.history() for each in chosen}
st.plotly_chart(charts.overlay(histories, _MEASURES[measure]), config={"displayModeBar": False})

st.subheader("What is taken for what")
tested = [each for each in chosen if each.accuracy is not None]
if not tested:
    st.info(
        "None of these runs has been tested yet: a run is when it ends.", icon=":material/info:"
    )
    st.stop()
run = st.selectbox("Run", tested, format_func=lambda each: each.id)
with advice():
    answers = run.test_predictions()
    matrix = confusion(answers["script"], answers["predicted"], NAMES)
st.markdown(in_words(matrix))
st.plotly_chart(charts.confusion(matrix), config={"displayModeBar": False})
