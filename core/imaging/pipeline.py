"""The one way an image takes to a model: named steps, in order, written as JSON beside it."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import DAMAGED, PipelineError
from core.imaging.steps import (
    STEPS,
    Binarise,
    Crop,
    Fit,
    Flatten,
    Grey,
    Invert,
    Polarity,
    Redraw,
    Resize,
    Step,
    Thin,
)
from core.imaging.values import Number, values_of


@dataclass(frozen=True)
class Pipeline:
    """An ordered tuple of steps.

    Example:
        >>> preset("notebook").apply(np.zeros((64, 48), np.uint8)).shape
        (28, 28)
    """

    name: str
    steps: tuple[Step, ...]

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Pass a uint8 image, (H, W) or (H, W, 3), through all steps; returns uint8 `shape`."""
        for step in self.steps:
            image = step(image)
        return image

    def apply_all(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return what `apply` gives for each image, sooner."""
        passed = list(images)
        for step in self.steps:
            passed = step.many(passed)
        return passed

    def apply_as(
        self, images: Sequence[np.ndarray], collections: Iterable[str]
    ) -> list[np.ndarray]:
        """Return each image as an image of its collection comes out, in order."""
        places_of: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(collections):
            places_of[name].append(place)
        passed = list(images)
        for name, places in places_of.items():
            alike = self.for_collection(name).apply_all([images[each] for each in places])
            for place, image in zip(places, alike, strict=True):
                passed[place] = image
        return passed

    def trace(self, image: np.ndarray) -> list[tuple[Step, np.ndarray]]:
        """Return each step with the uint8 image it leaves, in order."""
        seen = []
        for step in self.steps:
            image = step(image)
            seen.append((step, image))
        return seen

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in px of what comes out."""
        for step in reversed(self.steps):
            size = getattr(step, "size", None)
            if size is not None:
                return size, size
        raise PipelineError(f"pipeline {self.name!r} has no step that sets the size")

    def for_collection(self, collection: str) -> Pipeline:
        """Return the pipeline as it applies to images of `collection`."""
        return Pipeline(self.name, tuple(each.for_collection(collection) for each in self.steps))

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready description; `from_json` reads it back."""
        return {
            "name": self.name,
            "steps": [
                {"step": type(each).__name__, **dataclasses.asdict(each)} for each in self.steps
            ],
        }

    @staticmethod
    def from_json(description: dict[str, Any]) -> Pipeline:
        """Read what `to_json` wrote.

        Raises:
            PipelineError: an unknown step or value, or something that is no description.
        """
        try:
            steps = []
            for each in description["steps"]:
                values = {
                    key: tuple(value) if isinstance(value, list) else value
                    for key, value in each.items()
                    if key != "step"
                }
                steps.append(_checked(STEPS[each["step"]](**values)))
            return Pipeline(str(description["name"]), tuple(steps))
        except DAMAGED as error:
            raise PipelineError(
                f"not a pipeline this version knows ({error}); steps are {', '.join(STEPS)}"
            ) from error


def _most(step: Step, name: str) -> float:
    """Return how much a value may be: of px several times what people are offered."""
    offered = values_of(step).get(name)
    if not isinstance(offered, Number):
        return _LARGEST
    return offered.high * (_BEYOND if offered.unit == "px" else 1)


def _checked(step: Step) -> Step:
    """Return `step`, whole numbers as fractions where these are usual.

    Raises:
        TypeError: a value is of another kind than the usual one, negative, a size of nothing, or
            so large that one image would take minutes.
    """
    fractions = {}
    for field in dataclasses.fields(step):
        name, value, usual = field.name, getattr(step, field.name), field.default
        if type(value) is int and isinstance(usual, float):
            fractions[name] = value = float(value)
        fits = type(value) is type(usual)
        if fits and isinstance(value, int | float):
            least = 1 if name == "size" else 0
            fits = least <= value <= _most(step, name)  # not so a NaN
        if not fits:
            raise TypeError(f"{name} of {type(step).__name__} can't be {value!r}")
    return dataclasses.replace(step, **fractions)


_LARGEST, _BEYOND = 1024, 8

_INVERTED = (
    "english-handwritten-characters-dataset",
    "kannada-characters",
    "baybayin-handwritten-images",
)
_AS_THEY_ARE = ("chinese-mnist", "ahcd1", "devnagri-handwritten-character")

_PRESETS = {
    "canonical": Pipeline(
        "canonical",
        (Grey(), Flatten(), Polarity(), Crop(), Fit(), Binarise(), Thin(), Redraw()),
    ),
    "notebook": Pipeline(
        "notebook",
        (Grey(), Resize(28), Invert(_INVERTED, known=_INVERTED + _AS_THEY_ARE)),
    ),
}
PRESETS = tuple(_PRESETS)


def preset(name: str) -> Pipeline:
    """Return the pipeline called `name`.

    Raises:
        PipelineError: there is none; the message lists those there are.
    """
    try:
        return _PRESETS[name]
    except KeyError:
        raise PipelineError(
            f"no pipeline called {name!r}; there are {', '.join(PRESETS)}"
        ) from None
