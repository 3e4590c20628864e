"""Train: what a run is worth before it starts, what goes on, and what came of it."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.data.store import Record, Store, Writer, to_table
from core.imaging import preset
from core.models.zoo import FAMILIES
from core.scripts import NAMES, OTHER
from core.training.runs import Run, list_runs
from core.training.settings import FIELDS
from core.ui.state import NEW
from core.workspace import Workspace

Open = Callable[..., AppTest]
NOTEBOOK = preset("notebook")


@pytest.fixture
def own(full_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with one data set and one finished run, to be changed at will."""
    root = tmp_path / "own"
    shutil.copytree(full_workspace, root)
    monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", str(root))
    here = Workspace(root)
    [run] = list_runs(here)
    request = json.loads((run.folder / "settings.json").read_text())
    request["settings"]["data"] = str(here.store / "handwriting.parquet")
    (run.folder / "settings.json").write_text(json.dumps(request))
    return here


@pytest.fixture
def going_on(own: Workspace) -> Iterator[Run]:
    """The workspace's run, as if it were learning in this very process."""
    [run] = list_runs(own)
    change_state(run, state="training")
    with jobs.hold(run.folder):
        yield run


def change_state(run: Run, **facts: object) -> None:
    path = run.folder / "state.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))


def said(app: AppTest) -> str:
    kinds = (app.caption, app.markdown, app.warning, app.error, app.success, app.header)
    return "\n".join(each.value for kind in kinds for each in kind)


def metrics(app: AppTest) -> dict[str, str]:
    return {each.label: each.value for each in app.metric}


def press(app: AppTest, label: str) -> AppTest:
    return next(each for each in app.button if each.label == label).click().run()


def labels(app: AppTest) -> list[str]:
    return [each.label for each in app.button]


@pytest.mark.usefixtures("full")
def test_every_setting_has_its_sentence(open_page: Open):
    app = open_page("train")
    for name, field in FIELDS.items():
        if name not in ("data", "model", "weights", "freeze"):
            assert field.metadata["help"] in said(app)


@pytest.mark.parametrize(
    ("model", "asked"),
    [("cnn", ["augment"]), ("mobilenet", ["weights"]), ("pretrained", ["freeze", "augment"])],
)
@pytest.mark.usefixtures("full")
def test_a_setting_is_asked_for_where_it_applies(model: str, asked: list[str], open_page: Open):
    app = open_page("train")
    app.selectbox(key="model").select(model).run()
    for name in ("weights", "freeze", "augment"):
        assert (FIELDS[name].metadata["help"] in said(app)) == (name in asked)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.usefixtures("full")
def test_a_model_brings_its_size_and_its_epochs(name: str, open_page: Open):
    app = open_page("train")
    app.selectbox(key="model").select(name).run()
    assert f"{FAMILIES[name].parameters:,} parameters" in said(app)
    assert app.number_input(key=f"epochs-{name}").value == FAMILIES[name].epochs


