"""Going on where a training was left, averages, patience: what the session adds to a plain fit.

Sessions run in this process, on a few drawn images; what an interruption is, `stopped_at` says.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core import jobs
from core.errors import RunError
from core.models.zoo import FAMILIES
from core.training import session, worker
from core.training.checkpoint import Best, Checkpoint, steps_done
from core.training.recorder import Recorder
from core.training.runs import Run, find_run
from core.training.settings import Settings
from core.workspace import Workspace

# 288 images, 230 of them to learn from: 8 steps an epoch.
STEPS = 8
Ask = Callable[..., Path]
LITTLE = {"epochs": 3, "batch_size": 32}
LISTENING = {**LITTLE, "average_weights": True, "schedule": "plateau", "patience": 2}


def look(folder: Path) -> Run:
    return find_run(Workspace(folder.parent.parent), folder.name)


def epochs(run: Run) -> list[list[float]]:
    history = run.history()
    history = history[history["kind"] == "epoch"]
    return history[["step", "loss", "val_loss", "val_accuracy"]].to_numpy().tolist()


class Killed(BaseException):
    """As if the power had failed."""


@pytest.fixture(scope="module", autouse=True)
def eager() -> Iterator[None]:
    """The learning rate falls after every epoch, so that a wait that is forgotten shows."""

    def plateau() -> Any:
        return keras.callbacks.ReduceLROnPlateau(factor=0.2, patience=1, min_delta=10.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "_plateau", plateau)
        yield


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """TensorFlow prepares itself for each session, the longer the more layers there are.

    The network in the place of the CNN has each kind of what a checkpoint keeps: weights that
    decay, some that do not, averages of normalisation, and a seed that is drawn from.
    """

    def build(shape: tuple[int, int], labels: int) -> keras.Model:
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input(shape),
                layers.Flatten(),
                layers.Dense(16, "relu", name="within"),
                layers.BatchNormalization(),
                layers.Dropout(0.1),
                layers.Dense(labels, "softmax"),
            ]
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FAMILIES, "cnn", replace(FAMILIES["cnn"], build=build))
        yield


@contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End the process's work, so to speak, right after batch `step`."""

    def end(self: Recorder, *args: object, **kwargs: object) -> None:
        whole(self, *args, **kwargs)
        if self._step == step:
            raise Killed

    whole = Recorder.on_train_batch_end
    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "on_train_batch_end", end)
        yield


