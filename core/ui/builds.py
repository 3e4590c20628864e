"""The data set a page works on, and what goes on with data meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import jobs
from core.data.activity import Job, dismiss, find_job, list_jobs
from core.data.job import FIRST, FIRST_IMAGES, start_first
from core.data.sources import BY_NAME
from core.errors import ScriptoriumError, in_one_line
from core.scripts import NAMES, OTHER, script
from core.text import bytes_in_words, images, plain
from core.ui import dialog
from core.ui.page import (
    DATA,
    EXPLORE,
    OWN_JOBS,
    advice,
    asked_for,
    attempt,
    doubt_link,
    main_button,
    warn,
)
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.data.store import Store
    from core.ui.state import Chosen

_POLL_SECONDS = 0.5
_NEWS_SECONDS = 24 * 3600.0  # how a job ended is of interest for so long
_OTHERS_SECONDS = 600.0  # or that somebody else's went well: its data set is listed anyway
_BEGUN = "just-begun"
_DATA = "data"  # what names a data set in a page's address
_DONE = ":material/check_circle:"


MOST_SKETCHES = 50_000
"""Images of each script, in one data set that is asked for on a page."""


def data_or_stop(workspace: Workspace) -> Store:
    """Return the data set the visitor chose; with none there, say how to get one and stop."""
    from core.data.shelf import stores
    from core.ui import caches, state

    first_data(workspace)
    active = news(workspace, everybodys=not stores(workspace.store))
    found = caches.data_sets(workspace.store)
    if not found:
        if not active:
            _empty(workspace)
        st.stop()
    chosen = state.chosen()
    _follow_address(chosen, found)
    if chosen.path is not None and chosen.path not in found:
        warn(
            f"“{chosen.path.stem}”, which you had chosen, was deleted or has another name now: "
            "choose one below."
        )
    key = f"data-{chosen.number}"
    chosen.path = st.selectbox(
        "Data set",
        found,
        index=found.index(chosen.path) if chosen.path in found else 0,
        format_func=lambda path: path.stem,
        key=key,
        on_change=_into_address,
        args=[key],
    )
    if _DATA not in st.query_params and chosen.path != found[0]:
        # or whoever opens a copy of the address gets the first one
        st.query_params[_DATA] = chosen.link = chosen.path.stem
    with advice():
        return caches.store(chosen.path)


def _follow_address(chosen: Chosen, found: Sequence[Path]) -> None:
    """Take up the data set that the page's address names, once; say so where it is not here."""
    asked = st.query_params.get(_DATA, "")
    if not asked:
        chosen.link = ""  # the same link may come again
        return
    named = next((path for path in found if path.stem == asked), None)
    if named is None:
        doubt_link(
            f"The link asks for the data set “{asked_for(asked)}”, which is not here: choose one "
            "below."
        )
    elif asked != chosen.link:
        chosen.take(named)
    chosen.link = asked


def _into_address(key: str) -> None:
    from core.ui import state

    st.query_params[_DATA] = state.chosen().link = st.session_state[key].stem


def first_data(workspace: Workspace) -> None:
    """Start writing a first data set where nobody has been before; say so if that fails."""
    try:
        follow(start_first(workspace))
    except (ScriptoriumError, OSError) as error:
        warn(f"No first data set could be written: {in_one_line(error)}")


