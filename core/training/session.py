"""One training, from the data set to the exported and tested model. Imports TensorFlow."""

from __future__ import annotations

import importlib.util
import json
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from core import jobs
from core.data.splits import collections_of, split
from core.data.store import Store
from core.errors import Cancelled, RunError
from core.models.export import CHARACTER_NAMES, CHARACTERS, FACTS, LITERT, save_model_folder
from core.models.family import halves, summed
from core.models.litert import LiteRT
from core.models.zoo import FAMILIES
from core.scripts import script_of
from core.training import folder as files
from core.training.characters import both, characters_of, of_scripts
from core.training.checkpoint import Best, Checkpoint, steps_done
from core.training.classes import classes
from core.training.features import features, key
from core.training.feed import in_order, shuffled, steps_an_epoch
from core.training.mirror import Mirror, mirrored
from core.training.optimizer import MUON, adam, muon
from core.training.recorder import Recorder
from core.training.runs import data_of, find_run
from core.training.settings import Settings
from core.training.swift import for_training
from core.workspace import Workspace, atomic_path, write_atomically

_TEST_BATCH = 512


@dataclass(frozen=True)
class _Part:
    rows: np.ndarray  # int64 (N,)
    images: np.ndarray  # uint8 (N, H, W); or float32 (N, F), what a frozen body sees in them
    labels: np.ndarray  # int64 (N,), places among the names
    answers: np.ndarray  # what is asked: `labels`, or int64 (N, 2), the characters beside them


@dataclass(frozen=True)
class _Question:
    names: tuple[str, ...]  # of the labels
    places: np.ndarray  # int64 (N,), the label of each image, a place among the names
    answers: np.ndarray  # what is asked: `places`, or int64 (N, 2), the characters beside them
    characters: tuple[str, ...] = ()  # by their `class_name`, where those are learned as well
    within: np.ndarray | None = None  # int64 (C,), the label of each of them

    @property
    def outputs(self) -> int:
        return len(self.characters) or len(self.names)

    @property
    def classes(self) -> int | tuple[int, int]:
        labels = len(self.names)
        return (labels, len(self.characters)) if self.characters else labels


