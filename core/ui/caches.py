"""What is kept between runs of a page, for all visitors. Keys are plain values.

A file's time of change is part of the key: a data set or model replaced on disk is read again.
(Streamlit leaves arguments out of the key whose name begins with an underscore.)
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data.shelf import stores
from core.errors import ScriptoriumError
from core.training.folder import HISTORY, PREDICTIONS
from core.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from core.data.estimate import Estimate
    from core.data.review import Review
    from core.data.store import Store
    from core.inference.predictor import Prediction, Predictor
    from core.training.elsewhere import Trial
    from core.training.runs import Run


_HANDFUL = 60
"""Images, ten of each script."""


def store(path: Path) -> Store:
    """Open the data set at `path`; its columns are read when asked for."""
    return _store(str(path), path.stat().st_mtime_ns)


def data_sets(folder: Path) -> list[Path]:
    """Return the data sets in `folder`, the newest first, but those of a handful of images last.

    Pages begin with the first: what somebody drew to try it out is nobody else's to begin with.
    """
    found = stores(folder)
    return sorted(found, key=_is_handful)


def _is_handful(path: Path) -> bool:
    with suppress(ScriptoriumError, OSError):
        return len(store(path)) < _HANDFUL
    return False


def content(path: Path) -> str | None:
    """Return the hash of what the data set at `path` holds; None where it can't be read."""
    with suppress(ScriptoriumError, OSError):
        return store(path).hash
    return None


def labels(path: Path) -> pd.DataFrame:
    """Return what pages filter and count by, a row an image. Shared: do not change it.

    All columns of `Store.labels` but path and digest, which `Store.about` reads when they are
    shown: a million of them take ten times the memory of all others.
    """
    return _labels(str(path), path.stat().st_mtime_ns)


def characters(path: Path) -> frozenset[str]:
    """Return the characters in the data set at `path`, by their `class_name`."""
    return _characters(str(path), path.stat().st_mtime_ns)


def predictor(model: str, folder: Path) -> Predictor:
    """Load a model once; `folder` tells when it was replaced. It is warmed up by one blank image.

    Raises:
        ModelError: it is missing or does not fit.
    """
    return _predictor(model, _changed(folder))


def data_name(run: Run) -> str:
    """Return what the data set of a run is called by now; where it is gone, what it was called."""
    from core.training.runs import data_of

    data = data_of(run, store)
    return data.path.stem if data else f"{run.settings.data.stem} (as it was)"


def trial_name(trial: Trial) -> str:
    """Return what a test's data set is called by now, or was, if another is called so now."""
    from core.training.runs import data_with

    if not trial.data_hash:
        return trial.data
    here = Workspace.of(trial.folder.parents[1])
    path = here.store / f"{trial.data}.parquet"
    if data := data_with(trial.data_hash, path, here, store):
        return data.path.stem
    return trial.data if content(path) is None else f"{trial.data} (as it was)"


def answer(model: str, folder: Path, data: bytes) -> tuple[np.ndarray, Prediction]:
    """Decode a picture and answer it: uint8 (H, W) or (H, W, 3), and the answer of `model`.

    Raises:
        ImageError: `data` are no picture.
        ModelError: the model is missing or does not fit.
    """
    return _answer(model, _changed(folder), data)


def _changed(folder: Path | None) -> int:
    return folder.stat().st_mtime_ns if folder and folder.exists() else 0


def history(run: Run) -> pd.DataFrame:
    """Return what a run recorded so far, as `Run.history` does. Shared: do not change it."""
    return _history(run, str(run.folder), _changed(run.folder / HISTORY))


def test_answers(run: Run) -> pd.DataFrame:
    """Return what a run says of its test images. Shared: do not change it.

    Columns: row (in the data set), script (the true one), label (the true class), predicted (the
    class answered), answered (its script), sure (its probability).

    Raises:
        RunError: the run has not got that far.
    """
    return _test_answers(run, str(run.folder), _changed(run.folder / PREDICTIONS))


