"""Home: both accuracies, four things to do with one button each, what is here."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.data.job import FIRST
from core.data.sketchbook import sketch
from core.errors import RunBusy
from core.models.export import BUNDLED, read_facts
from core.scripts import SCRIPTS
from core.training.settings import Settings
from core.ui.story import in_theme
from core.workspace import CHECKOUT, Workspace

Open = Callable[..., AppTest]
STORY = CHECKOUT / "docs" / "notebook.md"
BY_SCRIPT = {script.name: 0.5 for script in SCRIPTS}
BOTH = {"in_domain": {**BY_SCRIPT, "mean": 0.987}, "unseen": {**BY_SCRIPT, "mean": 0.654}}


def text(app: AppTest) -> str:
    kinds = (app.title, app.header, app.markdown, app.caption, app.info, app.warning)
    return "\n".join(each.value for kind in kinds for each in kind)


def press(app: AppTest, label: str) -> AppTest:
    return next(each for each in app.button if each.label == label).click().run()


def labels(app: AppTest) -> list[str]:
    return [each.label for each in app.button]


@pytest.fixture
def sketched(workspace_dir: Path) -> Path:
    """The workspace after a first visit."""
    sketch(Workspace(workspace_dir).store / f"{FIRST}.parquet", per_script=2, workers=1)
    return workspace_dir


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put another description of the shipped model in the place of its own."""

    def write(description: str) -> None:
        (tmp_path / "model.json").write_text(description)
        monkeypatch.setitem(BUNDLED, "shipped", tmp_path)

    return write


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (BOTH, ["98.7%", "65.4%"]),
        ({"in_domain": BOTH["in_domain"]}, ["98.7%", "not measured"]),
        ({"unseen": {"mean": 0.654}}, ["not measured", "65.4%"]),
        ({"in_domain": {"arabic": 0.5}, "unseen": "none"}, []),
        ({}, []),
    ],
)
@pytest.mark.usefixtures("workspace_dir")
def test_both_accuracies_are_read_from_the_card(
    facts: dict[str, Any], expected: list[str], card: Callable[[str], None], open_page: Open
):
    card(json.dumps(facts))
    app = open_page("home")
    assert [each.value for each in app.metric] == expected
    assert not app.exception


@pytest.mark.usefixtures("workspace_dir")
def test_the_notebooks_accuracies_stand_below_ours(open_page: Open):
    facts = read_facts(BUNDLED["notebook"])
    said = [each.value for each in open_page("home").caption]
    own, others = (f"**{facts[kind]['mean']:.1%}**" for kind in ("in_domain", "unseen"))
    assert said[:2] == [
        f"The notebook's model, on a random fifth, by writers it knows: {own}",
        f"The notebook's model: {others}",
    ]


@pytest.mark.usefixtures("workspace_dir")
def test_a_card_that_is_no_json_is_done_without(card: Callable[[str], None], open_page: Open):
    card("{")
    app = open_page("home")
    assert not app.metric
    assert not app.exception


@pytest.mark.usefixtures("workspace_dir")
def test_all_six_scripts_are_shown_without_data(open_page: Open):
    said = text(open_page("home"))
    for script in SCRIPTS:
        assert script.title in said
    assert said.count("no images yet") == 6


@pytest.mark.usefixtures("workspace_dir")
def test_without_data_it_leads_to_some(open_page: Open):
    app = open_page("home")
    assert "There is no data set yet." in text(app)
    assert "Write a first data set from the sketchbook" in labels(app)
    press(app, "Get a data set")
    assert app.title[0].value == "Data"


@pytest.mark.usefixtures("full")
def test_it_counts_what_is_here(open_page: Open):
    said = text(open_page("home"))
    assert said.count("48 images") == 6
    assert "288 images in “handwriting”." in said
    assert "1 run so far." in said
    assert re.search(r"% of \d+ images, a random fifth", said)


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("Look through it", "Explore"),
        ("See the steps", "Prepare"),
        ("Train a model", "Train"),
        ("Draw a character", "Predict"),
    ],
)
@pytest.mark.usefixtures("full")
def test_each_of_the_four_things_has_one_button(label: str, title: str, open_page: Open):
    app = press(open_page("home"), label)
    assert app.title[0].value == title
    assert not app.exception


def test_one_button_trains_a_first_model_on_the_sketchbook(
    sketched: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    asked = []

    def start(_: Workspace, settings: Settings) -> SimpleNamespace:
        asked.append(settings)
        return SimpleNamespace(id="glyph-abcd")

    monkeypatch.setattr("core.training.runs.start_run", start)
    app = press(open_page("home"), "Train a first model")
    assert app.title[0].value == "Train"
    [settings] = asked
    settings.validate()
    assert settings.data == sketched / "store" / f"{FIRST}.parquet"
    look = app.session_state["own-looking"]
    assert (look.half, look.run) == ("Runs", "glyph-abcd")


@pytest.mark.usefixtures("sketched")
def test_whoever_comes_second_sees_the_run_of_the_first(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    def busy(*_: object) -> None:
        raise RunBusy("run glyph-abcd is going on")

    monkeypatch.setattr("core.training.runs.start_run", busy)
    app = press(open_page("home"), "Train a first model")
    assert app.title[0].value == "Train"
    assert "is going on" not in text(app)


def test_a_damaged_data_set_is_named_and_the_one_before_it_shown(
    workspace_dir: Path, canonical_store: Path, open_page: Open
):
    store = Workspace(workspace_dir).store
    shutil.copy(canonical_store, store / "whole.parquet")
    os.utime(store / "whole.parquet", (0, 0))
    (store / "mine.parquet").write_text("no table")
    app = open_page("home")
    assert "mine.parquet" in app.warning[0].value
    assert "288 images in “whole”." in text(app)
    assert "Draw a character" in labels(app)


def test_the_story_of_the_notebook_opens_with_its_figures(open_page: Open) -> None:
    app = open_page("home")
    before = len(app.image)
    press(app, "Why 99% means nothing: the whole story")
    assert not app.exception
    assert "The labels are reversed" in text(app)
    assert "Pretrained networks" in text(app)
    assert not re.search(r"\]\((?!http)", text(app))  # links to files lead nowhere from a page
    assert len(app.image) - before == len(re.findall(r"!\[", STORY.read_text(encoding="utf-8")))


def test_a_figure_is_drawn_for_the_theme_of_the_page() -> None:
    svg = "text{fill:#555}@media(prefers-color-scheme:dark){text{fill:#bbb}.a{fill:red}}</style>"
    assert in_theme(svg, dark=False) == "text{fill:#555}</style>"
    assert in_theme(svg, dark=True) == "text{fill:#555}text{fill:#bbb}.a{fill:red}</style>"
    for file in STORY.parent.glob("images/*.svg"):
        assert "@media" not in in_theme(file.read_text(), dark=True)
