"""Lines that paper has and no hand has drawn: ruled ones, squares, and a printed box around all."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

_LEAST_SIDE = 96
"""Shorter side in px from which on lines are looked for: a tiny picture holds a character only."""
_INSET = 0.01
"""How far from the edge, as a share of the side, a line must have come that runs off the sheet."""
_THICK = 0.04
"""The thickest a line may be, as a share of the longer side."""
_SLANT = 0.1
"""The most that a line may fall from one edge to the other, as a share of the shorter side."""
_SEEN = 0.6
"""Share of its length that a ruled line must be seen on: beside strong strokes it is faint."""
_CLEARER = 0.3
"""How much more there must be on it than beside it, in shares of its length."""
_MOST = 16
"""The most lines there may be around one character: more is grain of the paper."""
_UNBROKEN = 0.9
"""Share of its length that a side of a box must be seen on."""
_BAND = 0.06
"""How far a box's sides may stray from straight, as a share of its shorter side."""
_CRUMB = 0.03
"""The largest piece left beside a line that is no character's, as a share of the shorter side."""
_RULED = 0.5
"""Share of Otsu's threshold by which a line must stand out: it may be fainter than ink."""
_FINER = 1.5
"""How much finer than the strokes within a box must be: of one pen they are one character."""
_LEAST_REST = 0.1
"""The least that must be left when lines are gone, as a share of the shorter side."""


@dataclass(frozen=True)
class _Line:
    row: float  # where it begins at the left edge, px
    fall: float  # how much lower it is at the right one, px
    thick: int  # px

    def rows(self, width: int) -> np.ndarray:
        """Its middle in each column, int64 (width,)."""
        return (self.row + self.fall / (width - 1) * np.arange(width)).round().astype(int)

    def around(self, shape: tuple[int, int], reach: int) -> np.ndarray:
        """Bool `shape`: up to `reach` px above and below its middle."""
        rows = np.arange(shape[0])[:, np.newaxis]
        return np.abs(rows - self.rows(shape[1])) <= reach


def otsu(image: np.ndarray) -> float:
    """Otsu's threshold of a uint8 (H, W) image, in grey levels (Otsu 1979)."""
    return cv2.threshold(image, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0]


def without_ruled(image: np.ndarray, threshold: float) -> np.ndarray:
    """Blacken ruled lines and squares in uint8 (H, W), where a character is left by itself.

    Lines are ruled where two of them or more run across the whole sheet, straight, away from its
    edge; one alone may be the headline of a letter. Strokes that cross them are kept, as in the
    removal of staff lines from music (Dalitz et al. 2008).

    Args:
        image: light ink on black.
        threshold: Otsu's, of the image.

    Returns:
        `image` itself, where there are none.
    """
    if min(image.shape) < _LEAST_SIDE:
        return image
    across, down = (_ruled(view, _RULED * threshold) for view in (image, image.T))
    if across is None and down is None:
        return image
    gone = np.zeros(image.shape, bool)
    for mask, lines in ((gone, across), (gone.T, down)):
        if lines is not None:
            mask |= lines
    sheet = blackened(image, gone, np.zeros_like(gone))
    ink = sheet > otsu(sheet)
    rest = _without_crumbs(ink, gone)
    free = not rest[[0, -1]].any() and not rest[:, [0, -1]].any()
    if not free or _extent(rest) < _LEAST_REST * min(image.shape):
        return image
    return blackened(sheet, ink & ~rest, rest)