def own_tally(run: Run) -> pd.DataFrame:
    """Count a run's right answers to its test images, as core.training.elsewhere does. Shared."""
    from core.training.runs import data_of

    data = data_of(run, store)
    changed = (_changed(run.folder / PREDICTIONS), _changed(data.path if data else None))
    return _own_tally(run, str(run.folder), changed)


def review(path: Path, kind: str, seed: int, told_apart: str) -> Review:
    """Say what the split of a data set by `kind` and `seed` is worth to a model of its classes.

    Raises:
        DataError: the data can't be split so, or do not say the classes.
    """
    return _review(str(path), path.stat().st_mtime_ns, kind, seed, told_apart)


def one_of_each(path: Path) -> np.ndarray:
    """Return a prepared image of each script of a data set: uint8 (scripts, H, W)."""
    return _one_of_each(str(path), path.stat().st_mtime_ns)


def rows_by(path: Path, column: str) -> dict[str, np.ndarray]:
    """Return the rows of each value of `column` (one of the categories). Shared, as above."""
    return _rows_by(str(path), path.stat().st_mtime_ns, column)


def same_rows(path: Path, other: Path) -> np.ndarray:
    """Return in which row of another data set each image of the one at `path` is: int64 (N,).

    Images go by where they came from and by their content, however they were prepared; -1 where
    there is no such image, or more than one. Shared: do not change it.
    """
    return _same_rows(str(path), path.stat().st_mtime_ns, str(other), other.stat().st_mtime_ns)


def on_sample(model: str, folder: Path, path: Path) -> pd.DataFrame:
    """Return what a model says of some images of a data set, as `core.evaluation.sampled` does.

    Shared: do not change it.

    Raises:
        DataError: it holds none of the model's scripts, or can't be read.
    """
    return _on_sample(model, _changed(folder), str(path), path.stat().st_mtime_ns)


def sources(path: Path, rows: tuple[int, ...]) -> list[np.ndarray]:
    """Return the source images of `rows` of a data set, as `Store.sources` does."""
    return _sources(str(path), path.stat().st_mtime_ns, rows)


def estimate_build(path: Path, pipeline: str, per_script: int | None) -> Estimate:
    """Say what a build from `path` will take; `pipeline` is its JSON. Errors as of the build's."""
    return _estimate_build(str(path), _changed(path), pipeline, per_script)


@st.cache_data(max_entries=32, show_spinner="Preparing a few images to see what it takes")
def estimate_sketch(pipeline: str, per_script: int) -> Estimate:
    """Say what a data set from the sketchbook will take; `pipeline` is its JSON."""
    from core.data.estimate import estimate_sketch
    from core.imaging import Pipeline

    return estimate_sketch(Pipeline.from_json(json.loads(pipeline)), per_script)


@st.cache_resource(max_entries=64, show_spinner=False)  # small: nothing is read yet
def _store(path: str, changed: int) -> Store:  # noqa: ARG001  the key
    from core.data.store import Store

    return Store.open(path)


@st.cache_resource(max_entries=8, show_spinner="Reading the data set")
def _labels(path: str, changed: int) -> pd.DataFrame:
    from core.data.store import LABELS

    columns = [name for name in LABELS if name not in ("path", "digest")]
    return _store(path, changed).labels(columns)


@st.cache_resource(max_entries=64, show_spinner="Reading the data set")
def _characters(path: str, changed: int) -> frozenset[str]:
    from core.training.classes import CHARACTER, named_by

    known = _store(path, changed).labels(["script", "character"]).drop_duplicates()
    return frozenset(named_by(known, CHARACTER))


@st.cache_resource(max_entries=8, show_spinner="Loading the model")
def _predictor(model: str, changed: int) -> Predictor:  # noqa: ARG001  the key
    from core.inference.predictor import Predictor

    loaded = Predictor.load(model)
    loaded.predict(np.full((64, 64), 255, np.uint8))
    return loaded


@st.cache_data(max_entries=64, show_spinner=False, scope="session")  # nobody else's
def _answer(model: str, changed: int, data: bytes) -> tuple[np.ndarray, Prediction]:
    from core.imaging import decode

    image = decode(data)
    return image, _predictor(model, changed).predict(image)


