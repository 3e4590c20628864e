"""The notebook's third network: two convolutions."""

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
            layers.Reshape((*shape, 1)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(labels, activation="softmax"),
        ],
        name="cnn",
    )


FAMILY = Family(
    name="cnn",
    title="Convolutional network",
    summary="Looks for small patterns anywhere in the image, then for patterns of those.",
    epochs=85,
    parameters=37_638,
    build=build,
)
