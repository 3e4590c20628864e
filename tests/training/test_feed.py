import math
from collections.abc import Callable

import numpy as np
import pytest

from core.training.bend import AMOUNTS, affine, bend
from core.training.feed import in_order, shuffled, steps_an_epoch, tf_bend


@pytest.fixture
def numbered() -> tuple[np.ndarray, np.ndarray]:
    """Ten images, image n all of grey n, and labels n % 3."""
    numbers = np.arange(10)
    images = np.broadcast_to(numbers[:, None, None], (10, 4, 6)).astype(np.uint8)
    return images, numbers % 3


def once_through(feed: object) -> tuple[np.ndarray, np.ndarray]:
    parts = [(images.numpy(), labels.numpy()) for images, labels in feed]
    return np.concatenate([i for i, _ in parts]), np.concatenate([k for _, k in parts])


def test_all_images_in_order(numbered: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = numbered
    fed, answers = once_through(in_order(images, labels, 4, classes=3))
    assert fed.dtype == np.float32
    np.testing.assert_allclose(fed, images / np.float32(255))
    np.testing.assert_array_equal(answers, np.eye(3)[labels])


def test_batches_have_the_size_asked_for_and_the_last_of_an_epoch_the_rest(
    numbered: tuple[np.ndarray, np.ndarray],
) -> None:
    assert [len(images) for images, _ in in_order(*numbered, 4, classes=3)] == [4, 4, 2]
    assert steps_an_epoch(10, 4) == 3
    feed = shuffled(*numbered, 4, classes=3, seed=1, steps=range(6))
    assert [len(images) for images, _ in feed] == [4, 4, 2, 4, 4, 2]


def test_each_epoch_has_every_image_once_in_an_order_of_its_own(
    numbered: tuple[np.ndarray, np.ndarray],
) -> None:
    orders = []
    for epoch in range(3):
        steps = range(3 * epoch, 3 * epoch + 3)
        images, answers = once_through(shuffled(*numbered, 4, classes=3, seed=1, steps=steps))
        numbers = np.round(images[:, 0, 0] * 255).astype(int)
        assert sorted(numbers) == list(range(10))
        np.testing.assert_array_equal(answers.argmax(axis=1), numbers % 3)
        orders.append(numbers.tolist())
    assert len({tuple(order) for order in orders}) == 3


@pytest.mark.parametrize("augment", [False, True])
def test_a_step_holds_the_same_wherever_the_feed_begins(augment: bool) -> None:
    images = np.random.default_rng(0).integers(0, 255, (10, 8, 6), np.uint8)
    labels = np.arange(10) % 3
    options = {"classes": 3, "seed": 2**32 - 1, "augment": augment}
    whole = list(shuffled(images, labels, 4, steps=range(9), **options))
    later = list(shuffled(images, labels, 4, steps=range(4, 9), **options))
    assert len(later) == 5
    for before, after in zip(whole[4:], later, strict=True):
        np.testing.assert_array_equal(before[0], after[0])
        np.testing.assert_array_equal(before[1], after[1])


def test_augmenting_bends_each_image_a_little_and_differently_each_time() -> None:
    square = np.zeros((64, 40, 40), np.uint8)
    square[:, 14:26, 14:26] = 255
    labels = np.zeros(64, np.int64)
    first, second = (
        once_through(
            shuffled(square, labels, 16, classes=2, seed=5, steps=range(n, n + 4), augment=True)
        )[0]
        for n in (0, 4)
    )
    assert first.shape == square.shape
    assert first.min() == 0
    assert 0.99 < first.max() <= 1
    assert not np.array_equal(first, second)
    assert len(np.unique(first.reshape(64, -1), axis=0)) == 64

    # The square's middle is at 19.5. It moves by 8% of the side at most, which scaling by 15%,
    # shearing by .2 and turning can stretch to 5.4 px; on average it stays.
    places = np.arange(40)
    ink = first.sum(axis=(1, 2))
    for axis in (1, 2):
        middles = (first.sum(axis=3 - axis) * places).sum(axis=1) / ink
        assert np.abs(middles - 19.5).max() < 5.5
        assert abs(middles.mean() - 19.5) < 1
    # 144 px of ink, and by the square of 1 / (1 +- .15) more or less of it.
    assert 100 < ink.min() < 140 < 150 < ink.max() < 210


def test_the_seed_decides_how_images_are_bent() -> None:
    ramp = np.tile(np.arange(0, 240, 6, np.uint8), (8, 40, 1))
    one, other, same = (
        once_through(
            shuffled(
                ramp, np.zeros(8, np.int64), 8, classes=2, seed=seed, steps=range(1), augment=True
            )
        )[0]
        for seed in (5, 6, 5)
    )
    # the images are all alike, so that their order tells nothing
    assert not np.array_equal(np.sort(one, axis=0), np.sort(other, axis=0))
    np.testing.assert_array_equal(one, same)


def test_an_affine_map_by_hand() -> None:
    # a quarter of the largest turn, half of the shear, 5% along y, about the middle of 41 px
    amounts = np.array([0.25, 0.5, 0, 1 / 3, 0, 0]).reshape(AMOUNTS, 1)
    cos, sin, shear = math.cos(math.radians(3)), math.sin(math.radians(3)), 0.1

    a, b, c, d, e, f = (each.item() for each in affine(amounts, 41.0, 41.0))

    # the matrix of a turn, times that of a shear along x, times that of the scale
    assert (a, b) == pytest.approx((cos, 1.05 * (shear * cos - sin)))
    assert (d, e) == pytest.approx((sin, 1.05 * (shear * sin + cos)))
    assert (a * 20 + b * 20 + c, d * 20 + e * 20 + f) == pytest.approx((20, 20))

    # three quarters of the scale along x, all of it the other way along y, half of a shift down
    amounts = np.array([0, 0, 0.75, -1, 0, 0.5]).reshape(AMOUNTS, 1)
    a, b, c, d, e, f = (each.item() for each in affine(amounts, 41.0, 41.0))
    assert (a, b, d, e) == pytest.approx((1.1125, 0, 0, 0.85))
    assert (a * 20 + c, e * 20 + f) == pytest.approx((20, 20 + 0.04 * 40))


def test_a_preview_shows_what_training_sees(draw_glyph: Callable[..., np.ndarray]) -> None:
    glyphs = np.stack([draw_glyph("kannada", n % 4, size=(40, 28), seed=n) for n in range(32)])
    amounts = np.random.default_rng(3).uniform(-1, 1, (AMOUNTS, 32))
    preview = bend(glyphs, amounts)
    trained_on = 255 * tf_bend(glyphs.astype(np.float32) / 255, amounts.astype(np.float32)).numpy()
    assert np.abs(preview - glyphs.astype(int)).mean() > 10
    # OpenCV rounds places to a 32nd of a pixel: no more between them than that
    assert np.abs(preview - trained_on).max() < 255 / 16
    assert np.abs(preview - trained_on).mean() < 0.5
