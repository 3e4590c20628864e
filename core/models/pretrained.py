"""The shipped model's body, for a model that need not begin from nothing."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ModelError
from core.imaging import Pipeline
from core.models import glyph
from core.models.export import CHARACTERS, KERAS, SHIPPED, read_facts
from core.models.family import Family, halves, summed
from core.workspace import atomic_path

if TYPE_CHECKING:
    import keras

WEIGHTS = "model.weights.h5"
"""Of a shipped model, beside its other files: what going on from it takes."""


def build(shape: tuple[int, int], labels: int) -> keras.Model:
    """Build it for images of `shape` (height, width); see `Family.build`."""
    import keras

    model = glyph.build(shape, labels)
    return keras.Model(model.input, model.output, name="pretrained")


def keep_weights(trained: Path, to: Path) -> None:
    """Write the weights of the model in folder `trained` to the folder `to`, without Keras.

    A `.keras` file is a zip that holds them.
    """
    with zipfile.ZipFile(trained / KERAS) as archive, atomic_path(to / WEIGHTS) as path:
        path.write_bytes(archive.read(WEIGHTS))


def load(model: keras.Model, _weights: str = "") -> None:
    """Put the shipped model's body into a `model` that `build` has made.

    Raises:
        ModelError: it is not here, or is of another architecture.
    """
    facts = _facts()
    shape, labels = model.input_shape[1:], len(facts["labels"])
    characters = facts.get(CHARACTERS)
    shipped = glyph.build(shape, characters or labels)
    if characters:
        shipped = summed(shipped, np.zeros(characters, int), labels)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # of layers it leaves as they are
            shipped.load_weights(SHIPPED / WEIGHTS)
    except (OSError, ValueError, UserWarning) as error:
        raise ModelError(
            f"{SHIPPED / WEIGHTS} is not of the glyph network as it is now: make the shipped model "
            "again with `python -m core train --recipe script`"
        ) from error
    halves(model)[0].set_weights(halves(shipped)[0].get_weights())


def check(pipeline: Pipeline) -> None:
    """Refuse data that was not prepared as the shipped model's was.

    Raises:
        ModelError: so it is, or there is no shipped model to go on from.
    """
    known = Pipeline.from_json(_facts()["pipeline"])
    if pipeline.steps != known.steps:
        raise ModelError(
            f"the model pretrained knows images prepared with the pipeline {known.name!r}, and "
            f"this data set was prepared with {pipeline.name!r}: build it again with "
            f"--pipeline {known.name}"
        )


def _facts() -> dict:
    if not (SHIPPED / WEIGHTS).exists():
        raise ModelError(
            f"there is no shipped model to go on from, {SHIPPED / WEIGHTS} is missing: make it "
            "with `python -m core train --recipe script`, or choose another model"
        )
    return read_facts(SHIPPED)


FAMILY = Family(
    name="pretrained",
    title="Glyph network, pretrained",
    summary="The shipped model's network with what it has learned, and a new last layer: "
    "for when images are few.",
    epochs=10,
    parameters=489_382,
    build=build,
    load=load,
    check=check,
)
