"""Compare: runs, curves, what sets runs apart, and the images behind a confusion matrix."""

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.data.again import items_of
from core.data.build import write_items
from core.data.review import review
from core.data.shelf import rename
from core.data.sketchbook import families
from core.data.store import Store
from core.evaluation.notebook import Result, beside_published
from core.imaging import preset
from core.scripts import NAMES
from core.training.runs import list_runs
from core.ui import caches
from core.ui.compare.mistakes import _as_csv, in_words, worst_cell
from core.ui.compare.notebook import ranks
from core.ui.compare.pair import verdict
from core.ui.compare.runs import differing
from core.ui.runs import whose_hands
from core.workspace import Workspace

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    kinds = (app.header, app.markdown, app.caption, app.info)
    return "\n".join(each.value for kind in kinds for each in kind)


def charts_of(app: AppTest) -> list[Any]:
    return [json.loads(each.proto.spec) for each in app.get("plotly_chart")]


@pytest.fixture
def own(full_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the full workspace, to change."""
    root = tmp_path / "workspace"
    shutil.copytree(full_workspace, root)
    for path in root.glob("runs/*/settings.json"):
        path.write_text(path.read_text().replace(str(full_workspace), str(root)))
    monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", str(root))
    return root


def second_run(root: Path, **settings: object) -> str:
    """Copy the run, with other settings; return its id."""
    [folder] = (root / "runs").glob("cnn-*")
    other = folder.with_name("dense-zzzz")
    shutil.copytree(folder, other)
    request = json.loads((other / "settings.json").read_text())
    request["settings"] |= settings
    (other / "settings.json").write_text(json.dumps(request))
    return other.name


@pytest.mark.usefixtures("full")
def test_a_finished_run_has_curves_a_matrix_and_the_images_behind_a_cell(open_page: Open):
    app = open_page("compare")
    assert not app.exception
    assert len(charts_of(app)) == 3
    assert "test images it reads" in said(app)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("axis", ["Epochs", "Batches", "Minutes"])
def test_curves_are_smoothed_and_run_over_what_is_asked_for(axis: str, open_page: Open):
    app = open_page("compare")
    app.button_group[0].set_value(axis).run()
    app.slider[0].set_value(0.5).run()
    assert not app.exception
    assert len(charts_of(app)[0]["data"]) == 2


def test_settings_that_differ_are_shown_and_no_others(own: Path, open_page: Open):
    second_run(own, model="dense", batch_size=64)
    app = open_page("compare")
    assert not app.exception
    frame = app.dataframe[1].value
    assert set(frame.index) == {"Model", "Batch size"}
    assert set(frame.loc["Batch size"]) == {"16", "64"}


def test_what_a_run_reaches_on_collections_it_never_saw_stands_beside_its_own(
    own: Path, open_page: Open
):
    [run] = list_runs(Workspace(own))
    frame = open_page("compare").dataframe[0].value
    assert frame["Never saw"].isna().all()
    assert list(frame["Never saw: where"]) == ["not tested"]

    folder = run.folder / "elsewhere" / "other"
    folder.mkdir(parents=True)
    (folder / "request.json").write_text("{}")
    counted = {
        "script": ["arabic", "arabic", "kannada"],
        "collection": ["a", "b", "c"],
        "seen": [False, True, False],
        "images": [10, 10, 30],
        "right": [5, 10, 30],
    }
    (folder / "result.json").write_text(json.dumps({"copies": 0, "counted": counted}))
    few = "2 of 6 scripts, 40 images"
    frame = open_page("compare").dataframe[0].value
    assert list(frame["Never saw"]) == [75]
    assert list(frame["Never saw: where"]) == [f"other, {few}"]

    # newer, but no person wrote it
    font = next(each.name for each in families("arabic"))
    drawn = folder.with_name("sketched")
    shutil.copytree(folder, drawn)
    (drawn / "result.json").write_text(
        json.dumps({"copies": 0, "counted": {**counted, "collection": [font] * 3}})
    )
    assert list(open_page("compare").dataframe[0].value["Never saw: where"]) == [f"other, {few}"]
    shutil.rmtree(folder)
    frame = open_page("compare").dataframe[0].value
    assert list(frame["Never saw: where"]) == [f"sketched, fonts, {few}"]


def test_collections_that_a_runs_own_test_held_out_count_where_there_is_no_other_test(
    full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    assert len(list_runs(Workspace(full))) == 1
    font = next(each.name for each in families("arabic"))
    tally = pd.DataFrame(
        {
            "script": ["arabic", "arabic", "kannada"],
            "collection": ["a", font, font],
            "seen": [True, False, False],
            "images": [10, 10, 20],
            "right": [10, 5, 20],
        }
    )
    monkeypatch.setattr("core.ui.caches.own_tally", lambda _: tally)

    frame = open_page("compare").dataframe[0].value

    assert list(frame["Never saw"]) == [75]
    assert list(frame["Never saw: where"]) == ["its own test, fonts, 2 of 6 scripts, 30 images"]


def test_runs_that_are_alike_differ_in_nothing(own: Path):
    [run] = list_runs(Workspace(own))
    assert differing([run, replace(run, id="other")]).empty
    other = replace(run, id="other", data_hash="f" * 64)
    frame = differing([run, other])
    assert list(frame.index) == ["Data set", "Content of the data"]
    assert list(frame.loc["Data set"]) == ["handwriting", "handwriting (as it was)"]


def test_a_data_set_goes_by_the_name_it_has_now(own: Path):
    workspace = Workspace(own)
    [run] = list_runs(workspace)
    rename(workspace, run.settings.data, "everything")
    other = replace(run, id="other", data_hash="f" * 64)
    assert list(differing([run, other]).loc["Data set"]) == [
        "everything",
        "handwriting (as it was)",
    ]


def test_a_link_brings_the_runs_it_names(own: Path, open_page: Open):
    name = second_run(own, model="dense")
    app = open_page("compare", run=name)
    assert "Tick two runs or more" in said(app)
    assert [line.get("name") for line in charts_of(app)[0]["data"]] == [name]


def test_a_link_brings_its_run_on_a_later_visit_too(own: Path, open_page: Open):
    name = second_run(own, model="dense")
    app = open_page("compare")
    assert len(charts_of(app)[0]["data"]) == 2
    app.switch_page("pages/1_explore.py").run()
    app.query_params["run"] = name
    app.switch_page("pages/4_compare.py").run()
    assert [line.get("name") for line in charts_of(app)[0]["data"]] == [name]


@pytest.mark.usefixtures("full")
def test_the_notebooks_figures_stand_beside_ones_own(open_page: Open):
    frame = open_page("compare").dataframe[1].value
    assert frame["Model"].tolist() == ["cnn", "cnn", "rnn", "dense"]
    assert frame["Whose"].tolist()[::2] == ["as published", "as published"]
    assert frame["Test accuracy"].iloc[0] == 90
    assert frame["Test loss"].iloc[2] == 0.38


@pytest.mark.usefixtures("full")
def test_characters_of_the_script_that_is_chosen_are_the_rows(open_page: Open):
    app = open_page("compare")
    app.button_group[1].set_value("By character").run()
    app.button_group[2].set_value("chinese").run()
    assert not app.exception
    written = next(each for each in app.selectbox if each.label == "Written")
    assert set(written.options) <= set("零三九亿")
    assert "the column Chinese" in said(app)


def test_a_run_that_tells_characters_apart_shows_which_it_confuses(
    own: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    [folder] = (own / "runs").glob("cnn-*")
    request = json.loads((folder / "settings.json").read_text())
    request["settings"]["classes"] = "character"
    (folder / "settings.json").write_text(json.dumps(request))
    answers = pd.read_parquet(folder / "predictions.parquet")
    characters = caches.labels(own / "store" / "handwriting.parquet")["character"]
    written = answers["script"].astype(str) + "/" + characters.iloc[answers["row"]].to_numpy()
    answers = answers.assign(label=written, predicted=written)
    chinese = answers.index[answers["script"] == "chinese"]
    answers.loc[chinese, "predicted"] = "chinese/零"
    answers.to_parquet(folder / "predictions.parquet")

    app = open_page("compare")
    wrong = (answers["label"] != answers["predicted"]).sum()
    assert f"Of {len(answers)} test images it reads {len(answers) - wrong} right" in said(app)
    assert "as published" in app.dataframe[1].value["Whose"].tolist()
    assert folder.name not in app.dataframe[1].value["Whose"].tolist()  # that is of scripts
    assert "to take \u2068Chinese" in said(app)
    app.button_group[1].set_value("By script").run()
    assert f"Of {len(answers)} test images it reads {len(answers)} right" in said(app)
    app.button_group[1].set_value("By character").run()
    app.button_group[2].set_value("chinese").run()
    assert not app.exception
    written_box = next(each for each in app.selectbox if each.label == "Written")
    assert set(written_box.options) <= {f"Chinese {each}" for each in "零三九亿"}
    assert "taken for **\u2068Chinese 零\u2069**" in said(app)
    assert "all that lies beside the diagonal" in said(app)
    # names of more would lie over each other
    monkeypatch.setattr("core.ui.compare.mistakes.on_phone", lambda: True)
    monkeypatch.setattr("core.ui.compare.mistakes._MOST_ON_PHONE", 2)
    assert "the 2 with the most mistakes" in said(open_page("compare"))


@pytest.mark.usefixtures("full")
def test_the_cell_that_is_chosen_has_its_images(open_page: Open, full: Path):
    app = open_page("compare")
    box = {each.label: each for each in app.selectbox}
    box["Written"].set_value("kannada")
    box["Answered"].set_value("kannada").run()
    [run] = list_runs(Workspace(full))
    answers = run.test_predictions()
    right = ((answers["script"] == "kannada") & (answers["predicted"] == "kannada")).sum()
    assert f"**Kannada** taken for **what it is**: {right} test image" in said(app)


@pytest.mark.usefixtures("full")
def test_a_cell_without_images_says_so(open_page: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "core.ui.compare.mistakes.caches.test_answers",
        lambda _: pd.DataFrame(
            {name: ["arabic"] for name in ("script", "label", "predicted", "answered")}
            | {"row": [0], "sure": [0.9]}
        ),
    )
    app = open_page("compare")
    next(each for each in app.selectbox if each.label == "Answered").set_value("kannada").run()
    assert "no test image" in said(app)


@pytest.mark.parametrize("by", ["By script", "By character"])
def test_a_run_whose_data_set_is_gone_says_so(by: str, own: Path, open_page: Open):
    (own / "store" / "handwriting.parquet").unlink()
    app = open_page("compare")
    app.button_group[1].set_value(by).run()
    assert not app.exception
    assert "is gone or has changed" in app.info[0].value
    assert app.dataframe[0].value["Data set"].tolist() == ["handwriting (as it was)"]
    assert "test images it reads" in said(app)


def test_a_data_set_under_another_name_is_found_by_its_content(own: Path, open_page: Open):
    data = own / "store" / "handwriting.parquet"
    data.rename(data.with_stem("renamed"))
    app = open_page("compare")
    assert not app.info
    assert len(charts_of(app)) == 3
    assert app.dataframe[0].value["Data set"].tolist() == ["renamed"]


def test_a_run_without_a_test_says_so(own: Path, open_page: Open):
    [folder] = (own / "runs").glob("cnn-*")
    (folder / "state.json").write_text(json.dumps({"state": "failed", "message": "no memory"}))
    (folder / "history.jsonl").unlink()
    app = open_page("compare")
    assert not app.exception
    assert "None of these runs has a point of that yet" in said(app)
    assert "None of these runs has been tested yet" in said(app)


def _matrix(**counts: int) -> pd.DataFrame:
    matrix = pd.DataFrame(0, index=list(NAMES), columns=list(NAMES))
    for cell, count in counts.items():
        matrix.loc[tuple(cell.split("_"))] = count
    return matrix


def test_the_sentence_names_the_most_frequent_mistake():
    matrix = _matrix(arabic_arabic=90, kannada_chinese=7, chinese_kannada=3)
    assert in_words(matrix) == (
        "Of 100 test images it reads 90 right (90.0%); its most frequent mistake is to take "
        "Kannada for Chinese, 7 times. It is worst at Chinese, right on 0.0% of 3."
    )
    assert worst_cell(matrix) == ("kannada", "chinese")


def test_the_sentence_of_a_flawless_run():
    matrix = _matrix(arabic_arabic=4)
    assert in_words(matrix) == (
        "Of 4 test images it reads 4 right (100.0%), and takes none for another."
    )
    assert worst_cell(matrix) == ("arabic", "arabic")
    # the first of which there are images
    assert worst_cell(_matrix(kannada_kannada=4)) == ("kannada", "kannada")


def test_the_worst_cell_of_characters_lies_beside_their_own_script():
    matrix = pd.DataFrame(np.zeros((2, 6), int), index=["a", "b"], columns=list(NAMES))
    matrix.loc["a", "english"] = 9
    matrix.loc["b", "arabic"] = 2
    assert worst_cell(matrix, "english") == ("b", "arabic")


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((0.7, 0.8, 0.9), "These runs agree."),
        ((0.7, 0.6, 0.9), "In these runs the order is cnn, dense, rnn."),
    ],
)
def test_the_order_of_ones_own_runs_is_put_beside_the_notebooks(
    scores: tuple[float, ...], expected: str
):
    own = [
        Result(model, f"{model}-x", score, 1.0)
        for model, score in zip(("dense", "rnn", "cnn"), scores, strict=True)
    ]
    assert expected in ranks(beside_published(own))


def test_two_runs_are_set_side_by_side_on_the_images_that_both_were_tested_on(
    own: Path, open_page: Open
):
    assert "Which of two is better" not in said(open_page("compare"))  # there is one run
    other = own / "runs" / second_run(own, model="dense")
    [run] = [each for each in list_runs(Workspace(own)) if each.id != other.name]
    answers = run.test_predictions().iloc[1:]  # one of them is not common
    wrong = answers["script"].map(lambda name: "arabic" if name == "kannada" else "kannada")
    alone = answers.index[:9]  # which the other run alone is right on
    for folder, predicted in (
        (run.folder, answers["script"].where(~answers.index.isin(alone), wrong)),
        (other, answers["script"].where(answers.index != answers.index[-1], wrong)),
    ):
        pd.concat([run.test_predictions().iloc[:1], answers.assign(predicted=predicted)]).iloc[
            int(folder == other) :
        ].to_parquet(folder / "predictions.parquet")

    app = open_page("compare")

    assert not app.exception
    box = {each.label: each for each in app.selectbox}
    assert {box["One run"].value, box["Another"].value} == {run.id, other.name}
    box["One run"].set_value(run.id).run()
    total = len(answers)
    assert (
        f"Of the {total} images that both were tested on, {run.id} reads {total - 9} right"
        in said(app)
    )
    assert f"**{other.name} is better on images like these**" in said(app)
    metrics = {each.label: each.value for each in app.metric}
    assert metrics == {
        f"Only {run.id}": "1",
        f"Only {other.name}": "9",
        "Neither": "0",
        "Both": str(total - 10),
    }
    look = next(each for each in app.button_group if each.label.startswith("Look at"))
    assert look.options == [f"Only {run.id}", f"Only {other.name}"]
    look.set_value(f"Only {other.name}").run()
    assert any("9 images that only" in each.proto.alt for each in app.get("plotly_chart"))

    request = json.loads((other / "settings.json").read_text())
    request["data"]["hash"] = "f" * 64
    (other / "settings.json").write_text(json.dumps(request))
    assert "No image is known that both were tested on" in said(open_page("compare"))


def test_runs_on_data_prepared_otherwise_are_set_side_by_side_by_their_images(
    own: Path, open_page: Open
):
    """The other run's data set holds the same images in another order, and one of them twice."""
    here = Workspace(own)
    data = here.store / "handwriting.parquet"
    again = here.store / "again.parquet"
    items = items_of(Store.open(data))
    write_items([items[0], *items[::-1]], again, preset("notebook"))
    other = own / "runs" / second_run(own, model="dense", data=str(again))
    request = json.loads((other / "settings.json").read_text())
    request["data"]["hash"] = Store.open(again).hash
    (other / "settings.json").write_text(json.dumps(request))
    [run] = [each for each in list_runs(here) if each.id != other.name]
    answers = run.test_predictions()
    answers["row"] = len(items) - answers["row"]  # where the same image is now
    answers = answers[answers["row"] < len(items)]  # not the first of all, which is there twice
    answers.iloc[::-1].to_parquet(other / "predictions.parquet")

    app = open_page("compare")

    assert not app.exception
    assert f"Of the {len(answers)} images that both were tested on" in said(app)
    assert "Neither is better on them." in said(app)


@pytest.mark.parametrize(
    ("alone", "says"),
    [
        ((0, 0), "Neither is better on them."),
        ((3, 3), "Neither is better on them."),
        ((3, 5), "may be chance: two equally good models would come out so far apart in 73% of"),
        ((12, 2), "**cnn is better on images like these**: two .* so far apart in 1.3%"),
        ((0, 40), "**rnn is better on images like these**: .* in less than 0.1% of such tests"),
    ],
)
def test_of_two_runs_one_is_better_where_that_is_hardly_chance(alone: tuple[int, int], says: str):
    both = pd.DataFrame(
        {
            "first": [True] * alone[0] + [False] * alone[1] + [True] * 50,
            "second": [False] * alone[0] + [True] * alone[1] + [True] * 50,
        }
    )
    assert re.search(says.replace("*", r"\*").replace(r".\*", ".*"), verdict(both, "cnn", "rnn"))


@pytest.mark.usefixtures("full")
def test_every_answer_can_be_taken_home(full: Path):
    [run] = list_runs(Workspace(full))
    answers = run.test_predictions()

    table = pd.read_csv(io.BytesIO(_as_csv(run, full / "store" / "handwriting.parquet")))

    assert list(table["row"]) == list(answers["row"])
    known = caches.store(full / "store" / "handwriting.parquet").about(answers["row"].to_numpy())
    for column in ("path", "character", "writer", "collection"):
        assert list(table[column].fillna("")) == list(known[column])
    assert set(_as_csv(run, None).decode().splitlines()[0].split(",")) == set(answers.columns)


@pytest.mark.parametrize(
    ("split", "collections", "says"),
    [
        ("notebook", ["ahcd1"], "are a random fifth of the same collections, often by the same"),
        ("writer", ["ahcd1"], "are by other writers, as far as anybody knows who they were"),
        ("writer", ["mine"], "are of collections the model never saw."),
        ("collection", ["mine"], "are of collections the model never saw."),
        ("writer", ["a font"], "are of fonts the model never saw, written by made-up hands"),
    ],
)
def test_whose_hands_a_run_was_tested_on(
    split: str, collections: list[str], says: str, full: Path, monkeypatch: pytest.MonkeyPatch
):
    [run] = list_runs(Workspace(full))
    names = [
        next(each.name for each in families("arabic")) if "font" in each else each
        for each in collections
    ]
    tally = pd.DataFrame({"collection": names, "seen": [each == "ahcd1" for each in names]})
    monkeypatch.setattr("core.ui.caches.own_tally", lambda _: tally)
    said = whose_hands(replace(run, settings=replace(run.settings, split=split)))
    assert says in said


def test_of_whose_writers_nobody_knows_a_run_split_by_writers_says_so(
    full: Path, monkeypatch: pytest.MonkeyPatch
):
    [run] = list_runs(Workspace(full))
    tally = pd.DataFrame({"collection": ["ahcd1"], "seen": [True]})
    monkeypatch.setattr("core.ui.caches.own_tally", lambda _: tally)
    by_writer = replace(run, settings=replace(run.settings, split="writer"))
    assert "nobody knows" not in whose_hands(by_writer)  # the sets say, or split themselves

    labels = Store.open(run.settings.data).labels().assign(writer="", fold="")
    unknown = review(labels, "writer", run.settings.seed)
    monkeypatch.setattr("core.ui.caches.review", lambda *_: unknown)
    assert "Of Arabic, Baybayin, Chinese, Devanagari, English (Latin) and Kannada nobody knows" in (
        whose_hands(by_writer)
    )


def test_what_a_run_was_before_it_went_on_is_not_compared(own: Path, open_page: Open):
    [run] = list_runs(Workspace(own))
    state = json.loads((run.folder / "state.json").read_text())
    (run.folder / "state.json").write_text(json.dumps({**state, "state": "training"}))
    with jobs.hold(run.folder):
        [again] = list_runs(Workspace(own))
        assert (again.active, again.accuracy, again.loss) == (True, None, None)
        app = open_page("compare")
    assert not app.exception
    assert "None of these runs has been tested yet" in said(app)


def test_a_run_without_an_epoch_has_no_curve_of_epochs(own: Path, open_page: Open):
    other = own / "runs" / second_run(own, model="dense")
    lines = (other / "history.jsonl").read_text().splitlines(keepends=True)
    batches = [each for each in lines if '"kind": "epoch"' not in each]
    assert 0 < len(batches) < len(lines)
    (other / "history.jsonl").write_text("".join(batches))
    app = open_page("compare")
    assert not app.exception
    assert f"Without a point yet: {other.name}." in said(app)
    box = next(each for each in app.selectbox if each.label == "Measure")
    box.set_value("Training loss").run()
    app.button_group[0].set_value("Batches").run()
    assert "Without a point yet" not in said(app)
    assert len(charts_of(app)[0]["data"]) == 2
