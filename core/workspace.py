"""Where Scriptorium writes: one folder, and whole files or none."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import StorageFull

_ABANDONED = 86400.0
"""Seconds: a machine that sleeps meanwhile, or a slow build, leaves a file alone for hours."""
_IN_USE = ".lock"
_PART = re.compile(r"\..+\.[0-9a-f]{8}\.part")
_DEVICES = re.compile(r"/(dev|proc)/(?!shm/)")
"""What is no file though it may lead to one: /dev/stdout, where others write at the same time."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Workspace:
    """The folder that holds everything this installation has made."""

    root: Path

    @classmethod
    def of(cls, folder: Path) -> Workspace:
        """Return the one that holds the folder of a run or job."""
        return cls(folder.parents[1])

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def store(self) -> Path:
        """Data sets, one Parquet file each."""
        return self._folder("store")

    @property
    def runs(self) -> Path:
        """Training runs, one folder each."""
        return self._folder("runs")

    @property
    def downloads(self) -> Path:
        """What was fetched or uploaded, as it came."""
        return self._folder("downloads")

    @property
    def keras(self) -> dict[str, str]:
        """The environment in which Keras keeps here, or where one says, what it downloads."""
        return {"KERAS_HOME": os.environ.get("KERAS_HOME") or str(self.downloads / "keras")}

    @property
    def jobs(self) -> Path:
        """Builds and downloads under way or done, one folder each."""
        return self._folder("jobs")

    @property
    def features(self) -> Path:
        """What bodies that are not trained see in data sets: can be worked out again."""
        return self._folder("features")

    @property
    def recipe(self) -> Path:
        """What the recipe of the shipped model makes on its way: data without copies of images."""
        return self._folder("recipe")

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a folder for what is needed for a moment; it is gone afterwards.

        So are, by then, those of processes that were killed.
        """
        place = self._folder("scratch")
        for left in place.iterdir():
            _remove_abandoned(left)
        with tempfile.TemporaryDirectory(dir=place) as folder, FileLock(Path(folder) / _IN_USE):
            yield Path(folder)

    @property
    def pipelines(self) -> Path:
        """One's own pipelines, one JSON file each."""
        return self._folder("pipelines")


def newest_first(paths: Iterable[Path]) -> list[Path]:
    """Sort files or folders by their last change, without those that are gone by now."""
    changed = {}
    for path in paths:
        with suppress(OSError):  # a link to nowhere, or deleted since it was listed
            changed[path] = path.stat().st_mtime
    return sorted(changed, key=changed.__getitem__, reverse=True)


def at_home(text: str) -> Path:
    """Return a path as it was typed, with `~` for one's own folder; nobody's stays as it is."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path's own raises for ~nobody


def workspace() -> Workspace:
    """Return the workspace: `$SCRIPTORIUM_WORKSPACE`, or `workspace/` in the checkout.

    Its path is absolute: jobs run in another folder than the server.
    """
    chosen = os.environ.get("SCRIPTORIUM_WORKSPACE")
    return Workspace(at_home(chosen).resolve() if chosen else CHECKOUT / "workspace")


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn "no space left" while writing `path` into a StorageFull that says what to do.

    Any other error of the system learns the name of the file.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                f"no space left on the disk while writing {path}; nothing was kept of it: "
                "free some space, or set SCRIPTORIUM_WORKSPACE to another disk"
            ) from error
        if error.errno and not error.filename:
            error.filename = str(path)
        raise


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; it takes its place if the block succeeds.

    On any error the temporary file is removed and `path` is left as it was. A link stays one: what
    it leads to is replaced.

    Raises:
        IsADirectoryError: `path` is a folder; said before the block is entered.
        FileExistsError: `path` is a pipe or a device; likewise.
        StorageFull: the disk is full.
    """
    if path.is_symlink() and not _DEVICES.match(str(path)):
        path = path.resolve()
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if _DEVICES.match(str(path)) or (path.exists() and not path.is_file()):
        raise FileExistsError(errno.EEXIST, "a pipe or a device, and no file", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear_away(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with storage_errors(path):
            temporary.open("xb").close()  # not by tempfile, whose files nobody else may read
            yield temporary
            with temporary.open("r+b") as file:
                os.fsync(file.fileno())  # or a crash of the system may leave an empty file there
            temporary.replace(path)
    except OSError as error:
        if error.filename == str(temporary):  # which nobody asked for
            error.filename = str(path)
        raise
    finally:
        with suppress(OSError):  # what went wrong before it is what people should hear
            temporary.unlink()


def _clear_away(folder: Path) -> None:
    """Remove what processes that were killed left of files in `folder`: untouched for a while."""
    for left in folder.glob(".*.part"):
        with suppress(OSError):
            ours = _PART.fullmatch(left.name)
            if ours and time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()


def _remove_abandoned(folder: Path) -> None:
    """Remove a scratch folder that no process holds; a new one may not be held yet."""
    with suppress(OSError, Timeout):
        if time.time() - folder.stat().st_mtime > _ABANDONED:
            with FileLock(folder / _IN_USE, timeout=0):
                pass
            shutil.rmtree(folder)


@contextmanager
def new_file(place: Path) -> Iterator[tuple[Path, Path]]:
    """Write a new file at `place`, or with a number where another visitor's lies there.

    Yields where it will be, which is taken from now on, and the file to write meanwhile. Where
    that fails, nothing is left.

    Raises:
        StorageFull: the disk is full.
    """
    number, free = 1, place
    while True:
        try:
            free.touch(exist_ok=False)
            break
        except FileExistsError:
            number += 1
            free = place.with_stem(f"{place.stem} {number}")
    try:
        with atomic_path(free) as temporary:
            yield free, temporary
    except BaseException:
        free.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write `data` to `path`, whole or not at all.

    Raises:
        StorageFull: the disk is full.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)
