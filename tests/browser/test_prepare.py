"""Preparing images in a real browser: change a step, keep the pipeline, make a data set with it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.data.store import Store
from core.workspace import Workspace


@pytest.fixture
def furnished(start_server: Callable[..., Any], canonical_store: Path, tmp_path: Path) -> Any:
    """A server of this test's own, with a small data set."""
    here = Workspace(tmp_path / "workspace")
    shutil.copy(canonical_store, here.store / "handwriting.parquet")
    return start_server(here.root)


def no_error(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def test_a_step_is_changed_the_pipeline_kept_and_a_data_set_made_with_it(
    furnished: Any, page: Page
):
    page.goto(f"{furnished.url}/prepare")
    expect(page.get_by_alt_text("Arabic, after Redraw")).to_be_visible()
    before = page.get_by_alt_text("Arabic, after Redraw").get_attribute("src")

    page.get_by_role("slider", name="Pen").press("End")
    expect(page.get_by_text("Changed, not saved.")).to_be_visible()
    expect(page.get_by_alt_text("Arabic, after Redraw")).not_to_have_attribute("src", str(before))
    page.get_by_text("7 · Thin").click()
    expect(page.get_by_alt_text("Arabic, after Thin")).to_have_count(0)

    page.get_by_role("button", name="Save as").click()
    page.get_by_role("textbox", name="Name").fill("bold")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("One of your own, kept in the workspace.")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("radio", name="Make a data set").click()
    page.get_by_role("radio", name="A data set that is here").click()
    expect(page.get_by_text("48 of each script")).to_be_visible()
    page.get_by_role("button", name="Make the data set").click()
    expect(page.get_by_text("is ready")).to_be_visible()
    no_error(page)

    built = Store.open(Workspace(furnished.workspace).store / "handwriting bold.parquet")
    assert [type(each).__name__ for each in built.pipeline.steps][-2:] == ["Binarise", "Redraw"]
    assert built.pipeline.steps[-1].pen == 15
    # The command line and the Data page know it by its name, and so does another visit.
    page.goto(f"{furnished.url}/prepare")
    page.get_by_role("combobox", name="Pipeline").click()
    expect(page.get_by_role("option", name="bold")).to_be_visible()


def test_ones_own_picture_and_a_bad_one(
    furnished: Any, page: Page, draw_glyph: Callable, encode_image: Callable
):
    page.goto(f"{furnished.url}/prepare")
    page.get_by_role("radio", name="Your own").click()
    chooser = page.locator("input[type=file]")
    picture = encode_image(255 - draw_glyph("kannada"))
    chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture})
    expect(page.get_by_alt_text("Your image, after Redraw")).to_be_visible()
    no_error(page)
    chooser.set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text("not an image")).to_be_visible()


def test_steps_stay_on_when_one_looks_at_something_else(furnished: Any, page: Page):
    page.goto(f"{furnished.url}/prepare")
    expect(page.get_by_alt_text("Arabic, after Redraw")).to_be_visible()
    for view, words in (
        ("Make a data set", "A data set that is here"),
        ("Step by step", "7 · Thin"),
    ):
        page.get_by_role("radio", name=view).click()
        expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("radio", name="Your own").click()
    expect(page.get_by_text("Choose a picture")).to_be_visible()
    page.get_by_role("radio", name="Each script").click()
    expect(page.get_by_alt_text("Arabic, after Redraw")).to_be_visible()

    page.get_by_role("button", name="Other images").click()
    expect(page.get_by_alt_text("Arabic, after Redraw")).to_be_visible()
    expect(page.get_by_text("Changed, not saved.")).to_have_count(0)
    expect(page.get_by_label("7 · Thin")).to_be_checked()
    no_error(page)
