"""Writing a traced glyph as somebody would: another hand, another pen, another paper."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from core.data.sketchbook.strokes import Glyph

_STEP = 0.035
"""Distance of the points a stroke is drawn through, as a share of the glyph."""
_FINE = 2
"""Thin lines are drawn so many times larger and scaled down: widths in halves of a pixel."""
_THIN = 3
"""Pens up to this width, in px, count as thin."""
_SHIFT = 4
"""Fractional bits of the coordinates given to OpenCV."""
_GRAIN = 512
"""Side of the noise that images are given a piece of, px; also the largest image."""
_DOT = 0.12
"""Strokes shorter than this have no tail, as a share of the glyph."""
_HOOKED = 0.4
"""Share of the tails that turn back at once."""


@dataclass(frozen=True)
class Hand:
    """How somebody writes, and with what. Lengths are shares of the glyph's longer side.

    Attributes:
        slant: shear; positive leans to the right.
        turn: radians, clockwise.
        stretch: natural logarithm of width over height, beside the glyph's own.
        proportions: how uneven the glyph's parts are: standard deviation of the logarithm of the
            power that each axis of its box is raised to, from either side.
        tails: how likely each end of a stroke goes on, in a bow or a hook.
        bend: how far the whole glyph is bent out of shape, smoothly.
        tremor: how far each stroke wavers along its length.
        looseness: how far strokes miss one another, at joints and in place.
        roundness: how often corners are smoothed away, 0-8.
        lift: how likely a stroke breaks.
        link: how likely the pen stays down between strokes.
        pen: width of the stroke.
        pressure: how much the width varies along a stroke, 0-1.
        taper: how much strokes thin out where they end, 0-1.
        chisel: how much the width depends on the direction, 0-1.
        nib: angle of the pen, radians, for `chisel`.
    """

    slant: float = 0.0
    turn: float = 0.0
    stretch: float = 0.0
    proportions: float = 0.0
    tails: float = 0.0
    bend: float = 0.0
    tremor: float = 0.0
    looseness: float = 0.0
    roundness: int = 0
    lift: float = 0.0
    link: float = 0.0
    pen: float = 0.05
    pressure: float = 0.0
    taper: float = 0.0
    chisel: float = 0.0
    nib: float = 0.0

    @staticmethod
    def random(random: np.random.Generator) -> Hand:
        """Make a hand up: most people are careful, some hasty; pens from hairline to marker."""
        haste = float(random.beta(1.6, 2.6))
        brush = random.random() < 0.3
        return Hand(
            slant=float(random.normal(0.06, 0.16)),
            turn=float(random.normal(0, 0.1)),
            stretch=float(random.normal(0, 0.21)),
            proportions=0.25,
            tails=0.6 * float(random.random()),
            bend=0.015 + 0.06 * haste,
            tremor=0.002 + 0.012 * float(random.beta(1.2, 3)),
            looseness=0.004 + 0.05 * haste**1.5,
            roundness=int(random.integers(0, 3 + round(5 * haste))),
            lift=0.12 * float(random.random()) ** 2,
            link=0.35 * haste * float(random.random()),
            pen=float(np.exp(random.uniform(np.log(0.014), np.log(0.11)))),
            pressure=float(random.beta(1, 3)) * 0.6 if brush else 0.0,
            taper=float(random.beta(1.2, 1.5)) * 0.9 if brush else 0.0,
            chisel=0.7 if random.random() < 0.1 else 0.0,
            nib=float(random.uniform(0.3, 1.2)),
        )


@dataclass(frozen=True)
class Paper:
    """What a glyph is written on, and what takes its picture. Levels are 0 (black) to 1 (white).

    Attributes:
        ink: level of the ink.
        ground: level of the paper.
        shade: how much the light falls off across the paper, 0-1.
        grain: standard deviation of the device's noise.
        blur: standard deviation of the lens's blur in px.
        coarse: resolution of the device, as a share of the image's.
    """

    ink: float = 0.0
    ground: float = 1.0
    shade: float = 0.0
    grain: float = 0.0
    blur: float = 0.0
    coarse: float = 1.0

    @staticmethod
    def random(random: np.random.Generator) -> Paper:
        """Make one up: scans, photographs, screens; a third is light ink on black."""
        contrast = 1 - 0.65 * float(random.beta(1, 2.5))
        low = (1 - contrast) * float(random.random())
        ink, ground = low, low + contrast
        if random.random() < 1 / 3:
            ink, ground = ground, low * float(random.random() < 0.5)
        photo = random.random() < 0.35
        return Paper(
            ink=ink,
            ground=ground,
            shade=float(random.uniform(0, 0.45)) if photo and ground > ink else 0.0,
            grain=float(random.exponential(0.02)) if photo or random.random() < 0.2 else 0.0,
            blur=float(random.uniform(0.4, 1.3)) if random.random() < 0.3 else 0.0,
            coarse=float(random.uniform(0.25, 0.8)) if random.random() < 0.5 else 1.0,
        )


PLAIN = Paper()
"""Black on white, seen perfectly."""


def draw(
    glyph: Glyph,
    random: np.random.Generator,
    *,
    hand: Hand | None = None,
    paper: Paper = PLAIN,
    side: int | None = None,
) -> np.ndarray:
    """Write a glyph once.

    Args:
        glyph: from the sketchbook.
        random: decides everything that is not given; the same state gives the same image.
        hand: who writes; one made up where None.
        paper: on what.
        side: of the image in px, at most 512; 64-128 by chance where None.

    Returns:
        uint8 (side, side).
    """
    hand = hand or Hand.random(random)
    side = side or int(random.integers(64, 129))
    points, ends, share = _points(*_with_tails(glyph, hand, random))
    points = _shape(points, ends, share, hand, random)
    pen = min(hand.pen, _widest(points))
    fine = _FINE if pen * side < _THIN else 1
    points, width = _fit(points, pen, side * fine, random)
    ink: np.ndarray = np.zeros((side * fine, side * fine), np.uint8)
    widths = _widths(points, ends, share, width, hand, random)
    _ink(ink, points, ends, widths, hand, random)
    if fine > 1:
        ink = cv2.resize(ink, (side, side), interpolation=cv2.INTER_AREA)
    return _on(paper, ink, random)


def _with_tails(
    glyph: Glyph, hand: Hand, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the glyph's points and ends, float64 (P, 2) and int64 (S,), some strokes longer."""
    strokes = []
    for stroke in np.split(glyph.points.astype(np.float64), glyph.ends[:-1]):
        steps = np.diff(stroke, axis=0)
        if hand.tails and np.hypot(steps[:, 0], steps[:, 1]).sum() > _DOT:
            for _ in range(2):  # after its other end is where it began
                stroke = stroke[::-1]
                if random.random() < hand.tails:
                    stroke = np.concatenate([stroke, _tail(stroke, random)])
        strokes.append(stroke)
    return np.concatenate(strokes), np.cumsum([len(each) for each in strokes])


