"""Downloading the six sets from Kaggle, through kagglehub."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from core.data.sources import Source
from core.errors import Cancelled, DataError, StorageFull, first_line
from core.workspace import Workspace, storage_errors

_REFUSED = (401, 403)  # HTTP: who are you, and: you may not


def fetch(
    source: Source,
    ws: Workspace,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Download a set into the workspace; returns the folder it was unpacked to.

    What is there already is not downloaded again, and a download that was cut short goes on where
    it was.

    Args:
        progress: called with (done, total) bytes.
        cancelled: asked about every megabyte; True ends the download.

    Raises:
        DataError: Kaggle can't be reached, or refuses.
        StorageFull: the disk is full.
        Cancelled: `cancelled` said so.
    """
    os.environ["KAGGLEHUB_CACHE"] = str(ws.downloads)
    # It says what it does on what is stdout when it is imported: there, a command prints JSON.
    with redirect_stdout(sys.stderr):
        return _fetch(source, ws, progress, cancelled)


def _fetch(
    source: Source,
    ws: Workspace,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Path:
    import kagglehub
    import kagglehub.clients

    # The one place in kagglehub that knows how far it got: the bar it draws on a terminal.
    drawn = kagglehub.clients.tqdm
    kagglehub.clients.tqdm = lambda **options: _Meter(options, progress, cancelled)
    try:
        with storage_errors(ws.downloads):
            return Path(kagglehub.dataset_download(source.kaggle))
    except Cancelled:
        raise
    except StorageFull as error:
        raise StorageFull(
            f"no space left on the disk for {source.title}: free some and start again, it goes on "
            f"where it was, or delete what came so far in {ws.downloads}"
        ) from error
    except Exception as error:  # kagglehub lets through whatever its HTTP library raises
        raise DataError(
            f"{source.kaggle} could not be downloaded: {_reason(error)}, or download it by hand "
            f"from {source.url} and make a data set from the zip"
        ) from error
    finally:
        kagglehub.clients.tqdm = drawn


class _Meter:
    """Stands in for tqdm's bar, as far as kagglehub uses one."""

    def __init__(
        self,
        options: dict[str, Any],
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._done: int = options.get("initial", 0)
        self._total: int = options.get("total") or 0
        self._progress, self._cancelled = progress, cancelled

    def __enter__(self) -> _Meter:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, count: int) -> None:
        """Take note of `count` more bytes."""
        self._done += count
        if self._cancelled and self._cancelled():
            raise Cancelled("the download was stopped; the next one goes on where it was")
        if self._progress:
            self._progress(self._done, self._total)


def _reason(error: Exception) -> str:
    """Say what went wrong, and what to do about it."""
    import requests  # kagglehub's HTTP library

    if isinstance(error, requests.ConnectionError | requests.Timeout):
        return "Kaggle can't be reached; check this machine's connection and try again"
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in _REFUSED or type(error).__name__ == "UnauthenticatedError":
        return (
            f"Kaggle refused ({status or 'no account given'}); make a token under "
            "https://www.kaggle.com/settings, save it as ~/.kaggle/kaggle.json and try again"
        )
    return f"{first_line(error)}; try again"
