"""How many images there are of what, and whether that is even."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data.store import Store
from core.scripts import script
from core.text import images, plain
from core.ui import charts
from core.ui.builds import in_words
from core.ui.explore import derived
from core.ui.explore.filters import UNKNOWN, scripts_of

_BARS = 30
_LINES = 5_000
_BY = {
    "Script": ("script", "scripts"),
    "Character": ("character", "characters"),
    "Writer": ("writer", "writers"),
    "Collection": ("collection", "collections"),
}
_MOST, _FEWEST, _NAME = "Most first", "Fewest first", "By name"


def show(store: Store) -> None:
    """Show counts as bars and as a table, and say what is uneven."""
    _balance(store)
    by = st.segmented_control(
        "Count by", list(_BY), default="Script", required=True, key="by", bind="query-params"
    )
    column, plural = _BY[by]
    if column == "script":
        table = derived.counts(store.path, "script")
        st.plotly_chart(
            charts.counted(table.rename(index=lambda name: script(name).title), legend=False),
            config=charts.PLAIN,
            alt=f"images of each script: {in_words(store.per_script)}",
        )
        return
    of = st.pills(
        "Of",
        scripts_of(store),
        format_func=lambda name: script(name).title,
        key="counted-script",
    )
    table = derived.counts(store.path, column, (("script", of),) if of else ())
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    find = left.text_input("Find", placeholder=f"part of a {by.lower()}'s name", key="find")
    order = right.segmented_control(
        "Order", [_MOST, _FEWEST, _NAME], default=_MOST, required=True, key="count-order"
    )
    _show(_arranged(table, find, order), by, plural, asked=find)


def _balance(store: Store) -> None:
    said = derived.uneven(store.path)
    if said:
        with st.container(border=True):
            st.markdown("**What to know before you train on it**")
            st.markdown("\n".join(f"- {each}" for each in said))
    else:
        st.success(
            "Nothing is badly uneven: not the scripts, their characters, writers or collections.",
            icon=":material/balance:",
        )


def _arranged(table: pd.DataFrame, find: str, order: str) -> pd.DataFrame:
    """Return the rows whose name holds `find`, in the order asked for."""
    if find:
        wanted = find.casefold()
        table = table[[wanted in (each or UNKNOWN).casefold() for each in table.index]]
    if order == _NAME:
        return table.sort_index()
    return table.iloc[::-1] if order == _FEWEST else table


def _show(table: pd.DataFrame, by: str, plural: str, asked: str) -> None:
    if table.empty:
        st.info(
            f"None of the {plural} has “{plain(asked)}” in its name.", icon=":material/search_off:"
        )
        return
    totals = table.sum(axis=1)
    known = totals.drop("", errors="ignore")
    drawn = table.head(_BARS).rename(index=lambda each: each or UNKNOWN)
    st.plotly_chart(charts.counted(drawn), config=charts.PLAIN, alt=f"images of each {by.lower()}")
    words = ""
    if len(known):
        words = (
            f"{len(known):,} {plural if len(known) > 1 else by.lower()}, "
            f"{images(int(known.sum()))}: "
            + (
                f"{known.min():,} of each."
                if known.min() == known.max()
                else f"{known.min():,} to {known.max():,} of each, half of them up to "
                f"{known.median():,.0f}."
            )
        )
    if len(known) < len(totals):
        words += f" Of {images(int(totals['']))} it is not known."
    if len(table) > _BARS:
        words += (
            f" Drawn are the first {_BARS}; the other {len(table) - _BARS:,} have "
            f"{images(int(totals.iloc[_BARS:].sum()))} together."
        )
    st.caption(words)
    with st.expander("As a table", icon=":material/table:"):
        listed = totals.head(_LINES).rename("Images").rename_axis(by).reset_index()
        listed[by] = listed[by].replace("", UNKNOWN)
        st.dataframe(listed, hide_index=True, width="content")
        if len(table) > _LINES:
            st.caption(f"The first {_LINES:,}; find others by name above.")
