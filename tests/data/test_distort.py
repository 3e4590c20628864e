from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from core.data.distort import (
    Distorted,
    _another_pen,
    _bend,
    _coarsen,
    _damage,
    _scanned_hard,
    distort,
)
from core.errors import ImageError
from core.imaging import decode, preset
from core.scripts import NAMES

Draw = Callable[..., np.ndarray]


def hand(image: np.ndarray, seed: int) -> np.ndarray:
    return distort(image, np.random.default_rng(seed))


@pytest.mark.parametrize("script", NAMES)
def test_another_hand_writes_light_ink_on_black(script: str, draw_glyph: Draw) -> None:
    image = draw_glyph(script, 1)
    for seed in range(12):
        written = hand(255 - image if seed % 2 else image, seed)

        assert written.dtype == np.uint8
        assert written.ndim == 2
        assert written.shape[0] == written.shape[1]
        # some ink, and not a sheet full of it
        assert 0.005 < (written > 127).mean() < 0.5
        assert np.median(written) < 60


def test_the_seed_decides(draw_glyph: Draw) -> None:
    image = draw_glyph("kannada")

    np.testing.assert_array_equal(hand(image, 1), hand(image, 1))
    prepared = [preset("canonical").apply(hand(image, seed)).tobytes() for seed in range(20)]
    assert len(set(prepared)) == 20


def test_it_stays_nearer_to_its_glyph_than_to_others(draw_glyph: Draw) -> None:
    prepare = preset("canonical").apply
    plain = {name: prepare(draw_glyph(name, 2, size=(96, 96))).astype(float) for name in NAMES}

    right = [
        name
        == min(plain, key=lambda other: np.abs(plain[other] - prepare(hand(image, seed))).mean())
        for name in NAMES
        for seed in range(16)
        for image in [draw_glyph(name, 2, size=(96, 96))]
    ]

    assert np.mean(right) > 0.6  # by chance it would be a sixth


def test_the_image_itself_is_not_changed(draw_glyph: Draw) -> None:
    image = draw_glyph("arabic")
    before = image.copy()
    image.flags.writeable = False

    hand(image, 0)

    np.testing.assert_array_equal(image, before)


def test_a_distorted_file_is_the_file_by_another_hand(
    draw_glyph: Draw, encode_image: Callable[..., bytes]
) -> None:
    class File:
        path = "set.zip/1.png"

        def read(self) -> bytes:
            return encode_image(draw_glyph("chinese"))

    distorted = Distorted(File(), 7)

    assert distorted.path == "set.zip/1.png#7"
    np.testing.assert_array_equal(decode(distorted.read()), hand(draw_glyph("chinese"), 7))


def test_a_file_that_cannot_be_read_is_an_image_error() -> None:
    class File:
        path = "x.png"

        def read(self) -> bytes:
            return b"text"

    with pytest.raises(ImageError):
        Distorted(File(), 0).read()


def test_blank_paper_stays_blank() -> None:
    assert not hand(np.full((40, 40), 180, np.uint8), 3).any()


def test_another_proportion_leaves_the_size_as_it_was() -> None:
    disc = cv2.circle(np.zeros((96, 96), np.uint8), (48, 48), 20, 255, -1)

    sizes = [(_bend(disc, np.random.default_rng(seed)) > 127).sum() for seed in range(200)]

    # the wobble changes it a little; stretched on both axes it would vary by 0.36
    assert np.std(np.log(sizes)) < 0.15


class Fate(np.random.Generator):
    """Chance that lets one kind of damage happen, and no other."""

    def __init__(self, kind: int, seed: int) -> None:
        super().__init__(np.random.PCG64(seed))
        self.kind = kind

    def random(self, size: int | None = None) -> Any:
        """Give what decides the kinds of damage, five numbers at once; else as usual."""
        return (np.arange(5) != self.kind).astype(float) if size == 5 else super().random(size)


