"""What every new data set is asked for: a name, a preparation, and how many images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.data.build import NOTEBOOK_COUNTS
from core.data.job import start_build
from core.data.shelf import LONGEST, free_name
from core.imaging import pipelines
from core.names import as_name
from core.ui import state
from core.ui.builds import started
from core.ui.page import advice, start_button
from core.workspace import Workspace

_ALL, _FEW, _NOTEBOOK = "All", "So many a script", "The notebook's"


@dataclass(frozen=True)
class Asked:
    """What the visitor chose."""

    name: str
    pipeline: str
    per_script: int | None
    like_notebook: bool


def ask_name(workspace: Workspace, wanted: str) -> str:
    """Ask for the name of a new data set, `wanted` or one like it.

    What was typed stays; a suggestion that nobody touched gives way to one that is free.
    """
    wanted = as_name(wanted, LONGEST - 4)  # and room for a number
    key, free = f"name-{wanted}", free_name(workspace, wanted)
    suggested = state.suggested()
    if st.session_state.get(key, "") in ("", suggested.get(key)):
        st.session_state[key] = free
    suggested[key] = free
    return st.text_input("Name of the data set", key=key).strip()


def name_and_pipeline(workspace: Workspace, wanted: str) -> tuple[str, str]:
    """Ask for the name of a new data set, `wanted` or one like it, and for its pipeline."""
    left, right = st.columns(2)
    with left:
        name = ask_name(workspace, wanted)
    pipeline = right.selectbox(
        "Pipeline",
        pipelines(workspace),
        key=f"pipeline-{wanted}",
        help="canonical brings every collection to the same ink on the same paper; notebook does "
        "what the original notebook did. The Prepare page shows both step by step.",
    )
    return name, pipeline


def ask(workspace: Workspace, wanted: str) -> Asked:
    """Ask for all three."""
    name, pipeline = name_and_pipeline(workspace, wanted)
    grid = st.grid(2, min_column_width=300)
    left, right = grid.container(), grid.container()
    amount = left.segmented_control(
        "Images", [_ALL, _FEW, _NOTEBOOK], default=_ALL, required=True, key=f"amount-{wanted}"
    )
    per_script = None
    if amount == _FEW:
        per_script = int(
            right.number_input(
                "Images of each script",
                min_value=1,
                value=1000,
                step=500,
                key=f"per-script-{wanted}",
                help="At most so many, spread evenly over the characters.",
            )
        )
    elif amount == _NOTEBOOK:
        least, most = min(NOTEBOOK_COUNTS.values()), max(NOTEBOOK_COUNTS.values())
        right.caption(f"{least:,} to {most:,} images a script, as far as the files hold them.")
    return Asked(name, pipeline, per_script, amount == _NOTEBOOK)


def build_button(
    workspace: Workspace,
    paths: Sequence[str],
    asked: Asked,
    *,
    among: Sequence[str],
    nothing: str,
    reversed_labels: bool = False,
) -> None:
    """Offer to start a build of `paths`; `nothing` is said where there are none.

    `among` are those chosen among what is here, which others' downloads may change.
    """
    if not start_button("Make the data set", ":material/construction:", asked.pipeline, *among):
        return
    if not paths:
        st.warning(nothing, icon=":material/error:")
        return
    with advice():
        started(
            start_build(
                workspace,
                paths,
                asked.name,
                asked.pipeline,
                asked.per_script,
                like_notebook=asked.like_notebook,
                reversed_labels=reversed_labels,
            )
        )
    st.rerun()
