import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock

from core import jobs
from core.data.sketchbook import families
from core.data.splits import split
from core.data.store import Store
from core.errors import RunBusy, RunError, StorageFull, StoreError
from core.imaging import preset
from core.inference.predictor import Predictor
from core.scripts import NAMES
from core.training.elsewhere import (
    Trial,
    by_script,
    main,
    most_telling,
    own_tally,
    start_trial,
    tally,
    trials_of,
)
from core.training.runs import Run, find_run, resume_run
from core.training.settings import Settings
from core.workspace import Workspace

Make = Callable[..., Run]


@pytest.fixture
def make_run(band_model: Path, tmp_path: Path) -> Make:
    """`make_run(data, **state)`: a finished run on that data set; its model is `band_model`."""

    def make(data: Path, **state: object) -> Run:
        workspace = Workspace(tmp_path / "workspace")
        shutil.copytree(band_model, workspace.runs / "cnn-done")
        request = {
            "settings": Settings(data).to_json(),
            "created": "2026-01-01T00:00:00+00:00",
            "data": {"hash": Store.open(data).hash if data.exists() else "gone"},
        }
        folder = workspace.runs / "cnn-done"
        (folder / "settings.json").write_text(json.dumps(request))
        (folder / "state.json").write_text(json.dumps({"state": "done", **state}))
        return find_run(workspace, "cnn-done")

    return make


def ask(run: Run, data: Path) -> Path:
    """The folder of a trial that is asked for and not begun."""
    folder = run.folder / "elsewhere" / data.stem
    folder.mkdir(parents=True)
    (folder / "request.json").write_text(json.dumps({"data": str(data)}))
    return folder


def only(run: Run) -> Trial:
    [trial] = trials_of(run)
    return trial


def wait_for(run: Run) -> None:
    deadline = time.monotonic() + 60
    while only(run).active:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_right_answers_are_counted_by_script_and_collection() -> None:
    answers = pd.DataFrame(
        {
            "script": ["arabic", "arabic", "arabic", "chinese", "other"],
            "label": ["arabic", "arabic", "arabic", "chinese", "other"],
            "predicted": ["arabic", "chinese", "arabic", "chinese", "arabic"],
        }
    )
    counted = tally(answers, ["mine", "mine", "yours", "mine", "theirs"], [("arabic", "mine")])
    assert counted.to_dict("records") == [
        {"script": "arabic", "collection": "mine", "seen": True, "images": 2, "right": 1},
        {"script": "arabic", "collection": "yours", "seen": False, "images": 1, "right": 1},
        {"script": "chinese", "collection": "mine", "seen": False, "images": 1, "right": 1},
    ]
    assert by_script(counted) == {"arabic": 2 / 3, "chinese": 1.0}
    assert by_script(counted[~counted["seen"]]) == {"arabic": 1.0, "chinese": 1.0}
    assert by_script(counted.iloc[:0]) == {}


def test_its_own_test_images_are_answered_as_those_of_others(
    make_run: Make, notebook_store: Path
) -> None:
    run = make_run(notebook_store, trained_on=["ahcd1"])
    pd.DataFrame(
        {
            "row": [0, 1],
            "script": ["arabic", "other"],
            "predicted": ["other", "other"],
            "p_arabic": [0.4, 0.3],
            "p_kannada": [0.1, 0.0],
            "p_other": [0.5, 0.7],
        }
    ).to_parquet(run.folder / "predictions.parquet")
    assert by_script(own_tally(run)) == {"arabic": 1.0}  # it must choose among the six


def test_what_a_run_saw_is_known_without_its_data_set(make_run: Make, tmp_path: Path) -> None:
    run = make_run(tmp_path / "gone.parquet", trained_on=["ahcd1"])
    pd.DataFrame(
        {
            "row": [0, 1],
            "script": ["arabic", "arabic"],
            "collection": ["ahcd1", "mine"],
            "predicted": ["arabic", "kannada"],
            "p_arabic": [1.0, 0.0],
            "p_kannada": [0.0, 1.0],
        }
    ).to_parquet(run.folder / "predictions.parquet")
    assert own_tally(run)[["collection", "seen", "right"]].to_numpy().tolist() == [
        ["ahcd1", True, 1],
        ["mine", False, 0],
    ]


def test_images_of_what_the_run_does_not_know_are_left_out_and_counted(
    make_run: Make, canonical_store: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "gone.parquet", trained_on=[])
    facts = json.loads((run.folder / "model.json").read_text())
    labels = ["unknown" if each == "kannada" else each for each in facts["labels"]]
    del facts["seal"]  # or the labels would be refused
    (run.folder / "model.json").write_text(json.dumps({**facts, "labels": labels}))
    main(ask(run, canonical_store))
    kannada = (Store.open(canonical_store).labels()["script"] == "kannada").sum()
    assert only(run).unknown == kannada > 0
    assert only(run).result["images"].sum() == 288 - kannada


