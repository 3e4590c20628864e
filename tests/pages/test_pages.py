"""Every page opens, with data and without, and says what to do where there is nothing to show."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.scripts import SCRIPTS

Open = Callable[..., AppTest]
NAMES = ("home", "explore", "prepare", "train", "compare", "predict")


def text(app: AppTest) -> str:
    """All that the page says, in one string."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(each.value for kind in kinds for each in kind)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("workspace_dir")
def test_without_data_every_page_opens(name: str, open_page: Open):
    app = open_page(name)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("full")
def test_with_data_every_page_opens(name: str, open_page: Open):
    app = open_page(name)
    assert not app.exception
    assert not app.error
    assert not app.warning


@pytest.mark.parametrize("name", ["explore", "prepare", "train"])
@pytest.mark.usefixtures("workspace_dir")
def test_without_data_a_page_offers_to_make_some(name: str, open_page: Open):
    app = open_page(name)
    assert "No data set yet" in text(app)
    assert "Make the data set" in [each.label for each in app.button]


def test_the_sketchbook_makes_a_first_data_set(
    workspace_dir: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.ui.builds._SKETCHES", 5)
    app = open_page("explore")
    next(each for each in app.button if "sketchbook" in each.label).click().run()
    (folder,) = (workspace_dir / "jobs").iterdir()
    deadline = time.monotonic() + 60
    while jobs.is_alive(folder):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    app.run()
    assert not app.exception
    assert "30 images" in text(app)


@pytest.mark.usefixtures("workspace_dir")
def test_without_a_run_compare_sends_to_train(open_page: Open):
    assert "No runs yet" in text(open_page("compare"))


@pytest.mark.usefixtures("workspace_dir")
def test_home_shows_all_six_scripts(open_page: Open):
    said = text(open_page("home"))
    for script in SCRIPTS:
        assert script.title in said


@pytest.mark.usefixtures("full")
def test_home_counts_what_is_loaded(open_page: Open):
    assert text(open_page("home")).count("48 images") == 6


@pytest.mark.usefixtures("full")
def test_home_sends_to_the_canvas(open_page: Open):
    app = open_page("home")
    app.button[0].click().run()
    assert app.title[0].value == "Predict"


@pytest.mark.usefixtures("workspace_dir")
def test_home_shows_both_accuracies_side_by_side(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    by_script = {script.name: 0.5 for script in SCRIPTS}
    facts = {"in_domain": {**by_script, "mean": 0.987}, "unseen": {**by_script, "mean": 0.654}}
    (tmp_path / "model.json").write_text(json.dumps(facts))
    monkeypatch.setattr("core.ui.home.SHIPPED", tmp_path)
    values = [each.value for each in open_page("home").metric]
    assert values == ["98.7%", "65.4%"]
