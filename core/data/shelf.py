"""The data sets of a workspace by name: a place for a new one, another name, away with one."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock

from core.data.activity import list_jobs
from core.errors import DataError
from core.names import is_name, rule, same
from core.text import is_text
from core.workspace import Workspace, newest_first

LONGEST = 72
"""Characters of a data set's name."""


def stores(folder: Path) -> list[Path]:
    """Return the data sets in `folder`, the newest first; none whose name no page could show."""
    found = newest_first(folder.glob("*.parquet"))
    return [each for each in found if is_text(each.name)]


def free_place(ws: Workspace, name: str, job: Path | None = None) -> Path:
    """Return where a new data set called `name` is to be written.

    Args:
        job: folder of the job that asks; it has the name itself.

    Raises:
        DataError: no file can have that name, or a data set has it, or one that is being made.
    """
    if not is_name(name, LONGEST):
        raise DataError(f"{name!r}: a data set's name is {rule(LONGEST)}")
    taken = _taken(ws)
    if same(name) in taken:
        other = taken[same(name)]
        raise DataError(f"there is a data set called {other!r} already: choose another name")
    if same(name) in _being_made(ws, job):
        raise DataError(f"{name!r} is being made already: wait for it, or choose another")
    return ws.store / f"{name}.parquet"


def one_at_a_time(ws: Workspace) -> FileLock:
    """Two who take a name at once: the second looks only when the first one has it."""
    return FileLock(ws.jobs / ".starting")


def free_name(ws: Workspace, wanted: str) -> str:
    """Return `wanted`, or with a number behind it where a data set has that name, or will."""
    taken = _taken(ws).keys() | _being_made(ws)
    number, name = 1, wanted
    while same(name) in taken:
        number += 1
        name = f"{wanted} {number}"
    return name


def _taken(ws: Workspace) -> dict[str, str]:
    return {same(each.stem): each.stem for each in ws.store.glob("*.parquet")}


def _being_made(ws: Workspace, but: Path | None = None) -> set[str]:
    """Return the names of data sets that are being made, but for the job in the folder `but`."""
    making = (each for each in list_jobs(ws) if each.active and each.kind != "fetch")
    return {same(each.name) for each in making if each.folder != but}


def rename(ws: Workspace, path: Path, name: str) -> Path:
    """Give the data set at `path` another name; returns where it is now.

    Runs keep the path that they were trained on.

    Raises:
        DataError: it is not there any more, no file can have that name, or a data set has it.
    """
    respelled = same(name) == same(path.stem)
    with one_at_a_time(ws):
        renamed = path.with_stem(name) if respelled else free_place(ws, name)
        try:
            if renamed.exists() and not renamed.samefile(path):
                raise DataError(f"there is a data set called {name!r} already: choose another name")
            return path.rename(renamed)
        except FileNotFoundError as error:
            raise DataError(f"there is no data set called {path.stem!r} any more") from error


def delete(path: Path) -> None:
    """Remove the data set at `path` for good; nothing happens where somebody else has already."""
    path.unlink(missing_ok=True)
