"""The Keras callback that writes a run's history and listens for its stop."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import keras

from core import jobs
from core.errors import Cancelled
from core.training import folder as files


class Recorder(keras.callbacks.Callback):
    """Appends batches, thinned, and every epoch to history.jsonl; ends the fit when asked to.

    It ends by raising Cancelled at the end of a batch, of training or of validation: setting
    `stop_training` instead would go through the whole of validation first.
    """

    def __init__(self, folder: Path, total_steps: int) -> None:
        """Record into `folder` a training of `total_steps` batches in all."""
        super().__init__()
        self._folder = folder
        self._total_steps = total_steps
        self._step = 0
        self._epoch = 0
        self._began = 0.0
        self._written = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the epoch, from 1."""
        del logs
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the first batch, then one at most every half second, and the last if stopped."""
        del batch
        now = time.monotonic()
        self._step += 1
        if self._step == 1:
            self._began = now
        stop = jobs.stop_requested(self._folder)
        # Thinner as a run grows long, or its history would be slow to draw.
        pause = max(0.5, (now - self._began) / 1000)
        if self._step == 1 or stop or now - self._written >= pause:
            self._write("batch", logs or {})
        if stop:
            raise Cancelled

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop, if asked to."""
        del batch, logs
        if jobs.stop_requested(self._folder):
            raise Cancelled

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the epoch, with what validation said."""
        del epoch
        self._write("epoch", logs or {})

    def _write(self, kind: str, logs: dict[str, Any]) -> None:
        self._written = time.monotonic()
        passed = self._written - self._began
        record = {
            "kind": kind,
            "step": self._step,
            "epoch": self._epoch,
            "minutes": round(passed / 60, 5),
            **{name: float(value) for name, value in logs.items()},
        }
        if self._step > 1:
            left = passed / (self._step - 1) * (self._total_steps - self._step)
            record["seconds_left"] = round(left, 1)
        jobs.append(self._folder, record, files.HISTORY)
