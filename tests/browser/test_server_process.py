"""The process that serves pages stays small: no TensorFlow in it, whatever page was asked for."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.training.runs import list_runs
from core.ui.strokes import Stroke, to_text
from core.workspace import Workspace

DRAWING = (Stroke(14, ((60, 60), (200, 70), (120, 210))),)


@pytest.fixture(scope="module")
def asked(server, furnish, browser, paths, settle):
    """The addresses that a browser asked for while it looked at every page, a run and a drawing."""
    furnish(server, "dense", epochs=1, batch_size=64)
    run = list_runs(Workspace(server.workspace))[0]
    drawn = f"predict?drawing={to_text(DRAWING)}"
    addresses = []
    page = browser.new_page()
    page.set_default_timeout(60_000)  # two slow cores may be busy with a lot else
    page.on("request", lambda request: addresses.append(request.url))
    for path in [*paths, f"train?run={run.id}", "explore?view=Ink", "explore?view=Columns", drawn]:
        page.goto(f"{server.url}/{path}")
        settle(page)
    expect(page.get_by_text("% sure").first).to_be_visible()
    page.close()
    return addresses


def test_no_page_asks_anybody_else_for_anything(server, paths, asked):
    outside = [each for each in asked if not each.startswith((server.url, "data:", "blob:"))]
    assert len(asked) > len(paths)
    assert [each for each in outside if not each.startswith(server.url.replace("http", "ws"))] == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.usefixtures("asked")
def test_no_page_brings_tensorflow_into_the_server(server):
    mapped = {
        line.split(maxsplit=5)[5].strip()
        for line in Path(f"/proc/{server.process.pid}/maps").read_text().splitlines()
        if line.count("/")
    }

    # NumPy's libraries prove that we look at the right process.
    assert any("/numpy/" in file for file in mapped)
    assert [file for file in mapped if "/tensorflow/" in file or "libtensorflow" in file] == []
