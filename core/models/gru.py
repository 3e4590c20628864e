"""The second of two that the notebook left for later: gated recurrent units.

Cho et al. (2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.models.family import Family
from core.models.rnn import two_layers

if TYPE_CHECKING:
    import keras


def build(shape: tuple[int, int], labels: int) -> keras.Model:
    """Build it for images of `shape` (height, width); see `Family.build`."""
    from keras import layers

    return two_layers("gru", layers.GRU, shape, labels)


FAMILY = Family(
    name="gru",
    title="GRU network",
    summary="Reads row by row with two gates in place of the LSTM's three: "
    "fewer numbers, much the same use.",
    epochs=40,
    parameters=9_918,
    build=build,
)
