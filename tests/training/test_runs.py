"""Real runs, in real processes: each loads TensorFlow, so there are few of them."""

import errno
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import Timeout

from core import jobs
from core.data.build import build
from core.data.splits import split
from core.data.store import Store
from core.errors import RunBusy, RunError, RunNotFound, StorageFull, StoreError
from core.imaging import Pipeline, preset
from core.inference.predictor import Predictor
from core.models.litert import LiteRT
from core.scripts import NAMES
from core.training import runs
from core.training.folder import read_state, write_failure
from core.training.runs import (
    Run,
    at_rest,
    delete_run,
    find_run,
    is_of,
    list_runs,
    one_start,
    pack,
    resume_run,
    start_run,
    stop_run,
    trained,
    wait,
    wait_or_stop,
)
from core.training.settings import Settings
from core.ui import caches
from core.workspace import Workspace

HISTORY = ["kind", "step", "epoch", "minutes", "loss", "accuracy", "val_loss", "val_accuracy"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture(scope="module")
def done(
    notebook_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, list[Run], Workspace]:
    """A run that went to its end, all that was seen of it on the way, and its workspace."""
    workspace = Workspace(tmp_path_factory.mktemp("done"))
    settings = Settings(notebook_store, epochs=12, batch_size=32, notes="a first try")
    seen: list[Run] = []
    run = wait(start_run(workspace, settings), seen.append, every=0.02)
    assert run.state == "done", run.log_tail()
    return run, seen, workspace


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen]:
    """The processes of the jobs started in this test."""
    processes = []
    spawn = jobs._spawn

    def keep(*arguments: object) -> subprocess.Popen:
        processes.append(spawn(*arguments))
        return processes[-1]

    monkeypatch.setattr(jobs, "_spawn", keep)
    return processes


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_run_passes_through_its_states_in_order(done: tuple[Run, list[Run], Workspace]) -> None:
    _, seen, _ = done
    order = ["starting", "loading TensorFlow", "training", "exporting", "evaluating", "done"]
    places = [order.index(run.state) for run in seen]
    assert places == sorted(places)
    assert {"training", "done"} <= {run.state for run in seen}
    epochs = [run.epoch for run in seen]
    assert epochs == sorted(epochs)
    assert epochs[-1] == 12


def test_the_history_has_the_first_batch_and_every_epoch(
    done: tuple[Run, list[Run], Workspace],
) -> None:
    run, _, _ = done
    history = run.history()
    assert list(history) == HISTORY
    first = history.iloc[0]
    assert (first["kind"], first["step"], first["epoch"], first["minutes"]) == ("batch", 1, 1, 0)
    epochs = history[history["kind"] == "epoch"]
    # 288 images, four fifths of them trained on in batches of 32: 8 steps an epoch.
    assert epochs["step"].tolist() == [8 * n for n in range(1, 13)]
    assert epochs["epoch"].tolist() == list(range(1, 13))
    assert epochs[["loss", "accuracy", "val_loss", "val_accuracy"]].notna().all().all()
    assert history.loc[history["kind"] == "batch", "val_loss"].isna().all()
    assert history["minutes"].is_monotonic_increasing
    assert epochs["loss"].iloc[-1] < epochs["loss"].iloc[0]