def damaged(kind: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A ring, and how it comes out, uint8 (96, 96)."""
    ring = cv2.circle(np.zeros((96, 96), np.uint8), (48, 48), 30, 255, 5)
    return ring, _damage(ring.copy(), Fate(kind, seed))


BREAK, SPECK, NEIGHBOUR, CUT, RULE = range(5)


def test_ink_is_lost_now_and_then() -> None:
    sheet = np.full((96, 96), 255, np.uint8)

    lost = [_damage(sheet.copy(), np.random.default_rng(seed)).min() < 255 for seed in range(600)]

    # a stroke breaks in a quarter, a side is cut off in 8%: 31% together
    assert 0.2 < np.mean(lost) < 0.4


def test_of_the_neighbouring_letter_only_an_edge_is_seen_on_either_side() -> None:
    sides = set()
    for seed in range(20):
        ring, after = damaged(NEIGHBOUR, seed)
        columns = np.flatnonzero(((after > 127) & (ring <= 127)).any(axis=0))
        # the ring is 65 px wide, and moved by 57 to 66
        assert columns.max() < 25 or columns.min() > 70
        sides.add(bool(columns.min() > 70))
    assert sides == {False, True}


@pytest.mark.parametrize(("width", "kept"), [(1, True), (9, False)])
def test_a_stroke_that_a_thinner_pen_would_lose_stays(width: int, kept: bool) -> None:
    class Thinner(np.random.Generator):
        def integers(self, *_: int) -> Any:
            return -1

    stroke = cv2.line(np.zeros((96, 96), np.uint8), (20, 48), (76, 48), 255, width)
    after = _another_pen(stroke, Thinner(np.random.PCG64(0)))
    assert np.array_equal(after, stroke) is kept
    assert after.any()


def test_each_kind_of_damage_takes_ink_or_adds_some() -> None:
    for kind, takes in ((BREAK, True), (SPECK, False), (NEIGHBOUR, False), (CUT, True)):
        seen = [damaged(kind, seed) for seed in range(20)]
        assert all(
            (after <= ring).all() if takes else (after >= ring).all() for ring, after in seen
        )
        assert np.mean([not np.array_equal(*each) for each in seen]) > 0.7


def test_a_side_that_is_cut_off_is_gone_from_edge_to_edge() -> None:
    sides = set()
    for seed in range(20):
        ring, after = damaged(CUT, seed)
        ends = [
            (np.flatnonzero(picture.max(axis=axis) > 127)[[0, -1]]).tolist()
            for picture in (ring, after)
            for axis in (0, 1)
        ]
        before, now = np.ravel(ends[:2]), np.ravel(ends[2:])
        moved = np.abs(now - before)
        # by 1 to 6 of the ring's 65 px; a cap as wide as that narrows the ring elsewhere no bit
        assert np.count_nonzero(moved) == 1
        assert 1 <= moved.max() <= 6
        sides.add(int(moved.argmax()))
    assert sides == {0, 1, 2, 3}


def test_a_ruled_line_runs_along_a_side_of_the_glyph() -> None:
    whole = 0
    for seed in range(40):
        ring, after = damaged(RULE, seed)
        line = (after > 127) & (ring <= 127)
        assert (after >= ring).all()
        wide, high = (line.any(axis=axis).sum() for axis in (0, 1))
        assert min(wide, high) <= 3
        whole += max(wide, high) > 80
    assert 10 < whole < 30


def test_a_hard_scan_is_small_and_loses_faint_ink_first() -> None:
    image = np.zeros((96, 96), np.uint8)
    image[20:28, 10:86] = 255
    image[60:62, 10:86] = 60
    for seed in range(20):
        scan = _scanned_hard(image, np.random.default_rng(seed))
        rows = scan.max(axis=1)

        assert scan.dtype == np.uint8
        assert 24 <= len(scan) < 45
        assert rows[: len(scan) // 2].max() == 255
        assert not rows[len(scan) // 2 :].any()


def test_one_device_in_five_scans_too_hard() -> None:
    image = np.zeros((96, 96), np.uint8)
    image[20:28, 10:86] = 255
    image[60:62, 10:86] = 60  # is there after a plain scan, and gone after a hard one

    scans = [_coarsen(image, np.random.default_rng(seed)) for seed in range(400)]

    assert 0.1 < np.mean([not scan[len(scan) // 2 :].any() for scan in scans]) < 0.3
    assert 0.3 < np.mean([len(scan) == 96 for scan in scans]) < 0.5
