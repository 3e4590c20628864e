"""Getting data, in a real browser: from a folder, from a zip that is dropped, and away again."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.workspace import Workspace


@pytest.fixture
def server(start_server: Callable[..., Any], tmp_path: Path, canonical_store: Path) -> Any:
    """A server of this test's own, with one data set: nothing is made by itself."""
    workspace = tmp_path / "workspace"
    shutil.copy(canonical_store, Workspace(workspace).store / "mine.parquet")
    return start_server(workspace)


def no_error(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def make(page: Page, name: str) -> None:
    """Ask for a data set, and wait for it."""
    page.get_by_role("button", name="Make the data set").click()
    expect(page.get_by_text(f"“{name}” is ready")).to_be_visible()


def test_a_data_set_is_made_from_sets_in_a_folder(server: Any, kaggle_folder: Path, page: Page):
    page.goto(f"{server.url}/data")
    folder = page.get_by_role("textbox", name="Have you downloaded some of them")
    folder.fill(str(kaggle_folder))
    folder.press("Enter")
    expect(page.get_by_text("Make a data set of what is here")).to_be_visible()
    make(page, "kaggle")
    page.get_by_role("button", name="Look", exact=True).click()
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible()
    expect(page.get_by_text("288 images").first).to_be_visible()
    no_error(page)


def test_a_data_set_is_made_from_a_zip_that_is_dropped(
    server: Any, kaggle_zips: dict[str, Path], page: Page
):
    page.goto(f"{server.url}/data")
    page.get_by_text("Your own files", exact=True).click()
    page.locator("input[type=file]").set_input_files(kaggle_zips["arabic"])
    expect(page.get_by_text("From what was dropped")).to_be_visible()
    make(page, "handwriting")
    expect(page.get_by_text("48 images (Arabic 48)").first).to_be_visible()
    no_error(page)


def test_a_path_with_nothing_in_it_says_so_in_one_line(server: Any, tmp_path: Path, page: Page):
    page.goto(f"{server.url}/data")
    page.get_by_text("Your own files", exact=True).click()
    path = page.get_by_role("textbox", name="Or a folder, zip or CSV")
    path.fill(str(tmp_path / "nowhere"))
    path.press("Enter")
    page.get_by_role("button", name="Make the data set").click()
    expect(page.get_by_text("“handwriting” was not made")).to_contain_text("nowhere")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("“handwriting” was not made")).to_have_count(0)


def test_a_data_set_is_renamed_and_deleted(server: Any, page: Page):
    store = Workspace(server.workspace).store
    page.goto(f"{server.url}/data")
    page.get_by_role("button", name="More").click()
    page.get_by_text("Rename", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="New name").fill("yours")
    dialog.get_by_role("button", name="Rename").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("yours", exact=True)).to_be_visible()
    assert [each.name for each in store.iterdir()] == ["yours.parquet"]

    page.get_by_role("button", name="More").click()
    page.get_by_text("Delete", exact=True).click()
    dialog.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    assert not any(store.iterdir())
    no_error(page)


def test_a_double_press_begins_one_data_set(server: Any, tmp_path: Path, page: Page):
    page.goto(f"{server.url}/data")
    page.get_by_text("The sketchbook", exact=True).click()
    count = page.get_by_role("spinbutton", name="Images of each script")
    count.fill("20")
    count.press("Enter")

    page.get_by_role("button", name="Write the data set").dblclick()

    expect(page.get_by_text("is ready")).to_be_visible()
    here = Workspace(tmp_path / "workspace")
    assert [path.stem for path in sorted(here.store.glob("*.parquet"))] == ["mine", "sketches"]
    no_error(page)
