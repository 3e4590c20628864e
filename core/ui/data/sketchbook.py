"""A data set from the sketchbook, of any size."""

from __future__ import annotations

import streamlit as st

from core.data.job import start_sketch
from core.ui.asking import name_and_pipeline
from core.ui.builds import MOST_SKETCHES, started
from core.ui.page import advice, start_button
from core.workspace import Workspace


def from_sketchbook(workspace: Workspace) -> None:
    """Ask how many images of each script are to be written, and start."""
    st.markdown(
        "Pen strokes of all six scripts come with Scriptorium, traced from free fonts. Made-up "
        "hands write them: thin pens and thick ones, slants, wobble, breaks. Each font family is a "
        "collection; some are kept for testing."
    )
    with st.container(border=True):
        name, pipeline = name_and_pipeline(workspace, "sketches")
        left, right = st.columns(2)
        per_script = left.number_input(
            "Images of each script",
            1,
            MOST_SKETCHES,
            value=2000,
            step=500,
            key="sketches-per-script",
        )
        seed = right.number_input(
            "Seed", 0, 2**31, value=0, key="sketches-seed", help="The same seed, the same images."
        )
        noise = st.checkbox(
            "Vary paper, light and device too",
            key="sketches-noise",
            help="As photographs and scans do; without it, black ink on white.",
        )
        if start_button("Write the data set", ":material/stylus_note:", pipeline):
            with advice():
                count = int(per_script)
                started(start_sketch(workspace, name, pipeline, count, seed=seed, noise=noise))
            st.rerun()
