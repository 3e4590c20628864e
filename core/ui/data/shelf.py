"""The data sets that are here: what is in them, another name, away with one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.data import shelf
from core.data.activity import dismiss_makers
from core.errors import ScriptoriumError, in_one_line
from core.text import ago, bytes_in_words, images, plain
from core.ui import caches, state
from core.ui.builds import in_words
from core.ui.dialog import dialog
from core.ui.page import EXPLORE, TRAIN, main_button, warn
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.training.runs import Run

_PER_PAGE = 8
_RENAME, _DELETE = "Rename", "Delete"


def sets_here(workspace: Workspace) -> None:
    """List the data sets, each with what can be done with it."""
    found = shelf.stores(workspace.store)
    if not found:
        st.caption("None yet.")
        return
    pages = -(-len(found) // _PER_PAGE)
    page = st.pagination(pages, key=f"page-of-{pages}-sets") if pages > 1 else 1
    for path in found[(page - 1) * _PER_PAGE : page * _PER_PAGE]:
        with st.container(border=True, gap="small", key=f"set-{path.stem}"):
            _row(workspace, path)


def _row(workspace: Workspace, path: Path) -> None:
    about, buttons = st.columns([3, 2], vertical_alignment="center")
    with about:
        st.markdown(f"**{plain(path.stem)}**")
        try:
            store, facts = caches.store(path), path.stat()
        except (ScriptoriumError, OSError) as error:
            warn(in_one_line(error))
        else:
            height, width = store.shape
            made = datetime.fromtimestamp(facts.st_mtime, UTC)
            st.caption(
                f"{images(len(store))} ({in_words(store.per_script)})  \n"
                f"{plain(store.pipeline.name)}, {height} × {width} px · "
                f"{bytes_in_words(facts.st_size)} · made {ago(made)}"
            )
    with buttons.container(horizontal=True, horizontal_alignment="right"):
        for entry in (EXPLORE, TRAIN):
            if st.button(entry.title, icon=entry.icon, key=f"{entry.title}-{path.stem}"):
                state.chosen().take(path)
                if entry is TRAIN:
                    state.looking().at(state.NEW, state.looking().run)
                st.switch_page(entry.path)
        chosen = st.menu_button(
            "More", [_RENAME, _DELETE], icon=":material/more_vert:", key=f"more-{path.stem}"
        )
    if chosen == _RENAME:
        dialog(f"Rename “{plain(path.stem)}”")(_rename)(workspace, path)
    elif chosen == _DELETE:
        dialog(f"Delete “{plain(path.stem)}”?")(_delete)(workspace, path)


def _rename(workspace: Workspace, path: Path) -> None:
    name = st.text_input("New name", value=path.stem, key=f"new-name-{path.stem}").strip()
    trained = len(_runs_on(workspace, path))
    if trained:
        st.caption(f"{_runs(trained)} trained on it will find it under its new name.")
    if st.button(_RENAME, type=main_button(), key="rename"):
        try:
            with _at_rest(workspace, path):
                renamed = shelf.rename(workspace, path, name)
                dismiss_makers(workspace, path)
        except (ScriptoriumError, OSError) as error:
            warn(in_one_line(error))
        else:
            if state.chosen().path == path:
                state.chosen().take(renamed)
            st.rerun()


def _delete(workspace: Workspace, path: Path) -> None:
    st.markdown("The data set goes for good. The files that it was made from stay.")
    trained = len(_runs_on(workspace, path))
    if trained:
        st.caption(
            f"{_runs(trained)} trained on it will keep models and figures, and lose the images "
            "behind them."
        )
    with st.container(horizontal=True):
        if st.button("Delete it", type=main_button(), icon=":material/delete:", key="delete"):
            try:
                with _at_rest(workspace, path):
                    shelf.delete(path)
                    dismiss_makers(workspace, path)
            except (ScriptoriumError, OSError) as error:
                warn(in_one_line(error))
            else:
                st.rerun()
        if st.button("Keep it", key="keep"):
            st.rerun()


def _runs_on(workspace: Workspace, path: Path) -> list[Run]:
    from core.training.runs import runs_on

    return runs_on(workspace, caches.content(path))


def _runs(count: int) -> str:
    return "The run" if count == 1 else f"The {count} runs"


def _at_rest(workspace: Workspace, path: Path) -> AbstractContextManager[None]:
    from core.training.runs import at_rest

    return at_rest(workspace, caches.content(path))
