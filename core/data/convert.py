"""From files to records of a data set, over all cores."""

from __future__ import annotations

import ctypes
import gc
import hashlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from core.data.scan import Item, Readable, made_up
from core.data.store import ROW_GROUP, Record, to_table
from core.errors import DataError, ImageError
from core.imaging import BOUND, Pipeline
from core.imaging.files import decode_sized, encode

Skipped = tuple[str, str]
"""The path of a file that could not be read, and why."""

Each = TypeVar("Each")
Result = TypeVar("Result")

SMALL_FILE = 16_384
"""Bytes; a source file up to this size is kept as it is, a larger one as a bounded PNG."""

ALONE = 512
"""Fewer images than this are not worth starting processes for."""

_MOST_WORKERS = 61
"""Windows waits for no more processes at once."""

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
"""What glibc's malloc.h calls M_MMAP_THRESHOLD and M_TRIM_THRESHOLD."""

_ENDING = (signal.SIGINT, signal.SIGTERM)

_left: list[Sequence[Any]] = []
"""What a worker was left by the process that it was forked from."""

_SELDOM = 200_000
"""Objects made before Python looks for circular ones."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have Python look for circular garbage seldom, here and in forked workers.

    Small records by the ten thousand make it look again and again, a fifth of all the time, and
    none of them is circular.
    """
    before = gc.get_threshold()
    gc.set_threshold(_SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def convert(
    items: Sequence[Item],
    pipeline: Pipeline,
    workers: int | None = None,
    *,
    sources: bool = True,
) -> Iterator[tuple[pa.Table, list[Skipped]]]:
    """Yield row groups, in the order of `items`, each with what of it could not be read.

    Args:
        workers: number of processes; all cores by default.
        sources: whether a copy of what was prepared is kept.

    Raises:
        DataError: a worker process died.
    """
    return in_batches(partial(_convert_batch, pipeline=pipeline, sources=sources), items, workers)


def prepare(
    files: Sequence[Readable], pipeline: Pipeline
) -> Iterator[tuple[np.ndarray, list[bool], list[Skipped]]]:
    """Yield prepared images, uint8 (N, H, W), in order, and which files could be read, and not.

    Of consecutive files each time: the images; whether each file is one of them; what can't be
    read, and why.

    Raises:
        DataError: a worker process died.
    """
    return in_batches(partial(_prepare_batch, pipeline=pipeline), files)


def in_batches(
    work: Callable[[Sequence[Each]], Result], each: Sequence[Each], workers: int | None = None
) -> Iterator[Result]:
    """Yield what `work` makes of consecutive batches, in order, over `workers` processes.

    Raises:
        DataError: a worker process died.
    """
    workers = min(workers or os.cpu_count() or 1, _MOST_WORKERS)
    starts = range(0, len(each), ROW_GROUP)
    batches = (each[start : start + ROW_GROUP] for start in starts)
    if workers == 1 or len(each) < ALONE:
        yield from map(work, batches)
        return
    context = _context()
    forked = context.get_start_method() == "fork"
    pool = ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=_begin,
        initargs=(os.getpid(), each if forked else ()),
    )
    try:
        with _uninterrupted():  # all workers begin here
            # a forked worker has them all in its memory, and need only be told which
            done = (
                pool.map(partial(_inherited, work), starts) if forked else pool.map(work, batches)
            )
        yield from done
    except BrokenProcessPool as error:
        raise DataError(
            "a worker process was killed, probably for want of memory; free some and try again"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put off Ctrl-C and the wish to end: Python loses them while it forks, or waits for ever."""
    if threading.current_thread() is not threading.main_thread():  # which alone hears of them
        yield
        return
    came: list[int] = []
    before = {each: signal.signal(each, lambda number, _: came.append(number)) for each in _ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler or signal.SIG_DFL)  # None: it was none of Python's
    for number in came:
        signal.raise_signal(number)


def _begin(parent: int, each: Sequence[Any]) -> None:
    """Make a process a worker of `parent`, which leaves it `each`, and says when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _left[:] = [each]
    _die_with(parent)
    _keep_memory()


def _inherited(work: Callable[[Sequence[Each]], Result], start: int) -> Result:
    return work(_left[0][start : start + ROW_GROUP])


def _keep_memory() -> None:
    """Have glibc keep the room of a large image for the next one.

    It gives it back to the system else, and to be given it anew takes as long as to decode a sheet.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_MMAP_THRESHOLD, 2**25)
            mallopt(_TRIM_THRESHOLD, 2**26)


def _die_with(parent: int) -> None:
    """End this worker when its parent is gone, however it went: it may hold the job's lock."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _context() -> BaseContext:
    """Fork where that is safe: it saves every worker a second of imports.

    A forked copy of a process with threads can deadlock (Streamlit's, TensorFlow's), so those
    start their workers anew.
    """
    alone = sys.platform == "linux" and threading.active_count() == 1
    return get_context("fork" if alone and "tensorflow" not in sys.modules else "spawn")


def _convert_batch(
    items: Sequence[Item], pipeline: Pipeline, sources: bool
) -> tuple[pa.Table, list[Skipped]]:
    read, skipped = _read([each.file for each in items])
    images = pipeline.apply_as(
        [each.pixels for each in read.values()], [items[place].collection for place in read]
    )
    records = [
        _record(items[place], each, image, sources)
        for (place, each), image in zip(read.items(), images, strict=True)
    ]
    return to_table(records, pipeline.shape), skipped


def _prepare_batch(
    files: Sequence[Readable], pipeline: Pipeline
) -> tuple[np.ndarray, list[bool], list[Skipped]]:
    read, skipped = _read(files)
    images = pipeline.apply_all([each.pixels for each in read.values()])
    prepared = np.array(images, np.uint8).reshape(len(images), *pipeline.shape)
    return prepared, [place in read for place in range(len(files))], skipped


class _Read(NamedTuple):
    """An image, its own width and height in px, and its bytes where they are few enough to keep."""

    pixels: np.ndarray
    size: tuple[int, int]
    data: bytes


def _read(files: Sequence[Readable]) -> tuple[dict[int, _Read], list[Skipped]]:
    """Return place in `files` -> the image, and what could not be read."""
    read: dict[int, _Read] = {}
    skipped = []
    for place, file in enumerate(files):
        try:
            read[place] = _pixels(file)
        except ImageError as error:
            skipped.append((file.path, str(error)))
    return read, skipped


def _record(item: Item, read: _Read, image: np.ndarray, sources: bool) -> Record:
    pixels, size, data = read
    as_it_is = data and max(size) <= BOUND
    source = b"" if not sources else data if as_it_is else encode(pixels)
    width, height = item.size or size
    return Record(
        image=image.tobytes(),
        source=source,
        script=item.script,
        character=item.label.character,
        writer=item.label.writer,
        fold=item.label.fold,
        collection=item.collection,
        path=item.file.path,
        digest=digest(pixels),
        width=width,
        height=height,
    )


def _pixels(file: Readable) -> _Read:
    pixels = made_up(file)
    if pixels is not None:
        return _Read(pixels, (pixels.shape[1], pixels.shape[0]), b"")
    data = file.read()
    return _Read(*decode_sized(data), data if len(data) <= SMALL_FILE else b"")


def content(file: Readable) -> str:
    """Return the `digest` of what a file shows, "" where it can't be read."""
    try:
        return digest(_pixels(file).pixels)
    except ImageError:
        return ""


def digest(pixels: np.ndarray) -> str:
    """Return a hex hash of a decoded image, its shape included; equal images have equal ones."""
    shape = str(pixels.shape).encode()
    return hashlib.blake2b(shape + pixels.tobytes(), digest_size=16).hexdigest()
