"""Make a data set: find the images, choose some, prepare them, write one Parquet file."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from core.data.again import Kept, items_of
from core.data.convert import Skipped, content, convert, seldom_collected
from core.data.notebook_csv import read_csv
from core.data.scan import COPIES, Item, Scan, hinted, scan
from core.data.store import Store, Writer
from core.errors import Cancelled, DataError, SourceNotFound
from core.imaging import Pipeline, find_pipeline
from core.scripts import WITH_OTHER
from core.workspace import at_home, atomic_path

NOTEBOOK_COUNTS = {
    "chinese": 4256,
    "arabic": 3124,
    "english": 3410,
    "kannada": 3285,
    "baybayin": 4559,
    "devanagari": 3312,
}
"""Images of each script in the notebook, in its file order."""


@dataclass(frozen=True)
class BuildReport:
    """What a build made.

    Attributes:
        images: written.
        per_script: written, by script.
        skipped: (path, reason) of files that were not taken.
        copies: (path, what is said of it) of zips and folders whose images were there once more.
        seconds: wall-clock time.
        hash: of the content; the same images and pipeline give the same.
    """

    images: int
    per_script: dict[str, int]
    skipped: tuple[Skipped, ...]
    seconds: float
    hash: str
    copies: tuple[Skipped, ...] = ()


def build(
    paths: Sequence[str],
    out: Path,
    *,
    pipeline: str | Pipeline = "canonical",
    per_script: int | None = None,
    like_notebook: bool = False,
    reversed_labels: bool = False,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BuildReport:
    """Build a data set from images.

    A file that can't be read is skipped and named in the report. `out` is replaced only when the
    whole build succeeds.

    Args:
        paths: zips, folders, folders of zips, the notebook's CSV, data sets to prepare anew from
            the copies they keep, or `SOURCE=PATH`.
        pipeline: the name of a preset or of one's own, or a pipeline.
        per_script: at most so many images a script, spread evenly over its characters.
        like_notebook: the notebook's own counts, as far as the sources hold them.
        reversed_labels: turn the label column of a CSV round.
        workers: processes; all cores by default.
        progress: called with (done, total) images.
        cancelled: asked between batches of files; True ends the build with nothing written.

    Raises:
        SourceNotFound: no readable image at a path.
        DataError: the paths or options make no sense together.
        PipelineError: there is no such pipeline.
        StorageFull: the disk is full.
        Cancelled: `cancelled` said so.
    """
    started = time.perf_counter()
    chosen = find_pipeline(pipeline) if isinstance(pipeline, str) else pipeline
    with seldom_collected():
        found = find_items(paths, per_script, like_notebook, reversed_labels, seed, cancelled)
        kinds = {type(each.file) for each in found.items}
        report = write_items(
            found.items,
            out,
            chosen,
            workers=workers,
            progress=progress,
            cancelled=cancelled,
            once=len(kinds) > 1,
        )
    return dataclasses.replace(
        report,
        skipped=found.skipped + report.skipped,
        copies=found.copies + report.copies,
        seconds=time.perf_counter() - started,
    )


def find_items(
    paths: Sequence[str],
    per_script: int | None = None,
    like_notebook: bool = False,
    reversed_labels: bool = False,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
) -> Scan:
    """Say which images `build` takes, without reading them; arguments and errors as of `build`."""
    if per_script is not None and (per_script < 1 or like_notebook):
        raise DataError("choose either a positive number per script, or the notebook's counts")
    if seed < 0:
        raise DataError(f"the seed is {seed}: choose 0 or more")
    found = _find(paths, reversed_labels, partial(_heed, cancelled))
    limits = _limits(per_script, like_notebook)
    if limits is not None:  # of an image that is there twice, one may be chosen
        found = _each_once(found, partial(_heed, cancelled))
    items = _choose(found.items, limits, seed)
    if not items:
        six = " of the six scripts, which the notebook counted" if like_notebook else ""
        raise SourceNotFound(f"{', '.join(paths)}: no image{six}; choose another folder or zip")
    return dataclasses.replace(found, items=items)


def write_items(
    items: Sequence[Item],
    out: Path,
    pipeline: Pipeline,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    sources: bool = True,
    once: bool = False,
) -> BuildReport:
    """Write images that were found into a data set; arguments and errors as of `build`.

    Without `sources` no copy of what was prepared is kept: smaller, and enough to train on. With
    `once` an image is left out that was there already, of the same collection, path and content:
    a data set and the zip that it was made of hold the same ones.
    """
    started = time.perf_counter()
    skipped: list[Skipped] = []
    copies: Counter[str] = Counter()
    read: set[str] = set()
    seen: set[tuple[str, ...]] | None = set() if once else None
    done = 0
    with (
        atomic_path(out) as temporary,
        temporary.open("wb") as file,
        Writer(file, pipeline) as writer,
    ):
        for table, unreadable in convert(items, pipeline, workers, sources=sources):
            _heed(cancelled)
            done += len(table) + len(unreadable)
            if seen is not None:
                table = _unseen(table, seen, copies)
            writer.add(table)
            read.update(table["collection"].unique().to_pylist())
            skipped += unreadable
            if progress:
                progress(done, len(items))
        writer.skipped = len(skipped)
        _refuse_unreadable(items, read | copies.keys(), skipped)
    return BuildReport(
        sum(writer.per_script.values()),
        dict(sorted(writer.per_script.items())),
        tuple(skipped),
        time.perf_counter() - started,
        writer.hash,
        tuple((name, COPIES.format(count)) for name, count in copies.items()),
    )


def _refuse_unreadable(items: Sequence[Item], read: Set[str], skipped: Sequence[Skipped]) -> None:
    """Raise SourceNotFound for a collection of which nothing was `read`."""
    reasons = dict(skipped)
    for name, count in Counter(each.collection for each in items).items():
        if name not in read:
            first = next(each.file.path for each in items if each.collection == name)
            raise SourceNotFound(
                f"{name}: none of {count} files is a readable image; the first, {first}: "
                f"{reasons.get(first, 'unreadable')}. Bring it anew, or leave it out"
            )


def _unseen(table: pa.Table, seen: set[tuple[str, ...]], copies: Counter[str]) -> pa.Table:
    """Return the rows that are not `seen` yet, and count the others by their collection."""
    names = zip(
        *(table[each].to_pylist() for each in ("collection", "path", "digest")), strict=True
    )
    keep = []
    for name in names:
        keep.append(name not in seen)
        if not keep[-1]:
            copies[name[0]] += 1
        seen.add(name)
    return table if all(keep) else table.filter(pa.array(keep))


def _heed(cancelled: Callable[[], bool] | None) -> None:
    if cancelled and cancelled():
        raise Cancelled("the build was stopped; nothing was written")


def _find(paths: Sequence[str], reversed_labels: bool, heed: Callable[[], None]) -> Scan:
    for each in paths:
        name, path = hinted(each)
        if name and _is_file(str(path), ".csv", ".parquet"):
            raise DataError(
                f"{each}: {path.name} says itself what its images are; leave out {name}="
            )
    tables = _ending(".csv", paths)
    if reversed_labels and not tables:
        raise DataError("reversed labels are a fault of the notebook's CSV; give one")
    built = _ending(".parquet", paths)
    others = [each for each in paths if not _is_file(each, ".csv", ".parquet")]
    found = scan(others, heed) if others else Scan((), ())
    rows = [row for table in tables for row in read_csv(table, reversed_labels=reversed_labels)]
    stored, copies = _stored(built)
    return dataclasses.replace(
        found, items=(*found.items, *rows, *stored), copies=found.copies + copies
    )


def _stored(paths: Sequence[Path]) -> tuple[list[Item], tuple[Skipped, ...]]:
    """List the images of data sets, each once, and say of which some are in one before it."""
    rows: list[Item] = []
    copies: list[Skipped] = []
    seen = set[tuple[str, ...]]()
    for path in paths:
        store = Store.open(path)
        items = items_of(store)
        if len(paths) > 1:
            columns = store.labels(["collection", "path", "digest"]).astype(str)
            names = list(columns.itertuples(index=False, name=None))
            items = [each for each, name in zip(items, names, strict=True) if name not in seen]
            seen.update(names)
        if len(items) < len(store):
            copies.append((str(path), COPIES.format(len(store) - len(items))))
        rows += items
    return rows, tuple(copies)


def _ending(ending: str, paths: Sequence[str]) -> list[Path]:
    """Return the files with that ending, each once, by whatever path."""
    files = [at_home(each) for each in paths if _is_file(each, ending)]
    return list({each.resolve(): each for each in files}.values())


def _is_file(path: str, *endings: str) -> bool:
    """Tell a file by its name, also one that is missing, from a folder that is called so."""
    return path.lower().endswith(endings) and not at_home(path).is_dir()


def _each_once(found: Scan, heed: Callable[[], None]) -> Scan:
    """Leave out files and rows that a data set holds already: of the same name and content."""
    stored = {each.file.store for each in found.items if isinstance(each.file, Kept)}
    if not stored or all(isinstance(each.file, Kept) for each in found.items):
        return found
    held: set[tuple[str, ...]] = set()
    for path in stored:
        columns = Store.open(path).labels(["collection", "path", "digest"]).astype(str)
        held.update(columns.itertuples(index=False, name=None))
    names = {name[:2] for name in held}
    kept, copies = [], Counter[str]()
    for each in found.items:
        name = each.collection, each.file.path
        if not isinstance(each.file, Kept) and name in names:
            heed()  # which takes reading the image
            if (*name, content(each.file)) in held:
                copies[each.collection] += 1
                continue
        kept.append(each)
    said = tuple((name, COPIES.format(count)) for name, count in copies.items())
    return dataclasses.replace(found, items=tuple(kept), copies=found.copies + said)


def _limits(per_script: int | None, like_notebook: bool) -> Mapping[str, int] | None:
    if like_notebook:
        return NOTEBOOK_COUNTS
    return None if per_script is None else dict.fromkeys(WITH_OTHER, per_script)


def _choose(
    items: tuple[Item, ...], limits: Mapping[str, int] | None, seed: int
) -> tuple[Item, ...]:
    """Choose up to `limits` items of each script, evenly over its characters, by chance in each."""
    if limits is None:
        return items
    random = np.random.default_rng(seed)
    members: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, item in enumerate(items):
        members[item.script][item.label.character].append(index)
    chosen: list[int] = []
    for script in sorted(members):
        groups = [random.permutation(each) for _, each in sorted(members[script].items())]
        shares = even_shares([len(each) for each in groups], limits.get(script, 0), random)
        for group, share in zip(groups, shares, strict=True):
            chosen.extend(group[:share].tolist())
    return tuple(items[index] for index in sorted(chosen))


def even_shares(sizes: Sequence[int], total: int, random: np.random.Generator) -> list[int]:
    """Split `total` over groups as evenly as their sizes allow; chance places the remainder.

    Example:
        >>> even_shares([5, 1, 5], 7, np.random.default_rng(0))
        [3, 1, 3]
    """
    shares = [0] * len(sizes)
    left = min(total, sum(sizes))
    while left:
        open_groups = [index for index, size in enumerate(sizes) if shares[index] < size]
        each = left // len(open_groups)
        if each == 0:
            for index in random.choice(open_groups, left, replace=False):
                shares[index] += 1
            break
        for index in open_groups:
            given = min(each, sizes[index] - shares[index])
            shares[index] += given
            left -= given
    return shares
