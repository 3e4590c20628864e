"""Batches of images, as training eats them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf

# How far an image is bent at most. Beyond this, letters of one script begin to look like another's.
_TURN = math.radians(12)
_SHEAR = 0.2
_SCALE = 0.15
_SHIFT = 0.08  # of the image's side


def batches(
    images: np.ndarray,
    labels: np.ndarray,
    size: int,
    *,
    classes: int,
    seed: int | None = None,
    augment: bool = False,
) -> tf.data.Dataset:
    """Give (float32 (size, H, W) 0 to 1, float32 one-hot (size, classes)), once through all.

    Args:
        images: uint8 (N, H, W); kept as they are, only the batch at hand becomes float.
        labels: int (N,), below `classes`.
        size: images a batch; the last one may be smaller.
        classes: the number of labels there are.
        seed: of the order, another one each time through; None keeps the order given.
        augment: bend each image by a small random affine map (needs a seed).
    """
    import tensorflow as tf

    pixels, answers = tf.constant(images), tf.constant(labels)
    rows = tf.data.Dataset.range(len(images))
    if seed is not None:
        rows = rows.shuffle(max(len(images), 1), seed=seed, reshuffle_each_iteration=True)
    # Rows are shuffled and gathered a batch at a time: copying images one by one takes far longer.
    rows = rows.batch(size)

    def load(row: Any) -> tuple[Any, Any]:
        batch = tf.cast(tf.gather(pixels, row), tf.float32) / 255
        return batch, tf.one_hot(tf.gather(answers, row), classes)

    def load_bent(row: Any, draw: Any) -> tuple[Any, Any]:
        batch, answer = load(row)
        return _bend(batch, draw), answer

    if augment:
        draws = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).batch(2)
        loaded = tf.data.Dataset.zip(rows, draws).map(load_bent)
    else:
        loaded = rows.map(load)
    options = tf.data.Options()
    # Its thread sleeps for ever longer, and an iterator that ends waits for it: up to a minute.
    options.autotune.enabled = False
    return loaded.prefetch(2).with_options(options)


def _bend(batch: Any, draw: Any) -> Any:
    """Bend each of float32 (N, H, W) about its centre; `draw`, int64 (2,), decides how."""
    import tensorflow as tf

    count, height, width = tf.unstack(tf.shape(batch))
    amounts = tf.random.stateless_uniform((6, count), draw, -1.0, 1.0)
    turn, shear = amounts[0] * _TURN, amounts[1] * _SHEAR
    scale_x, scale_y = 1 + amounts[2] * _SCALE, 1 + amounts[3] * _SCALE
    # Where a pixel of the result comes from: scale, shear along x, then turn.
    a = scale_x * tf.cos(turn)
    b = scale_y * (shear * tf.cos(turn) - tf.sin(turn))
    c = scale_x * tf.sin(turn)
    d = scale_y * (shear * tf.sin(turn) + tf.cos(turn))
    middle_x, middle_y = (tf.cast(side - 1, tf.float32) / 2 for side in (width, height))
    shift_x = middle_x - a * middle_x - b * middle_y + amounts[4] * _SHIFT * 2 * middle_x
    shift_y = middle_y - c * middle_x - d * middle_y + amounts[5] * _SHIFT * 2 * middle_y
    zero = tf.zeros_like(a)
    bent = tf.raw_ops.ImageProjectiveTransformV3(
        images=batch[..., tf.newaxis],
        transforms=tf.stack([a, b, shift_x, c, d, shift_y, zero, zero], axis=1),
        output_shape=tf.stack([height, width]),
        fill_value=0.0,
        interpolation="BILINEAR",
    )
    return bent[..., 0]