def test_what_the_page_says_is_what_is_started(
    open_page: Open, full: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = []

    def ask(_: object, settings: object) -> Run:
        asked.append(settings)
        return list_runs(Workspace(full))[0]

    monkeypatch.setattr("core.ui.train.setup.start_run", ask)
    app = open_page("train")
    app.selectbox(key="model").select("dense").run()
    next(each for each in app.selectbox if each.label == "Classes").select("character").run()
    labels = Store.open(full / "store" / "handwriting.parquet").labels()
    characters = len(labels[["script", "character"]].drop_duplicates())
    assert ("Characters", f"{characters}") in [(each.label, each.value) for each in app.metric]
    app.number_input(key="epochs-dense").set_value(3)
    next(each for each in app.number_input if each.label == "Patience").set_value(2)
    next(each for each in app.checkbox if each.label == "Average the weights").check()
    press(app, "Start training")
    assert not app.exception
    [settings] = asked
    assert (settings.model, settings.epochs, settings.batch_size) == ("dense", 3, 128)
    assert (settings.learning_rate, settings.seed, settings.split) == (1e-3, 800, "notebook")
    assert settings.classes == "character"
    assert (settings.patience, settings.average_weights, settings.weight_decay) == (2, True, 0)
    assert settings.data == full / "store" / "handwriting.parquet"
    # and there it is
    assert app.segmented_control[0].value == "Runs"
    assert "Where it is right" in said(app)


@pytest.mark.usefixtures("full")
def test_a_model_that_sees_no_shape_is_one_click_away(open_page: Open):
    app = open_page("train")

    def where() -> list[str]:
        found = [each.proto for each in app.get("page_link")]
        return [each.query_string for each in found if "sees no shape" in each.label]

    assert where() == ["view=Giveaways&data=handwriting"]
    app.segmented_control[0].set_value("Runs").run()
    assert where() == ["view=Giveaways&data=handwriting"]


def test_a_start_meant_for_a_data_set_that_is_gone_starts_nothing(open_page: Open, own: Workspace):
    [data] = own.store.glob("*.parquet")
    app = open_page("train")
    runs = len(list_runs(own))
    data.rename(data.with_stem("another"))

    press(app, "Start training")

    assert f"“{data.stem}”, which you had chosen" in app.warning[0].value
    box = next(each for each in app.selectbox if each.label == "Data set")
    assert box.value.stem == "another"
    assert len(list_runs(own)) == runs


def test_a_second_start_says_what_to_do(open_page: Open, going_on: Run):
    app = open_page("train")
    app.segmented_control[0].set_value(NEW).run()
    press(app, "Start training")
    assert f"Run {going_on.id} is going on" in app.warning[-1].value
    assert "wait for it to end, or stop it" in app.warning[-1].value
    assert not app.exception


def test_a_run_that_cannot_go_on_beside_another_is_shown_all_the_same(
    open_page: Open, own: Workspace, going_on: Run
):
    other = own.runs / "cnn-other"
    shutil.copytree(going_on.folder, other, ignore=shutil.ignore_patterns("lock"))
    (other / "state.json").write_text('{"state": "stopped"}')
    (other / "checkpoint.npz").touch()
    app = press(open_page("train", run="cnn-other"), "Go on")
    assert f"Run {going_on.id} is going on" in app.warning[-1].value
    assert "wait for it to end, or stop it" in app.warning[-1].value
    assert "How it learned" in said(app)


@pytest.mark.usefixtures("full")
def test_a_setting_that_cannot_be_is_named(open_page: Open):
    app = open_page("train")
    next(each for each in app.number_input if each.label == "Warm-up").set_value(0.2)
    press(app, "Start training")
    assert "warm-up goes with the cosine schedule" in app.warning[-1].value


@pytest.mark.usefixtures("full")
def test_a_split_says_beforehand_what_its_accuracy_will_be_worth(open_page: Open):
    app = open_page("train")
    assert metrics(app)["Images to learn from"] == "230"
    assert metrics(app)["Images to be tested on"] == "58"
    assert "The split leaks writers" in app.warning[0].value
    assert "One collection each** for every script" in app.warning[0].value

    split = next(each for each in app.selectbox if each.label == "Split")
    split.select("writer").run()
    assert "leaks" not in app.warning[0].value

    split = next(each for each in app.selectbox if each.label == "Split")
    split.select("collection").run()
    assert "add another, or choose the split Other writers (writer)" in app.warning[0].value
    assert "Start training" not in labels(app)


def test_the_time_is_measured_or_guessed_and_which_is_said(open_page: Open, own: Workspace):
    app = open_page("train")
    [run] = list_runs(own)
    assert f"worked out from run {run.id}" in said(app)
    app.selectbox(key="model").select("dense").run()
    assert "a guess" in said(app)
    assert metrics(app)["Time, about"]


@pytest.mark.usefixtures("full")
def test_augmentation_shows_what_it_does(open_page: Open):
    app = open_page("train")
    assert "Bend them again" not in labels(app)
    app.toggle[0].set_value(True).run()
    assert "Bend them again" in labels(app)
    assert not app.exception


def test_without_a_run_there_is_nothing_to_choose(open_page: Open, own: Workspace):
    shutil.rmtree(own.runs)
    app = open_page("train")
    assert not app.segmented_control
    assert "Start training" in labels(app)
    assert "a guess" in said(app)


def test_a_run_that_goes_on_is_shown_and_can_be_stopped(open_page: Open, going_on: Run):
    app = open_page("train")
    assert next(each for each in app.selectbox if each.label == "Run").value == going_on.id
    assert {"Accuracy, training", "Accuracy, test", "Images a second", "Time left, about"} <= set(
        metrics(app)
    )
    assert "Where it is right" not in said(app)
    press(app, "Stop")
    assert jobs.stop_requested(going_on.folder)
    assert "Stop" not in labels(app)


@pytest.mark.usefixtures("going_on")
def test_a_run_that_cannot_be_stopped_says_why(open_page: Open, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "stop")

    app = open_page("train")
    monkeypatch.setattr("core.jobs.request_stop", refuse)
    press(app, "Stop")
    assert not app.exception
    assert "stop: Permission denied; check the path" in app.toast[0].value


def test_the_run_one_looks_at_stays_when_its_state_changes(open_page: Open, own: Workspace):
    [run] = list_runs(own)
    newer = own.runs / "cnn-newer"
    shutil.copytree(run.folder, newer)
    request = json.loads((newer / "settings.json").read_text())
    (newer / "settings.json").write_text(json.dumps({**request, "created": "2100-01-01T00:00Z"}))
    app = open_page("train", run=run.id)
    assert f"Run {run.id}" in said(app)
    change_state(run, state="stopped", accuracy=0.1)
    app.run()
    assert f"Run {run.id}" in said(app)


def test_a_run_without_a_batch_yet_says_what_to_wait_for(open_page: Open, going_on: Run):
    (going_on.folder / "history.jsonl").unlink()
    app = open_page("train")
    assert not app.exception
    assert metrics(app)["Accuracy, test"] == "–"


def test_a_finished_run_says_where_it_is_right(open_page: Open, own: Workspace):
    [run] = list_runs(own)
    app = open_page("train", run=run.id)
    assert not app.exception
    assert metrics(app)["On collections it learned from"].endswith("%")
    assert metrics(app)["On collections it never saw"] == "not tested"
    assert "test it on another data set" in said(app)
    assert f"{run.train_images} images to learn from, {run.test_images} to test" in said(app)
    assert "always gives the answer that is right most often" in said(app)


def test_runs_stand_in_a_table_with_state_and_accuracy(open_page: Open, own: Workspace):
    [run] = list_runs(own)
    assert not [each for each in open_page("train", run=run.id).expander if "runs" in each.label]
    begun = own.runs / "cnn-zzzz"
    shutil.copytree(run.folder, begun)
    state = json.loads((begun / "state.json").read_text())
    (begun / "state.json").write_text(json.dumps({**state, "state": "failed", "accuracy": None}))
    app = open_page("train", run=run.id)
    [box] = [each for each in app.expander if "runs" in each.label]
    assert box.label == "All 2 runs, their state and accuracy"
    table = box.dataframe[0].value.set_index("Run")
    assert table["State"].to_dict() == {run.id: "done", "cnn-zzzz": "failed"}
    assert table["Test accuracy, %"][run.id] == pytest.approx(100 * run.accuracy)
    assert table["Test accuracy, %"].isna().to_dict() == {run.id: False, "cnn-zzzz": True}


def test_a_run_knows_its_own_data_set_under_another_name(open_page: Open, own: Workspace):
    [run] = list_runs(own)
    [data] = own.store.glob("*.parquet")
    data.rename(data.with_stem("renamed"))
    app = open_page("train", run=run.id)
    assert "on renamed" in said(app)
    assert "Test" not in labels(app)


def test_a_test_on_another_data_set_stands_beside_its_own(
    open_page: Open, own: Workspace, notebook_store: Path, monkeypatch: pytest.MonkeyPatch
):
    [run] = list_runs(own)
    other = own.store / "other.parquet"
    shutil.copy(notebook_store, other)
    asked = []
    monkeypatch.setattr(
        "core.ui.train.result.start_trial", lambda run, data: asked.append((run.id, data))
    )
    app = press(open_page("train", run=run.id), "Test")
    assert asked == [(run.id, other)]

    folder = run.folder / "elsewhere" / "other"
    folder.mkdir(parents=True)
    (folder / "request.json").write_text("{}")
    app.run()
    assert "The test on other was not finished: its process was killed" in said(app)

    with jobs.hold(folder):
        app.run()
        assert "Test" not in labels(app)
        press(app, "Stop")
        assert jobs.stop_requested(folder)

    counted = {
        "script": ["arabic", "chinese", "chinese"],
        "collection": ["a", "b", "c"],
        "seen": [False, False, True],
        "images": [10, 10, 10],
        "right": [5, 10, 0],
    }
    result = {"copies": 0, "counted": counted, "hash": Store.open(other).hash}
    (folder / "result.json").write_text(json.dumps(result))
    app.run()
    assert not app.exception
    assert metrics(app)["On collections it never saw (2 of 6 scripts)"] == "75.0%"
    assert "collections of other it never saw" in said(app)
    assert re.search(
        r"In all it is right on \d+ of its 58 test images, [\d.]+%\. On all images like", said(app)
    )

    # which is called otherwise by now
    other.rename(own.store / "renamed.parquet")
    app.run()
    assert "collections of renamed it never saw" in said(app)
    assert "renamed: all of its images counted" in said(app)
    (own.store / "renamed.parquet").rename(other)

    # of another data set, which had that name before
    (folder / "result.json").write_text(json.dumps({**result, "hash": "another"}))
    app.run()
    assert r"collections of other \(as it was\) it never saw" in said(app)

    # fonts that made-up hands wrote are nobody's handwriting
    fonts = {**counted, "collection": ["Noto Sans Kannada"] * 3}
    (folder / "result.json").write_text(json.dumps({**result, "counted": fonts}))
    app.run()
    assert metrics(app)["On fonts it never saw (2 of 6 scripts)"] == "75.0%"
    assert "of people's handwriting that says nothing yet" in said(app)

    counted["seen"] = [True, True, True]
    (folder / "result.json").write_text(json.dumps({"copies": 0, "counted": counted}))
    app.run()
    assert "other: all that counted is of collections the model learned from" in said(app)
    assert "left out" not in said(app)

    for copies, words in ((12, "12 images were left out"), (None, "nobody can tell")):
        (folder / "result.json").write_text(json.dumps({**result, "copies": copies}))
        app.run()
        assert words in said(app)


def test_the_address_names_the_run_that_is_shown(open_page: Open, own: Workspace):
    [run] = list_runs(own)
    shutil.copytree(run.folder, run.folder.with_name("cnn-zzzz"))
    app = open_page("train", run=run.id)
    box = next(each for each in app.selectbox if each.label == "Run")
    assert box.value == run.id
    box.set_value("cnn-zzzz").run()
    assert app.query_params["run"] == "cnn-zzzz"

    app.query_params["run"] = run.id  # a link from another page, in the same visit
    app.run()
    assert next(each for each in app.selectbox if each.label == "Run").value == run.id

    app.button_group[0].set_value("New run").run()
    assert "run" not in app.query_params
    app.query_params["run"] = run.id  # the same link once more
    app.run()
    assert app.button_group[0].value == "Runs"
    app.button_group[0].set_value("New run").run()
    app.button_group[0].set_value("Runs").run()
    assert app.query_params["run"] == run.id


def test_a_run_is_tested_on_data_of_its_own_scripts_those_first_that_share_most(
    open_page: Open, own: Workspace
):
    [run] = list_runs(own)
    for name, scripts in (("all", NAMES), ("two", NAMES[:2]), ("strange", (OTHER,))):
        with (own.store / f"{name}.parquet").open("wb") as file, Writer(file, NOTEBOOK) as writer:
            records = [
                Record(bytes(784), b"", each, "", "", "", "c", "", "", 28, 28) for each in scripts
            ]
            writer.add(to_table(records, NOTEBOOK.shape))
    (own.store / "damaged.parquet").write_bytes(b"PAR1")
    request = json.loads((run.folder / "settings.json").read_text())
    request["data"]["per_script"][OTHER] = 9  # which a run learns, and no test asks about
    (run.folder / "settings.json").write_text(json.dumps(request))

    app = open_page("train", run=run.id)

    box = next(each for each in app.selectbox if each.label == "Test it on another data set")
    assert box.options == ["all", "two"]


def test_a_test_on_a_data_set_that_was_deleted_meanwhile_is_none(
    open_page: Open, own: Workspace, notebook_store: Path
):
    [run] = list_runs(own)
    for name in ("one", "two"):
        shutil.copy(notebook_store, own.store / f"{name}.parquet")
    app = open_page("train", run=run.id)
    box = next(each for each in app.selectbox if each.label == "Test it on another data set")
    box.set_value(own.store / "one.parquet")
    (own.store / "one.parquet").unlink()

    press(app, "Test")

    assert "one.parquet: no such file" in app.toast[0].value
    assert not (run.folder / "elsewhere").exists()


def test_a_run_can_be_deleted(open_page: Open, own: Workspace):
    [run] = list_runs(own)
    app = open_page("train", run=run.id)
    press(app, "Delete it")
    assert not app.exception
    assert list_runs(own) == []
    assert "Start training" in labels(app)


def test_a_failed_run_shows_its_log_and_goes_on_from_a_checkpoint(
    open_page: Open, own: Workspace, monkeypatch: pytest.MonkeyPatch
):
    [run] = list_runs(own)
    change_state(run, state="failed", message="the memory is full")
    (run.folder / "model.json").unlink()
    app = open_page("train", run=run.id)
    assert "The run failed: the memory is full" in said(app)
    assert "Go on" not in labels(app)
    assert "Where it is right" not in said(app)

    (run.folder / "checkpoint.npz").touch()
    resumed = []
    monkeypatch.setattr(
        "core.ui.train.watch.resume_run", lambda _, run: resumed.append(run.id) or run
    )
    press(app.run(), "Go on")
    assert resumed == [run.id]


def test_a_run_that_waited_in_vain_says_so(open_page: Open, own: Workspace):
    [run] = list_runs(own)
    request = json.loads((run.folder / "settings.json").read_text())
    request["settings"] |= {"epochs": 50, "patience": 3}
    (run.folder / "settings.json").write_text(json.dumps(request))
    app = open_page("train", run=run.id)
    assert "It ended after 6 of 50 epochs: the last 3 brought nothing better" in said(app)
