"""Bodies that learned on photographs, with a head of our own on what they see in a glyph.

The notebook tried one, and failed for the size and the single channel of its images: here both are
mended inside the model.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.errors import ModelError, first_line
from core.models.family import FEATURES, Family

if TYPE_CHECKING:
    import keras

IMAGENET = "imagenet"
"""Weights that Keras downloads; the alternative to a file."""
RANDOM = "random"
"""No weights: what a body is worth that never learned anything."""


def family(
    application: str, side: int, *, name: str, title: str, summary: str, parameters: int
) -> Family:
    """Return the family around a model of `keras.applications` that takes `side` x `side` px."""
    return Family(
        name=name,
        title=title,
        summary=summary,
        epochs=40,
        parameters=parameters,
        build=partial(_build, application, side, name),
        load=partial(_load, application, side),
        frozen=True,
    )


def _build(
    application: str, side: int, name: str, shape: tuple[int, int], labels: int
) -> keras.Model:
    import keras
    from keras import layers

    image = keras.Input(shape)
    grey = layers.Resizing(side, side)(layers.Reshape((*shape, 1))(image))
    colours = layers.Rescaling(2.0, offset=-1.0)(layers.Concatenate()([grey] * 3))
    body = _body(application, side)
    body.trainable = False
    features = layers.GlobalAveragePooling2D(name=FEATURES)(body(colours))
    answer = layers.Dense(labels, activation="softmax")(layers.Dropout(0.3)(features))
    return keras.Model(image, answer, name=name)


def _body(application: str, side: int, weights: str | None = None) -> keras.Model:
    import keras

    build = getattr(keras.applications, application)
    return build(include_top=False, weights=weights, input_shape=(side, side, 3), name=application)


def _load(application: str, side: int, model: keras.Model, weights: str = IMAGENET) -> None:
    if weights == RANDOM:
        return
    try:
        loaded = _body(application, side, weights)
    except Exception as error:  # Keras raises bare ones here
        reason = first_line(error)
        if weights == IMAGENET:
            raise ModelError(
                f"the ImageNet weights of {application} could not be downloaded: connect this "
                f"machine to the network, or give their file with --weights PATH ({reason})"
            ) from error
        raise ModelError(
            f"{weights} does not hold weights of {application} without its top: give a file of "
            f"those, or leave out --weights to download them ({reason})"
        ) from error
    model.get_layer(application).set_weights(loaded.get_weights())
