from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from core import jobs
from core.errors import Cancelled
from core.training.feed import in_order
from core.training.recorder import Recorder


class AskToStop(keras.callbacks.Callback):
    """Counts batches, and asks for a stop during the given one of training or validation."""

    def __init__(self, folder: Path, kind: str, batch: int) -> None:
        super().__init__()
        self.folder, self.kind, self.batch = folder, kind, batch
        self.seen = {"train": 0, "test": 0}

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:  # noqa: ARG002
        self._count("train", batch)

    def on_test_batch_begin(self, batch: int, logs: object = None) -> None:  # noqa: ARG002
        self._count("test", batch)

    def _count(self, kind: str, batch: int) -> None:
        self.seen[kind] += 1
        if (kind, batch) == (self.kind, self.batch):
            jobs.request_stop(self.folder)


@pytest.mark.parametrize(
    ("kind", "batch", "seen"),
    [("train", 1, {"train": 2, "test": 0}), ("test", 2, {"train": 5, "test": 3})],
)
def test_a_stop_ends_the_fit_with_the_batch_at_hand(
    kind: str, batch: int, seen: dict[str, int], tmp_path: Path
) -> None:
    model = keras.Sequential([keras.Input((2, 2)), keras.layers.Flatten(), keras.layers.Dense(2)])
    model.compile("sgd", "mse", metrics=["accuracy"])
    images, labels = np.zeros((20, 2, 2), np.uint8), np.zeros(20, np.int64)
    feed = in_order(images, labels, 4, classes=2)
    asker = AskToStop(tmp_path, kind, batch)
    with pytest.raises(Cancelled):
        model.fit(
            feed,
            validation_data=feed,
            epochs=2,
            shuffle=False,
            verbose=0,
            callbacks=[asker, Recorder(tmp_path, 2, 20, 4)],
        )
    assert asker.seen == seen
    steps = [record["step"] for record in jobs.read(tmp_path, "history.jsonl")]
    assert steps == sorted(set(steps))
    assert steps[0] == 1
    if kind == "train":
        assert steps[-1] == 2


def test_what_went_before_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 160.0, 220.0])
    told = SimpleNamespace(monotonic=lambda: next(clock))
    monkeypatch.setattr("core.training.recorder.time", told)
    recorder = Recorder(tmp_path, 5, 600, 30, step=90, minutes=7.0)
    recorder.on_epoch_begin(4)
    for batch in range(3):
        recorder.on_train_batch_end(batch, {"loss": 1.0})
    records = jobs.read(tmp_path, "history.jsonl")
    assert [each["step"] for each in records] == [91, 92, 93]
    assert [each["minutes"] for each in records] == [7, 8, 9]
    # a minute a batch of 30
    assert [each.get("seconds_left") for each in records] == [None, 8 * 60, 7 * 60]
    assert [each.get("images_per_second") for each in records] == [None, None, 0.5]
    assert {each["epoch"] for each in records} == {5}


def test_a_coarse_clock_gives_no_speed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.training.recorder.time", SimpleNamespace(monotonic=lambda: 7.0))
    recorder = Recorder(tmp_path, 1, 9, 3)
    recorder.on_epoch_begin(0)
    for batch in range(3):
        recorder.on_train_batch_end(batch)
    assert recorder.images_per_second is None


@pytest.mark.parametrize(("images", "size"), [(30, 30), (45, 30), (7, 100)])
def test_small_sets_are_as_fast_as_their_images(
    images: int, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    told = SimpleNamespace(monotonic=lambda: now)
    monkeypatch.setattr("core.training.recorder.time", told)
    recorder = Recorder(tmp_path, 4, images, size)
    for epoch in range(4):
        recorder.on_epoch_begin(epoch)
        for batch, before in enumerate(range(0, images, size)):
            now += 0.5 * min(size, images - before)
            recorder.on_train_batch_end(batch)
        now += 1_000  # validation does not count
        recorder.on_epoch_end(epoch)
    assert recorder.images_per_second == 2


def test_batches_are_recorded_every_half_second_and_seldom_in_a_long_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    told = SimpleNamespace(monotonic=lambda: now)
    monkeypatch.setattr("core.training.recorder.time", told)
    recorder = Recorder(tmp_path, 1, 10_000, 10)
    recorder.on_epoch_begin(0)
    for begin in (100, 2_100):
        for batch in range(100):
            now = begin + batch / 10
            recorder.on_train_batch_end(batch)

    seconds = [60 * each["minutes"] for each in jobs.read(tmp_path, "history.jsonl")]

    early, late = (
        np.array([each for each in seconds if low <= each < low + 10]) for low in (0, 2_000)
    )
    assert 15 < len(early) <= 20
    assert np.diff(early).min() > 0.49
    # a thousandth of the time it took so far
    assert 4 <= len(late) <= 5
    assert np.diff(late).min() > 1.99
