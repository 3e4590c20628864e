"""Pages as Streamlit runs them, without a browser: on an empty workspace, or on a full one."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core.data.job import start_first
from core.training.runs import start_run, wait
from core.training.settings import Settings
from core.workspace import Workspace

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture(scope="session", autouse=True)
def scanned_once() -> Iterator[None]:
    """Every AppTest looks through all installed packages for components: two thirds of its time."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session")
def full_workspace(canonical_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one data set and one finished run. Read only."""
    root = tmp_path_factory.mktemp("full") / "workspace"
    data = Workspace(root).store / "handwriting.parquet"
    shutil.copy(canonical_store, data)
    run = wait(start_run(Workspace(root), Settings(data, "cnn", epochs=6, batch_size=16)))
    assert run.state == "done", run.log_tail()
    return root


@pytest.fixture
def full(full_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workspace with data and a run, in use for one test."""
    monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", str(full_workspace))
    return full_workspace


@pytest.fixture(autouse=True)
def visited(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty workspace stays empty, as if somebody had been here before: see `first_visit`."""
    monkeypatch.setattr("core.ui.builds.start_first", lambda _, **__: None)


@pytest.fixture
def first_visit(workspace_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace in which the app makes a first, tiny, data set by itself."""
    monkeypatch.setattr("core.ui.builds.start_first", start_first)
    monkeypatch.setattr("core.data.job.FIRST_IMAGES", 5)
    return workspace_dir


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """`open_page("explore", **query)`: the page after its first run; "home" is the app itself."""
    files = {path.stem.split("_")[1]: f"pages/{path.name}" for path in APP.parent.glob("pages/*")}

    def open_it(name: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        if name == "home":
            return app.run()
        return app.switch_page(files[name]).run()

    return open_it
