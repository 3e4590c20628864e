"""The steps a Pipeline is made of: small frozen objects, each a pure function on uint8 arrays.

A step is called with an image and returns a new one; its fields are its values and are written
as JSON beside every data set and model. To add a step: write the class, list it in STEPS.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from PIL import Image

from core.imaging.bicubic import resize_all
from core.imaging.ruled import blackened, otsu, without_box, without_ruled

FLAT = 16
"""An image whose grey levels span less than this holds no ink."""

_PHOTO_SIDE = 100
"""px; a picture this small is no photograph of a sheet."""

PHOTO_ENOUGH = 160
"""px of the longer side: all that is needed of a photograph to find the strokes in it."""

_MEDIAN_WINDOW = 0.3
"""Share of the longer side: wider than any stroke, so that the median is paper."""


@dataclass(frozen=True)
class Step:
    """One operation on an image.

    Attributes:
        label: short title for people.
        does: what it changes, in plain words.
        why: what that is good for.
    """

    label: ClassVar[str]
    does: ClassVar[str]
    why: ClassVar[str]

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return the changed image.

        Args:
            image: uint8 (H, W), or (H, W, 3) RGB for the steps that accept colour.

        Returns:
            uint8 (H', W').
        """
        raise NotImplementedError

    def many(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return what the step makes of each image; some steps are quicker at many at once."""
        return [self(each) for each in images]

    def for_collection(self, collection: str) -> Step:
        """Return the step as it applies to images of `collection`; most ignore it."""
        return self


@dataclass(frozen=True)
class Grey(Step):
    """Luminance of a colour image (ITU-R BT.601)."""

    label: ClassVar[str] = "Grey"
    does: ClassVar[str] = "Takes the colour away."
    why: ClassVar[str] = "Colour says which pen was used, not which script was written."

    def __call__(self, image: np.ndarray) -> np.ndarray:
        return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


@dataclass(frozen=True)
class Resize(Step):
    """Resize to `size` x `size` px, bicubic with antialiasing, whatever the aspect."""

    size: int = 28
    label: ClassVar[str] = "Resize"
    does: ClassVar[str] = "Makes it a square of the size the model reads."
    why: ClassVar[str] = "A network needs every image in one size; the aspect is lost on the way."

    def __call__(self, image: np.ndarray) -> np.ndarray:
        if image.shape[:2] == (self.size, self.size):
            return image
        return _resampled(image, self.size, self.size)

    def many(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for place, image in enumerate(images):
            alike[image.shape].append(place)
        resized = list(images)
        for shape, places in alike.items():
            if shape == (shape[0],) * 2:
                same = list(resize_all(np.stack([images[each] for each in places]), self.size))
            else:
                same = [self(images[each]) for each in places]
            for place, image in zip(places, same, strict=True):
                resized[place] = image
        return resized


@dataclass(frozen=True)
class Invert(Step):
    """Turn dark ink on light paper into light ink on black, data set by data set.

    The notebook inverted whole data sets after a look at each. For an image that comes from none
    of `known` (a drawing, an upload) the border decides, as the eye would.

    Attributes:
        collections: the data sets that are inverted.
        known: all data sets the decision was taken for.
        when: "collection" (not bound yet), "always" or "never".
    """

    collections: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    when: str = "collection"
    label: ClassVar[str] = "Invert"
    does: ClassVar[str] = (
        "Turns dark on light into light on dark, where that is how the data set came."
    )
    why: ClassVar[str] = (
        "Three of the six sets are dark on white; the model expects light on black."
    )

    def __post_init__(self) -> None:
        """Refuse what would mean nothing."""
        if self.when not in ("collection", "always", "never"):
            raise TypeError(f"when of Invert can't be {self.when!r}")

    def __call__(self, image: np.ndarray) -> np.ndarray:
        invert = self.when == "always" or (
            self.when == "collection" and np.median(_rim(image)) > 127
        )
        return 255 - image if invert else image

    def for_collection(self, collection: str) -> Step:
        if collection not in self.known:
            return self
        return Invert(
            self.collections,
            self.known,
            when="always" if collection in self.collections else "never",
        )


@dataclass(frozen=True)
class Flatten(Step):
    """Take changes of light out.

    An even picture loses its slow changes only: a wide Gaussian blur is subtracted and what is
    left is spread over all grey levels. In a photograph, where light and shadow differ more than
    ink and paper, the paper is worked out as the median around each place; whatever lies off it
    on the side with more ink is kept, light on black, and lines and shadows that run off the edge
    of the sheet are taken away where a character stands free of them.

    Attributes:
        reach: standard deviation of the blur as a share of the longer side; wider than a stroke,
            narrower than a shadow.
        photo: a picture counts as a photograph where Otsu's threshold explains less than this
            share of its variance.
    """

    reach: float = 0.25
    photo: float = 0.8
    label: ClassVar[str] = "Flatten"
    does: ClassVar[str] = "Takes shadows and uneven light out."
    why: ClassVar[str] = (
        "A shadow on photographed paper must not count as ink. On a clean sheet this leaves a "
        "faint haze, which the step Ink or not takes away."
    )

    def __call__(self, image: np.ndarray) -> np.ndarray:
        if image.ndim != 2:  # a flat one would go through, and the next would not
            raise ValueError("an image in colour")
        if np.ptp(image) < FLAT:
            return image
        if min(image.shape) >= _PHOTO_SIDE and _separability(image) < self.photo:
            return _without_edges(_off_the_paper(_shrunk(image, PHOTO_ENOUGH)))
        height, width = image.shape
        small = _shrunk(image.astype(np.float32), 32)
        small = cv2.GaussianBlur(small, (0, 0), self.reach * max(small.shape))
        detail = image - cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
        return cv2.normalize(detail, np.empty(0), 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)


@dataclass(frozen=True)
class Polarity(Step):
    """Light ink on dark ground, found from the image itself.

    Otsu's threshold (1979) splits the pixels in two; paper is the side that holds more of the
    rim and of the whole, each weighing half.
    """

    label: ClassVar[str] = "Polarity"
    does: ClassVar[str] = "Makes the ink light and the paper dark, whichever way it came."
    why: ClassVar[str] = (
        "Dark on white or white on black is a habit of the scanner, not of a script."
    )

    def __call__(self, image: np.ndarray) -> np.ndarray:
        light = image > otsu(image)
        rim = _rim(light)
        return 255 - image if (rim.mean() + light.mean()) / 2 > 0.5 else image


@dataclass(frozen=True)
class Crop(Step):
    """Cut to the box of the ink: pixels over Otsu's threshold, specks left out.

    On a sheet of 96 px or more ruled lines, squares and a fine box around the character are taken
    away first: see `core.imaging.ruled`.

    Attributes:
        speck: a component below this share of the largest one's area counts as dirt (dots and
            kudlit are larger than that).
    """

    speck: float = 0.02
    label: ClassVar[str] = "Crop"
    does: ClassVar[str] = (
        "Cuts away the empty paper around the ink, and the lines, squares or box printed on it."
    )
    why: ClassVar[str] = "Where on the sheet a character stands says nothing about its script."

    def __call__(self, image: np.ndarray) -> np.ndarray:
        if np.ptp(image) < FLAT:  # bare paper, not a sheet full of ink
            return np.zeros_like(image)
        threshold = otsu(image)
        sheet = without_ruled(image, threshold)
        found = sheet > (threshold if sheet is image else otsu(sheet))
        ink = without_box(found)
        if ink is not found:
            sheet = blackened(sheet, found & ~ink, ink)
        ink = _without_specks(ink, self.speck)
        rows = np.flatnonzero(ink.any(axis=1))
        columns = np.flatnonzero(ink.any(axis=0))
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return np.ascontiguousarray(sheet[box])


@dataclass(frozen=True)
class Fit(Step):
    """Scale to fit a square with the aspect kept, and centre it on black.

    Attributes:
        size: side of the square in px.
        margin: empty px left on every side.
    """

    size: int = 80
    margin: int = 6
    label: ClassVar[str] = "Fit"
    does: ClassVar[str] = "Scales it to fit a square, and puts it in the middle."
    why: ClassVar[str] = "Every character gets the same room, and keeps its proportions."

    def __call__(self, image: np.ndarray) -> np.ndarray:
        room = self.size - 2 * self.margin
        height, width = image.shape
        scale = room / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        scaled = cv2.resize(image, size, interpolation=method)
        square = np.zeros((self.size, self.size), np.uint8)
        top, left = (self.size - size[1]) // 2, (self.size - size[0]) // 2
        square[top : top + size[1], left : left + size[0]] = scaled
        return square


@dataclass(frozen=True)
class Binarise(Step):
    """Ink or no ink: Otsu's threshold, and a lower one for what hangs together with such ink.

    Two thresholds as in Canny (1986) keep a faint stretch of a stroke, not a faint stain.

    Attributes:
        speck: a component below this share of the largest one's area counts as dirt.
        faint: the lower threshold as a share of Otsu's.
    """

    speck: float = 0.02
    faint: float = 0.7
    label: ClassVar[str] = "Ink or not"
    does: ClassVar[str] = "Makes every pixel white, as ink, or black."
    why: ClassVar[str] = "How hard the pen pressed, and how the paper was lit, are left behind."

    def __call__(self, image: np.ndarray) -> np.ndarray:
        ink = _without_specks(_ink(image, self.faint), self.speck)
        return ink.astype(np.uint8) * 255


@dataclass(frozen=True)
class Thin(Step):
    """The centre line of every stroke, one px wide (Zhang and Suen 1984, scikit-image)."""

    label: ClassVar[str] = "Thin"
    does: ClassVar[str] = "Leaves of each stroke a line one pixel wide."
    why: ClassVar[str] = "A marker and a fine pen leave the same centre line."

    def __call__(self, image: np.ndarray) -> np.ndarray:
        from skimage.morphology import skeletonize

        if image.ndim != 2:  # it would be thinned as a solid
            raise ValueError("an image in colour")
        return skeletonize(image > 0).astype(np.uint8) * 255


@dataclass(frozen=True)
class Redraw(Step):
    """Draw the centre lines again with one pen and shrink to the size the model reads.

    Attributes:
        size: side of the result in px.
        pen: pen width in px of the incoming image.
    """

    size: int = 40
    pen: int = 5
    label: ClassVar[str] = "Redraw"
    does: ClassVar[str] = "Draws those lines again, all with one pen."
    why: ClassVar[str] = "All characters leave in the same ink, so only their shape differs."

    def __call__(self, image: np.ndarray) -> np.ndarray:
        pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (self.pen, self.pen))
        drawn = cv2.dilate(image, pen)
        return cv2.resize(drawn, (self.size, self.size), interpolation=cv2.INTER_AREA)


STEPS: dict[str, type[Step]] = {
    each.__name__: each
    for each in (Grey, Resize, Invert, Flatten, Polarity, Crop, Fit, Binarise, Thin, Redraw)
}


def _resampled(image: np.ndarray, width: int, height: int) -> np.ndarray:
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(resized)


def _separability(image: np.ndarray) -> float:
    """Share of the variance of uint8 (H, W) that lies between Otsu's two classes, 0 to 1."""
    counts = cv2.calcHist([image], [0], None, [256], [0, 256]).ravel() / image.size
    levels = np.arange(256)
    mean = counts @ levels
    variance = counts @ (levels - mean) ** 2
    dark = levels <= otsu(image)
    share = counts[dark].sum()
    if variance == 0 or share in (0, 1):
        return 1.0
    apart = counts[~dark] @ levels[~dark] / (1 - share) - counts[dark] @ levels[dark] / share
    return float(share * (1 - share) * apart**2 / variance)


