"""The network for handwriting never seen: small and regularised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.models.family import FEATURES, Family

if TYPE_CHECKING:
    import keras


def build(shape: tuple[int, int], labels: int) -> keras.Model:
    """Build it for images of `shape` (height, width); see `Family.build`.

    Convolutions with batch normalisation (Ioffe and Szegedy, 2015), shortcuts around pairs of
    them (He et al., 2016), halved in size by strides from the first layer on, which costs a thin
    drawing little and saves most of the time. At the end each map is weighed place by place, twice
    (global depthwise convolution; Chen et al., "MobileFaceNets", CCBR 2018), where an average would
    forget which part of a character stands where.
    """
    import keras
    from keras import layers

    image = keras.Input(shape)
    maps = layers.Reshape((*shape, 1))(image)
    maps = _with_shortcut(_convolve(maps, 32, size=5, stride=2), 32)
    for channels in (64, 128):
        maps = _with_shortcut(_convolve(maps, channels, stride=2), channels)
    whole = maps.shape[1:3]
    placed = layers.DepthwiseConv2D(whole, depth_multiplier=2, use_bias=False)(maps)
    placed = layers.BatchNormalization(momentum=0.95)(placed)
    features = layers.Flatten(name=FEATURES)(placed)
    answer = layers.Dense(labels, activation="softmax")(layers.Dropout(0.3)(features))
    return keras.Model(image, answer, name="glyph")


def _convolve(
    maps: Any, channels: int, *, size: int = 3, stride: int = 1, relu: bool = True
) -> Any:
    from keras import layers

    # The normalisation that follows has an offset of its own.
    maps = layers.Conv2D(channels, size, strides=stride, padding="same", use_bias=False)(maps)
    maps = layers.BatchNormalization(momentum=0.95)(maps)
    return layers.ReLU()(maps) if relu else maps


def _with_shortcut(maps: Any, channels: int) -> Any:
    from keras import layers

    changed = _convolve(_convolve(maps, channels), channels, relu=False)
    return layers.ReLU()(layers.Add()([maps, changed]))


FAMILY = Family(
    name="glyph",
    title="Glyph network",
    summary="Nine convolutions with shortcuts, and what they find weighed place by place: made "
    "for other people's hands.",
    epochs=12,
    parameters=489_382,
    build=build,
)
