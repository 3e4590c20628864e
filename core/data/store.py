"""A data set on disk: one Parquet file, read by columns and by slices.

Columns: the prepared image, a file that holds the bounded source image, and what is known of it.
The file's metadata holds the pipeline and a hash of the content, so that a run can name its data.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.errors import DAMAGED, PipelineError, StoreError
from core.imaging import Pipeline, decode
from core.scripts import WITH_OTHER

FORMAT = 1
KEY = b"scriptorium"
ROW_GROUP = 512
"""Images a row group: a page of pictures needs to read little, the whole few pieces."""
LABELS = (
    "script",
    "character",
    "writer",
    "fold",
    "collection",
    "path",
    "digest",
    "width",
    "height",
)
_IDENTITY = ("script", "character", "writer", "fold", "collection", "digest")
_AT_ONCE = 8  # row groups that are read together: a few MB
_COMPRESSION = {"image": "lz4", "source": "none"}  # read in bulk; compressed already
_CATEGORIES = ("script", "character", "writer", "fold", "collection")


@dataclass(frozen=True)
class Store:
    """A data set, opened; nothing but its metadata is in memory.

    Attributes:
        path: the Parquet file.
        pipeline: what prepared its images.
        hash: SHA-256 over the pipeline and the rows in order: their decoded source and labels.
        shape: height and width in px of the prepared images.
        per_script: number of images by script.
        skipped: number of files that could not be read when it was built.
    """

    path: Path
    pipeline: Pipeline
    hash: str
    shape: tuple[int, int]
    per_script: dict[str, int]
    skipped: int

    @staticmethod
    def open(path: Path | str) -> Store:
        """Open a data set.

        Raises:
            StoreError: missing, damaged, or not one of ours.
        """
        path = Path(path)
        with readable(path):
            layout = pq.read_metadata(path)
        metadata = layout.metadata or {}
        if KEY not in metadata:
            raise StoreError(
                f"{path}: a Parquet file, but no Scriptorium data set; "
                "make one with: python -m core data build"
            )
        try:
            facts = json.loads(metadata[KEY])
            if facts["format"] != FORMAT:
                raise StoreError(
                    f"{path}: written by another version of Scriptorium; build it again"
                )
            height, width = facts["shape"]
            per_script = facts["per_script"]
            counts = list(per_script.values())
            counted = sum(counts) == layout.num_rows
            counted &= all(type(each) is int and each >= 0 for each in counts)
            known = set(per_script) <= set(WITH_OTHER)
            columns = layout.schema.to_arrow_schema().equals(_schema((height, width)))
            if not (counted and known and columns):
                raise ValueError("it speaks of other images")
            return Store(
                path,
                Pipeline.from_json(facts["pipeline"]),
                facts["hash"],
                (height, width),
                per_script,
                facts["skipped"],
            )
        except (*DAMAGED, PipelineError) as error:
            raise StoreError(f"{path}: its description is damaged ({error}); build it again") from (
                error
            )

    def __len__(self) -> int:
        return sum(self.per_script.values())

    def labels(self, columns: Sequence[str] = LABELS) -> pd.DataFrame:
        """Return what is known of every image, one row each, in file order.

        Columns: script, character, writer, fold, collection (categories); path, digest (text);
        width, height (int32, px of the original file).

        Args:
            columns: only these. Path and digest take ten times the memory of all others.
        """
        frame = {}
        self._same_as_opened()
        with readable(self.path), pq.ParquetFile(self.path, read_dictionary=_CATEGORIES) as file:
            # One by one and by one thread: a third of the memory, in no more time.
            for name in columns:
                column = file.read(columns=[name], use_threads=False).column(0)
                if column.null_count:
                    raise StoreError(f"{self.path}: its {name} column has gaps; build it again")
                frame[name] = column.to_pandas()
        if "script" in frame and not set(frame["script"].unique()) <= set(self.per_script):
            raise StoreError(f"{self.path}: it holds other scripts than it says; build it again")
        return pd.DataFrame(frame)

    def about(self, rows: Sequence[int] | np.ndarray) -> pd.DataFrame:
        """Return what is known of the images of `rows`, in that order.

        Columns as in `labels`, but none of them categories: all text, width and height int32.
        """
        return self._columns(LABELS, rows).to_pandas()

    def images(self, rows: Sequence[int] | np.ndarray | None = None) -> np.ndarray:
        """Return prepared images, all or those of `rows` in that order: uint8 (N, H, W)."""
        array = self._columns(["image"], rows).column(0).combine_chunks()
        height, width = self.shape
        size = height * width
        flat = np.frombuffer(array.buffers()[1], np.uint8)
        flat = flat[array.offset * size : (array.offset + len(array)) * size]
        return flat.reshape(len(array), height, width)

    def sources(self, rows: Sequence[int] | np.ndarray) -> list[np.ndarray]:
        """Return the source images of `rows`: uint8 (H, W) or (H, W, 3), at most 256 px a side.

        Raises:
            StoreError: it keeps none, as what a recipe makes for itself.
        """
        files = self._columns(["source"], rows).column(0).to_pylist()
        if not all(files):
            raise no_copies(self.path)
        return [decode(each) for each in files]

    def row_groups(self) -> np.ndarray:
        """Return the row after the last of each row group: int64 (groups,).

        Raises:
            StoreError: it is damaged or gone, or another data set lies there by now.
        """
        return self._same_as_opened()[1]

    def _same_as_opened(self) -> tuple[pq.FileMetaData, np.ndarray]:
        """Return the file's metadata and `row_groups`; errors are those of the latter."""
        with readable(self.path):
            metadata, ends, content = _layout(self.path, self.path.stat().st_mtime_ns)
        if content != self.hash:
            raise StoreError(f"{self.path}: it was replaced by another data set; open it again")
        return metadata, ends

    def _columns(self, names: Sequence[str], rows: Sequence[int] | np.ndarray | None) -> pa.Table:
        """Read some columns; for `rows`, only the row groups that hold them."""
        metadata, ends = self._same_as_opened()
        with readable(self.path), pq.ParquetFile(self.path, metadata=metadata) as file:
            if rows is None:
                return file.read(columns=list(names))
            wanted = np.asarray(rows, np.int64)
            if not len(wanted):
                schema = pa.schema([file.schema_arrow.field(each) for each in names])
                return schema.empty_table()
            if wanted.min() < 0 or wanted.max() >= ends[-1]:
                raise IndexError(f"{self.path} has rows 0..{ends[-1] - 1}")
            # In file order, so that no more than a few row groups are in memory at once.
            order = np.argsort(wanted, kind="stable")
            groups = np.searchsorted(ends, wanted[order], side="right")
            needed = np.unique(groups)
            starts = ends - np.diff(ends, prepend=0)
            tables = []
            for each in np.array_split(needed, -(-len(needed) // _AT_ONCE)):
                here = (groups >= each[0]) & (groups <= each[-1])
                table = file.read_row_groups(each.tolist(), columns=list(names), use_threads=False)
                before = np.cumsum(ends[each] - starts[each]) - (ends[each] - starts[each])
                which = np.searchsorted(each, groups[here])
                inside = wanted[order][here] - starts[groups[here]] + before[which]
                tables.append(table.take(pa.array(inside)))
            back = np.empty(len(order), np.int64)
            back[order] = np.arange(len(order))
            return pa.concat_tables(tables).take(pa.array(back))


def no_copies(path: Path) -> StoreError:
    """Return what to say of a data set that keeps none, as what a recipe makes for itself."""
    return StoreError(f"{path}: it keeps no copies of what was prepared; build it with data build")


@lru_cache(maxsize=8)
def _layout(path: Path, _changed: int) -> tuple[pq.FileMetaData, np.ndarray, str]:
    """Return a file's metadata, the row after the last of each row group, and the data set's hash.

    The rows are int64 (groups,); the hash is "" where it is no data set of ours. Kept, as a million
    images take 10 ms to find their way in.
    """
    metadata = pq.read_metadata(path)
    lengths = [metadata.row_group(each).num_rows for each in range(metadata.num_row_groups)]
    try:
        content = str(json.loads((metadata.metadata or {})[KEY])["hash"])
    except DAMAGED:
        content = ""
    return metadata, np.cumsum(lengths, dtype=np.int64), content


@dataclass(frozen=True)
class Stored:
    """The source image of one row, as a file that can be read again."""

    path: str
    data: bytes

    def read(self) -> bytes:
        """Return the file's bytes."""
        return self.data

    @staticmethod
    def all_of(store: Store) -> list[Stored]:
        """Return the source images of all rows, in file order."""
        table = store._columns(["path", "source"], None)
        paths, sources = (table[name].to_pylist() for name in ("path", "source"))
        return [Stored(*each) for each in zip(paths, sources, strict=True)]


class Record(NamedTuple):
    """One image on its way into a data set: its columns, in their order there.

    Attributes:
        image: prepared, uint8 (H, W) as bytes.
        source: a file that decodes to the bounded source image, bit for bit.
        digest: hex hash of the decoded source pixels.
        width: of the original file in px.
        height: of the original file in px.
    """

    image: bytes
    source: bytes
    script: str
    character: str
    writer: str
    fold: str
    collection: str
    path: str
    digest: str
    width: int
    height: int


def to_table(records: Sequence[Record], shape: tuple[int, int]) -> pa.Table:
    """Return records as the columns of a data set whose images are `shape` (H, W)."""
    schema = _schema(shape)
    columns = zip(*records, strict=True) if records else [[]] * len(schema)
    arrays = [pa.array(each, field.type) for each, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _schema(shape: tuple[int, int]) -> pa.Schema:
    fields = [("image", pa.binary(shape[0] * shape[1])), ("source", pa.binary())]
    fields += [(name, pa.string()) for name in LABELS[:-2]]
    fields += [(name, pa.int32()) for name in LABELS[-2:]]
    return pa.schema(fields)


class Writer:
    """Writes a data set, a row group for every table it is given; a context manager.

    Attributes:
        per_script: number of images written by script.
        skipped: set by the caller before the end: files that could not be read.
        hash: of the content, known after the end.
    """

    def __init__(self, file: IO[bytes], pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.per_script: Counter[str] = Counter()
        self.skipped = 0
        self.hash = ""
        # SHA-256 over the pipeline and the rows in order, by whose numbers others know the images
        self._digest = hashlib.sha256(json.dumps(pipeline.to_json(), sort_keys=True).encode())
        schema = _schema(pipeline.shape)
        self._writer = pq.ParquetWriter(
            file,
            schema,
            compression={name: _COMPRESSION.get(name, "zstd") for name in schema.names},
            use_dictionary=list(_CATEGORIES),
            write_statistics=False,
        )

    def add(self, table: pa.Table) -> None:
        """Write the rows of `to_table` as one row group."""
        if not len(table):
            return
        counts = table["script"].value_counts()
        self.per_script.update(
            dict(zip(*(each.to_pylist() for each in counts.flatten()), strict=True))
        )
        self._digest.update(_lines(table))
        self._writer.write_table(table)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is not None:
            with suppress(OSError):  # a full disk refuses the footer too
                self._writer.close()
        else:
            self.hash = self._digest.hexdigest()
            facts = {
                "format": FORMAT,
                "pipeline": self.pipeline.to_json(),
                "hash": self.hash,
                "shape": self.pipeline.shape,
                "per_script": dict(sorted(self.per_script.items())),
                "skipped": self.skipped,
            }
            self._writer.add_key_value_metadata({KEY: json.dumps(facts).encode()})
            self._writer.close()


def _lines(table: pa.Table) -> pa.Buffer:
    """Return what tells each row from others, tabs between its values and a line a row."""
    lines = pc.binary_join_element_wise(*(table[name] for name in _IDENTITY), "\t")
    lines = pa.concat_arrays(pc.binary_join_element_wise(lines, "", "\n").chunks)
    _, ends, text = lines.buffers()
    first, last = np.frombuffer(ends, np.int32)[[lines.offset, lines.offset + len(lines)]]
    return text.slice(first, last - first)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn whatever reading a damaged or missing Parquet file raises into a StoreError."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise StoreError(f"{path}: no file; name a data set, which is called NAME.parquet")
        str(path).encode()
        yield
    except FileNotFoundError as error:
        raise StoreError(f"{path}: no such file; make one with: python -m core data build") from (
            error
        )
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{path}: its name is not UTF-8, by which alone Parquet files are opened; rename it"
        ) from error
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise StoreError(f"{path}: not a readable Parquet file ({reason})") from error
