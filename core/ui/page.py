"""The frame of every page: configuration, menu, and errors a visitor can act on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import ScriptoriumError, in_one_line
from core.text import message, plain
from core.ui import dialog
from core.ui.letter import letter
from core.ui.stale import stay_on_the_page_shown
from core.ui.theme import follow_theme
from core.workspace import workspace

OWN_JOBS = "own-jobs"
"""Where a visitor's session keeps the names of the jobs that were begun in it."""
_LONGEST = 40
"""Characters of a page's address that are shown."""
_METRIC_PX = 152


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    path: str
    title: str
    icon: str
    purpose: str


HOME = Entry("app.py", "Home", ":material/home:", "What this is and what is here.")
DATA = Entry(
    "pages/6_data.py", "Data", ":material/database:", "Get handwriting, and look after it."
)
EXPLORE = Entry(
    "pages/1_explore.py", "Explore", ":material/grid_view:", "Look through the handwriting."
)
PREPARE = Entry(
    "pages/2_prepare.py", "Prepare", ":material/crop:", "See what a model is given to see."
)
TRAIN = Entry("pages/3_train.py", "Train", ":material/model_training:", "Watch a model learn.")
COMPARE = Entry(
    "pages/4_compare.py", "Compare", ":material/compare_arrows:", "Set runs side by side."
)
PREDICT = Entry("pages/5_predict.py", "Predict", ":material/draw:", "Draw, and get an answer.")
MENU = (HOME, DATA, EXPLORE, PREPARE, TRAIN, COMPARE, PREDICT)


def begin_page(entry: Entry) -> None:
    """Configure the page and draw the menu. Every page calls this first."""
    stay_on_the_page_shown()
    dialog.close()
    title = "Scriptorium" if entry is HOME else f"{entry.title} · Scriptorium"
    # a drawn one: those by name come from Google's server
    st.set_page_config(page_title=title, page_icon=letter("baybayin"), layout="wide")
    with _place_of_menu(entry):
        for each in MENU:
            st.page_link(each.path, label=each.title, icon=each.icon)
    follow_theme()
    _check_workspace()
    if entry is not HOME:
        st.title(entry.title)
        st.caption(entry.purpose)


def _check_workspace() -> None:
    """Say so, and stop, where no folder can be had to keep things in."""
    here = workspace()
    try:
        _ = here.store, here.runs, here.jobs, here.pipelines, here.downloads  # made where missing
    except OSError as error:
        st.error(
            f"{message(in_one_line(error))}. What Scriptorium makes is kept there: start it with "
            "SCRIPTORIUM_WORKSPACE set to a folder that it may write to.",
            icon=":material/error:",
        )
        st.stop()


def _place_of_menu(entry: Entry) -> DeltaGenerator:
    """Return where the menu stands: at the side, or behind a button on a phone.

    A phone has no room for a side, and Streamlit leaves its own open over the page one went to.
    """
    if on_phone():
        # another key on every page, or it would stay open as well
        return st.popover("Menu", icon=":material/menu:", key=f"menu-{entry.title}")
    st.sidebar.header("Scriptorium")
    return st.sidebar


def on_phone() -> bool:
    """Whether the visitor's browser says that it is a phone's."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def main_button() -> Literal["primary", "secondary"]:
    """The type of the one button a view is about.

    Streamlit writes a primary button in white on the accent, and a chosen segment in the accent on
    a tint of the ground: in the dark theme no accent can be read both ways.
    """
    return "secondary" if st.context.theme.type == "dark" else "primary"


def start_button(label: str, icon: str, *chosen: str) -> bool:
    """Offer to start work on what is chosen; returns whether that was asked for.

    Where something of it was deleted meanwhile another choice takes its place, and with it another
    button: a press on the first one starts nothing. Nor does a second press on one that has begun
    a job.
    """
    begun = str(len(st.session_state.get(OWN_JOBS, ())))
    return st.button(label, type=main_button(), icon=icon, key="-".join([label, begun, *chosen]))


def metrics(values: Mapping[str, str]) -> None:
    """Show numbers beside each other, two in a row on a phone."""
    row = st.container(horizontal=True, gap="small")
    for label, value in values.items():
        row.metric(label, value, width=_METRIC_PX)


def giveaways_link(label: str, **asked: str) -> None:
    """Lead to what images give away without their shape.

    Args:
        label: what the link says.
        asked: `data` and `steps`, names of a data set and of a pipeline; those in hand by default.
    """
    st.page_link(
        EXPLORE.path,
        label=label,
        icon=":material/visibility_off:",
        query_params={"view": "Giveaways", **asked},
    )


def asked_for(text: str) -> str:
    """Return Markdown of what the page's address asks for: anybody may have written it."""
    return plain(text[:_LONGEST])


def doubt_link(said: str) -> None:
    """Say what of the page's address can't be had."""
    st.warning(said, icon=":material/link_off:")


def doubt_runs(ids: Collection[str]) -> None:
    """Say of runs that the page's address asks for, if any, that they are not here."""
    if ids:
        asked = asked_for(", ".join(sorted(ids)))
        doubt_link(f"The link asks for {asked}, not a run of this workspace.")


def warn(said: str) -> None:
    """Say what went wrong, and what to do; what it names is shown as it is."""
    st.warning(message(said), icon=":material/error:")


@contextmanager
def advice() -> Iterator[None]:
    """Turn an error of ours, or of a file, into a line that says what to do, and stop there."""
    try:
        yield
    except (ScriptoriumError, OSError) as error:
        warn(in_one_line(error))
        st.stop()


def attempt(work: Callable[..., object], *arguments: object) -> None:
    """Do what a button is for, as its `on_click`; an error is said in passing."""
    try:
        work(*arguments)
    except (ScriptoriumError, OSError) as error:
        st.toast(message(in_one_line(error)), icon=":material/error:")
