"""One training, from the data set to the exported and tested model. Imports TensorFlow."""

from __future__ import annotations

import importlib.util
import json
import math
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from core import jobs
from core.data.splits import split
from core.data.store import Store
from core.errors import Cancelled
from core.models.export import LITERT, save_model_folder
from core.models.litert import LiteRT
from core.models.zoo import FAMILIES
from core.scripts import NAMES
from core.training import folder as files
from core.training.feed import batches
from core.training.recorder import Recorder
from core.training.settings import Settings
from core.workspace import atomic_path

_TEST_BATCH = 512


@dataclass(frozen=True)
class _Part:
    rows: np.ndarray  # int64 (N,)
    images: np.ndarray  # uint8 (N, H, W)
    labels: np.ndarray  # int64 (N,), places in NAMES


def train(folder: Path) -> None:
    """Do the run that `folder` asks for, up to its last state.

    Raises:
        Cancelled: it was stopped before the first batch, and there is nothing to keep.
        DataError: the data set can't be read, or not be split as asked.
        StorageFull: the disk is full.
    """
    request = json.loads((folder / files.SETTINGS).read_text(encoding="utf-8"))
    settings = Settings.from_json(request["settings"])
    versions = {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
    files.write_state(folder, files.LOADING, versions=versions)
    _heed_stop(folder)
    store = Store.open(settings.data)
    training, test = _parts(store, settings)
    keras.utils.set_random_seed(settings.seed)
    model = FAMILIES[settings.model].build(store.shape, len(NAMES))
    _heed_stop(folder)

    files.write_state(
        folder,
        files.TRAINING,
        parameters=model.count_params(),
        train_images=len(training.rows),
        test_images=len(test.rows),
    )
    last_state = _fit(folder, settings, model, training, test)

    files.write_state(folder, files.EXPORTING)
    facts = {"run": folder.name, "data_hash": store.hash, "versions": versions}
    save_model_folder(folder, model, NAMES, store.pipeline, **facts)

    files.write_state(folder, files.EVALUATING)
    result = _evaluate(folder, model, test)
    files.write_state(folder, last_state, **result)


def _heed_stop(folder: Path) -> None:
    if jobs.stop_requested(folder):
        raise Cancelled


def _parts(store: Store, settings: Settings) -> tuple[_Part, _Part]:
    table = store.labels()
    labels = pd.Categorical(table["script"], categories=NAMES).codes.astype(np.int64)
    parts = split(table, settings.split, settings.seed)
    training, test = (_Part(rows, store.images(rows), labels[rows]) for rows in parts)
    return training, test


def _fit(folder: Path, settings: Settings, model: Any, training: _Part, test: _Part) -> str:
    """Train `model`; return the state the run will end in, done or stopped."""
    steps = math.ceil(len(training.rows) / settings.batch_size)
    rate: Any = settings.learning_rate
    if settings.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, settings.total_epochs * steps)
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
        jit_compile=False,
    )
    callbacks: list[Any] = [Recorder(folder, settings.total_epochs * steps)]
    if importlib.util.find_spec("tensorboard"):
        log_dir = folder / files.TENSORBOARD
        callbacks.append(keras.callbacks.TensorBoard(log_dir, write_graph=False))
    try:
        model.fit(
            batches(
                training.images,
                training.labels,
                settings.batch_size,
                classes=len(NAMES),
                seed=settings.seed,
                augment=settings.augment,
            ),
            validation_data=batches(test.images, test.labels, _TEST_BATCH, classes=len(NAMES)),
            epochs=settings.total_epochs,
            shuffle=False,
            verbose=0,
            callbacks=callbacks,
        )
    except Cancelled:
        return files.STOPPED
    return files.DONE


def _evaluate(folder: Path, model: Any, test: _Part) -> dict[str, float]:
    """Write what the exported model says about the test split, and return the sum of it."""
    probabilities = LiteRT(folder / LITERT)(test.images)
    predicted = probabilities.argmax(axis=1)
    names = np.array(NAMES)
    table = pd.DataFrame(
        {
            "row": test.rows,
            "script": names[test.labels],
            "predicted": names[predicted],
            **{f"p_{name}": probabilities[:, place] for place, name in enumerate(NAMES)},
        }
    )
    with atomic_path(folder / files.PREDICTIONS) as path:
        table.to_parquet(path, index=False)
    of_the_true = probabilities[np.arange(len(test.labels)), test.labels]
    few = test.images[:64]
    by_keras = model.predict_on_batch(few.astype(np.float32) / 255)
    return {
        "accuracy": float((predicted == test.labels).mean()),
        # Clipped as Keras clips it.
        "loss": float(-np.log(np.clip(of_the_true, 1e-7, 1)).mean()),
        "litert_difference": float(np.abs(probabilities[: len(few)] - by_keras).max()),
    }
