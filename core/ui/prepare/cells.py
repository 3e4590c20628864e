"""A picture, and under it how many of its pixels are dark or light: one cell of a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.text import plain
from core.ui import pictures
from core.ui.charts import grey_histogram
from core.ui.prepare.samples import Sample

SIDE = 76
"""Pixels: the side of a picture; six of them fit beside the values of a step."""
_GAP = 5
_BARS = 24
_BAR = 4
_LINE = (128, 120, 105, 150)


def show_row(
    images: Sequence[np.ndarray], taken: Sequence[Sample], when: str, side: int = SIDE
) -> None:
    """Show one picture of each sample, its grey levels below it; `when` says at which stage."""
    st.image(
        [_cell(image, each.color, side) for image, each in zip(images, taken, strict=True)],
        caption=[
            f"{plain(each.title)}  \n{image.shape[1]} × {image.shape[0]}"
            for image, each in zip(images, taken, strict=True)
        ],
        width=side + 2 * _GAP,
        alt=[f"{each.title}, {when}" for each in taken],
    )


def _cell(image: np.ndarray, color: str, side: int) -> np.ndarray:
    """Return the picture with its histogram below it: uint8 (H, W, 4) RGBA."""
    out = np.zeros((side + 6 + _BARS, side, 4), np.uint8)
    out[:side] = pictures.sheet([image], 1, side, 0)
    heights = np.sqrt(grey_histogram(image, side // _BAR)) * (_BARS - 2)
    for i, height in enumerate(np.ceil(heights).astype(int)):
        if height:
            out[-1 - height : -1, i * _BAR : (i + 1) * _BAR - 1] = (*pictures.rgb(color), 255)
    out[-1] = _LINE
    return np.pad(out, ((0, _GAP), (_GAP, _GAP), (0, 0)))
