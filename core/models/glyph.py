"""The network for handwriting never seen: small, regularised, indifferent to position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.models.family import Family

if TYPE_CHECKING:
    import keras


def build(shape: tuple[int, int], labels: int) -> keras.Model:
    """Build it for images of `shape` (height, width); see `Family.build`.

    Pairs of 3x3 convolutions as in VGG (Simonyan and Zisserman, 2014) with batch normalisation
    (Ioffe and Szegedy, 2015) and global average pooling (Lin et al., 2013).
    """
    import keras
    from keras import layers

    body: list[Any] = []
    for channels in (24, 48, 96):
        for _ in range(2):
            # The normalisation that follows has an offset of its own.
            body.append(layers.Conv2D(channels, 3, padding="same", use_bias=False))
            body.append(layers.BatchNormalization(momentum=0.9))
            body.append(layers.ReLU())
        body.append(layers.MaxPooling2D())
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Reshape((*shape, 1)),
            *body,
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(labels, activation="softmax"),
        ],
        name="glyph",
    )


FAMILY = Family(
    name="glyph",
    title="Glyph network",
    summary="Six convolutions and an average over the whole image: made for other people's hands.",
    epochs=12,
    parameters=162_846,
    build=build,
)
