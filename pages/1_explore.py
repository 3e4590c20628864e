"""Explore: what is in a data set, as numbers and image by image."""

import streamlit as st

from core.scripts import SCRIPTS, script
from core.ui import caches, charts
from core.ui.builds import data_or_stop
from core.ui.explore import close_up, filtered, grid, page_of
from core.ui.page import DATA, EXPLORE, advice, begin_page
from core.workspace import workspace

begin_page(EXPLORE)

store = data_or_stop(workspace())
with advice():
    labels = caches.labels(store.path)
height, width = store.shape
st.caption(
    f"{len(store):,} images, prepared by the {store.pipeline.name} pipeline to "
    f"{height} × {width} px; {store.skipped:,} files could not be read."
)

view = st.segmented_control(
    "View", ["Images", "Counts"], default="Images", required=True, label_visibility="collapsed"
)
if view == "Counts":
    st.subheader("Images of each script")
    st.plotly_chart(charts.images_by_script(labels), config={"displayModeBar": False})
    present = [each.name for each in SCRIPTS if store.per_script.get(each.name)]
    name = st.selectbox("Characters of", present, format_func=lambda each: script(each).title)
    st.plotly_chart(charts.images_by_character(labels, name), config={"displayModeBar": False})
    st.page_link(DATA.path, label="Make another data set", icon=DATA.icon)
    st.stop()

chosen = filtered(labels)
st.caption(f"{len(chosen):,} images fit.")

left, right = st.columns([3, 2], gap="medium")
with left, advice():
    prepared = st.toggle("As the model sees them")
    shown = page_of(chosen)
    row = grid(store, shown, prepared=prepared)
with right, advice():
    close_up(store, labels.loc[row], row)
