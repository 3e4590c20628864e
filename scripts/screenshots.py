#!/usr/bin/env python3
"""Take a screenshot of every page: desktop and phone, light and dark.

    .venv/bin/python scripts/screenshots.py FOLDER [--workspace WORKSPACE] [--page NAME]

Starts a server of its own on WORKSPACE (default: an empty one), so that nothing of yours moves.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = ("home", "explore", "prepare", "train", "compare", "predict")
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
# A made-up shape in pixels of the canvas: the Predict page is dull without a drawing.
STROKES = (
    ((40, 60), (240, 60)),
    ((190, 60), (190, 240)),
    ((190, 150), (120, 110), (80, 150), (110, 190), (150, 175)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--workspace", type=Path, help="a workspace with data and runs in it")
    parser.add_argument("--page", choices=PAGES, action="append", help="only this one")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    chromium = browser_path()
    with (
        tempfile.TemporaryDirectory() as empty,
        server(asked.workspace or Path(empty)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        for name in asked.page or PAGES:
            _shoot(browser, url, name, asked.folder)
        browser.close()


def _shoot(browser: Browser, url: str, name: str, folder: Path) -> None:
    address = url if name == "home" else f"{url}/{name}"
    warm = browser.new_page()  # the first visit loads what the page needs
    warm.goto(address)
    settle(warm)
    warm.close()
    for size, (width, height) in SIZES.items():
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                has_touch=size == "phone",
                device_scale_factor=2 if size == "phone" else 1,
            )
            page = context.new_page()
            page.goto(address)
            settle(page)
            if name == "predict" and sheet(page).count():
                _draw(page)
                settle(page)
            _whole_page(page, width, height)
            path = folder / f"{name}-{size}-{scheme}.png"
            page.screenshot(path=path)
            print(path, file=sys.stderr)
            context.close()


def _whole_page(page: Page, width: int, height: int) -> None:
    """Make the window as tall as the page: Streamlit scrolls a box of its own."""
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, tall)})
    settle(page)


def settle(page: Page) -> None:
    page.get_by_test_id("stMainBlockContainer").wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(1500)


def sheet(page: Page) -> Locator:
    return page.get_by_label("Sheet of paper")


def _draw(page: Page) -> None:
    box = sheet(page).bounding_box()
    assert box is not None
    for (x, y), *rest in STROKES:
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
        page.mouse.up()


@contextmanager
def server(workspace: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    process = subprocess.Popen(
        [*command, "--server.port", str(port), "--server.fileWatcherType", "none"],
        cwd=CHECKOUT,
        env={**os.environ, "SCRIPTORIUM_WORKSPACE": str(workspace.resolve())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(f"{url}/_stcore/health"):
            if process.poll() is not None:
                raise SystemExit("the server did not start; try: make run")
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def browser_path() -> str:
    looked = subprocess.run(
        [CHECKOUT / "scripts" / "get-browser"], stdout=subprocess.PIPE, text=True
    )
    if looked.returncode:
        raise SystemExit(looked.returncode)
    return looked.stdout.strip()


if __name__ == "__main__":
    main()