def _tail(stroke: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return the points by which a stroke, (P, 2), goes on after its last one, (4, 2)."""
    end = stroke[-1]
    away = end - stroke[:-1]
    far = np.flatnonzero(np.hypot(away[:, 0], away[:, 1]) > _STEP)
    x, y = away[far[-1] if len(far) else 0].tolist()
    turn, longer = random.standard_normal(2).tolist()
    if random.random() < _HOOKED:
        angle, length = np.arctan2(y, x) + np.copysign(2.4, turn), 0.04 + 0.06 * abs(longer)
        bow = 0.0
    else:
        angle, length, bow = np.arctan2(y, x), 0.06 + 0.13 * abs(longer), 0.9 * turn
    angles = angle + bow * np.arange(1, 5) / 4
    steps = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (length / 4)
    return end + np.cumsum(steps, axis=0)


def _points(
    points: np.ndarray, stroke_ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points `_STEP` apart along each stroke, their ends, and how far along each lies.

    Args:
        points: of all strokes end to end, float64 (P, 2).
        stroke_ends: the number of points up to the end of each, int64 (S,).

    Returns:
        float64 (N, 2), int64 (S,), float64 (N,) from 0 to 1 along each stroke.
    """
    last = stroke_ends - 1
    steps = points[1:] - points[:-1]
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    lengths[last[:-1]] = 1.0  # sets strokes apart
    along = np.zeros(len(points))
    np.cumsum(lengths, out=along[1:])
    first = np.zeros_like(last)
    first[1:] = stroke_ends[:-1]
    total = along[last] - along[first]
    counts = np.maximum(3, np.ceil(total / _STEP).astype(np.int64) + 1)
    ends = np.cumsum(counts)
    begin = np.repeat(ends - counts, counts)
    share = (np.arange(ends[-1]) - begin) / np.repeat(counts - 1, counts)
    at = np.repeat(along[first], counts) + share * np.repeat(total, counts)
    dense = np.empty((len(at), 2))
    dense[:, 0] = np.interp(at, along, points[:, 0])
    dense[:, 1] = np.interp(at, along, points[:, 1])
    return dense, ends, share


def _shape(
    points: np.ndarray,
    ends: np.ndarray,
    share: np.ndarray,
    hand: Hand,
    random: np.random.Generator,
) -> np.ndarray:
    """Move points as the hand does: smoothly as a whole, then stroke by stroke."""
    if hand.proportions:
        points = _uneven(points, hand.proportions, random)
    pull = ((share > 0) & (share < 1))[1:-1, None] / 4  # the ends stay
    for _ in range(hand.roundness):
        points[1:-1] += pull * (points[:-2] + points[2:] - 2 * points[1:-1])
    count, strokes = len(points), len(ends)
    counts = np.diff(ends, prepend=0)
    # per stroke: shift x, y; turn; scale; two waves' phases and amplitudes x, y
    own = np.repeat(random.standard_normal((strokes, 10)), counts, axis=0)
    starts = ends - counts
    middles = np.add.reduceat(points, starts, axis=0) / counts[:, None]
    away = points - np.repeat(middles, counts, axis=0)
    along = np.arange(count) * (2 * np.pi * _STEP)
    waver = own[:, 4:6] * np.sin(2 * along + 3 * own[:, 8])[:, None]
    waver += own[:, 6:8] * np.sin(5 * along + 3 * own[:, 9])[:, None] / 2
    across = np.stack([-away[:, 1], away[:, 0]], axis=1)
    points = (
        points
        + hand.tremor * waver
        + hand.looseness
        * (0.5 * own[:, :2] + 1.5 * own[:, 2:3] * across + 1.5 * own[:, 3:4] * away)
    )
    waves = random.standard_normal((4, 5))
    phase = points @ (3 * waves[:, :2].T) + 3 * waves[:, 2]
    points = points + np.sin(phase) @ waves[:, 3:] * (hand.bend / 2)
    cos, sin = np.cos(hand.turn), np.sin(hand.turn)
    wide = np.exp(hand.stretch / 2)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array(
        [[wide, -hand.slant / wide], [0.0, 1 / wide]]
    )
    return points @ matrix.T


def _uneven(points: np.ndarray, amount: float, random: np.random.Generator) -> np.ndarray:
    """Widen one side of the glyph at the other's cost, and so above and below."""
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.maximum(high - low, 1e-6)
    powers = np.exp(amount * random.standard_normal(2))
    near = ((points - low) / size).clip(0, 1)
    grown = np.where(random.random(2) < 0.5, near**powers, 1 - (1 - near) ** powers)
    return low + grown * size


def _widest(points: np.ndarray) -> float:
    """Return the width of a pen that still leaves the glyph legible: about a third of it is ink."""
    width, height = np.ptp(points, axis=0).tolist()
    longer = max(width, height)
    return 0.36 * longer * max(min(width, height), 0.3 * longer) / (len(points) * _STEP)


def _fit(
    points: np.ndarray, pen: float, side: int, random: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Place the glyph on the page; returns the points in px and the pen's width in px."""
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1e-6)
    filled = float(random.uniform(0.62, 0.95))
    scale = side * filled / (size + 1.6 * pen)
    room = (side - scale * (high - low) - scale * 1.6 * pen) / 2
    off = room * random.uniform(-0.6, 0.6, 2)
    middle = side / 2 + off
    return (points - (low + high) / 2) * scale + middle, scale * pen


def _ink(
    page: np.ndarray,
    points: np.ndarray,
    ends: np.ndarray,
    widths: np.ndarray,
    hand: Hand,
    random: np.random.Generator,
) -> None:
    """Draw the strokes, with what the hand does at their ends and between them."""
    strokes = len(ends)
    chance = random.random((strokes, 4)).tolist()
    reach = (random.standard_normal((strokes, 2)) * (hand.looseness / _STEP)).tolist()
    fixed = np.empty((len(points), 3), np.int32)  # x, y, width
    np.rint(points * (1 << _SHIFT), out=fixed[:, :2], casting="unsafe")
    fixed[:, 2] = np.rint(widths).clip(1)
    lines: list[np.ndarray] = []
    start = 0
    for end, own, reaching in zip(ends.tolist(), chance, reach, strict=True):
        line = _reaching(fixed[start:end], *reaching)
        start = end
        if lines and own[0] < hand.link and _near(lines[-1][-1], line[0], page):
            lines[-1] = np.concatenate([lines[-1], line])
        elif len(line) > 10 and own[1] < hand.lift:
            cut = 3 + int(own[2] * (len(line) - 7))
            lines += [line[:cut], line[cut + int(2 * own[3]) :]]
        else:
            lines.append(line)
    for width, parts in _runs(lines).items():
        cv2.polylines(page, parts, False, 255, width, cv2.LINE_AA, _SHIFT)


def _runs(lines: list[np.ndarray]) -> dict[int, list[np.ndarray]]:
    """Split lines, int32 (n, 3) as x, y, width, into parts of one width, (m, 2), by width."""
    whole = np.concatenate(lines)
    ends = np.cumsum([len(each) for each in lines])
    splits = whole[1:, 2] != whole[:-1, 2]
    splits[ends[:-1] - 1] = True
    firsts = [0, *(np.flatnonzero(splits) + 1).tolist()]
    lifted = set(ends.tolist())
    xy, widths = np.ascontiguousarray(whole[:, :2]), whole[:, 2].tolist()
    runs: dict[int, list[np.ndarray]] = {}
    for first, last in zip(firsts, [*firsts[1:], len(whole)], strict=True):
        # a run ends where the next begins, but for those where the pen was lifted
        part = xy[first : last if last in lifted else last + 1]
        runs.setdefault(widths[first], []).append(part)
    return runs


def _widths(
    points: np.ndarray,
    ends: np.ndarray,
    share: np.ndarray,
    width: float,
    hand: Hand,
    random: np.random.Generator,
) -> np.ndarray:
    """Return the pen's width at every point, float64 (N,)."""
    own = random.standard_normal((len(ends), 3))
    own[:, 0] = width * (1 + 0.1 * own[:, 0])
    own = np.repeat(own, np.diff(ends, prepend=0), axis=0)
    widths = own[:, 0]
    if hand.pressure or hand.taper:
        widths = widths * (1 + hand.pressure * np.sin(3 * own[:, 1] + (4 + own[:, 2]) * share))
        widths *= 1 - hand.taper * share**3
    if hand.chisel:
        steps = np.diff(points, axis=0, append=points[-1:])
        across = np.abs(np.sin(np.arctan2(steps[:, 1], steps[:, 0]) - hand.nib))
        widths = widths * (1 + hand.chisel * (across - 0.6))
    return widths


def _near(one: np.ndarray, other: np.ndarray, page: np.ndarray) -> bool:
    return int(np.abs(one - other)[:2].max()) < 0.35 * len(page) * (1 << _SHIFT)


def _reaching(line: np.ndarray, before: float, after: float) -> np.ndarray:
    """Let a stroke begin and end too early or too late, by so many points."""
    most = len(line) // 5
    line = line[min(most, int(max(0.0, -before))) : len(line) - min(most, int(max(0.0, -after)))]
    line = line.copy()
    if before > 0:
        line[0, :2] += ((line[0] - line[1])[:2] * min(before, 2.5)).astype(np.int32)
    if after > 0:
        line[-1, :2] += ((line[-1] - line[-2])[:2] * min(after, 2.5)).astype(np.int32)
    return line


@cache
def _grain() -> np.ndarray:
    """Normal noise to cut pieces from, float32 (_GRAIN, _GRAIN): drawing it anew is slow."""
    return np.random.default_rng(0).standard_normal((_GRAIN, _GRAIN), np.float32)


def _on(paper: Paper, ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Lay ink, uint8 0-255, on paper and take its picture; uint8, the same shape."""
    side = len(ink)
    if paper.coarse < 1:
        small = max(24, round(side * paper.coarse))
        ink = cv2.resize(ink, (small, small), interpolation=cv2.INTER_AREA)
        ink = cv2.resize(ink, (side, side), interpolation=cv2.INTER_LINEAR)
    if paper.blur:
        ink = cv2.GaussianBlur(ink, (0, 0), paper.blur)
    if paper == PLAIN:
        return 255 - ink
    table = np.linspace(paper.ground, paper.ink, 256, dtype=np.float32)
    if not paper.shade and not paper.grain:
        return cv2.LUT(ink, (table * 255).astype(np.uint8))
    levels = table[ink]
    if paper.shade:
        slope = random.uniform(-1, 1, 2)
        ramp = np.linspace(0, 1, side, dtype=np.float32)
        light = slope[0] * ramp[:, None] + slope[1] * ramp
        levels *= 1 - np.float32(paper.shade / 2) * (light - light.min())
    if paper.grain:
        row, column = random.integers(0, max(1, _GRAIN - side), 2)
        levels += _grain()[row : row + side, column : column + side] * np.float32(paper.grain)
    return (levels * 255).clip(0, 255).astype(np.uint8)
