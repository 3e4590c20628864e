"""Train: set a run up, watch it learn, see what came of it."""

import streamlit as st

from core.training.runs import list_runs
from core.ui import train
from core.ui.builds import data_or_stop
from core.ui.page import TRAIN, begin_page
from core.workspace import workspace

begin_page(TRAIN)

here = workspace()
runs = list_runs(here)
if train.view(runs) != train.NEW:
    train.show_run(here, runs)
    st.stop()

store = data_or_stop(here)
chosen = train.choose(store)
train.look_before(chosen, store, runs)
settings = train.settings_form(chosen)
if settings is not None:
    train.start(here, settings)
