"""The first of two that the notebook left for later: long short-term memory.

Hochreiter and Schmidhuber (1997).
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

    return two_layers("lstm", layers.LSTM, shape, labels)


FAMILY = Family(
    name="lstm",
    title="LSTM network",
    summary="Reads row by row like the recurrent network, "
    "with gates that say what to keep of the rows above.",
    epochs=40,
    parameters=12_942,
    build=build,
)
