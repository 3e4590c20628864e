"""Making probabilities true and doubt useful, on people and pens no training saw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from core.data.splits import split
from core.data.store import Store
from core.evaluation.metrics import (
    expected_calibration_error,
    mean_over_scripts,
    per_script_accuracy,
)
from core.imaging import Pipeline
from core.inference.decision import (
    Answers,
    Decision,
    answers,
    best_temperature,
    fit_temperature,
    tempered,
)
from core.inference.predictor import Predictor
from core.models.export import KERAS, read_facts, save_model_folder
from core.scripts import OTHER

KEPT = 0.99
"""Share of known characters that the threshold keeps where it is chosen.

Of strangers' it keeps fewer: at 0.985, 94.7% of the unseen. It was raised after that was seen.
"""
_A_SCRIPT = 2_000


def calibrate(model: Path, data: Path, strangers: Path, seed: int) -> dict[str, Any]:
    """Choose temperature and threshold of a model, and measure it, on what it was not trained on.

    Both are chosen on half of the images, and the errors measured on the other; one hand may be in
    both. Accuracy, which neither changes, is measured on all.

    Args:
        model: folder of the model.
        data: the data set it was trained on; the writers held out of it are in-domain.
        strangers: data set of the sketchbook's held-out families and, as `OTHER`, of alphabets
            that no training saw.
        seed: of the split of `data`, and of the choice of images.

    Returns:
        For the model's description: "decision" (see `Decision`), "in_domain" and "families",
        accuracy by script and mean, 0-1, "calibration", the errors, and "unknown", how well known
        scripts and others are told apart.
    """
    from sklearn.metrics import roc_auc_score

    writers, families, others = _tested(model, data, strangers, seed)
    halves = _halves((writers, families), seed)
    chosen_on = [(each, rows) for each, rows, _ in halves]
    measured_on = [(each, rows) for each, _, rows in halves]

    outputs = np.concatenate([each.among_known()[rows] for each, rows in chosen_on])
    true = np.concatenate([each.true[rows] for each, rows in chosen_on])
    decision = Decision(temperature=fit_temperature(outputs, true))
    novelties = [each.said(decision).novelty[rows] for each, rows in chosen_on]
    threshold = max(float(np.quantile(each, KEPT)) for each in novelties)
    known = [each.said(decision).novelty[rows] for each, rows in measured_on]
    novel = others.said(decision).novelty
    decision = Decision(
        decision.temperature,
        threshold,
        kept=float((np.concatenate(known) <= threshold).mean()),
        turned_away=float((novel > threshold).mean()),
    )
    is_other = np.repeat([False, True], [len(known[1]), len(novel)])
    return {
        "decision": decision.to_json(),
        "in_domain": writers.accuracy(decision),
        "families": families.accuracy(decision),
        "calibration": {
            name: each.error(decision, rows)
            for name, (each, rows) in zip(("in_domain", "families"), measured_on, strict=True)
        },
        "unknown": {"auroc": float(roc_auc_score(is_other, np.concatenate([known[1], novel])))},
    }


def sharpen(
    model: Path,
    data: Path,
    strangers: Path,
    seed: int,
    to: Path,
    oftener: np.ndarray,
    *,
    quantized: bool = False,
) -> float:
    """Write a model that sums characters' shares anew, with these at a temperature of their own.

    What smoothed labels leave for every character grows, in the sum, with the number of characters
    a script has; the temperature is the one at which the right scripts are likeliest, and goes into
    the weights. It is chosen on the images that `calibrate` chooses on. Shares at that temperature
    are corrected for how often a character came in training (Saerens et al., "Adjusting the outputs
    of a classifier to new a priori probabilities", Neural Computation 2002). Imports Keras.

    Args:
        model: folder of a model that knows characters.
        data, strangers, seed: as of `calibrate`.
        to: folder of the new model.
        oftener: how many times as often as in training a character is expected, float (C,), above
            0, in the order of the model's characters.
        quantized: as of `core.models.export.export_litert`.

    Returns:
        The temperature.
    """
    import keras

    network = keras.models.load_model(model / KERAS, compile=False)
    last, members = network.layers[-2], network.layers[-1].get_weights()[0]
    shares = keras.Model(network.inputs[0], last.output)
    writers, families, _ = _tested(model, data, strangers, seed)
    sets = []
    for each, rows, _ in _halves((writers, families), seed):
        images = each.images(rows).astype(np.float32) / 255
        sets.append((shares.predict(images, batch_size=512, verbose=0), each.true[rows]))

    def loss(temperature: float) -> float:
        losses = []
        for given, true in sets:
            summed = (tempered(given, temperature) * oftener) @ members
            known = summed[:, writers.known]
            likely = known[np.arange(len(true)), true] / known.sum(axis=1)
            losses.append(-np.log(np.maximum(likely, 1e-9)).mean())
        return float(np.mean(losses))

    temperature = best_temperature(loss)
    kernel, bias = (each / temperature for each in last.get_weights())
    last.set_weights([kernel, bias + np.log(oftener)])
    facts = read_facts(model)
    labels, pipeline = facts.pop("labels"), Pipeline.from_json(facts.pop("pipeline"))
    save_model_folder(to, network, labels, pipeline, quantized=quantized, **facts)
    return temperature


def _tested(model: Path, data: Path, strangers: Path, seed: int) -> tuple[_Tested, ...]:
    """Return what a model gives for held-out writers, held-out families, and other alphabets."""
    predictor = Predictor.load(model)
    store, apart = Store.open(data), Store.open(strangers)
    other = (apart.labels(["script"])["script"] == OTHER).to_numpy()
    return (
        _Tested(predictor, store, split(store.labels(), "writer", seed)[1]),
        _Tested(predictor, apart, np.flatnonzero(~other)),
        _Tested(predictor, apart, np.flatnonzero(other)),
    )


def _halves(tested: Sequence[_Tested], seed: int) -> list[tuple[_Tested, np.ndarray, np.ndarray]]:
    """Return each with the rows to choose on, and those to measure on."""
    random = np.random.default_rng(seed)
    return [(each, *each.halves(random)) for each in tested]


class _Tested:
    """What a model gives for rows of a data set, and what would be right."""

    def __init__(self, predictor: Predictor, store: Store, rows: np.ndarray) -> None:
        self._predictor, self._store, self._rows = predictor, store, rows
        self._labels = predictor.facts["labels"]
        self.known = np.array([each != OTHER for each in self._labels])
        self._names = np.array(predictor.labels)
        self.script = store.labels(["script"])["script"].astype(str).to_numpy()[rows]
        order = {name: place for place, name in enumerate(predictor.labels)}
        self.true = np.array([order.get(each, -1) for each in self.script])

    @cached_property
    def outputs(self) -> np.ndarray:
        return self._predictor.outputs(self._store.images(self._rows))

    def halves(self, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return two draws of rows, from either half of them, as many of every script."""
        drawn: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
        for name in self._names:
            rows = random.permutation(np.flatnonzero(self.script == name))
            for half, own in zip(drawn, np.array_split(rows, 2), strict=True):
                half.append(random.choice(own, _A_SCRIPT) if len(own) else own)
        return np.concatenate(drawn[0]), np.concatenate(drawn[1])

    def images(self, rows: np.ndarray) -> np.ndarray:
        return self._store.images(self._rows[rows])

    def among_known(self) -> np.ndarray:
        return answers(self.outputs, self._labels, Decision()).probabilities

    def said(self, decision: Decision) -> Answers:
        return answers(self.outputs, self._labels, decision)

    def accuracy(self, decision: Decision) -> dict[str, float]:
        predicted = self._names[self.said(decision).probabilities.argmax(axis=1)]
        per_script = per_script_accuracy(self.script, predicted)
        return {**per_script, "mean": mean_over_scripts(per_script)}

    def error(self, decision: Decision, rows: np.ndarray) -> float:
        probabilities = self.said(decision).probabilities[rows]
        right = probabilities.argmax(axis=1) == self.true[rows]
        return expected_calibration_error(probabilities.max(axis=1), right)
