"""The optimizer of trainings that hold their weights small. Imports Keras where it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def adam_w(rate: Any, weight_decay: float, **averaging: Any) -> keras.optimizers.Optimizer:
    """Return AdamW (Loshchilov and Hutter, ICLR 2019); what shifts and scales does not decay.

    Args:
        rate: the learning rate, or a schedule of it.
        weight_decay: how strongly weights are drawn towards zero.
        averaging: what Keras's optimizers take of averaged weights.
    """
    import keras

    optimizer = keras.optimizers.AdamW(rate, weight_decay=weight_decay, **averaging)
    # what shifts and scales is not what learns by heart
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    return optimizer
