"""Pen strokes: from and to the canvas, as a picture, and as text short enough for a link.

The canvas works in whole pixels, so that whoever opens a link sees, and the model is asked about,
exactly the same drawing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from core.errors import ImageError

SIDE = 280  # the canvas, in pixels
INK = "#1F1B16"
_FORMAT = 1
_DAMAGED = "the drawing in this link is damaged or cut off: ask for the link again, or draw anew"

Point = tuple[int, int]


@dataclass(frozen=True)
class Stroke:
    """One line of the pen: `width` in pixels, `points` in pixels of the canvas, x right, y down."""

    width: int
    points: tuple[Point, ...]


Drawing = tuple[Stroke, ...]


@dataclass(frozen=True)
class Letter:
    """A drawing of which it is known what it shows; `character` is "" where only the script is."""

    script: str
    character: str
    drawing: Drawing


def from_glyph(strokes: Sequence[np.ndarray], pen: int) -> Drawing:
    """Lay a glyph out on the canvas, with a margin, as if drawn with a `pen` of that many pixels.

    `strokes` are (n, 2) each, x right and y down, in a box of side 1.
    """
    margin = SIDE / 7
    return tuple(
        Stroke(
            pen, tuple((int(x), int(y)) for x, y in _thinned(margin + each * (SIDE - 2 * margin)))
        )
        for each in strokes
    )


def _thinned(points: np.ndarray) -> np.ndarray:
    """Drop points that lie on the line anyway, half a pixel at most beside it."""
    return cv2.approxPolyDP(points.round().astype(np.int32)[:, None], 0.5, closed=False)[:, 0]


def from_canvas(strokes: Sequence[Any]) -> Drawing:
    """Read what the canvas sends: a list of [width, [[x, y], ...]], in its own whole pixels."""
    return tuple(
        Stroke(int(width), tuple((_on_sheet(x), _on_sheet(y)) for x, y in points))
        for width, points in strokes
    )


def _on_sheet(value: float) -> int:
    # The pen may run off the sheet, but not beyond what a link can hold.
    return max(-SIDE, min(2 * SIDE, int(value)))


def to_canvas(drawing: Drawing) -> list[list[Any]]:
    """Return `drawing` as the canvas takes it: the inverse of `from_canvas`."""
    return [[each.width, [list(point) for point in each.points]] for each in drawing]


def picture(drawing: Drawing) -> np.ndarray:
    """Draw the strokes as dark ink on white paper: uint8 (SIDE, SIDE)."""
    paper = np.full((SIDE, SIDE), 255, np.uint8)
    for stroke in drawing:
        line = np.round(_curve(stroke.points) * 16).astype(np.int32)
        cv2.polylines(paper, [line], False, 30, stroke.width, cv2.LINE_AA, shift=4)
    return paper


def _curve(points: Sequence[Point]) -> np.ndarray:
    """The line the canvas shows: bends at each point, through the middles between; (n, 2)."""
    p = np.asarray(points, dtype=float)
    if len(p) < 3:
        return p if len(p) > 1 else np.repeat(p, 2, axis=0)
    middles = (p[:-1] + p[1:]) / 2
    longest = float(np.abs(np.diff(p, axis=0)).max())
    t = np.linspace(0, 1, 5 + int(longest / 8))[:, None, None]
    bends = (1 - t) ** 2 * middles[:-1] + 2 * t * (1 - t) * p[1:-1] + t**2 * middles[1:]
    return np.concatenate([p[:1], bends.swapaxes(0, 1).reshape(-1, 2), p[-1:]])


def to_text(drawing: Drawing) -> str:
    """Pack `drawing` into URL-safe text, about three characters a point."""
    data = bytearray([_FORMAT])
    for stroke in drawing:
        data += bytes([stroke.width]) + _varint(len(stroke.points))
        before = (0, 0)
        for point in stroke.points:
            data += _varint(_zigzag(point[0] - before[0])) + _varint(_zigzag(point[1] - before[1]))
            before = point
    return base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")


def from_text(text: str) -> Drawing:
    """Read what `to_text` wrote.

    Raises:
        ImageError: the text is damaged, cut off, or not a drawing at all.
    """
    try:
        data = iter(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        if next(data, None) != _FORMAT:
            raise ImageError(_DAMAGED)
        drawing = tuple(_read_stroke(width, data) for width in data)
    except (binascii.Error, ValueError, StopIteration) as error:
        raise ImageError(_DAMAGED) from error
    if not drawing:
        raise ImageError(_DAMAGED)
    return drawing


def _read_stroke(width: int, data: Iterator[int]) -> Stroke:
    x = y = 0
    points = []
    for _ in range(_read_varint(data)):
        x += _unzigzag(_read_varint(data))
        y += _unzigzag(_read_varint(data))
        if not (-SIDE <= x <= 2 * SIDE and -SIDE <= y <= 2 * SIDE):
            raise ValueError("off the canvas")
        points.append((x, y))
    if not points or not width:
        raise ValueError("empty stroke")
    return Stroke(width, tuple(points))


def _zigzag(value: int) -> int:
    return 2 * value if value >= 0 else -2 * value - 1


def _unzigzag(value: int) -> int:
    return value // 2 if value % 2 == 0 else -(value + 1) // 2


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _read_varint(data: Iterator[int]) -> int:
    value = shift = 0
    while True:
        try:
            byte = next(data)
        except StopIteration:
            raise ValueError("cut off") from None
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value
        if shift > 28:
            raise ValueError("number too large")
