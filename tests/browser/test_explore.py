"""Explore in a real browser: find, look closely, pick by hand, take away, count, compare."""

import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.workspace import Workspace


@pytest.fixture
def exploring(start_server: Callable[..., Any], canonical_store: Path, tmp_path: Path) -> str:
    """The address of Explore on a server of its own, with 288 images."""
    here = Workspace(tmp_path / "explored")
    shutil.copy(canonical_store, here.store / "handwriting.parquet")
    return f"{start_server(here.root).url}/explore"


def no_error(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def test_an_image_is_found_looked_at_closely_picked_and_taken_away(
    exploring: str, page: Page, tmp_path: Path
):
    page.goto(f"{exploring}?script=Kannada")
    expect(page.get_by_text("48 images fit.")).to_be_visible()

    page.get_by_role("button", name="Look closer").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Each pixel stays a sharp square")).to_be_visible()
    dialog.get_by_text("What the model sees", exact=True).click()
    expect(dialog.get_by_text("40 × 40 px")).to_be_visible()
    expect(dialog.locator(".hm text").first).to_be_attached()  # grey levels, written in
    dialog.get_by_role("button", name="Close").click()

    page.get_by_role("button", name="Pick", exact=True).click()
    page.get_by_text("Only the 1 I picked").click()
    expect(page.get_by_text("1 image fits.")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("button", name="ZIP, 1 image").click()
    started.value.save_as(tmp_path / "picked.zip")
    names = zipfile.ZipFile(tmp_path / "picked.zip").namelist()
    assert names[0] == "images.csv"
    assert re.fullmatch(r"kannada/.+/\d{7}\.png", names[1])
    no_error(page)


def test_the_address_names_the_data_set_and_other_pages_take_it(
    start_server: Callable[..., Any], canonical_store: Path, tmp_path: Path, page: Page
):
    here = Workspace(tmp_path / "two")
    for name in ("older", "newer"):
        shutil.copy(canonical_store, here.store / f"{name}.parquet")
        os.utime(here.store / f"{name}.parquet", (1e9 + len(list(here.store.iterdir())),) * 2)
    url = start_server(here.root).url
    box = page.get_by_role("combobox", name="Data set")
    page.goto(f"{url}/explore")
    expect(box).to_have_value("newer")
    box.click()
    page.get_by_role("option", name="older").click()
    expect(page).to_have_url(re.compile("data=older"))

    page.reload()
    expect(box).to_have_value("older")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
    expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()
    expect(box).to_have_value("older")

    page.goto(f"{url}/explore?data=oldest")
    expect(page.get_by_text("the data set “oldest”, which is not here")).to_be_visible()
    expect(box).to_have_value("newer")
    no_error(page)


def test_a_filter_that_another_made_void_leaves_the_address(exploring: str, page: Page):
    page.goto(f"{exploring}?script=Kannada")
    expect(page.get_by_text("48 images fit.")).to_be_visible()
    page.get_by_label("Writer").click()
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile("writer="))
    page.get_by_role("radio", name="Arabic").click()
    expect(page.get_by_text("48 images fit.")).to_be_visible()
    expect(page).not_to_have_url(re.compile("writer="))
    no_error(page)


def test_counts_and_sources_answer(exploring: str, page: Page):
    page.goto(f"{exploring}?view=Counts&by=Writer")
    expect(page.get_by_text("What to know before you train on it")).to_be_visible()
    page.get_by_label("Find").fill("james")
    page.get_by_label("Find").press("Enter")
    expect(page.get_by_text(re.compile("^1 writer, "))).to_be_visible()

    page.get_by_text("Ink", exact=True).first.click()
    expect(page.get_by_text(re.compile("Measured on 288 images"))).to_be_visible()
    page.get_by_text("Side by side", exact=True).click()
    expect(page.get_by_text("as on the view Ink")).to_be_visible()
    expect(page.get_by_text("On average").first).to_be_visible()
    no_error(page)


def test_figures_follow_the_theme_when_it_is_changed(exploring: str, page: Page):
    page.emulate_media(color_scheme="light")
    page.goto(f"{exploring}?view=Counts")
    name = page.locator(".js-plotly-plot .ytick text").first
    expect(name).to_have_css("fill", "rgb(38, 39, 48)")

    page.emulate_media(color_scheme="dark")

    expect(name).to_have_css("fill", "rgb(250, 250, 250)")


def test_filters_stay_while_one_is_elsewhere(exploring: str, page: Page):
    page.goto(f"{exploring}?script=Kannada")
    expect(page.get_by_text("48 images fit.")).to_be_visible()

    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    page.get_by_role("link", name="Explore").click()

    expect(page.get_by_text("48 images fit.")).to_be_visible()
