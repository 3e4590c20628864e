"""Calibration of a made-up model: its outputs are written in the images, as pixels."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import balanced_accuracy_score, log_loss, recall_score, roc_auc_score

from core.data.store import Record, Writer, to_table
from core.evaluation.calibration import KEPT, _Tested, calibrate, sharpen
from core.imaging import preset
from core.inference.decision import Characters, Decision
from core.inference.predictor import Predictor
from core.models.export import save_model_folder
from core.models.family import summed
from core.scripts import NAMES, OTHER, WITH_OTHER

PIPELINE = preset("notebook")
SCRIPTS = np.array(NAMES)


def logits_in(images: np.ndarray) -> np.ndarray:
    """The outputs of the model before the softmax, float (N, 7), those for other alphabets last."""
    return images[:, 0, :7].astype(np.float32) / 16 - 8


def made_up(logits: np.ndarray) -> np.ndarray:
    images = np.zeros((len(logits), *PIPELINE.shape), np.uint8)
    images[:, 0, :7] = ((logits + 8) * 16).round().clip(0, 255)
    return images


def answered(
    random: np.random.Generator, count: int, too_sure: float, novelty: float
) -> tuple[np.ndarray, np.ndarray]:
    """Images, uint8 (N, H, W), and scripts as likely as a true model says; this one says more."""
    logits = random.normal(0, 1.5, (count, 6))
    scripts = (softmax(logits, axis=1).cumsum(1) > random.random((count, 1))).argmax(1)
    strange = random.normal(novelty, 1, (count, 1))
    return made_up(np.hstack([too_sure * logits, strange])), SCRIPTS[scripts]


def write(path: Path, images: np.ndarray, scripts: Sequence[str], folds: Sequence[str]) -> None:
    with path.open("wb") as file, Writer(file, PIPELINE) as writer:
        records = [
            Record(image.tobytes(), b"", script, "", "", fold, "c", "", str(row), 28, 28)
            for row, (image, script, fold) in enumerate(zip(images, scripts, folds, strict=True))
        ]
        writer.add(to_table(records, PIPELINE.shape))


def calibration_error(probabilities: np.ndarray, right: np.ndarray) -> float:
    confidence = probabilities.max(axis=1)
    error = 0.0
    for low in np.arange(15) / 15:
        here = (confidence >= low) & (confidence < low + 1 / 15)
        if here.any():
            error += here.mean() * abs(confidence[here].mean() - right[here].mean())
    return error


def known_shares(images: np.ndarray, temperature: float) -> np.ndarray:
    return softmax(logits_in(images)[:, :6] / temperature, axis=1)


def novelty(images: np.ndarray, temperature: float) -> np.ndarray:
    return softmax(logits_in(images) / temperature, axis=1)[:, 6]


@dataclass(frozen=True)
class Case:
    """The images, the scripts of those that have one, and what `calibrate` makes of them."""

    images: dict[str, np.ndarray]
    scripts: dict[str, np.ndarray]
    calibrated: Callable[[], dict[str, Any]]
    found: dict[str, Any]

    @property
    def decision(self) -> Decision:
        return Decision.from_json(self.found["decision"])


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("calibration")
    random = np.random.default_rng(0)
    writers, of_writers = answered(random, 9_000, too_sure=1.0, novelty=-6)
    families, of_families = answered(random, 9_000, too_sure=2.2, novelty=0)
    others, _ = answered(random, 900, too_sure=1.0, novelty=2)
    # what it was trained on counts for nothing: here all answers to it are wrong
    trained = made_up(np.tile([8.0, 0, 0, 0, 0, 0, 8], (600, 1)))
    write(
        folder / "data.parquet",
        np.concatenate([trained, writers]),
        ["kannada"] * 600 + list(of_writers),
        ["train"] * 600 + ["test"] * 9_000,
    )
    write(
        folder / "strangers.parquet",
        np.concatenate([families, others]),
        [*of_families, *[OTHER] * 900],
        [""] * 9_900,
    )
    facts: dict[str, Any] = {"labels": [*WITH_OTHER]}
    no_characters = Characters.of_model([], NAMES)
    network = SimpleNamespace(
        with_characters=lambda images: (softmax(logits_in(images), 1), np.empty((len(images), 0)))
    )
    model = Predictor("made up", NAMES, PIPELINE, Decision(), no_characters, facts, network)

    def calibrated() -> dict[str, Any]:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Predictor, "load", lambda _: model)
            return calibrate(
                folder / "model", folder / "data.parquet", folder / "strangers.parquet", seed=3
            )

    return Case(
        {"in_domain": writers, "families": families, "other": others},
        {"in_domain": of_writers, "families": of_families},
        calibrated,
        calibrated(),
    )


def test_what_is_fitted_on_is_not_measured_on_and_every_script_counts_alike() -> None:
    tested = object.__new__(_Tested)
    tested._names = SCRIPTS
    tested.script = np.array(["arabic"] * 300 + ["kannada"] * 8)

    fitted, measured = tested.halves(np.random.default_rng(0))

    assert not set(fitted) & set(measured)
    for rows in (fitted, measured):
        assert len(set(Counter(tested.script[rows]).values())) == 1


# `calibrate` draws images for each half of its work, these look at all: hence the tolerances.


def test_the_temperature_is_the_one_at_which_the_right_scripts_are_likeliest(case: Case) -> None:
    known = np.concatenate([case.images[name] for name in case.scripts])
    true = np.concatenate(list(case.scripts.values()))

    likeliest = min(
        np.arange(0.8, 3, 0.05),
        key=lambda each: log_loss(true, known_shares(known, each), labels=NAMES),
    )

    assert case.decision.temperature == pytest.approx(likeliest, rel=0.05)


def test_the_threshold_keeps_what_is_known_and_turns_others_away(case: Case) -> None:
    decision = case.decision
    new = {name: novelty(each, decision.temperature) for name, each in case.images.items()}

    assert decision.threshold == pytest.approx(np.quantile(new["families"], KEPT), abs=0.02)
    # all of the writers' are kept, who are less new
    assert decision.kept == pytest.approx((1 + KEPT) / 2, abs=0.002)
    turned_away = (new["other"] > decision.threshold).mean()
    assert 0.2 < turned_away < 0.8
    assert decision.turned_away == pytest.approx(turned_away, abs=0.002)
    is_other = np.repeat([0, 1], [9_000, 900])
    auroc = roc_auc_score(is_other, np.concatenate([new["families"], new["other"]]))
    assert case.found["unknown"]["auroc"] == pytest.approx(auroc, abs=0.01)


def test_what_the_threshold_keeps_is_counted_on_other_images_than_it_was_chosen_on(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_novelty(tested: _Tested, _: np.random.Generator) -> tuple[np.ndarray, ...]:
        order = np.argsort(tested.said(Decision()).novelty)
        return tuple(np.array_split(order, 2))

    monkeypatch.setattr(_Tested, "halves", by_novelty)
    decision = Decision.from_json(case.calibrated()["decision"])

    # chosen on the half that is less novel, it keeps hardly any of the other
    assert decision.threshold < case.decision.threshold
    assert 0 < decision.kept < 0.6


@pytest.mark.parametrize("name", ["in_domain", "families"])
def test_accuracy_and_calibration_error_are_those_of_images_it_was_not_trained_on(
    name: str, case: Case
) -> None:
    shares = known_shares(case.images[name], case.decision.temperature)
    true, predicted = case.scripts[name], SCRIPTS[shares.argmax(axis=1)]

    recall = recall_score(true, predicted, average=None, labels=NAMES)
    assert case.found[name] == pytest.approx(
        {
            **dict(zip(NAMES, recall, strict=True)),
            "mean": balanced_accuracy_score(true, predicted),
        }
    )
    error = calibration_error(shares, predicted == true)
    assert error > 0.05
    assert case.found["calibration"][name] == pytest.approx(error, abs=0.02)


def test_characters_get_a_temperature_of_their_own_which_the_weights_keep(tmp_path: Path) -> None:
    """A network that reads its characters off the pixels, one a script, and is too sure of them."""
    import keras

    random = np.random.default_rng(0)
    writers, of_writers = answered(random, 4_000, too_sure=2.0, novelty=5)
    families, of_families = answered(random, 4_000, too_sure=2.0, novelty=5)
    write(tmp_path / "data.parquet", writers, list(of_writers), ["test"] * 3_999 + ["train"])
    strangers = tmp_path / "strangers.parquet"
    write(strangers, np.append(families, families[:1], 0), [*of_families, OTHER], [""] * 4_001)
    image = keras.Input(PIPELINE.shape)
    last = keras.layers.Dense(7, activation="softmax")
    network = keras.Model(image, last(keras.layers.Flatten()(image)))
    last.set_weights([np.eye(28 * 28, 7) * 255 / 16, np.full(7, -8.0)])
    save_model_folder(
        tmp_path / "model", summed(network, np.arange(7), 7), WITH_OTHER, PIPELINE, characters=7
    )

    known = tmp_path / "model", tmp_path / "data.parquet", strangers, 0
    temperature = sharpen(*known, tmp_path / "new", np.ones(7))

    assert temperature == pytest.approx(2.0, rel=0.1)
    new = Predictor.load(tmp_path / "new")
    np.testing.assert_allclose(
        new.outputs(writers[:50]), softmax(logits_in(writers[:50]) / temperature, axis=1), atol=1e-5
    )
    # a character that is expected half as often, and one four times, as in training
    oftener = np.array([0.5, 4, 1, 1, 1, 1, 1])
    then = sharpen(*known, tmp_path / "leaning", oftener)
    weighed = softmax(logits_in(writers[:50]) / then, axis=1) * oftener
    np.testing.assert_allclose(
        Predictor.load(tmp_path / "leaning").outputs(writers[:50]),
        weighed / weighed.sum(axis=1, keepdims=True),
        atol=1e-5,
    )
    before = Predictor.load(tmp_path / "model")
    assert {**new.facts, "seal": ""} == {**before.facts, "seal": ""}
    np.testing.assert_allclose(
        before.outputs(writers[:50]), softmax(logits_in(writers[:50]), axis=1), atol=1e-5
    )
