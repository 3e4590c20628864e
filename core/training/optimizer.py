"""The optimizers there are. Imports Keras where they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

ADAM, MUON = "adam", "muon"
_NO_DECAY = ["bias", "beta", "gamma"]
"""Variables that shift and scale: they are not what learns by heart."""


def adam(rate: Any, weight_decay: float, **averaging: Any) -> keras.optimizers.Optimizer:
    """Return Adam (Kingma and Ba, ICLR 2015), or where weights decay AdamW.

    AdamW is Loshchilov and Hutter's, ICLR 2019; what shifts and scales does not decay.

    Args:
        rate: the learning rate, or a schedule of it.
        weight_decay: how strongly weights are drawn towards zero.
        averaging: what Keras's optimizers take of averaged weights.
    """
    import keras

    if not weight_decay:
        return keras.optimizers.Adam(rate, **averaging)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=weight_decay, **averaging)
    optimizer.exclude_from_weight_decay(var_names=_NO_DECAY)
    return optimizer


def muon(rate: Any, weight_decay: float, last: str, **averaging: Any) -> keras.optimizers.Optimizer:
    """Return Muon for the layers within a network, and AdamW for all else.

    Args:
        rate: the learning rate, or a schedule of it.
        weight_decay: how strongly weights are drawn towards zero.
        last: name of the layer that answers, which is not one within.
        averaging: what Keras's optimizers take of averaged weights.
    """
    from core.training.muon import Muon

    optimizer = Muon(
        rate,
        weight_decay=weight_decay,
        adam_weight_decay=weight_decay,
        exclude_layers=[rf"(^|/){last}/"],
        **averaging,
    )
    optimizer.exclude_from_weight_decay(var_names=_NO_DECAY)
    return optimizer