def test_its_result_is_what_the_exported_model_says_about_the_test_split(
    done: tuple[Run, list[Run], Workspace], notebook_store: Path
) -> None:
    run, _, _ = done
    store = Store.open(notebook_store)
    _, test_rows = split(store.labels(), "notebook", 800)
    predictions = run.test_predictions()
    columns = ["row", "script", "collection", "label", "predicted"]
    assert list(predictions) == [*columns, *(f"p_{name}" for name in NAMES)]
    assert predictions["row"].tolist() == test_rows.tolist()
    truth = store.labels()["script"].astype(str).iloc[test_rows].tolist()
    assert predictions["script"].tolist() == predictions["label"].tolist() == truth

    probabilities = predictions.filter(like="p_").to_numpy()
    again = LiteRT(run.folder / "model.tflite")(store.images(test_rows))
    np.testing.assert_allclose(probabilities, again, rtol=0, atol=1e-6)
    guesses = [NAMES[place] for place in again.argmax(axis=1)]
    assert predictions["predicted"].tolist() == guesses
    assert run.accuracy == np.mean([a == b for a, b in zip(guesses, truth, strict=True)])
    assert run.accuracy > 0.8

    # Keras measured the same on the same weights at the end of the last epoch.
    last = run.history().iloc[-1]
    assert run.accuracy == pytest.approx(last["val_accuracy"], abs=1e-6)
    assert run.loss == pytest.approx(last["val_loss"], abs=1e-4)
    state = json.loads((run.folder / "state.json").read_text())
    assert state["litert_difference"] < 1e-5


def test_what_a_run_is_made_of_is_written_down(
    done: tuple[Run, list[Run], Workspace], notebook_store: Path
) -> None:
    run, _, workspace = done
    assert run.folder == workspace.runs / run.id
    assert run.settings == Settings(notebook_store, epochs=12, batch_size=32, notes="a first try")
    assert run.data_hash == Store.open(notebook_store).hash
    assert run.parameters == 37_638
    assert (run.has_model, run.active, run.stopping, run.message) == (True, False, False, "")
    model = json.loads((run.folder / "model.json").read_text())
    assert model["labels"] == list(NAMES)
    assert Pipeline.from_json(model["pipeline"]) == preset("notebook")
    assert (model["run"], model["data_hash"]) == (run.id, run.data_hash)
    assert {"python", "tensorflow", "keras", "numpy"} <= set(model["versions"])
    events = {path.parent.name for path in (run.folder / "tensorboard").rglob("events.out.*")}
    assert events == {"train", "validation"}
    left = {path.name for path in run.folder.iterdir()} - {"tensorboard"}
    assert left == {
        *("settings.json", "state.json", "history.jsonl", "predictions.parquet"),
        *("model.json", "model.keras", "model.tflite", "worker.log", "lock", "starting"),
    }


def test_a_run_is_packed_with_all_that_using_it_takes(
    done: tuple[Run, list[Run], Workspace], tmp_path: Path
) -> None:
    run = done[0]
    with zipfile.ZipFile(io.BytesIO(pack(run))) as archive:
        archive.extractall(tmp_path)
    left = {path.name for path in (tmp_path / run.id).iterdir()}
    assert {"model.keras", "model.tflite", "model.json", "settings.json", "history.jsonl"} <= left
    assert "worker.log" not in left
    assert Predictor.load(tmp_path / run.id).labels == NAMES


def test_runs_are_found_by_name_and_by_how_it_begins(
    done: tuple[Run, list[Run], Workspace],
) -> None:
    run, _, workspace = done
    assert list_runs(workspace) == [run]
    assert find_run(workspace, run.id) == run
    assert find_run(workspace, "cnn") == run
    for wrong in ("", "dense", "../done", run.id + "x"):
        with pytest.raises(RunNotFound, match="python -m core runs"):
            find_run(workspace, wrong)


def test_a_name_that_could_be_two_runs_names_both(
    done: tuple[Run, list[Run], Workspace], workspace: Workspace
) -> None:
    run, _, _ = done
    for name in ("cnn-aa", "cnn-ab"):
        shutil.copytree(run.folder, workspace.runs / name)
    with pytest.raises(RunNotFound, match="cnn-aa, cnn-ab"):
        find_run(workspace, "cnn")
    assert find_run(workspace, "cnn-aa").id == "cnn-aa"


