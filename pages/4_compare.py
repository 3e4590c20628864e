"""Compare: runs beside each other, and what one of them takes for what."""

import streamlit as st

from core.training.runs import list_runs
from core.ui import compare
from core.ui.page import COMPARE, TRAIN, begin_page, doubt_runs
from core.workspace import workspace

begin_page(COMPARE)

here = workspace()
runs = list_runs(here)
if not runs:
    doubt_runs(st.query_params.get_all("run"))
    st.header("No runs yet")
    st.markdown("Train a model or two; this page then sets them side by side.")
    st.page_link(TRAIN.path, label="Train a model", icon=TRAIN.icon)
    st.stop()

chosen = compare.choose_runs(runs)
compare.show_curves(chosen)
compare.show_differences(chosen)
compare.show_mistakes(chosen)
compare.show_pair(chosen)
compare.show_notebook(runs)
