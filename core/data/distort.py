"""Imitating other people and other devices: one glyph in, the same glyph by another hand out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.data.scan import Readable, made_up
from core.imaging import decode
from core.imaging.files import encode
from core.imaging.steps import Crop, Fit, Flatten, Grey, Polarity

_SIDE = 96
_PREPARE = (Grey(), Flatten(), Polarity(), Crop(), Fit(_SIDE, margin=16))


@dataclass(frozen=True)
class Distorted:
    """A file that gives another image of the same glyph.

    Attributes:
        file: the image.
        seed: of the distortion.
    """

    file: Readable
    seed: int

    @property
    def path(self) -> str:
        """The image's path and the seed."""
        return f"{self.file.path}#{self.seed}"

    def read(self) -> bytes:
        """Return the distorted image as a PNG, light ink on black.

        Raises:
            ImageError: the image can't be read.
        """
        return encode(self.image())

    def image(self) -> np.ndarray:
        """Return the distorted image, uint8 (H, W), light ink on black.

        Raises:
            ImageError: the image can't be read.
        """
        drawn = made_up(self.file)
        pixels = decode(self.file.read()) if drawn is None else drawn
        return distort(pixels, np.random.default_rng(self.seed))


def distort(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Write a glyph as somebody else might have.

    In turn: a wobble of every stroke (elastic distortion, Simard, Steinkraus and Platt 2003) and
    another slant, turn and proportion, in one resampling; a thicker or thinner pen; now and then a
    stroke that breaks, a speck, a piece of the neighbouring letter, a side cut off, a ruled line; a
    coarser device, or one that makes all but the middle of a stroke white and that black.

    Args:
        image: decoded, uint8 (H, W) or (H, W, 3).
        random: decides everything.

    Returns:
        uint8 (S, S), light ink on black, S from 24 to 96.
    """
    for step in _PREPARE:
        image = step(image)
    image = _another_pen(_bend(image, random), random)
    return _coarsen(_damage(image, random), random)


def _bend(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    turn = random.normal(0, np.radians(7))
    slant = random.normal(0, 0.15)
    stretch = np.exp(random.normal(0, 0.18))
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = turned @ np.array([[1.0, slant], [0.0, 1.0]]) @ np.diag([stretch, 1 / stretch])
    grid = np.stack(np.meshgrid(np.arange(_SIDE), np.arange(_SIDE)), axis=-1) - (_SIDE - 1) / 2
    places = grid @ matrix.T + (_SIDE - 1) / 2 + _wobble(random)
    x, y = np.moveaxis(places.astype(np.float32), -1, 0)
    return cv2.remap(image, x, y, cv2.INTER_LINEAR)


def _wobble(random: np.random.Generator) -> np.ndarray:
    """Return smooth displacements in px, float32 (96, 96, 2)."""
    coarse = int(random.integers(4, 9))
    amount = abs(random.normal(0, 0.1)) * _SIDE / coarse
    knots = random.normal(0, amount, (coarse, coarse, 2)).astype(np.float32)
    return cv2.resize(knots, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)


def _another_pen(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    change = int(random.integers(-1, 4))
    if change == 0:
        return image
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(change) + 1,) * 2)
    changed = cv2.dilate(image, pen) if change > 0 else cv2.erode(image, pen)
    # a pen thinner than the stroke was would leave gaps or nothing: keep the stroke then
    kept = (changed > 127).sum() > 0.3 * max(1, (image > 127).sum())
    return changed if kept else image


def _damage(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if image.max() <= 127:
        return image
    chance = random.random(5)
    if chance[0] < 0.25:
        for _ in range(random.integers(1, 6)):
            _scratch(image, random, level=0, length=8)
    if chance[1] < 0.1:
        for _ in range(random.integers(1, 4)):
            _scratch(image, random, level=255, length=1)
    if chance[2] < 0.12:
        image = np.maximum(image, _neighbour(image, random))
    if chance[3] < 0.08:
        turned = np.rot90(image, int(random.integers(4)))
        rows = np.flatnonzero(turned.max(axis=1) > 127)
        cut = int(random.integers(1, 2 + len(rows) // 12))
        turned[: rows[:1].sum() + cut] = 0  # a view: the image itself is cut
    if chance[4] < 0.06:
        _rule(image, random)
    return image


def _scratch(image: np.ndarray, random: np.random.Generator, *, level: int, length: int) -> None:
    start = random.integers(_SIDE // 6, _SIDE * 5 // 6, 2)
    end = start + random.integers(-length, length + 1, 2)
    cv2.line(image, start.tolist(), end.tolist(), level, int(random.integers(2, 4)), cv2.LINE_AA)


def _rule(image: np.ndarray, random: np.random.Generator) -> None:
    """Draw a piece of the line that the glyph stands on, or of the frame it stands in."""
    turned = np.rot90(image, int(random.choice([0, 0, 0, 1, 3])))  # a view
    inked = np.flatnonzero(turned.max(axis=1) > 127)
    if not len(inked):
        return
    row = min(_SIDE - 2, int(inked[-1] + random.integers(-2, 12)))
    first, last = np.sort(random.integers(0, _SIDE, 2)).tolist()
    if random.random() < 0.5:
        first, last = 0, _SIDE - 1
    turned[row : row + int(random.integers(1, 4)), first : last + 1] = 255


def _neighbour(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return the edge of the next letter: the same glyph turned about, and moved nearly out."""
    other = np.rot90(image, 2)
    away = int(random.integers(_SIDE * 6 // 10, _SIDE * 7 // 10)) * int(random.choice([-1, 1]))
    move = np.array([[1, 0, away], [0, 1, random.integers(-20, 21)]], np.float32)
    return cv2.warpAffine(np.ascontiguousarray(other), move, (_SIDE, _SIDE))


def _coarsen(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if random.random() < 0.2:
        return _scanned_hard(image, random)
    if random.random() < 0.5:
        side = int(random.integers(24, 64))
        image = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    return image


def _scanned_hard(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return a small scan with too much contrast: thin strokes fall to pieces in it."""
    side = int(random.integers(24, 45))
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    lost = small.max() * random.uniform(0.15, 0.5)
    return ((small - lost) * random.uniform(1.5, 6)).clip(0, 255).astype(np.uint8)
