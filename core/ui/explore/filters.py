"""Narrowing a data set down: by what is known of its images, or to those the visitor picked."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data.store import Store
from core.scripts import WITH_OTHER, script
from core.ui import state
from core.ui.explore import derived

LISTED = 500
"""Values a filter lists; any other can be typed."""
_KEYS = ("script", "character", "writer", "collection")
_PICKED = "only-picked"
UNKNOWN = "not known"


def filtered(store: Store) -> np.ndarray:
    """Ask what to look at; return the rows, int32, in the order asked for.

    Each filter lists what the ones before it leave.
    """
    first = st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    )
    with first:
        chosen = st.pills(
            "Script",
            scripts_of(store),
            format_func=lambda name: script(name).title,
            wrap=True,
            key="script",
            bind="query-params",
            persist_state="session",
        )
        order = st.segmented_control(
            "Order",
            ["As stored", "Mixed"],
            default="As stored",
            required=True,
            key="order",
            bind="query-params",
            persist_state="session",
            help="Neighbours in a data set are often by one hand. Mixed shows how varied it is.",
        )
    where = _asked(store, (("script", chosen),) if chosen else ())
    picked = state.picked(store.hash)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        only_picked = picked and st.toggle(
            f"Only the {len(picked):,} I picked", key=_PICKED, persist_state="session"
        )
        rows = derived.rows(store.path, where, mixed=order == "Mixed")
        if only_picked:
            rows = rows[np.isin(rows, np.fromiter(picked, np.int32))]
            st.button(
                "Put them back",
                icon=":material/remove_done:",
                on_click=state.unpick_images,
                args=[store.hash],
            )
        if where:
            st.button("Clear filters", icon=":material/filter_alt_off:", on_click=clear)
        st.caption("1 image fits." if len(rows) == 1 else f"{len(rows):,} images fit.")
    return rows


def scripts_of(store: Store) -> list[str]:
    """Return the names of the scripts that a data set holds, in the order of `core.scripts`."""
    return [name for name in WITH_OTHER if store.per_script.get(name)]


def clear() -> None:
    """Take all filters away; only from a callback."""
    for key in (*_KEYS, _PICKED):
        if key in st.session_state:
            state.pick(key, False if key == _PICKED else None)


def _asked(store: Store, where: derived.Where) -> derived.Where:
    """Ask for a value of each of the other columns; return `where` with what was chosen."""
    for place, column in zip(st.columns(3), _KEYS[1:], strict=True):
        found = derived.counts(store.path, column, where).index
        everywhere = derived.counts(store.path, column).index
        many = len(everywhere) > LISTED
        if st.session_state.get(column) in everywhere.difference(found):
            st.session_state[column] = None  # what the filter before it left out
        value = place.selectbox(
            column.capitalize(),
            sorted(found[:LISTED]),
            index=None,
            placeholder="All",
            format_func=lambda each: each or UNKNOWN,
            accept_new_options=many,
            help=f"Lists the {LISTED} with the most images; any other can be typed."
            if many
            else None,
            key=column,
            bind="query-params",
            persist_state="session",
        )
        if value is not None:
            where += ((column, value),)
    return where
