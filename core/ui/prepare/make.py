"""Making a data set with the pipeline in hand, and what that will take."""

from __future__ import annotations

import json
from pathlib import Path

import streamlit as st

from core.data.estimate import Estimate
from core.data.job import start_build, start_sketch
from core.imaging import Pipeline
from core.imaging.check import check
from core.text import bytes_in_words, duration, images, plain
from core.ui import caches, state
from core.ui.asking import ask_name
from core.ui.builds import MOST_SKETCHES, in_words, news, started
from core.ui.draft import Draft
from core.ui.page import advice, start_button
from core.workspace import Workspace

_SKETCHBOOK, _AGAIN, _FILES = "The sketchbook", "A data set that is here", "Files"


def make_data(workspace: Workspace, draft: Draft) -> None:
    """Ask what to make a data set of, say what that will take, and start."""
    news(workspace, ("build", "sketch"))
    pipeline = draft.pipeline()
    with advice():
        check(pipeline)
    height, width = pipeline.shape
    steps = ", ".join(each.label for each in pipeline.steps)
    st.markdown(
        f"**{plain(pipeline.name)}** prepares every image to {height} × {width} px: {steps}."
    )
    here = caches.data_sets(workspace.store)
    origins = [*([_AGAIN] if here else []), _SKETCHBOOK, _FILES]
    origin = st.segmented_control(
        "Made of", origins, default=origins[0], required=True, key="made-of"
    )
    path = _ask_path(origin, here)
    left, right = st.columns(2)
    everything = origin != _SKETCHBOOK
    per_script = left.number_input(
        "Images of each script",
        min_value=0 if everything else 1,
        max_value=None if everything else MOST_SKETCHES,
        value=0 if everything else 500,
        step=500,
        help="At most so many, spread evenly over the characters."
        + (" 0 takes all there are." if everything else ""),
        key=f"count-{origin}",
    )
    beginning = Path(path).stem if path else "sketchbook"
    with right:
        name = ask_name(workspace, f"{beginning} {pipeline.name}")
    if everything and not path:
        st.info("Name a folder or a zip to see what will be made.", icon=":material/folder:")
        return
    with advice():
        _show(_estimate(path, per_script, pipeline), from_files=origin == _FILES)
    if start_button("Make the data set", ":material/play_arrow:", path, pipeline.name):
        with advice():
            if everything:
                started(start_build(workspace, [path], name, pipeline, per_script or None))
            else:
                started(start_sketch(workspace, name, pipeline, per_script))
        st.rerun()


def _ask_path(origin: str, here: list[Path]) -> str:
    """Ask for the images; returns a path as `build` takes it, "" for none or the sketchbook."""
    if origin == _AGAIN:
        in_hand = state.chosen().path
        chosen = st.selectbox(
            "Data set",
            here,
            index=here.index(in_hand) if in_hand in here else 0,
            format_func=lambda each: each.stem,
            help="It keeps a copy of every source image: no zip is needed to prepare it anew.",
            key="made-again",
        )
        return str(chosen)
    if origin == _FILES:
        return st.text_input(
            "Folder or zip on this machine",
            placeholder="/home/me/Downloads/kaggle",
            help="The Kaggle sets, zipped or not, or folders script/character/ of your own images.",
            key="made-of-files",
        ).strip()
    return ""


def _estimate(path: str, per_script: int, pipeline: Pipeline) -> Estimate:
    steps = json.dumps(pipeline.to_json())
    if path:
        return caches.estimate_build(Path(path), steps, per_script or None)
    return caches.estimate_sketch(steps, per_script)


def _show(estimate: Estimate, *, from_files: bool) -> None:
    with st.container(border=True):
        count, room, time = st.columns(3)
        count.metric("Images", f"{estimate.images:,}")
        room.metric("On disk, about", bytes_in_words(estimate.bytes))
        time.metric("Time, about", duration(estimate.seconds))
        st.markdown(in_words(estimate.per_script))
        said = (
            f"Size and time are worked out from {images(estimate.sampled)} prepared just "
            "now. It takes longer while the machine does other things."
        )
        if from_files:
            said = (
                "Counted without opening the files; those that can't be read will be left out. "
                + said
            )
        if estimate.skipped:
            path, why = estimate.skipped[0]
            more = f"{len(estimate.skipped):,} more will not be taken"
            said += f" {more}; the first, {plain(path)}: {why}."
        for path, why in estimate.copies:
            said += f" {plain(path)}: {why}."
        st.caption(said)
