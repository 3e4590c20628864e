"""The project's own benchmarks. Machines are noisy: each is a ratio of two things in one run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.data.build import build
from core.data.sources import SOURCES, find_local
from core.data.store import Store
from core.errors import DataError
from core.evaluation.bench_pages import Say, pages
from core.imaging import PRESETS, Pipeline, decode, preset
from core.imaging.files import encode
from core.inference.predictor import Predictor
from core.workspace import CHECKOUT, workspace

ROUNDS = 3


def run_benchmarks(names: Sequence[str], say: Say) -> dict[str, Any]:
    """Run benchmarks; returns their figures by name.

    Args:
        names: which; all where empty.
        say: called with a line as each figure is known.

    Raises:
        DataError: there is no benchmark of that name.
    """
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        raise DataError(f"no benchmark called {unknown.pop()}; there are {', '.join(BENCHMARKS)}")
    return {name: BENCHMARKS[name](say) for name in names or BENCHMARKS}


def real_data() -> Path | None:
    """Return the folder of the Kaggle zips: `kaggle/` in $SCRIPTORIUM_REAL_DATA or beside us."""
    place = os.environ.get("SCRIPTORIUM_REAL_DATA") or CHECKOUT.parent / "shared" / "data"
    folder = Path(place) / "kaggle"
    return folder if folder.is_dir() else None


def build_against_keras(say: Say) -> dict[str, Any]:
    """Images a second of a build beside Keras's loader on the same files, set by set.

    The `notebook` pipeline does what Keras does (decode, grey, resize to 28x28) and the build
    stores the result as well; `canonical` does a good deal more to each image.
    """
    folder = real_data()
    if folder is None:
        return _skipped(say, "build", "the Kaggle sets are not here; set SCRIPTORIUM_REAL_DATA")
    figures = {}
    found = find_local([folder])
    for source in SOURCES:
        if not found[source.name]:
            continue
        with workspace().scratch() as here:
            unpacked = here / source.name
            with zipfile.ZipFile(found[source.name][0]) as archive:
                archive.extractall(unpacked)
            figures[source.name] = _against_keras(unpacked, here / "out.parquet")
        say(f"build {source.name}: {figures[source.name]}")
    return figures


def _against_keras(folder: Path, out: Path) -> dict[str, Any]:
    rates: dict[str, list[float]] = {name: [] for name in ("keras", *PRESETS)}
    for _ in range(ROUNDS):
        rates["keras"].append(float(_keras("keras_loading", str(folder))))
        for pipeline in PRESETS:
            report = build([str(folder)], out, pipeline=pipeline)
            rates[pipeline].append(report.images / report.seconds)
    middle = {name: statistics.median(each) for name, each in rates.items()}
    return {
        "images_per_second": {name: round(each) for name, each in middle.items()},
        "ratio": {name: round(middle[name] / middle["keras"], 2) for name in PRESETS},
    }


def _keras(module: str, *arguments: str) -> str:
    """Return what a module of ours that imports Keras prints, run in a process of its own."""
    command = [sys.executable, "-m", f"core.evaluation.{module}", *arguments]
    env = {**os.environ, **workspace().keras}
    done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise DataError(f"{' '.join(command[1:3])} failed: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout.split()[-1]


def reading(say: Say) -> dict[str, Any]:
    """Milliseconds to read 21,946 prepared images back, as many as the notebook had."""
    count = 21_946
    figures = {}
    for name in PRESETS:
        with workspace().scratch() as folder:
            path = folder / "made-up.parquet"
            _write_made_up(path, name, count)
            store = Store.open(path)
            store.images()
            figures[name] = round(_middle_ms(store.images, 9), 1)
        say(f"read {count:,} images of {name}: {figures[name]} ms")
    return figures


def _write_made_up(path: Path, pipeline: str, count: int) -> None:
    """Write a data set of strokes by chance: as hard to compress as real ones."""
    from core.data.store import ROW_GROUP, Record, Writer, to_table

    chosen = preset(pipeline)
    random = np.random.default_rng(0)
    drawn = [_scribble(random) for _ in range(256)]
    prepared = [chosen.apply(each).tobytes() for each in drawn]
    with path.open("wb") as file, Writer(file, chosen) as writer:
        for start in range(0, count, ROW_GROUP):
            records = [
                Record(
                    prepared[row % 256],
                    b"",
                    "english",
                    "a",
                    "",
                    "",
                    "made-up",
                    "",
                    str(row),
                    64,
                    64,
                )
                for row in range(start, min(start + ROW_GROUP, count))
            ]
            writer.add(to_table(records, chosen.shape))


def _scribble(random: np.random.Generator, side: int = 280) -> np.ndarray:
    import cv2

    image = np.full((side, side), 255, np.uint8)
    points = np.cumsum(random.normal(0, side / 12, (20, 2)), axis=0) % side
    cv2.polylines(image, [points.astype(np.int32)], isClosed=False, color=0, thickness=9)
    return image


def imaging(say: Say) -> dict[str, Any]:
    """Milliseconds of the canonical pipeline, drawings and photographs, small and large.

    The large ones are given as files, since decoding already brings them to a bounded size.
    """
    canonical = preset("canonical")
    figures = {}
    for name, image in (("drawing", _scribble), ("photograph", _photographed)):
        small = image(np.random.default_rng(1), 300)
        large = encode(_enlarged(image(np.random.default_rng(1), 900)))
        figures[f"{name} 300x300"] = _middle_ms(partial(canonical.apply, small), 100)
        figures[f"{name} 1200x900"] = _middle_ms(partial(_from_file, canonical, large), 50)
    figures = {name: round(each, 2) for name, each in figures.items()}
    say(f"imaging, ms: {figures}")
    return figures


def _from_file(pipeline: Pipeline, data: bytes) -> np.ndarray:
    return pipeline.apply(decode(data))


def _photographed(random: np.random.Generator, side: int) -> np.ndarray:
    """Return a scribble in grey ink on paper with a shadow across it."""
    light = np.linspace(90, 220, side) + random.normal(0, 3, (side, side))
    return (light * np.where(_scribble(random, side) < 128, 0.6, 1)).clip(0, 255).astype(np.uint8)


def _enlarged(image: np.ndarray) -> np.ndarray:
    return np.pad(image, ((0, 0), (150, 150)), mode="edge")


def answering(say: Say) -> dict[str, Any]:
    """Milliseconds from a 280x280 canvas to the shipped model's answer, part by part.

    `model` is the network alone, through LiteRT; what its outputs mean is in `both`. `keras` is
    `model.predict` of the same architecture on one image, in a process of its own.
    """
    predictor = Predictor.load("shipped")
    canvas = _scribble(np.random.default_rng(1))
    prepared = predictor.pipeline.apply(canvas)[None]
    figures = {
        "pipeline": _middle_ms(lambda: predictor.pipeline.apply(canvas), 200),
        "model": _middle_ms(lambda: predictor.outputs(prepared), 200),
        "both": _middle_ms(lambda: predictor.predict(canvas), 200),
        "keras": float(_keras("keras_answering", str(len(predictor.facts["labels"])))),
    }
    figures = {name: round(each, 3) for name, each in figures.items()}
    say(f"answer, ms: {figures}")
    return figures


def _middle_ms(work: Callable[[], Any], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1e3


def _skipped(say: Say, name: str, reason: str) -> dict[str, Any]:
    say(f"{name}: skipped, {reason}")
    return {"skipped": reason}


BENCHMARKS: dict[str, Callable[[Say], dict[str, Any]]] = {
    "build": build_against_keras,
    "read": reading,
    "imaging": imaging,
    "answer": answering,
    "pages": pages,
}
