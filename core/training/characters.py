"""Learning scripts by way of their characters.

What tells a script apart is the shapes of its characters. A network that is asked for the script
alone settles for what the training images have in common. One that is asked for the character has
to look at the shape, and knows the script of strangers' handwriting better for it; so it answers
characters, and a script's share is the sum over its characters'. Imports Keras where it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from core.errors import DataError
from core.models.family import members_of
from core.scripts import OTHER, class_name


def characters_of(labels: pd.DataFrame) -> tuple[tuple[str, ...], np.ndarray]:
    """Return what there is to tell apart within the scripts.

    A character of two scripts is two. All that is in none of the six scripts is one, as it has
    thousands of characters; so are, script by script, images without a character.

    Args:
        labels: what `Store.labels` returns; script and character are enough.

    Returns:
        The `class_name` of each character, and the character of each image, int64 (N,), below C.

    Raises:
        DataError: no character is known.
    """
    scripts, characters = labels["script"].astype(str), labels["character"].astype(str)
    characters = characters.where(scripts != OTHER, "")
    if not (characters != "").any():
        raise DataError(
            "no image says its character, so that scripts can't be learned by way of them: "
            "set the weight of characters to 0"
        )
    found = pd.Categorical(list(map(class_name, scripts, characters)))
    return tuple(found.categories), found.codes.astype(np.int64)


def both(of: np.ndarray, count: int, weight: float, smoothing: float) -> Callable[[Any, Any], Any]:
    """Return the loss of a model that gives characters and is asked for both.

    Args:
        of, count: as of `core.models.family.summed`.
        weight: how much the character counts beside the script.
        smoothing: of both answers.

    Returns:
        From one-hot answers, float32 (N, count + characters), and what the model gives, float32
        (N, characters), to float32 (N,).
    """
    import keras

    members = members_of(of, count)

    def entropy(true: Any, given: Any) -> Any:
        smoothed = true * (1 - smoothing) + smoothing / true.shape[-1]
        return keras.ops.categorical_crossentropy(smoothed, given)

    def loss(true: Any, given: Any) -> Any:
        script = entropy(true[:, :count], keras.ops.matmul(given, members))
        return script + weight * entropy(true[:, count:], given)

    return loss


def of_scripts(of: np.ndarray, count: int) -> Callable[[Any, Any], Any]:
    """Return the share of right scripts as a metric called "accuracy"; arguments as of `both`."""
    import keras

    members = members_of(of, count)

    def accuracy(true: Any, given: Any) -> Any:
        return keras.metrics.categorical_accuracy(true[:, :count], keras.ops.matmul(given, members))

    return accuracy
