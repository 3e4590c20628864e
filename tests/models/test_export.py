import errno
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError, StorageFull
from core.imaging import Pipeline, preset
from core.models import export
from core.models.export import export_litert, save_model_folder, seal
from core.models.family import members_of, summed
from core.models.litert import LiteRT
from core.models.zoo import FAMILIES

LABELS = ("arabic", "kannada", "english")


def images(count: int, shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), np.uint8)


# Of the layers of these, others are tried at two sizes; or the image is resized first.
ONE_SIZE = {"lstm": 14, "gru": 14, "xception": 40, "pretrained": 40}
ELSEWHERE = "mobilenet"  # tests/training/test_features.py has a run of it, which compares the two


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        (name, (side, side))
        for name in FAMILIES
        if name != ELSEWHERE
        for side in ([ONE_SIZE[name]] if name in ONE_SIZE else [28, 40])
    ],
    ids=str,
)
def test_litert_and_keras_agree(name: str, shape: tuple[int, int], tmp_path: Path) -> None:
    model = FAMILIES[name].build(shape, len(LABELS))
    export_litert(model, tmp_path / "model.tflite")
    # more than LiteRT takes at once, but for those that would be at it for long
    count = 5 if FAMILIES[name].frozen else 300
    batch = images(count, shape)
    expected = model.predict(batch.astype(np.float32) / 255, verbose=0)
    probabilities = LiteRT(tmp_path / "model.tflite")(batch)
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (count, 3)
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=0, atol=1e-5)


@pytest.mark.parametrize("characters", [3, 11])
def test_litert_gives_what_was_summed_beside_the_sums(characters: int, tmp_path: Path) -> None:
    """LiteRT lists the two in any order, and they may be of one size."""
    import keras

    shares = FAMILIES["dense"].build((28, 28), characters)
    model = summed(shares, np.arange(characters)[::-1] % 3, 3)
    export_litert(model, tmp_path / "model.tflite", characters=True)
    network = LiteRT(tmp_path / "model.tflite")
    batch = images(300, (28, 28))
    floats = batch.astype(np.float32) / 255

    sums, given = network.with_characters(batch)

    assert network.sizes == (3, characters)
    np.testing.assert_allclose(sums, model.predict(floats, verbose=0), rtol=0, atol=1e-5)
    beside = keras.Model(shares.inputs, shares.outputs).predict(floats, verbose=0)
    np.testing.assert_allclose(given, beside, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(network(batch), sums)
    assert [each.shape for each in network.with_characters(batch[:0])] == [(0, 3), (0, characters)]


def test_a_quantized_model_answers_nearly_the_same_in_a_quarter_of_the_bytes(
    tmp_path: Path,
) -> None:
    """Its sums are of all the small shares: brought to int8 themselves, they would be 0."""
    of = np.arange(600) % 3
    model = summed(FAMILIES["glyph"].build((40, 40), 600), of, 3)
    sizes = {}
    for quantized in (False, True):
        path = tmp_path / f"{quantized}.tflite"
        export_litert(model, path, characters=True, quantized=quantized)
        sizes[quantized] = path.stat().st_size
    batch = images(100, (40, 40))

    sums, shares = LiteRT(tmp_path / "True.tflite").with_characters(batch)

    assert sizes[True] < 0.3 * sizes[False]
    given = LiteRT(tmp_path / "False.tflite").with_characters(batch)
    assert 0 < np.abs(shares - given[1]).max() < 0.1 * given[1].max()
    np.testing.assert_allclose(sums, given[0], rtol=0, atol=0.01)
    np.testing.assert_allclose(sums, shares @ members_of(of, 3), rtol=0, atol=1e-5)
    np.testing.assert_allclose(sums.sum(axis=1), 1, rtol=0, atol=1e-5)


def test_a_quantized_model_says_that_it_is(tmp_path: Path) -> None:
    model = FAMILIES["dense"].build((28, 28), len(LABELS))
    for quantized in (False, True):
        save_model_folder(tmp_path, model, LABELS, preset("notebook"), quantized=quantized)
        facts = json.loads((tmp_path / "model.json").read_text())
        assert facts.get("quantized", False) is quantized


def test_litert_takes_any_number_of_images(tmp_path: Path) -> None:
    export_litert(FAMILIES["rnn"].build((28, 28), 3), tmp_path / "model.tflite")
    model = LiteRT(tmp_path / "model.tflite")
    batch = images(5, (28, 28))
    together = model(batch)
    one_by_one = np.concatenate([model(batch[n : n + 1]) for n in range(5)])
    np.testing.assert_allclose(one_by_one, together, rtol=0, atol=1e-6)
    assert model(batch[:0]).shape == (0, 3)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.tflite").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="not a LiteRT model"):
        LiteRT(tmp_path / "model.tflite")
    with pytest.raises(ModelError, match="not a LiteRT model"):
        LiteRT(tmp_path / "nothing.tflite")


def test_a_model_folder_says_all_that_is_needed_to_use_it(tmp_path: Path) -> None:
    pipeline = preset("notebook")
    model = FAMILIES["cnn"].build(pipeline.shape, len(LABELS))
    save_model_folder(tmp_path / "new", model, LABELS, pipeline, run="cnn-1234")
    facts = json.loads((tmp_path / "new" / "model.json").read_text())
    assert Pipeline.from_json(facts.pop("pipeline")) == pipeline
    network = (tmp_path / "new" / "model.tflite").read_bytes()
    assert facts.pop("seal") == seal(network, LABELS, ())
    assert facts == {
        "format": 1,
        "name": "cnn",
        "labels": list(LABELS),
        "input_shape": [28, 28],
        "parameters": model.count_params(),
        "run": "cnn-1234",
    }
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["model.json", "model.keras", "model.tflite"]


_SAVE = """
import sys
from pathlib import Path
from types import SimpleNamespace

from core.imaging import preset
from core.models.export import save_model_folder


class Model:
    name, input_shape, inputs, outputs = "small", (None, 28, 28), [0], [0]

    def count_params(self):
        return 0

    def save(self, path):
        path.touch()

    def export(self, path, **_):
        path.touch()


sys.modules["keras"] = SimpleNamespace(Model=lambda *_, **__: Model())  # which takes seconds
save_model_folder(Path(sys.argv[1]), Model(), ["\\u0c95"], preset("notebook"))
"""


def test_the_description_is_utf_8_on_every_machine(
    tmp_path: Path, in_ascii: Callable[..., str]
) -> None:
    in_ascii(_SAVE, str(tmp_path))

    assert json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))["labels"] == ["ಕ"]


