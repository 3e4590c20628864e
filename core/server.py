"""The app in a process of its own, for those who look at it from outside.

These are benchmarks, screenshots and the tests in a real browser.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.errors import ScriptoriumError
from core.workspace import CHECKOUT

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36",
}
"""The browser of a phone, as Playwright's contexts take it."""
_PATIENCE_SECONDS = 60
"""A machine that trains meanwhile is slow."""
_LAST = 3000
"""Characters of what a server said that did not start."""


@dataclass(frozen=True)
class Server:
    """A running `streamlit run app.py`.

    Attributes:
        url: its address, without a slash at the end.
        workspace: what it works on.
        process: the server itself.
    """

    url: str
    workspace: Path
    process: subprocess.Popen[bytes]

    @property
    def is_healthy(self) -> bool:
        """Whether it answers by now."""
        without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with without_proxy.open(f"{self.url}/_stcore/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        """End it, as Ctrl-C would; jobs that it started go on."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_server(workspace: Path) -> Server:
    """Start a server that only this machine can reach, and wait until it answers.

    Raises:
        ScriptoriumError: it does not; the message ends with what it said last.
    """
    port = _free_port()
    options = {
        "server.headless": "true",
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.fileWatcherType": "none",
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py"]
            + [f"--{name}={value}" for name, value in options.items()],
            cwd=CHECKOUT,
            env={**os.environ, "SCRIPTORIUM_WORKSPACE": str(workspace.resolve())},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        server = Server(f"http://127.0.0.1:{port}", workspace, process)
        give_up = time.monotonic() + _PATIENCE_SECONDS
        try:
            while not server.is_healthy:
                if process.poll() is not None or time.monotonic() > give_up:
                    log.seek(0)
                    said = log.read().decode(errors="replace")[-_LAST:].strip()
                    raise ScriptoriumError(f"the server did not start; try: make run\n{said}")
                time.sleep(0.05)
        except BaseException:  # Ctrl-C, too
            server.stop()
            raise
    return server


@contextmanager
def serving(workspace: Path) -> Iterator[Server]:
    """A server for as long as the context lasts; errors are those of `start_server`."""
    server = start_server(workspace)
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
