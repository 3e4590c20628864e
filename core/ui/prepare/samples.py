"""The pictures that are prepared to see what a pipeline does: of every source, or one's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.data.store import Store
from core.imaging import decode
from core.scripts import WITH_OTHER, script
from core.ui import caches, state
from core.ui.builds import data_or_stop
from core.ui.charts.style import TEST
from core.ui.page import advice
from core.workspace import Workspace

MOST = 12
"""So many collections are shown at once; other ones come with other images."""
_SCRIPT, _COLLECTION, _OWN = "Each script", "Each collection", "Your own"


@dataclass(frozen=True)
class Sample:
    """An image to prepare: uint8 (H, W) or (H, W, 3), what to call it, who gathered it."""

    title: str
    image: np.ndarray
    collection: str = ""
    color: str = TEST


def choose_samples(workspace: Workspace) -> list[Sample]:
    """Let the visitor choose pictures; none while their own is not there yet."""
    place = st.container(horizontal=True, vertical_alignment="bottom")
    origin = place.segmented_control(
        "Pictures", [_SCRIPT, _COLLECTION, _OWN], default=_SCRIPT, required=True, key="pictures"
    )
    if origin == _OWN:
        return _upload()
    place.button("Other images", icon=":material/casino:", on_click=state.next_sample)
    store = data_or_stop(workspace)
    with advice():
        by = "script" if origin == _SCRIPT else "collection"
        there = len(caches.rows_by(store.path, by))
        if there > MOST:
            st.caption(f"{MOST} of {there} collections. “Other images” brings others.")
        return of_each(store, by, state.sample())


def _upload() -> list[Sample]:
    upload = st.file_uploader(
        "A picture of one character",
        key="own-image",
        help="It stays on this machine, and is forgotten when you leave.",
    )
    if upload is None:
        st.info("Choose a picture: PNG, JPEG, WebP, BMP, GIF or TIFF.", icon=":material/upload:")
        return []
    with advice():
        return [Sample("Your image", decode(upload.getvalue()))]


def of_each(store: Store, by: str, number: int) -> list[Sample]:
    """Take one image of each script, or collection, in the data set; another `number`, others.

    Args:
        by: "script" or "collection".
    """
    rows = caches.rows_by(store.path, by)
    random = np.random.default_rng(number)
    names = [each for each in WITH_OTHER if each in rows] if by == "script" else list(rows)
    if len(names) > MOST:
        names = sorted(random.choice(names, MOST, replace=False))
    chosen = [int(random.choice(rows[name])) for name in names]
    labels = caches.labels(store.path).iloc[chosen]
    return [
        Sample(
            script(of).title if by == "script" else collection,
            image,
            collection,
            script(of).color,
        )
        for of, collection, image in zip(
            labels["script"],
            labels["collection"],
            caches.sources(store.path, tuple(chosen)),
            strict=True,
        )
    ]
