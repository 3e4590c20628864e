"""Small images made fit to look at: enlarged without blur, laid out on one sheet."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import cv2
import numpy as np

_HAIRLINE = (128, 120, 105, 96)
"""Of a frame: seen on paper and on the dark ground."""


def enlarge(image: np.ndarray, side: int) -> np.ndarray:
    """Bring the longer side of a uint8 (H, W) or (H, W, 3) image to `side` px.

    Enlarged so that every pixel stays a sharp square, shrunk by averaging.
    """
    scale = side / max(image.shape[:2])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST_EXACT
    return cv2.resize(image, size, interpolation=method)


def cell(image: np.ndarray, side: int, gap: int = 8) -> np.ndarray:
    """Centre an image in a clear square of `side` px, `gap` of it left free at the right.

    Returns uint8 (side, side, 4) RGBA. Pictures beside each other then line up, whatever their
    shapes; a hairline shows where white ones end.
    """
    small = enlarge(image, side - gap - 2)
    height, width = small.shape[:2]
    top, left = (side - gap - height) // 2, (side - gap - width) // 2
    out = np.zeros((side, side, 4), np.uint8)
    out[top - 1 : top + height + 1, left - 1 : left + width + 1] = _HAIRLINE
    _paste(out, small, top, left)
    return out


def sheet(images: Sequence[np.ndarray], columns: int, cell: int = 64, gap: int = 4) -> np.ndarray:
    """Lay images out in rows of `columns`: uint8 (H, W, 4) RGBA, clear between the cells."""
    rows = -(-len(images) // columns)
    step = cell + gap
    out = np.zeros((rows * step, columns * step, 4), np.uint8)
    for i, image in enumerate(images):
        small = enlarge(image, cell)
        height, width = small.shape[:2]
        top = i // columns * step + (cell - height) // 2
        left = i % columns * step + (cell - width) // 2
        _paste(out, small, top, left)
    return out


def _paste(out: np.ndarray, image: np.ndarray, top: int, left: int) -> None:
    """Put a uint8 (H, W) or (H, W, 3) image into `out`, RGBA, opaque."""
    place = out[top : top + image.shape[0], left : left + image.shape[1]]
    place[..., :3] = image if image.ndim == 3 else image[..., None]
    place[..., 3] = 255


def data_uri(image: np.ndarray) -> str:
    """Encode uint8 (H, W, 4) RGBA as a PNG that can stand in a figure."""
    png = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGBA2BGRA))[1]
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode()


def tinted(share: np.ndarray, color: str, side: int) -> np.ndarray:
    """Paint a map of shares, float (H, W) from 0 to 1, in one colour on white.

    The largest share is painted fully, 0 not at all. Returns uint8 RGB, `side` px at its longer
    side.
    """
    strength = share[..., None] / max(float(share.max()), 1e-9)
    painted = 255 - strength * (255 - np.array(rgb(color)))
    return enlarge(painted.round().astype(np.uint8), side)


def rgb(color: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0-255, of a colour written as #RRGGBB."""
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue
