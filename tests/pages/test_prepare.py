"""Prepare: steps switched and set, pipelines of one's own, two side by side, a build foretold."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.data.store import Store
from core.imaging import PRESETS, Pipeline, find_pipeline, preset
from core.imaging.own import delete_pipeline, own_pipelines, save_pipeline
from core.imaging.steps import Fit, Grey, Polarity
from core.imaging.values import values_of
from core.workspace import Workspace

Open = Callable[..., AppTest]
MINE = Pipeline("mine", (Grey(), Polarity(), Fit(size=32, margin=2)))


@pytest.fixture
def ws(canonical_store: Path, workspace_dir: Path) -> Workspace:
    """A workspace of this test's own, with a small data set."""
    here = Workspace(workspace_dir)
    shutil.copy(canonical_store, here.store / "handwriting.parquet")
    return here


def text(app: AppTest) -> str:
    """All that the page says, in one string."""
    said = [each.value for kind in (app.markdown, app.caption, app.warning) for each in kind]
    return "\n".join([*said, *(each.label for each in app.toggle)])


def part(app: AppTest, name: str) -> int:
    """The number of the step of that class on the page."""
    draft = app.session_state["own-draft"]
    return next(each.number for each in draft.parts if type(each.step).__name__ == name)


def widget(app: AppTest, step: str, name: str) -> Any:
    """The switch ("on") or a value of a step."""
    key = f"draft-{app.session_state['own-draft'].number}-{part(app, step)}-{name}"
    kinds = (app.toggle, app.slider, app.selectbox, app.multiselect)
    return next(each for kind in kinds for each in kind if each.key == key)


def pictures(app: AppTest) -> list[list[str]]:
    """The addresses of the pictures, row by row."""
    return [[each.url for each in row.proto.imgs] for row in app.get("image")]


def view(app: AppTest, name: str) -> AppTest:
    return app.button_group[0].set_value(name).run()


def choose(app: AppTest, name: str) -> AppTest:
    return app.selectbox(key="pipeline").set_value(name).run()


def click(app: AppTest, label: str) -> AppTest:
    return next(each for each in app.button if each.label == label).click().run()


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.usefixtures("ws")
def test_every_step_is_shown_with_its_reason_its_values_and_pictures(name: str, open_page: Open):
    app = choose(open_page("prepare"), name)
    said = text(app)
    for step in preset(name).steps:
        assert step.label in said
        assert f"{step.does} {step.why}" in said
        for field in values_of(step):
            if field != "known":
                assert widget(app, type(step).__name__, field).help
    rows = app.get("image")
    assert len(rows) == 2 + len(preset(name).steps)  # before and after, then one by one
    for row in rows:
        assert [each.caption.split("  \n")[0] for each in row.proto.imgs][:2] == [
            "Arabic",
            "Baybayin",
        ]
        assert len(row.proto.imgs) == 6
    assert not app.exception
    assert not app.warning


@pytest.mark.usefixtures("ws")
def test_a_step_switched_off_changes_only_what_comes_after_it(open_page: Open):
    app = open_page("prepare")
    came, left, *before = pictures(app)
    assert left == before[-1]
    widget(app, "Polarity", "on").set_value(False).run()
    came_again, left, *after = pictures(app)
    assert came_again == came
    assert left == after[-1]
    assert len(after) == len(before) - 1
    assert after[:2] == before[:2]
    assert after[2:] != before[3:]
    assert "Off: pictures pass it unchanged." in text(app)
    assert "Changed, not saved." in text(app)


@pytest.mark.usefixtures("ws")
def test_what_the_steps_give_away_is_one_click_from_those_that_are_saved(open_page: Open):
    app = choose(open_page("prepare"), "notebook")

    def links() -> list[str]:
        return [each.proto.query_string for each in app.get("page_link")]

    assert "view=Giveaways&steps=notebook" in links()
    widget(app, "Resize", "size").set_value(32).run()
    assert not any("Giveaways" in each for each in links())
    assert "Save it, and *Giveaways* on Explore" in text(app)


@pytest.mark.usefixtures("ws")
def test_the_histogram_follows_a_value(open_page: Open):
    app = open_page("prepare")
    bars = [row["y"] for row in json.loads(app.get("plotly_chart")[0].proto.spec)["data"]]
    widget(app, "Redraw", "pen").set_value(9).run()
    assert [r["y"] for r in json.loads(app.get("plotly_chart")[0].proto.spec)["data"]][:6] == bars[
        :6
    ]
    assert [r["y"] for r in json.loads(app.get("plotly_chart")[0].proto.spec)["data"]][6:] != bars[
        6:
    ]


