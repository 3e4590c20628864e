"""Train: the notebook's values are offered, a start goes through, a second one is told why not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import RunBusy
from core.models.zoo import FAMILIES
from core.training.settings import FIELDS

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in [*app.caption, *app.markdown, *app.warning])


def start(app: AppTest) -> AppTest:
    return next(each for each in app.button if each.label == "Start training").click().run()


@pytest.mark.usefixtures("full")
def test_every_setting_has_its_sentence(open_page: Open):
    app = open_page("train")
    for name, field in FIELDS.items():
        if name not in ("data", "model"):
            assert field.metadata["help"] in said(app)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.usefixtures("full")
def test_a_model_brings_its_size_and_its_epochs(name: str, open_page: Open):
    app = open_page("train")
    app.selectbox(key="model").select(name).run()
    assert f"{FAMILIES[name].parameters:,} parameters" in said(app)
    assert app.number_input(key=f"epochs-{name}").value == FAMILIES[name].epochs


def test_what_the_form_says_is_what_is_started(
    open_page: Open, full: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = []
    monkeypatch.setattr("core.ui.train.start_run", lambda _, settings: asked.append(settings))
    app = open_page("train")
    app.selectbox(key="model").select("dense").run()
    app.number_input(key="epochs-dense").set_value(3)
    start(app)
    assert not app.exception
    [settings] = asked
    assert (settings.model, settings.epochs, settings.batch_size) == ("dense", 3, 128)
    assert (settings.learning_rate, settings.seed, settings.split) == (1e-3, 800, "notebook")
    assert settings.data == full / "store" / "handwriting.parquet"


@pytest.mark.usefixtures("full")
def test_a_second_start_says_what_to_do(open_page: Open, monkeypatch: pytest.MonkeyPatch):
    def busy(*_: object) -> None:
        raise RunBusy("run cnn-abcd is going on")

    monkeypatch.setattr("core.ui.train.start_run", busy)
    app = start(open_page("train"))
    assert "stop it above" in app.warning[0].value
    assert not app.exception


@pytest.mark.usefixtures("full")
def test_runs_are_listed_with_state_and_accuracy(open_page: Open):
    table = open_page("train").dataframe[0].value
    assert table["State"].tolist() == ["done"]
    assert 0 <= table["Test accuracy"].item() <= 1
