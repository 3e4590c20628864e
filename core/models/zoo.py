"""The families of models that can be trained. A new one is one small file and one line here."""

from __future__ import annotations

from typing import Any

from core.models import cnn, dense, glyph, gru, lstm, mobilenet, pretrained, rnn, xception
from core.models.family import Family

FAMILIES: dict[str, Family] = {
    each.name: each
    for each in (
        dense.FAMILY,
        rnn.FAMILY,
        cnn.FAMILY,
        lstm.FAMILY,
        gru.FAMILY,
        xception.FAMILY,
        mobilenet.FAMILY,
        glyph.FAMILY,
        pretrained.FAMILY,
    )
}


def describe() -> list[dict[str, Any]]:
    """Say of every family: name, parameters and input_shape, for 28x28 images and six labels."""
    return [
        {"name": each.name, "parameters": each.parameters, "input_shape": [28, 28]}
        for each in FAMILIES.values()
    ]