@pytest.mark.usefixtures("ws")
def test_what_was_changed_is_there_after_a_visit_elsewhere_and_can_be_undone(open_page: Open):
    app = open_page("prepare")
    widget(app, "Redraw", "size").set_value(28).run()
    app.switch_page("pages/1_explore.py").run()
    app.switch_page("pages/2_prepare.py").run()
    assert widget(app, "Redraw", "size").value == 28
    click(app, "Start over")
    assert widget(app, "Redraw", "size").value == 40
    assert "Changed, not saved." not in text(app)


@pytest.mark.usefixtures("ws")
def test_a_step_can_be_put_in_where_one_wants_it(open_page: Open):
    app = choose(open_page("prepare"), "notebook")
    app.selectbox(key="new-step").set_value("Polarity").run()
    next(each for each in app.selectbox if each.label == "Where").set_value(1).run()
    click(app, "Put it in")
    assert [type(each.step).__name__ for each in app.session_state["own-draft"].parts] == [
        *("Grey", "Polarity", "Resize", "Invert")
    ]
    assert not app.exception


@pytest.mark.usefixtures("ws")
def test_the_notebooks_own_choice_of_data_sets_can_be_changed(open_page: Open):
    app = choose(open_page("prepare"), "notebook")
    before = pictures(app)[-1]
    chosen = widget(app, "Invert", "collections")
    chosen.set_value([*chosen.value, "chinese-mnist"]).run()
    after = pictures(app)[-1]
    changed = [place for place, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    assert changed == [2]  # Chinese, and no other


@pytest.mark.usefixtures("ws")
def test_no_fixed_size_is_said_in_one_line(open_page: Open):
    app = choose(open_page("prepare"), "notebook")
    widget(app, "Resize", "on").set_value(False).run()
    (warning,) = app.warning
    assert "no step that sets the size" in warning.value
    assert not app.exception
    view(app, "Make a data set")
    assert "no step that sets the size" in app.warning[0].value
    assert "Make the data set" not in [each.label for each in app.button]


@pytest.mark.usefixtures("ws")
def test_colour_that_meets_a_step_for_grey_is_said_in_one_line(open_page: Open):
    app = open_page("prepare")
    widget(app, "Grey", "on").set_value(False).run()
    said = [each.value for each in app.warning]
    assert any("switch the step Grey on" in each for each in said)
    assert not app.exception


@pytest.mark.usefixtures("workspace_dir")
def test_a_picture_of_which_nothing_is_left_is_said_in_one_line(
    open_page: Open, encode_image: Callable
):
    import numpy as np

    app = open_page("prepare")
    app.button_group(key="pictures").set_value("Your own").run()
    nearly_blank = np.full((40, 40), 250, np.uint8)
    nearly_blank[0, 0] = 245
    app.file_uploader[0].upload("blank.png", encode_image(nearly_blank), "image/png").run()
    assert [each.value for each in app.warning] == ["Nothing is left of Your image."]


@pytest.mark.usefixtures("workspace_dir")
def test_an_own_image_needs_no_data_set(
    open_page: Open, draw_glyph: Callable, encode_image: Callable
):
    app = open_page("prepare")
    app.button_group(key="pictures").set_value("Your own").run()
    assert "Choose a picture" in app.info[0].value
    app.file_uploader[0].upload("mine.png", encode_image(draw_glyph("arabic")), "image/png").run()
    assert not app.exception
    assert not app.warning
    assert [len(row) for row in pictures(app)] == [1] * 10
    view(app, "Side by side")
    assert [len(row) for row in pictures(app)] == [1] * 3


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "the file is empty"), (b"text", "not an image"), (b"\x89PNG\r\n\x1a\n", "not an image")],
)
@pytest.mark.usefixtures("workspace_dir")
def test_a_bad_file_is_answered_in_one_line(data: bytes, said: str, open_page: Open):
    app = open_page("prepare")
    app.button_group(key="pictures").set_value("Your own").run()
    app.file_uploader[0].upload("mine.png", data, "image/png").run()
    (warning,) = app.warning
    assert said in warning.value
    assert not app.exception


@pytest.mark.usefixtures("ws")
def test_the_button_brings_other_images(open_page: Open):
    app = open_page("prepare")
    before = pictures(app)
    click(app, "Other images")
    assert pictures(app) != before


@pytest.mark.usefixtures("ws")
def test_one_of_each_collection_carries_its_name(open_page: Open):
    app = open_page("prepare")
    app.button_group(key="pictures").set_value("Each collection").run()
    captions = [each.caption for each in app.get("image")[0].proto.imgs]
    assert captions[0].startswith("ahcd1  \n")
    assert len(captions) == 6


@pytest.mark.usefixtures("ws")
def test_of_many_collections_some_are_shown_and_it_is_said(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.ui.prepare.samples.MOST", 4)
    app = open_page("prepare")
    app.button_group(key="pictures").set_value("Each collection").run()
    assert "4 of 6 collections." in text(app)
    assert [len(row) for row in pictures(app)] == [4] * 10


@pytest.mark.usefixtures("ws")
def test_notebook_and_canonical_stand_side_by_side_on_the_same_images(open_page: Open):
    app = view(open_page("prepare"), "Side by side")
    came, notebook, canonical = app.get("image")
    assert {each.caption.split("  \n")[1] for each in notebook.proto.imgs} == {"28 × 28"}
    assert {each.caption.split("  \n")[1] for each in canonical.proto.imgs} == {"40 × 40"}
    assert len(came.proto.imgs) == 6
    assert text(app).count("Average brightness: from") == 3
    assert not app.exception


@pytest.mark.usefixtures("ws")
def test_pipelines_stay_side_by_side_while_one_looks_at_the_steps(open_page: Open):
    app = view(open_page("prepare"), "Side by side")
    app.selectbox(key="one-side").set_value("canonical").run()
    app.selectbox(key="other-side").set_value("notebook").run()
    view(app, "Step by step")
    view(app, "Side by side")
    assert app.selectbox(key="one-side").value == "canonical"
    assert app.selectbox(key="other-side").value == "notebook"


@pytest.mark.usefixtures("ws")
def test_what_was_changed_stands_beside_the_others(open_page: Open):
    app = open_page("prepare")
    widget(app, "Redraw", "size").set_value(24).run()
    view(app, "Side by side")
    app.selectbox(key="other-side").set_value("canonical, changed").run()
    sizes = {each.caption.split("  \n")[1] for each in app.get("image")[2].proto.imgs}
    assert sizes == {"24 × 24"}
    click(app, "Start over")
    assert not app.exception


def save(app: AppTest, name: str, *, replace: bool = False) -> AppTest:
    app.text_input(key="pipeline-name").set_value(name)
    app.checkbox(key="pipeline-replace").set_value(replace)
    return click(app, "Save")


@pytest.mark.usefixtures("ws")
def test_a_pipeline_that_cannot_be_written_is_said(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "thin.json")

    monkeypatch.setattr("core.ui.prepare.choice.save_pipeline", refuse)
    app = save(open_page("prepare"), "thin")
    assert not app.exception
    assert "thin.json: Permission denied; check the path" in text(app)


def test_ones_own_pipeline_is_saved_chosen_and_deleted(ws: Workspace, open_page: Open):
    app = open_page("prepare")
    widget(app, "Redraw", "pen").set_value(7).run()
    save(app, " thick pen ")
    assert app.selectbox(key="pipeline").value == "thick pen"
    assert widget(app, "Redraw", "pen").value == 7
    assert "Changed, not saved." not in text(app)
    saved = find_pipeline("thick pen", ws)
    assert saved.steps[:-1] == preset("canonical").steps[:-1]
    assert saved.steps[-1].pen == 7
    click(app, "Delete it")
    assert own_pipelines(ws) == ()
    assert app.selectbox(key="pipeline").value == "canonical"
    assert not app.exception


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mine", "already"),
        ("canonical", "stays as it is"),
        ("a/b", "at most 40"),
        ("", "at most 40"),
    ],
)
def test_what_can_not_be_saved_says_why_and_changes_nothing(
    name: str, said: str, ws: Workspace, open_page: Open
):
    save_pipeline(MINE, ws)
    app = open_page("prepare")
    save(app, name)
    assert said in app.warning[0].value
    assert find_pipeline("mine", ws) == MINE
    assert app.selectbox(key="pipeline").value == "canonical"


def test_one_of_the_same_name_is_replaced_when_asked_for(ws: Workspace, open_page: Open):
    save_pipeline(MINE, ws)
    app = choose(open_page("prepare"), "mine")
    widget(app, "Fit", "size").set_value(48).run()
    save(app, "mine", replace=True)
    assert find_pipeline("mine", ws).shape == (48, 48)
    assert "Changed, not saved." not in text(app)


def test_what_one_changed_stays_when_somebody_replaces_or_deletes_the_pipeline(
    ws: Workspace, open_page: Open
):
    save_pipeline(MINE, ws)
    app = choose(open_page("prepare"), "mine")
    widget(app, "Polarity", "on").set_value(False).run()
    save_pipeline(Pipeline("mine", (Grey(), Fit(size=48))), ws, replace=True)
    app.run()
    assert widget(app, "Polarity", "on").value is False
    assert widget(app, "Fit", "size").value == 32
    assert "Changed, not saved." in text(app)
    (ws.pipelines / "mine.json").unlink()
    app.run()
    assert app.selectbox(key="pipeline").value == "canonical"
    assert "“mine”, which you had chosen, was deleted: choose another below." in text(app)
    app.run()
    assert "which you had chosen" not in text(app)


