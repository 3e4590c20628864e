"""The unseen test: other people's handwriting, collected in other ways, never trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.archive import as_text
from core.errors import DataError, SourceNotFound
from core.evaluation.figures import of_collections
from core.evaluation.metrics import expected_calibration_error, mean_over_scripts
from core.evaluation.raw import Evaluation, evaluate
from core.inference.predictor import Predictor
from core.scripts import NAMES, script

_APART = ("kannada-photos",)
"""Few photos, half of them twice: reported beside another collection of the script, not counted."""


@dataclass(frozen=True)
class Unseen:
    """Accuracy on collections that no training saw.

    Attributes:
        collections: by name, SCRIPT-COLLECTION.
        per_script: 0-1; the collections of a script averaged.
        mean: of `per_script`; chance is 1/6.
        rejected: share called none of these, averaged likewise.
        calibration_error: how far confidence lies from accuracy, 0-1, every collection of a
            script and every script weighing the same.
    """

    collections: dict[str, Evaluation]
    per_script: dict[str, float]
    mean: float
    rejected: float
    calibration_error: float

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {
            "mean": self.mean,
            "per_script": self.per_script,
            "rejected": self.rejected,
            "calibration_error": self.calibration_error,
            "collections": {name: each.to_json() for name, each in self.collections.items()},
        }

    def to_markdown(self) -> str:
        """Return the figures as a table."""
        lines = [
            "| collection | images | accuracy | none of these |",
            "| --- | ---: | ---: | ---: |",
        ]
        for name, each in self.collections.items():
            called = named(name, self.collections)
            lines.append(f"| {called} | {each.n:,} | {each.accuracy:.1%} | {each.rejected:.1%} |")
        for name, accuracy in self.per_script.items():
            lines.append(f"| **{script(name).title}** | | **{accuracy:.1%}** | |")
        lines.append(f"| **mean over scripts** | | **{self.mean:.1%}** | {self.rejected:.1%} |")
        said = f"Expected calibration error: {self.calibration_error:.1%}"
        return "\n".join([*lines, "", said])

    def to_svg(self) -> str:
        """Return the figures as a picture."""
        shown = {
            named(name, self.collections): each.accuracy for name, each in self.collections.items()
        }
        return of_collections(shown, self.mean)


def evaluate_unseen(predictor: Predictor, folder: Path, say: Callable[[str], None]) -> Unseen:
    """Evaluate a model on every collection in `folder`.

    Args:
        folder: holds zips or folders named SCRIPT-COLLECTION.
        say: called with a line as each collection is done, and with one for each file in it that
            could not be read.

    Raises:
        DataError: a collection is there twice, as a zip and unpacked.
        SourceNotFound: there is no such folder, or no collection of such a name in it.
    """
    if not folder.is_dir():
        raise SourceNotFound(f"{folder}: no such folder; check the path")
    places = sorted(folder.iterdir())
    collections = {}
    for place in places:
        name = as_text(place.name if place.is_dir() else place.stem)
        of = name.partition("-")[0]
        if of in NAMES and (place.is_dir() or place.suffix.lower() == ".zip"):
            if name in collections:
                raise DataError(f"{folder}: {name} is there twice, unpacked and as a zip: keep one")
            collections[name] = evaluate(predictor, place, of)
            say(f"{name}: {collections[name].accuracy:.1%} of {collections[name].n:,}")
            for path, reason in collections[name].skipped:
                say(f"skipped {name}, {path}: {reason}")
    of_script: dict[str, list[Evaluation]] = defaultdict(list)
    for name, each in collections.items():
        if not is_apart(name, collections):
            of_script[name.partition("-")[0]].append(each)
    if not of_script:
        raise SourceNotFound(
            f"{folder}: no collection here; zips or folders must be named SCRIPT-COLLECTION, "
            f"with SCRIPT one of {', '.join(NAMES)}"
        )
    per_script = _averaged(of_script, lambda each: each.accuracy)
    rejected = mean_over_scripts(_averaged(of_script, lambda each: each.rejected))
    parts = [each for group in of_script.values() for each in group]
    weights = [1 / len(group) / each.n for group in of_script.values() for each in group]
    error = expected_calibration_error(
        np.concatenate([each.confidence for each in parts]),
        np.concatenate([each.right for each in parts]),
        np.repeat(weights, [each.n for each in parts]),
    )
    return Unseen(collections, per_script, mean_over_scripts(per_script), rejected, error)


def is_apart(collection: str, among: Iterable[str]) -> bool:
    """Say whether a collection is reported and not counted, others of its script being there."""
    of = collection.partition("-")[0]
    return collection in _APART and any(
        each not in _APART and each.partition("-")[0] == of for each in among
    )


def named(collection: str, among: Iterable[str]) -> str:
    """Return the name of a collection, and that it does not count where it does not."""
    return f"{collection} (not counted)" if is_apart(collection, among) else collection


def _averaged(
    of_script: Mapping[str, Sequence[Evaluation]], figure: Callable[[Evaluation], float]
) -> dict[str, float]:
    return {name: sum(map(figure, group)) / len(group) for name, group in sorted(of_script.items())}
