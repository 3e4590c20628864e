"""The predictor: an image passes the model's own pipeline, then the model; scripts come ranked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import DAMAGED, ModelError, PipelineError
from core.imaging import Pipeline
from core.imaging.check import check
from core.inference.decision import Answers, Characters, Decision, answers
from core.models.export import (
    BUNDLED,
    CHARACTER_NAMES,
    FACTS,
    FORMAT,
    LITERT,
    SEAL,
    read_facts,
    seal,
)
from core.models.litert import LiteRT
from core.names import meant
from core.scripts import OTHER, character_of, script_of
from core.workspace import Workspace, at_home, newest_first, workspace

_LIKELIEST = 5
"""Characters that an answer names."""


@dataclass(frozen=True)
class Prediction:
    """The answer to one image.

    Attributes:
        ranked: (script, probability) pairs, the likeliest first; they sum to 1.
        rejected: True where the model calls it none of these.
        novelty: how little it looks like any of them, 0-1.
        blank: True where no ink is left of it to answer.
        characters: (`class_name`, probability) of those it looks most like, the likeliest first,
            where the model knows characters; all those of a script sum to the script's.
        read: the likeliest character of the likeliest script, likewise; "" where it knows none.
    """

    ranked: tuple[tuple[str, float], ...]
    rejected: bool = False
    novelty: float = 0.0
    blank: bool = False
    characters: tuple[tuple[str, float], ...] = ()
    read: str = ""

    @property
    def answer(self) -> str:
        """The likeliest script, "" where the model declines."""
        return "" if self.rejected else self.ranked[0][0]

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain values, as the command line and HTTP give it."""
        return {
            "ranked": [[name, round(p, 6)] for name, p in self.ranked],
            "rejected": self.rejected,
            "novelty": self.novelty,
            "blank": self.blank,
            "characters": [
                [script_of(name), character_of(name), round(p, 6)] for name, p in self.characters
            ],
            "read": character_of(self.read),
        }


