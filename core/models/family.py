"""What a family of models is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Family:
    """One architecture, for images of any size and any number of labels.

    Attributes:
        name: lower-case key used in files and on the command line.
        title: what people read.
        summary: what it is, in one sentence.
        epochs: how often it sees the training images unless told otherwise.
        parameters: trained and kept numbers, at 28x28 and six labels.
        build: `build((height, width), labels)` gives an untrained model. It takes float32
            (N, H, W), 0 black to 1 ink, and gives float32 (N, labels) that sum to 1. Imports Keras.
    """

    name: str
    title: str
    summary: str
    epochs: int
    parameters: int
    build: Callable[[tuple[int, int], int], keras.Model]
