"""Bending an image a little, as augmentation does: one rule for training and for its preview.

Training bends a batch at a time with TensorFlow, in core.training.feed; a page may not import that,
and bends with NumPy, here. The amounts and the map are the same code, and a test holds the two
pictures together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

# How far an image is bent at most. Beyond this, letters of one script begin to look like another's.
TURN = math.radians(12)
SHEAR = 0.2
SCALE = 0.15
SHIFT = 0.08  # of the image's side
AMOUNTS = 6
"""Random numbers that one bend takes, each -1 to 1."""


def affine(
    amounts: Any, height: Any, width: Any, cos: Callable = np.cos, sin: Callable = np.sin
) -> tuple[Any, ...]:
    """Return where a pixel of the bent image comes from.

    Args:
        amounts: (6, N) floats from -1 to 1, NumPy's or TensorFlow's: turn, shear, scale along x
            and y, shift along x and y.
        height: of the images in px, a float.
        width: likewise.
        cos: of the library that `amounts` belong to.
        sin: likewise.

    Returns:
        (a, b, c, d, e, f), each (N,): the pixel (x, y) of the result is taken from
        (a x + b y + c, d x + e y + f). About the middle: scale, shear along x, then turn.
    """
    turn, shear = amounts[0] * TURN, amounts[1] * SHEAR
    scale_x, scale_y = 1 + amounts[2] * SCALE, 1 + amounts[3] * SCALE
    a = scale_x * cos(turn)
    b = scale_y * (shear * cos(turn) - sin(turn))
    d = scale_x * sin(turn)
    e = scale_y * (shear * sin(turn) + cos(turn))
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    c = middle_x - a * middle_x - b * middle_y + amounts[4] * SHIFT * 2 * middle_x
    f = middle_y - d * middle_x - e * middle_y + amounts[5] * SHIFT * 2 * middle_y
    return a, b, c, d, e, f


def bend(images: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Bend each image about its middle.

    Args:
        images: uint8 (N, H, W), ink on black.
        amounts: float (6, N) from -1 to 1; see `affine`.

    Returns:
        uint8 (N, H, W); what comes from beyond the border is black.
    """
    _, height, width = images.shape
    maps = np.stack(affine(amounts, height, width), axis=-1).reshape(-1, 2, 3)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    bent = [
        cv2.warpAffine(image, matrix, (width, height), flags=flags)
        for image, matrix in zip(images, maps, strict=True)
    ]
    return np.stack(bent) if bent else images


def random_bend(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Bend uint8 (N, H, W) as training might."""
    return bend(images, random.uniform(-1, 1, (AMOUNTS, len(images))))