def _off_the_paper(image: np.ndarray) -> np.ndarray:
    """Return how far each pixel of uint8 (H, W) lies off the paper, as light ink on black."""
    height, width = image.shape
    small = _shrunk(image, 80)
    window = int(max(small.shape) * _MEDIAN_WINDOW) | 1
    half = window // 2
    padded = cv2.copyMakeBorder(small, half, half, half, half, cv2.BORDER_REPLICATE)
    paper = cv2.medianBlur(padded, window)[half:-half, half:-half]
    paper = cv2.GaussianBlur(paper.astype(np.float32), (0, 0), window / 8)
    off = image - cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    off = cv2.GaussianBlur(off, (0, 0), max(height, width) / 256)
    some = off[::3, ::3]  # enough to know them by
    noise = 1.4826 * float(np.median(np.abs(some - np.median(some)))) + 1  # sigma of a Gaussian
    if np.count_nonzero(some < -4 * noise) >= np.count_nonzero(some > 4 * noise):
        off, some = -off, -some
    full = float(np.percentile(some, 99.5))
    if full < 3 * noise:  # bare paper
        return np.zeros_like(image)
    return cv2.convertScaleAbs(np.maximum(off, 0), alpha=255 / full)


def _without_edges(image: np.ndarray) -> np.ndarray:
    """Blacken what touches the edge, where a piece with a tenth of the ink does not."""
    image = without_ruled(image, otsu(image))
    ink = _ink(image)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.view(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0
    at_edge = np.zeros(len(area), bool)
    at_edge[np.unique(_rim(labels))] = True
    at_edge[0] = False
    if not at_edge.any() or area[~at_edge].max() < area.sum() / 10:
        return image
    gone = cv2.dilate(at_edge[labels].view(np.uint8), np.ones((5, 5), np.uint8))
    return np.where(gone, np.uint8(0), image)


def _shrunk(image: np.ndarray, longest: int) -> np.ndarray:
    """Shrink (H, W) by area so that its longer side has at most `longest` px."""
    height, width = image.shape
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _ink(image: np.ndarray, faint: float = 1.0) -> np.ndarray:
    """Bool (H, W): brighter than Otsu's threshold; nothing where the image has no contrast.

    Pixels over `faint` times the threshold count where they hang together with brighter ones.
    """
    if np.ptp(image) < FLAT:
        return np.zeros(image.shape, bool)
    threshold = otsu(image)
    strong = image > threshold
    if faint >= 1:
        return strong
    count, labels = cv2.connectedComponents((image > faint * threshold).view(np.uint8))
    holds = np.zeros(count, bool)
    holds[labels[strong]] = True
    return holds[labels]


def _rim(image: np.ndarray) -> np.ndarray:
    """The outermost pixels of (H, W) as one row."""
    return np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])


def _without_specks(ink: np.ndarray, share: float) -> np.ndarray:
    """Drop components of bool (H, W) smaller than `share` of the largest one's area."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.view(np.uint8), connectivity=8)
    if count <= 2:
        return ink
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0
    return (area >= share * area.max())[labels] & ink
