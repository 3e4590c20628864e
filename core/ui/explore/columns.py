"""The data set as a table: what each column holds, and its numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.data.contents import Pixels
from core.data.splits import SPLIT_TITLES
from core.data.store import Store
from core.text import images
from core.ui import pictures
from core.ui.charts.style import TEST
from core.ui.explore import derived

_SIDE = 200


def show(store: Store) -> None:
    """Show columns with their types, the sizes of the originals, the pixels in numbers."""
    st.header("Columns")
    _show_columns(store)
    found = derived.pixels(store.path)
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Size of the originals")
        _show_sizes(store)
    with right:
        st.header("Pixels as the model sees them")
        _show_numbers(found, len(store))
    st.header("Pixel by pixel")
    _show_maps(found)


def _show_columns(store: Store) -> None:
    table = derived.columns(store.path)
    shown = table.copy()
    # As text: of pixels nobody counts which are distinct, and a table would say None.
    shown["Distinct"] = [f"{each:,}" if pd.notna(each) else "" for each in table["Distinct"]]
    narrow = st.column_config.TextColumn(width="small", alignment="right")
    st.dataframe(
        shown,
        hide_index=True,
        column_config={
            "Distinct": narrow,
            "Missing": st.column_config.NumberColumn(format="localized", width="small"),
            "Holds": st.column_config.TextColumn(width=230),
            "Example": st.column_config.TextColumn(width="medium"),
        },
    )
    st.caption(f"{len(store):,} rows, one an image. {_copies(store, table)}")


def _show_sizes(store: Store) -> None:
    sizes = derived.sizes(store.path).rename(
        index={
            "count": "images",
            "std": "standard deviation",
            "min": "smallest",
            **{each: f"{each} are at most" for each in ("25%", "50%", "75%")},
            "max": "largest",
        },
        columns={"width": "Width, px", "height": "Height, px"},
    )
    st.caption("All images, as their files were.")
    st.dataframe(
        sizes.map(_number).rename_axis(" ").reset_index(),
        hide_index=True,
        column_config={" ": st.column_config.TextColumn(width=150)},
    )


def _show_numbers(found: Pixels, of: int) -> None:
    values = [
        f"{value:.1%}" if str(name).startswith("share") else _number(value)
        for name, value in found.table.items()
    ]
    looked_at = "All images."
    if found.images < of:
        looked_at = f"A sample of {images(found.images)}, taken from all over the data set."
    st.dataframe({"": list(found.table.index), "Value": values}, hide_index=True)
    # below it: a touch screen shows the table's tools above, over whatever stands there
    st.caption(f"{looked_at} Grey levels go from 0, black, to 255, white.")


def _show_maps(found: Pixels) -> None:
    st.markdown(
        f"A table of pixels has {found.mean.size:,} columns, and nobody reads their means in a "
        "table. Laid out as the pixels lie they make two pictures:"
    )
    st.image(
        [_map(found.mean), _map(found.deviation)],
        caption=[
            f"mean, up to {found.mean.max():.0f}: how light it usually is there",
            f"standard deviation, up to {found.deviation.max():.0f}: where images differ",
        ],
        width=_SIDE,
        alt=["mean of each pixel", "standard deviation of each pixel"],
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value % 1 == 0 else f"{value:,.1f}"


def _map(values: np.ndarray) -> np.ndarray:
    return pictures.tinted(values, TEST, _SIDE)


def _copies(store: Store, table: pd.DataFrame) -> str:
    copies = len(store) - int(table.set_index("Column")["Distinct"]["digest"])
    if not copies:
        return "No image occurs twice."
    return (
        f"{copies:,} of them {'is an exact copy' if copies == 1 else 'are exact copies'} of "
        f"another one: the split *{SPLIT_TITLES['writer']}* keeps copies of training images out "
        "of the test."
    )
