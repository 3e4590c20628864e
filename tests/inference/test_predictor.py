import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.errors import ModelError
from core.imaging import preset
from core.inference.decision import Decision
from core.inference.predictor import Predictor, available, model_folder
from core.models.export import BUNDLED, export_litert, read_facts
from core.scripts import NAMES, OTHER
from core.workspace import Workspace

Draw = Callable[..., np.ndarray]


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def folder(band_model: Path, tmp_path: Path) -> Path:
    """A copy of the model, to be spoilt."""
    return Path(shutil.copytree(band_model, tmp_path / "model"))


@pytest.fixture(scope="module")
def predictor(band_model: Path) -> Predictor:
    return Predictor.load(band_model)


def by_hand(prepared: np.ndarray) -> np.ndarray:
    """What the model of `band_model` gives for (28, 28): softmax over its six bands."""
    bands = np.array([row * 6 // 28 for row in range(28)])
    logits = np.array([prepared[bands == each].sum() / 255 / 20 for each in range(6)])
    shares = np.exp(logits - logits.max())
    return shares / shares.sum()


def test_a_loaded_model_says_what_it_is(predictor: Predictor, band_model: Path) -> None:
    assert predictor.name == str(band_model)
    assert predictor.labels == NAMES
    assert predictor.pipeline == preset("notebook")
    assert predictor.facts["parameters"] == 784 * 6 + 6


def test_probabilities_are_those_worked_out_by_hand(predictor: Predictor, draw_glyph: Draw) -> None:
    prepared = np.stack(
        [preset("notebook").apply(draw_glyph(script, n)) for script in NAMES for n in range(4)]
    )

    probabilities = predictor.answers(prepared).probabilities

    assert probabilities.dtype == np.float32
    assert probabilities.shape == (24, 6)
    np.testing.assert_allclose(probabilities, [by_hand(each) for each in prepared], atol=1e-6)
    assert predictor.answers(prepared[:0]).probabilities.shape == (0, 6)


@pytest.mark.parametrize("script", NAMES)
def test_scripts_come_ranked(script: str, predictor: Predictor, draw_band: Draw) -> None:
    image = draw_band(script, scale=5)

    answer = predictor.predict(image)

    names, shares = zip(*answer.ranked, strict=True)
    expected = by_hand(preset("notebook").apply(image))
    assert names[0] == script
    assert sorted(names) == sorted(NAMES)
    assert list(shares) == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose([dict(answer.ranked)[name] for name in NAMES], expected, atol=1e-6)
    assert answer.rejected is False


def test_an_image_passes_the_models_own_pipeline(predictor: Predictor, draw_band: Draw) -> None:
    image = draw_band("chinese", scale=4)

    in_colour = predictor.predict(np.dstack([image] * 3))
    inverted = predictor.predict(255 - image)

    assert predictor.predict(image).ranked == in_colour.ranked == inverted.ranked


def test_equal_probabilities_keep_the_order_of_the_labels(predictor: Predictor) -> None:
    answer = predictor.predict(np.zeros((28, 28), np.uint8))

    assert answer.ranked == tuple((name, pytest.approx(1 / 6, abs=1e-6)) for name in NAMES)


def bars(**ink: int) -> np.ndarray:
    """A picture with a bar of so much ink, 0-255, in the rows of a character of `reading_model`."""
    image = np.zeros((28, 28), np.uint8)
    for name, level in ink.items():
        script, character = name.split("_")
        row = 4 * NAMES.index(script) + 2 * "xy".index(character)
        image[row : row + 2] = level
    return image


def test_an_answer_says_which_characters_it_looks_like(reading_model: Path) -> None:
    predictor = Predictor.load(reading_model)
    image = bars(kannada_y=255, kannada_x=250, arabic_x=253)

    answer = predictor.predict(image)

    # 56 px of ink for each: 2.8 times its share of the whole ink, in the logits
    raised = {"kannada/y": 1.0, "kannada/x": 250 / 255, "arabic/x": 253 / 255}
    shares = {name: np.exp(2.8 * ink) for name, ink in raised.items()}
    total = sum(shares.values()) + 9  # of the others' every one, without the one of no script
    assert [name for name, _ in answer.characters[:3]] == ["kannada/y", "arabic/x", "kannada/x"]
    for name, share in answer.characters[:3]:
        assert share == pytest.approx(shares[name] / total, rel=1e-4)
    assert len(answer.characters) == 5
    assert answer.ranked[0][0] == "kannada"
    assert answer.read == "kannada/y"


def test_characters_of_a_script_sum_to_it_at_any_temperature(reading_model: Path) -> None:
    predictor = Predictor.load(reading_model)
    warm = replace(predictor, decision=Decision(temperature=3.0))
    images = np.stack([bars(kannada_y=255, arabic_x=200), bars(chinese_x=90)])

    said = warm.answers(images)

    assert warm.characters.names == predictor.characters.names
    assert said.characters.shape == (2, 12)
    sums = said.characters.reshape(2, 6, 2).sum(axis=2)
    np.testing.assert_allclose(sums, said.probabilities, rtol=1e-5)


def test_whoever_knows_others_or_has_a_limit_may_decline(
    reading_model: Path, predictor: Predictor
) -> None:
    assert Predictor.load(reading_model).may_decline
    assert not predictor.may_decline
    assert replace(predictor, decision=Decision(threshold=0.5)).may_decline


def test_what_is_read_is_of_the_script_that_is_answered(reading_model: Path) -> None:
    """One character of Arabic is likelier than any of Kannada, and Kannada has two."""
    predictor = Predictor.load(reading_model)

    answer = predictor.predict(bars(kannada_y=240, kannada_x=235, arabic_x=255))

    assert answer.characters[0][0] == "arabic/x"
    assert (answer.ranked[0][0], answer.read) == ("kannada", "kannada/y")


def test_a_model_of_scripts_alone_reads_no_character(predictor: Predictor, draw_band: Draw) -> None:
    answer = predictor.predict(draw_band("arabic"))

    assert (answer.characters, answer.read, predictor.characters.names) == ((), "", ())


def test_a_model_written_before_it_named_its_characters_answers_all_the_same(
    folder: Path, draw_band: Draw
) -> None:
    _change(folder, characters=11)

    assert Predictor.load(folder).predict(draw_band("kannada")).ranked[0][0] == "kannada"


CHARACTERS_SPOILT: dict[str, Callable[[list[str]], Any]] = {
    "one too few": lambda names: names[:-1],
    "none": lambda _: [],
    "not a list": lambda names: "".join(names),
    "numbers": lambda names: [*range(len(names))],
    "one twice": lambda names: [names[1], *names[1:]],
    "none of a script": lambda names: [each.replace("kannada", "latin") for each in names],
}


@pytest.mark.parametrize("how", CHARACTERS_SPOILT)
def test_characters_that_do_not_fit_the_model_are_refused(
    how: str, reading_model: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(reading_model, tmp_path / "model"))
    names = read_facts(folder)["character_names"]
    _change(folder, character_names=CHARACTERS_SPOILT[how](names))

    with pytest.raises(ModelError) as caught:
        Predictor.load(folder)
    assert str(folder) in str(caught.value)


def test_labels_in_another_order_than_they_were_saved_in_are_refused(folder: Path) -> None:
    _change(folder, labels=[*NAMES[::-1]])

    with pytest.raises(ModelError, match="its labels are not those that were saved"):
        Predictor.load(folder)
    facts = read_facts(folder)
    del facts["seal"]  # written by a version that had none
    (folder / "model.json").write_text(json.dumps(facts), encoding="utf-8")
    assert Predictor.load(folder).labels == NAMES[::-1]


def test_the_description_is_read_as_utf_8_on_every_machine(
    folder: Path, in_ascii: Callable[..., str]
) -> None:
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8")) | {"name": "ಕನ್ನಡ"}
    (folder / "model.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    code = """
import sys
from core.inference.predictor import Predictor

print(ascii(Predictor.load(sys.argv[1]).facts["name"]))
"""

    assert in_ascii(code, str(folder)).strip() == ascii("ಕನ್ನಡ")


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns after a microsecond rather than five milliseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("model", ["bands", "shipped"])
def test_a_blank_sheet_is_none_of_these(level: int, model: str, band_model: Path) -> None:
    predictor = Predictor.load(band_model if model == "bands" else "shipped")

    prediction = predictor.predict(np.full((40, 60), level, np.uint8))

    assert (prediction.blank, prediction.rejected, prediction.novelty) == (True, True, 1.0)
    assert sum(share for _, share in prediction.ranked) == pytest.approx(1)


@pytest.mark.usefixtures("hasty_threads")
def test_many_threads_get_the_answers_that_one_gets(band_model: Path, draw_band: Draw) -> None:
    predictor = Predictor.load(band_model)
    images = [draw_band(NAMES[n % 6], ink=100 + n) for n in range(48)]
    alone = [predictor.predict(image) for image in images]
    # batches of many sizes at once: each makes the interpreter take its memory anew
    batches = [np.stack(images[n : n + 1 + n % 7]) for n in range(40)]
    batches_alone = [predictor.outputs(each) for each in batches]

    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            answers = [pool.submit(predictor.predict, image) for image in images]
            shares = [pool.submit(predictor.outputs, each) for each in batches]
            assert [each.result() for each in answers] == alone
            for share, expected in zip(shares, batches_alone, strict=True):
                np.testing.assert_array_equal(share.result(), expected)


def test_a_run_goes_by_its_id_or_the_beginning_of_it(ws: Workspace, band_model: Path) -> None:
    for run in ("cnn-ab12", "cnn-cd34"):
        shutil.copytree(band_model, ws.runs / run)

    assert Predictor.load("cnn-ab12", ws).name == "cnn-ab12"
    assert Predictor.load("cnn-c", ws).labels == NAMES


def test_an_id_that_begins_another_is_not_ambiguous(ws: Workspace, band_model: Path) -> None:
    for run in ("cnn", "cnn-2"):
        shutil.copytree(band_model, ws.runs / run)

    assert Predictor.load("cnn", ws).name == "cnn"


def test_an_ambiguous_id_is_answered_with_all_it_could_be(ws: Workspace, band_model: Path) -> None:
    for run in ("cnn-ab12", "cnn-cd34"):
        shutil.copytree(band_model, ws.runs / run)

    with pytest.raises(ModelError, match=r"'cnn-' could be any of cnn-.*, cnn-.*: give more"):
        Predictor.load("cnn-", ws)


def test_finished_runs_are_available_the_newest_first(ws: Workspace, band_model: Path) -> None:
    for age, run in enumerate(("new", "old", "older")):
        shutil.copytree(band_model, ws.runs / run)
        os.utime(ws.runs / run, (1e9 - age, 1e9 - age))
    (ws.runs / "unfinished").mkdir()

    assert available(ws) == [*BUNDLED, "new", "old", "older"]


def test_the_workspace_of_the_user_is_the_default(workspace_dir: Path, band_model: Path) -> None:
    shutil.copytree(band_model, workspace_dir / "runs" / "cnn-ab12")

    assert Predictor.load("cnn-ab12").labels == NAMES


@pytest.mark.parametrize("name", ["nothing", "", "ship", "cnn-ab12/../x", "/"])
def test_an_unknown_model_is_answered_with_what_one_may_give(name: str, ws: Workspace) -> None:
    with pytest.raises(
        ModelError, match=r"no model .*: give shipped, notebook, a finished run's id"
    ) as caught:
        Predictor.load(name, ws)
    assert "\n" not in str(caught.value)


def test_no_name_is_not_the_name_of_the_current_folder(
    ws: Workspace, band_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(band_model)

    with pytest.raises(ModelError, match="no model ''"):
        Predictor.load("", ws)
    assert Predictor.load(".", ws).labels == NAMES


def test_an_installation_without_a_shipped_model_says_so(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BUNDLED, "shipped", tmp_path / "none")

    assert "shipped" not in available(ws)
    with pytest.raises(ModelError, match="has no model 'shipped': train one"):
        Predictor.load("shipped", ws)


def test_the_shipped_model_knows_the_six_scripts(ws: Workspace, draw_glyph: Draw) -> None:
    shipped = Predictor.load("shipped", ws)

    assert available(ws) == ["shipped", "notebook"]
    assert shipped.labels == NAMES
    assert shipped.pipeline.name == "canonical"
    answer = shipped.predict(draw_glyph("chinese", 1))
    assert sum(share for _, share in answer.ranked) == pytest.approx(1, abs=1e-4)


def test_the_notebooks_model_is_the_notebooks(ws: Workspace, draw_glyph: Draw) -> None:
    notebook = Predictor.load("notebook", ws)

    assert notebook.labels == NAMES
    assert notebook.pipeline == preset("notebook")
    facts = read_facts(BUNDLED["notebook"])
    assert (facts["name"], facts["parameters"]) == ("cnn", 37_638)
    assert (facts["recipe"]["images"], facts["recipe"]["epochs"]) == (21_946, 85)
    assert facts["in_domain"]["mean"] > 0.98
    assert facts["unseen"]["mean"] < 0.5
    assert not notebook.predict(draw_glyph("chinese", 1)).rejected


def _change(folder: Path, **facts: Any) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def _spoil_text(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "model.json").write_text(text) and None


def _decide(**values: Any) -> Callable[[Path], None]:
    return lambda folder: _change(folder, decision={"temperature": 1.0, **values})


def _cut_network(folder: Path) -> None:
    whole = (folder / "model.tflite").read_bytes()
    (folder / "model.tflite").write_bytes(whole[: len(whole) // 2])


def _another_network(shape: tuple[int, ...], labels: tuple[int, ...]) -> Callable[[Path], None]:
    def export(folder: Path) -> None:
        import keras

        image = keras.Input(shape)
        answer = keras.layers.Dense(math.prod(labels))(keras.layers.Flatten()(image))
        model = keras.Model(image, keras.layers.Reshape(labels)(answer))
        export_litert(model, folder / "model.tflite")

    return export


def _diverge(folder: Path) -> None:
    import keras

    model = keras.models.load_model(folder / "model.keras")
    model.set_weights([np.full_like(each, np.nan) for each in model.get_weights()])
    export_litert(model, folder / "model.tflite")


SPOILT = {
    "no json": _spoil_text("{"),
    "empty": _spoil_text(""),
    "a list": _spoil_text("[]"),
    "bytes": lambda folder: (folder / "model.json").write_bytes(b"\xff\xfe\x00"),
    "no labels": lambda folder: _change(folder, labels=None),
    "no shape": lambda folder: _change(folder, input_shape=None),
    "no pipeline": lambda folder: _change(folder, pipeline={"name": "x", "steps": [{"step": "?"}]}),
    "no size": lambda folder: _change(folder, pipeline={"name": "x", "steps": []}),
    "colours left": lambda folder: _change(
        folder, pipeline={"name": "x", "steps": [{"step": "Resize", "size": 28}]}
    ),
    "labels in one word": lambda folder: _change(folder, labels="abcdef"),
    "numbers for labels": lambda folder: _change(folder, labels=[1, 2, 3, 4, 5, 6]),
    "lists for labels": lambda folder: _change(folder, labels=[["arabic"]] * 6),
    "a label without a name": lambda folder: _change(folder, labels=[*NAMES[:5], ""]),
    "six times one label": lambda folder: _change(folder, labels=["arabic"] * 6),
    "two labels for others": lambda folder: _change(folder, labels=[*NAMES[:4], OTHER, OTHER]),
    "a word for a decision": lambda folder: _change(folder, decision="strict"),
    "a word for a temperature": _decide(temperature="hot"),
    "no temperature": _decide(temperature=None),
    "a temperature of zero": _decide(temperature=0),
    "next to no temperature": _decide(temperature=1e-300),
    "yes for a temperature": _decide(temperature=True),
    "a temperature below zero": _decide(temperature=-1),
    "a temperature without an end": _decide(temperature=float("inf")),
    "a word for a threshold": _decide(threshold="x"),
    "a threshold that is no number": _decide(threshold=float("nan")),
    "a word for what is kept": _decide(kept="most"),
    "a temperature beyond all numbers": _decide(temperature=10**400),
    "nested without an end": _spoil_text("[" * 200_000),
    "a blur without an end": lambda folder: _change(
        folder, pipeline={"name": "x", "steps": [{"step": "Flatten", "reach": 1e5}]}
    ),
    "another version": lambda folder: _change(folder, format=2),
    "a label too few": lambda folder: _change(folder, labels=NAMES[:5]),
    "another shape": lambda folder: _change(folder, input_shape=[40, 40]),
    "another pipeline": lambda folder: _change(folder, pipeline=preset("canonical").to_json()),
    "no network": lambda folder: (folder / "model.tflite").unlink(),
    "text for a network": lambda folder: (folder / "model.tflite").write_text("text"),
    "empty network": lambda folder: (folder / "model.tflite").write_bytes(b""),
    "half a network": _cut_network,
    "a network that diverged": _diverge,
    "a network for colours": _another_network((28, 28, 1), (6,)),
    "a network for rows": _another_network((28,), (6,)),
    "a network that answers twice": _another_network((28, 28), (2, 6)),
}


@pytest.mark.parametrize("name", SPOILT)
def test_files_that_do_not_fit_together_are_named_in_one_line(name: str, folder: Path) -> None:
    SPOILT[name](folder)

    with pytest.raises(ModelError) as caught:
        Predictor.load(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_versions_description_is_said_to_be_one_whatever_is_in_it(folder: Path) -> None:
    (folder / "model.json").write_text('{"format": 2, "outputs": "named otherwise"}')
    with pytest.raises(ModelError, match="written by another version of Scriptorium; train it"):
        Predictor.load(folder)


def test_no_picture_is_answered_with_what_is_no_number(
    predictor: Predictor, draw_band: Draw
) -> None:
    nothing = SimpleNamespace(with_characters=lambda images: (np.full((len(images), 6), np.nan), 0))
    diverged = replace(predictor, _model=nothing)

    with pytest.raises(ModelError, match="diverged; train it again with a smaller learning rate"):
        diverged.predict(draw_band("arabic"))


def test_a_folder_of_that_name_goes_before_a_run_that_begins_so(
    band_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = Workspace(tmp_path / "workspace")
    shutil.copytree(band_model, ws.runs / "lstm-9s9r")
    shutil.copytree(band_model, tmp_path / "lstm")
    monkeypatch.chdir(tmp_path)
    assert model_folder("lstm", ws) == Path("lstm")
    shutil.copytree(band_model, tmp_path / "lstm-9s9r")
    assert model_folder("lstm-9s9r", ws) == ws.runs / "lstm-9s9r"
    assert model_folder("lstm-9", ws) == ws.runs / "lstm-9s9r"
