"""Whether steps can work on what those before them leave, whatever image comes."""

from __future__ import annotations

import cv2
import numpy as np

from core.errors import PipelineError
from core.imaging.pipeline import Pipeline
from core.imaging.steps import PHOTO_ENOUGH, Crop, Fit, Flatten, Step


def check(pipeline: Pipeline) -> None:
    """Make sure that any image comes out grey and in one size, whatever its shape and colours.

    Raises:
        PipelineError: it does not; the message says in one line what to change.
    """
    size = pipeline.shape
    for step in pipeline.steps:
        if isinstance(step, Fit) and 2 * step.margin >= step.size:
            raise PipelineError(
                f"a margin of {step.margin} px on every side leaves nothing of {step.size} px: "
                "choose a smaller margin in Fit"
            )
    for step in reversed(pipeline.steps):
        if hasattr(step, "size"):
            break
        if isinstance(step, Crop) or (isinstance(step, Flatten) and size[0] > PHOTO_ENOUGH):
            raise PipelineError(
                f"the images come out in different sizes: {step.label} changes the size of some; "
                "let a step that sets it, such as Resize, come after"
            )
    for probe in _probes():
        image = probe
        for step in pipeline.steps:
            image = run_step(step, image)
        if image.ndim != 2:
            raise PipelineError("colour is left in the images: switch the step Grey on")
        if image.shape != size:
            raise PipelineError(
                "the images come out in different sizes: let a step that sets the size, "
                "such as Resize, come last"
            )


def run_step(step: Step, image: np.ndarray) -> np.ndarray:
    """Apply `step` to an image.

    Raises:
        PipelineError: what comes before it left something that it can't work on.
    """
    try:
        return step(image)
    except (ValueError, TypeError, IndexError, cv2.error) as error:
        colour = " a colour image: switch the step Grey on before it" if image.ndim == 3 else ""
        raise PipelineError(
            f"the step {step.label} can't work on{colour or ' what the steps before it leave'}"
        ) from error


def _probes() -> list[np.ndarray]:
    """A pen stroke on paper, in colour and wide, and one in chalk, grey and tall."""
    wide = np.full((60, 90, 3), (250, 245, 235), np.uint8)
    cv2.line(wide, (15, 45), (70, 12), (30, 30, 90), 4)
    tall = np.zeros((64, 40), np.uint8)
    cv2.line(tall, (8, 10), (30, 50), 220, 3)
    return [wide, tall]
