"""The notebook's second network: a recurrent one that reads the image row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.models.family import Family

if TYPE_CHECKING:
    import keras


def build(shape: tuple[int, int], labels: int) -> keras.Model:
    """Build it for images of `shape` (height, width); see `Family.build`."""
    from keras import layers

    return two_layers("rnn", layers.SimpleRNN, shape, labels)


def two_layers(name: str, layer: Any, shape: tuple[int, int], labels: int) -> keras.Model:
    """Build the notebook's network with any recurrent `layer` of Keras in it."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(shape),
            # Unrolled: the loop of a recurrent layer does not run in LiteRT, its steps do.
            layer(28, return_sequences=True, unroll=True),
            layer(28, unroll=True),
            layers.Dense(labels, activation="softmax"),
        ],
        name=name,
    )


FAMILY = Family(
    name="rnn",
    title="Recurrent network",
    summary="Reads the image row by row, top to bottom, with a memory of 28 numbers.",
    epochs=90,
    parameters=3_366,
    build=build,
)
