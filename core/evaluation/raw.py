"""The honest test: raw images of one script, from people and pens the model may never have seen."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from core.data.archive import distinct, is_image
from core.data.convert import Skipped, prepare
from core.errors import ModelError, SourceNotFound
from core.inference.predictor import Predictor

_NAMED = 6
"""Classes that a message names; a model may know hundreds."""


@dataclass(frozen=True)
class Evaluation:
    """What a model says to images of one script.

    Attributes:
        n: readable images.
        accuracy: share of them, 0-1, whose likeliest script is the right one.
        rejected: share called none of these.
        predicted: how many were taken for which script.
        characters: the same for each character, as far as folders and names tell characters apart.
        mistaken: for each of these that was not always right, how often it was taken for which
            character of another script, by its `class_name`, where the model knows characters.
        skipped: (path, reason) of files and folders that could not be read.
        confidence: probability of the likeliest script, float32 (n,).
        right: bool (n,), whether that was the right one.
    """

    n: int
    accuracy: float
    rejected: float
    predicted: dict[str, int]
    characters: dict[str, dict[str, int]]
    mistaken: dict[str, dict[str, int]]
    skipped: tuple[Skipped, ...]
    confidence: np.ndarray = field(repr=False, compare=False)
    right: np.ndarray = field(repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {
            "n": self.n,
            "accuracy": self.accuracy,
            "rejected": self.rejected,
            "predicted": self.predicted,
            "characters": self.characters,
            "mistaken": self.mistaken,
            "skipped": len(self.skipped),
        }


def evaluate(
    predictor: Predictor,
    path: Path,
    script: str,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Ask a model for the script of every image in a zip or folder, at any depth, copies once.

    Raises:
        ModelError: the model does not know `script`.
        SourceNotFound: no readable image at `path`.
    """
    if script not in predictor.labels:
        known = ", ".join(predictor.labels[:_NAMED])
        more = ", ..." if len(predictor.labels) > _NAMED else ""
        raise ModelError(
            f"{predictor.name} knows {known}{more}, not {script!r}: name one of these, or ask "
            "another model"
        )
    contents = distinct(path)
    files = [each for listed in contents.listed for each in listed.files if is_image(each)]
    skipped: list[Skipped] = []
    best, read, confidence, rejected = [], [], [], 0
    readable: list[bool] = []
    for images, could_be_read, unreadable in prepare(files, predictor.pipeline):
        answer = predictor.answers(images)
        likeliest = answer.probabilities.argmax(axis=1)
        best.append(likeliest)
        read += predictor.characters.read(answer.characters, likeliest)
        confidence.append(answer.probabilities.max(axis=1, initial=0))
        rejected += int(answer.rejected.sum())
        readable += could_be_read
        skipped += unreadable
        if progress:
            progress(len(readable), len(files))
    skipped += contents.unreadable
    answers = np.concatenate([np.empty(0, np.int64), *best])
    if not len(answers):
        why = f"; the first of {len(skipped)}, {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
        raise SourceNotFound(f"{path}: no readable image, at any depth{why}")
    characters: defaultdict[str, Counter[str]] = defaultdict(Counter)
    mistaken: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for file, index, taken_for in zip(compress(files, readable), answers, read, strict=True):
        name = character_in(file.below)
        characters[name][predictor.labels[index]] += 1
        if taken_for and predictor.labels[index] != script:
            mistaken[name][taken_for] += 1
    right = answers == predictor.labels.index(script)
    counts = np.bincount(answers, minlength=len(predictor.labels))
    return Evaluation(
        len(answers),
        float(right.mean()),
        rejected / len(answers),
        {name: int(n) for name, n in zip(predictor.labels, counts, strict=True) if n},
        _counted(characters),
        _counted(mistaken),
        tuple(skipped),
        np.concatenate(confidence),
        right,
    )


def _counted(found: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: dict(counted.most_common()) for name, counted in sorted(found.items())}


def character_in(name: str) -> str:
    """Return what a path says of its character: its folder, else its name without the number.

    Args:
        name: path below the zip or folder, with forward slashes.

    Example:
        >>> character_in("Yaa_Middle/AHCR_1.jpg"), character_in("CAP_L_0.png")
        ('Yaa_Middle', 'CAP_L')
    """
    place = PurePosixPath(name)
    return place.parent.name or re.sub(r"[\s_(-]*\d+\)?$", "", place.stem) or place.stem
