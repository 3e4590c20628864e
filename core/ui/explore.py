"""Finding images in a data set: filters, one page of a grid, one image close up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.data.store import Store
from core.scripts import SCRIPTS, script
from core.ui import charts, pictures
from core.ui.state import pick

COLUMNS = 8
PER_PAGE = 48
_ALL = "All"
_UNKNOWN = "unknown"


def filtered(labels: pd.DataFrame) -> pd.DataFrame:
    """Let the visitor narrow `labels` down by script, character, writer and collection.

    Each filter offers only what the ones before it leave, so that something is always left.
    """
    present = [each.name for each in SCRIPTS if (labels["script"] == each.name).any()]
    chosen = st.pills("Script", present, format_func=lambda name: script(name).title, key="script")
    if chosen:
        labels = labels[labels["script"] == chosen]
    for place, column in zip(st.columns(3), ("character", "writer", "collection"), strict=True):
        values = sorted(labels[column].astype(str).unique())
        picked = place.selectbox(
            column.capitalize(),
            [_ALL, *values],
            format_func=lambda value: value or _UNKNOWN,
            key=f"filter-{column}",
        )
        if picked != _ALL:
            labels = labels[labels[column] == picked]
    return labels


def page_of(labels: pd.DataFrame) -> pd.DataFrame:
    """Return the slice of `labels` on the page the visitor turned to."""
    pages = max(1, -(-len(labels) // PER_PAGE))
    # The page number belongs to this selection: another one begins at its first page.
    number = st.pagination(pages, key=f"page-{len(labels)}-{labels.index[0]}")
    return labels.iloc[(number - 1) * PER_PAGE : number * PER_PAGE]


def grid(store: Store, shown: pd.DataFrame, *, prepared: bool) -> int:
    """Show the images of `shown` on one sheet; return the row of the one that is picked."""
    rows = shown.index.to_numpy()
    images = list(store.images(rows)) if prepared else store.sources(rows)
    picture = pictures.data_uri(pictures.sheet(images, COLUMNS))
    place = st.empty()
    names = [
        f"{script(name).title} {character}"
        for name, character in zip(shown["script"], shown["character"], strict=True)
    ]
    chosen = st.selectbox(
        "Close up",
        range(len(shown)),
        format_func=lambda i: f"{i + 1} · {names[i]}",
        key="close-up",
        help="Or pick an image on the sheet.",
    )
    place.plotly_chart(
        charts.contact_sheet(picture, shown, COLUMNS, chosen),
        config={"displayModeBar": False},
        key="sheet-of-images",
        on_select=_pick_from_sheet,
        selection_mode="points",
        alt=f"{len(shown)} images of handwriting",
    )
    return int(rows[chosen])


def _pick_from_sheet() -> None:
    points = st.session_state["sheet-of-images"].selection.points
    if points:
        pick("close-up", points[0]["point_index"])


def close_up(store: Store, label: pd.Series, row: int) -> None:
    """Show one image large, what the model sees of it, and what is known about it."""
    name = f"{script(label['script']).title} {label['character']}"
    source = store.sources([row])[0]
    seen: np.ndarray = store.images([row])[0]
    st.image(
        [pictures.cell(source, 144), pictures.cell(seen, 144)],
        caption=["As it came", "What the model sees"],
        width=144,
        alt=[f"The image as it came, {name}", "The image as the model sees it"],
    )
    st.markdown(
        f"**{name}**  \n"
        f"Writer: {label['writer'] or _UNKNOWN}  \n"
        f"Collection: {label['collection']}  \n"
        f"File: `{label['path']}`  \n"
        f"Size: {label['width']} × {label['height']} px  \n"
        f"Row {row:,} of the data set" + (f", part `{label['fold']}`" if label["fold"] else "")
    )