def test_a_saved_model_is_one_that_keras_reads_without_us(tmp_path: Path) -> None:
    import keras

    class Ours(keras.optimizers.SGD):
        pass

    model = FAMILIES["rnn"].build((28, 28), len(LABELS))
    model.compile(Ours(), "categorical_crossentropy")
    batch = images(4, (28, 28)).astype(np.float32) / 255
    model.train_on_batch(batch, np.eye(4, len(LABELS)))
    save_model_folder(tmp_path, model, LABELS, preset("notebook"))
    again = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    assert again.name == model.name
    np.testing.assert_array_equal(again.predict_on_batch(batch), model.predict_on_batch(batch))


def test_a_full_disk_leaves_the_old_model_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = FAMILIES["rnn"].build((28, 28), len(LABELS))
    save_model_folder(tmp_path, model, LABELS, preset("notebook"), run="the first")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(_model: object, path: Path, **_: bool) -> None:
        path.write_bytes(b"half of i")
        raise OSError(errno.ENOSPC, "No space left on device")

    def save_again() -> None:
        def ready() -> None:
            assert (tmp_path / "model.json").read_bytes() == before["model.json"]
            said.append("ready")

        save_model_folder(
            tmp_path, model, LABELS, preset("notebook"), ready=ready, run="the second"
        )

    said: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(export, "export_litert", full)
        with pytest.raises(StorageFull, match="no space left"):
            save_again()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert not said
    save_again()
    assert said == ["ready"]
    assert json.loads((tmp_path / "model.json").read_text())["run"] == "the second"


def test_killed_between_two_files_it_leaves_no_description_of_the_model_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = FAMILIES["rnn"].build((28, 28), len(LABELS))
    save_model_folder(tmp_path, model, LABELS, preset("notebook"), run="the first")
    replace = Path.replace

    def killed(path: Path, target: Path) -> Path:
        if path.name == "model.tflite":
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        save_model_folder(tmp_path, model, LABELS, preset("notebook"), run="the second")
    assert not (tmp_path / "model.json").exists()


def test_half_a_model_of_a_killed_process_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "run" / ".model.abc"
    left.mkdir(parents=True)
    (left / "model.keras").write_bytes(b"half")
    model = FAMILIES["rnn"].build((28, 28), len(LABELS))

    save_model_folder(left.parent, model, LABELS, preset("notebook"))

    names = {"model.keras", "model.tflite", "model.json"}
    assert {path.name for path in left.parent.iterdir()} == names
