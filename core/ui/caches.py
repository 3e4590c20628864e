"""What is kept between runs of a page, for all visitors. Keys are plain values.

A file's time of change is part of the key: a data set or model replaced on disk is read again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

if TYPE_CHECKING:
    import pandas as pd

    from core.data.store import Store
    from core.inference.predictor import Prediction, Predictor


def store(path: Path) -> Store:
    """Open the data set at `path`; its columns are read when asked for."""
    return _store(str(path), path.stat().st_mtime_ns)


def labels(path: Path) -> pd.DataFrame:
    """Return what pages filter and count by, a row an image. Shared: do not change it.

    All columns of `Store.labels` but path and digest, which `Store.about` reads when they are
    shown: a million of them take ten times the memory of all others.
    """
    return _labels(str(path), path.stat().st_mtime_ns)


def predictor(model: str, folder: Path | None) -> Predictor:
    """Load a model once; `folder` tells when it was replaced. It is warmed up by one blank image.

    Raises:
        ModelError: it is missing or does not fit.
    """
    return _predictor(model, _changed(folder))


def answer(model: str, folder: Path | None, data: bytes) -> tuple[np.ndarray, Prediction]:
    """Decode a picture and answer it: uint8 (H, W) or (H, W, 3), and the answer of `model`.

    Raises:
        ImageError: `data` are no picture.
        ModelError: the model is missing or does not fit.
    """
    return _answer(model, _changed(folder), data)


def _changed(folder: Path | None) -> int:
    return folder.stat().st_mtime_ns if folder and folder.exists() else 0


@st.cache_resource(max_entries=8, show_spinner=False)
def _store(path: str, _changed: int) -> Store:
    from core.data.store import Store

    return Store.open(path)


@st.cache_resource(max_entries=8, show_spinner="Reading the data set")
def _labels(path: str, changed: int) -> pd.DataFrame:
    from core.data.store import LABELS

    columns = [name for name in LABELS if name not in ("path", "digest")]
    return _store(path, changed).labels(columns)


@st.cache_resource(max_entries=8, show_spinner="Loading the model")
def _predictor(model: str, _changed: int) -> Predictor:
    from core.inference.predictor import Predictor

    loaded = Predictor.load(model)
    loaded.predict(np.full((64, 64), 255, np.uint8))
    return loaded


@st.cache_data(max_entries=256, show_spinner=False)
def _answer(model: str, changed: int, data: bytes) -> tuple[np.ndarray, Prediction]:
    from core.imaging import decode

    image = decode(data)
    return image, _predictor(model, changed).predict(image)
