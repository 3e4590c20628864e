"""Two pipelines on the same pictures, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.imaging import Pipeline, find_pipeline, pipelines
from core.imaging.check import run_step
from core.text import plain
from core.ui import charts, state
from core.ui.draft import Draft
from core.ui.page import advice
from core.ui.prepare.cells import show_row
from core.ui.prepare.samples import Sample
from core.workspace import Workspace

_SIDE = 96


def show_sides(workspace: Workspace, draft: Draft, taken: Sequence[Sample]) -> None:
    """Show what two pipelines make of the same samples, and how alike the sources come out."""
    in_hand = draft.pipeline()
    names = [*pipelines(workspace), *([in_hand.name] if draft.changed else [])]
    beside = "canonical" if in_hand.name == "notebook" else in_hand.name
    left, right = st.columns(2)
    chosen = (
        left.selectbox("One pipeline", names, **state.kept("one-side", "notebook", among=names)),
        right.selectbox("Another", names, **state.kept("other-side", beside, among=names)),
    )
    with advice():
        after = {
            name: _prepared(
                in_hand if name == in_hand.name else find_pipeline(name, workspace), taken
            )
            for name in chosen
        }
    stages = {"As they came": [each.image for each in taken]}
    stages |= {f"After {name}": images for name, images in after.items()}
    for title, images in stages.items():
        with st.container(border=True):
            st.markdown(f"**{title}**")
            show_row(images, taken, title.lower(), _SIDE)
            st.caption(_brightness(images, taken))
    st.plotly_chart(
        charts.grey_levels(
            {f"After {name}": images for name, images in after.items()},
            [each.title for each in taken],
            [each.color for each in taken],
        ),
        config=charts.PLAIN,
        key="two-sides",
        alt=f"Grey levels of every picture after {' and after '.join(after)}",
    )
    st.caption(
        "How many pixels are black (left) to white (right), a row for each picture. The more "
        "alike the rows of a panel, the less a model can learn of the scanner."
    )


def _prepared(pipeline: Pipeline, taken: Sequence[Sample]) -> list[np.ndarray]:
    images = []
    for each in taken:
        image = each.image
        for step in pipeline.for_collection(each.collection).steps:
            image = run_step(step, image)
        images.append(image)
    return images


def _brightness(images: Sequence[np.ndarray], taken: Sequence[Sample]) -> str:
    """Say between what bounds the mean brightness of the pictures lies."""
    means = [float(image.mean()) / 255 for image in images]
    low, high = int(np.argmin(means)), int(np.argmax(means))
    if len(taken) == 1:
        return f"Average brightness: {means[0]:.0%} of white."
    return (
        f"Average brightness: from {means[low]:.0%} of white for {plain(taken[low].title)} "
        f"to {means[high]:.0%} for {plain(taken[high].title)}."
    )
