"""Prepare: what every step of a pipeline does to an image."""

import streamlit as st

from core.imaging import PRESETS, decode, preset
from core.ui import caches, state
from core.ui.builds import data_or_stop
from core.ui.page import PREPARE, advice, begin_page
from core.ui.prepare import Sample, samples, show_steps
from core.workspace import workspace

_ABOUT = {
    "canonical": "Brings every source to the same ink on the same paper, so that only the shape of "
    "the character is left to learn from.",
    "notebook": "What the original notebook did: one size for all, and three of the six data sets "
    "inverted by hand.",
}
_EACH, _OWN = "One of each script", "Your own image"

begin_page(PREPARE)

name = st.segmented_control("Pipeline", PRESETS, default=PRESETS[0], required=True)
pipeline = preset(name)
st.caption(_ABOUT.get(name, ""))
origin = st.segmented_control("Image", [_EACH, _OWN], default=_EACH, required=True)

if origin == _OWN:
    upload = st.file_uploader("A picture of one character", key="own-image")
    if upload is None:
        st.info("Choose a picture: PNG, JPEG, WebP, BMP, GIF or TIFF.", icon=":material/upload:")
        st.stop()
    with advice():
        show_steps(pipeline, [Sample("Your image", decode(upload.getvalue()))])
    st.stop()

store = data_or_stop(workspace())
st.button("Other images", icon=":material/casino:", on_click=state.next_sample)
with advice():
    labels = caches.labels(store.path)
    show_steps(pipeline, samples(store, labels, state.sample()))
