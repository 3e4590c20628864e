"""Train: choose data and a model, start, and watch it learn."""

import streamlit as st

from core.models.zoo import FAMILIES
from core.training.runs import list_runs
from core.ui import train
from core.ui.builds import data_or_stop
from core.ui.page import COMPARE, TRAIN, begin_page
from core.workspace import workspace

begin_page(TRAIN)

here = workspace()
runs = list_runs(here)
if runs:
    train.watch(here, runs[0])

st.subheader("Train a model")
store = data_or_stop(here)
model = st.selectbox("Model", FAMILIES, format_func=lambda name: FAMILIES[name].title, key="model")
family = FAMILIES[model]
st.caption(f"{family.summary} {family.parameters:,} parameters at 28 × 28 px and six scripts.")
settings = train.settings_form(store.path, model)
if settings is not None:
    train.start(here, settings)

if runs:
    st.subheader("Runs")
    train.runs_table(runs)
    st.page_link(COMPARE.path, label="Compare them", icon=COMPARE.icon)