@pytest.mark.parametrize(
    "settings",
    [
        {"augment": True, "schedule": "cosine", "warmup": 0.2},
        {
            "optimizer": "muon",
            "average_weights": True,
            "weight_decay": 0.01,
            "schedule": "plateau",
            "patience": 9,
        },
    ],
)
def test_a_killed_run_goes_on_as_if_nothing_had_been(
    settings: dict, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask("whole", **LITTLE, **settings)
    worker.main(whole)
    expected = look(whole)

    # Killed in the second epoch, and again, after a checkpoint in its middle, in the third.
    folder = ask("killed", **LITTLE, **settings)
    with killed_at(STEPS + 3, monkeypatch), pytest.raises(Killed):
        worker.main(folder)
    assert look(folder).state == "failed"
    assert steps_done(folder) == (STEPS, STEPS)
    monkeypatch.setattr("core.training.checkpoint._MINUTES", 0.0)
    with killed_at(2 * STEPS + 5, monkeypatch), pytest.raises(Killed):
        worker.main(folder)
    assert steps_done(folder) == (2 * STEPS + 4, 2 * STEPS)
    worker.main(folder)

    run = look(folder)
    assert run.state == "done"
    steps = run.history()["step"].tolist()
    assert steps == sorted(steps)
    assert run.history()["minutes"].is_monotonic_increasing
    np.testing.assert_allclose(epochs(run), epochs(expected), rtol=1e-3, atol=1e-4)
    assert run.loss == pytest.approx(expected.loss, rel=1e-3)
    assert not (folder / "checkpoint.npz").exists()


@contextmanager
def stopped_after(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ask the run to stop while it is at batch `step` + 1."""

    def stop(self: Recorder, *args: object, **kwargs: object) -> None:
        if self._step == step:
            jobs.request_stop(self._folder)
        whole(self, *args, **kwargs)

    whole = Recorder.on_train_batch_end
    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "on_train_batch_end", stop)
        yield


def test_a_stopped_run_keeps_a_model_and_can_go_on(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("stopped", **LITTLE, average_weights=True)
    with stopped_after(STEPS + 2, monkeypatch):
        worker.main(folder)
    assert look(folder).state == "stopped"
    assert look(folder).has_model
    assert steps_done(folder) == (STEPS + 3, STEPS)
    (folder / "stop").unlink()
    worker.main(folder)
    assert look(folder).state == "done"
    assert [each[0] for each in epochs(look(folder))] == [8, 16, 24]


def test_a_run_stopped_with_the_last_batch_of_an_epoch_says_all_of_that_epoch(
    uninterrupted: Run, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("last", **LISTENING)
    with stopped_after(2 * STEPS - 1, monkeypatch):
        worker.main(folder)
    assert steps_done(folder) == (2 * STEPS, STEPS)
    (folder / "stop").unlink()
    worker.main(folder)
    np.testing.assert_allclose(epochs(look(folder)), epochs(uninterrupted), rtol=1e-3, atol=1e-4)


def _stop(self: Recorder) -> None:
    jobs.request_stop(self._folder)


def _kill(_self: object) -> None:
    raise Killed


@pytest.fixture(scope="module")
def uninterrupted(ask_in: Callable[[Path], Ask], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with all that hears of a test, and that nothing disturbed."""
    folder = ask_in(tmp_path_factory.mktemp("uninterrupted"))("whole", **LISTENING)
    worker.main(folder)
    return look(folder)


@pytest.mark.parametrize(
    ("epoch", "where", "what"),
    [
        (2, (Recorder, "on_test_batch_end"), _stop),
        (3, (Recorder, "on_test_batch_end"), _stop),
        (3, (Recorder, "on_test_batch_end"), _kill),
        (2, (Checkpoint, "on_epoch_end"), _kill),
    ],
)
def test_an_epoch_whose_test_was_cut_off_is_tested_when_the_run_goes_on(
    epoch: int,
    where: tuple[type, str],
    what: Callable[[object], None],
    uninterrupted: Run,
    ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = ask("cut-off", **LISTENING)

    def interrupt(self: Recorder | Checkpoint, *args: object, **kwargs: object) -> None:
        if self._step == epoch * STEPS:
            what(self)
        whole(self, *args, **kwargs)

    whole = getattr(*where)
    with monkeypatch.context() as patch:
        patch.setattr(*where, interrupt)
        patch.setattr("core.training.checkpoint._MINUTES", 0.0)
        with suppress(Killed):
            worker.main(folder)
    assert look(folder).state in ("stopped", "failed")
    assert steps_done(folder) == (epoch * STEPS, (epoch - 1) * STEPS)
    (folder / "stop").unlink(missing_ok=True)
    worker.main(folder)

    run = look(folder)
    assert run.state == "done"
    np.testing.assert_allclose(epochs(run), epochs(uninterrupted), rtol=1e-3, atol=1e-4)
    assert run.loss == pytest.approx(uninterrupted.loss, rel=1e-3)


def test_what_was_measured_of_a_model_stays_and_goes_with_it(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("measured", **LITTLE)
    with stopped_after(2, monkeypatch):
        worker.main(folder)
    before = look(folder)
    assert before.has_model
    assert before.accuracy is not None
    elsewhere = folder / "elsewhere" / "letters"
    elsewhere.mkdir(parents=True)

    worker.main(folder)  # it is stopped still, and ends before the first batch
    assert look(folder) == before
    assert len(before.test_predictions()) == 58
    assert elsewhere.exists()

    def measured() -> list[object]:
        kept = json.loads((folder / "state.json").read_text())
        files = elsewhere, folder / "predictions.parquet"
        return [kept["accuracy"], kept["loss"], *(each.exists() for each in files)]

    def check_and_die(*_: object, ready: Callable[[], object], **__: object) -> None:
        left.append(measured())  # the disk may be full
        ready()
        left.append(measured())
        raise Killed

    (folder / "stop").unlink()
    left: list[object] = []
    with monkeypatch.context() as patch:
        patch.setattr(session, "save_model_folder", check_and_die)
        with pytest.raises(Killed):
            worker.main(folder)
    assert left == [[before.accuracy, before.loss, True, True], [None, None, False, False]]


def test_a_run_killed_while_its_model_was_written_only_writes_it_again(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("late", **LITTLE, average_weights=True)
    with monkeypatch.context() as patch:
        patch.setattr(session, "save_model_folder", raise_killed)
        with pytest.raises(Killed):
            worker.main(folder)
    before = look(folder).history()
    worker.main(folder)
    run = look(folder)
    assert run.state == "done"
    assert len(run.history()) == len(before)
    # Keras tested the same averaged weights at the end of the last epoch.
    assert run.loss == pytest.approx(before["val_loss"].iloc[-1], rel=1e-3)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


SPOILT = {
    "empty": lambda path: path.write_bytes(b""),
    "half": _cut,
    "text": lambda path: path.write_text("text"),
    "another model's": lambda path: np.savez(
        path, facts=np.array('{"step": 3, "others": []}'), **{"state-0": np.zeros(7)}
    ),
    "nothing's": lambda path: np.savez(path, facts=np.array("[]")),
}


def test_a_damaged_checkpoint_is_named_in_one_line(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("spoilt", **LITTLE)
    with stopped_after(2, monkeypatch):
        worker.main(folder)
    (folder / "stop").unlink()
    for spoil in SPOILT.values():
        spoil(folder / "checkpoint.npz")
        with pytest.raises(RunError):
            worker.main(folder)
        assert look(folder).state == "failed"
        assert look(folder).message == (
            "run spoilt can't go on, its checkpoint is damaged: start a new run"
        )


def test_a_head_does_not_go_on_with_another_body(
    ask: Ask, canonical_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("frozen", **LITTLE, data=canonical_store, model="pretrained", freeze=True)
    with stopped_after(2, monkeypatch):
        worker.main(folder)
    (folder / "stop").unlink()
    monkeypatch.setattr(
        session, "FAMILIES", {"pretrained": replace(FAMILIES["pretrained"], load=None)}
    )
    with pytest.raises(RunError, match="run frozen can't go on, the body it was trained on is an"):
        worker.main(folder)
    monkeypatch.undo()
    worker.main(folder)
    assert look(folder).state == "done"


def test_a_history_that_is_not_whole_is_mended_when_its_run_goes_on(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("torn", **LITTLE)
    with stopped_after(2, monkeypatch):
        worker.main(folder)
    (folder / "stop").unlink()
    before = look(folder).history()["step"].tolist()
    with (folder / "history.jsonl").open("a") as file:
        file.write('{"kind": "batch", "loss": 1.0}\n{"kind": "batch", "st')
    assert look(folder).history()["step"].tolist() == before
    worker.main(folder)
    assert look(folder).state == "done"
    assert look(folder).history()["step"].tolist()[: len(before) + 1] == [*before, 4]
    assert [each[0] for each in epochs(look(folder))] == [8, 16, 24]
    lines = (folder / "history.jsonl").read_text().splitlines()
    assert all("step" in json.loads(each) for each in lines)


def raise_killed(*_: object, **__: object) -> None:
    raise Killed


def test_averaged_weights_are_those_tested_and_kept(ask: Ask) -> None:
    plain, averaged = ask("plain", **LITTLE), ask("averaged", **LITTLE, average_weights=True)
    worker.main(plain)
    worker.main(averaged)
    # Learning is the same, up to what is tested.
    assert [each[1] for each in epochs(look(averaged))] == pytest.approx(
        [each[1] for each in epochs(look(plain))], rel=1e-3
    )
    run = look(averaged)
    assert run.loss == pytest.approx(epochs(run)[-1][2], rel=1e-3)
    assert run.loss != pytest.approx(look(plain).loss, rel=0.01)


def test_patience_ends_a_run_and_keeps_its_best_weights(ask: Ask) -> None:
    # Far too fast: it gets worse soon.
    folder = ask("patient", epochs=60, batch_size=32, learning_rate=0.2, patience=2)
    worker.main(folder)
    run = look(folder)
    losses = [each[2] for each in epochs(run)]
    best = int(np.argmin(losses))
    assert run.state == "done"
    assert len(losses) == best + 1 + 2 < 60
    assert run.loss == pytest.approx(min(losses), rel=1e-3)
    assert run.accuracy == pytest.approx(epochs(run)[best][3], abs=1e-6)


def test_what_callbacks_know_is_kept_and_comes_back(tmp_path: Path) -> None:
    def made() -> tuple[Checkpoint, Best, Any]:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        session._compile(model, Settings(Path("x")), an_epoch=1)
        best, plateau = Best(patience=5), keras.callbacks.ReduceLROnPlateau()
        checkpoint = Checkpoint(tmp_path, 8, best, {plateau: ("best", "wait")})
        checkpoint.set_model(model)
        return checkpoint, best, plateau

    before, best, plateau = made()
    best.loss, best.waited, best.weights = 0.25, 3, [np.full((4, 2), 7.0)]
    plateau.best, plateau.wait = 0.5, 2
    before.save()
    after, best_after, plateau_after = made()
    after.restore()

    assert (best_after.loss, best_after.waited) == (0.25, 3)
    np.testing.assert_array_equal(best_after.weights, best.weights)
    assert (plateau_after.best, plateau_after.wait) == (0.5, 2)
    for one, other in zip(before.model.weights, after.model.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_augmentation_reaches_the_training(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def note(*_: object, **options: object) -> None:
        seen.update(options)
        raise Killed

    monkeypatch.setattr(session, "shuffled", note)
    for augment in (True, False):
        with pytest.raises(Killed):
            worker.main(ask(f"bent-{augment}", **LITTLE, augment=augment))
        assert seen["augment"] is augment


def test_a_loss_that_is_no_number_is_never_the_best() -> None:
    best = Best(patience=2)
    for _ in range(2):
        best.on_test_end({"loss": float("nan")})
    assert best.weights is None
    assert best.is_over


def test_cosine_with_warm_up_rises_and_falls() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    settings = Settings(Path("x"), epochs=10, schedule="cosine", warmup=0.2, learning_rate=0.01)
    session._compile(model, settings, an_epoch=10)
    rate = model.optimizer._learning_rate
    rates = [float(rate(step)) for step in (0, 10, 20, 60, 100)]
    assert rates == pytest.approx([0, 0.005, 0.01, 0.005, 0], abs=1e-6)