@st.cache_resource(max_entries=8, show_spinner=False)
def _rows_by(path: str, changed: int, column: str) -> dict[str, np.ndarray]:
    labels = _labels(path, changed)[column]
    codes, values = labels.cat.codes.to_numpy(), labels.cat.categories
    order = np.argsort(codes, kind="stable").astype(np.int32)
    ends = np.cumsum(np.bincount(codes, minlength=len(values)))
    return dict(zip(values, np.split(order, ends[:-1]), strict=True))


@st.cache_resource(max_entries=16, show_spinner="Asking about some images of each script")
def _on_sample(model: str, changed: int, path: str, data_changed: int) -> pd.DataFrame:
    from core.evaluation.sampled import on_sample

    return on_sample(_predictor(model, changed), _store(path, data_changed))


@st.cache_resource(max_entries=8, show_spinner="Looking for the same images")
def _same_rows(path: str, changed: int, other: str, other_changed: int) -> np.ndarray:
    keys = ["collection", "path", "digest"]
    mine, theirs = (
        _store(*each).labels(keys).astype(str).rename_axis("row").reset_index()
        for each in ((path, changed), (other, other_changed))
    )
    found = np.full(len(mine), -1)
    once = theirs.drop_duplicates(keys, keep=False)
    both = mine.drop_duplicates(keys, keep=False).merge(once, on=keys)
    found[both["row_x"]] = both["row_y"]
    return found


@st.cache_data(max_entries=64, show_spinner=False)
def _sources(path: str, changed: int, rows: tuple[int, ...]) -> list[np.ndarray]:
    return _store(path, changed).sources(rows)


# For a while only: what is changed in folders further down does not show from above.
@st.cache_data(max_entries=32, ttl=60, show_spinner="Preparing a few images to see what it takes")
def _estimate_build(
    path: str,
    changed: int,  # noqa: ARG001  the key
    pipeline: str,
    per_script: int | None,
) -> Estimate:
    from core.data.estimate import estimate_build
    from core.imaging import Pipeline

    return estimate_build([path], Pipeline.from_json(json.loads(pipeline)), per_script)


@st.cache_resource(max_entries=64, show_spinner=False)
def _history(_run: Run, folder: str, changed: int) -> pd.DataFrame:  # noqa: ARG001  the key
    return _run.history()


@st.cache_resource(max_entries=8, show_spinner=False)
def _test_answers(_run: Run, folder: str, changed: int) -> pd.DataFrame:  # noqa: ARG001  the key
    from core.scripts import script_of

    said = _run.test_predictions()
    sure = said.filter(regex="^p_").max(axis=1)
    answered = [script_of(each) for each in said["predicted"]]
    return said[["row", "script", "label", "predicted"]].assign(answered=answered, sure=sure)


# of all runs, which Compare lists: some lines each
@st.cache_resource(max_entries=1024, show_spinner=False)
def _own_tally(_run: Run, folder: str, changed: tuple[int, int]) -> pd.DataFrame:  # noqa: ARG001
    from core.training.elsewhere import own_tally

    return own_tally(_run)


@st.cache_data(max_entries=64, show_spinner="Looking at the split")
def _review(path: str, changed: int, kind: str, seed: int, told_apart: str) -> Review:
    from core.data.review import review
    from core.training.classes import CHARACTER, classes

    columns = ["script", "writer", "fold", "collection", "digest"]
    characters = None
    if told_apart == CHARACTER:
        names, places = classes(_labels(path, changed), told_apart)
        characters = np.array(names)[places]
    return review(_store(path, changed).labels(columns), kind, seed, characters)


@st.cache_data(max_entries=8, show_spinner=False)
def _one_of_each(path: str, changed: int) -> np.ndarray:
    scripts = _labels(path, changed)["script"]
    first = scripts.drop_duplicates().sort_values().index
    return _store(path, changed).images(first.to_numpy())
