"""Resizing many at once, beside Pillow one by one."""

import numpy as np
import pytest
from PIL import Image

from core.imaging.bicubic import resize_all


def _by_pillow(images: np.ndarray, side: int) -> np.ndarray:
    resample = Image.Resampling.BICUBIC
    return np.array(
        [np.asarray(Image.fromarray(each).resize((side, side), resample)) for each in images]
    )


@pytest.mark.parametrize("before", [1, 2, 3, 5, 13, 27, 28, 29, 32, 56, 63, 64, 101, 256])
@pytest.mark.parametrize("after", [1, 12, 28, 40, 71])
def test_every_pixel_is_pillows(before: int, after: int) -> None:
    random = np.random.default_rng(before * 1000 + after)
    noise = random.integers(0, 256, (40, before, before)).astype(np.uint8)
    images = np.concatenate([noise, noise // 128 * 255, noise // 100, 255 - noise // 64])

    np.testing.assert_array_equal(resize_all(images, after), _by_pillow(images, after))


def test_no_image_is_no_image() -> None:
    assert resize_all(np.empty((0, 32, 32), np.uint8), 28).shape == (0, 28, 28)
