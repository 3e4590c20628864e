from collections.abc import Callable

import numpy as np
import pytest

from core.data.distort import Distorted, distort
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
