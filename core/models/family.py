"""What a family of models is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.imaging import Pipeline

if TYPE_CHECKING:
    import keras

FEATURES = "features"
"""Name of the layer in which a body ends, where a model is one with a head of its own."""


@dataclass(frozen=True)
class Family:
    """One architecture, for images of any size and any number of labels.

    Attributes:
        name: lower-case key used in files and on the command line.
        title: what people read.
        summary: what it is, in one sentence.
        epochs: how often it sees the training images unless told otherwise.
        parameters: trained and kept numbers, at 28x28 and six labels.
        build: `build((height, width), labels)` gives an untrained model. It takes float32
            (N, H, W), 0 black to 1 ink, and gives float32 (N, labels) that sum to 1. Imports Keras.
        load: where the body has learned before, `load(model, weights)` puts that into a model just
            built; `weights` as in the settings, "imagenet" by default. Raises ModelError.
        frozen: its body is never trained, only the layers after the one called `FEATURES`.
        check: where not any data set will do, `check(pipeline)` raises ModelError for one that was
            prepared in another way than the body knows, and where the body is not here.
    """

    name: str
    title: str
    summary: str
    epochs: int
    parameters: int
    build: Callable[[tuple[int, int], int], keras.Model]
    load: Callable[..., None] | None = None
    frozen: bool = False
    check: Callable[[Pipeline], None] | None = None

    @property
    def may_be_frozen(self) -> bool:
        """Whether one can choose to train only the layers after the body."""
        return self.load is not None and not self.frozen


def halves(model: keras.Model) -> tuple[keras.Model, keras.Model]:
    """Return body and head of `model`: up to the layer called `FEATURES`, and what comes after.

    They share their layers with `model`: what is trained in one is trained in the other.
    """
    import keras

    features = model.get_layer(FEATURES).output
    return keras.Model(model.input, features), keras.Model(features, model.output)


def summed(model: keras.Model, of: np.ndarray, count: int) -> keras.Model:
    """Return a model that gives the sum over the characters of each script.

    Args:
        model: gives float32 (N, characters), rows that sum to 1.
        of: int (characters,), the script of each, below `count`.
        count: the number of scripts.

    Returns:
        Gives float32 (N, count).
    """
    import keras

    layer = keras.layers.Dense(count, use_bias=False, trainable=False, name="sum")
    whole = keras.Model(model.inputs[0], layer(model.outputs[0]), name=model.name)
    layer.set_weights([members_of(of, count)])
    return whole


def members_of(of: np.ndarray, count: int) -> np.ndarray:
    """Return float32 (characters, count), 1 where a character is of a script; see `summed`."""
    return np.eye(count, dtype=np.float32)[of]
