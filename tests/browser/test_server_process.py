"""The process that serves pages stays small: no TensorFlow in it, whatever page was asked for."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.training.runs import list_runs
from core.ui.strokes import Stroke, to_text
from core.workspace import Workspace

DRAWING = (Stroke(14, ((60, 60), (200, 70), (120, 210))),)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_page_brings_tensorflow_into_the_server_or_asks_anybody_else_for_anything(
    server, furnish, page, paths, settle
):
    furnish(server, "dense", epochs=1, batch_size=64)
    run = list_runs(Workspace(server.workspace))[0]
    drawn = f"predict?drawing={to_text(DRAWING)}"
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in [*paths, drawn, f"train?run={run.id}", "explore?view=Ink", "explore?view=Columns"]:
        page.goto(f"{server.url}/{path}")
        settle(page)
    page.goto(f"{server.url}/{drawn}")
    expect(page.get_by_text("% sure").first).to_be_visible()

    here = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
    assert len(asked) > len(paths)
    assert [each for each in asked if not each.startswith(here)] == []
    mapped = {
        line.split(maxsplit=5)[5].strip()
        for line in Path(f"/proc/{server.process.pid}/maps").read_text().splitlines()
        if line.count("/")
    }
    # NumPy's libraries prove that we look at the right process.
    assert any("/numpy/" in file for file in mapped)
    assert [file for file in mapped if "/tensorflow/" in file or "libtensorflow" in file] == []
