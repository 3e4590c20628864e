"""What goes on with data in a workspace, and how it ended: builds, sketches, downloads.

Each is a job (core/jobs.py) whose folder holds what was asked for; core/data/job.py starts them.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core import jobs
from core.errors import DAMAGED
from core.workspace import Workspace

REQUEST = "build.json"
_SEEN = "seen"
_NEWEST = 20
_OLD = 7 * 24 * 3600.0  # seconds


@dataclass(frozen=True)
class Job:
    """One job, as it was at the moment of looking.

    Attributes:
        folder: where its files are.
        kind: "build", "sketch" or "fetch".
        name: of the data set that is made, or of the set that is downloaded.
        active: whether it goes on.
        stopping: somebody asked it to stop, and it has not ended yet.
        done: images, or bytes of a download, so far.
        total: how many there will be; 0 while unknown.
        report: what came of it; None if it goes on or failed.
        error: why it failed, in one line; "" otherwise.
        died: whether it ended without a word: its log may say more.
        seen: somebody took note of how it ended.
    """

    folder: Path
    kind: str
    name: str
    active: bool
    stopping: bool
    done: int
    total: int
    report: dict[str, Any] | None
    error: str
    died: bool
    seen: bool

    @property
    def out(self) -> Path:
        """The data set that is made; meaningless for a download."""
        return Workspace.of(self.folder).store / f"{self.name}.parquet"


def list_jobs(ws: Workspace, newest: int = _NEWEST) -> list[Job]:
    """Return the jobs that go on and the last that ended, the newest first."""
    listed, ended = [], 0
    for job in map(_load, _folders(ws)):
        if job is not None and (job.active or ended < newest):
            listed.append(job)
            ended += not job.active
    return listed


def find_job(folder: Path) -> Job | None:
    """Look again at the job of `folder`; None where it was cleared away, or can't be read."""
    return _load(folder)


def dismiss(job: Job) -> None:
    """Take note of how `job` ended: nobody need be told again."""
    if job.folder.is_dir():
        (job.folder / _SEEN).touch()


def dismiss_makers(ws: Workspace, path: Path) -> None:
    """Take note of the jobs that made the data set at `path`, which has another name or is gone."""
    for job in list_jobs(ws):
        if not job.active and job.kind != "fetch" and job.out == path:
            dismiss(job)


def clear_away(ws: Workspace) -> None:
    """Remove what is left of jobs that ended long ago."""
    for folder in _folders(ws)[_NEWEST:]:
        if time.time() - folder.stat().st_mtime > _OLD and not jobs.is_alive(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _folders(ws: Workspace) -> list[Path]:
    found = (path.parent for path in ws.jobs.glob(f"*/{REQUEST}"))
    return sorted(found, key=lambda each: each.name.rpartition("-")[2], reverse=True)


def _load(folder: Path) -> Job | None:
    try:
        request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
        kind, name = request["kind"], request["name"]
    except (OSError, *DAMAGED):
        return None  # cleared away since it was listed, or emptied by a crash of the system
    latest, active = jobs.look(folder, partial(_record, folder), _is_last)
    report, error = latest.get("report"), latest.get("error", "")
    died = not active and report is None and not error
    return Job(
        folder=folder,
        kind=kind,
        name=name,
        active=active,
        stopping=active and jobs.stop_requested(folder),
        done=latest.get("done", 0),
        total=latest.get("total", 0),
        report=report,
        error=f"{jobs.DIED}: see the end of its log" if died else error,
        died=died,
        seen=(folder / _SEEN).exists(),
    )


def _record(folder: Path) -> dict[str, Any]:
    # A report that names many files is longer than the end of the file that `last` reads.
    return jobs.last(folder) or (jobs.read(folder) or [{}])[-1]


def _is_last(record: dict[str, Any]) -> bool:
    return "report" in record or "error" in record
