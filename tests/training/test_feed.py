import numpy as np
import pytest

from core.training.feed import batches


@pytest.fixture
def numbered() -> tuple[np.ndarray, np.ndarray]:
    """Ten images, image n all of grey n, and labels n % 3."""
    numbers = np.arange(10)
    images = np.broadcast_to(numbers[:, None, None], (10, 4, 6)).astype(np.uint8)
    return images, numbers % 3


def once_through(feed: object) -> tuple[np.ndarray, np.ndarray]:
    parts = [(images.numpy(), labels.numpy()) for images, labels in feed]
    return np.concatenate([i for i, _ in parts]), np.concatenate([k for _, k in parts])


def test_all_images_in_order_without_a_seed(numbered: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = numbered
    fed, answers = once_through(batches(images, labels, 4, classes=3))
    assert fed.dtype == np.float32
    np.testing.assert_allclose(fed, images / np.float32(255))
    np.testing.assert_array_equal(answers, np.eye(3)[labels])


def test_batches_have_the_size_asked_for_and_the_last_the_rest(
    numbered: tuple[np.ndarray, np.ndarray],
) -> None:
    sizes = [len(images) for images, _ in batches(*numbered, 4, classes=3)]
    assert sizes == [4, 4, 2]


def test_a_seed_shuffles_anew_each_time_through_and_repeats(
    numbered: tuple[np.ndarray, np.ndarray],
) -> None:
    def two_epochs() -> list[np.ndarray]:
        feed = batches(*numbered, 4, classes=3, seed=1)
        passes = [once_through(feed) for _ in range(2)]
        for images, answers in passes:
            numbers = np.round(images[:, 0, 0] * 255)
            assert sorted(numbers) == list(range(10))
            np.testing.assert_array_equal(answers.argmax(axis=1), numbers % 3)
        return [images for images, _ in passes]

    first, second = two_epochs()
    assert not np.array_equal(first, second)
    for before, after in zip((first, second), two_epochs(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_augmenting_bends_each_image_a_little_and_differently_each_time() -> None:
    square = np.zeros((64, 40, 40), np.uint8)
    square[:, 14:26, 14:26] = 255
    labels = np.zeros(64, np.int64)
    feed = batches(square, labels, 16, classes=2, seed=5, augment=True)
    first, second = (once_through(feed)[0] for _ in range(2))
    assert first.shape == square.shape
    assert first.min() == 0
    assert 0.99 < first.max() <= 1
    assert not np.array_equal(first, second)
    assert len(np.unique(first.reshape(64, -1), axis=0)) == 64

    # The square's middle is at 19.5. It moves by 8 % of the side at most, which scaling by 15 %,
    # shearing by .2 and turning can stretch to 5.4 px; on average it stays.
    places = np.arange(40)
    ink = first.sum(axis=(1, 2))
    for axis in (1, 2):
        middles = (first.sum(axis=3 - axis) * places).sum(axis=1) / ink
        assert np.abs(middles - 19.5).max() < 5.5
        assert abs(middles.mean() - 19.5) < 1
    # 144 px of ink, and by the square of 1 / (1 +- .15) more or less of it.
    assert 100 < ink.min() < 140 < 150 < ink.max() < 210


def test_augmenting_repeats_with_its_seed(numbered: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = (
        once_through(batches(*numbered, 4, classes=3, seed=9, augment=True))[0] for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
