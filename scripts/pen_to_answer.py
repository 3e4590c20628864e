#!/usr/bin/env python3
"""Measure the time from the pen's lifting to the answer on the page, in a real browser.

    .venv/bin/python scripts/pen_to_answer.py [--strokes N] [--workspace WORKSPACE]

Prints milliseconds: the middle one of N strokes, and the one that nine in ten stay below.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from screenshots import CHROMIUM_ARGUMENTS, browser_path, settle, sheet

from core.server import serving

# The answer is there when the page tells a screen reader other probabilities than before.
WATCH = """() => {
    let lifted = 0;
    window.taken = [];
    const onSheet = (event) => event.composedPath()[0].tagName === "CANVAS";
    addEventListener("pointerup", (event) => onSheet(event) && (lifted = performance.now()), true);
    const said = () => document.querySelector(".st-key-ranking [aria-label]")?.ariaLabel;
    let before = said();
    new MutationObserver(() => {
        if (!lifted || said() === before) return;
        before = said();
        window.taken.push(performance.now() - lifted);
        lifted = 0;
    }).observe(document.body, { attributes: true, childList: true, subtree: true });
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strokes", type=int, default=30)
    parser.add_argument("--workspace", type=Path, help="a workspace with data and runs in it")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as empty,
        serving(asked.workspace or Path(empty)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=CHROMIUM_ARGUMENTS
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{server.url}/predict")
        settle(page)
        taken = _measure(page, asked.strokes)
        browser.close()
    ninth = statistics.quantiles(taken, n=10)[-1]
    print(
        f"{len(taken)} strokes: {statistics.median(taken):.0f} ms, nine in ten below {ninth:.0f} ms"
    )


def _measure(page: Page, strokes: int) -> list[float]:
    """Draw one stroke after the other, a new sheet every eight; return milliseconds of each."""
    box = sheet(page).bounding_box()
    assert box is not None
    page.evaluate(WATCH)
    for number in range(strokes + 1):
        if number % 8 == 7:
            page.get_by_role("button", name="Clear").click()
            settle(page)
        x, y = box["x"] + 40, box["y"] + 35 + 30 * (number % 8)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 200, y + 20 * (number % 3), steps=12)
        page.mouse.up()
        page.wait_for_timeout(600)
    # The first stroke pays for what the browser has not drawn before.
    return page.evaluate("window.taken")[1:]


if __name__ == "__main__":
    main()
