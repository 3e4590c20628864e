"""What Home shows, read without loading anything heavy: Home must be there within two seconds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import core.inference
from core.workspace import Workspace

# Named here rather than imported: the predictor brings OpenCV, which Home can do without.
SHIPPED = Path(core.inference.__path__[0]) / "shipped"


@dataclass(frozen=True)
class Accuracy:
    """The shipped model's accuracy, 0 to 1: over all scripts, and by script name."""

    mean: float
    by_script: dict[str, float]

    def of(self, name: str) -> str:
        """Return the accuracy on one script, in words."""
        return f"{self.by_script[name]:.0%}" if name in self.by_script else "not measured"


def accuracies() -> tuple[Accuracy, Accuracy] | None:
    """Return the shipped model's accuracy on collections it was trained on, and on others.

    None without a shipped model, or where its card does not say.
    """
    try:
        facts = json.loads((SHIPPED / "model.json").read_text(encoding="utf-8"))
        return _accuracy(facts["in_domain"]), _accuracy(facts["unseen"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _accuracy(facts: dict[str, float]) -> Accuracy:
    return Accuracy(facts["mean"], {name: each for name, each in facts.items() if name != "mean"})


def images_here(workspace: Workspace) -> tuple[str, dict[str, int]] | None:
    """Return the name of the newest data set and its number of images by script; None without."""
    if not any(workspace.store.glob("*.parquet")):
        return None
    # Imported only where there is something to read: pandas and pyarrow take their time.
    from core.data.store import stores
    from core.ui import caches

    newest = stores(workspace.store)[0]
    return newest.stem, caches.store(newest).per_script
