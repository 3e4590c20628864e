"""Comparing runs in a real browser: a cell of the confusion matrix opens the images behind it."""

import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from core.training.runs import start_run, wait
from core.training.settings import Settings
from core.workspace import Workspace


def test_a_picked_cell_shows_the_images_behind_it(
    start_server: Any, canonical_store: Path, page: Page
):
    server = start_server()
    here = Workspace(server.workspace)
    data = here.store / "handwriting.parquet"
    shutil.copy(canonical_store, data)
    run = wait(start_run(here, Settings(data, "dense", epochs=1, batch_size=64)))
    assert run.state == "done", run.log_tail()
    answers = run.test_predictions()
    count = ((answers["script"] == "kannada") & (answers["predicted"] == "arabic")).sum()
    said = f"{count} test image" if count else "no test image"

    page.goto(f"{server.url}/compare")
    chart = page.locator("[class*=st-key-matrix] .nsewdrag").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    # The first column is Arabic, the last row Kannada; not the middle of the cell.
    page.mouse.click(box["x"] + box["width"] * 0.14, box["y"] + box["height"] * 5.2 / 6)
    expect(page.get_by_role("combobox", name="Written")).to_have_value("Kannada")
    expect(page.get_by_text(f"Kannada taken for Arabic: {said}")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)

    # what one looks at stays while one is elsewhere
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_role("heading", name="Explore")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("combobox", name="Written")).to_have_value("Kannada")
    expect(page.get_by_role("combobox", name="Answered")).to_have_value("Arabic")

    # the address names the runs that are ticked
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.locator("canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 54)  # the box of the one row
    expect(page).to_have_url(f"{server.url}/compare?run={run.id}")
    page.reload()
    expect(page.get_by_role("combobox", name="Written")).to_be_visible()
    expect(page).to_have_url(f"{server.url}/compare?run={run.id}")
    expect(page.get_by_test_id("stException")).to_have_count(0)