def test_a_script_that_it_never_learned_does_not_count_against_a_run(
    make_run: Make, canonical_store: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "gone.parquet", trained_on=[])
    request = json.loads((run.folder / "settings.json").read_text())
    request["data"]["per_script"] = {"arabic": 9, "chinese": 9}
    (run.folder / "settings.json").write_text(json.dumps(request))
    main(ask(run, canonical_store))
    assert set(only(run).result["script"]) == {"arabic", "chinese"}
    assert only(run).unknown == 4 * 48


def test_the_most_telling_test_is_of_people_of_many_scripts_and_many_images() -> None:
    def trial(images: int, scripts: int, *, collection: str = "mine", seen: bool = False) -> Trial:
        counted = {"script": list(NAMES[:scripts]), "images": images, "right": 1}
        result = pd.DataFrame(counted).assign(collection=collection, seen=seen)
        return Trial(Path("x"), "x", False, False, 0, 0, "", 0, result)

    font = next(each.name for each in families("arabic"))
    few, many, wide = trial(8, 1), trial(20, 1), trial(2, 6)
    fonts, known = trial(99, 6, collection=font), trial(999, 6, seen=True)
    assert most_telling([few, many, wide, fonts, known]) is wide
    assert most_telling([few, many, fonts]) is many
    assert most_telling([fonts, known]) is fonts
    assert most_telling([trial(8, 1), few]) is not few  # the newest of those that are alike
    assert most_telling([known]) is None


@pytest.mark.parametrize(("split", "seen"), [("writer", True), ("collection", False)])
def test_without_its_data_set_the_split_tells_what_it_saw(
    split: str, seen: bool, make_run: Make, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "gone.parquet", trained_on=["ahcd1"])
    run = replace(run, settings=replace(run.settings, split=split))
    pd.DataFrame(
        {"row": [0], "script": ["arabic"], "predicted": ["arabic"], "p_arabic": [1.0]}
    ).to_parquet(run.folder / "predictions.parquet")
    assert own_tally(run)["seen"].tolist() == [seen]


def test_another_data_set_goes_through_the_models_own_pipeline(
    make_run: Make, canonical_store: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "gone.parquet", trained_on=["ahcd1", "chinese-mnist"])
    main(ask(run, canonical_store))
    trial = only(run)
    assert (trial.data, trial.active, trial.error, trial.copies) == ("canonical", False, "", None)
    assert (trial.done, trial.total) == (288, 288)

    store = Store.open(canonical_store)
    labels = store.labels()
    prepared = [preset("notebook").apply(each) for each in store.sources(range(288))]
    best = Predictor.load(run.folder).answers(np.stack(prepared)).probabilities.argmax(axis=1)
    predicted = [NAMES[place] for place in best]
    answers = pd.DataFrame(
        {"script": labels["script"], "label": labels["script"], "predicted": predicted}
    )
    expected = tally(
        answers, labels["collection"], [("arabic", "ahcd1"), ("chinese", "chinese-mnist")]
    )
    pd.testing.assert_frame_equal(trial.result, expected, check_dtype=False)
    assert set(trial.result.loc[trial.result["seen"], "script"]) == {"arabic", "chinese"}


def test_copies_of_images_it_learned_from_are_left_out(
    make_run: Make, notebook_store: Path, canonical_store: Path
) -> None:
    run = make_run(notebook_store)
    main(ask(run, canonical_store))
    labels = Store.open(notebook_store).labels()
    train, _ = split(labels, "notebook", 800)
    copies = labels["digest"].isin(set(labels["digest"].iloc[train])).sum()
    assert only(run).copies == copies >= 230
    assert only(run).result["images"].sum() == 288 - copies
    assert only(run).result["seen"].all()


def test_a_trial_is_a_process_whose_result_stays_with_the_run(
    make_run: Make, notebook_store: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "gone.parquet", trained_on=[])
    first = start_trial(run, notebook_store)
    assert first.active or first.result is not None  # it may be quicker than the look at it
    wait_for(run)
    assert only(run).result["images"].sum() == 288
    assert not only(run).result["seen"].any()


def test_a_trial_that_cannot_be_says_why(
    make_run: Make, notebook_store: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "gone.parquet")
    with pytest.raises(StoreError):
        start_trial(run, tmp_path / "nothing.parquet")
    assert trials_of(run) == []
    main(ask(run, notebook_store))
    assert "can't say which collections it learned from" in only(run).error
    assert only(run).result is None
    (run.folder / "model.json").unlink()
    with pytest.raises(RunError, match="no model to test"):
        start_trial(run, notebook_store)


