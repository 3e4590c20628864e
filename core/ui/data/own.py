"""Files of one's own: dropped into the browser, or named by a path on this machine."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.data.sources import BY_NAME
from core.errors import DataError
from core.scripts import NAMES, OTHER, script
from core.ui import state
from core.ui.asking import ask, build_button
from core.ui.page import advice
from core.workspace import Workspace, new_file

_AS_NAMED = ""
_PIECE = 2**20  # bytes copied at a time


def from_own_files(workspace: Workspace) -> None:
    """Take zips, folders and the notebook's CSV, and build from them."""
    st.markdown(
        "Bring a zip, a folder, or the notebook's CSV. What is known by its file names: the six "
        "Kaggle sets, at whatever depth, and images of your own in folders "
        "`script/character/image.png`, such as `kannada/ka/1.png`. What is of none of the six "
        "scripts, or no script at all, goes into `other/class/image.png`; or say below what they "
        "all show."
    )
    with st.container(border=True):
        kept = _drop(workspace)
        chosen = _choose(kept) if kept else []
        typed = st.text_input(
            "Or a folder, zip or CSV on the machine that Scriptorium runs on",
            placeholder="/home/me/letters",
            key="own-path",
        ).strip()
        paths = [str(workspace.downloads / name) for name in chosen]
        paths += [typed] if typed else []
        shown = st.selectbox(
            "What the pictures show",
            (_AS_NAMED, *NAMES, OTHER),
            format_func=_what,
            key="own-shows",
            help="Where their folders and names do not say the script, say it here: the innermost "
            "folder of each picture is then its character. As classes of your own, `star/1.png` "
            "and `circle/1.png` make the classes star and circle, wherever the folders lie; a "
            "model learns them as *Characters*.",
        )
        if shown != _AS_NAMED:
            paths = [f"{shown}={each}" if _may_be_hinted(each) else each for each in paths]
        reversed_labels = any(each.lower().endswith(".csv") for each in paths) and st.checkbox(
            "The labels of the CSV are reversed",
            key="reversed-labels",
            help="True of the author's own langhandwriting.csv: row i carries the label of row "
            "N-1-i. Ticked, the label column is turned round.",
        )
        asked = ask(workspace, "handwriting")
        nothing = "Drop a zip or a CSV, or name a folder."
        build_button(
            workspace,
            paths,
            asked,
            among=chosen,
            nothing=nothing,
            reversed_labels=reversed_labels,
        )


def _what(shown: str) -> str:
    if shown == _AS_NAMED:
        return "What their folders or names say"
    if shown == OTHER:
        return "Every folder is a class of my own"
    return f"All of it is {script(shown).title}"


def _may_be_hinted(path: str) -> bool:
    """Whether a path is of images, and nothing is said yet of what they are."""
    said = path.partition("=")[0] in (*BY_NAME, OTHER)
    return not (said or path.lower().endswith((".csv", ".parquet")))


def _choose(kept: list[str]) -> list[str]:
    dropped = state.dropped()
    return st.multiselect(
        "From what was dropped",
        kept,
        default=[name for name in dropped.names if name in kept],
        key=f"kept-{dropped.number}",
        placeholder="Choose files",
    )


def _drop(workspace: Workspace) -> list[str]:
    """Keep what is dropped, and return the names of all that was kept."""
    dropped = state.dropped()
    uploads = st.file_uploader(
        "Zips, or the notebook's CSV",
        type=["zip", "csv"],
        accept_multiple_files=True,
        key=f"drop-{dropped.number}",
        help="They are kept in the workspace. For anything over 500 MB, name its folder instead.",
    )
    if uploads:
        with advice():
            for each in uploads:
                _check(each.name, each)  # all of them, before any is kept
            names: list[str] = []
            try:
                for each in uploads:
                    names.append(_keep(workspace, each.name, each))
            except BaseException:  # the uploader holds them yet, and each run would keep them anew
                for name in names:
                    (workspace.downloads / name).unlink(missing_ok=True)
                raise
        _let_go(uploads)
        dropped.take(names)
        st.rerun()
    # an empty file is one that another visitor is bringing just now
    found = (
        each for each in workspace.downloads.iterdir() if each.is_file() and each.stat().st_size
    )
    kept = (each.name for each in found if each.suffix.lower() in (".zip", ".csv"))
    return sorted(each for each in kept if not each.startswith("."))


def _let_go(uploads: Sequence[UploadedFile]) -> None:
    """Take uploads out of the server's memory, where they would stay until the visitor leaves."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for each in uploads:
            context.uploaded_file_mgr.remove_file(context.session_id, each.file_id)


def _check(name: str, file: IO[bytes]) -> None:
    if name.lower().endswith(".zip") and not zipfile.is_zipfile(file):
        raise DataError(f"{name}: not a whole zip; pack or download it again")


def _keep(workspace: Workspace, name: str, file: IO[bytes]) -> str:
    """Write an upload to the workspace piece by piece; return its name there."""
    # The name first: two visitors may bring files of one name at once.
    file.seek(0)
    with (
        new_file(workspace.downloads / Path(name).name) as (place, temporary),
        temporary.open("wb") as kept,
    ):
        shutil.copyfileobj(file, kept, _PIECE)
    return place.name
