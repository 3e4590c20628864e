"""What is worked out of a data set once, for all visitors: no view looks at the whole of it again.

All functions take the path of a data set and plain values; what they return is shared, and not to
be changed. A data set that was replaced on disk is worked out anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from core.data import balance, contents, giveaways, ink
from core.data.selection import matching, sample_rows
from core.imaging import Pipeline
from core.ui import caches, pictures

Where = tuple[tuple[str, str], ...]
"""What is asked of a row: column and value, one after the other."""
CAME, SEEN = "As they came", "As the model sees them"
"""The two ways in which images are shown."""
SAMPLE = 200
"""Images that are measured of a source."""
PIXEL_SAMPLE = 2000
_At = tuple[str, int]


def rows(path: Path, where: Where = (), *, mixed: bool = False) -> np.ndarray:
    """Return the rows that fit, int32: in the order of the file, or mixed by a fixed seed."""
    return _rows(_at(path), where, mixed)


def counts(path: Path, column: str, where: Where = ()) -> pd.DataFrame:
    """Return how many images there are of each value of `column`: see `balance.counts`."""
    return _counts(_at(path), column, where)


def uneven(path: Path) -> list[str]:
    """Return what is uneven, in words: see `balance.uneven`."""
    return _uneven(_at(path))


def columns(path: Path) -> pd.DataFrame:
    """Return the table of columns: see `contents.columns`."""
    return _columns(_at(path))


def sizes(path: Path) -> pd.DataFrame:
    """Return count, mean, deviation, quartiles of width and height, as pandas describes them."""
    return _sizes(_at(path))


def pixels(path: Path) -> contents.Pixels:
    """Describe the pixels of a sample of prepared images."""
    return _pixels(_at(path))


def longer_sides(path: Path, source: str) -> np.ndarray:
    """Return the longer side in px of each original of a source: int32."""
    return _longer_sides(_at(path), source)


def measures(path: Path, source: str) -> pd.DataFrame:
    """Measure the ink of a sample of a source: see `ink.measures`."""
    return _measures(_at(path), source)


def average(path: Path, where: Where) -> np.ndarray:
    """Average a sample of the pictures that fit, as they came: uint8 (64, 64)."""
    return _average(_at(path), where)


def ink_map(path: Path, where: Where) -> np.ndarray:
    """Return how often each pixel of a sample of prepared images that fit is ink: (H, W)."""
    return _ink_map(_at(path), where)


def told(path: Path, pipeline: Pipeline) -> giveaways.Found:
    """Say what images give away before and after each step of `pipeline`: see `giveaways.find`.

    Raises:
        DataError: there are not two scripts with enough images.
    """
    return _told(_at(path), json.dumps(pipeline.to_json()))


def sheet(path: Path, shown: tuple[int, ...], columns: int, *, prepared: bool) -> str:
    """Return the images of the rows `shown`, laid out on one sheet, as a data URI."""
    return _sheet(_at(path), shown, columns, prepared)


def _at(path: Path) -> _At:
    return str(path), path.stat().st_mtime_ns


@st.cache_resource(max_entries=8, show_spinner=False)
def _labels(at: _At) -> pd.DataFrame:
    """Return the labels; writers of one name in two collections are two, here and everywhere."""
    labels = caches.labels(Path(at[0]))
    return labels.assign(writer=balance.people(labels))


@st.cache_resource(max_entries=24, show_spinner=False)
def _rows(at: _At, where: Where, mixed: bool) -> np.ndarray:
    found = matching(_labels(at), dict(where))
    return np.random.default_rng(0).permutation(found) if mixed else found


@st.cache_resource(max_entries=64, show_spinner=False)
def _counts(at: _At, column: str, where: Where) -> pd.DataFrame:
    labels = _labels(at)[list(dict.fromkeys(["script", column]))]
    return balance.counts(labels.iloc[_rows(at, where, False)] if where else labels, column)


@st.cache_resource(max_entries=8, show_spinner=False)
def _uneven(at: _At) -> list[str]:
    return balance.uneven(_labels(at))


@st.cache_resource(max_entries=8, show_spinner="Counting what each column holds")
def _columns(at: _At) -> pd.DataFrame:
    return contents.columns(caches.store(Path(at[0])), _labels(at))


@st.cache_resource(max_entries=8, show_spinner=False)
def _sizes(at: _At) -> pd.DataFrame:
    return _labels(at)[["width", "height"]].describe()


@st.cache_resource(max_entries=8, show_spinner=False)
def _pixels(at: _At) -> contents.Pixels:
    chosen = sample_rows(_rows(at, (), False), PIXEL_SAMPLE)
    return contents.pixels(caches.store(Path(at[0])).images(chosen))


@st.cache_resource(max_entries=64, show_spinner=False)
def _longer_sides(at: _At, source: str) -> np.ndarray:
    labels = _labels(at).iloc[_rows(at, (("collection", source),), False)]
    return labels[["width", "height"]].to_numpy().max(axis=1)


@st.cache_resource(max_entries=128, show_spinner=False)
def _measures(at: _At, source: str) -> pd.DataFrame:
    chosen = sample_rows(_rows(at, (("collection", source),), False), SAMPLE)
    return ink.measures(caches.store(Path(at[0])), chosen)


@st.cache_resource(max_entries=128, show_spinner=False)
def _average(at: _At, where: Where) -> np.ndarray:
    chosen = sample_rows(_rows(at, where, False), SAMPLE)
    return ink.average(caches.store(Path(at[0])), chosen)


@st.cache_resource(max_entries=128, show_spinner=False)
def _ink_map(at: _At, where: Where) -> np.ndarray:
    chosen = sample_rows(_rows(at, where, False), SAMPLE)
    return ink.ink_map(caches.store(Path(at[0])).images(chosen))


@st.cache_resource(max_entries=32, show_spinner="Measuring after each step")
def _told(at: _At, pipeline: str) -> giveaways.Found:
    steps = Pipeline.from_json(json.loads(pipeline))
    return giveaways.find(caches.store(Path(at[0])), steps, _labels(at)["script"])


@st.cache_data(max_entries=64, show_spinner=False)
def _sheet(at: _At, shown: tuple[int, ...], columns: int, prepared: bool) -> str:
    store = caches.store(Path(at[0]))
    images = list(store.images(shown)) if prepared else store.sources(shown)
    return pictures.data_uri(pictures.sheet(images, columns, 512 // columns))
