"""The Prepare page's pictures: one image, or one of each script, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import streamlit as st

from core.data.store import Store
from core.imaging import Pipeline, Step
from core.scripts import SCRIPTS, script
from core.ui import pictures

_CELL = 116


@dataclass(frozen=True)
class Sample:
    """An image to prepare: uint8 (H, W) or (H, W, 3), what to call it, who gathered it."""

    title: str
    image: np.ndarray
    collection: str = ""


def samples(store: Store, labels: pd.DataFrame, number: int) -> list[Sample]:
    """Take one image of each script in the data set; another `number`, other images."""
    chosen = []
    for each in SCRIPTS:
        rows = np.flatnonzero(labels["script"] == each.name)
        if len(rows):
            chosen.append(int(np.random.default_rng(number).choice(rows)))
    images = store.sources(chosen)
    return [
        Sample(script(name).title, image, collection)
        for name, collection, image in zip(
            labels["script"].iloc[chosen], labels["collection"].iloc[chosen], images, strict=True
        )
    ]


def show_steps(pipeline: Pipeline, taken: Sequence[Sample]) -> None:
    """Show every sample as it came and after each step, a row of pictures a step."""
    traces = [pipeline.for_collection(each.collection).trace(each.image) for each in taken]
    names = [each.title for each in taken]
    _row("As it came", "Nothing has been done yet.", [each.image for each in taken], names)
    for i, step in enumerate(pipeline.steps):
        why = f"{step.why} {_values(step)}".rstrip()
        _row(f"{i + 1}. {step.label}", why, [trace[i][1] for trace in traces], names)


def _row(title: str, why: str, images: list[np.ndarray], names: list[str]) -> None:
    st.markdown(f"**{title}**  \n{why}")
    sizes = [f"{image.shape[1]} × {image.shape[0]}" for image in images]
    st.image(
        [pictures.cell(image, _CELL) for image in images],
        caption=[f"{name}  \n{size}" for name, size in zip(names, sizes, strict=True)],
        width=_CELL,
        alt=[f"{name} after {title}" for name in names],
    )


def _values(step: Step) -> str:
    values = {
        each.name: getattr(step, each.name)
        for each in fields(step)
        if isinstance(getattr(step, each.name), int | float)
    }
    said = ", ".join(f"{name} {value:g}" for name, value in values.items())
    return f"({said})" if said else ""
