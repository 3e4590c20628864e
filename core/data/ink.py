"""How the ink of a data set's images looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd

from core.data.store import Store
from core.imaging.ruled import otsu
from core.imaging.steps import FLAT, Grey, Polarity

_AT_ONCE = 32
_SIDE = 64  # px of an average


@dataclass(frozen=True)
class Ink:
    """What is measured of one image.

    Attributes:
        dark_on_light: whether the ink is darker than the paper.
        share: of the picture's pixels that are ink, 0 to 1.
        stroke: mean width of a stroke in px.
        extent: longer side of the box around the ink in px; 0 on bare paper.
    """

    dark_on_light: bool
    share: float
    stroke: float
    extent: int

    @property
    def relative_stroke(self) -> float:
        """Width of a stroke as a share of the longer side of the ink's box."""
        return self.stroke / self.extent if self.extent else 0.0


def ink(image: np.ndarray) -> Ink:
    """Measure the ink of uint8 (H, W) or (H, W, 3).

    Ink is what Otsu's threshold (1979) parts from the paper, and which of the two is the paper
    the pipeline's Polarity step says. Along the centre lines (Zhang and Suen 1984) a stroke is
    twice as wide as it is far to the paper (Euclidean), less the pixel that is counted twice.
    """
    from skimage.morphology import skeletonize  # half a second, and only this needs it

    grey = Grey()(image)
    light = Polarity()(grey)
    dark_on_light = light is not grey
    if np.ptp(grey) < FLAT:
        return Ink(dark_on_light, 0.0, 0.0, 0)
    inked = light > otsu(light)
    # The picture's edge counts as paper: a stroke that runs off it ends there.
    framed = cv2.copyMakeBorder(inked.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    far = cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    stroke = 2 * float(far[skeletonize(framed > 0)].mean()) - 1
    rows, cols = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    extent = 1 + int(max(rows[-1] - rows[0], cols[-1] - cols[0]))
    return Ink(dark_on_light, float(inked.mean()), stroke, extent)


def measures(store: Store, rows: np.ndarray) -> pd.DataFrame:
    """Measure the source images of `rows`; see `ink`.

    Returns:
        A row an image: dark_on_light (bool); ink_share, stroke (share of the ink's longer side),
        level (mean grey, 0 to 255): float64.
    """
    found = []
    for image in _one_by_one(store, rows):
        grey = Grey()(image)
        seen = ink(grey)
        found.append((seen.dark_on_light, seen.share, seen.relative_stroke, float(grey.mean())))
    return pd.DataFrame(found, columns=["dark_on_light", "ink_share", "stroke", "level"])


def average(store: Store, rows: np.ndarray) -> np.ndarray:
    """Average the source images of `rows`, each stretched to a square: uint8 (64, 64)."""
    total = np.zeros((_SIDE, _SIDE))
    for image in _one_by_one(store, rows):
        total += cv2.resize(Grey()(image), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return (total / max(1, len(rows))).round().astype(np.uint8)


def _one_by_one(store: Store, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the source images of `rows`, few of them in memory at once."""
    for start in range(0, len(rows), _AT_ONCE):
        yield from store.sources(rows[start : start + _AT_ONCE])


def ink_map(images: np.ndarray) -> np.ndarray:
    """Return how often each pixel of prepared images, uint8 (N, H, W), is ink: (H, W), 0 to 1.

    A pipeline may leave them dark on light: which side is ink the step Polarity says.
    """
    return np.mean([Polarity()(each) > 127 for each in images], axis=0)