def test_a_damaged_pipeline_is_named_and_can_be_deleted(ws: Workspace, open_page: Open):
    (ws.pipelines / "torn.json").write_text("{")
    app = choose(open_page("prepare"), "torn")
    assert "torn.json" in app.warning[0].value
    click(app, "Delete it")
    assert own_pipelines(ws) == ()
    assert not app.exception
    assert not app.warning


def test_values_written_by_hand_are_shown_as_they_are(ws: Workspace, open_page: Open):
    save_pipeline(Pipeline("large", (Grey(), Fit(size=300, margin=2))), ws)
    app = choose(open_page("prepare"), "large")
    assert widget(app, "Fit", "size").value == 300
    assert "Changed, not saved." not in text(app)


def end(ws: Workspace) -> dict[str, Any]:
    """Wait for the end of the one job; its report."""
    (folder,) = (each for each in ws.jobs.iterdir() if each.is_dir())
    deadline = time.monotonic() + 60
    while jobs.is_alive(folder):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    latest = jobs.last(folder)
    assert latest is not None
    return latest["report"]


def test_a_sketchbook_build_is_foretold_and_made_with_what_was_changed(
    ws: Workspace, open_page: Open
):
    app = open_page("prepare")
    widget(app, "Redraw", "size").set_value(24).run()
    view(app, "Make a data set")
    app.button_group(key="made-of").set_value("The sketchbook").run()
    app.number_input[0].set_value(5).run()
    foretold = {each.label: each.value for each in app.metric}
    assert foretold["Images"] == "30"
    assert "kB" in foretold["On disk, about"]
    assert "prepared just now" in text(app)
    app.text_input(key="name-sketchbook canonical changed").set_value("small").run()
    click(app, "Make the data set")
    assert end(ws)["images"] == 30
    built = Store.open(ws.store / "small.parquet")
    assert built.shape == (24, 24)
    assert built.pipeline.name == "canonical, changed"


def test_a_data_set_that_is_here_is_prepared_anew(ws: Workspace, open_page: Open):
    app = choose(open_page("prepare"), "notebook")
    view(app, "Make a data set")
    app.button_group(key="made-of").set_value("A data set that is here").run()
    assert app.metric[0].value == "288"
    click(app, "Make the data set")
    assert end(ws)["images"] == 288
    built = Store.open(ws.store / "handwriting notebook.parquet")
    assert built.pipeline == preset("notebook")


def test_nothing_is_made_with_a_pipeline_or_of_a_data_set_that_was_deleted_meanwhile(
    ws: Workspace, open_page: Open
):
    save_pipeline(Pipeline("thick pen", preset("canonical").steps), ws)
    app = choose(open_page("prepare"), "thick pen")
    view(app, "Make a data set")
    delete_pipeline("thick pen", ws)
    click(app, "Make the data set")
    assert app.selectbox(key="pipeline").value == "canonical"

    shutil.copy(ws.store / "handwriting.parquet", ws.store / "another.parquet")
    app.button_group(key="made-of").set_value("A data set that is here").run()
    app.selectbox(key="made-again").set_value(ws.store / "another.parquet").run()
    (ws.store / "another.parquet").unlink()
    click(app, "Make the data set")
    assert app.selectbox(key="made-again").value == ws.store / "handwriting.parquet"

    assert not app.exception
    assert not any(ws.jobs.iterdir())


def test_a_folder_is_foretold(ws: Workspace, kaggle_folder: Path, open_page: Open):
    app = view(open_page("prepare"), "Make a data set")
    app.button_group(key="made-of").set_value("Files").run()
    assert "Name a folder" in app.info[0].value
    app.text_input(key="made-of-files").set_value(str(kaggle_folder)).run()
    assert app.metric[0].value == "288"
    assert "48 of each script" in text(app)
    app.text_input(key="made-of-files").set_value(str(ws.root / "nothing")).run()
    assert "no such file or folder" in app.warning[0].value
    assert not app.exception


def test_a_name_that_is_taken_is_said_so(ws: Workspace, open_page: Open):
    app = view(open_page("prepare"), "Make a data set")
    app.button_group(key="made-of").set_value("The sketchbook").run()
    app.number_input[0].set_value(1).run()
    app.text_input(key="name-sketchbook canonical").set_value("handwriting").run()
    click(app, "Make the data set")
    assert any("already" in each.value for each in app.warning)
    assert not list(ws.jobs.glob("sketch-*"))
