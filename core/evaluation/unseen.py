"""The unseen test: other people's handwriting, collected in other ways, never trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import DataError, SourceNotFound
from core.evaluation.figures import of_collections
from core.evaluation.metrics import expected_calibration_error, mean_over_scripts
from core.evaluation.raw import Evaluation, evaluate
from core.inference.predictor import Predictor
from core.scripts import NAMES, script
from core.text import as_text

_HARDEST = 3
"""Characters named of each collection."""
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
        in_domain: accuracy on held-out images of the collections that the model learned from, by
            script and as their "mean", as its description says; empty where that is not known.
        calibration_error: how far confidence lies from accuracy, 0-1, every collection of a
            script and every script weighing the same.
    """

    collections: dict[str, Evaluation]
    per_script: dict[str, float]
    mean: float
    rejected: float
    calibration_error: float
    in_domain: dict[str, float]

    @property
    def confusion(self) -> dict[str, dict[str, float]]:
        """Script -> what its images are taken for -> share, 0-1; collections averaged."""
        groups = _by_script(self.collections)

        def taken_for(other: str) -> dict[str, float]:
            return _averaged(groups, lambda each: each.predicted.get(other, 0) / each.n)

        shares = {other: taken_for(other) for other in NAMES}
        return {name: {other: shares[other][name] for other in NAMES} for name in groups}

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {
            "mean": self.mean,
            "per_script": self.per_script,
            "in_domain": self.in_domain,
            "confusion": self.confusion,
            "rejected": self.rejected,
            "calibration_error": self.calibration_error,
            "collections": {name: each.to_json() for name, each in self.collections.items()},
        }

    def to_markdown(self) -> str:
        """Return the figures as tables: by collection, by script, and what is taken for what."""
        by_collection = [
            "| collection | images | accuracy | none of these | most often wrong |",
            "| --- | ---: | ---: | ---: | --- |",
        ]
        for name, each in self.collections.items():
            called, wrong = named(name, self.collections), in_words(hardest(name, each))
            by_collection.append(
                f"| {called} | {each.n:,} | {each.accuracy:.1%} | {each.rejected:.1%} | {wrong} |"
            )
        by_script = ["| script | its own collections | never saw |", "| --- | ---: | ---: |"]
        for name, accuracy in self.per_script.items():
            own = measured(self.in_domain.get(name))
            by_script.append(f"| {script(name).title} | {own} | **{accuracy:.1%}** |")
        own = measured(self.in_domain.get("mean"))
        by_script.append(f"| **mean over scripts** | {own} | **{self.mean:.1%}** |")
        taken = [
            f"| written, taken for | {' | '.join(script(name).title for name in NAMES)} |",
            "| --- |" + " ---: |" * len(NAMES),
        ]
        for name, shares in self.confusion.items():
            row = " | ".join(f"{shares[other]:.1%}" for other in NAMES)
            taken.append(f"| {script(name).title} | {row} |")
        tables = ("\n".join(each) for each in (by_collection, by_script, taken))
        said = (
            f"None of these: {self.rejected:.1%}. Expected calibration error: "
            f"{self.calibration_error:.1%}"
        )
        return "\n\n".join([*tables, said])

    def to_svg(self) -> str:
        """Return the figures as a picture."""
        shown = {
            named(name, self.collections): each.accuracy for name, each in self.collections.items()
        }
        return of_collections(shown, self.mean, self.in_domain.get("mean"))


def hardest(collection: str, evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the characters with most mistakes, and what they are most often taken for.

    That is a character of another script, by its `class_name`, where the model knows characters.

    Returns:
        {"character", "images", "wrong", "taken_for"} each, the worst first.
    """
    right = collection.partition("-")[0]
    found: list[dict[str, Any]] = []
    for name, predicted in evaluation.characters.items():
        wrong = {each: count for each, count in predicted.items() if each != right}
        if wrong:
            taken_for = evaluation.mistaken.get(name) or wrong
            found.append(
                {
                    "character": name,
                    "images": sum(predicted.values()),
                    "wrong": sum(wrong.values()),
                    "taken_for": max(taken_for, key=lambda each: taken_for[each]),
                }
            )
    return sorted(found, key=lambda each: -each["wrong"])[:_HARDEST]


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
    of_script = _by_script(collections)
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
    return Unseen(
        collections,
        per_script,
        mean_over_scripts(per_script),
        rejected,
        error,
        _own(predictor.facts),
    )


def is_apart(collection: str, among: Iterable[str]) -> bool:
    """Say whether a collection is reported and not counted, others of its script being there."""
    of = collection.partition("-")[0]
    return collection in _APART and any(
        each not in _APART and each.partition("-")[0] == of for each in among
    )


def named(collection: str, among: Iterable[str]) -> str:
    """Return the name of a collection, and that it does not count where it does not."""
    return f"{collection} (not counted)" if is_apart(collection, among) else collection


def in_words(hardest: Sequence[Mapping[str, Any]]) -> str:
    """Say which characters are mistaken most, as a cell of a table; see `hardest`."""
    return "; ".join(
        f"{one['character']} ({one['wrong']} of {one['images']}, most often as "
        f"{script(one['taken_for']).title})"
        for one in hardest
    )


def _own(facts: Mapping[str, Any]) -> dict[str, float]:
    """Return what a model's description says of its own collections, {} where it says nothing."""
    said = facts.get("in_domain")
    if not isinstance(said, dict):
        return {}
    return {name: each for name, each in said.items() if isinstance(each, float | int)}


def measured(share: float | None) -> str:
    """Say a share in percent, or that nobody knows it."""
    return "not measured" if share is None else f"{share:.1%}"


def _by_script(collections: Mapping[str, Evaluation]) -> dict[str, list[Evaluation]]:
    """Return what counts of each script, in their order."""
    groups: dict[str, list[Evaluation]] = defaultdict(list)
    for name, each in collections.items():
        if not is_apart(name, collections):
            groups[name.partition("-")[0]].append(each)
    return dict(sorted(groups.items()))


def _averaged(
    of_script: Mapping[str, Sequence[Evaluation]], figure: Callable[[Evaluation], float]
) -> dict[str, float]:
    return {name: sum(map(figure, group)) / len(group) for name, group in sorted(of_script.items())}