def _write(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


SPOILT = {
    **{f"settings {text}": _write("settings.json", text) for text in ("{", "", "[]", "{}")},
    "settings of many brackets": _write("settings.json", "[" * 100_000),
    "settings of a state": _write("settings.json", '{"state":"done"}'),
    "settings of no run": _write("settings.json", '{"settings":[],"created":"","data":{}}'),
    **{f"state {text}": _write("state.json", text) for text in ("{", "", "[]", "{}")},
    "no state": lambda folder: (folder / "state.json").unlink(),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_damaged_run_is_left_out_and_says_so_when_asked_for(
    name: str, done: tuple[Run, list[Run], Workspace], workspace: Workspace
) -> None:
    for folder in ("cnn-good", "cnn-spoilt"):
        shutil.copytree(done[0].folder, workspace.runs / folder)
    SPOILT[name](workspace.runs / "cnn-spoilt")

    assert [run.id for run in list_runs(workspace)] == ["cnn-good"]
    with pytest.raises(RunError, match=r"run cnn-spoilt: .* damaged .*; delete .*cnn-spoilt") as no:
        find_run(workspace, "cnn-spoilt")
    assert "\n" not in str(no.value)
    with pytest.raises(RunError, match="can't go on, it is done"):  # it finds room
        resume_run(workspace, find_run(workspace, "cnn-good"))


def test_a_run_of_a_model_this_version_does_not_know_says_so(
    done: tuple[Run, list[Run], Workspace], workspace: Workspace
) -> None:
    folder = workspace.runs / "resnet-new"
    shutil.copytree(done[0].folder, folder)
    request = json.loads((folder / "settings.json").read_text())
    request["settings"]["model"] = "resnet"
    (folder / "settings.json").write_text(json.dumps(request))
    assert list_runs(workspace) == []
    with pytest.raises(RunError, match="run resnet-new: no model called 'resnet' in this version"):
        find_run(workspace, "resnet")


def test_a_run_deleted_while_runs_are_listed_is_left_out(
    done: tuple[Run, list[Run], Workspace], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = workspace.runs / "cnn-gone" / "settings.json"
    monkeypatch.setattr(Path, "glob", lambda *_: [gone, done[0].folder / "settings.json"])
    assert list_runs(workspace) == [done[0]]


def test_stopping_a_run_that_is_over_does_nothing(done: tuple[Run, list[Run], Workspace]) -> None:
    run, _, workspace = done
    stop_run(run)
    assert find_run(workspace, run.id) == run


def test_one_run_at_a_time_that_keeps_its_weights_when_stopped(
    notebook_store: Path, workspace: Workspace
) -> None:
    # 23,040 batches: it is stopped within the first epoch.
    settings = Settings(_many_times(notebook_store, workspace), batch_size=1)

    def press_start(_visitor: int) -> Run | RunBusy:
        try:
            return start_run(workspace, settings)
        except RunBusy as busy:
            return busy

    with ThreadPoolExecutor(2) as visitors:
        outcomes = list(visitors.map(press_start, range(2)))
    (run,) = (each for each in outcomes if isinstance(each, Run))
    (refusal,) = (each for each in outcomes if isinstance(each, RunBusy))
    assert f"python -m core stop {run.id}" in str(refusal)
    assert run.state in ("starting", "loading TensorFlow")

    def look() -> Run:
        return find_run(workspace, run.id)

    until(lambda: len(run.history()) >= 3)
    assert look().state == "training"
    assert look().seconds_left > 0
    with pytest.raises(RunBusy):
        start_run(workspace, settings)

    stop_run(look())
    ended = wait(run)
    assert ended.state == "stopped", ended.log_tail()
    assert ended.epoch == 1
    assert ended.history()["kind"].unique().tolist() == ["batch"]
    assert ended.has_model
    assert 0 <= ended.accuracy <= 1
    predictions = ended.test_predictions()
    images = Store.open(settings.data).images(predictions["row"].to_numpy()[:20])
    again = LiteRT(run.folder / "model.tflite")(images)
    np.testing.assert_allclose(
        predictions.filter(like="p_").to_numpy()[:20], again, rtol=0, atol=1e-6
    )


def test_ctrl_c_while_one_waits_stops_the_run_too(
    done: tuple[Run, list[Run], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    presses, stopped = iter([True, False]), []

    def waited(run: Run, *_: object) -> Run:
        if next(presses):
            raise KeyboardInterrupt
        return run

    monkeypatch.setattr("core.training.runs.wait", waited)
    monkeypatch.setattr("core.training.runs.stop_run", stopped.append)
    with pytest.raises(KeyboardInterrupt):
        wait_or_stop(done[0])
    assert stopped == [done[0]]
    assert list(presses) == []  # it was waited for to the end


def test_a_killed_run_has_failed_and_makes_room(
    notebook_store: Path, workspace: Workspace, spawned: list[subprocess.Popen]
) -> None:
    run = start_run(workspace, Settings(notebook_store, epochs=1))
    spawned[0].kill()
    until(lambda: not find_run(workspace, run.id).active)
    ended = wait(run)
    assert ended.state == "failed"
    assert "killed" in ended.message
    assert not ended.has_model
    assert list(ended.history()) == HISTORY
    assert ended.history().empty
    with pytest.raises(RunError, match="no test predictions: it is failed"):
        ended.test_predictions()

    # The next one is told to end, by the system, while it still loads TensorFlow.
    second = start_run(workspace, Settings(notebook_store, epochs=1))
    assert second.active
    os.kill(spawned[1].pid, signal.SIGTERM)
    ended = wait(second)
    assert ended.state == "stopped", ended.log_tail()
    assert not ended.has_model
    assert [each.id for each in list_runs(workspace)] == [second.id, run.id]


def test_a_run_killed_in_its_midst_goes_on_where_it_was(
    notebook_store: Path, workspace: Workspace, spawned: list[subprocess.Popen]
) -> None:
    data = workspace.store / "letters.parquet"
    shutil.copy(notebook_store, data)
    run = start_run(workspace, Settings(data, epochs=40, batch_size=32))
    until(lambda: find_run(workspace, run.id).epoch >= 3)
    spawned[0].kill()
    until(lambda: not find_run(workspace, run.id).active)
    killed = find_run(workspace, run.id)
    assert (killed.state, killed.can_go_on) == ("failed", True)
    before = killed.history()

    data.write_bytes(notebook_store.read_bytes()[:-1])
    with pytest.raises(RunError, match="its data set, “letters”, is gone, damaged or another"):
        resume_run(workspace, killed)
    data.unlink()
    renamed = Path(shutil.copy(notebook_store, workspace.store / "renamed.parquet"))

    run = resume_run(workspace, killed)
    assert run.active
    assert run.settings.data == renamed
    with pytest.raises(RunBusy):
        delete_run(run)
    with pytest.raises(RunBusy):
        resume_run(workspace, run)
    run = wait(run)
    assert run.state == "done", run.log_tail()
    assert run.message == ""
    epochs = run.history()[run.history()["kind"] == "epoch"]
    assert epochs["epoch"].tolist() == list(range(1, 41))
    first = before[before["kind"] == "epoch"]
    assert epochs["loss"].tolist()[: len(first) - 1] == first["loss"].tolist()[:-1]
    assert run.images_per_second > 0
    assert (run.train_images, run.test_images, run.image_shape) == (230, 58, (28, 28))
    assert ("arabic", "ahcd1") in run.trained_on
    commonest = run.test_predictions()["label"].value_counts(normalize=True)
    assert run.baseline == pytest.approx(commonest.max())

    with pytest.raises(RunError, match="can't go on, it is done"):
        resume_run(workspace, run)
    delete_run(run)
    assert list_runs(workspace) == []
    assert not run.folder.exists()
    with pytest.raises(RunNotFound, match="gone already"):
        delete_run(run)


def test_a_run_whose_data_set_is_another_now_does_not_go_on(
    done: tuple[Run, list[Run], Workspace], canonical_store: Path, workspace: Workspace
) -> None:
    folder = workspace.runs / "cnn-half"
    shutil.copytree(done[0].folder, folder)
    (folder / "state.json").write_text('{"state": "stopped"}')
    with pytest.raises(RunError, match="it left no checkpoint: start a new one"):
        resume_run(workspace, find_run(workspace, "cnn-half"))
    (folder / "checkpoint.npz").touch()
    request = json.loads((folder / "settings.json").read_text())
    request["settings"]["data"] = str(canonical_store)
    (folder / "settings.json").write_text(json.dumps(request))
    with pytest.raises(RunError, match="“canonical”, is gone, damaged or another by now"):
        resume_run(workspace, find_run(workspace, "cnn-half"))
    assert find_run(workspace, "cnn-half").state == "stopped"


def test_a_run_that_goes_on_keeps_its_result_while_it_keeps_its_model(
    done: tuple[Run, list[Run], Workspace], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workspace.runs / "cnn-half"
    shutil.copytree(done[0].folder, folder)
    state = json.loads((folder / "state.json").read_text())
    (folder / "state.json").write_text(json.dumps({**state, "state": "stopped", "message": "x"}))
    (folder / "checkpoint.npz").touch()
    monkeypatch.setattr(jobs, "_spawn", lambda *_: subprocess.Popen([sys.executable, "-c", ""]))

    run = resume_run(workspace, find_run(workspace, "cnn-half"))
    assert (run.accuracy, run.loss) == (done[0].accuracy, done[0].loss)
    assert run.message != "x"


def test_a_start_that_cannot_be_leaves_nothing(
    notebook_store: Path,
    kaggle_zips: dict[str, Path],
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(RunError, match="epochs"):
        start_run(workspace, Settings(notebook_store, epochs=-1))
    with pytest.raises(StoreError):
        start_run(workspace, Settings(workspace.root / "nothing.parquet"))
    build([str(kaggle_zips["arabic"])], workspace.root / "one.parquet", per_script=12)
    with pytest.raises(RunError, match="“one” are of one script: bring others"):
        start_run(workspace, Settings(workspace.root / "one.parquet"))
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(FileNotFoundError):
        start_run(workspace, Settings(notebook_store))
    assert list_runs(workspace) == []
    assert not [path for path in workspace.runs.iterdir() if path.is_dir()]


def test_nothing_but_the_worker_loads_tensorflow() -> None:
    program = (
        "import sys, core.training.runs, core.training.settings, core.training.worker\n"
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def _many_times(store: Path, workspace: Workspace) -> Path:
    """The same images a hundred times over, as one data set."""
    table = pq.read_table(store)
    facts = json.loads(pq.read_metadata(store).metadata[b"scriptorium"])
    facts["per_script"] = {name: 100 * count for name, count in facts["per_script"].items()}
    many = pa.concat_tables([table] * 100).replace_schema_metadata(
        {b"scriptorium": json.dumps(facts)}
    )
    path = workspace.store / "many.parquet"
    pq.write_table(many, path)
    return path


def test_a_folder_for_runs_that_is_a_link_does_not_lead_away(tmp_path: Path) -> None:
    here, place = Workspace(tmp_path / "here"), tmp_path / "disk" / "runs"
    place.mkdir(parents=True)
    here.root.mkdir()
    (here.root / "runs").symlink_to(place, target_is_directory=True)

    folder = runs._new_folder(here, "cnn")

    assert Workspace.of(folder).root == here.root
    assert (place / folder.name).is_dir()


def test_no_run_is_started_or_tested_while_one_is_deleted(
    ask: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, here = ask("cnn-test"), Workspace(tmp_path)
    (folder / "state.json").write_text('{"state": "done"}')

    def look(_: Run) -> None:
        with pytest.raises(Timeout):
            runs.one_start(here).acquire(timeout=0)

    monkeypatch.setattr(runs, "_refuse_if_tested", look)
    delete_run(find_run(here, "cnn-test"))
    assert not folder.exists()


def test_where_nothing_can_be_started_a_run_stays_as_it_had_ended(
    ask: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    folder, here = ask("cnn-test"), Workspace(tmp_path)
    (folder / "state.json").write_text('{"state": "failed", "message": "no space left"}')
    (folder / "checkpoint.npz").touch()
    monkeypatch.setattr("core.jobs._spawn", refuse)

    with pytest.raises(OSError, match="Cannot allocate"):
        resume_run(here, find_run(here, "cnn-test"))

    run = find_run(here, "cnn-test")
    assert (run.state, run.message) == ("failed", "no space left")


@pytest.mark.parametrize("opened", [Store.open, caches.store])
def test_a_path_that_leads_through_a_file_hides_no_data_set(
    ask: Callable[..., Path],
    notebook_store: Path,
    tmp_path: Path,
    opened: Callable[[Path], Store],
) -> None:
    folder, here = ask("cnn-test"), Workspace(tmp_path)
    shutil.copy(notebook_store, here.store / "kept.parquet")
    request = json.loads((folder / "settings.json").read_text())
    request["settings"]["data"] = str(folder / "state.json" / "gone.parquet")
    (folder / "settings.json").write_text(json.dumps(request))

    found = runs.data_of(find_run(here, "cnn-test"), opened)

    assert found
    assert found.path == here.store / "kept.parquet"


@pytest.mark.parametrize("full", [False, True])
def test_why_a_run_failed_is_said_of_names_that_are_not_utf_8(
    ask: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    def refuse(path: Path, _: object) -> None:
        raise StorageFull(f"{path}: no space left on the disk")

    folder = ask("cnn-test")
    if full:
        monkeypatch.setattr("core.training.folder.write_atomically", refuse)
    write_failure(folder, "/data/caf\udce9.parquet: no such file")
    assert read_state(folder) == {
        "state": "failed",
        "message": "/data/caf\udce9.parquet: no such file",
    }


def test_a_run_is_of_its_settings_on_what_its_data_set_held(
    ask: Callable[..., Path], notebook_store: Path, canonical_store: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data.parquet"
    shutil.copy(notebook_store, data)
    ask("cnn-test", data=data)
    run = find_run(Workspace(tmp_path), "cnn-test")
    assert is_of(run, Settings(data))
    assert not is_of(run, Settings(data, epochs=3))
    shutil.copy(canonical_store, data)
    assert not is_of(run, Settings(data))


def test_one_script_alone_can_be_told_apart_by_its_characters(
    kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    build([str(kaggle_zips["arabic"])], tmp_path / "one.parquet", workers=1)
    of_scripts = Settings(tmp_path / "one.parquet")
    with pytest.raises(RunError, match="of one script"):
        runs._request(of_scripts)
    assert runs._request(replace(of_scripts, classes="character"))


def test_a_run_that_ended_has_no_time_left(ask: Callable[..., Path], tmp_path: Path) -> None:
    folder = ask("cnn-test")
    jobs.append(
        folder,
        {"kind": "batch", "step": 1, "epoch": 1, "minutes": 0, "seconds_left": 9},
        "history.jsonl",
    )
    (folder / "state.json").write_text('{"state": "stopped"}')
    run = find_run(Workspace(tmp_path), "cnn-test")
    assert (run.epoch, run.seconds_left) == (1, None)


def test_a_run_that_is_being_tested_is_not_deleted(
    ask: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ask("cnn-test")
    (folder / "state.json").write_text('{"state": "done"}')
    (folder / "elsewhere" / "other").mkdir(parents=True)
    monkeypatch.setattr(jobs, "is_alive", lambda place: place.name == "other")
    with pytest.raises(RunBusy, match="is being tested"):
        delete_run(find_run(Workspace(tmp_path), "cnn-test"))
    assert folder.exists()


def test_no_run_begins_while_its_data_set_is_renamed_or_deleted(
    done: tuple[Run, list[Run], Workspace], workspace: Workspace
) -> None:
    with (
        at_rest(workspace, done[0].data_hash),
        pytest.raises(Timeout),
        one_start(workspace).acquire(timeout=0.1),
    ):
        pytest.fail("a run could begin")


@pytest.fixture
def trains(workspace: Workspace, notebook_store: Path, monkeypatch: pytest.MonkeyPatch):
    """`trains(state, ...)`: what `trained` does where there is a run in that state already."""

    def did(
        state: str,
        *,
        checkpoint: bool = True,
        data_hash: str = "",
        ends: str = "done",
        **settings: object,
    ) -> list[str]:
        done: list[str] = []
        folder = workspace.runs / "glyph-kept"
        folder.mkdir()
        request = {
            "settings": Settings(notebook_store, **settings).resolved().to_json(),
            "created": "2026-01-01T00:00:00+00:00",
            "data": {"hash": data_hash or Store.open(notebook_store).hash},
        }
        (folder / "settings.json").write_text(json.dumps(request))
        (folder / "state.json").write_text(state)
        if checkpoint:
            (folder / "checkpoint.npz").touch()

        def start(*_: object) -> Run:
            done.append("start")
            return SimpleNamespace(id="glyph-new", state="done")

        def resume(_: Workspace, run: Run) -> Run:
            done.append("resume")
            return replace(run, state=ends, message="the disk is full")

        monkeypatch.setattr(runs, "start_run", start)
        monkeypatch.setattr(runs, "resume_run", resume)
        told: list[Run] = []

        def wait(run: Run, tell: Callable[[Run], None]) -> Run:
            tell(run)
            return run

        monkeypatch.setattr(runs, "wait_or_stop", wait)
        run = trained(workspace, Settings(notebook_store), told.append)
        assert told == [run]
        return [*done, run.id]

    return did


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ({"state": '{"state": "done"}'}, ["glyph-kept"]),
        ({"state": '{"state": "done"}', "data_hash": "another"}, ["start", "glyph-new"]),
        ({"state": '{"state": "done"}', "epochs": 3}, ["start", "glyph-new"]),
        ({"state": '{"state": "stopped"}'}, ["resume", "glyph-kept"]),
        ({"state": '{"state": "stopped"}', "data_hash": "another"}, ["start", "glyph-new"]),
        ({"state": '{"state": "failed"}', "checkpoint": False}, ["start", "glyph-new"]),
        ({"state": "["}, ["start", "glyph-new"]),
    ],
)
def test_a_run_there_is_counts_only_where_it_is_of_todays_data_and_settings(
    kept: dict, expected: list[str], trains: Callable[..., list[str]]
) -> None:
    assert trains(**kept) == expected


def test_what_asked_for_a_trained_model_hears_why_there_is_none(
    trains: Callable[..., list[str]],
) -> None:
    with pytest.raises(RunError, match="glyph-kept failed: the disk is full"):
        trains('{"state": "stopped"}', ends="failed")


def test_a_run_whose_figures_are_none_is_left_out_and_named(
    ask: Callable[..., Path], tmp_path: Path
) -> None:
    ask("cnn-good")
    (ask("cnn-test") / "state.json").write_text('{"state": "done", "loss": {"is": 1}}')
    assert [each.id for each in list_runs(Workspace(tmp_path))] == ["cnn-good"]
    with pytest.raises(RunError, match="cnn-test: its folder is damaged"):
        find_run(Workspace(tmp_path), "cnn-test")


def test_records_whose_figures_are_none_are_left_out(
    ask: Callable[..., Path], tmp_path: Path
) -> None:
    folder = ask("cnn-test")
    good = {"kind": "batch", "step": 1, "epoch": 1, "minutes": 0.5, "loss": None}
    for each in (good, {**good, "minutes": "x"}, {**good, "accuracy": {"a": 1}}):
        jobs.append(folder, each, "history.jsonl")
    assert find_run(Workspace(tmp_path), "cnn-test").history()["minutes"].tolist() == [0.5]


def test_a_run_that_goes_on_is_waited_for(
    trains: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "is_alive", lambda _: True)
    with pytest.raises(RunError, match="glyph-kept training"):  # as the wait of this test leaves it
        trains('{"state": "training"}')


def test_a_name_that_is_taken_is_drawn_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.runs / "cnn-2222").mkdir()
    letters = iter("22223333")
    monkeypatch.setattr(runs.secrets, "choice", lambda _: next(letters))
    assert runs._new_folder(workspace, "cnn").name == "cnn-3333"
