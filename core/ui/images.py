"""Images beside each other: those of a test, a page at a time; and one, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from core.ui import caches, charts, pictures
from core.ui.page import advice, on_phone

if TYPE_CHECKING:
    from core.imaging import Step

CAME = "As it came"
_COLUMNS, _ON_PHONE = 16, 8
_PER_PAGE = 48


def show_images(behind: pd.DataFrame, data: Path, key: str, alt: str) -> None:
    """Show test images on one sheet.

    Args:
        behind: their `row` in the data set, in the order they are shown; and `taken_for`, in
            words, where that is to be said.
        data: the data set.
        key: of what was chosen; other images begin at their first page.
        alt: what they are, said after their number.
    """
    pages = -(-len(behind) // _PER_PAGE)
    number = st.pagination(pages, key=f"images-{key}") if pages > 1 else 1
    shown = behind.iloc[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    with advice():
        rows = tuple(int(each) for each in shown["row"])
        images = caches.sources(data, rows)
        known = caches.labels(data).iloc[list(rows)]
        if "taken_for" in shown:
            known = known.assign(taken_for=shown["taken_for"].to_numpy())
    columns = _ON_PHONE if on_phone() else _COLUMNS
    sheet = pictures.data_uri(pictures.sheet(images, columns))
    figure = charts.contact_sheet(sheet, known, columns)
    figure.update_xaxes(constrain="domain", constraintoward="left")
    st.plotly_chart(
        figure, config=charts.PLAIN, key=f"sheet-{key}", alt=f"{len(shown)} images {alt}"
    )


def show_trace(
    trace: Sequence[tuple[Step, np.ndarray]], side: int, came: np.ndarray | None = None
) -> None:
    """Show an image after each step of a pipeline, and before the first where it is given.

    Args:
        trace: as `Pipeline.trace` gives it.
        side: of each picture, in px.
        came: uint8 (H, W) or (H, W, 3).
    """
    shown = [] if came is None else [(CAME, CAME, came)]
    shown += [(step.label, f"after the step {step.label}", image) for step, image in trace]
    captions, alts, images = zip(*shown, strict=True)
    st.image(
        [pictures.cell(each, side) for each in images],
        caption=list(captions),
        width=side,
        alt=list(alts),
    )
