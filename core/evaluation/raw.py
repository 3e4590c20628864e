"""The honest test: raw images of one script, from people and pens the model may never have seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.data.archive import entries, is_image, roots
from core.data.convert import Skipped, prepare
from core.errors import ModelError, SourceNotFound
from core.inference.predictor import Predictor


@dataclass(frozen=True)
class Evaluation:
    """What a model says to images of one script.

    Attributes:
        n: readable images.
        accuracy: share of them, 0-1, whose likeliest script is the right one.
        rejected: share called none of these.
        predicted: how many were taken for which script.
        skipped: (path, reason) of files that could not be read.
    """

    n: int
    accuracy: float
    rejected: float
    predicted: dict[str, int]
    skipped: tuple[Skipped, ...]


def evaluate(
    predictor: Predictor,
    path: Path,
    script: str,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Ask a model for the script of every image in a zip or folder, at any depth.

    Raises:
        ModelError: the model does not know `script`.
        SourceNotFound: no readable image at `path`.
    """
    if script not in predictor.labels:
        raise ModelError(f"{predictor.name} knows {', '.join(predictor.labels)}, not {script!r}")
    files = [entry for root in roots(path) for entry in entries(root) if is_image(entry)]
    counts: Counter[str] = Counter()
    skipped: list[Skipped] = []
    rejected = 0
    for images, unreadable in prepare(files, predictor.pipeline):
        answer = predictor.answers(images)
        counts.update(predictor.labels[index] for index in answer.probabilities.argmax(axis=1))
        rejected += int(answer.rejected.sum())
        skipped += unreadable
        if progress:
            progress(counts.total() + len(skipped), len(files))
    if not counts:
        why = f"; the first of {len(skipped)}, {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
        raise SourceNotFound(f"{path}: no readable image, at any depth{why}")
    return Evaluation(
        counts.total(),
        counts[script] / counts.total(),
        rejected / counts.total(),
        {name: counts[name] for name in predictor.labels if counts[name]},
        tuple(skipped),
    )
