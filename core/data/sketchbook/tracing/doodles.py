"""Little drawings that are no writing at all: stars, houses, scribbles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Strokes = list[np.ndarray]
VERSIONS = 6
"""Drawings of each thing."""


def doodles(name: str) -> dict[str, Strokes]:
    """Return the drawings of a family, `VERSIONS` of each thing; the same every time.

    Args:
        name: "Doodles" or "Pictures".

    Returns:
        strokes, float64 (n, 2) as x, y, downward, by the thing's name and number.
    """
    return {
        f"{thing} {version + 1}": make(np.random.default_rng((place, version)))
        for place, (thing, make) in enumerate(_FAMILIES[name].items())
        for version in range(VERSIONS)
    }


def _line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, float)


def _arc(x: float, y: float, wide: float, high: float, first: float, last: float) -> np.ndarray:
    """Part of an ellipse; angles in turns from the right, clockwise."""
    turns = 2 * np.pi * np.linspace(first, last, max(6, int(24 * abs(last - first))))
    return np.stack([x + wide * np.cos(turns), y + high * np.sin(turns)], axis=1)


def _ring(x: float, y: float, wide: float, high: float | None = None) -> np.ndarray:
    return _arc(x, y, wide, high or wide, 0.0, 1.0)


def _box(x: float, y: float, wide: float, high: float) -> np.ndarray:
    return _line((x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y))


def _check(random: np.random.Generator) -> Strokes:
    return [_line((0, random.uniform(0.4, 0.7)), (random.uniform(0.25, 0.4), 1), (1, 0))]


def _star(random: np.random.Generator) -> Strokes:
    points = int(random.integers(2, 5)) * 2 + 1
    turns = 2 * np.pi * np.arange(points + 1) * (points // 2) / points - np.pi / 2
    return [np.stack([np.cos(turns), np.sin(turns)], axis=1)]


def _outline_star(random: np.random.Generator) -> Strokes:
    points = int(random.integers(4, 9))
    turns = np.pi * np.arange(2 * points + 1) / points - np.pi / 2
    reach = np.where(np.arange(2 * points + 1) % 2, random.uniform(0.3, 0.55), 1)
    return [np.stack([reach * np.cos(turns), reach * np.sin(turns)], axis=1)]


def _heart(random: np.random.Generator) -> Strokes:
    along = np.linspace(0, 2 * np.pi, 40)
    x = 16 * np.sin(along) ** 3 * random.uniform(0.8, 1.2)
    y = -13 * np.cos(along) + 5 * np.cos(2 * along) + 2 * np.cos(3 * along) + np.cos(4 * along)
    return [np.stack([x, y], axis=1)]


def _arrow(random: np.random.Generator) -> Strokes:
    back, side = random.uniform(0.2, 0.4), random.uniform(0.15, 0.35)
    strokes = [_line((0, 0), (1, 0)), _line((1 - back, -side), (1, 0), (1 - back, side))]
    turn = random.uniform(0, 2 * np.pi)
    cos, sin = np.cos(turn), np.sin(turn)
    return [each @ np.array([[cos, sin], [-sin, cos]]) for each in strokes]


def _spiral(random: np.random.Generator) -> Strokes:
    turns = np.linspace(0, random.uniform(2.5, 4.5), 80) * 2 * np.pi * random.choice([-1, 1])
    reach = np.linspace(0.02, 1, 80)[:, None]
    return [reach * np.stack([np.cos(turns), np.sin(turns)], axis=1)]


def _house(random: np.random.Generator) -> Strokes:
    high, roof = random.uniform(0.5, 1), random.uniform(0.3, 0.7)
    strokes = [_box(0, 0, 1, high), _line((-0.1, 0), (0.5, -roof), (1.1, 0))]
    door = random.uniform(0.1, 0.6)
    strokes.append(
        _line((door, high), (door, high / 2), (door + 0.25, high / 2), (door + 0.25, high))
    )
    return strokes


def _smiley(random: np.random.Generator) -> Strokes:
    up = random.uniform(0.3, 0.5)
    eyes = [_ring(x, -0.3, 0.07, random.uniform(0.07, 0.2)) for x in (-0.35, 0.35)]
    mouth = _arc(0, 0.1, 0.55, up, 0.05, 0.45)
    return [_ring(0, 0, 1), *eyes, mouth if random.random() < 0.7 else -mouth + [0, 0.7]]


def _zigzag(random: np.random.Generator) -> Strokes:
    corners = int(random.integers(6, 12))
    x = np.linspace(0, random.uniform(1, 2.5), corners)
    return [np.stack([x, np.arange(corners) % 2 + random.normal(0, 0.1, corners)], axis=1)]


def _waves(random: np.random.Generator) -> Strokes:
    along = np.linspace(0, 2 * np.pi * random.uniform(2.5, 4), 50)
    lines = int(random.integers(2, 4))
    return [np.stack([along, np.sin(along) + 2.5 * line], axis=1) for line in range(lines)]


def _loops(random: np.random.Generator) -> Strokes:
    along = np.linspace(0, 2 * np.pi * int(random.integers(4, 7)), 120)
    step, lean = random.uniform(0.12, 0.25), random.uniform(-0.4, 0.4)
    y = np.sin(along)
    return [np.stack([step * along + 0.7 * np.cos(along) + lean * y, y], axis=1)]


def _scribble(random: np.random.Generator) -> Strokes:
    corners = random.uniform(0, 1, (int(random.integers(9, 18)), 2))
    places = np.linspace(0, len(corners) - 1, 8 * len(corners))
    walk = [np.interp(places, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)]
    smooth = [np.convolve(each, np.hanning(9)[1:-1] / 4, "valid") for each in walk]
    return [np.stack(smooth, axis=1)]


def _hatching(random: np.random.Generator) -> Strokes:
    across = np.linspace(0, 1, int(random.integers(5, 9)))
    lean = random.uniform(-0.5, 0.5)
    strokes = [_line((x, 0), (x + lean, 1)) for x in across]
    if random.random() < 0.5:
        strokes += [_line((0, y), (1, y + lean)) for y in across]
    return strokes


def _cloud(random: np.random.Generator) -> Strokes:
    humps = int(random.integers(6, 10))
    middles = 2 * np.pi * np.arange(humps) / humps
    arcs = [
        _arc(np.cos(at), 0.6 * np.sin(at), 0.5, 0.45, at / 2 / np.pi - 0.22, at / 2 / np.pi + 0.22)
        for at in middles
    ]
    return [np.concatenate([*arcs, arcs[0][:1]])]


def _flower(random: np.random.Generator) -> Strokes:
    petals = int(random.integers(5, 9))
    turns = 2 * np.pi * np.arange(petals) / petals
    around = [_ring(0.65 * np.cos(at), 0.65 * np.sin(at), 0.3) for at in turns]
    return [_ring(0, 0, 0.3), *around, _line((0, 0.95), (random.uniform(-0.3, 0.3), 2.2))]


def _sun(random: np.random.Generator) -> Strokes:
    turns = 2 * np.pi * np.arange(int(random.integers(7, 13))) / 8
    rays = [
        _line((0.65 * np.cos(at), 0.65 * np.sin(at)), (1.2 * np.cos(at), 1.2 * np.sin(at)))
        for at in turns
    ]
    return [_ring(0, 0, 0.45), *rays]


def _tree(random: np.random.Generator) -> Strokes:
    layers = int(random.integers(2, 5))
    sides = [
        _line((0, y), (-0.4 - 0.2 * y, y + 0.8), (0.4 + 0.2 * y, y + 0.8), (0, y))
        for y in 0.6 * np.arange(layers)
    ]
    foot = 0.6 * layers + 0.2
    return [*sides, _line((0, foot), (0, foot + random.uniform(0.3, 0.7)))]


def _bolt(random: np.random.Generator) -> Strokes:
    x = random.uniform(0.1, 0.3)
    return [
        _line(
            (0.5, 0), (0, 0.6), (0.35, 0.6), (x, 1.2), (0.8, 0.45), (0.4, 0.45), (0.7, 0), (0.5, 0)
        )
    ]


def _envelope(random: np.random.Generator) -> Strokes:
    high, fold = random.uniform(0.5, 0.8), random.uniform(0.3, 0.6)
    return [_box(0, 0, 1, high), _line((0, 0), (0.5, fold * high), (1, 0))]


def _square_spiral(random: np.random.Generator) -> Strokes:
    corners, step = [(0.0, 0.0)], random.uniform(0.12, 0.2)
    for turn in range(int(random.integers(7, 11))):
        x, y = corners[-1]
        ahead = step * (turn // 2 + 1)
        across, down = [(1, 0), (0, 1), (-1, 0), (0, -1)][turn % 4]
        corners.append((x + ahead * across, y + ahead * down))
    return [_line(*corners)]


def _fish(random: np.random.Generator) -> Strokes:
    high, tail = random.uniform(0.3, 0.55), random.uniform(0.25, 0.5)
    body = [_arc(0, 0, 1, high, 0, 1)]
    return [*body, _line((1, 0), (1.5, -tail), (1.5, tail), (1, 0)), _ring(-0.6, -0.1, 0.07)]


def _cup(random: np.random.Generator) -> Strokes:
    foot = random.uniform(0.05, 0.25)
    sides = _line((0, 0), (foot, 1), (1 - foot, 1), (1, 0))
    steam = _arc(0.5, -0.35, 0.1, 0.2, -0.25, 0.25)
    return [_ring(0.5, 0, 0.5, 0.12), sides, _arc(0.95, 0.4, 0.3, 0.25, -0.25, 0.25), steam]


def _umbrella(random: np.random.Generator) -> Strokes:
    high = random.uniform(0.6, 1)
    hem = [_arc(x, 0, 1 / 3, 0.15, 0.5, 1) for x in (-2 / 3, 0, 2 / 3)]
    stick = np.concatenate([_line((0, -high)), _line((0, 0.9)), _arc(0.2, 0.9, 0.2, 0.2, 0.5, 0)])
    return [_arc(0, 0, 1, high, 0.5, 1), *hem, stick]


def _boat(random: np.random.Generator) -> Strokes:
    mast = random.uniform(0.8, 1.4)
    hull = _line((-1, 0), (-0.6, 0.5), (0.6, 0.5), (1, 0), (-1, 0))
    return [hull, _line((0, 0), (0, -mast), (0.8, -0.2), (0, -0.2))]


def _car(random: np.random.Generator) -> Strokes:
    roof = random.uniform(0.35, 0.6)
    body = _line((-1.2, 0.3), (-1.2, 0), (-0.7, 0), (-0.4, -roof), (0.4, -roof), (0.7, 0), (1.2, 0))
    return [
        np.concatenate([body, _line((1.2, 0.3), (-1.2, 0.3))]),
        _ring(-0.6, 0.35, 0.22),
        _ring(0.6, 0.35, 0.22),
    ]


def _cat(random: np.random.Generator) -> Strokes:
    ear = random.uniform(1.2, 1.6)
    ears = [_line((s * 0.9, -0.45), (s * 0.8, -ear), (s * 0.35, -0.95)) for s in (-1, 1)]
    hairs = [_line((s * 0.2, 0.2), (s * 1.3, 0.2 + down)) for s in (-1, 1) for down in (-0.15, 0.1)]
    return [_ring(0, 0, 1), *ears, *hairs, _ring(-0.4, -0.2, 0.1), _ring(0.4, -0.2, 0.1)]


def _mushroom(random: np.random.Generator) -> Strokes:
    stem = random.uniform(0.15, 0.35)
    cap = np.concatenate([_arc(0, 0, 1, 0.9, 0.5, 1), _line((-1, 0))])
    return [cap, _line((-stem, 0), (-stem, 0.9), (stem, 0.9), (stem, 0)), _ring(-0.3, -0.4, 0.15)]


def _ladder(random: np.random.Generator) -> Strokes:
    rungs = np.linspace(0.15, 0.85, int(random.integers(4, 7)))
    wide, lean = random.uniform(0.3, 0.5), random.uniform(-0.3, 0.3)
    sides = [_line((x, 0), (x + lean, 1)) for x in (0, wide)]
    return [*sides, *(_line((lean * y, y), (wide + lean * y, y)) for y in rungs)]


def _person(random: np.random.Generator) -> Strokes:
    arm, leg = random.uniform(-0.3, 0.4), random.uniform(0.3, 0.6)
    return [
        _ring(0, -1, 0.3),
        _line((0, -0.7), (0, 0.3)),
        _line((-0.6, -0.3 + arm), (0, -0.4), (0.6, -0.3 + arm)),
        _line((-leg, 1.2), (0, 0.3), (leg, 1.2)),
    ]


def _knot(random: np.random.Generator) -> Strokes:
    along = np.linspace(0, 2 * np.pi, 90)
    one, other = random.choice([(2, 3), (3, 4), (3, 5), (2, 5)])
    shift = random.uniform(0.3, 1.2)
    return [np.stack([np.sin(one * along + shift), np.sin(other * along)], axis=1)]


_FAMILIES: dict[str, dict[str, Callable[[np.random.Generator], Strokes]]] = {
    "Doodles": {
        "check mark": _check,
        "star": _star,
        "outlined star": _outline_star,
        "heart": _heart,
        "arrow": _arrow,
        "spiral": _spiral,
        "house": _house,
        "smiley": _smiley,
        "zigzag": _zigzag,
        "waves": _waves,
        "loops": _loops,
        "scribble": _scribble,
        "hatching": _hatching,
        "cloud": _cloud,
        "flower": _flower,
        "sun": _sun,
        "tree": _tree,
        "lightning": _bolt,
        "envelope": _envelope,
        "square spiral": _square_spiral,
    },
    "Pictures": {
        "fish": _fish,
        "cup": _cup,
        "umbrella": _umbrella,
        "boat": _boat,
        "car": _car,
        "cat": _cat,
        "mushroom": _mushroom,
        "ladder": _ladder,
        "person": _person,
        "knot": _knot,
    },
}
