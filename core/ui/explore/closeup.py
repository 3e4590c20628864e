"""One image close up: what is known and measured of it, its pixels, its way to the model."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import streamlit as st

from core.data.ink import ink
from core.data.store import Store
from core.imaging.files import BOUND, encode
from core.scripts import script
from core.text import code, isolated, plain
from core.ui import charts, pictures, state
from core.ui.dialog import dialog
from core.ui.explore.filters import UNKNOWN
from core.ui.images import CAME, show_trace
from core.ui.page import advice

_SEEN, _STEPS = "What the model sees", "Step by step"
_SIDE = 144
_MOST_POINTS = 4  # of a syllable; more are the name of a class
_ZOOM = {
    "scrollZoom": True,
    "displayModeBar": True,
    "displaylogo": False,
    "modeBarButtons": [["zoomIn2d", "zoomOut2d", "pan2d", "zoom2d", "resetScale2d"]],
}


def inspect(store: Store, label: pd.Series, row: int) -> None:
    """Show one image large, what the model sees of it, and what is known about it."""
    about = store.about([row]).iloc[0]
    source, seen = store.sources([row])[0], store.images([row])[0]
    name = f"{script(label['script']).title} {isolated(label['character'])}".rstrip()
    st.image(
        [pictures.cell(source, _SIDE), pictures.cell(seen, _SIDE)],
        caption=[CAME, _SEEN],
        width=_SIDE,
        alt=[f"The image as it came, {name}", "The image as the model sees it"],
    )
    with st.container(horizontal=True):
        if st.button("Look closer", icon=":material/zoom_in:"):
            _closer(store, about, row, name)
        _pick(store, row)
    st.markdown(
        f"**{plain(name)}**{_code_points(about['character'])}  \n"
        f"Writer: {plain(about['writer']) or UNKNOWN}  \n"
        f"Collection: {plain(about['collection'])}  \n"
        f"Size: {about['width']} × {about['height']} px  \n"
        + _ink_words(source, max(about["width"], about["height"]) / max(source.shape))
    )
    with st.expander("Where it is from"):
        part = f"part `{about['fold']}` of the set's own split" if about["fold"] else ""
        st.markdown(
            f"File: {code(about['path'])}  \n"
            f"Row {row:,} of the data set{', ' + part if part else ''}  \n"
            f"Fingerprint of its pixels: `{about['digest']}`"
        )


def _pick(store: Store, row: int) -> None:
    picked = row in state.picked(store.hash)
    if st.button(
        "Picked" if picked else "Pick",
        icon=":material/check_circle:" if picked else ":material/add_circle:",
        help="Picked images can be looked at by themselves, and taken away as files.",
    ):
        if picked:
            state.unpick_image(store.hash, row)
        else:
            state.pick_images(store.hash, [row])
        st.rerun()  # the filters above count what is picked


def _code_points(character: str) -> str:
    """Say the Unicode names of what a character consists of; an image of class 7 has none."""
    if character.isascii() or len(character) > _MOST_POINTS:
        return ""
    names = (unicodedata.name(each, "") for each in character)
    # those are but numbered
    said = ", ".join(each.capitalize() for each in names if not each.startswith("CJK UNIFIED"))
    return f" · {said} ({' '.join(f'U+{ord(each):04X}' for each in character)})"


def _ink_words(source: np.ndarray, scale: float) -> str:
    """Say how the ink of a picture looks, whose original is `scale` times as large."""
    seen = ink(source)
    if not seen.extent:
        return "Ink: none found"
    where = "dark on light" if seen.dark_on_light else "light on dark"
    return (
        f"Ink: {where}, {seen.share:.1%} of the picture, strokes "
        f"{seen.stroke * scale:.1f} px wide ({seen.relative_stroke:.1%} of the character)"
    )


@dialog("Close up", width="large", icon=":material/zoom_in:")
def _closer(store: Store, about: pd.Series, row: int, name: str) -> None:
    view = st.segmented_control(
        "View",
        [CAME, _SEEN, _STEPS],
        default=CAME,
        required=True,
        label_visibility="collapsed",
        key="closer",
    )
    with advice():  # a dialog runs again by itself, and the data set may be gone by then
        source = store.sources([row])[0]
        image = store.images([row])[0] if view == _SEEN else source
    if view == _STEPS:
        _steps(store, about, source)
        return
    height, width = image.shape[:2]
    named = f"{plain(name)}{_code_points(about['character'])}"
    st.caption(f"{named} · {width} × {height} px · {_levels(image)}")
    st.plotly_chart(
        charts.pixel_view(image), config=_ZOOM, key=f"pixels-{view}", alt=f"The pixels of {name}"
    )
    st.caption(
        "Scroll, pinch, or use the buttons above the picture, to zoom; drag to move. Each pixel "
        "stays a sharp square and tells its grey level: 0 is black, 255 white."
        + _bounded(about, width, height, came=view == CAME)
    )
    st.download_button(
        "Download as PNG",
        encode(image),
        f"{about['script']}-{row}.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
    )


def _levels(image: np.ndarray) -> str:
    return f"values {image.min()} to {image.max()}, {image.mean():.0f} on average"


def _bounded(about: pd.Series, width: int, height: int, *, came: bool) -> str:
    if not came or (about["width"], about["height"]) == (width, height):
        return ""
    return (
        f" The original has {about['width']} × {about['height']} px; the data set keeps a copy "
        f"whose longer side is at most {BOUND}."
    )


def _steps(store: Store, about: pd.Series, source: np.ndarray) -> None:
    pipeline = store.pipeline.for_collection(about["collection"])
    st.caption(f"The image after each step of the {plain(pipeline.name)} pipeline.")
    show_trace(pipeline.trace(source), _SIDE, came=source)
