"""The Keras callback that writes a run's history and listens for its stop."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import keras

from core import jobs
from core.errors import Cancelled
from core.training import folder as files
from core.training.feed import steps_an_epoch


class Recorder(keras.callbacks.Callback):
    """Appends batches, thinned, and every epoch to history.jsonl; ends the fit when asked to.

    It ends by raising Cancelled at the end of a batch, of training or of validation: setting
    `stop_training` instead would go through the whole of validation first.

    Attributes:
        logs: what the last batch said: of loss and accuracy, over its epoch so far.
    """

    def __init__(
        self,
        folder: Path,
        epochs: int,
        images: int,
        batch_size: int,
        *,
        step: int = 0,
        minutes: float = 0.0,
    ) -> None:
        """Record into `folder` a training that looks so many times at so many images.

        `step` batches of it are done already, and took `minutes`.
        """
        super().__init__()
        self._folder = folder
        self._images = images
        self._an_epoch = steps_an_epoch(images, batch_size)
        self._total_steps = epochs * self._an_epoch
        self._batch_size = batch_size
        self._step = self._first_step = step
        self._minutes = minutes
        self._epoch = 0
        self._began: float | None = None
        self._written = -math.inf
        self._previous: float | None = None
        # of batches alone, so that validation does not count
        self._batches, self._learned, self._seconds = 0, 0, 0.0
        self.logs: dict[str, Any] = {}

    @property
    def images_per_second(self) -> float | None:
        """How fast images were trained on so far; None until two batches were timed."""
        if self._batches < 2 or not self._seconds:  # some clocks are coarse
            return None
        return self._learned / self._seconds

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the epoch, from 1."""
        del logs
        self._epoch = epoch + 1
        # the first batch of all is longer: TensorFlow prepares itself
        self._previous = None if self._began is None else time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the first batch, then one at most every half second, and the last if stopped."""
        del batch
        self.logs = logs or {}
        now = time.monotonic()
        self._step += 1
        if self._previous is not None:
            self._batches += 1
            before = (self._step - 1) % self._an_epoch * self._batch_size
            self._learned += min(self._batch_size, self._images - before)
            self._seconds += now - self._previous
        self._previous = now
        if self._began is None:
            self._began = now
        stop = jobs.stop_requested(self._folder)
        # Thinner as a run grows long, or its history would be slow to draw.
        pause = max(0.5, (now - self._began) / 1000)
        if stop or now - self._written >= pause:
            self._write("batch", self.logs, now)
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
        self._write("epoch", logs or {}, time.monotonic())

    def _write(self, kind: str, logs: dict[str, Any], now: float) -> None:
        self._written = now
        passed = now - (self._began or now)
        record = {
            "kind": kind,
            "step": self._step,
            "epoch": self._epoch,
            "minutes": round(self._minutes + passed / 60, 5),
            **{name: float(value) for name, value in logs.items()},
        }
        done = self._step - self._first_step - 1
        if done > 0:
            left = passed / done * (self._total_steps - self._step)
            record["seconds_left"] = round(left, 1)
        if self.images_per_second is not None:
            record["images_per_second"] = round(self.images_per_second, 1)
        jobs.append(self._folder, record, files.HISTORY)
