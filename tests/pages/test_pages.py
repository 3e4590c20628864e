"""Every page opens, with data and without, and says what to do where there is nothing to show."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]
APP = Path(__file__).resolve().parents[2] / "app.py"
NAMES = ("home", "data", "explore", "prepare", "train", "compare", "predict")


def text(app: AppTest) -> str:
    """All that the page says, in one string."""
    kinds = (app.title, app.header, app.markdown, app.caption, app.info, app.warning, app.error)
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
    assert name == "train" or not app.warning  # Train says what a split is worth


@pytest.mark.parametrize("name", NAMES)
def test_where_nothing_can_be_kept_every_page_says_so(
    name: str, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", str(tmp_path / "file" / "below"))
    app = open_page(name)
    assert not app.exception
    assert "file/below" in app.error[0].value
    assert "start it with SCRIPTORIUM_WORKSPACE set to" in app.error[0].value


@pytest.mark.usefixtures("full")
def test_one_visit_to_every_page_and_back(open_page: Open):
    app = open_page("home")
    pages = sorted(f"pages/{path.name}" for path in APP.parent.glob("pages/*.py"))
    for page in [*pages, *reversed(pages)]:
        app.switch_page(page).run()
        assert not app.exception, page
        assert not app.error, page


@pytest.mark.parametrize("name", ["explore", "prepare", "train"])
@pytest.mark.usefixtures("workspace_dir")
def test_without_data_a_page_offers_to_make_some(name: str, open_page: Open):
    app = open_page(name)
    assert "No data set yet" in text(app)
    assert "Write one from the sketchbook" in [each.label for each in app.button]


@pytest.mark.usefixtures("workspace_dir")
def test_without_a_run_compare_sends_to_train(open_page: Open):
    assert "No runs yet" in text(open_page("compare"))