def train(folder: Path) -> None:
    """Do the run that `folder` asks for, up to its last state; go on, if it has a checkpoint.

    Raises:
        Cancelled: it was stopped before the first batch, and there is nothing to keep.
        DataError: the data set can't be read, or not be split as asked.
        ModelError: what the body has learned before is not to be had.
        RunError: what it should go on from is damaged, or belongs to another body.
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
    store = data_of(find_run(Workspace.of(folder), folder.name))
    if store is None:
        raise RunError(
            f"{settings.data}: deleted, damaged or another data set since the run was started: "
            "start it again"
        )
    table = store.labels()
    asked = _ask(table, settings)
    training, test = _parts(store, table, settings, asked)
    keras.utils.set_random_seed(settings.seed)
    family = FAMILIES[settings.model]
    model = family.build(store.shape, asked.outputs)
    if family.load:
        family.load(model, settings.weights)
    _heed_stop(folder)
    parameters = model.count_params()
    lessons, exam, known = training, test, ""
    if settings.frozen:
        body, learner = halves(model)
        known = key(body, store)
        lessons, exam = _seen_by(body, store, folder, (training, test))
    else:
        learner = for_training(model, mixed=settings.mixed_precision)

    files.write_state(
        folder,
        files.TRAINING,
        parameters=parameters,
        train_images=len(training.rows),
        test_images=len(test.rows),
        image_shape=store.shape,
        trained_on=collections_of(table.iloc[training.rows]),
        baseline=float(np.bincount(test.labels).max() / len(test.labels)),
    )
    with mirrored(folder, settings) as mirror:
        last_state = _fit(folder, settings, learner, lessons, exam, asked, known, mirror)
        if not settings.frozen:
            model.set_weights(learner.get_weights())
        if asked.within is not None:
            model = summed(model, asked.within, len(asked.names))

        _write_down(folder, model, asked, store, parameters=parameters, versions=versions)
        files.write_state(folder, files.EVALUATING)
        collections = table["collection"].iloc[test.rows].astype(str).to_numpy()
        try:
            result = _evaluate(folder, model, test, asked.names, collections)
        except RunError:
            (folder / FACTS).unlink()  # what diverged is no model, and nothing to go on from
            (folder / files.CHECKPOINT).unlink(missing_ok=True)
            raise
        if last_state == files.DONE:
            (folder / files.CHECKPOINT).unlink(missing_ok=True)
        files.write_state(folder, last_state, **result)
        if mirror:
            mirror.ended = last_state


def _write_down(
    folder: Path, model: Any, asked: _Question, store: Store, *, parameters: int, versions: Any
) -> None:
    """Write the model down; if the run had stopped, what was measured of the one before goes."""

    def forget() -> None:
        files.write_state(folder, files.EXPORTING, accuracy=None, loss=None)
        (folder / files.PREDICTIONS).unlink(missing_ok=True)
        shutil.rmtree(folder / files.ELSEWHERE, ignore_errors=True)

    files.write_state(folder, files.EXPORTING)
    facts: dict[str, Any] = {"run": folder.name, "data_hash": store.hash, "versions": versions}
    if asked.characters:
        # without the sums, which nobody trains
        facts |= {CHARACTERS: len(asked.characters), "parameters": parameters}
        facts[CHARACTER_NAMES] = list(asked.characters)
    save_model_folder(folder, model, asked.names, store.pipeline, ready=forget, **facts)


def _ask(table: pd.DataFrame, settings: Settings) -> _Question:
    names, places = classes(table, settings.classes)
    if not settings.character_weight:
        return _Question(names, places, places)
    characters, beside = characters_of(table)
    within = np.array([names.index(script_of(each)) for each in characters])
    return _Question(names, places, np.stack([places, beside], axis=1), characters, within)


def _heed_stop(folder: Path) -> None:
    if jobs.stop_requested(folder):
        raise Cancelled


def _parts(
    store: Store, table: pd.DataFrame, settings: Settings, asked: _Question
) -> tuple[_Part, _Part]:
    parts = split(table, settings.split, settings.seed)
    training, test = (
        _Part(rows, store.images(rows), asked.places[rows], asked.answers[rows]) for rows in parts
    )
    return training, test


def _seen_by(body: Any, store: Store, folder: Path, parts: Sequence[_Part]) -> list[_Part]:
    """Return `parts` with what `body` gives for their images in place of these."""

    def report(done: int, total: int) -> None:
        _heed_stop(folder)
        files.write_state(folder, f"{files.LOOKING}, {done / total:.0%}")

    seen = features(body, store, Workspace.of(folder).features, report)
    return [replace(part, images=np.array(seen[part.rows])) for part in parts]


@dataclass(frozen=True)
class _Listeners:
    """Who hears of a training while it goes on; `best` and `averages` where they are asked for."""

    recorder: Recorder
    checkpoint: Checkpoint
    all: list[Any]
    best: Best | None
    averages: Any


def _listeners(
    folder: Path,
    settings: Settings,
    images: int,
    step: int,
    tested: int,
    body: str,
    mirror: Mirror | None,
) -> _Listeners:
    """Return them for a training on so many images that goes on at `step`, tested up to `tested`.

    Args:
        body: which frozen body gives what is learned from, "" for none.
    """
    size = settings.batch_size
    minutes = _rewind_history(folder, step, tested)
    recorder = Recorder(folder, settings.total_epochs, images, size, step=step, minutes=minutes)
    # In this order: the best is looked for while averaged weights are in the model, and the
    # checkpoint written when they are out of it and the others have heard of the epoch.
    best = Best(settings.patience) if settings.patience else None
    averages = keras.callbacks.SwapEMAWeights() if settings.average_weights else None
    plateau = _plateau() if settings.schedule == "plateau" else None
    others = {plateau: ("best", "wait", "cooldown_counter")} if plateau else {}
    checkpoint = Checkpoint(folder, steps_an_epoch(images, size), best, others, body)
    heard_by = [each for each in (recorder, best, averages, plateau, mirror) if each]
    if importlib.util.find_spec("tensorboard"):
        log_dir = folder / files.TENSORBOARD
        heard_by.append(keras.callbacks.TensorBoard(log_dir, write_graph=False))
    return _Listeners(recorder, checkpoint, [*heard_by, checkpoint], best, averages)


def _fit(
    folder: Path,
    settings: Settings,
    model: Any,
    training: _Part,
    test: _Part,
    question: _Question,
    body: str,
    mirror: Mirror | None,
) -> str:
    """Train `model`; return the state the run will end in, done or stopped."""
    an_epoch = steps_an_epoch(len(training.rows), settings.batch_size)
    total = settings.total_epochs * an_epoch
    _compile(model, settings, an_epoch, question)
    step, tested = steps_done(folder)
    heard = _listeners(folder, settings, len(training.rows), step, tested, body, mirror)
    best, checkpoint = heard.best, heard.checkpoint
    checkpoint.set_model(model)
    checkpoint.restore()
    validation = in_order(test.images, test.answers, _TEST_BATCH, classes=question.classes)
    state = files.DONE
    try:
        if tested < step and step % an_epoch == 0:
            _test_late(model, validation, step // an_epoch, heard.all, checkpoint.logs)
        # Where a training goes on in the middle of an epoch, what is left of it is fitted first.
        while step < total and not (best and best.is_over):
            left = -step % an_epoch
            end = step + left if left else total
            feed = shuffled(
                training.images,
                training.answers,
                settings.batch_size,
                classes=question.classes,
                seed=settings.seed,
                steps=range(step, end),
                augment=settings.augment,
            )
            model.fit(
                feed,
                validation_data=validation,
                initial_epoch=step // an_epoch,
                epochs=end // an_epoch,
                steps_per_epoch=left or an_epoch,
                shuffle=False,
                verbose=0,
                callbacks=heard.all,
            )
            step = end
    except Cancelled:
        state = files.STOPPED
        # which has not heard of the batch that was stopped at
        checkpoint.logs = heard.recorder.logs or checkpoint.logs
        if heard.averages:
            heard.averages.on_test_end()  # it may have been testing, with averages in the model
        checkpoint.save()
    model.optimizer.finalize_variable_values(model.trainable_variables)
    if best and best.weights:
        model.set_weights(best.weights)
    return state


def _test_late(
    model: Any, validation: Any, epoch: int, callbacks: Sequence[Any], logs: dict[str, float]
) -> None:
    """Do what a fit would have done at the end of `epoch`, from 1, had it not been cut off there.

    `logs` are those of the epoch's last batch.
    """
    heard = keras.callbacks.CallbackList(callbacks, model=model, epochs=epoch)
    heard.on_train_begin()
    heard.on_epoch_begin(epoch - 1)
    said = model.evaluate(validation, callbacks=heard, return_dict=True)
    tested = {f"val_{name}": value for name, value in said.items()}
    heard.on_epoch_end(epoch - 1, {**logs, **tested})
    heard.on_train_end()


def _compile(
    model: Any, settings: Settings, an_epoch: int, question: _Question | None = None
) -> None:
    rate: Any = settings.learning_rate
    if settings.schedule == "cosine":
        total = settings.total_epochs * an_epoch
        rising = round(settings.warmup * total)
        schedule = keras.optimizers.schedules.CosineDecay
        if rising:
            rate = schedule(0.0, total - rising, warmup_target=rate, warmup_steps=rising)
        else:
            rate = schedule(rate, total)
    averaging = {
        "use_ema": settings.average_weights,
        # over about the last epoch, or the last thousand batches of a long one
        "ema_momentum": min(max(1 - 1 / an_epoch, 0.9), 0.999),
    }
    if settings.optimizer == MUON:
        optimizer = muon(rate, settings.weight_decay, model.layers[-1].name, **averaging)
    else:
        optimizer = adam(rate, settings.weight_decay, **averaging)
    loss: Any = keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing)
    accuracy: Any = "accuracy"
    if question and question.within is not None:
        of, count = question.within, len(question.names)
        loss = both(of, count, settings.character_weight, settings.label_smoothing)
        accuracy = of_scripts(of, count)
    model.compile(optimizer=optimizer, loss=loss, metrics=[accuracy], jit_compile=False)
    optimizer.build(model.trainable_variables)


def _plateau() -> Any:
    return keras.callbacks.ReduceLROnPlateau(factor=0.2, patience=4)


def _rewind_history(folder: Path, step: int, tested: int) -> float:
    """Forget batches after `step` and epochs after `tested`; return the minutes up to there."""
    path = folder / files.HISTORY
    kept = [
        each
        for each in files.read_history(folder)
        if each["step"] <= (tested if each["kind"] == "epoch" else step)
    ]
    text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in kept)
    # Half a line at its end, left by a full disk, would spoil the next one.
    if path.exists() and path.read_bytes() != text.encode():
        write_atomically(path, text)
    return kept[-1]["minutes"] if kept else 0.0


def _evaluate(
    folder: Path, model: Any, test: _Part, labels: Sequence[str], collections: np.ndarray
) -> dict[str, float]:
    """Write what the exported model says about the test split, and return the sum of it."""
    probabilities = LiteRT(folder / LITERT)(test.images)
    if not np.isfinite(probabilities).all():
        raise RunError(
            "its training diverged, so that it answers with what is no number: train it again with "
            "a smaller learning rate"
        )
    predicted = probabilities.argmax(axis=1)
    names = np.array(labels)
    true = names[test.labels]
    table = pd.DataFrame(
        {
            "row": test.rows,
            "script": [script_of(each) for each in true],
            "collection": collections,
            "label": true,
            "predicted": names[predicted],
            **{f"p_{name}": probabilities[:, place] for place, name in enumerate(labels)},
        }
    )
    with atomic_path(folder / files.PREDICTIONS) as path:
        table.to_parquet(path, index=False)
    of_the_true = probabilities[np.arange(len(test.labels)), test.labels]
    few = test.images[:64]
    by_keras = model.predict_on_batch(few.astype(np.float32) / 255)
    return {
        "accuracy": float((predicted == test.labels).mean()),
        # Clipped, as a single share that is rounded to 0 would make it infinite.
        "loss": float(-np.log(np.clip(of_the_true, 1e-7, 1)).mean()),
        "litert_difference": float(np.abs(probabilities[: len(few)] - by_keras).max()),
    }
