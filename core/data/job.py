"""Getting data as a job of its own: `python -m core.data.job FOLDER`.

The job appends {"done", "total"} records, then {"report"} or {"error"}.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import jobs
from core.data.activity import REQUEST, clear_away, list_jobs
from core.data.shelf import free_place, one_at_a_time
from core.data.sources import BY_NAME, Source
from core.errors import DataError
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.imaging import Pipeline

NAMED = 100
"""So many files that were left out are named in the job's report; the rest are counted."""
FIRST = "sketchbook"
"""The data set that a fresh installation makes by itself."""
FIRST_IMAGES = 500
"""Images of each script in it: enough to look through and to train on, in a few seconds."""

_PIPELINE = "canonical"


def start_build(
    ws: Workspace,
    paths: Sequence[str],
    name: str,
    pipeline: str | Pipeline,
    per_script: int | None,
    *,
    like_notebook: bool = False,
    reversed_labels: bool = False,
) -> Path:
    """Start building a data set called `name` in the workspace's store; returns the job's folder.

    Args:
        paths: as `core.data.build.build` takes them.
        name: of the data set: letters, digits, space, dot, dash, underscore.
        pipeline: the name of a preset or of one's own, or a pipeline.
        per_script: at most so many images a script; all where None.
        like_notebook: the notebook's own counts instead.
        reversed_labels: turn the label column of a CSV round.

    Raises:
        DataError: the name can't be used, is taken, or is that of another job that goes on.
        PipelineError: there is no such pipeline.
        StorageFull: the disk is full.
    """
    options = {
        "paths": [str(each) for each in paths],
        "per_script": per_script,
        "like_notebook": like_notebook,
        "reversed_labels": reversed_labels,
    }
    return _start_making(ws, "build", name, pipeline, options)


def start_sketch(
    ws: Workspace,
    name: str,
    pipeline: str | Pipeline,
    per_script: int,
    *,
    seed: int = 0,
    noise: bool = False,
) -> Path:
    """Start writing a data set from the sketchbook; arguments as of `sketch`, errors as above."""
    options = {"per_script": per_script, "seed": seed, "noise": noise}
    return _start_making(ws, "sketch", name, pipeline, options)


def start_first(ws: Workspace, *, again: bool = False) -> Path | None:
    """Start writing the first data set, unless somebody has been here before.

    Two visitors who come at once start one job between them.

    Args:
        again: start in any case.

    Returns:
        The job's folder; None where there is a data set, or a job was ever started.

    Raises:
        DataError: asked for again, and there is one, or one is being made.
        StorageFull: the disk is full.
    """
    if again:
        return start_sketch(ws, FIRST, _PIPELINE, FIRST_IMAGES)
    if _was_here(ws):
        return None
    with one_at_a_time(ws):
        if _was_here(ws):
            return None
        from core.imaging import preset

        options = {"per_script": FIRST_IMAGES, "pipeline": preset(_PIPELINE).to_json()}
        return _start(ws, "sketch", FIRST, options)


def _was_here(ws: Workspace) -> bool:
    return any(ws.store.glob("*.parquet")) or bool(list_jobs(ws, 1))


def start_fetch(ws: Workspace, source: Source) -> Path:
    """Start downloading a set from Kaggle; returns the job's folder.

    Raises:
        DataError: it is being downloaded already.
        StorageFull: the disk is full.
    """
    with one_at_a_time(ws):
        for job in list_jobs(ws):
            if job.active and (job.kind, job.name) == ("fetch", source.name):
                raise DataError(f"{source.title} is being downloaded already: wait for its end")
        return _start(ws, "fetch", source.name, {})


def _start_making(
    ws: Workspace, kind: str, name: str, pipeline: str | Pipeline, options: dict[str, Any]
) -> Path:
    # Home, which starts the first data set, must not wait for OpenCV: imported where it is needed.
    from core.imaging import find_pipeline

    chosen = find_pipeline(pipeline, ws) if isinstance(pipeline, str) else pipeline
    with one_at_a_time(ws):
        free_place(ws, name)
        # The steps themselves: a name may stand for others by the time the job looks.
        return _start(ws, kind, name, {**options, "pipeline": chosen.to_json()})


def _start(ws: Workspace, kind: str, name: str, options: dict[str, Any]) -> Path:
    clear_away(ws)
    folder = ws.jobs.absolute() / f"{kind}-{time.time_ns():x}"
    request = {"kind": kind, "name": name, "options": options}
    jobs.start(
        folder,
        [sys.executable, "-m", "core.data.job", str(folder)],
        files={REQUEST: json.dumps(request)},  # in ASCII: not every path is UTF-8
    )
    return folder


def _do(folder: Path) -> dict[str, Any]:
    """Do what `folder` asks for; returns the report."""
    request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    watched: dict[str, Any] = {
        "progress": lambda done, total: jobs.append(folder, {"done": done, "total": total}),
        "cancelled": lambda: jobs.stop_requested(folder),
    }
    ws = Workspace.of(folder)
    if request["kind"] == "fetch":
        from core.data.fetch import fetch

        return {"folder": str(fetch(BY_NAME[request["name"]], ws, **watched))}
    from core.data.build import build
    from core.data.sketchbook import sketch
    from core.imaging import Pipeline

    options = request["options"]
    options["pipeline"] = Pipeline.from_json(options["pipeline"])
    make = partial(build, options.pop("paths")) if "paths" in options else sketch
    report = make(out=free_place(ws, request["name"], folder), **options, **watched)
    facts = dataclasses.asdict(report)
    facts["skipped"], facts["unreadable"] = report.skipped[:NAMED], len(report.skipped)
    return facts


def main(folder: Path) -> None:
    """Do what `folder` asks for, and leave a report there."""
    jobs.do(folder, lambda: jobs.append(folder, {"report": _do(folder)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
