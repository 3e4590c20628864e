"""Batches of images, as training eats them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.training.bend import AMOUNTS, affine

if TYPE_CHECKING:
    import tensorflow as tf


def in_order(
    images: np.ndarray, labels: np.ndarray, size: int, *, classes: int | Sequence[int]
) -> tf.data.Dataset:
    """Give (float32 (size, H, W) 0 to 1, float32 one-hot (size, classes)), once through all.

    Args:
        images: uint8 (N, H, W); kept as they are, only the batch at hand becomes float. Or what a
            body saw in them, float32 (N, F), which is given as it is.
        labels: int (N,), below `classes`; or (N, Q), the answers to several questions.
        size: images a batch; the last one may be smaller.
        classes: the number of labels there are; or Q numbers, the columns then side by side.
    """
    import tensorflow as tf

    load = _loader(images, labels, classes)
    return _prefetched(tf.data.Dataset.range(len(images)).batch(size).map(load))


def steps_an_epoch(count: int, size: int) -> int:
    """Return how many batches of `size` go once through `count` images."""
    return math.ceil(count / size)


def shuffled(
    images: np.ndarray,
    labels: np.ndarray,
    size: int,
    *,
    classes: int | Sequence[int],
    seed: int,
    steps: range,
    augment: bool = False,
) -> tf.data.Dataset:
    """Give batches as `in_order`, in an order of chance, another one in each epoch.

    What a step holds depends on its number and the seed alone, so that a training can go on where
    it was left.

    Args:
        images: uint8 (N, H, W), or float32 (N, F); see `in_order`.
        labels: int (N,) or (N, Q); see `in_order`.
        size: images a batch; the last one of an epoch may be smaller.
        classes: the number of labels there are, or Q numbers.
        seed: of the order and of the bends, 0 to 2**32 - 1.
        steps: which batches to give, counted from the first of the first epoch.
        augment: bend each image by a small random affine map.
    """
    import tensorflow as tf

    count = len(images)
    an_epoch = steps_an_epoch(count, size)
    load = _loader(images, labels, classes)

    def batch(step: Any) -> tuple[Any, Any]:
        epoch, place = step // an_epoch, step % an_epoch
        # Rows are shuffled and gathered a batch at a time: one by one takes far longer.
        places = tf.range(place * size, tf.minimum((place + 1) * size, count))
        row = tf.random.experimental.index_shuffle(
            places, tf.stack([np.int64(seed), epoch]), np.int64(count - 1)
        )
        pixels, answers = load(tf.ensure_shape(row, [None]))
        if augment:
            draw = tf.stack([np.int64(seed), step])
            amounts = tf.random.stateless_uniform((AMOUNTS, tf.shape(row)[0]), draw, -1.0, 1.0)
            pixels = tf_bend(pixels, amounts)
        return pixels, answers

    return _prefetched(tf.data.Dataset.range(steps.start, steps.stop).map(batch))


def _loader(images: np.ndarray, labels: np.ndarray, classes: int | Sequence[int]) -> Any:
    import tensorflow as tf

    depths = [classes] if isinstance(classes, int) else list(classes)
    pixels, answers = tf.constant(images), tf.constant(labels.reshape(len(labels), len(depths)))
    largest = 255 if images.dtype == np.uint8 else 1

    def load(row: Any) -> tuple[Any, Any]:
        batch = tf.cast(tf.gather(pixels, row), tf.float32) / largest
        said = tf.unstack(tf.gather(answers, row), num=len(depths), axis=1)
        return batch, tf.concat(list(map(tf.one_hot, said, depths)), axis=1)

    return load


def _prefetched(feed: Any) -> Any:
    import tensorflow as tf

    options = tf.data.Options()
    # Its thread sleeps for ever longer, and an iterator that ends waits for it: up to a minute.
    options.autotune.enabled = False
    return feed.prefetch(2).with_options(options)


def tf_bend(batch: Any, amounts: Any) -> Any:
    """Bend each of float32 (N, H, W) by `amounts`, float32 (6, N): `core.training.bend.bend`."""
    import tensorflow as tf

    _, height, width = tf.unstack(tf.shape(batch))
    sides = (tf.cast(height, tf.float32), tf.cast(width, tf.float32))
    maps = affine(amounts, *sides, cos=tf.cos, sin=tf.sin)
    zero = tf.zeros_like(maps[0])
    bent = tf.raw_ops.ImageProjectiveTransformV3(
        images=batch[..., tf.newaxis],
        transforms=tf.stack([*maps, zero, zero], axis=1),
        output_shape=tf.stack([height, width]),
        fill_value=0.0,
        interpolation="BILINEAR",
    )
    return bent[..., 0]
