"""The notebook's first network: fully connected layers on the bare pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.models.family import Family

if TYPE_CHECKING:
    import keras


def build(shape: tuple[int, int], labels: int) -> keras.Model:
    """Build it for images of `shape` (height, width); see `Family.build`."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(labels, activation="softmax"),
        ],
        name="dense",
    )


FAMILY = Family(
    name="dense",
    title="Dense network",
    summary="Two layers of 512 units on the bare pixels, blind to which of them are neighbours.",
    epochs=25,
    parameters=667_654,
    build=build,
)
