"""The Compare page's words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.scripts import script


def in_words(matrix: pd.DataFrame) -> str:
    """Say in one sentence what a confusion matrix shows.

    `matrix` holds counts, true scripts down, answers across, the same script names both ways.
    """
    counts = matrix.to_numpy(dtype=int, copy=True)
    total = int(counts.sum())
    if not total:
        return "Nothing was tested."
    right = int(np.trace(counts))
    said = f"Of {total:,} test images it reads {right:,} right ({right / total:.1%})"
    np.fill_diagonal(counts, 0)
    if not counts.any():
        return f"{said}, and takes no script for another."
    true, answer = divmod(int(counts.argmax()), counts.shape[1])
    often = int(counts.max())
    return (
        f"{said}; its most frequent mistake is to take {script(matrix.index[true]).title} for "
        f"{script(matrix.columns[answer]).title}, {often:,} time{'s' if often > 1 else ''}."
    )
