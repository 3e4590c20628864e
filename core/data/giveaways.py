"""What pictures give away without their shape: how far paper, pen and scanner tell scripts apart.

A network may learn them in place of the script, and on the same sources nobody would notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.selection import sample_rows
from core.data.store import Store
from core.errors import DataError
from core.imaging.pipeline import Pipeline
from core.imaging.steps import Grey

SAMPLE = 200
"""Images of each script that are measured."""
CAME = "As they came"
FEWEST = 10
"""Images of a script: half to learn from, half to be asked about."""
_TREES = 100
_QUANTILES = np.linspace(0, 1, 9)
_LEVELS = np.arange(256)


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
        images: how many of each script were told.
        left_out: of scripts with too few to be told: how many there are.
        stages: as they came, and after each step.
        came: mean over scripts, 0 to 1, by kind of trait alone: of images as they came.
        seen: the same after the last step.
    """

    images: dict[str, int]
    left_out: dict[str, int]
    stages: list[Stage]
    came: dict[str, float]
    seen: dict[str, float]

    @property
    def chance(self) -> float:
        """Share that is right by guessing, 0 to 1."""
        return 1 / len(self.images)


def can_tell(per_script: Mapping[str, int]) -> bool:
    """Say whether there are two scripts with enough images, given how many there are of each."""
    return sum(count >= FEWEST for count in per_script.values()) > 1


def find(store: Store, pipeline: Pipeline, scripts: pd.Series) -> Found:
    """Tell images apart by what has no shape, as they came and after each step of `pipeline`.

    Args:
        store: where the images are.
        pipeline: whose steps they pass.
        scripts: of each image of the data set: categories.

    Raises:
        DataError: there are not two scripts with enough images, or all are copies of one.
    """
    if not can_tell(store.per_script):
        raise DataError(
            f"nothing to tell apart: it takes two scripts with {FEWEST} images each or more"
        )
    left_out = {name: count for name, count in store.per_script.items() if count < FEWEST}
    rows_of = {
        name: sample_rows(np.flatnonzero(scripts == name), SAMPLE)
        for name in sorted(store.per_script.keys() - left_out)
    }
    rows = np.sort(np.concatenate(list(rows_of.values())))
    truth = scripts.iloc[rows].to_numpy().astype(str)
    about = store.about(rows)
    collections, copies = about["collection"], about["digest"].to_numpy()
    if len(np.unique(copies)) < 2:
        raise DataError("nothing to tell apart: all images are copies of one")
    images = store.sources(rows)
    measured = [measure(images)]
    for step in pipeline.steps:
        images = Pipeline(pipeline.name, (step,)).apply_as(images, collections)
        measured.append(measure(images))
    names = (CAME, *(each.label for each in pipeline.steps))
    stages = [
        Stage(name, tell(np.concatenate(list(found.values()), axis=1), truth, copies))
        for name, found in zip(names, measured, strict=True)
    ]
    came, seen = (
        {name: float(tell(values, truth, copies).mean()) for name, values in found.items()}
        for found in (measured[0], measured[-1])
    )
    told = {name: len(each) for name, each in rows_of.items()}
    return Found(told, left_out, stages, came, seen)


def measure(images: Iterable[np.ndarray]) -> dict[str, np.ndarray]:
    """Measure images, uint8 (H, W) or (H, W, 3) each: float64 (N, M) by kind of `traits`."""
    found = [traits(each) for each in images]
    return {kind: np.array([each[kind] for each in found]) for kind in found[0]}


def traits(image: np.ndarray) -> dict[str, list[float]]:
    """Measure an image by what has no shape.

    Args:
        image: uint8 (H, W) or (H, W, 3).

    Returns:
        Numbers by kind: `greys` (nine quantiles, mean, deviation, how many differ, the shares of
        pure black and white: what is left when the pixels are put in any other order), `frame`
        (mean and deviation of the outermost pixels), `sharpness` (mean and largest step from a
        pixel to its neighbour, the share of steps that are none), `colour` (mean and deviation of
        red and of blue less green).
    """
    grey = Grey()(image)
    counts = np.bincount(grey.ravel(), minlength=256)
    upto = np.cumsum(counts)
    total = int(upto[-1])
    mean = float(counts @ _LEVELS) / total
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    signed = grey.astype(np.int16)
    steps = np.concatenate([np.abs(np.diff(signed, axis=axis)).ravel() for axis in (0, 1)])
    tints = [0.0] * 4
    if image.ndim == 3:
        red, green, blue = image.astype(np.int16).transpose(2, 0, 1)
        tints = [float(of(each - green)) for each in (red, blue) for of in (np.mean, np.std)]
    return {
        "greys": [
            *np.searchsorted(upto, _QUANTILES * (total - 1), side="right").astype(float),
            mean,
            float(np.sqrt(counts @ (_LEVELS - mean) ** 2 / total)),
            float(np.count_nonzero(counts)),
            counts[0] / total,
            counts[-1] / total,
        ],
        "frame": [float(edge.mean()), float(edge.std())],
        "sharpness": [
            float(steps.mean()) if len(steps) else 0.0,
            float(steps.max(initial=0)),
            float((steps == 0).mean()) if len(steps) else 1.0,
        ],
        "colour": tints,
    }


def tell(measured: np.ndarray, scripts: np.ndarray, copies: np.ndarray) -> pd.Series:
    """Let a model that sees numbers alone say which script each image is of.

    Extremely randomised trees (Geurts, Ernst and Wehenkel 2006) learn from one half of the images,
    taken by chance, and are asked about the other, both ways round. Copies of an image are in one
    half, or the trees would know them again.

    Args:
        measured: float (N, M).
        scripts: the true ones, str (N,).
        copies: (N,), the same for images that are copies of each other.

    Returns:
        Share told right, 0 to 1; index: script.
    """
    from sklearn.ensemble import ExtraTreesClassifier  # a second, and only this needs it
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    trees = ExtraTreesClassifier(_TREES, class_weight="balanced", random_state=0)
    halves = StratifiedGroupKFold(2, shuffle=True, random_state=0)
    said = cross_val_predict(trees, measured, scripts, cv=halves, groups=copies)
    return pd.Series(said == scripts).groupby(scripts).mean()
