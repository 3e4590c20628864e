"""The six sets on Kaggle: what each is, whether it is here, and how to get it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.data.activity import Job
from core.data.job import start_fetch
from core.data.sources import BY_NAME, SOURCES, Source, find_local
from core.scripts import script
from core.ui import state
from core.ui.asking import ask, build_button
from core.ui.builds import started
from core.ui.letter import letter
from core.ui.page import advice, warn
from core.workspace import Workspace, at_home


def from_kaggle(workspace: Workspace, active: list[Job]) -> None:
    """Show the six sets, offer to download those that are missing, and build from the others."""
    grid = st.grid(3, min_column_width=270)
    st.caption(
        "Downloads come through kagglehub. Most sets need no account; where Kaggle asks for one, "
        "the message says what to do."
    )
    with advice():
        given = _given_folder()
        found = find_local([workspace.downloads, *given])
    there = [place for places in found.values() for place in places]
    for folder in given:
        if folder.is_dir() and not any(place.is_relative_to(folder) for place in there):
            warn(
                f"{folder}: none of the six sets is there; name the folder that their zips are in, "
                "or that they were unpacked to."
            )
    coming = {job.name for job in active if job.kind == "fetch"}
    for source in SOURCES:
        with grid.container(border=True, gap="small", height="stretch"):
            _card(workspace, source, found[source.name], source.name in coming)
    here = [name for name, places in found.items() if places]
    if here:
        _build(workspace, here, found)


def _given_folder() -> list[Path]:
    """Ask for a folder that holds some of the sets already."""
    typed = st.text_input(
        "Have you downloaded some of them already? Name the folder",
        placeholder="/home/me/Downloads",
        key="kaggle-folder",
        persist_state="session",
        help="A folder on the machine that Scriptorium runs on. Zips need not be unpacked.",
    ).strip()
    if not typed:
        return []
    given = at_home(typed)
    if not given.is_dir():
        warn(f"{given}: no such folder; check the path.")
    return [given]


def _card(workspace: Workspace, source: Source, places: list[Path], coming: bool) -> None:
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.image(letter(source.script), width=36, alt=f"a letter of {script(source.script).title}")
        st.markdown(f"**[{source.title}]({source.url})**", width="stretch")
    with st.container(height="stretch"):
        st.caption(f"{source.note[0].upper()}{source.note[1:]}.")
    st.caption(
        f"{source.images:,} images, about {source.megabytes} MB  \nLicence: {source.licence}"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if places:
            st.badge("Here", icon=":material/check:", color="green", help=str(places[0]))
        elif coming:
            st.badge("On its way", icon=":material/downloading:", color="blue")
        elif st.button("Download", icon=":material/download:", key=f"fetch-{source.name}"):
            with advice():
                started(start_fetch(workspace, source))
            st.rerun()


def _build(workspace: Workspace, here: list[str], found: dict[str, list[Path]]) -> None:
    st.header("Make a data set of what is here")
    with st.container(border=True):
        chosen = st.multiselect(
            "Sets",
            here,
            default=[name for name in here if name not in state.unticked()],
            format_func=lambda name: script(BY_NAME[name].script).title,
            key=f"sets-{'-'.join(here)}",
        )
        # another comes here by itself, when its download ends: the widget is another then
        state.unticked().difference_update(chosen)
        state.unticked().update(set(here).difference(chosen))
        asked = ask(workspace, "kaggle")
        # Named by its set: unpacked, the English and the Kannada one look alike.
        paths = [f"{name}={found[name][0]}" for name in chosen]
        nothing = "Choose at least one set."
        build_button(workspace, paths, asked, among=chosen, nothing=nothing)
