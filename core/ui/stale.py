"""A fault of Streamlit (1.67) mended: a page that comes up empty.

While a fragment runs every so often (`run_every`), the browser asks for it with the page that it
believes to be on. Asked between a press on a button and `st.switch_page` this is answered after the
other page has been drawn: Streamlit takes the page of the asking for the one to be shown, clears
what is there, and finds no such fragment to show instead.
"""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

_MENDED = "_scriptorium_mended"


def stay_on_the_page_shown() -> None:
    """Let a run of fragments be one of the page that is shown; what is not on it is skipped."""
    run = ScriptRunner._run_script
    if hasattr(run, _MENDED):
        return

    @wraps(run)
    def run_here(runner: Any, data: Any) -> None:
        context = runner._get_script_run_ctx()
        if data.fragment_id_queue and context.page_script_hash:
            data = replace(data, page_script_hash=context.page_script_hash)
        run(runner, data)

    setattr(run_here, _MENDED, True)
    ScriptRunner._run_script = run_here  # type: ignore[assignment,method-assign]
