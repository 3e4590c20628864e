"""A run mirrored to a team's MLflow server, where `MLFLOW_TRACKING_URI` names one.

What is told there are the settings, every epoch, and how the run ended; models stay in the
workspace. A server that can't be reached costs no run: it is said in the run's log.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras

from core.errors import first_line
from core.training import folder as files
from core.training.settings import Settings

_LOG = logging.getLogger(__name__)
URI = "MLFLOW_TRACKING_URI"
EXPERIMENT = "Scriptorium"
_RUN = "mlflow_run"
"""In a run's state: what MLflow calls it, so that one that goes on is the same there."""
_MANNERS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",  # or a server that is gone would be waited for
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
_ENDS = {files.DONE: "FINISHED", files.STOPPED: "KILLED"}


class Mirror(keras.callbacks.Callback):
    """Tells MLflow of every epoch.

    Attributes:
        ended: the state that the run ended in; "failed" until that is known.
    """

    def __init__(self, tell: Callable[[str, dict[str, Any]], None]) -> None:
        super().__init__()
        self._tell = tell
        self.ended = files.FAILED

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Tell loss and accuracy, in training and on the test images; epochs count from 1."""
        now = int(time.time() * 1000)
        for name, value in (logs or {}).items():
            told = {"key": name, "value": float(value), "timestamp": now, "step": epoch + 1}
            self._tell("log_metric", told)


@contextmanager
def mirrored(folder: Path, settings: Settings) -> Iterator[Mirror | None]:
    """Mirror the run in `folder` for as long as the context lasts; None where nobody asks for it.

    Whoever enters says at the end how it `ended`.
    """
    tell = _teller(folder, settings) if os.environ.get(URI) else None
    if tell is None:
        yield None
        return
    mirror = Mirror(tell)
    try:
        yield mirror
    finally:
        tell("set_terminated", {"status": _ENDS.get(mirror.ended, "FAILED")})


def _teller(folder: Path, settings: Settings) -> Callable[[str, dict[str, Any]], None] | None:
    """Return what calls MLflow about this run; None where MLflow can't be had."""
    os.environ.update(_MANNERS | os.environ)
    try:
        from mlflow import MlflowClient

        client = MlflowClient(os.environ[URI])
        known = files.read_state(folder).get(_RUN)
        run = known or _begin(client, folder.name, settings)
    except Exception as error:  # noqa: BLE001 - of a server, a database or a package of others
        _say(error)
        return None
    files.write_state(folder, files.TRAINING, **{_RUN: run})
    broken = False

    def tell(what: str, about: dict[str, Any]) -> None:
        nonlocal broken
        if not broken:
            try:
                getattr(client, what)(run, **about)
            except Exception as error:  # noqa: BLE001
                broken = True
                _say(error)

    return tell


def _begin(client: Any, name: str, settings: Settings) -> str:
    """Return the id of a new run in MLflow, which has the settings of this one."""
    found = client.get_experiment_by_name(EXPERIMENT)
    experiment = found.experiment_id if found else client.create_experiment(EXPERIMENT)
    run = client.create_run(experiment, run_name=name, tags={"scriptorium.run": name})
    for key, value in settings.to_json().items():
        client.log_param(run.info.run_id, key, value)
    return str(run.info.run_id)


def _say(error: Exception) -> None:
    _LOG.warning("not mirrored to %s: %s", os.environ[URI], first_line(error))
