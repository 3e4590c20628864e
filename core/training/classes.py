"""What a model tells apart: scripts, or the characters in them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from core.errors import DataError
from core.scripts import NAMES, OTHER, WITH_OTHER, class_name

SCRIPT, CHARACTER = "script", "character"


def classes(labels: pd.DataFrame, kind: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the classes of a data set, and the class of each image.

    Args:
        labels: what `Store.labels` returns; script and character are enough.
        kind: `SCRIPT` or `CHARACTER`. Scripts are always all six, and the others where there are
            any, so that models can be compared; characters are those that the data set holds.

    Returns:
        Names in the order of a model's outputs, and places among them, int64 (N,).

    Raises:
        DataError: characters are not known, or are all the same.
    """
    named = named_by(labels, kind)
    if kind == SCRIPT:
        names = NAMES if OTHER not in set(named) else WITH_OTHER
        return names, _places(named, names)
    unknown = int((labels["character"] == "").sum())
    if unknown:
        raise DataError(
            f"{unknown:,} of {len(labels):,} images have no character: put them into folders "
            "SCRIPT/CHARACTER/, or learn scripts"
        )
    names = tuple(sorted(set(named)))
    if len(names) < 2:
        raise DataError(f"all images are of one character, {names[0]}: bring others to tell apart")
    return names, _places(named, names)


def none_to_tell_apart(per_script: Mapping[str, int], kind: str) -> bool:
    """Say whether a data set, by its images of each script, holds one class of `kind` at most.

    Of characters that is known only when they are looked at: see `classes`.
    """
    return kind == SCRIPT and len(per_script) < 2


def named_by(labels: pd.DataFrame, kind: str) -> pd.Series:
    """Return the name of what each image shows, str (N,): one of the classes, or none of them."""
    scripts = labels["script"].astype(str)
    if kind == SCRIPT:
        return scripts
    return pd.Series(list(map(class_name, scripts, labels["character"].astype(str))))


def _places(named: pd.Series, names: tuple[str, ...]) -> np.ndarray:
    return pd.Categorical(named, categories=pd.Index(names)).codes.astype(np.int64)
