"""Which pipeline is in hand: choosing one, keeping it under a name, starting over, deleting."""

from __future__ import annotations

import streamlit as st

from core.errors import ScriptoriumError, in_one_line
from core.imaging import PRESETS, find_pipeline, pipelines
from core.imaging.own import LONGEST, delete_pipeline, save_pipeline
from core.text import plain
from core.ui import state
from core.ui.draft import Draft
from core.ui.page import advice, attempt, main_button, warn
from core.workspace import Workspace

_ABOUT = {
    "canonical": "Brings every collection to the same ink on the same paper, so that only the "
    "shape of the character is left to learn from.",
    "notebook": "What the original notebook did: one size for all, and three of the six data sets "
    "inverted by hand.",
}
_CHOSEN = "pipeline"


def choose_draft(workspace: Workspace) -> Draft:
    """Let the visitor choose a pipeline, and keep or delete one of their own."""
    names = pipelines(workspace)
    last = st.session_state.get(_CHOSEN, names[0])
    if last not in names:  # by somebody else: `_delete` chooses another
        warn(f"“{last}”, which you had chosen, was deleted: choose another below.")
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    chosen = bar.selectbox("Pipeline", names, key=_CHOSEN, width=260, persist_state="session")
    tools = bar.container(horizontal=True, width="content")
    own = chosen not in PRESETS
    if own:
        with tools.popover("Delete", icon=":material/delete:", key="delete-pipeline"):
            st.markdown(
                f"Delete “{plain(chosen)}”? Data sets and models made with it keep working."
            )
            st.button(
                "Delete it",
                on_click=attempt,
                args=[_delete, workspace, chosen],
                type=main_button(),
            )
    with advice():
        draft = state.draft(find_pipeline(chosen, workspace))
    # another one for what was saved, which is shut
    with tools.popover("Save as", icon=":material/save:", key=f"save-{chosen}"):
        _save_form(workspace, draft)
    if draft.changed:
        tools.button(
            "Start over", icon=":material/undo:", on_click=state.restart_draft, type="tertiary"
        )
    about = _ABOUT.get(chosen, "One of your own, kept in the workspace.")
    st.caption(f"{about} **Changed, not saved.**" if draft.changed else about)
    return draft


def _save_form(workspace: Workspace, draft: Draft) -> None:
    with st.form("save", border=False):
        st.text_input("Name", key="pipeline-name", placeholder="thick pen", max_chars=LONGEST)
        st.checkbox("Replace the one of that name, if there is one", key="pipeline-replace")
        st.form_submit_button("Save", type=main_button(), on_click=_save, args=[workspace, draft])
    if said := state.told("saving"):
        warn(said)
    st.caption(
        "It is then offered wherever a data set is made, and known to the command line: "
        "`--pipeline NAME`."
    )


def _save(workspace: Workspace, draft: Draft) -> None:
    name = state.value("pipeline-name").strip()
    pipeline = draft.pipeline(name)
    try:
        save_pipeline(pipeline, workspace, replace=state.value("pipeline-replace"))
    except (ScriptoriumError, OSError) as error:
        state.tell("saving", in_one_line(error))
        return
    # What is on the page is what was saved: the visitor goes on with it.
    draft.began = pipeline
    state.pick(_CHOSEN, name)
    st.toast(f"Saved as “{plain(name)}”.", icon=":material/check:")


def _delete(workspace: Workspace, name: str) -> None:
    delete_pipeline(name, workspace)
    state.pick(_CHOSEN, PRESETS[0])
    st.toast(f"Deleted “{plain(name)}”.", icon=":material/delete:")
