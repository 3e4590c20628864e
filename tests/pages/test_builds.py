"""Making a data set from a page: progress while it goes on, the reason where it came to nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs

Open = Callable[..., AppTest]


@pytest.fixture
def job(workspace_dir: Path) -> Path:
    folder = workspace_dir / "jobs" / "build-1"
    folder.mkdir(parents=True)
    return folder


def test_progress_is_shown_and_can_be_stopped(
    job: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.jobs.is_alive", lambda folder: folder == job)
    jobs.append(job, {"done": 1200, "total": 4000})
    app = open_page("explore")
    assert app.get("progress")[0].proto.text == "Preparing images: 1,200 of 4,000"
    next(each for each in app.button if each.label == "Stop").click().run()
    assert jobs.stop_requested(job)
    assert not app.exception


def test_a_failure_says_why_and_offers_another_try(job: Path, open_page: Open):
    jobs.append(job, {"error": "/nowhere: no such file or folder"})
    app = open_page("train")
    assert "/nowhere: no such file" in app.warning[0].value
    assert "Make the data set" in [each.label for each in app.button]


def test_a_build_that_died_shows_the_end_of_its_log(job: Path, open_page: Open):
    (job / jobs.LOG).write_text("Killed\n")
    app = open_page("prepare")
    assert "ended before it was done" in app.warning[0].value
    assert app.code[0].value == "Killed"


def test_files_that_could_not_be_read_are_named(job: Path, open_page: Open):
    report = {"skipped": [["set.zip/a.png", "the image is damaged"]], "unreadable": 1}
    jobs.append(job, {"report": report})
    app = open_page("explore")
    assert "1 file could not be read" in app.expander[0].label
    assert app.dataframe[0].value["File"].tolist() == ["set.zip/a.png"]


@pytest.mark.usefixtures("workspace_dir")
def test_nothing_named_asks_for_something(open_page: Open):
    app = open_page("explore")
    next(each for each in app.button if each.label == "Make the data set").click().run()
    assert any("Name a folder" in each.value for each in app.warning)
