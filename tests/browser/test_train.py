"""Train in a real browser: set up, started, watched, left, stopped, taken up again, tested."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.training.runs import list_runs
from core.workspace import Workspace


@pytest.fixture(scope="module")
def furnished(server: Any, furnish: Callable[..., None]) -> Any:
    """The server, with a small data set and one trained model in its workspace."""
    furnish(server, "dense", epochs=2, batch_size=32)
    return server


def no_error(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def test_nothing_runs_off_the_side_of_a_phone(furnished: Any, phone: Page):
    phone.goto(f"{furnished.url}/train")
    expect(phone.get_by_role("button", name="Start training")).to_be_visible()
    wide = phone.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390


def test_a_run_is_started_watched_left_stopped_and_taken_up_again(furnished: Any, page: Page):
    page.goto(f"{furnished.url}/train")
    expect(page.get_by_text("The split leaks writers")).to_be_visible()
    page.get_by_text("Augment", exact=True).click()
    expect(page.get_by_text("First row: one image of each script")).to_be_visible()
    page.get_by_label("Epochs").fill("5000")
    page.get_by_role("button", name="Start training").click()  # and no Tab before it

    epoch = page.get_by_text(re.compile(r"epoch \d+ of 5000"))
    expect(epoch).to_be_visible()
    run = page.get_by_role("combobox", name="Run").input_value()
    seen = epoch.inner_text()
    expect(epoch).not_to_have_text(seen)
    expect(page.locator(".st-key-loss .js-line").first).to_be_attached()
    expect(page.get_by_text("Images a second")).to_be_visible()

    page.reload()
    expect(page.get_by_role("combobox", name="Run")).to_have_value(run)
    expect(epoch).to_be_visible()

    page.get_by_role("radio", name="New run").or_(
        page.get_by_role("button", name="New run")
    ).first.click()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("wait for it to end, or stop it")).to_be_visible()

    page.goto(f"{furnished.url}/train")
    page.locator(".st-key-stop button").click()
    expect(page.get_by_role("heading", name="Where it is right")).to_be_visible()
    newest = list_runs(Workspace(furnished.workspace))[0]
    assert newest.state == "stopped"
    assert newest.has_model

    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Where it is right")).to_have_count(0)
    expect(page.locator(".st-key-stop button")).to_be_visible()
    page.locator(".st-key-stop button").click()
    expect(page.get_by_role("heading", name="Where it is right")).to_be_visible()
    again = list_runs(Workspace(furnished.workspace))[0]
    assert (again.id, again.state) == (newest.id, "stopped")
    assert again.epoch >= newest.epoch
    no_error(page)


def test_a_run_is_tested_elsewhere_downloaded_used_and_deleted(
    furnished: Any, notebook_store: Path, page: Page
):
    here = Workspace(furnished.workspace)
    shutil.copy(notebook_store, here.store / "other.parquet")
    run = list_runs(here)[-1]
    page.goto(f"{furnished.url}/train?run={run.id}")
    expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile(f"^{run.id} "))
    page.get_by_role("button", name="Test", exact=True).click()
    # the same images prepared otherwise: it has learned from each of those collections
    expect(page.get_by_text("says nothing new")).to_be_visible()
    expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile(f"^{run.id} "))

    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == f"{run.id}.zip"

    page.get_by_role("link", name="Predict with it").click()
    expect(page).to_have_url(re.compile(rf"/predict\?model={run.id}$"))
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile(f"^{run.id} · "))

    page.goto(f"{furnished.url}/train?run={run.id}")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("button", name="Delete it")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    no_error(page)
    assert run.id not in [each.id for each in list_runs(here)]


def test_what_was_set_stays_while_one_looks_at_the_runs(
    furnished: Any, new_page: Callable[..., Page]
):
    page = new_page()
    page.goto(f"{furnished.url}/train")
    page.get_by_label("Model").click()
    page.get_by_role("option", name="Dense network").click()
    expect(page.get_by_text("Two layers of 512 units")).to_be_visible()
    expect(page.locator("input[aria-label=Epochs][value='85']")).to_have_count(0)
    expect(page.get_by_label("Epochs")).to_have_value("25")
    page.get_by_label("Epochs").fill("7")
    page.get_by_label("Epochs").press("Tab")
    page.get_by_role("radio", name="Runs").click()
    expect(page.get_by_text("Where it is right")).to_be_visible()
    page.get_by_role("radio", name="New run").click()

    expect(page.get_by_text("Two layers of 512 units")).to_be_visible()
    expect(page.get_by_label("Epochs")).to_have_value("7")
    expect(page.get_by_role("combobox", name="Model")).to_have_value("Dense network")
