"""A fragment that is asked for late does not take the visitor back to the page it was on."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from core.ui.stale import stay_on_the_page_shown


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        (RerunData(page_script_hash="home", fragment_id_queue=["progress"]), "predict"),
        (RerunData(page_script_hash="home"), "home"),
    ],
    ids=["a fragment", "a page"],
)
def test_fragments_are_of_the_page_that_is_shown(
    asked: RerunData, page: str, monkeypatch: pytest.MonkeyPatch
):
    ran = []
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda _, data: ran.append(data))
    for _ in range(2):  # once is enough
        stay_on_the_page_shown()
    runner = SimpleNamespace(
        _get_script_run_ctx=lambda: SimpleNamespace(page_script_hash="predict")
    )
    ScriptRunner._run_script(runner, asked)
    assert [each.page_script_hash for each in ran] == [page]
    assert ran[0].fragment_id_queue == asked.fragment_id_queue
