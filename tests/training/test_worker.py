"""What the worker makes of trouble; here it runs in this process, to be interfered with."""

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import jobs
from core.data.store import Store
from core.errors import RunError, StorageFull
from core.models import export
from core.training import worker
from core.training.runs import Run, find_run
from core.workspace import Workspace

Ask = Callable[..., Path]


@pytest.fixture
def folder(ask: Ask) -> Path:
    """The folder of a run that is asked for, of one short epoch, and not begun."""
    return ask("cnn-test", epochs=1)


def _look(folder: Path) -> Run:
    return find_run(Workspace(folder.parent.parent), folder.name)


def test_a_full_disk_fails_the_run_and_leaves_nothing_half_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_model: object, path: Path, **_: bool) -> None:
        path.write_bytes(b"half of i")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(export, "export_litert", full)
    with pytest.raises(Exception, match="no space left"):
        worker.main(folder)
    run = _look(folder)
    assert run.state == "failed"
    assert run.message.startswith("no space left on the disk while writing")
    assert "\n" not in run.message
    assert not run.has_model
    left = {path.name for path in folder.iterdir()} - {"tensorboard"}
    assert left == {"checkpoint.npz", "history.jsonl", "lock", "settings.json", "state.json"}


def test_a_disk_so_full_that_not_even_the_state_can_be_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _data: str) -> None:
        raise StorageFull(f"no space left on the disk while writing {path}")

    def fill(*_: object, **__: object) -> None:
        monkeypatch.setattr("core.training.folder.write_atomically", full)
        raise StorageFull("no space left on the disk while writing history.jsonl")

    monkeypatch.setattr("core.jobs.append", fill)
    with pytest.raises(StorageFull):
        worker.main(folder)
    run = _look(folder)
    assert (run.state, run.parameters) == ("failed", 37_638)
    assert run.message == "no space left on the disk while writing history.jsonl"


def test_an_error_is_one_line_in_the_state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object, **__: object) -> None:
        raise ZeroDivisionError("first line\nsecond line")

    monkeypatch.setattr("core.training.session.shuffled", explode)
    with pytest.raises(ZeroDivisionError):
        worker.main(folder)
    assert (_look(folder).state, _look(folder).message) == (
        "failed",
        "ZeroDivisionError: first line",
    )


def test_a_data_set_gone_since_the_start_is_named(ask: Ask, tmp_path: Path) -> None:
    folder = ask("cnn-test", epochs=1, data=tmp_path / "gone.parquet")
    with pytest.raises(Exception, match=r"gone\.parquet"):
        worker.main(folder)
    assert _look(folder).state == "failed"
    assert "gone.parquet" in _look(folder).message


def test_a_run_learns_from_the_data_set_it_was_started_on_whatever_has_its_name_now(
    ask: Ask, notebook_store: Path, canonical_store: Path, tmp_path: Path
) -> None:
    store = Workspace(tmp_path).store
    named, renamed = store / "mine.parquet", store / "renamed.parquet"
    shutil.copy(notebook_store, named)
    folder = ask("cnn-test", epochs=1, data=named)
    named.rename(renamed)
    shutil.copy(canonical_store, named)

    worker.main(folder)

    assert _look(folder).state == "done"
    facts = json.loads((folder / "model.json").read_text())
    assert facts["data_hash"] == Store.open(renamed).hash

    another = ask("cnn-other", epochs=1, data=renamed)
    shutil.copy(canonical_store, renamed)
    with pytest.raises(RunError, match=r"renamed\.parquet: deleted, damaged or another data set"):
        worker.main(another)


def test_a_model_that_diverged_is_no_model_that_is_done(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("cnn-test", epochs=1)
    monkeypatch.setattr(
        "core.training.session.LiteRT", lambda _: lambda images: np.full((len(images), 6), np.nan)
    )
    with pytest.raises(RunError, match="its training diverged"):
        worker.main(folder)
    assert _look(folder).state == "failed"
    assert _look(folder).accuracy is None
    assert not _look(folder).has_model  # nobody is offered it
    assert not _look(folder).can_go_on  # it would diverge again


def test_a_run_stopped_before_its_first_batch_is_stopped_without_a_model(folder: Path) -> None:
    jobs.request_stop(folder)
    worker.main(folder)
    run = _look(folder)
    assert (run.state, run.has_model, run.epoch) == ("stopped", False, 0)


def test_the_same_seed_gives_the_same_run(ask: Ask) -> None:
    losses = []
    for name in ("first", "second"):
        folder = ask(name, epochs=1, augment=True)
        worker.main(folder)
        losses.append(_look(folder).history()["loss"].tolist())
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
