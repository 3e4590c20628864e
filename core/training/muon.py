"""Muon for convolutions too. Importing this imports Keras."""

from __future__ import annotations

from typing import Any

import keras


class Muon(keras.optimizers.Muon):
    """Muon (Jordan et al., 2024), which corrects the weights of a layer as one matrix.

    A correction is made orthogonal, so that a layer learns everything it could at one speed, and
    scaled as in Liu et al., 2025 (arXiv:2502.16982). Keras's own takes matrices only; here the
    kernel of a convolution, (height, width, in, out), is one of height x width x in rows. Those of
    depthwise convolutions mix no maps and are left to AdamW.
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        if "depthwise" in variable.path:
            return True
        return len(variable.shape) != 4 and super()._should_use_adamw(variable)

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """Return the orthogonal matrix near `x`, in its shape."""
        return _in_shape(super().zeropower_via_newtonschulz5(_matrix(x), steps), x)

    def lr_adjust(self, x: Any) -> Any:
        """Return `x` times the factor that makes its size that of a step of Adam's."""
        return _in_shape(super().lr_adjust(_matrix(x)), x)


def _matrix(x: Any) -> Any:
    return keras.ops.reshape(x, (-1, x.shape[-1]))


def _in_shape(matrix: Any, like: Any) -> Any:
    return keras.ops.reshape(matrix, like.shape)
