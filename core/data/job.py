"""Making a data set as a job of its own: `python -m core.data.job FOLDER`.

The job appends {"done", "total"} records, then {"report"} or {"error"}.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import jobs
from core.errors import DataError, ScriptoriumError
from core.imaging import Pipeline, find_pipeline
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.data.build import BuildReport

REQUEST = "build.json"
NAMED = 100
"""So many unreadable files are named in the job's report; the rest are counted."""


def start_build(
    ws: Workspace,
    paths: Sequence[str],
    name: str,
    pipeline: str | Pipeline,
    per_script: int | None,
) -> Path:
    """Start building a data set called `name` in the workspace's store; returns the job's folder.

    Args:
        paths: as `core.data.build.build` takes them.
        name: of the data set: letters, digits, space, dot, dash, underscore.
        pipeline: the name of a preset or of one's own, or a pipeline.
        per_script: at most so many images a script; all where None.

    Raises:
        DataError: the name can't be used, or is taken.
        PipelineError: there is no such pipeline.
        StorageFull: the disk is full.
    """
    paths = [str(each) for each in paths]
    return _start(ws, name, {"paths": paths, "pipeline": pipeline, "per_script": per_script})


def start_sketch(ws: Workspace, name: str, pipeline: str | Pipeline, per_script: int) -> Path:
    """Start writing a data set from the sketchbook; arguments and errors as of `start_build`."""
    return _start(ws, name, {"pipeline": pipeline, "per_script": per_script})


def _start(ws: Workspace, name: str, request: dict[str, Any]) -> Path:
    if not re.fullmatch(r"\w[\w .-]{0,79}", name):
        raise DataError(f"{name!r}: a data set's name is made of letters, digits, space, . - and _")
    out = ws.store / f"{name}.parquet"
    if out.exists():
        raise DataError(f"there is a data set called {name!r} already: choose another name")
    chosen = request["pipeline"]
    if isinstance(chosen, str):
        chosen = find_pipeline(chosen, ws)
    folder = ws.jobs / f"build-{time.time_ns():x}"
    jobs.start(
        folder,
        [sys.executable, "-m", "core.data.job", str(folder)],
        files={
            # The steps themselves: a name may stand for others by the time the job looks.
            REQUEST: json.dumps({**request, "pipeline": chosen.to_json(), "out": str(out)})
        },
    )
    return folder


def _make(folder: Path, request: dict[str, Any]) -> BuildReport:
    from core.data.build import build
    from core.data.sketchbook import sketch

    out = Path(request.pop("out"))
    pipeline = Pipeline.from_json(request.pop("pipeline"))
    make = partial(build, request.pop("paths")) if "paths" in request else sketch
    return make(
        out=out,
        pipeline=pipeline,
        **request,
        progress=lambda done, total: jobs.append(folder, {"done": done, "total": total}),
        cancelled=lambda: jobs.stop_requested(folder),
    )


def main(folder: Path) -> None:
    """Make what `folder` asks for, and leave a report there."""
    with jobs.hold(folder):
        try:
            report = _make(folder, json.loads((folder / REQUEST).read_text()))
        except ScriptoriumError as error:
            jobs.append(folder, {"error": str(error)})
            return
        except BaseException as error:
            reason = (str(error).splitlines() or [""])[0]
            jobs.append(folder, {"error": f"{type(error).__name__}: {reason}"})
            raise
        facts = dataclasses.asdict(report)
        facts["skipped"], facts["unreadable"] = report.skipped[:NAMED], len(report.skipped)
        jobs.append(folder, {"report": facts})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
