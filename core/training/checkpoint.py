"""What a training needs to go on after its process has ended, and the best it has been so far."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import keras
import numpy as np

from core.errors import DAMAGED, RunError
from core.training import folder as files
from core.workspace import atomic_path

_MINUTES = 2.0


class Best(keras.callbacks.Callback):
    """Remembers the weights with the lowest test loss, and ends a fit that waited for better.

    The weights are those that were tested: with averaging, the average.

    Attributes:
        loss: the lowest so far.
        waited: epochs since.
        weights: as `get_weights` gives them; None before the first test.
    """

    def __init__(self, patience: int) -> None:
        """End the fit when `patience` epochs brought nothing better."""
        super().__init__()
        self._patience = patience
        self.loss = math.inf
        self.waited = 0
        self.weights: list[np.ndarray] | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has waited long enough."""
        return self.waited >= self._patience

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Compare; this is where averaged weights are still in the model."""
        loss = (logs or {})["loss"]
        if loss < self.loss:
            self.loss, self.waited = loss, 0
            self.weights = self.model.get_weights()
        else:
            self.waited += 1

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """End the fit, if it is time."""
        del epoch, logs
        self.model.stop_training = self.is_over


class Checkpoint(keras.callbacks.Callback):
    """Writes weights, optimizer and the state of other callbacks: every epoch and two minutes.

    Must come last among the callbacks: it restores what they reset as a fit begins.

    Attributes:
        logs: what the last batch said: of loss and accuracy, over its epoch so far.
    """

    def __init__(
        self,
        folder: Path,
        an_epoch: int,
        best: Best | None = None,
        others: Mapping[keras.callbacks.Callback, Sequence[str]] | None = None,
        body: str = "",
    ) -> None:
        """Keep it in `folder`.

        Args:
            folder: of the run.
            an_epoch: batches in each.
            best: its weights are kept too.
            others: callbacks, and the names of those attributes, numbers, that make their state.
            body: where only a head is trained, what tells the body it is trained on from others.
        """
        super().__init__()
        self.logs: dict[str, float] = {}
        self._an_epoch = an_epoch
        self._sums: list[float] = []
        self._tested = 0
        self._body = body
        self._path = folder / files.CHECKPOINT
        self._best = best
        self._others = dict(others or {})
        if best:
            self._others[best] = ("loss", "waited")
        self._written = time.monotonic()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Go on from what is there."""
        del logs
        self.restore()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Let loss and accuracy go on in the middle of an epoch as if there had been no end."""
        del epoch, logs
        if self._step % self._an_epoch:
            for each, value in zip(self.model.metrics_variables, self._sums, strict=False):
                each.assign(value)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Write, if the last time is long ago."""
        del batch
        self.logs = logs or {}
        if time.monotonic() - self._written > 60 * _MINUTES:
            self.save()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note that the epoch was tested, and write."""
        del epoch, logs
        self._tested = self._step
        self.save()

    def save(self) -> None:
        """Write the checkpoint, whole or not at all.

        Raises:
            StorageFull: the disk is full.
        """
        arrays = {f"state-{i}": np.asarray(each) for i, each in enumerate(self._variables())}
        if self._best and self._best.weights:
            arrays |= {f"best-{i}": each for i, each in enumerate(self._best.weights)}
        others = [[getattr(each, name) for name in names] for each, names in self._others.items()]
        facts = {
            "step": self._step,
            "tested": self._tested,
            "logs": self.logs,
            "sums": [float(each.numpy()) for each in self.model.metrics_variables],
            "others": others,
            "body": self._body,
        }
        with atomic_path(self._path) as path, path.open("wb") as file:
            np.savez(file, allow_pickle=False, facts=np.array(json.dumps(facts)), **arrays)
        self._written = time.monotonic()

    def restore(self) -> None:
        """Put what was saved, if anything was, back into the model, its optimizer and the others.

        The optimizer must be built.

        Raises:
            RunError: what was saved is damaged, or belongs to another body.
        """
        if not self._path.exists():
            return
        with _opened(self._path) as saved:
            facts = _facts(saved)
            if facts.get("body", self._body) != self._body:
                raise RunError(
                    f"run {self._path.parent.name} can't go on, the body it was trained on is "
                    "another one now: start a new run"
                )
            for i, each in enumerate(self._variables()):
                each.assign(saved[f"state-{i}"])
            if self._best and "best-0" in saved:
                count = sum(name.startswith("best-") for name in saved.files)
                self._best.weights = [saved[f"best-{i}"] for i in range(count)]
            for (each, names), values in zip(self._others.items(), facts["others"], strict=True):
                for name, value in zip(names, values, strict=True):
                    setattr(each, name, value)
        self._tested, self.logs = _tested(facts), facts.get("logs", {})
        self._sums = facts.get("sums", [])

    @property
    def _step(self) -> int:
        return int(self.model.optimizer.iterations.numpy())

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]


def steps_done(folder: Path) -> tuple[int, int]:
    """Return how many batches the checkpoint in `folder` has behind it, and had at its last test.

    Both are 0 without one.

    Raises:
        RunError: it is damaged.
    """
    path = folder / files.CHECKPOINT
    if not path.exists():
        return 0, 0
    with _opened(path) as saved:
        facts = _facts(saved)
        return facts["step"], _tested(facts)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a checkpoint; whatever in it is not as it was written is one error."""
    try:
        with np.load(path) as saved:
            yield saved
    except (EOFError, BadZipFile, *DAMAGED) as error:
        raise RunError(
            f"run {path.parent.name} can't go on, its checkpoint is damaged: start a new run"
        ) from error


def _tested(facts: dict[str, Any]) -> int:
    return facts.get("tested", facts["step"])  # checkpoints of earlier versions do not say


def _facts(saved: Any) -> dict[str, Any]:
    return json.loads(str(saved["facts"]))
