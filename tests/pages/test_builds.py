"""What goes on with data, on any page: progress, how it ended, a first data set."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.data.activity import REQUEST
from core.errors import StorageFull
from core.ui import dialog
from core.workspace import Workspace

Open = Callable[..., AppTest]


def lay_out(workspace: Path, kind: str = "build", name: str = "mine") -> Path:
    """The folder of a job that nobody does."""
    folder = workspace / "jobs" / f"{kind}-1"
    folder.mkdir(parents=True)
    request = {"kind": kind, "name": name, "options": {}}
    (folder / REQUEST).write_text(json.dumps(request))
    return folder


@pytest.fixture
def job(workspace_dir: Path) -> Path:
    return lay_out(workspace_dir)


def press(app: AppTest, label: str) -> AppTest:
    return next(each for each in app.button if each.label == label).click().run()


def labels(app: AppTest) -> list[str]:
    return [each.label for each in app.button]


def said(app: AppTest) -> str:
    kinds = (app.header, app.markdown, app.caption, app.warning)
    return "\n".join(each.value for kind in kinds for each in kind)


@pytest.mark.parametrize(
    ("kind", "name", "record", "text"),
    [
        (
            "build",
            "mine",
            {"done": 1200, "total": 4000},
            "Preparing images for “mine”: 1,200 of 4,000 images",
        ),
        ("build", "mine", {}, "Preparing images for “mine”: looking for images"),
        ("sketch", "mine", {"done": 5, "total": 30}, "Writing “mine”: 5 of 30 images"),
        ("sketch", "mine", {}, "Writing “mine”: taking up the pen"),
        ("fetch", "ahcd1", {}, "Asking Kaggle for Arabic Handwritten Characters"),
        (
            "fetch",
            "ahcd1",
            {"done": 1_000_000, "total": 5_200_000},
            "Downloading Arabic Handwritten Characters: 1.0 MB of 5.2 MB",
        ),
        ("fetch", "ahcd1", {"done": 5, "total": 5}, "Unpacking Arabic Handwritten Characters"),
    ],
)
def test_progress_is_shown_and_can_be_stopped(
    kind: str,
    name: str,
    record: dict[str, int],
    text: str,
    workspace_dir: Path,
    open_page: Open,
    monkeypatch: pytest.MonkeyPatch,
):
    job = lay_out(workspace_dir, kind, name)
    monkeypatch.setattr("core.jobs.is_alive", lambda folder: folder == job)
    jobs.append(job, record)
    app = open_page("data")
    assert app.get("progress")[0].proto.text == text
    press(app, "Stop")
    assert jobs.stop_requested(job)
    assert "Stopping" in said(app)
    assert not app.exception


@pytest.mark.parametrize("opened", [False, True])
def test_a_job_that_ends_does_not_close_a_dialog(opened: bool):
    def page(opened: bool) -> None:
        from pathlib import Path

        import streamlit as st

        from core.ui import builds, dialog

        st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1
        dialog.close()
        if st.session_state["drawn"] == 1:
            if opened:
                dialog.dialog("Close up")(lambda: st.write("One's eyes are on this."))()
            builds._progress([Path("ended")])

    app = AppTest.from_function(page, args=(opened,)).run()
    assert app.session_state["drawn"] == (1 if opened else 2)
    assert [each.value for each in app.markdown] == ["One's eyes are on this."] * opened
    # the page drawn anew, after it was closed
    assert "dialog-open" not in app.run().session_state


def test_a_dialog_that_is_closed_holds_nothing_back(monkeypatch: pytest.MonkeyPatch):
    """Of one that a part of the page opened, only that part is drawn anew."""
    asked: dict[str, Any] = {}

    def drawn(_: str, **how: Any) -> Callable[..., Any]:
        asked.update(how)
        return lambda body: body

    monkeypatch.setattr("streamlit.dialog", drawn)
    monkeypatch.setattr("streamlit.session_state", {})
    dialog.dialog("Close up")(lambda: None)()
    assert dialog.is_open()
    asked["on_dismiss"]()
    assert not dialog.is_open()


def test_a_failure_says_why_and_offers_another_try(job: Path, open_page: Open):
    jobs.append(job, {"error": "/nowhere: no such file or folder"})
    app = open_page("train")
    assert app.warning[0].value == "“mine” was not made: /nowhere: no such file or folder."
    assert "Write one from the sketchbook" in labels(app)
    press(app, "Dismiss")
    assert not app.warning


def test_another_try_makes_a_failure_old_news(job: Path, open_page: Open):
    jobs.append(job, {"error": "the disk was full"})
    again = job.with_name("build-2")
    again.mkdir()
    (again / REQUEST).write_text((job / REQUEST).read_text())
    jobs.append(again, {"error": "the zip was cut short"})
    app = open_page("data")
    assert [each.value for each in app.warning] == ["“mine” was not made: the zip was cut short."]


def test_a_download_leads_to_no_data_set_that_happens_to_have_its_name(
    workspace_dir: Path, canonical_store: Path, open_page: Open
):
    job = lay_out(workspace_dir, "fetch", "ahcd1")
    jobs.append(job, {"report": {}})
    shutil.copy(canonical_store, Workspace(workspace_dir).store / "ahcd1.parquet")
    app = open_page("data")
    assert app.success[0].value == (
        "Arabic Handwritten Characters is here. Make a data set of it next."
    )
    assert "Look" not in [each.label for each in app.button]


def test_a_failed_download_says_why(workspace_dir: Path, open_page: Open):
    job = lay_out(workspace_dir, "fetch", "ahcd1")
    jobs.append(job, {"error": "Kaggle can't be reached; check this machine's connection"})
    app = open_page("data")
    assert "Arabic Handwritten Characters was not downloaded: Kaggle can't" in app.warning[0].value


def test_a_build_that_died_shows_the_end_of_its_log(job: Path, open_page: Open):
    (job / jobs.LOG).write_text("Killed\n")
    app = open_page("prepare")
    assert "was killed, or ran out of memory" in app.warning[0].value
    assert app.code[0].value == "Killed"


def test_files_that_were_left_out_are_named(job: Path, open_page: Open):
    counts = {"arabic": 3, "kannada": 2}
    report = {"skipped": [["set.zip/a.png", "the image is damaged"]], "unreadable": 1}
    jobs.append(job, {"report": {**report, "images": 5, "per_script": counts}})
    app = open_page("data")
    assert app.success[0].value == "“mine” is ready: 5 images (Arabic 3, Kannada 2)."
    assert "1 file was left out" in app.expander[0].label
    assert app.dataframe[0].value["File"].tolist() == ["set.zip/a.png"]


def test_how_a_build_ended_is_news_to_who_started_it_and_to_all_on_data(
    job: Path, workspace_dir: Path, canonical_store: Path, open_page: Open
):
    (workspace_dir / "store").mkdir(exist_ok=True)
    shutil.copy(canonical_store, workspace_dir / "store" / "there.parquet")
    report = {"skipped": [], "unreadable": 0, "images": 5, "per_script": {"arabic": 5}}
    jobs.append(job, {"report": report})
    app = open_page("explore")
    assert not app.success
    app.session_state["own-jobs"] = {job.name}
    assert "“mine” is ready" in app.run().success[0].value
    assert "“mine” is ready" in open_page("data").success[0].value
    for file in (job, *job.iterdir()):
        os.utime(file, (time.time() - 3600,) * 2)
    assert "“mine” is ready" in app.run().success[0].value
    assert not open_page("data").success  # where it is listed


def test_copies_are_told_apart_from_files_that_were_left_out(job: Path, open_page: Open):
    left_out = {"skipped": [], "unreadable": 0, "copies": [["set.zip", "48 are here twice"]]}
    jobs.append(job, {"report": {**left_out, "images": 5, "per_script": {"arabic": 5}}})
    app = open_page("data")
    assert r"set\.zip: 48 are here twice." in [each.value for each in app.caption]
    assert not app.dataframe


@pytest.mark.usefixtures("workspace_dir")
def test_without_data_a_page_leads_to_some(open_page: Open):
    app = open_page("explore")
    assert "No data set yet" in said(app)
    assert "Write one from the sketchbook" in labels(app)


def wait_for_jobs(workspace: Path) -> None:
    deadline = time.monotonic() + 60
    while any(jobs.is_alive(folder) for folder in workspace.glob("jobs/*-*")):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize("page", ["home", "explore"])
def test_a_first_visitor_finds_a_data_set_being_written(
    page: str, first_visit: Path, open_page: Open
):
    app = open_page(page)
    assert len(list(first_visit.glob("jobs/sketch-*"))) == 1
    wait_for_jobs(first_visit)
    app.run()
    assert not app.exception
    assert not app.warning
    assert "30 images" in said(app)


def test_a_first_data_set_that_fails_says_so_and_can_be_tried_again(
    first_visit: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object, **__: object) -> None:
        raise StorageFull("no space left on the disk: free some")

    with monkeypatch.context() as patch:
        patch.setattr("core.data.job.jobs.start", refuse)
        app = open_page("home")
        assert "No first data set could be written: no space left" in app.warning[0].value
    press(app, "Write a first data set from the sketchbook")
    wait_for_jobs(first_visit)
    app.run()
    assert not app.warning
    assert "30 images" in said(app)
