"""The real server and a real browser. Without a browser these tests fail; they never skip."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core import server as servers
from core.data.activity import REQUEST
from core.server import PHONE, Server
from core.training.runs import start_run, wait
from core.training.settings import Settings
from core.ui.page import HOME, MENU
from core.workspace import Workspace

CHECKOUT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
PATHS = ["" if each is HOME else Path(each.path).stem.partition("_")[2] for each in MENU]
SETTLED = """() =>
    document.querySelector('[data-testid=stMainBlockContainer] h1') &&
    document.querySelector('[data-test-script-state=notRunning]') &&
    !document.querySelector(
        '[data-testid=stStatusWidget], [data-testid=stSkeleton], [data-stale=true]')"""
DRAWING = "[data-test-script-state]:not([data-test-script-state=notRunning])"
# Two slow cores may be busy training while a page renders.
TIMEOUT_MS = 60_000
expect.set_options(timeout=150_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(CHECKOUT / "tests" / "browser"):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def paths() -> list[str]:
    """The path of every page below the server's address, as the menu lists them."""
    return PATHS


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest) -> str:
    """Each of them."""
    return request.param


@pytest.fixture(scope="session")
def furnish(canonical_store: Path) -> Callable[..., None]:
    """`furnish(server, model, **settings)`: a small data set and a run trained on it."""

    def furnish_it(server: Server, model: str, **settings: object) -> None:
        here = Workspace(server.workspace)
        data = here.store / "handwriting.parquet"
        shutil.copy(canonical_store, data)
        run = wait(start_run(here, Settings(data, model, **settings)))
        assert run.state == "done", run.log_tail()

    return furnish_it


@pytest.fixture(scope="session")
def settle() -> Callable[[Page], None]:
    """`settle(page)` waits until a page has run to its end and shows all of it."""
    return lambda page: page.wait_for_function(SETTLED) and None


def _stop_jobs(workspace: Path) -> None:
    # A failed test may leave a training run behind, and jobs outlive the server on purpose.
    from core import jobs

    for lock in workspace.glob("*/*/lock"):
        if jobs.is_alive(lock.parent):
            jobs.request_stop(lock.parent)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One real server for all browser tests, with an empty workspace of its own."""
    with servers.serving(tmp_path_factory.mktemp("server") / "workspace") as running:
        yield running
    _stop_jobs(running.workspace)


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`start_server(workspace=None)`: a further, cold server; for restarts and deep links."""
    started: list[Server] = []

    def start(workspace: Path | None = None) -> Server:
        started.append(servers.start_server(workspace or tmp_path / "workspace"))
        return started[-1]

    yield start
    for running in started:
        running.stop()
        _stop_jobs(running.workspace)


@pytest.fixture
def start_bare(start_server: Callable[..., Server], tmp_path: Path) -> Callable[[], Server]:
    """`start_bare()`: a cold server without data that writes none: the last try was killed."""

    def start() -> Server:
        here = Workspace(tmp_path / "workspace")
        job = here.jobs / "sketch-1"
        job.mkdir()
        (job / REQUEST).write_text('{"kind": "sketch", "name": "first"}')
        return start_server(here.root)

    return start


def _browser_path() -> str:
    if chosen := os.environ.get("CHROMIUM"):
        return chosen
    look = subprocess.run(
        [CHECKOUT / "scripts" / "get-browser", "--look"], capture_output=True, text=True
    )
    if look.returncode:
        pytest.fail(look.stderr.strip(), pytrace=False)
    return look.stdout.strip()


# A module's, not the session's: while Playwright runs, its event loop counts as this thread's
# running one, and a test elsewhere could not start a loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium: $CHROMIUM, or what scripts/get-browser finds."""
    path = _browser_path()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`new_page(**context_options)`: a page in a browser context of its own: another visitor."""
    contexts = []

    def open_page(**options: object) -> Page:
        # Things move at once: to draw every step of their way takes a machine without a graphics
        # card a sixth of its time.
        usual = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
        context = browser.new_context(**{**usual, **options})
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        # As a person does: look when the page has been drawn to its end, then act. What it is
        # still drawing may move away under the mouse.
        page.add_locator_handler(page.locator(DRAWING), lambda: None)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page in a fresh browser context, 1280x900, with patience for a slow machine."""
    return new_page()


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """A page in the browser of a phone."""
    return new_page(**PHONE)
