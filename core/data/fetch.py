"""Downloading the six sets from Kaggle, through kagglehub."""

from __future__ import annotations

import os
from pathlib import Path

from core.data.sources import Source
from core.errors import DataError
from core.workspace import Workspace


def fetch(source: Source, ws: Workspace) -> Path:
    """Download a set into the workspace; returns the folder it was unpacked to.

    What is there already is not downloaded again.

    Raises:
        DataError: Kaggle can't be reached, or refuses.
    """
    os.environ["KAGGLEHUB_CACHE"] = str(ws.downloads)
    import kagglehub

    try:
        return Path(kagglehub.dataset_download(source.kaggle))
    except Exception as error:  # kagglehub lets through whatever its HTTP library raises
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"{source.kaggle} could not be downloaded ({reason}); download it by hand from "
            f"{source.url} and give the zip to: python -m core data build --from ZIP"
        ) from error
