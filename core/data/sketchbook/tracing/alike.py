"""Which glyphs look alike, to leave out letters that nobody could tell from the six scripts."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

TOO_ALIKE = 0.045
"""Distance up to which two glyphs count as the same; chosen by looking at pairs."""
TOO_ALIKE_LATIN = 0.053
"""The same for a Latin letter or digit: they are plain, and everybody writes them otherwise."""
_SIDE = 40
_RIM = 4
_BLUR = 1.2
"""In px: how far lines may lie apart and still make for a candidate."""
_CANDIDATES = 20
_CORRELATED = 0.7
"""Candidates correlate so much: dense glyphs lie near one another whatever their shape."""
_BAND = 1024
_NARROW = 0.3
_FLAT = 0.16
_ROUND = 0.12

Strokes = Sequence[np.ndarray]


def nearest(some: Sequence[Strokes], others: Sequence[Strokes]) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each glyph is from the others' nearest, and which that is.

    Both are drawn into one box. The distance is how far the lines of one lie from those of the
    other on average, or the other way round if that is more, as a share of the glyph's size: 0 for
    the same, infinite where blurred drawings show no likeness at all.

    Args:
        some: the strokes of each glyph, (n, 2) as x, y in any unit.
        others: what to compare them with.

    Returns:
        float64 (N,), int64 (N,).
    """
    theirs = _drawings(others)
    blurred, away = _blurred(theirs), _away(theirs)
    count = min(_CANDIDATES, len(others))
    best, which = [], []
    for start in range(0, len(some), _BAND):
        own = _drawings(some[start : start + _BAND])
        alike = _blurred(own) @ blurred.T
        candidates = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        for ink, distance, row, chosen in zip(own > 0, _away(own), alike, candidates, strict=True):
            there = away[chosen][:, ink].mean(axis=1)
            back = [float(distance[theirs[each] > 0].mean()) for each in chosen]
            far = np.where(row[chosen] < _CORRELATED, np.inf, np.maximum(there, back))
            best.append(far.min() / _size(ink))
            which.append(chosen[far.argmin()])
    return np.array(best), np.array(which)


def is_plain(strokes: Strokes) -> bool:
    """Whether a glyph is a bar, a row of dots or a circle: those are in every script."""
    points = np.concatenate(strokes).astype(np.float32)
    sides = cv2.minAreaRect(points)[1]
    if min(sides) < _FLAT * max(sides):
        return True
    if len(strokes) > 1:
        return False
    low, high = points.min(axis=0), points.max(axis=0)
    reach = np.hypot(*(2 * (points - (low + high) / 2) / np.maximum(high - low, 1e-6)).T)
    closed = np.hypot(*(points[0] - points[-1])) < 0.2 * float((high - low).max())
    return bool(closed and reach.std() < _ROUND)


def _size(ink: np.ndarray) -> float:
    """Return the geometric mean of width and height in px; of a narrow glyph, somewhat more."""
    sides = np.sort(np.ptp(np.argwhere(ink), axis=0) + 1)
    return float(np.sqrt(sides[1] * max(sides[0], _NARROW * sides[1])))


def _drawings(glyphs: Sequence[Strokes]) -> np.ndarray:
    """Return lines one px wide, the longer side of each glyph the same; uint8 (N, side, side)."""
    pages = np.zeros((len(glyphs), _SIDE, _SIDE), np.uint8)
    for page, strokes in zip(pages, glyphs, strict=True):
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = (_SIDE - 2 * _RIM) / max(float((high - low).max()), 1e-9)
        lines = [
            np.rint(16 * ((each - (low + high) / 2) * scale + _SIDE / 2)).astype(np.int32)
            for each in strokes
        ]
        cv2.polylines(page, lines, False, 255, 1, cv2.LINE_8, 4)
    return pages


def _blurred(pages: np.ndarray) -> np.ndarray:
    """Return drawings blurred, of mean 0 and length 1, float32 (N, side ** 2)."""
    soft = [cv2.GaussianBlur(page.astype(np.float32), (0, 0), _BLUR) for page in pages]
    flat = np.stack(soft).reshape(len(pages), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)


def _away(pages: np.ndarray) -> np.ndarray:
    """Return how far each px lies from the nearest line, float32 (N, side, side)."""
    return np.stack(
        [cv2.distanceTransform((page == 0).astype(np.uint8), cv2.DIST_L2, 5) for page in pages]
    )