def _empty(workspace: Workspace) -> None:
    st.header("No data set yet")
    st.markdown(
        "The quickest way to one is the sketchbook that comes with Scriptorium: pen strokes of all "
        f"six scripts, written {FIRST_IMAGES:,} times each by made-up hands. It takes some "
        "seconds. Real handwriting comes from Kaggle, or from you."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        write_first(workspace, "Write one from the sketchbook")
        st.page_link(DATA.path, label="Get real handwriting", icon=DATA.icon)


def write_first(workspace: Workspace, label: str) -> None:
    """Offer to write the first data set again."""
    if st.button(label, type=main_button(), icon=":material/stylus_note:", key="write-first"):
        with advice():
            follow(start_first(workspace, again=True))
        st.rerun()


def follow(job: Path | None) -> None:
    """Take note that this visitor started the job of that folder: `news` says how it ends."""
    if job is not None:
        st.session_state.setdefault(OWN_JOBS, set()).add(job.name)


def started(job: Path) -> None:
    """Take note of it, and have `news` say where it is told how far it is: maybe out of sight."""
    follow(job)
    st.session_state[_BEGUN] = True


def news(
    workspace: Workspace,
    kinds: Sequence[str] = ("build", "sketch", "fetch"),
    *,
    everybodys: bool = False,
) -> list[Job]:
    """Show the jobs that go on, and how those ended that nobody took note of yet.

    How one ended is shown to who started it, and to all where `everybodys` are wanted: that it went
    well, for a few minutes.

    Returns:
        Those that go on; they do so when nobody looks.
    """
    if st.session_state.pop(_BEGUN, False):
        st.toast("Begun: see the top of the page.", icon=":material/play_arrow:")
    shown = [job for job in list_jobs(workspace) if job.kind in kinds]
    active = [job for job in shown if job.active]
    # Another try under the same name makes the last one's end old news.
    latest = {(job.kind == "fetch", job.name): job for job in reversed(shown)}
    # One place for all: without, each that comes or goes moves the page below it, and a browser
    # shows what stood there twice until the page is drawn to its end.
    with st.container():
        if active:
            folders = [job.folder for job in active]
            st.fragment(_progress, run_every=_POLL_SECONDS)(folders)
        for job in reversed(latest.values()):
            own = job.folder.name in st.session_state.get(OWN_JOBS, ())
            seconds = _NEWS_SECONDS if own or job.report is None else _OTHERS_SECONDS
            if (own or everybodys) and not job.active and not job.seen and _is_new(job, seconds):
                _outcome(job)
    return active


def _is_new(job: Job, seconds: float) -> bool:
    written_by_itself = job.report is not None and job.kind == "sketch" and job.name == FIRST
    ended = (job.folder / jobs.PROGRESS, job.folder)
    changed = next((each.stat().st_mtime for each in ended if each.exists()), 0.0)
    return not written_by_itself and time.time() - changed < seconds


def _progress(folders: Sequence[Path]) -> None:
    going_on = [job for job in map(find_job, folders) if job and job.active]
    if len(going_on) < len(folders) and not dialog.is_open():
        st.rerun()  # which says how the others ended
    for job in going_on:
        with st.container(border=True, key=f"going-on-{job.folder.name}"):
            bar, button = st.columns([6, 1], vertical_alignment="center")
            bar.progress(min(1.0, job.done / job.total) if job.total else 0.0, text=doing(job))
            if job.stopping:
                button.caption("Stopping")
            else:
                button.button(
                    "Stop",
                    icon=":material/stop_circle:",
                    key=f"stop-{job.folder.name}",
                    width="stretch",
                    on_click=attempt,
                    args=[jobs.request_stop, job.folder],
                )
    if going_on:
        st.caption("This goes on if you leave the page.")


def doing(job: Job) -> str:
    """Say what a job is at, in words."""
    if job.kind == "fetch":
        title = BY_NAME[job.name].title
        if not job.total:
            return f"Asking Kaggle for {title}"
        if job.done >= job.total:
            return f"Unpacking {title}"
        return f"Downloading {title}: {bytes_in_words(job.done)} of {bytes_in_words(job.total)}"
    verb = "Writing" if job.kind == "sketch" else "Preparing images for"
    if not job.total:
        return f"{verb} “{plain(job.name)}”: " + (
            "taking up the pen" if job.kind == "sketch" else "looking for images"
        )
    return f"{verb} “{plain(job.name)}”: {job.done:,} of {job.total:,} images"


def _outcome(job: Job) -> None:
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with row.container():
        if job.report is None:
            _failure(job)
        elif job.kind == "fetch":
            title = BY_NAME[job.name].title
            st.success(f"{title} is here. Make a data set of it next.", icon=_DONE)
        else:
            _success(job, job.report)
    with row.container(gap="xsmall", width="content"):
        if (
            job.report
            and job.kind != "fetch"
            and job.out.exists()
            and st.button("Look", icon=EXPLORE.icon, key=f"look-{job.folder.name}")
        ):
            from core.ui import state  # brings OpenCV, which Home can do without

            dismiss(job)
            state.chosen().take(job.out)
            st.switch_page(EXPLORE.path, query_params={})
        st.button(
            "Dismiss",
            type="tertiary",
            key=f"dismiss-{job.folder.name}",
            on_click=attempt,
            args=[dismiss, job],
        )


def _success(job: Job, report: dict[str, Any]) -> None:
    made, counts = report["images"], report["per_script"]
    st.success(f"“{plain(job.name)}” is ready: {images(made)} ({in_words(counts)}).", icon=_DONE)
    left_out, named = report["unreadable"], report["skipped"]
    if left_out:
        files = "file was" if left_out == 1 else "files were"
        with st.expander(f"{left_out:,} {files} left out", icon=":material/rule:"):
            st.dataframe([{"File": path, "Why": why} for path, why in named], hide_index=True)
            if left_out > len(named):
                st.caption(f"The first {len(named):,} are named.")
    for path, why in report.get("copies", ()):  # reports of former versions have none
        st.caption(f"{plain(path)}: {why}.")


def in_words(counts: dict[str, int]) -> str:
    """Say how many images of each script there are, in one phrase."""
    if set(counts) == set(NAMES) and len(set(counts.values())) == 1:
        return f"{next(iter(counts.values())):,} of each script"
    if set(counts) == {OTHER}:
        return "of classes of your own"
    return ", ".join(f"{script(name).title} {count:,}" for name, count in counts.items())


def _failure(job: Job) -> None:
    what = f"“{job.name}” was not made"
    if job.kind == "fetch":
        what = f"{BY_NAME[job.name].title} was not downloaded"
    warn(f"{what}: {job.error.rstrip('.')}.")
    if job.died and (log := jobs.log_tail(job.folder)):
        st.code(log, language=None)
