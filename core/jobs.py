"""Work that outlives the page, and the server, that asked for it.

A job is a folder and a process of its own. The process holds the file lock `lock` for as long as
it lives, so whoever looks knows whether it goes on: the system frees the lock on death, however
it came, where a process number may be a zombie's or another program's by then. A file `stop` asks
the job to end; it appends what happens to `progress.jsonl`; all that it prints is in `worker.log`.

The job's program enters `hold` before it imports anything heavy, or leaves that to `do`:

    with jobs.hold(folder):
        ...
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout

from core.errors import ScriptoriumError, first_line, in_one_line
from core.workspace import CHECKOUT, storage_errors, write_atomically

LOG = "worker.log"
PROGRESS = "progress.jsonl"
DIED = "its process was killed, or ran out of memory"
"""Why a job ended that had no time to say so."""
_LOCK, _STARTING, _STOP = "lock", "starting", "stop"
_SECONDS_TO_TAKE_LOCK = 30.0


def start(
    folder: Path,
    argv: Sequence[str],
    *,
    files: Mapping[str, str] | None = None,
    outdated: Sequence[str] = (),
) -> None:
    """Start the command `argv` as the job of `folder`; return once it holds its lock.

    On a machine so busy that it has none after half a minute, it is left to take it later. Where
    this is interrupted there is no job.

    Args:
        folder: made if it is missing.
        argv: the whole command, program first, as subprocess takes it. It runs in the checkout.
        files: name -> text, written into `folder` first. Whoever finds one of them there finds
            the job alive already.
        outdated: names of files, left by the job's last time, that are removed when there is room
            for the new ones.

    Raises:
        OSError: the program can't be started.
        StorageFull: the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Until the process has its lock this one stands in for it: the job is alive all the while.
    with FileLock(folder / _STARTING):
        (folder / _STOP).unlink(missing_ok=True)  # that was for the job's last time
        for name, text in (files or {}).items():
            write_atomically(folder / name, text)
        for name in outdated:
            (folder / name).unlink(missing_ok=True)
        process = _spawn(folder, argv)
        try:
            # Waited for, or it stays a zombie when it ends before this process does.
            threading.Thread(target=process.wait, daemon=True).start()
            deadline = time.monotonic() + _SECONDS_TO_TAKE_LOCK
            while not _is_held(folder / _LOCK) and process.poll() is None:
                if time.monotonic() > deadline:
                    break
                time.sleep(0.01)
        except BaseException:  # Ctrl-C: the caller has nothing to stop it by
            process.kill()
            process.wait()
            raise


def is_alive(folder: Path) -> bool:
    """Say whether the job of `folder` is being started or goes on."""
    return _is_held(folder / _STARTING) or _is_held(folder / _LOCK)


def reason(error: BaseException) -> str:
    """Say in one line why a job ended before its time."""
    if isinstance(error, MemoryError):
        return "the memory is full: choose a smaller data set or batch size"
    if isinstance(error, ScriptoriumError | OSError):
        return in_one_line(error)
    said = first_line(error)
    kind = type(error).__name__
    return said if said == kind else f"{kind}: {said}"


def request_stop(folder: Path) -> None:
    """Ask the job of `folder` to end soon; it may be over already."""
    (folder / _STOP).touch()


def stop_requested(folder: Path) -> bool:
    """Say whether somebody asked the job of `folder` to end."""
    return (folder / _STOP).exists()


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Be the job of `folder`: hold its lock, and take SIGTERM as a request to stop.

    Raises:
        filelock.Timeout: another process is the job of this folder.
    """
    # The signal first: who sees the lock may send one.
    before = signal.signal(signal.SIGTERM, lambda *_: request_stop(folder))
    try:
        with FileLock(folder / _LOCK, timeout=_SECONDS_TO_TAKE_LOCK, poll_interval=0.01):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def do(folder: Path, work: Callable[[], object]) -> None:
    """Do `work` as the job of `folder`; why it could not be done is the last record.

    What went wrong in a way that the user can mend is no more than that; any other error is raised.
    """
    with hold(folder):
        try:
            work()
        except BaseException as error:
            append(folder, {"error": reason(error)})
            if not isinstance(error, ScriptoriumError):
                raise


def look(
    folder: Path, read: Callable[[], dict[str, Any]], is_last: Callable[[dict[str, Any]], bool]
) -> tuple[dict[str, Any], bool]:
    """Return what the job of `folder` wrote last, and whether it goes on.

    Args:
        read: reads it.
        is_last: says whether that is what a job ends with.
    """
    latest = read()
    if is_last(latest):
        return latest, False
    if is_alive(folder):
        return latest, True
    return read(), False  # it may have come to its end between the two looks


def append(folder: Path, record: Mapping[str, Any], name: str = PROGRESS) -> None:
    """Append `record` to the JSON lines file `name` in `folder`.

    What is no text in it, from a file's name that is not UTF-8, becomes a question mark: records
    are shown on pages, which take text alone.

    Raises:
        StorageFull: the disk is full.
    """
    path = folder / name
    line = json.dumps(record, ensure_ascii=False) + "\n"
    with storage_errors(path), path.open("ab+", buffering=0) as file:
        if file.tell() and not _ends_a_line(file):
            line = f"\n{line}"
        left = line.encode(errors="replace")
        while left:  # a disk takes what it has room for, and complains the next time
            left = left[file.write(left) :]


def _ends_a_line(file: IO[bytes]) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def read(folder: Path, name: str = PROGRESS) -> list[dict[str, Any]]:
    """Return the records of the JSON lines file `name` in `folder`; none if it is not there.

    A line that is not whole, being written or cut off by a full disk, is left out.
    """
    try:
        data = (folder / name).read_bytes()
    except FileNotFoundError:
        return []
    return list(_records(data.splitlines()))


def last(folder: Path, name: str = PROGRESS) -> dict[str, Any] | None:
    """Return the last whole record of the JSON lines file `name`, without reading all of it."""
    lines = _tail(folder / name, 65536).splitlines()
    return next(_records(reversed(lines)), None)


def log_tail(folder: Path, lines: int = 20) -> str:
    """Return the last `lines` lines of what the job of `folder` printed."""
    text = _tail(folder / LOG, 65536).decode(errors="replace")
    return "\n".join(text.splitlines()[-lines:])


def _spawn(folder: Path, argv: Sequence[str]) -> subprocess.Popen[bytes]:
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(
            argv,
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Closing the terminal or stopping the server must not reach it.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    # Looking takes the lock for an instant, and two who look at once may see each other.
    for pause in (0.002, 0.005, 0):
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            time.sleep(pause)
    return True


def _records(lines: Iterator[bytes] | Sequence[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def _tail(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            return file.read()
    except FileNotFoundError:
        return b""
