"""What a body that has learned before is worth where images are few, and classes are new to it.

The classes are alphabets of the sketchbook that the shipped model was never shown: what somebody
brings who wants a model of writing of their own. Imports TensorFlow, where it trains.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.build import write_items
from core.data.sketchbook.build import HELD_OUT, PER_WRITER, other_items
from core.data.sketchbook.strokes import alphabets
from core.data.store import Store
from core.errors import DataError
from core.imaging import preset
from core.models.family import halves
from core.models.zoo import FAMILIES
from core.training.feed import shuffled
from core.training.optimizer import adam
from core.training.recipe import TRAINING
from core.workspace import workspace

COUNTS = (10, 30, 100, 300)
"""Images of each class to learn from."""
SEED = 800
_TEST = 100
"""Images of each class, by other hands but of the same fonts, that models are asked about."""
_BATCH = 128
"""Images a batch at most."""
_WEIGHT_DECAY = 2e-3
"""For Adam: of a frozen body the last layer alone learns, and that is Adam's in Muon, too."""


@dataclass(frozen=True)
class Way:
    """One way to a model.

    Attributes:
        title: what people read.
        family: of the network.
        frozen: whether its body stays as it was, and the last layer alone is trained.
        rate: the learning rate it begins with; a layer by itself stands a larger one.
    """

    title: str
    family: str
    frozen: bool = False
    rate: float = 2e-3


WAYS = (
    Way("from nothing", "glyph"),
    Way("pretrained", "pretrained"),
    Way("pretrained, frozen", "pretrained", frozen=True, rate=0.05),
)


@dataclass(frozen=True)
class Lesson:
    """Images with their classes.

    Attributes:
        images: uint8 (N, H, W).
        labels: int64 (N,), below the number of classes.
    """

    images: np.ndarray
    labels: np.ndarray

    def first(self, count: int) -> Lesson:
        """Return the first `count` of each class."""
        rows = np.concatenate(
            [np.flatnonzero(self.labels == each)[:count] for each in np.unique(self.labels)]
        )
        return Lesson(self.images[rows], self.labels[rows])


def few_images(
    counts: Sequence[int] = COUNTS,
    *,
    passes: int = 60_000,
    test: int = _TEST,
    say: Callable[[str], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Train each way with few images of each class, and ask about images by other hands.

    Args:
        counts: images of each class, one model a way for each.
        passes: images that each model sees in training, again and again the same ones.
        test: images of each class to ask about.
        say: called with a line as each figure is known.

    Returns:
        Rows {"images", "way", "accuracy", "classes"}, accuracy 0-1.

    Raises:
        DataError: a number of images is below one.
        ModelError: there is no shipped model, or it is of another pipeline.
    """
    if min(counts) < 1:
        raise DataError(f"{min(counts)} images a class: choose positive numbers")
    for way in WAYS:
        if check := FAMILIES[way.family].check:
            check(preset("canonical"))
    os.environ.update(workspace().keras)
    lessons, exam = _alphabets(max(counts), test)
    classes = int(exam.labels.max()) + 1
    rows = []
    for count in counts:
        for way in WAYS:
            accuracy = _learn(way, lessons.first(count), exam, classes, passes)
            rows.append(
                {"images": count, "way": way.title, "accuracy": accuracy, "classes": classes}
            )
            say(f"{count} images a class, {way.title}: {accuracy:.1%} of {classes} classes")
    return rows


def to_markdown(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as a table, a line for each number of images."""
    counts = dict.fromkeys(row["images"] for row in rows)
    known = {(row["images"], row["way"]): row["accuracy"] for row in rows}
    lines = [
        f"| images a class | {' | '.join(way.title for way in WAYS)} |",
        f"| ---: |{' ---: |' * len(WAYS)}",
    ]
    for count in counts:
        said = " | ".join(f"{known[count, way.title]:.1%}" for way in WAYS)
        lines.append(f"| {count:,} | {said} |")
    return "\n".join(lines)


def _alphabets(train: int, test: int) -> tuple[Lesson, Lesson]:
    """Draw so many images of each alphabet that no training saw; no hand is in both lessons."""
    classes = sum(each.get("held_out", False) for each in alphabets())
    share = train + test + PER_WRITER  # the last hand to learn from may write more than needed
    drawn = other_items(round(classes * share / HELD_OUT), SEED, noise=True)
    items = [each for each in drawn if each.label.fold == "test"]
    with workspace().scratch() as folder:
        path = folder / "alphabets.parquet"
        write_items(items, path, preset("canonical"), sources=False)
        store = Store.open(path)
        images, table = store.images(), store.labels()
    labels = table["collection"].cat.remove_unused_categories().cat.codes.to_numpy(np.int64)
    learned = by_first_hands(labels, table["writer"], train)
    parts = [Lesson(images[rows], labels[rows]) for rows in (learned, ~learned)]
    return parts[0].first(train), parts[1].first(test)


def by_first_hands(labels: np.ndarray, writers: pd.Series, count: int) -> np.ndarray:
    """Choose whole writers of each class, the first ones, until they have written `count` images.

    Returns:
        bool (N,).
    """
    chosen = np.zeros(len(labels), bool)
    for rows in (np.flatnonzero(labels == each) for each in np.unique(labels)):
        of_class = writers.iloc[rows].astype(str)
        written = of_class.groupby(of_class, sort=False).size()
        before = written.cumsum().shift(fill_value=0)
        chosen[rows] = of_class.map(before < count)
    return chosen


def _learn(way: Way, lesson: Lesson, exam: Lesson, classes: int, passes: int) -> float:
    """Train one model; return its accuracy on `exam`, 0-1."""
    import keras

    keras.utils.set_random_seed(SEED)
    family = FAMILIES[way.family]
    model = learner = family.build(lesson.images.shape[1:], classes)
    if family.load:
        family.load(model)
    images, asked = lesson.images, exam.images.astype(np.float32) / 255
    if way.frozen:
        body, learner = halves(model)
        images = body.predict(images.astype(np.float32) / 255, verbose=0)
    # as even as can be: normalisation by a batch of two images left over would learn nonsense
    size = math.ceil(len(images) / math.ceil(len(images) / _BATCH))
    steps = round(passes / size)
    learner.compile(
        adam(keras.optimizers.schedules.CosineDecay(way.rate, steps), _WEIGHT_DECAY),
        keras.losses.CategoricalCrossentropy(label_smoothing=TRAINING["label_smoothing"]),
        jit_compile=False,
    )
    feed = shuffled(
        images,
        lesson.labels,
        size,
        classes=classes,
        seed=SEED,
        steps=range(steps),
        augment=not way.frozen,
    )
    learner.fit(feed, steps_per_epoch=steps, shuffle=False, verbose=0)
    answered = model.predict(asked, verbose=0).argmax(axis=1)
    return float((answered == exam.labels).mean())
