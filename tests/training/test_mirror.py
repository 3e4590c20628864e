"""Runs mirrored to MLflow: here to a database of its own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient

from core.errors import RunError
from core.training import folder as files
from core.training import worker
from core.training.mirror import EXPERIMENT, URI
from core.training.runs import find_run, resume_run, wait
from core.workspace import Workspace

Ask = Callable[..., Path]


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    name = f"sqlite:///{tmp_path / 'team.db'}"
    monkeypatch.setenv(URI, name)
    return name


def runs_of(uri: str) -> list:
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    return client.search_runs([experiment.experiment_id])


def test_a_run_is_told_to_the_team_epoch_by_epoch(ask: Ask, uri: str, tmp_path: Path) -> None:
    folder = ask("cnn-test", epochs=2, notes="for the team")

    worker.main(folder)

    [told] = runs_of(uri)
    assert told.info.run_name == "cnn-test"
    assert told.info.status == "FINISHED"
    assert told.data.params["notes"] == "for the team"
    assert told.data.params["epochs"] == "2"
    history = MlflowClient(uri).get_metric_history(told.info.run_id, "val_accuracy")
    tested = find_run(Workspace(tmp_path), "cnn-test").history()["val_accuracy"].dropna()
    assert [each.value for each in history] == pytest.approx(tested.tolist())
    assert [each.step for each in history] == [1, 2]
    assert not (tmp_path / "mlruns").exists()  # models stay where they are


def test_a_run_that_is_stopped_is_said_to_be_and_goes_on_as_the_same(
    ask: Ask, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("cnn-test", epochs=2)
    looks = iter([False] * 3)
    with monkeypatch.context() as patch:
        patch.setattr("core.training.recorder.jobs.stop_requested", lambda _: next(looks, True))
        worker.main(folder)
    ws = Workspace(tmp_path)
    assert find_run(ws, "cnn-test").state == "stopped"
    assert [each.info.status for each in runs_of(uri)] == ["KILLED"]

    assert wait(resume_run(ws, find_run(ws, "cnn-test"))).state == "done"

    assert [each.info.status for each in runs_of(uri)] == ["FINISHED"]


def test_a_run_that_fails_in_the_end_is_said_to_have(
    ask: Ask, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("cnn-test", epochs=1)
    monkeypatch.setattr(
        "core.training.session.LiteRT", lambda _: lambda images: np.full((len(images), 6), np.nan)
    )
    with pytest.raises(RunError, match="diverged"):
        worker.main(folder)
    assert [each.info.status for each in runs_of(uri)] == ["FAILED"]


def test_a_server_that_can_not_be_had_costs_no_run(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(URI, "http://127.0.0.1:9")
    folder = ask("cnn-test", epochs=1)

    worker.main(folder)

    assert files.read_state(folder)["state"] == "done"
    assert "not mirrored to http://127.0.0.1:9: " in caplog.text


def test_nothing_is_told_where_nobody_asks(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv(URI, raising=False)
    worker.main(ask("cnn-test", epochs=1))
    assert "mirrored" not in caplog.text