@dataclass(frozen=True)
class Predictor:
    """A model ready to answer, safe to share between threads.

    Attributes:
        name: what it was loaded as.
        labels: the scripts it tells apart, in order.
        pipeline: what every image passes first.
        decision: how its outputs become an answer.
        characters: those it knows.
        facts: all of `model.json`.
    """

    name: str
    labels: tuple[str, ...]
    pipeline: Pipeline
    decision: Decision
    characters: Characters
    facts: dict[str, Any]
    _model: LiteRT = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @staticmethod
    def load(model: str | Path, ws: Workspace | None = None) -> Predictor:
        """Load a model.

        Args:
            model: "shipped", "notebook", a run's id or the unambiguous beginning of one, or a
                folder.
            ws: where runs are looked for; the user's workspace by default.

        Raises:
            ModelError: there is no such model, its files don't fit together, or its training
                diverged.
        """
        folder = model_folder(model, ws)
        try:
            facts = read_facts(folder)
            if facts["format"] != FORMAT:
                raise ModelError(
                    f"{folder}: written by another version of Scriptorium; train it again"
                )
            labels, shape = _labels(facts["labels"]), tuple(facts["input_shape"])
            names = _labels(facts.get(CHARACTER_NAMES, []))
            characters = Characters.of_model(names, [each for each in labels if each != OTHER])
            pipeline = Pipeline.from_json(facts["pipeline"])
            check(pipeline)
            prepared = pipeline.shape
            decision = Decision.from_json(facts.get("decision", {}))
        except (*DAMAGED, OSError, PipelineError) as error:
            raise ModelError(f"{folder / FACTS}: no description of a model ({error})") from error
        network = LiteRT(folder / LITERT)
        gives = (len(labels), len(names)) if names else (len(labels),)
        if prepared != shape or network.shape != shape or network.sizes != gives:
            raise ModelError(
                f"{folder}: the network takes and gives {(*network.shape, *network.sizes)}, "
                f"its description says {(*shape, *gives)}: the files are of different models"
            )
        if SEAL in facts and facts[SEAL] != seal((folder / LITERT).read_bytes(), labels, names):
            raise ModelError(
                f"{folder}: its labels are not those that were saved with {LITERT}, or not in "
                "their order; train or export it again"
            )
        known = tuple(each for each in labels if each != OTHER)
        predictor = Predictor(str(model), known, pipeline, decision, characters, facts, network)
        predictor.outputs(np.zeros((1, *shape), np.uint8))  # refused here, not at the first picture
        return predictor

    @property
    def may_decline(self) -> bool:
        """Whether it may answer none of these."""
        return self.decision.threshold is not None or OTHER in self.facts["labels"]

    def outputs(self, prepared: np.ndarray) -> np.ndarray:
        """Return what the network itself gives, float32 (N, outputs), rows summing to 1.

        Raises:
            ModelError: it gives something that is no number.
        """
        return self._given(prepared)[0]

    def _given(self, prepared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the outputs, and what they are sums of: float32 (N, characters)."""
        with self._lock:
            given, shares = self._model.with_characters(prepared)
        if not np.isfinite(given).all():
            raise ModelError(
                f"{self.name}: it answers with what is no number, as its training diverged; "
                "train it again with a smaller learning rate"
            )
        return given, shares

    def answers(self, prepared: np.ndarray) -> Answers:
        """Answer prepared images, uint8 (N, H, W); one without any ink is none of these."""
        outputs, shares = self._given(prepared)
        said = answers(outputs, self.facts["labels"], self.decision)
        blank = _blank(prepared)
        novelty = np.where(blank, np.float32(1), said.novelty)
        characters = self.characters.divided(said.probabilities, shares)
        return Answers(said.probabilities, novelty, said.rejected | blank, characters)

    def predict(self, image: np.ndarray) -> Prediction:
        """Answer one decoded image, uint8 (H, W) grey or (H, W, 3) RGB of any size."""
        prepared = self.pipeline.apply(image)[None]
        answer = self.answers(prepared)
        probabilities = answer.probabilities[0]
        order = np.argsort(-probabilities, kind="stable")
        ranked = tuple((self.labels[i], float(probabilities[i])) for i in order)
        rejected, novelty = bool(answer.rejected[0]), float(answer.novelty[0])
        shares = answer.characters[0]
        likeliest = _largest(shares, _LIKELIEST)
        characters = tuple((self.characters.names[i], float(shares[i])) for i in likeliest)
        read = self.characters.read(answer.characters, order[:1])[0]
        blank = bool(_blank(prepared)[0])
        return Prediction(ranked, rejected, novelty, blank, characters, read)


def _largest(shares: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the largest, in order; of equals the first, int (at most `count`,)."""
    if count < len(shares):  # to put thousands in order takes longer than the network does
        among = np.flatnonzero(shares >= np.partition(shares, -count)[-count])
    else:
        among = np.arange(len(shares))
    return among[np.argsort(-shares[among], kind="stable")[:count]]


def _blank(prepared: np.ndarray) -> np.ndarray:
    """Say of prepared images, (N, H, W), which are of one grey level: bool (N,)."""
    return np.ptp(prepared, axis=(1, 2)) == 0


def _labels(written: Any) -> tuple[str, ...]:
    if not isinstance(written, list) or not all(each and isinstance(each, str) for each in written):
        raise TypeError("labels must be a list of names")
    if len(set(written)) < len(written):
        raise ValueError("two labels are the same")
    return tuple(written)


def available(ws: Workspace) -> list[str]:
    """Return the models that can be loaded: those of `BUNDLED`, then runs, the newest first."""
    bundled = [name for name, folder in BUNDLED.items() if (folder / FACTS).exists()]
    runs = newest_first(each.parent for each in ws.runs.glob(f"*/{FACTS}"))
    return bundled + [each.name for each in runs]


def model_folder(model: str | Path, ws: Workspace | None = None) -> Path:
    """Return the folder of a model, named as for `Predictor.load`.

    Raises:
        ModelError: there is no such model.
    """
    model, ws = str(model), ws or workspace()
    if model in BUNDLED:
        if not (BUNDLED[model] / FACTS).exists():
            raise ModelError(
                f"this installation has no model {model!r}: train one and name its run"
            )
        return BUNDLED[model]
    matching = meant(model, [each for each in available(ws) if each not in BUNDLED])
    # a folder of that very name rather than a run whose id only begins so
    named = at_home(model)
    if model and model not in matching and (named / FACTS).exists():
        return named
    if len(matching) == 1:
        return ws.runs / matching[0]
    if len(matching) > 1:
        raise ModelError(f"{model!r} could be any of {', '.join(matching)}: give more of the id")
    raise ModelError(
        f"no model {model!r}: give shipped, notebook, a finished run's id (python -m core runs), "
        f"or a folder that holds {FACTS}"
    )
