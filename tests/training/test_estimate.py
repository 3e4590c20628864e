from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.models.zoo import FAMILIES
from core.training.estimate import OPERATIONS, estimate
from core.training.runs import Run
from core.training.settings import Settings

SETTINGS = Settings(Path("letters.parquet"), model="cnn", epochs=10)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A finished run of the same model, which learned from 1,000 images of 28x28 a second."""
    facts: dict = dict.fromkeys(Run.__dataclass_fields__)
    facts |= {"id": "cnn-abcd", "folder": tmp_path, "settings": SETTINGS, "state": "done"}
    return Run(**{**facts, "images_per_second": 1000.0, "image_shape": (28, 28)})


def test_the_newest_run_of_the_same_model_is_the_measure(run: Run) -> None:
    others = [
        replace(run, id="dense-abcd", settings=replace(SETTINGS, model="dense")),
        replace(run, id="cnn-dead", images_per_second=None),
        # thousands of answers take their time, and a last layer by itself takes none
        replace(run, id="cnn-many", settings=replace(SETTINGS, classes="character")),
        replace(run, id="cnn-last", settings=replace(SETTINGS, freeze=True)),
    ]
    said = estimate(SETTINGS, 8000, 3000, (28, 28), [*others, run])
    assert said.measured_on == "cnn-abcd"
    assert said.images_per_second == 1000
    # ten times 8 s of learning and 1 s of testing, and the start and the end
    assert said.seconds == 90 + 20


def test_larger_images_take_longer(run: Run) -> None:
    assert estimate(SETTINGS, 1, 1, (56, 28), [run]).images_per_second == 500


@pytest.mark.parametrize("name", FAMILIES)
def test_without_a_run_the_size_of_the_model_is_the_measure(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    settings = replace(SETTINGS, model=name)
    said = estimate(settings, 1000, 0, (28, 28), [])
    assert said.measured_on is None
    assert (20 if FAMILIES[name].frozen else 500) <= said.images_per_second <= 10_000
    assert said.seconds > 20


def test_a_frozen_body_looks_at_every_image_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    settings = replace(SETTINGS, model="mobilenet")
    short, long = (
        estimate(replace(settings, epochs=epochs), 3000, 100, (28, 28), []) for epochs in (1, 11)
    )
    # ten more epochs of the last layer, at 10,000 images a second
    assert long.seconds - short.seconds == pytest.approx(3)
    assert short.seconds == pytest.approx(20 + 3200 / short.images_per_second + 0.3)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if not FAMILIES[name].frozen])
def test_multiplications_are_about_those_of_the_model(name: str) -> None:
    count = 0
    for layer in FAMILIES[name].build((28, 28), 6).layers:
        kernels = [each for each in layer.trainable_weights if "kernel" in each.path]
        # a kernel is used at every place, or at every step
        steps = dict.fromkeys(("SimpleRNN", "LSTM", "GRU"), (28,))
        places = {"Conv2D": layer.output.shape[1:-1], **steps}
        used = np.prod(places.get(type(layer).__name__, ()))
        count += int(sum(used * np.prod(each.shape) for each in kernels))
    assert 0.5 < OPERATIONS[name] / count < 2
