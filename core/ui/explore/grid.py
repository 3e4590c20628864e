"""Pages of small images, and one of them close up."""

from __future__ import annotations

import zlib
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.data.store import Store
from core.scripts import script
from core.text import isolated
from core.ui import caches, charts, state
from core.ui.explore import closeup, derived
from core.ui.page import advice

_COLUMNS = {48: 8, 120: 12, 240: 16, 480: 16}


@st.fragment
def browse(store: Store, rows: np.ndarray) -> None:
    """Show pages of the images of `rows`, and the one that is picked; only this part runs again."""
    if caches.content(store.path) != store.hash:  # another visitor put another one in its place
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        look = st.segmented_control(
            "Show",
            [derived.CAME, derived.SEEN],
            required=True,
            label_visibility="collapsed",
            **state.kept("look", derived.CAME, begins_by="default"),
        )
        many = st.selectbox(
            "Images a page",
            list(_COLUMNS),
            format_func=lambda each: f"{each} a page",
            label_visibility="collapsed",
            width=140,
            **state.kept("many", next(iter(_COLUMNS)), among=_COLUMNS),
        )
    left, right = st.columns([3, 2], gap="medium")
    with left, advice():
        labels, chosen = _grid(store, rows, many, prepared=look == derived.SEEN)
    with right, advice():
        closeup.inspect(store, labels.iloc[chosen], int(labels.index[chosen]))


def _grid(store: Store, rows: np.ndarray, many: int, *, prepared: bool) -> tuple[pd.DataFrame, int]:
    """Show one page on one sheet; return what is known of its images, and which is chosen."""
    # The page number belongs to this selection: another one begins at its first page.
    selection = f"{store.hash[:8]}-{many}-{zlib.crc32(rows.tobytes())}"
    number = st.pagination(
        -(-len(rows) // many), **state.kept(f"page-{selection}", 1, begins_by="default")
    )
    shown = rows[(number - 1) * many : number * many]
    labels = caches.labels(store.path).iloc[shown]
    picture = derived.sheet(store.path, tuple(shown.tolist()), _COLUMNS[many], prepared=prepared)
    place = st.empty()
    names = [
        f"{i} · {script(name).title} {isolated(character)}".rstrip()
        for i, (name, character) in enumerate(
            zip(labels["script"], labels["character"], strict=True), 1
        )
    ]
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    # A box of its own for each page: the browser keeps the words of one that only has new ones.
    close_up = f"close-up-{selection}-{number}"
    chosen = left.selectbox(
        "Close up",
        range(len(shown)),
        format_func=names.__getitem__,
        help="Or choose an image on the sheet.",
        **state.kept_and_picked(close_up, 0),
    )
    if right.button("Pick this page", icon=":material/library_add_check:", width="stretch"):
        state.pick_images(store.hash, shown.tolist())
        st.rerun()  # the filters above count what is picked
    picked = state.picked(store.hash)
    place.plotly_chart(
        charts.contact_sheet(
            picture,
            labels,
            _COLUMNS[many],
            chosen,
            [i for i, row in enumerate(shown.tolist()) if row in picked],
        ),
        config=charts.PLAIN,
        key="sheet-of-images",
        on_select=partial(_choose_on_sheet, close_up),
        selection_mode="points",
        alt=f"{len(shown)} images of handwriting",
    )
    return labels, chosen


def _choose_on_sheet(close_up: str) -> None:
    points = st.session_state["sheet-of-images"].selection.points
    if points:
        state.pick(close_up, points[0]["point_index"])
