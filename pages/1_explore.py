"""Explore: what is in a data set, as numbers and image by image."""

import streamlit as st

from core.text import images, plain
from core.ui.builds import data_or_stop
from core.ui.explore import columns, counts, filters, giveaways, grid, ink, sources, take
from core.ui.page import EXPLORE, advice, begin_page
from core.workspace import workspace

_VIEWS = {
    "Counts": counts.show,
    "Ink": ink.show,
    "Giveaways": giveaways.show,
    "Side by side": sources.show,
    "Columns": columns.show,
}

begin_page(EXPLORE)

store = data_or_stop(workspace())
height, width = store.shape
about = f"{images(len(store))}, prepared by the {plain(store.pipeline.name)} pipeline to "
about += f"{height} × {width} px"
if store.skipped:
    about += f"; {store.skipped:,} file{'s' if store.skipped > 1 else ''} could not be read"
st.caption(f"{about}.")
view = st.segmented_control(
    "View",
    ["Images", *_VIEWS],
    default="Images",
    required=True,
    key="view",
    bind="query-params",
    label_visibility="collapsed",
)
with advice():
    if view in _VIEWS:
        _VIEWS[view](store)
    else:
        rows = filters.filtered(store)
        if len(rows):
            grid.browse(store, rows)
            take.take_away(store, rows)
        else:
            st.info("No image fits all of that.", icon=":material/search_off:")
