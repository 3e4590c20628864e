#!/usr/bin/env python3
"""Take a screenshot of every page: desktop and phone, light and dark.

    .venv/bin/python scripts/screenshots.py FOLDER [--workspace WORKSPACE] [--view NAME]...
    .venv/bin/python scripts/screenshots.py --docs

Starts a server of its own on a workspace of its own, with data from the sketchbook and three short
runs, so that nothing of yours moves; or on WORKSPACE. `--docs` takes those that README.md and
docs/*.md show, and puts them into docs/images.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.scripts import SCRIPTS
from core.server import PHONE, serving
from core.workspace import CHECKOUT

IMAGES = CHECKOUT / "docs" / "images"
DEVICES: dict[str, Any] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {**PHONE, "device_scale_factor": 2},
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE_MS = 120_000
"""A machine that trains meanwhile is slow."""
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
# A V in pixels of the canvas, which is Arabic's seven as well: the page is dull without a drawing.
STROKES = (((70, 55), (100, 140), (138, 225)), ((138, 225), (175, 140), (212, 50)))
# One data set, and runs that differ: by model, and by what they are tested on.
SKETCH = ("--per-script", "300")
RUNS = (
    ("--model", "dense", "--epochs", "6", "--notes", "no idea of shape"),
    ("--model", "cnn", "--epochs", "6", "--split", "collection"),
    (
        *("--model", "glyph", "--epochs", "8", "--split", "collection", "--batch-size", "32"),
        *("--schedule", "cosine", "--learning-rate", "0.003"),
    ),
)
TALLEST = {"desktop": 2600, "phone": 844}
"""CSS px of a picture in the docs."""


@dataclass(frozen=True)
class View:
    """Something to take a picture of.

    Attributes:
        path: of the page, with what its address says.
        click: the label of a view to choose first.
    """

    path: str
    click: str = ""


def views() -> dict[str, View]:
    """Every page by its name, and the views of a page that look different."""
    pages = sorted((CHECKOUT / "pages").glob("[0-9]*_*.py"))
    names = [each.stem.partition("_")[2] for each in pages]
    found = {"home": View("")} | {name: View(name) for name in names}
    more = {
        "explore-counts": View("explore?view=Counts"),
        "explore-ink": View("explore?view=Ink"),
        "explore-giveaways": View("explore?view=Giveaways"),
        "explore-sources": View("explore?view=Side+by+side"),
        "explore-columns": View("explore?view=Columns"),
        "prepare-sides": View("prepare", "Side by side"),
        "prepare-make": View("prepare", "Make a data set"),
        "train-run": View("train", "Runs"),
        "data-own": View("data", "Your own files"),
        "data-sketchbook": View("data", "The sketchbook"),
        "predict-upload": View("predict", "Upload"),
    }
    return found | more


def main() -> None:
    known = views()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="where the pictures go")
    parser.add_argument("--docs", action="store_true", help="those of the docs, in their place")
    parser.add_argument("--workspace", type=Path, help="a workspace with data and runs in it")
    parser.add_argument("--view", choices=known, action="append", help="only this one")
    asked = parser.parse_args()
    if bool(asked.folder) == asked.docs:
        parser.error("give a FOLDER, or --docs")
    folder = IMAGES if asked.docs else asked.folder
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {
        name
        for view in asked.view or known
        for name in (f"{view}-{device}-{scheme}" for device in DEVICES for scheme in SCHEMES)
    }
    if asked.docs:
        wanted &= shown_in_docs()
    chromium = browser_path()
    with tempfile.TemporaryDirectory() as place:
        workspace = asked.workspace or Path(place)
        if not asked.workspace:
            furnish(workspace)
        with serving(workspace) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
            for name, view in known.items():
                _shoot(browser, server.url, name, view, folder, wanted, cut=asked.docs)
            browser.close()


def shown_in_docs() -> set[str]:
    """Names of the pictures in docs/images that README.md and docs/*.md show."""
    texts = [CHECKOUT / "README.md", *(CHECKOUT / "docs").glob("*.md")]
    said = "\n".join(each.read_text(encoding="utf-8") for each in texts)
    return set(re.findall(r"images/([\w-]+)\.png", said))


def furnish(workspace: Path) -> None:
    """Make a data set from the sketchbook, and train three models on it for a short while."""
    data = str(workspace.resolve() / "store" / "sketchbook.parquet")
    _core(workspace, "data", "sketch", "--out", data, *SKETCH)
    for run in RUNS:
        _core(workspace, "train", "--data", data, *run)


def _core(workspace: Path, *command: str) -> None:
    print("python -m core", *command, file=sys.stderr)
    subprocess.run(
        [sys.executable, "-m", "core", *command],
        cwd=CHECKOUT,
        env={**os.environ, "SCRIPTORIUM_WORKSPACE": str(workspace.resolve())},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _shoot(
    browser: Browser, url: str, name: str, view: View, folder: Path, wanted: set[str], *, cut: bool
) -> None:
    shots = {f"{name}-{each}-{scheme}": (each, scheme) for each in DEVICES for scheme in SCHEMES}
    shots = {each: shot for each, shot in shots.items() if each in wanted}
    if not shots:
        return
    address = f"{url}/{view.path}"
    warm = browser.new_page()  # the first visit loads what the page needs
    warm.set_default_timeout(PATIENCE_MS)
    warm.goto(address)
    settle(warm)
    warm.close()
    for each, (device, scheme) in shots.items():
        width, height = DEVICES[device]["viewport"].values()
        context = browser.new_context(color_scheme=scheme, **DEVICES[device])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        settle(page)
        if view.click:
            page.get_by_role("radio", name=view.click, exact=True).click()
            settle(page)
        if name == "predict":
            _draw(page)
            settle(page)
        _whole_page(page, width, height)
        if cut:
            shown = page.viewport_size["height"] if page.viewport_size else height
            page.set_viewport_size({"width": width, "height": min(shown, TALLEST[device])})
            settle(page)
        path = folder / f"{each}.png"
        page.screenshot(path=path)
        _compress(path)
        print(path, file=sys.stderr)
        context.close()


def _compress(path: Path) -> None:
    """Keep 256 colours of a picture, the scripts' own among them: a third of the bytes."""
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    own = [level for each in SCRIPTS for level in bytes.fromhex(each.color.removeprefix("#"))]
    commonest = whole.quantize(256 - len(SCRIPTS), dither=Image.Dither.NONE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(commonest[: 3 * (256 - len(SCRIPTS))] + own)
    whole.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


def _whole_page(page: Page, width: int, height: int) -> None:
    """Make the window as tall as the page: Streamlit scrolls a box of its own."""
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, tall)})
    settle(page)


def settle(page: Page) -> None:
    page.get_by_test_id("stMainBlockContainer").wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(1500)


def sheet(page: Page) -> Locator:
    return page.get_by_label("Sheet of paper")


def _draw(page: Page) -> None:
    sheet(page).wait_for()  # later than all else on a slow machine
    box = sheet(page).bounding_box()
    assert box is not None
    for (x, y), *rest in STROKES:
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
        page.mouse.up()


def browser_path() -> str:
    looked = subprocess.run(
        [CHECKOUT / "scripts" / "get-browser"], stdout=subprocess.PIPE, text=True
    )
    if looked.returncode:
        raise SystemExit(looked.returncode)
    return looked.stdout.strip()


if __name__ == "__main__":
    main()
