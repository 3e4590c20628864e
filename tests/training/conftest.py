"""What the tests of training share: a run that is asked for, and not begun."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from core.data.store import Store
from core.training.settings import Settings
from core.workspace import Workspace

Ask = Callable[..., Path]


@pytest.fixture
def ask(ask_in: Callable[[Path], Ask], tmp_path: Path) -> Ask:
    """`ask(name, **settings)`: the folder of a run for `worker.main`, not begun."""
    return ask_in(tmp_path)


@pytest.fixture(scope="session")
def ask_in(notebook_store: Path) -> Callable[[Path], Ask]:
    """`ask_in(workspace)` is `ask` for runs in the folder `workspace`."""
    return lambda root: partial(_ask, notebook_store, root)


def _ask(notebook_store: Path, root: Path, name: str, **settings: object) -> Path:
    folder = Workspace(root).runs / name
    folder.mkdir(exist_ok=True)
    asked = Settings(**{"data": notebook_store, **settings})
    asked.validate()
    data_hash = Store.open(asked.data).hash if asked.data.exists() else "gone"
    request = {
        "settings": asked.to_json(),
        "created": datetime.now(UTC).isoformat(),
        "data": {"hash": data_hash, "images": 288, "per_script": {}},
    }
    (folder / "settings.json").write_text(json.dumps(request))
    (folder / "state.json").write_text('{"state": "starting"}')
    return folder
