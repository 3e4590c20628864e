"""How long a training will take, before it starts."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass

from core.models.zoo import FAMILIES
from core.training.runs import Run
from core.training.settings import Settings

OPERATIONS = {
    "dense": 666_624,
    "rnn": 87_976,
    "cnn": 3_857_280,
    "lstm": 351_400,
    "gru": 263_592,
    "glyph": 12_377_984,
    "pretrained": 12_377_984,
    "xception": 470_000_000,
    "mobilenet": 55_000_000,
}
"""Multiplications, about, of one image of 28x28 going through a model and giving six answers."""
_A_PARAMETER = 100
"""Multiplications a parameter, where a model is not listed above: as in networks like these."""
_A_SECOND_AND_CORE = 8e9
"""Multiplications, forwards and as many as it takes back: measured on two cores of a server."""
_FASTEST = 10_000.0
"""Images a second beyond which the bookkeeping binds and not the arithmetic."""
_TEST_SPEED = 3.0
"""How much faster testing goes than training: forwards only."""
_AROUND = 20.0
"""Seconds to load TensorFlow, and to export and test the model in the end."""


@dataclass(frozen=True)
class Estimate:
    """How long a training will take.

    Attributes:
        seconds: in all; at most so long where it may end early.
        images_per_second: that it will learn from.
        measured_on: the run that this speed was measured on; None where it is worked out from the
            number of multiplications in the model.
    """

    seconds: float
    images_per_second: float
    measured_on: str | None


def estimate(
    settings: Settings, train: int, test: int, shape: tuple[int, int], runs: Sequence[Run]
) -> Estimate:
    """Say how long a training will take.

    Args:
        settings: what is asked for.
        train: images to learn from.
        test: images to be tested on after each epoch.
        shape: height and width of the images in px.
        runs: former ones of this machine, the newest first.
    """
    if settings.frozen:
        # Its body looks at each image once, and at the test images again in the exported model;
        # what was measured in former runs is the speed of the last layer.
        speed = _worked_out(settings.model, shape)
        looks = (train + 2 * test) / speed
        return Estimate(looks + settings.total_epochs * train / _FASTEST + _AROUND, speed, None)
    measured = (
        # a network's work goes by the pixels
        (each.images_per_second * math.prod(each.image_shape) / math.prod(shape), each.id)
        for each in runs
        if each.settings.model == settings.model
        and each.settings.classes == settings.classes  # thousands of answers take their time, too
        and not each.settings.frozen
        and each.images_per_second
        and each.image_shape
    )
    speed, measured_on = next(measured, (_worked_out(settings.model, shape), None))
    seconds = settings.total_epochs * (train + test / _TEST_SPEED) / speed
    return Estimate(seconds + _AROUND, speed, measured_on)


def _worked_out(model: str, shape: tuple[int, int]) -> float:
    at_28 = OPERATIONS.get(model, _A_PARAMETER * FAMILIES[model].parameters)
    # a body that is always frozen takes images of one size, and resizes
    operations = at_28 * (1 if FAMILIES[model].frozen else math.prod(shape) / 28**2)
    return min(_A_SECOND_AND_CORE * (os.cpu_count() or 1) / operations, _FASTEST)
