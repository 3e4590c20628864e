"""From a network's outputs to an answer one can rely on: calibrated, and free to decline."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import compress
from typing import Any

import numpy as np

from core.models.family import members_of
from core.scripts import OTHER, script_of

_SMALLEST = 1e-9
_COLDEST = 0.01


@dataclass(frozen=True)
class Decision:
    """How outputs become an answer; part of a model's description.

    Attributes:
        temperature: the logits are divided by it, so that of the answers given with 80%, 80% are
            right (Guo et al., "On calibration of modern neural networks", ICML 2017).
        threshold: an image of a higher novelty is called none of these; None: see `answers`.
        kept: share of characters of the six scripts that the threshold keeps, 0-1, as measured on
            writers and families held out of training.
        turned_away: share of characters of other alphabets it turns away, likewise.
    """

    temperature: float = 1.0
    threshold: float | None = None
    kept: float | None = None
    turned_away: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the values as JSON has them."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> Decision:
        """Read what `to_json` wrote.

        Raises:
            TypeError: something else is written there.
            ValueError: a number is not finite, or the temperature not one that can be used.
        """
        decision = Decision(**values)
        for name, value in asdict(decision).items():
            if value is None and name != "temperature":
                continue
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise TypeError(f"{name} must be a number, not {value!r}")
            if not math.isfinite(value):
                raise ValueError(f"{name} must be finite, not {value}")
        if not _COLDEST <= decision.temperature <= 1 / _COLDEST:
            raise ValueError(
                f"temperature must be {_COLDEST} to {1 / _COLDEST:.0f}, not {decision.temperature}"
            )
        return decision


@dataclass(frozen=True)
class Answers:
    """What a model says to N images.

    Attributes:
        probabilities: of the scripts it knows, float32 (N, scripts), rows summing to 1.
        novelty: how little an image looks like any of them, float32 (N,), 0-1.
        rejected: bool (N,), where it is called none of these.
        characters: as `Characters.divided` returns them; (N, 0) where the model knows none.
    """

    probabilities: np.ndarray
    novelty: np.ndarray
    rejected: np.ndarray
    characters: np.ndarray


@dataclass(frozen=True)
class Characters:
    """The characters that a model knows, where it answers a script by way of them.

    Attributes:
        names: C of them, by their `class_name`; those of none of the model's scripts are left out.
        places: where they are among all that the network gives, int (C,).
        of: the script of each, int (C,); each of the model's scripts has one, or none has.
        members: float32 (C, scripts), 1 where a character is of a script.
    """

    names: tuple[str, ...]
    places: np.ndarray
    of: np.ndarray
    members: np.ndarray

    @staticmethod
    def of_model(names: Sequence[str], scripts: Sequence[str]) -> Characters:
        """Return what a network that gives characters `names` knows of `scripts`.

        Raises:
            ValueError: there is a script of which it knows none.
        """
        order = {name: place for place, name in enumerate(scripts)}
        within = np.array([order.get(script_of(each), -1) for each in names], int)
        known = within >= 0
        if names and len(set(within[known])) < len(scripts):
            raise ValueError("of one of its scripts it knows no character")
        named = tuple(compress(names, known))
        of = within[known]
        return Characters(named, np.flatnonzero(known), of, members_of(of, len(scripts)))

    def divided(self, probabilities: np.ndarray, given: np.ndarray) -> np.ndarray:
        """Divide the probability of each script among its characters, as the network does.

        Args:
            probabilities: float32 (N, scripts).
            given: what the network gives for all its characters, float32 (N, at least C).

        Returns:
            Float32 (N, C).
        """
        shares = given[:, self.places]
        sums = np.maximum(shares @ self.members, _SMALLEST)
        return shares * (probabilities / sums)[:, self.of]

    def read(self, divided: np.ndarray, answered: np.ndarray) -> list[str]:
        """Return the likeliest character of each script `answered`, int (N,); "" if not known."""
        if not self.names:
            return [""] * len(answered)
        within = np.where(self.of == answered[:, None], divided, -1)
        return [self.names[each] for each in within.argmax(axis=1)]


def answers(outputs: np.ndarray, labels: Sequence[str], decision: Decision) -> Answers:
    """Return what the outputs of a network, rows that sum to 1, say.

    Where the network has an output for other alphabets, its share is the novelty; where it has
    none, it is what the likeliest script leaves (Hendrycks and Gimpel, ICLR 2017). Without a
    threshold that output declines where it is the largest.

    Args:
        outputs: float32 (N, labels).
        labels: what they stand for; `OTHER` among them or not.
        decision: the model's.
    """
    every = tempered(outputs, decision.temperature)
    known = np.array([each != OTHER for each in labels])
    among_known = tempered(outputs[:, known], decision.temperature)
    novelty = 1 - every.max(axis=1, initial=0) if known.all() else every[:, ~known][:, 0]
    if decision.threshold is not None:
        rejected = novelty > decision.threshold
    else:
        rejected = (every[:, ~known] > every[:, known].max(axis=1, keepdims=True)).any(axis=1)
    return Answers(among_known, novelty, rejected, np.empty((len(outputs), 0), np.float32))


def tempered(outputs: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(logits / temperature), float32 (N, L), for rows that are softmax(logits)."""
    logits = np.log(np.maximum(outputs, _SMALLEST)) / temperature
    raised = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)


def fit_temperature(outputs: np.ndarray, answers: np.ndarray) -> float:
    """Return the temperature at which the right answers are likeliest, between 0.2 and 5.

    Args:
        outputs: float32 (N, L), rows that sum to 1, of images no training saw.
        answers: int (N,), the right places in a row.
    """
    right = np.arange(len(answers)), np.asarray(answers)

    def loss(temperature: float) -> float:
        likely = tempered(outputs, temperature)[right]
        return float(-np.log(np.maximum(likely, _SMALLEST)).mean())

    return best_temperature(loss)


def best_temperature(loss: Callable[[float], float]) -> float:
    """Return the temperature, between 0.2 and 5, at which `loss` is smallest."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda logarithm: loss(float(np.exp(logarithm))),
        bounds=(np.log(0.2), np.log(5)),
        method="bounded",
    )
    return float(np.exp(found.x))
