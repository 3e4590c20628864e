"""How a model does on a data set: asked about images that are prepared already, or about copies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.data.selection import sample_rows
from core.data.store import Store
from core.errors import DataError
from core.inference.predictor import Predictor

SAMPLE = 200
"""Images of each script that are asked about: some seconds."""
_CHUNK = 2048


def prepared(store: Store, predictor: Predictor, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Give the images of `rows` as the model wants them, uint8 (some, H, W).

    As they are in the data set, or, where that was prepared otherwise, from the copies it keeps.

    Raises:
        StoreError: the data set can't be read, or keeps no copies.
    """
    ready = store.pipeline.steps == predictor.pipeline.steps
    collections = store.labels(["collection"])["collection"]
    for start in range(0, len(rows), _CHUNK):
        some = rows[start : start + _CHUNK]
        if ready:
            yield store.images(some)
        else:
            images = predictor.pipeline.apply_as(store.sources(some), collections.iloc[some])
            yield np.stack(images)


def on_sample(predictor: Predictor, store: Store) -> pd.DataFrame:
    """Ask a model that tells scripts apart about up to `SAMPLE` images of each that it knows.

    Returns:
        A row an image: row (in the data set), script and collection (the true ones), predicted
        (the script), read (the character, by its `class_name`, or ""), rejected (bool).

    Raises:
        DataError: the data set holds none of its scripts.
        StoreError: it can't be read, or keeps no copies to prepare.
    """
    labels = store.labels(["script", "collection"]).astype(str)
    known = [
        sample_rows(np.flatnonzero(labels["script"] == name), SAMPLE)
        for name in predictor.labels
        if store.per_script.get(name)
    ]
    if not known:
        raise DataError(f"{store.path.stem}: none of the model's scripts is in it; choose another")
    rows = np.sort(np.concatenate(known))
    best, read, rejected = [], list[str](), []
    for images in prepared(store, predictor, rows):
        said = predictor.answers(images)
        likeliest = said.probabilities.argmax(axis=1)
        best.append(likeliest)
        read += predictor.characters.read(said.characters, likeliest)
        rejected.append(said.rejected)
    predicted = np.array(predictor.labels)[np.concatenate(best)]
    return pd.DataFrame(
        {
            "row": rows,
            "script": labels["script"].to_numpy()[rows],
            "collection": labels["collection"].to_numpy()[rows],
            "predicted": predicted,
            "read": read,
            "rejected": np.concatenate(rejected),
        }
    )
