"""Prepare: what every step of a pipeline does to an image, and a pipeline of one's own."""

import streamlit as st

from core.ui import state
from core.ui.page import PREPARE, begin_page
from core.ui.prepare.choice import choose_draft
from core.ui.prepare.make import make_data
from core.ui.prepare.samples import choose_samples
from core.ui.prepare.sides import show_sides
from core.ui.prepare.steps import change_steps
from core.workspace import workspace

_STEPS, _SIDES, _MAKE = "Step by step", "Side by side", "Make a data set"

begin_page(PREPARE)

here = workspace()
draft = choose_draft(here)
view = st.segmented_control(
    "View",
    [_STEPS, _SIDES, _MAKE],
    required=True,
    label_visibility="collapsed",
    **state.kept("prepare-view", _STEPS, begins_by="default"),
)
# No st.stop() beside widgets: of those that are not drawn then, server and browser disagree.
if view == _MAKE:
    make_data(here, draft)
elif taken := choose_samples(here):
    if view == _STEPS:
        change_steps(draft, taken)
    else:
        show_sides(here, draft, taken)
