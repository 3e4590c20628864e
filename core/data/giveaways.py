"""What pictures give away without their shape: how far paper, pen and scanner tell scripts apart.

A network may learn them in place of the script, and on the same sources nobody would notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd

from core.data.describe import sample_rows
from core.data.store import Store
from core.errors import DataError
from core.imaging.pipeline import Pipeline
from core.imaging.steps import Grey

SAMPLE = 200
"""Images of each script that are measured."""
CAME = "As they came"
_FEWEST = 10  # images of a script, half to learn from and half to be asked about
_TREES = 100
_QUANTILES = np.linspace(0, 1, 9)


@dataclass(frozen=True)
class Stage:
    """What can be told at one stage of a pipeline.

    Attributes:
        label: the step before it, or `CAME`.
        told: share of each script's images, 0 to 1, that were told right; index: script.
    """

    label: str
    told: pd.Series

    @property
    def accuracy(self) -> float:
        """Mean over scripts, 0 to 1."""
        return float(self.told.mean())


@dataclass(frozen=True)
class Found:
    """What was told of a sample of a data set.

    Attributes:
        images: how many were told.
        stages: as they came, and after each step.
        came: mean over scripts, 0 to 1, by kind of trait alone: of images as they came.
        seen: the same after the last step.
    """

    images: int
    stages: list[Stage]
    came: dict[str, float]
    seen: dict[str, float]

    @property
    def chance(self) -> float:
        """Share that is right by guessing, 0 to 1."""
        return 1 / len(self.stages[0].told)


def find(store: Store, pipeline: Pipeline, labels: pd.DataFrame) -> Found:
    """Tell images apart by what has no shape, as they came and after each step of `pipeline`.

    Each is brought to the size that the pipeline ends with before it is measured.

    Args:
        store: where the images are.
        pipeline: whose steps they pass.
        labels: of the data set, with the category `script`.

    Raises:
        DataError: there are not two scripts with enough images.
    """
    rows = _sample(labels)
    about = store.about(rows)
    scripts = about["script"].to_numpy().astype(str)
    images = store.sources(rows)
    measured = [traits(squares(images, pipeline.shape[0]))]
    for step in pipeline.steps:
        images = Pipeline(pipeline.name, (step,)).apply_as(images, about["collection"])
        measured.append(traits(squares(images, pipeline.shape[0])))
    names = (CAME, *(each.label for each in pipeline.steps))
    stages = [
        Stage(name, tell(np.concatenate(list(found.values()), axis=1), scripts))
        for name, found in zip(names, measured, strict=True)
    ]
    came, seen = (
        {name: float(tell(values, scripts).mean()) for name, values in found.items()}
        for found in (measured[0], measured[-1])
    )
    return Found(len(rows), stages, came, seen)


def _sample(labels: pd.DataFrame) -> np.ndarray:
    """Choose the images to measure, as many of each script where there are enough.

    Args:
        labels: of a data set, with the category `script`.

    Returns:
        Row numbers, int64, ascending; scripts with fewer than ten images are left out.

    Raises:
        DataError: that leaves fewer than two scripts.
    """
    rows_of = labels.groupby("script", observed=True).indices
    enough = [rows for rows in rows_of.values() if len(rows) >= _FEWEST]
    if len(enough) < 2:
        raise DataError(
            f"nothing to tell apart: it takes two scripts with {_FEWEST} images each or more"
        )
    return np.sort(np.concatenate([sample_rows(np.sort(rows), SAMPLE) for rows in enough]))


def traits(images: np.ndarray) -> dict[str, np.ndarray]:
    """Measure images by what has no shape.

    Args:
        images: uint8 (N, H, W).

    Returns:
        Float32 (N, M) by kind: `greys` (nine quantiles, mean, deviation, how many differ, the
        shares of pure black and white: what is left when the pixels are put in any other order),
        `frame` (mean and deviation of the outermost pixels), `sharpness` (mean and largest step
        from a pixel to its neighbour, the share of steps that are none).
    """
    count, height, width = images.shape
    levels = np.sort(images.reshape(count, -1), axis=1).astype(np.float32)
    places = (_QUANTILES * (height * width - 1)).round().astype(int)
    greys = [
        *levels[:, places].T,
        levels.mean(axis=1),
        levels.std(axis=1),
        (np.diff(levels, axis=1) > 0).sum(axis=1) + 1,
        (levels == 0).mean(axis=1),
        (levels == 255).mean(axis=1),
    ]
    sides = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    edge = np.concatenate(sides, axis=1).astype(np.float32)
    signed = images.astype(np.int16)
    steps = np.concatenate(
        [np.abs(np.diff(signed, axis=axis)).reshape(count, -1) for axis in (1, 2)], axis=1
    )
    return {
        name: np.stack(values, axis=1).astype(np.float32)
        for name, values in {
            "greys": greys,
            "frame": (edge.mean(axis=1), edge.std(axis=1)),
            "sharpness": (
                steps.mean(axis=1),
                steps.max(axis=1),
                (steps == 0).mean(axis=1),
            ),
        }.items()
    }


def tell(measured: np.ndarray, scripts: np.ndarray) -> pd.Series:
    """Let a model that sees numbers alone say which script each image is of.

    Extremely randomised trees (Geurts, Ernst and Wehenkel 2006) learn from one half of the images,
    taken by chance, and are asked about the other, both ways round.

    Args:
        measured: float (N, M).
        scripts: the true ones, str (N,).

    Returns:
        Share told right, 0 to 1; index: script.
    """
    from sklearn.ensemble import ExtraTreesClassifier  # a second, and only this needs it
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    trees = ExtraTreesClassifier(_TREES, random_state=0)
    halves = StratifiedKFold(2, shuffle=True, random_state=0)
    said = cross_val_predict(trees, measured, scripts, cv=halves)
    return pd.Series(said == scripts).groupby(scripts).mean()


def squares(images: Sequence[np.ndarray], side: int) -> np.ndarray:
    """Bring images, uint8 (H, W) or (H, W, 3), to one grey square each: uint8 (N, side, side)."""
    return np.stack(
        [cv2.resize(Grey()(each), (side, side), interpolation=cv2.INTER_AREA) for each in images]
    )
