"""What making a data set will take, before it is made: a look at the files, and a timed sample."""

from __future__ import annotations

import io
import os
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.data.archive import close_zips
from core.data.build import even_shares, find_items
from core.data.convert import ALONE, convert
from core.data.scan import Item, Scan
from core.data.store import Writer
from core.errors import SourceNotFound
from core.imaging import Pipeline

SAMPLE = 120
"""So many images are prepared to see what one takes, evenly over the scripts."""
_START = 1.5
"""Seconds in which the process of a build gets ready, about."""


@dataclass(frozen=True)
class Estimate:
    """What a build will make.

    Attributes:
        per_script: images, by script: exact, but for files that turn out not to be readable.
        skipped: (path, reason) of files that look like images, and will not be taken.
        copies: (path, what is said of it) of zips and folders whose images are there once more.
        bytes: size of the data set on disk, about.
        seconds: wall-clock time on this machine, about, if it does nothing else.
        sampled: images that were prepared to find that out.
    """

    per_script: dict[str, int]
    skipped: tuple[tuple[str, str], ...]
    copies: tuple[tuple[str, str], ...]
    bytes: int
    seconds: float
    sampled: int

    @property
    def images(self) -> int:
        """How many in all."""
        return sum(self.per_script.values())


def estimate_build(
    paths: Sequence[str], pipeline: Pipeline, per_script: int | None = None
) -> Estimate:
    """Estimate a build from files; arguments and errors as of `core.data.build.build`."""
    started = time.perf_counter()
    try:
        found = find_items(paths, per_script)
        return _estimate(found, pipeline, time.perf_counter() - started)
    finally:
        close_zips()  # this process may live for weeks


def estimate_sketch(pipeline: Pipeline, per_script: int) -> Estimate:
    """Estimate a data set from the sketchbook; arguments and errors as of its `sketch`."""
    from core.data.sketchbook.build import check_amount, sketch_items

    check_amount(per_script)
    sketch_items(1, seed=0, noise=False)  # the first of all waits for the strokes
    started = time.perf_counter()
    drawn = min(per_script, SAMPLE)  # all of them would take as long to think of as to draw
    items = sketch_items(drawn, seed=0, noise=False)
    times = per_script / drawn
    looked = (time.perf_counter() - started) * times
    return _estimate(Scan(tuple(items), ()), pipeline, looked, times)


def _estimate(found: Scan, pipeline: Pipeline, looked: float, times: float = 1) -> Estimate:
    """Estimate what `times` as many items as were found take, having looked so many seconds."""
    items = found.items
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.script].append(item)
    next(convert(items[:1], pipeline, 1))  # the first image of all waits for imports
    random = np.random.default_rng(0)
    shares = even_shares([len(each) for each in groups.values()], SAMPLE, random)
    sampled, seconds, size = 0, 0.0, 0.0
    for group, share in zip(groups.values(), shares, strict=True):
        chosen = [group[i] for i in random.choice(len(group), share, replace=False)]
        started = time.perf_counter()
        table, _ = next(convert(chosen, pipeline, 1))
        scaled = len(group) * times / share
        seconds += (time.perf_counter() - started) * scaled
        if len(table):
            size += _bytes(table, pipeline) * scaled
        sampled += len(table)
    if not sampled:
        raise SourceNotFound(f"none of {sum(shares)} files that were tried is a readable image")
    workers = (os.cpu_count() or 1) if len(items) * times >= ALONE else 1
    return Estimate(
        {script: round(len(groups[script]) * times) for script in sorted(groups)},
        found.skipped,
        found.copies,
        round(size),
        _START + looked + seconds / workers,
        sampled,
    )


def _bytes(table: pa.Table, pipeline: Pipeline) -> int:
    """Return what the rows of a table take in a data set, in bytes."""
    buffer = io.BytesIO()
    with Writer(buffer, pipeline) as writer:
        writer.add(table)
    group = pq.read_metadata(buffer).row_group(0)
    return sum(group.column(i).total_compressed_size for i in range(group.num_columns))
