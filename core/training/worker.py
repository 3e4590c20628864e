"""The process that trains: `python -m core.training.worker FOLDER`, started by `start_run`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from core import jobs
from core.errors import Cancelled
from core.training import folder as files
from core.workspace import Workspace


def main(folder: Path) -> None:
    """Do the run that `folder` asks for, and leave its state there."""
    with jobs.hold(folder):
        try:
            files.write_state(folder, files.LOADING)
            # Under the lock: all that is heavy, TensorFlow above all, is imported from here on.
            # What Keras downloads and keeps goes into the workspace, too.
            os.environ.update(Workspace.of(folder).keras)
            from core.training.session import train

            train(folder)
        except Cancelled:
            files.write_state(folder, files.STOPPED)
        except BaseException as error:
            files.write_failure(folder, jobs.reason(error))
            raise


if __name__ == "__main__":
    _run = Path(sys.argv[1])
    with Workspace.of(_run).scratch() as _scratch:
        tempfile.tempdir = str(_scratch)  # of what Keras puts aside while it exports a model
        main(_run)