def blackened(image: np.ndarray, gone: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Blacken uint8 (H, W) where bool `gone`, and its soft edges but for those of `kept`."""
    soft = cv2.dilate(gone.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
    return np.where(soft & ~kept, np.uint8(0), image)


def _ruled(image: np.ndarray, level: float) -> np.ndarray | None:
    """Return where lines run from the left edge of uint8 (H, W) to the right one, bool (H, W).

    None, where fewer than two are seen from end to end.
    """
    height, width = image.shape
    inset = round(_INSET * width)
    thickest = int(_THICK * max(image.shape))
    edges = _thin(np.ascontiguousarray(image[:, [inset, width - 1 - inset]]), thickest) > level
    if not edges.any(axis=0).all():  # as on most sheets
        return None
    left, right = (
        [((top + bottom) / 2, bottom - top) for top, bottom in _runs(edge)] for edge in edges.T
    )
    if not all(2 <= len(each) <= _MOST for each in (left, right)):
        return None
    found = []
    for row, thick in left:
        fall = min((end - row for end, _ in right), key=abs)
        inside = all(thick < each < height - 1 - thick for each in (row, row + fall))
        if inside and abs(fall) <= _SLANT * min(image.shape):
            found.append(_Line(row, fall, thick))
    if len(found) < 2:
        return None
    every = slice(None, None, max(1, width // 32))  # enough columns to see a line in
    some = _thin(np.ascontiguousarray(image[:, every]), thickest) > level
    falls = [each.fall for each in found if _stands_out(some, each.rows(width)[every], each.thick)]
    if len(falls) < 2:
        return None
    # where others are, one that fades out on its way is ruled as well
    fall = float(np.median(falls))
    gone = np.zeros(image.shape, bool)
    thin = _thin(image, thickest) > level
    heights = _heights(thin)
    for row, thick in [*left, *((end - fall, thick) for end, thick in right)]:
        # where a stroke runs along or through it, there is more than the line
        gone |= _Line(row, fall, thick).around(image.shape, 2 * thick) & (heights <= 2 * thick)
    return gone & thin


def _thin(image: np.ndarray, thickest: int) -> np.ndarray:
    """Return of uint8 (H, W) what stands out from above and below by at most `thickest` px."""
    kernel = np.ones((thickest + 1, 1), np.uint8)
    return cv2.morphologyEx(image, cv2.MORPH_TOPHAT, kernel)


def _stands_out(ink: np.ndarray, rows: np.ndarray, thick: int) -> bool:
    """Whether there is ink on most of a line, and clearly less beside it, as grain would be.

    Args:
        ink: bool (H, N), columns of thin ink.
        rows: int64 (N,), the middle of the line in each.
        thick: px.
    """
    reach, off = max(1, thick // 2), 2 * thick + 2
    near, columns = np.arange(-reach, reach + 1)[:, np.newaxis], np.arange(len(rows))

    def share(by: int) -> float:
        return float(ink[(rows + by + near).clip(0, len(ink) - 1), columns].any(axis=0).mean())

    seen = share(0)
    return seen >= _SEEN and seen >= (share(-off) + share(off)) / 2 + _CLEARER


def _heights(ink: np.ndarray) -> np.ndarray:
    """Return for each pixel of bool (H, W) how many px of ink stand over each other there, int."""
    height = len(ink)
    rows = np.arange(height)[:, np.newaxis]
    above = np.maximum.accumulate(np.where(ink, -1, rows), axis=0)
    below = np.minimum.accumulate(np.where(ink, height, rows)[::-1], axis=0)[::-1]
    return below - above - 1


def without_box(ink: np.ndarray) -> np.ndarray:
    """Take a box around all else out of bool (H, W), if it is finer than what is in it."""
    left, top, width, height = cv2.boundingRect(ink.view(np.uint8))
    if min(width, height) < _LEAST_SIDE:
        return ink
    box = ink[top : top + height, left : left + width]
    band = max(2, round(_BAND * min(box.shape)))
    sides = (box[:band], box[-band:], box[:, :band].T, box[:, -band:].T)
    if any(side.any(axis=0).mean() < _UNBROKEN for side in sides):
        return ink
    rest = box.copy()
    thickness = []
    for view in (rest, rest[::-1], rest.T, rest.T[::-1]):
        first = view.argmax(axis=0)
        heights = _heights(view)[first, range(view.shape[1])]
        thick = int(np.median(heights))
        depth = np.where((first <= band) & (heights <= 2 * thick), first + heights, 0)
        view &= np.arange(len(view))[:, np.newaxis] >= depth
        thickness.append(thick)
    thick = max(thickness)
    rest = _without_crumbs(rest, box & ~rest)
    if _extent(rest) < _LEAST_REST * min(box.shape) or _stroke(rest) < _FINER * thick:
        return ink
    whole = np.zeros_like(ink)
    whole[top : top + height, left : left + width] = rest
    return whole


def _runs(line: np.ndarray) -> list[tuple[int, int]]:
    """Return where runs of True in bool (N,) begin and end."""
    steps = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0))
    return list(zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True))


def _without_crumbs(ink: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """Drop what was cut off in bool (H, W): small pieces beside bool (H, W), where lines were."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.view(np.uint8), connectivity=8)
    size = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    drop = size <= max(3, _CRUMB * min(ink.shape))
    beside = np.zeros(len(stats), bool)
    beside[labels[cv2.dilate(gone.view(np.uint8), np.ones((5, 5), np.uint8)).view(bool)]] = True
    return ink & ~(drop & beside)[labels]


def _extent(ink: np.ndarray) -> int:
    """Return the longer side in px of the box around all ink of bool (H, W), 0 without any."""
    spans = [np.flatnonzero(ink.any(axis=axis)) for axis in (0, 1)]
    return int(max(span[-1] - span[0] + 1 for span in spans)) if len(spans[0]) else 0


def _stroke(ink: np.ndarray) -> float:
    """Return about how wide the strokes of bool (H, W) are, in px."""
    # across a stroke the distance to its edge rises to half the width, and is half that on average
    return float(4 * cv2.distanceTransform(ink.view(np.uint8), cv2.DIST_L2, 3)[ink].mean())
