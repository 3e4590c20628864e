"""The twin that learns faster: the same answers, and the same weights after it has learned."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

SIDE, LABELS = 20, 5


@pytest.fixture(scope="module")
def network() -> Iterator[Any]:
    """The glyph network with weights of chance, without Dropout, which draws by chance."""
    import keras

    from core.models import glyph

    keras.utils.set_random_seed(4)
    model = glyph.build((SIDE, SIDE), LABELS)
    model.get_layer(index=-2).rate = 0.0
    random = np.random.default_rng(4)
    # around what they are, as moving variances must stay above 0
    model.set_weights([each + random.uniform(0, 0.05, each.shape) for each in model.get_weights()])
    return model


def batch() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    images = random.random((32, SIDE, SIDE)).astype(np.float32)
    return images, np.eye(LABELS, dtype=np.float32)[random.integers(0, LABELS, 32)]


def learned(model: Any) -> list[np.ndarray]:
    """The model's weights after one step down; its own are put back."""
    import keras

    before = model.get_weights()
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", jit_compile=False)
    model.train_on_batch(*batch())
    after = model.get_weights()
    model.set_weights(before)
    return after


@pytest.mark.parametrize(("mixed", "answers", "weights"), [(False, 1e-6, 1e-4), (True, 0.02, 0.02)])
def test_the_twin_answers_and_learns_the_same(
    network: Any, mixed: bool, answers: float, weights: float
) -> None:
    from core.training.swift import for_training

    twin = for_training(network, mixed=mixed)
    images, _ = batch()
    assert {type(each) for each in twin.layers} != {type(each) for each in network.layers}
    np.testing.assert_allclose(
        twin.predict_on_batch(images), network.predict_on_batch(images), atol=answers
    )
    steps = zip(network.get_weights(), learned(network), learned(twin), strict=True)
    for before, after, other in steps:
        np.testing.assert_allclose(other, after, rtol=weights, atol=weights)
        assert np.abs(after - before).max() > 0
        assert np.abs(other - before).max() > 0
        assert other.dtype == np.float32


def test_all_but_the_answer_is_in_16_bits(network: Any) -> None:
    from core.training.swift import for_training

    twin = for_training(network, mixed=True)
    assert [layer.compute_dtype for layer in twin.layers[1:]] == [
        *["bfloat16"] * (len(twin.layers) - 2),
        "float32",
    ]
    assert {layer.compute_dtype for layer in for_training(network).layers} == {"float32"}


def test_what_is_not_trained_is_normalised_as_it_was(network: Any) -> None:
    from core.training.swift import for_training

    twin = for_training(network)
    still = [layer for layer in twin.layers if layer.name.startswith("batch_normalization")]
    for layer in still:
        layer.trainable = False
    before = [each.numpy() for layer in still for each in layer.weights]
    learned(twin)
    twin.train_on_batch(*batch())
    for old, new in zip(before, (each for layer in still for each in layer.weights), strict=True):
        np.testing.assert_array_equal(new, old)


def test_a_network_that_nothing_makes_faster_is_its_own_twin() -> None:
    from core.models import cnn
    from core.training.swift import for_training

    model = cnn.build((SIDE, SIDE), LABELS)
    assert for_training(model) is model
    assert for_training(model, mixed=True) is not model
