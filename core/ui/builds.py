"""Getting a data set: the form that asks for one, and the progress of its making."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core import jobs
from core.data.job import start_build, start_sketch
from core.data.sources import SOURCES
from core.data.store import Store, stores
from core.imaging import PRESETS, pipelines
from core.ui import caches
from core.ui.page import advice
from core.workspace import Workspace, write_atomically

_POLL_SECONDS = 0.5
_SKETCHES = 500
_NEWS_SECONDS = 15 * 60  # how the last build ended is of interest for so long


def data_or_stop(workspace: Workspace) -> Store:
    """Return the data set the visitor chose; with none there, offer to make one and stop."""
    going_on = watch_build(workspace)
    found = stores(workspace.store)
    if not found:
        if not going_on:
            _empty(workspace)
        st.stop()
    chosen = st.selectbox("Data set", found, format_func=lambda path: path.stem, key="data")
    with advice():
        return caches.store(chosen)


def _empty(workspace: Workspace) -> None:
    st.subheader("No data set yet")
    st.markdown(
        "The quickest way to one is the sketchbook that comes with Scriptorium: pen strokes of all "
        f"six scripts, written {_SKETCHES:,} times each by made-up hands. It takes some seconds."
    )
    if st.button("Write one from the sketchbook", type="primary", icon=":material/stylus_note:"):
        with advice():
            start_sketch(workspace, "sketchbook", PRESETS[0], _SKETCHES)
        st.rerun()
    st.markdown(
        "Or bring real handwriting: six data sets from Kaggle. Download the ones you want, and "
        "name the folder they are in below; zips need not be unpacked. Folders of your own images "
        "work too, sorted as `script/character/image.png`."
    )
    build_form(workspace)
    with st.expander("Where to get the six data sets", icon=":material/download:"):
        for each in SOURCES:
            st.markdown(f"[{each.title}]({each.url}): {each.images:,} images, {each.note}.")


def build_form(workspace: Workspace) -> None:
    """Ask for images, and start making a data set of them."""
    with st.form("build", border=True):
        path = st.text_input(
            "Folder or zip on this machine", placeholder="/home/me/Downloads/kaggle"
        )
        uploads = st.file_uploader("Or upload zips", type="zip", accept_multiple_files=True)
        left, middle, right = st.columns(3)
        name = left.text_input("Name of the data set", value="handwriting")
        pipeline = middle.selectbox(
            "Preparation",
            pipelines(workspace),
            help="The Prepare page shows what each of them does.",
        )
        per_script = right.number_input(
            "Images a script",
            min_value=0,
            value=0,
            step=500,
            help="At most so many, spread evenly over the characters. 0 takes all of them.",
        )
        if st.form_submit_button("Make the data set"):
            _start(workspace, path, uploads, name, pipeline, per_script or None)


def _start(
    workspace: Workspace,
    path: str,
    uploads: Sequence[Any],
    name: str,
    pipeline: str,
    per_script: int | None,
) -> None:
    typed = [path.strip()] if path.strip() else []
    if not typed and not uploads:
        st.warning("Name a folder or a zip, or upload one.", icon=":material/error:")
        return
    with advice():
        saved = [_keep(workspace, each.name, each.getbuffer()) for each in uploads]
        start_build(workspace, [*typed, *saved], name.strip(), pipeline, per_script)
    st.rerun()


def _keep(workspace: Workspace, name: str, data: memoryview) -> str:
    place = workspace.downloads / Path(name).name
    write_atomically(place, bytes(data))
    return str(place)


def watch_build(workspace: Workspace) -> bool:
    """Show the build that goes on, or how the last one ended; say whether one goes on.

    It goes on when nobody looks.
    """
    newest = max(workspace.jobs.iterdir(), key=lambda each: each.stat().st_ctime, default=None)
    if newest is None:
        return False
    if jobs.is_alive(newest):
        st.fragment(_progress, run_every=_POLL_SECONDS)(newest)
        return True
    if time.time() - newest.stat().st_ctime < _NEWS_SECONDS:
        _outcome(newest)
    return False


def _progress(folder: Path) -> None:
    if not jobs.is_alive(folder):
        st.rerun()
    latest = jobs.last(folder) or {}
    done, total = latest.get("done", 0), latest.get("total", 0)
    said = f"Preparing images: {done:,} of {total:,}" if total else "Looking for images"
    st.progress(done / total if total else 0.0, text=said)
    if jobs.stop_requested(folder):
        st.caption("Stopping.")
    else:
        st.button("Stop", icon=":material/stop_circle:", on_click=jobs.request_stop, args=[folder])
    st.caption("This goes on if you leave the page.")


def _outcome(folder: Path) -> None:
    latest = (jobs.read(folder) or [{}])[-1]
    report = latest.get("report")
    if report is None:
        reason = latest.get("error", "it ended before it was done")
        st.warning(f"The last data set was not made: {reason}.", icon=":material/error:")
        if "error" not in latest and (log := jobs.log_tail(folder)):
            st.code(log, language=None)
    elif report["unreadable"]:
        count = report["unreadable"]
        files = "file" if count == 1 else "files"
        with st.expander(f"{count:,} {files} could not be read when the last data set was made"):
            named = [{"File": path, "Why": why} for path, why in report["skipped"]]
            st.dataframe(named, hide_index=True)
