"""From a letter's image to pen strokes: thin it, follow the lines, put them in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from skimage.morphology import skeletonize

_STRAIGHT = np.cos(np.radians(60))
"""Two lines that meet go on in one another where they turn by less than this angle's cosine."""
_TOLERANCE = 0.004
"""How far a simplified stroke may lie from the followed one, as a share of the glyph."""


@dataclass(eq=False)
class _Line:
    """A followed line: points (n, 2) as x, y; the junction at each end, None where it is free."""

    points: np.ndarray
    joints: list[int | None]

    def outward(self, end: int, skip: float) -> np.ndarray:
        """Return the unit direction in which the line leaves its end, some way from it."""
        points = self.points if end == 0 else self.points[::-1]
        near = min(len(points) - 1, int(skip))
        far = min(len(points) - 1, int(2.5 * skip) + 2)
        step = points[far] - points[near] if far > near else points[-1] - points[0]
        return step / max(float(np.hypot(*step)), 1e-9)


def trace(ink: np.ndarray, *, right_to_left: bool = False) -> list[np.ndarray]:
    """Return the centre lines of a letter as strokes.

    Thinned after Zhang and Suen (1984); spurs shorter than the pen is wide are dropped, lines that
    meet go straight on in one another, each stroke is simplified after Douglas and Peucker (1973).
    The order is a guess: from the top and from where a line of text begins, dots last.

    Args:
        ink: bool (H, W), with an empty rim.
        right_to_left: how the script runs.

    Returns:
        strokes, float32 (n, 2) as x, y in px with n >= 2; none where there is no ink.
    """
    if not ink.any():
        return []
    size = float(np.ptp(np.argwhere(ink), axis=0).max())
    lined, strokes = _take_dots(ink)
    if lined.any():
        thin = skeletonize(lined)
        reach = cv2.distanceTransform(lined.astype(np.uint8), cv2.DIST_L2, 5)
        lines, joints = _merge_joints(*_lines(thin), reach)
        lines = _without_spurs(lines, joints, reach)
        pen = float(np.median(reach[thin]))
        strokes += [_finish(each, pen, size) for each in _chains(lines, joints, reach)]
    elif len(strokes) == 1:
        return [_scribble(ink)]
    return _ordered([each for each in strokes if len(each) > 1], size, right_to_left)


def _scribble(ink: np.ndarray) -> np.ndarray:
    """Return a spiral that fills a lone dot: a dash would look like a line once enlarged."""
    centre = np.argwhere(ink).mean(axis=0)[::-1]
    turns = np.linspace(0, 6 * np.pi, 25)[:, None]
    reach = np.sqrt(ink.sum() / np.pi) * turns / turns[-1]
    around = np.hstack([np.cos(turns), np.sin(turns)])
    return (centre + reach * around).astype(np.float32)


