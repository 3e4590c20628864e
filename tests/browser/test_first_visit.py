"""A new user on an empty machine: clicks from opening Home to an answer, and to a trained model."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from core.data.activity import list_jobs
from core.data.job import FIRST
from core.data.sketchbook.build import sketch
from core.training.runs import list_runs
from core.workspace import Workspace

PATIENCE = 300_000  # milliseconds; two slow cores may be busy with a lot else


@dataclass
class Visitor:
    """Somebody with a mouse; every press of its button is written down."""

    page: Page
    clicks: list[str] = field(default_factory=list)

    def click(self, target: Locator) -> None:
        """Click once it can be clicked."""
        expect(target).to_be_enabled(timeout=PATIENCE)
        self.clicks.append(f"click {target.inner_text().strip()}")
        target.click()

    def draw(self, target: Locator) -> None:
        """Draw a line across the middle of `target`."""
        expect(target).to_be_visible(timeout=PATIENCE)
        box = target.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.clicks.append("draw a stroke")
        self.page.mouse.move(x - 60, y - 60)
        self.page.mouse.down()
        self.page.mouse.move(x + 60, y + 60, steps=10)
        self.page.mouse.up()


def no_error(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentWarning")).to_have_count(0)


def test_a_drawing_is_answered_within_three_clicks(
    start_server: Callable[..., Any], page: Page, record_property: Callable[[str, object], None]
):
    visitor = Visitor(page)
    page.goto(start_server().url)
    # Both accuracies lead; the first data set is being written meanwhile.
    expect(page.get_by_test_id("stMetric")).to_have_count(2)
    written = page.get_by_text("3,000 images in “sketchbook”.")
    expect(page.get_by_text("Writing “sketchbook”").or_(written)).to_be_visible()

    visitor.click(page.get_by_role("button", name="Draw a character"))
    visitor.draw(page.get_by_label("Sheet of paper"))
    expect(page.get_by_text("% sure").first).to_be_visible(timeout=PATIENCE)

    record_property("clicks", visitor.clicks)
    assert len(visitor.clicks) <= 3, visitor.clicks
    no_error(page)


def test_two_first_visitors_watch_one_data_set_being_written(
    start_server: Callable[..., Any], new_page: Callable[..., Page]
):
    server = start_server()
    visitors = [new_page(), new_page()]
    for page in visitors:
        page.goto(server.url, wait_until="commit")
    for page in visitors:
        written = page.get_by_text("3,000 images in “sketchbook”.")
        expect(page.get_by_text("Writing “sketchbook”").or_(written)).to_be_visible()
    visitors[0].reload()
    for page in visitors:
        expect(page.get_by_text("3,000 images in “sketchbook”.")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("Writing “sketchbook”")).to_have_count(0)
        no_error(page)
    assert len(list_jobs(Workspace(server.workspace))) == 1


@pytest.mark.slow
def test_a_first_model_is_trained_within_five_clicks(
    start_server: Callable[..., Any],
    page: Page,
    record_property: Callable[[str, object], None],
    tmp_path: Path,
):
    # half of what a first visit writes, which others watch being written
    here = Workspace(tmp_path / "visited")
    sketch(here.store / f"{FIRST}.parquet", per_script=250)
    visitor = Visitor(page)
    server = start_server(here.root)
    page.goto(server.url)

    visitor.click(page.get_by_role("button", name="Train a first model"))
    started = time.monotonic()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    (run,) = list_runs(Workspace(server.workspace))
    expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile(f"^{run.id} "))
    expect(page.get_by_text("never saw").first).to_be_visible(timeout=2 * PATIENCE)
    record_property("seconds", time.monotonic() - started)

    (run,) = list_runs(Workspace(server.workspace))
    assert run.state == "done", run.log_tail()
    assert run.accuracy is not None
    assert run.accuracy > 0.5  # chance is one in six

    # And the new model answers.
    visitor.click(page.get_by_role("link", name="Predict", exact=True))
    visitor.draw(page.get_by_label("Sheet of paper"))
    expect(page.get_by_text("% sure").first).to_be_visible(timeout=PATIENCE)
    record_property("clicks", visitor.clicks)
    assert len(visitor.clicks) <= 5, visitor.clicks
    no_error(page)
