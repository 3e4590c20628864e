"""How the ink of each source looks: size, polarity, share, stroke; and where it lies on average."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.data.store import Store
from core.scripts import script
from core.text import images
from core.ui import charts, pictures
from core.ui.explore import derived
from core.ui.explore.filters import scripts_of

MOST_SOURCES = 12
_SIDE = 104
_MEASURES = {
    "Size": ("longer side of the original, px", ",.0f"),
    "Polarity": ("", ""),
    "Ink share": ("ink, share of the picture", ".1%"),
    "Stroke width": ("stroke width, share of the character", ".1%"),
}
_WHY = {
    "Size": "A model sees how coarse a picture was, even after it has been resized.",
    "Polarity": "Whether ink is dark on light paper, or light on dark. A model that learned from "
    "scripts of different polarity learned polarity.",
    "Ink share": "Ink is what lies beyond the grey level that best parts a picture in two (Otsu's "
    "threshold). Much of it is a thick pen, or a tight crop.",
    "Stroke width": "Twice the distance to the paper along the centre line of the strokes, beside "
    "the character's size.",
}


def show(store: Store) -> None:
    """Show histograms by collection, and each script's average."""
    st.header("Collection by collection")
    st.markdown(
        "A collection has its own paper, pens and scanner. Where all images of a script are of one "
        "collection, a model can answer by those and never read. These four measures often give a "
        "collection away."
    )
    measure = st.segmented_control(
        "Measure", list(_MEASURES), default="Stroke width", required=True, key="measure"
    )
    table = derived.counts(store.path, "collection")
    shown = largest(table)
    _histograms(store, shown, measure)
    st.caption(_WHY[measure] + _extent(store, table, shown, measure))

    st.header("Script by script")
    st.markdown(
        "The average picture as it came shows frame, paper and pen; the heat map shows where ink "
        "lies in what the model sees."
    )
    _averages(store)


def largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the largest sources, as many of each script, at most `MOST_SOURCES`.

    `table` counts images by source and script, the largest source first.
    """
    of = table.idxmax(axis=1)
    return table[table.groupby(of).cumcount() < max(1, MOST_SOURCES // of.nunique())]


def _histograms(store: Store, shown: pd.DataFrame, measure: str) -> None:
    unit, form = _MEASURES[measure]
    if measure == "Size":
        sizes = {name: derived.longer_sides(store.path, name) for name in shown.index}
        _by_source(sizes, shown, unit, form)
        return
    with st.spinner("Measuring a sample of each collection"):
        found = {name: derived.measures(store.path, name) for name in shown.index}
    if measure == "Polarity":
        shares = pd.Series({name: each["dark_on_light"].mean() for name, each in found.items()})
        st.plotly_chart(
            charts.polarity(shares),
            config=charts.PLAIN,
            alt="share of dark ink on light, by collection",
        )
        return
    column = "ink_share" if measure == "Ink share" else "stroke"
    values = {name: each[column].to_numpy() for name, each in found.items()}
    _by_source(values, shown, unit, form)


def _by_source(values: dict[str, np.ndarray], shown: pd.DataFrame, unit: str, form: str) -> None:
    of = [script(str(name)) for name in shown.idxmax(axis=1)]  # what most of a source's images are
    figure = charts.by_source(
        values, [each.color for each in of], unit, form, [each.title for each in of]
    )
    st.plotly_chart(figure, config=charts.PLAIN, alt=f"how often each {unit} occurs, by collection")


def _extent(store: Store, table: pd.DataFrame, shown: pd.DataFrame, measure: str) -> str:
    """Say how many images the figure rests on."""
    if measure == "Size":
        words = " All images are counted"
    else:
        measured = sum(len(derived.measures(store.path, name)) for name in shown.index)
        words = f" Measured on {images(measured)}, up to {derived.SAMPLE} of each collection"
    if len(table) > len(shown):
        words += (
            f"; shown are the largest of each script, {len(shown)} of {len(table):,} collections"
        )
    marks = (
        ""
        if measure == "Polarity"
        else " Each row has its script's colour and is drawn to its own peak; a triangle marks its "
        "middle value. Where values lie far apart, equal steps of the axis are equal factors."
    )
    return f"{words}.{marks}"


def _averages(store: Store) -> None:
    present = [script(name) for name in scripts_of(store)]
    with st.spinner("Averaging a sample of each script"):
        came = [derived.average(store.path, (("script", each.name),)) for each in present]
        maps = [derived.ink_map(store.path, (("script", each.name),)) for each in present]
    cards = st.grid(3, min_column_width=220)
    for each, average, share in zip(present, came, maps, strict=True):
        with cards.container(border=True, horizontal_alignment="center", gap="xsmall"):
            st.markdown(f"**{each.title}**", text_alignment="center")
            st.image(
                [pictures.cell(average, _SIDE), pictures.tinted(share, each.color, _SIDE)],
                caption=["average", f"ink up to {share.max():.0%}"],
                width=_SIDE,
                alt=[f"the average picture of {each.title}", f"where ink lies in {each.title}"],
            )
    st.caption(
        f"Left, the average of up to {derived.SAMPLE} images a script, stretched to a square. "
        "Right, how many of them have ink at each pixel after the data set's pipeline: full "
        "colour is the share named below it, white is never."
    )
