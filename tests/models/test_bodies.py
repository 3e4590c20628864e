"""Families whose body has learned before: on photographs, or as the shipped model."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError
from core.imaging import preset
from core.models import pretrained
from core.models.export import CHARACTERS, save_model_folder
from core.models.family import FEATURES, halves, summed
from core.models.zoo import FAMILIES
from core.scripts import NAMES

SHAPE = (40, 40)


def images(count: int) -> np.ndarray:
    return np.random.default_rng(0).random((count, *SHAPE), np.float32)


@pytest.fixture(scope="module", params=[None, 11], ids=["scripts", "characters"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A glyph network with seven answers, as a run leaves it, and its shipped weights beside it.

    It learned scripts, or eleven characters that are summed to them.
    """
    import keras

    keras.utils.set_random_seed(1)
    learned = FAMILIES["glyph"].build(SHAPE, request.param or 7)
    learned.compile("adam", "categorical_crossentropy")
    learned.optimizer.build(learned.trainable_variables)
    model, facts = learned, {}
    if request.param:
        model = summed(learned, np.arange(request.param) % 7, 7)
        facts[CHARACTERS] = request.param
    folder = tmp_path_factory.mktemp("runs") / "glyph-test"
    save_model_folder(folder, model, (*NAMES, "other"), preset("canonical"), **facts)
    pretrained.keep_weights(folder, folder)
    return folder


@pytest.fixture
def shipped(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr("core.models.pretrained.SHIPPED", trained)
    return trained


def test_the_shipped_weights_are_those_of_the_network_and_no_more(trained: Path) -> None:
    numbers = 4 * FAMILIES["glyph"].parameters
    assert numbers < (trained / pretrained.WEIGHTS).stat().st_size < 1.3 * numbers


def test_pretrained_begins_with_what_the_shipped_model_sees(shipped: Path) -> None:
    import keras

    model = FAMILIES["pretrained"].build(SHAPE, 3)
    pretrained.load(model, "")
    assert model.name == "pretrained"
    theirs = keras.models.load_model(shipped / "model.keras")
    body = halves(model)[0]
    expected = halves(theirs)[0].predict_on_batch(images(2))
    np.testing.assert_array_equal(body.predict_on_batch(images(2)), expected)
    assert model.predict_on_batch(images(2)).shape == (2, 3)


def test_pretrained_refuses_data_prepared_otherwise(shipped: Path) -> None:
    assert shipped
    pretrained.check(preset("canonical"))
    with pytest.raises(ModelError, match="'notebook': build it again with --pipeline canonical"):
        pretrained.check(preset("notebook"))


def test_without_a_shipped_body_it_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.models.pretrained.SHIPPED", tmp_path)
    with pytest.raises(ModelError, match=r"model.weights.h5 is missing: make it with"):
        pretrained.check(preset("canonical"))


def test_a_shipped_body_of_another_architecture_is_refused(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(trained / pretrained.WEIGHTS, tmp_path)
    facts = json.loads((trained / "model.json").read_text())
    other = {**facts, "labels": ["one", "two"], CHARACTERS: None}
    (tmp_path / "model.json").write_text(json.dumps(other))
    monkeypatch.setattr("core.models.pretrained.SHIPPED", tmp_path)
    with pytest.raises(ModelError, match="is not of the glyph network as it is now"):
        pretrained.load(FAMILIES["pretrained"].build(SHAPE, 3), "")


def test_the_halves_together_are_the_model() -> None:
    model = FAMILIES["glyph"].build(SHAPE, 6)
    body, head = halves(model)
    assert body.output.shape == (None, 256)
    answers = head.predict_on_batch(body.predict_on_batch(images(4)))
    np.testing.assert_allclose(answers, model.predict_on_batch(images(4)), rtol=0, atol=1e-6)
    head.layers[-1].set_weights([np.zeros((256, 6)), np.arange(6)])
    assert (model.predict_on_batch(images(4)).argmax(axis=1) == 5).all()


def test_weights_on_disk_are_put_into_the_body(tmp_path: Path) -> None:
    family = FAMILIES["mobilenet"]
    assert family.load
    theirs, ours = (family.build(SHAPE, 6) for _ in range(2))
    file = tmp_path / "mobile.weights.h5"
    theirs.get_layer("MobileNetV2").save_weights(file)
    family.load(ours, str(file))
    seen = [halves(each)[0].predict_on_batch(images(2)) for each in (theirs, ours)]
    np.testing.assert_allclose(seen[0], seen[1], rtol=0, atol=1e-6)
    # kernel and offsets of the last layer
    assert [each.shape for each in ours.trainable_weights] == [(1280, 6), (6,)]
    assert ours.get_layer(FEATURES).output.shape == (None, 1280)


def test_a_file_without_the_weights_is_refused(tmp_path: Path) -> None:
    family = FAMILIES["mobilenet"]
    assert family.load
    (tmp_path / "x.weights.h5").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="does not hold weights of MobileNetV2") as refusal:
        family.load(family.build(SHAPE, 6), str(tmp_path / "x.weights.h5"))
    assert "\n" not in str(refusal.value)


def test_without_a_network_it_says_what_else_can_be_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_: object) -> None:
        raise Exception("URL fetch failure on https://example.org: None -- no route\nto host")

    family = FAMILIES["mobilenet"]
    assert family.load
    monkeypatch.setattr("keras.applications.MobileNetV2", refuse)
    with pytest.raises(ModelError, match=r"could not be downloaded: .*--weights PATH") as refusal:
        family.load(object(), "imagenet")  # type: ignore[arg-type]
    assert "\n" not in str(refusal.value)
