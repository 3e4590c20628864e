"""What axe-core says of every page: nothing serious, headings in order, with data and without."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from core.ui.strokes import Stroke, to_text
from core.workspace import Workspace

CHECKOUT = Path(__file__).resolve().parents[2]
DRAWING = (Stroke(14, tuple((40 + 5 * step, 60 + step**2 % 97) for step in range(60))),)
SHARED = f"predict?drawing={to_text(DRAWING)}"
"""A page with a link so long that it does not fit a line."""
SERIOUS = """async () => {
    const found = await axe.run(document, {resultTypes: ['violations']});
    return found.violations
        .filter(each => ['serious', 'critical'].includes(each.impact)
            || each.id === 'heading-order')
        .flatMap(each => each.nodes.map(
            node => `${each.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, as scripts/get-axe brought it; without it the tests fail."""
    look = subprocess.run(
        [CHECKOUT / "scripts" / "get-axe", "--look"], capture_output=True, text=True
    )
    if look.returncode:
        pytest.fail(look.stderr.strip(), pytrace=False)
    return Path(look.stdout.strip()).read_text(encoding="utf-8")


@pytest.mark.parametrize("data", [True, False], ids=["data", "bare"])
def test_axe_finds_nothing_serious_on_any_page(
    data: bool,
    axe: str,
    start_bare: Callable[[], Any],
    canonical_store: Path,
    new_page: Callable[..., Page],
    paths: list[str],
    settle: Callable[[Page], None],
):
    server = start_bare()
    if data:
        shutil.copy(canonical_store, Workspace(server.workspace).store / "handwriting.parquet")
    found: dict[str, list[str]] = {}
    for scheme in ("light", "dark"):
        page = new_page(color_scheme=scheme)
        for path in [*paths, SHARED]:
            page.goto(f"{server.url}/{path}")
            settle(page)
            if path in ("predict", SHARED):
                page.get_by_label("Sheet of paper").wait_for()
            page.evaluate(axe)
            if serious := page.evaluate(SERIOUS):
                found[f"{path or 'home'}, {scheme}"] = serious
    assert not found
