"""The files of a run's folder, and its state.

settings.json        what was asked for, on which data; written once, at the start
state.json           how far it is, and in the end the result; replaced whole
history.jsonl        one record a batch (thinned) and an epoch, appended as it happens
checkpoint.npz       what going on takes, while the run is not done
model.keras          the weights; model.tflite and model.json are what answers
predictions.parquet  what the model says about each image of the test split
elsewhere/           a folder a test on another data set, see core.training.elsewhere
tensorboard/         event files, where TensorBoard is installed
lock, stop, worker.log   see core.jobs
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core import jobs
from core.errors import StorageFull
from core.workspace import write_atomically

SETTINGS = "settings.json"
STATE = "state.json"
HISTORY = "history.jsonl"
PREDICTIONS = "predictions.parquet"
TENSORBOARD = "tensorboard"
CHECKPOINT = "checkpoint.npz"
ELSEWHERE = "elsewhere"

STARTING = "starting"  # written by start_run; the other states by the worker
LOADING = "loading TensorFlow"
LOOKING = "looking at the images"  # with how far it is after it
TRAINING = "training"
EXPORTING = "exporting"
EVALUATING = "evaluating"
DONE = "done"
STOPPED = "stopped"
FAILED = "failed"
ENDED = (DONE, STOPPED, FAILED)

_PLACE = {"kind", "step", "epoch", "minutes"}  # of a record in the history


def write_state(folder: Path, state: str, **facts: Any) -> None:
    """Replace the state of the run in `folder`; `facts` are added to those already there.

    Raises:
        StorageFull: the disk is full.
    """
    known = {**read_state(folder), "state": state, **facts}
    write_atomically(folder / STATE, json.dumps(known, indent=1))


def write_failure(folder: Path, message: str) -> None:
    """Say that the run in `folder` failed and why, in one line, even on a full disk."""
    try:
        write_state(folder, FAILED, message=message)
    except StorageFull:
        # Written over what is there: that much room the file has already.
        known = {**read_state(folder), "state": FAILED, "message": message}
        with (folder / STATE).open("r+b") as file:
            file.write(json.dumps(known).encode())
            file.truncate()


def read_state(folder: Path) -> dict[str, Any]:
    """Return the state of the run in `folder`: `state`, and what facts are known by now."""
    return json.loads((folder / STATE).read_text(encoding="utf-8"))


def read_history(folder: Path) -> list[dict[str, Any]]:
    """Return the history of the run in `folder`, a record a line; what is not whole is left out."""
    return [each for each in jobs.read(folder, HISTORY) if _is_record(each)]


def _is_record(line: Mapping[str, Any]) -> bool:
    numbers = (value for name, value in line.items() if name != "kind")
    return line.keys() >= _PLACE and all(isinstance(each, int | float | None) for each in numbers)
