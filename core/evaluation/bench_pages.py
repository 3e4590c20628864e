"""What pages cost the server: the time of a visit and the memory of its process.

A real server is started, and visited as browsers visit it: a websocket a visitor, the same
messages. What is left out is what a browser does with the answer.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from core.data.convert import convert
from core.data.sketchbook.build import PER_WRITER, sketch_items
from core.data.store import ROW_GROUP, Writer
from core.errors import DataError
from core.imaging import preset
from core.scripts import NAMES
from core.server import Server, serving
from core.workspace import CHECKOUT, Workspace, workspace

Say = Callable[[str], None]
SMALL, USUAL, LARGE = 20_000, 150_000, 1_000_000
"""Images of the three data sets."""
VIEWS = 200
"""Page views before the memory is looked at."""
_EXPLORE_VIEWS = ("Images", "Counts", "Ink", "Side+by+side", "Columns")
_ROUNDS = 5
_PATIENCE_SECONDS = 60.0
_DRAWN = 512


def pages(say: Say) -> dict[str, Any]:
    """Server time of every page with 150,000 images loaded, Explore's from 20,000 to a million.

    Milliseconds from the visit to the end of the page's script, warm, the middle of several
    visitors; the processor time of the server for one visit, which a busy machine leaves as it
    is; and the memory of the server's process, MB, after 200 page views.
    """
    places = [*_other_pages(), *(f"explore?view={each}" for each in _EXPLORE_VIEWS)]
    figures: dict[str, Any] = {"images": USUAL}
    with workspace().scratch() as folder:
        with serving(_furnished(folder, USUAL, say)) as server:
            visits = Visits(server)
            figures["pages"] = {place or "home": visits.warm(place, say) for place in places}
            for number in range(VIEWS):
                visits.make(places[number % len(places)])
            figures["views"] = visits.count
            figures["memory_mb"] = visits.memory_mb()
            say(f"{visits.count} views: {figures['memory_mb']} MB")
        figures["explore"] = {}
        for count in (SMALL, LARGE):
            with serving(_furnished(folder, count, say)) as server:
                visits = Visits(server)
                figures["explore"][f"{count:,} images"] = {
                    view: visits.warm(f"explore?view={view}", say) for view in _EXPLORE_VIEWS
                }
    return figures


def _other_pages() -> list[str]:
    names = sorted(each.stem.partition("_")[2] for each in (CHECKOUT / "pages").glob("*.py"))
    return ["", *(each for each in names if each != "explore")]


class Visits:
    """Visits to a server, and what they cost it.

    Attributes:
        count: how many there were.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self.count = 0

    def make(self, place: str) -> float:
        """Open a page as a new visitor; returns the seconds until its script has ended.

        Args:
            place: a page's name, "" for Home, with what stands after the question mark.

        Raises:
            DataError: the page failed.
        """
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
        from websockets.sync.client import connect
        from websockets.typing import Subprotocol

        name, _, query = place.partition("?")
        asked = BackMsg()
        asked.rerun_script.page_name = name
        asked.rerun_script.query_string = query
        self.count += 1
        with connect(
            f"{self._server.url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            compression=None,
        ) as line:
            started = time.perf_counter()
            line.send(asked.SerializeToString())
            while True:
                told = ForwardMsg.FromString(line.recv(timeout=_PATIENCE_SECONDS, decode=False))
                kind = told.WhichOneof("type")
                if kind == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
                    raise DataError(f"the page {place or 'home'} failed; open it and see its log")
                if kind == "script_finished":
                    return time.perf_counter() - started

    def warm(self, place: str, say: Say) -> dict[str, int]:
        """Visit a page again and again: `ms` in the middle, `cpu_ms` of the server for each."""
        first = self.make(place)
        before = self._cpu_seconds()
        taken = statistics.median(self.make(place) for _ in range(_ROUNDS))
        figures = {"ms": round(taken * 1e3)}
        if before is not None and (after := self._cpu_seconds()) is not None:
            figures["cpu_ms"] = round((after - before) / _ROUNDS * 1e3)
        say(f"{place or 'home'}: {figures}, the first time {first * 1e3:.0f} ms")
        return figures

    def _cpu_seconds(self) -> float | None:
        """Return the processor time the server has taken so far (proc(5)); only Linux tells."""
        path = Path(f"/proc/{self._server.process.pid}/stat")
        if not path.exists():
            return None
        fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> int | None:
        """Return the resident memory of the server's process (VmRSS); only Linux tells."""
        path = Path(f"/proc/{self._server.process.pid}/status")
        if not path.exists():
            return None
        lines = path.read_text(encoding="utf-8").splitlines()
        return next(int(each.split()[1]) // 1024 for each in lines if each.startswith("VmRSS:"))


def _furnished(folder: Path, count: int, say: Say) -> Path:
    """Return a workspace of its own with one data set of `count` images."""
    root = folder / str(count)
    started = time.perf_counter()
    write_repeated(Workspace(root).store / "repeated.parquet", count)
    say(f"{count:,} images written in {time.perf_counter() - started:.0f} s")
    return root


def write_repeated(path: Path, count: int, drawn: int = _DRAWN) -> None:
    """Write a data set of `count` images: `drawn` of each script from the sketchbook, repeated.

    Script after script, as a build lays them out. Characters and collections are the sketchbook's,
    every `PER_WRITER` images have a writer of their own, and every image a path and digest.
    """
    pipeline = preset("canonical")
    tables = [table for table, _ in convert(sketch_items(drawn, seed=0, noise=False), pipeline)]
    base = pa.concat_tables(tables).combine_chunks()
    row = np.arange(count)
    script = row * len(NAMES) // count
    source = script * drawn + row % drawn
    with path.open("wb") as file, Writer(file, pipeline) as writer:
        for start in range(0, count, ROW_GROUP):
            here = [(NAMES[script[each]], each) for each in row[start : start + ROW_GROUP]]
            made = {
                "writer": [f"{name} {each // PER_WRITER}" for name, each in here],
                "path": [f"repeated/{name}/{each:07}.png" for name, each in here],
                "digest": [f"{each:032x}" for _, each in here],
            }
            group = base.take(pa.array(source[start : start + ROW_GROUP]))
            for name, values in made.items():
                place = group.schema.get_field_index(name)
                group = group.set_column(place, name, pa.array(values, pa.string()))
            writer.add(group)