def test_a_trial_can_be_stopped_and_one_that_died_says_so(
    make_run: Make, notebook_store: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "gone.parquet", trained_on=[])
    folder = ask(run, notebook_store)
    assert "killed" in only(run).error
    jobs.request_stop(folder)
    main(folder)
    assert only(run).error == "it was stopped"
    assert only(run).result is None


def test_a_run_that_goes_on_is_not_tested(make_run: Make, notebook_store: Path) -> None:
    run = make_run(notebook_store)
    (run.folder / "state.json").write_text('{"state": "training"}')
    with FileLock(run.folder / "lock"), pytest.raises(RunBusy, match="cnn-done is going on"):
        start_trial(run, notebook_store)
    assert trials_of(run) == []


def test_a_run_that_is_being_tested_does_not_go_on(make_run: Make, notebook_store: Path) -> None:
    run = make_run(notebook_store)
    (run.folder / "state.json").write_text('{"state": "stopped"}')
    (run.folder / "checkpoint.npz").touch()
    with (
        FileLock(ask(run, notebook_store) / "lock"),
        pytest.raises(RunBusy, match="cnn-done is being tested"),
    ):
        resume_run(Workspace(run.folder.parents[1]), run)
    assert find_run(Workspace(run.folder.parents[1]), run.id).state == "stopped"


def test_a_full_disk_is_what_a_trial_says_of_it(
    make_run: Make, notebook_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _data: str) -> None:
        raise StorageFull(f"no space left on the disk while writing {path}")

    run = make_run(tmp_path / "gone.parquet", trained_on=[])
    monkeypatch.setattr("core.training.elsewhere.write_atomically", full)
    main(ask(run, notebook_store))
    assert only(run).error.startswith("no space left on the disk while writing")


def test_where_no_test_can_be_started_the_old_result_stays(
    make_run: Make, notebook_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _data: str) -> None:
        raise StorageFull(f"no space left on the disk while writing {path}")

    run = make_run(tmp_path / "gone.parquet", trained_on=[])
    main(ask(run, notebook_store))
    before = only(run).result
    monkeypatch.setattr("core.jobs.write_atomically", full)

    with pytest.raises(StorageFull):
        start_trial(run, notebook_store)

    pd.testing.assert_frame_equal(only(run).result, before)


UNTIL_STOPPED = """
import sys, time
from pathlib import Path
from core import jobs

folder = Path(sys.argv[1])
with jobs.hold(folder):
    while not jobs.stop_requested(folder):
        time.sleep(0.01)
"""


def test_two_who_start_a_test_at_once_start_one(
    make_run: Make, notebook_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = jobs.start
    monkeypatch.setattr(
        "core.jobs.start",
        lambda folder, _, **options: begin(
            folder, [sys.executable, "-c", UNTIL_STOPPED, str(folder)], **options
        ),
    )
    run = make_run(tmp_path / "gone.parquet", trained_on=[])
    together = threading.Barrier(2)

    def start(_: int) -> str:
        together.wait()
        try:
            return start_trial(run, notebook_store).error
        except RunBusy as error:
            return str(error)

    with ThreadPoolExecutor() as pool:
        said = sorted(pool.map(start, range(2)))

    assert said == ["", f"run cnn-done is being tested on {notebook_store.stem} already"]
    jobs.request_stop(only(run).folder)
    wait_for(run)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", "7", '{"copies": 0, "counted": 1}', '{"copies": 0, "counted": ""}'],
)
def test_a_result_that_is_damaged_says_so(
    text: str, make_run: Make, notebook_store: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "gone.parquet")
    (ask(run, notebook_store) / "result.json").write_text(text)
    assert only(run).error.endswith("result.json is damaged: start it again")
    assert only(run).result is None


def test_what_is_kept_is_read_as_utf_8_wherever_one_is(
    make_run: Make, notebook_store: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "gone.parquet")
    counted = {"script": ["arabic"], "collection": ["größe"], "seen": [True]}
    result = {"copies": 0, "counted": {**counted, "images": [1], "right": [1]}}
    kept = json.dumps(result, ensure_ascii=False).encode()
    (ask(run, notebook_store) / "result.json").write_bytes(kept)
    program = (
        "from core.training.elsewhere import trials_of\n"
        "from core.training.runs import list_runs\n"
        "from core.workspace import workspace\n"
        "[trial] = trials_of(list_runs(workspace())[0])\n"
        "print(ascii(trial.error), ascii(trial.result['collection'][0]))"
    )
    old = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment = {**os.environ, **old, "SCRIPTORIUM_WORKSPACE": str(tmp_path / "workspace")}
    said = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout == f"'' {'größe'!a}\n"
