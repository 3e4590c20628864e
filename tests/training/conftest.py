"""What the tests of training share: a run that is asked for, and not begun."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.training.settings import Settings
from core.workspace import Workspace

Ask = Callable[..., Path]


@pytest.fixture
def ask(notebook_store: Path, tmp_path: Path) -> Ask:
    """`ask(name, **settings)`: the folder of a run for `worker.main`, not begun."""

    def folder_of(name: str, **settings: object) -> Path:
        folder = Workspace(tmp_path).runs / name
        folder.mkdir(exist_ok=True)
        asked = Settings(**{"data": notebook_store, **settings})
        asked.validate()
        request = {
            "settings": asked.to_json(),
            "created": datetime.now(UTC).isoformat(),
            "data": {"hash": "", "images": 288, "per_script": {}},
        }
        (folder / "settings.json").write_text(json.dumps(request))
        (folder / "state.json").write_text('{"state": "starting"}')
        return folder

    return folder_of
