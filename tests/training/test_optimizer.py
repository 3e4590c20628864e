"""What one step of an optimizer does to weights."""

from pathlib import Path

import numpy as np
import pytest

from core.training import session
from core.training.settings import Settings


@pytest.fixture
def model():
    """A convolution, its norm, a layer within and one that answers; all weights are 1."""
    import keras

    made = keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            keras.layers.Conv2D(8, 3),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(5),
            keras.layers.Dense(2),
        ]
    )
    made.set_weights([np.ones_like(each) for each in made.get_weights()])
    return made


def steps_of(model, **settings: object) -> dict[str, np.ndarray]:
    """What the first step takes from each weight, where every gradient is of chance."""
    session._compile(model, Settings(Path("x"), **settings), an_epoch=1)
    random = np.random.default_rng(4)
    weights = model.trainable_variables
    before = [each.numpy() for each in weights]
    model.optimizer.apply([random.normal(size=each.shape).astype(np.float32) for each in before])
    return {each.path: old - each.numpy() for each, old in zip(weights, before, strict=True)}


def test_muon_makes_the_step_of_a_layer_orthogonal_and_leaves_the_rest_to_adam(model) -> None:
    steps = steps_of(model, optimizer="muon", learning_rate=0.01)
    conv, conv_bias, scale, shift, within, within_bias, last, last_bias = steps.values()
    for step, sides in ((conv, (27, 8)), (within, (32, 5))):
        sizes = np.linalg.svd(step.reshape(sides), compute_uv=False)
        # as large as a step of Adam's that has a fifth of its root mean square
        np.testing.assert_allclose(sizes, 0.01 * 0.2 * np.sqrt(max(sides)), rtol=0.35)
    for step in (conv_bias, scale, shift, within_bias, last, last_bias):
        np.testing.assert_allclose(np.abs(step), 0.01, rtol=1e-3)


def test_muon_leaves_maps_that_are_not_mixed_to_adam() -> None:
    import keras

    layers = [keras.Input((4, 4, 3)), keras.layers.DepthwiseConv2D(4, use_bias=False)]
    model = keras.Sequential([*layers, keras.layers.Flatten(), keras.layers.Dense(2)])
    kernel, *_ = steps_of(model, optimizer="muon", learning_rate=0.01).values()
    np.testing.assert_allclose(np.abs(kernel), 0.01, rtol=5e-3)


@pytest.mark.parametrize("optimizer", ["adam", "muon"])
def test_weight_decay_spares_what_only_shifts_or_scales(optimizer: str, model) -> None:
    session._compile(
        model,
        Settings(Path("x"), optimizer=optimizer, weight_decay=0.1, learning_rate=1.0),
        an_epoch=1,
    )
    model.optimizer.apply([each * 0 for each in model.trainable_variables])
    for each in model.trainable_variables:
        left = 1 if each.path.endswith(("bias", "gamma", "beta")) else 0.9
        np.testing.assert_allclose(each.numpy(), left, rtol=1e-5)


def test_label_smoothing_and_the_plateau_are_as_the_settings_say(model) -> None:
    session._compile(model, Settings(Path("x"), label_smoothing=0.1), an_epoch=1)
    assert model.loss.label_smoothing == 0.1
    assert (session._plateau().factor, session._plateau().patience) == (0.2, 4)
