"""The process that serves pages stays small: no TensorFlow in it, whatever page was asked for."""

import sys
from pathlib import Path

import pytest


def test_no_page_asks_anybody_else_for_anything(server, page, paths, settle):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in paths:
        page.goto(f"{server.url}/{path}")
        settle(page)

    outside = [each for each in asked if not each.startswith((server.url, "data:", "blob:"))]
    assert len(asked) > len(paths)
    assert [each for each in outside if not each.startswith(server.url.replace("http", "ws"))] == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_page_brings_tensorflow_into_the_server(server, page, paths, settle):
    for path in paths:
        page.goto(f"{server.url}/{path}")
        settle(page)

    mapped = {
        line.split(maxsplit=5)[5].strip()
        for line in Path(f"/proc/{server.pid}/maps").read_text().splitlines()
        if line.count("/")
    }

    # NumPy's libraries prove that we look at the right process.
    assert any("/numpy/" in file for file in mapped)
    assert [file for file in mapped if "/tensorflow/" in file or "libtensorflow" in file] == []
