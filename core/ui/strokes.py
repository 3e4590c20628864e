"""Pen strokes: from and to the canvas, as a picture, and as text short enough for a link.

A stroke is quantised to whole pixels the moment it leaves the canvas, so that whoever opens the
link sees, and the model is asked about, exactly the same drawing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from core.errors import ImageError

SIDE = 280  # the canvas, in pixels
INK = "#1F1B16"
PAPER = "#FFFFFF"
_FORMAT = 1
_DAMAGED = "the drawing in this link is damaged or cut off: ask for the link again, or draw anew"

Point = tuple[int, int]


@dataclass(frozen=True)
class Stroke:
    """One line of the pen: `width` in pixels, `points` in pixels of the canvas, x right, y down."""

    width: int
    points: tuple[Point, ...]


Drawing = tuple[Stroke, ...]


def from_canvas(canvas: Mapping[str, Any] | None) -> Drawing:
    """Read the strokes out of the canvas's own JSON (Fabric.js); what is not a path is left out."""
    objects = (canvas or {}).get("objects", [])
    strokes = (_stroke(each) for each in objects if str(each.get("type", "")).lower() == "path")
    return tuple(each for each in strokes if each.points)


def _stroke(path: Mapping[str, Any]) -> Stroke:
    # The pen writes M start, Q control end ..., L last. The controls are where the pen was, the
    # ends only the middles between them.
    raw = [command[1:3] for command in path.get("path", []) if len(command) >= 3]
    points = _moved(np.asarray(raw, dtype=float).reshape(-1, 2), path)
    whole = np.clip(np.round(points), -SIDE, 2 * SIDE).astype(int).tolist()
    kept = [p for i, p in enumerate(whole) if i == 0 or p != whole[i - 1]]
    return Stroke(_width(path.get("strokeWidth", 1)), tuple((x, y) for x, y in kept))


def _width(value: float) -> int:
    return min(max(round(value), 1), 255)


def _moved(points: np.ndarray, path: Mapping[str, Any]) -> np.ndarray:
    """Apply what the canvas's edit tool did: a stroke keeps its points and gets a new middle."""
    if not len(points) or "left" not in path:
        return points
    middle = (points.min(0) + points.max(0)) / 2
    target = np.array([path["left"], path["top"]], dtype=float)
    scale = np.array([path.get("scaleX", 1), path.get("scaleY", 1)], dtype=float)
    angle = np.radians(path.get("angle", 0))
    if np.allclose(scale, 1) and angle == 0 and np.abs(target - middle).max() < 2:
        return points
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return ((points - middle) * scale) @ turn.T + target


def to_canvas(drawing: Drawing) -> dict[str, Any]:
    """Return what the canvas takes as `initial_drawing` to show `drawing`."""
    return {"objects": [_path(each) for each in drawing]}


def _path(stroke: Stroke) -> dict[str, Any]:
    start, *rest = stroke.points if len(stroke.points) > 1 else stroke.points * 2
    commands: list[list[Any]] = [["M", *start]]
    commands += [["Q", *a, *_middle(a, b)] for a, b in pairwise(rest)]
    commands.append(["L", *rest[-1]])
    return {
        "type": "Path",
        "path": commands,
        "stroke": INK,
        "strokeWidth": stroke.width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
        "fill": None,
    }


def _middle(a: Point, b: Point) -> tuple[float, float]:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


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
    t = np.linspace(0, 1, 5)[:, None, None]
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