def _take_dots(ink: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the ink without its dots, and a short dash for each; a dot is about round."""
    count, labels, boxes, centres = cv2.connectedComponentsWithStats(
        ink.astype(np.uint8), connectivity=8
    )
    lined, dashes = ink.copy(), []
    for patch in range(1, count):
        own = labels == patch
        places = np.argwhere(own)[:, ::-1].astype(np.float32)
        if len(places) < 4:
            lined[own] = False
            continue
        spread, axes = np.linalg.eigh(np.cov(places.T))
        hull = cv2.contourArea(cv2.convexHull(places))
        round_and_full = (
            spread[1] < 2.5 * spread[0] and boxes[patch, cv2.CC_STAT_AREA] > 0.85 * hull
        )
        if round_and_full:
            lined[own] = False
            half = 0.6 * np.sqrt(spread[1]) * axes[:, 1]
            dashes.append(np.stack([centres[patch] - half, centres[patch] + half]))
    return lined, [each.astype(np.float32) for each in dashes]


def _lines(thin: np.ndarray) -> tuple[list[_Line], list[np.ndarray]]:
    """Split a thinned image at its junctions."""
    grid = thin.astype(np.uint8)
    neighbours = cv2.filter2D(grid, -1, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT)
    junction = (thin & (neighbours > 3)).astype(np.uint8)
    _, labels, _, centres = cv2.connectedComponentsWithStats(junction, connectivity=8)
    joints = [centre.astype(np.float32) for centre in centres[1:]]
    parts, numbered = cv2.connectedComponents(grid - junction, connectivity=8)
    places: list[list[tuple[int, int]]] = [[] for _ in range(parts)]
    for row, column in np.argwhere(numbered > 0).tolist():
        places[numbered[row, column]].append((row, column))
    lines = []
    for part in places[1:]:
        path = _walk(part)
        ends: list[int | None] = [_joint_at(labels, *path[0]), _joint_at(labels, *path[-1])]
        if len(path) == 1:
            ends = _two_joints_at(labels, *path[0])
        closed = len(path) > 8 and max(np.abs(np.subtract(path[0], path[-1]))) <= 1
        if closed and ends == [None, None]:
            path.append(path[0])
        lines.append(_Line(np.array(path, np.float32)[:, ::-1], ends))
    return lines, joints


def _walk(part: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Order the pixels of a line from end to end; a ring begins anywhere."""
    left = set(part)
    around = [(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]

    def beside(place: tuple[int, int]) -> Iterator[tuple[int, int]]:
        for down, across in around:
            there = (place[0] + down, place[1] + across)
            if there in left:
                yield there

    start = next((each for each in part if sum(1 for _ in beside(each)) <= 1), part[0])
    path = [start]
    left.remove(start)
    while following := next(beside(path[-1]), None):
        path.append(following)
        left.remove(following)
    return path


def _joints_at(labels: np.ndarray, row: int, column: int) -> list[int]:
    window = labels[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
    return [int(each) - 1 for each in np.unique(window) if each]


def _joint_at(labels: np.ndarray, row: int, column: int) -> int | None:
    return next(iter(_joints_at(labels, row, column)), None)


def _two_joints_at(labels: np.ndarray, row: int, column: int) -> list[int | None]:
    found: list[int | None] = [*_joints_at(labels, row, column)[:2]]
    return found + [None] * (2 - len(found))


def _merge_joints(
    lines: list[_Line], joints: list[np.ndarray], reach: np.ndarray
) -> tuple[list[_Line], list[np.ndarray]]:
    """Make one junction of those that lie within the width of one stroke, as at a crossing."""
    group = list(range(len(joints)))

    def root(joint: int) -> int:
        while group[joint] != joint:
            joint = group[joint]
        return joint

    kept = []
    for line in lines:
        first, last = line.joints
        if first is not None and last is not None and first != last:
            near = _reach_at(reach, joints[first]) + _reach_at(reach, joints[last])
            if len(line.points) < 0.8 * near:
                group[root(first)] = root(last)
                continue
        kept.append(line)
    members: dict[int, list[np.ndarray]] = {}
    for index, place in enumerate(joints):
        members.setdefault(root(index), []).append(place)
    for line in kept:
        line.joints = [None if each is None else root(each) for each in line.joints]
    merged = [
        np.mean(members[index], axis=0) if index in members else place
        for index, place in enumerate(joints)
    ]
    return kept, merged


def _reach_at(reach: np.ndarray, place: np.ndarray) -> float:
    column, row = np.rint(place).astype(int)
    return float(reach[row, column])


def _without_spurs(lines: list[_Line], joints: list[np.ndarray], reach: np.ndarray) -> list[_Line]:
    """Drop lines that end freely inside the width of the stroke they branch off."""
    longest: dict[int | None, int] = {}
    for line in lines:
        for joint in line.joints:
            longest[joint] = max(longest.get(joint, 0), len(line.points))
    return [
        line
        for line in lines
        # the arms of a small cross are short, too, but no line there is long
        if not _is_spur(line, joints, reach)
        or all(len(line.points) * 2 > longest[joint] for joint in line.joints if joint is not None)
    ]


def _is_spur(line: _Line, joints: list[np.ndarray], reach: np.ndarray) -> bool:
    held = [each for each in line.joints if each is not None]
    if len(held) != 1:
        return False
    tip = line.points[-1] if line.joints[0] is not None else line.points[0]
    beyond = float(np.hypot(*(tip - joints[held[0]])))
    return beyond < 1.5 * _reach_at(reach, joints[held[0]])


def _chains(lines: list[_Line], joints: list[np.ndarray], reach: np.ndarray) -> list[np.ndarray]:
    """Join lines at junctions, the straightest pairs first."""
    partner: dict[tuple[int, int], tuple[int, int]] = {}
    for joint, place in enumerate(joints):
        here = [
            (index, end)
            for index, line in enumerate(lines)
            for end in (0, 1)
            if line.joints[end] == joint
        ]
        skip = _reach_at(reach, place)
        away = {each: lines[each[0]].outward(each[1], skip) for each in here}
        pairs = sorted(
            (float(away[one] @ away[other]), one, other)
            for at, one in enumerate(here)
            for other in here[at + 1 :]
            if one[0] != other[0]
        )
        for cosine, one, other in pairs:
            straight = cosine < -_STRAIGHT or len(here) == 2
            if straight and one not in partner and other not in partner:
                partner[one], partner[other] = other, one
    return [_chain(lines, joints, reach, partner, start) for start in _starts(lines, partner)]


def _starts(
    lines: list[_Line], partner: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield an end of each chain, once; for rings of several lines, any."""
    seen: set[int] = set()
    ends = [(index, end) for index in range(len(lines)) for end in (0, 1)]
    for start in [each for each in ends if each not in partner] + ends:
        if start[0] in seen:
            continue
        yield start
        index, end = start
        while index not in seen:
            seen.add(index)
            index, end = partner.get((index, 1 - end), (index, end))


def _chain(
    lines: list[_Line],
    joints: list[np.ndarray],
    reach: np.ndarray,
    partner: dict[tuple[int, int], tuple[int, int]],
    start: tuple[int, int],
) -> np.ndarray:
    """Return the points of a chain; thinning bends lines near junctions, so those are bridged."""
    pieces: list[np.ndarray] = []
    index, end = start
    seen: set[int] = set()
    while index not in seen:
        seen.add(index)
        line = lines[index]
        points = line.points if end == 0 else line.points[::-1]
        before, after = line.joints[end], line.joints[1 - end]
        points = _clear_of(points, joints, reach, before, after)
        if before is not None and (index, end) not in partner:
            pieces.append(joints[before][None])
        pieces.append(points)
        following = partner.get((index, 1 - end))
        if following is None:
            if after is not None:
                pieces.append(joints[after][None])
            break
        index, end = following
    else:
        pieces.append(pieces[0][:1])
    return np.concatenate(pieces)


def _clear_of(
    points: np.ndarray,
    joints: list[np.ndarray],
    reach: np.ndarray,
    before: int | None,
    after: int | None,
) -> np.ndarray:
    """Leave out what lies within a stroke's width of the junctions at the ends."""
    clear = np.ones(len(points), bool)
    for joint in (before, after):
        if joint is not None:
            away = np.hypot(*(points - joints[joint]).T)
            clear &= away > 0.9 * _reach_at(reach, joints[joint])
    return points[clear] if clear.any() else points[len(points) // 2][None]


def _finish(points: np.ndarray, pen: float, size: float) -> np.ndarray:
    """Smooth a chain by a fraction of the pen's width and simplify it."""
    closed = len(points) > 8 and np.hypot(*(points[0] - points[-1])) < 2
    evenly = _evenly(points)
    reach = max(1, round(0.5 * pen))
    if len(evenly) > 2 * reach + 2:
        if closed:
            padded = np.concatenate([evenly[-reach - 1 : -1], evenly, evenly[1 : reach + 1]])
        else:
            padded = np.concatenate(
                [
                    2 * evenly[0] - evenly[reach:0:-1],
                    evenly,
                    2 * evenly[-1] - evenly[-2 : -reach - 2 : -1],
                ]
            )
        weights = np.hanning(2 * reach + 3)[1:-1]
        weights /= weights.sum()
        evenly = np.stack(
            [np.convolve(padded[:, axis], weights, "valid") for axis in (0, 1)], axis=1
        )
    flat, tolerance = evenly.astype(np.float32), _TOLERANCE * size
    if not closed:
        return _simplify(flat, tolerance)
    half = len(flat) // 2  # what ends where it begins can't be simplified in one piece
    return np.concatenate(
        [_simplify(flat[: half + 1], tolerance), _simplify(flat[half:], tolerance)[1:]]
    )


def _simplify(line: np.ndarray, tolerance: float) -> np.ndarray:
    return cv2.approxPolyDP(line[:, None], tolerance, closed=False)[:, 0]


def _evenly(points: np.ndarray) -> np.ndarray:
    """Return points 1 px apart along a line."""
    lengths = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    if along[-1] < 1:
        return points[:1]
    at = np.linspace(0, along[-1], int(along[-1]) + 1)
    return np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=1)


def _ordered(strokes: list[np.ndarray], size: float, right_to_left: bool) -> list[np.ndarray]:
    across = -1.0 if right_to_left else 1.0

    def rank(place: np.ndarray) -> float:
        return float(across * place[0] + 1.5 * place[1])

    turned = [each if rank(each[0]) <= rank(each[-1]) else each[::-1] for each in strokes]

    def key(stroke: np.ndarray) -> tuple[bool, float]:
        return bool(np.ptp(stroke, axis=0).max() < 0.12 * size), rank(stroke.mean(axis=0))

    return sorted(turned, key=key)
