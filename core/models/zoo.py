"""The families of models that can be trained. A new one is one small file and one line here."""

from __future__ import annotations

from typing import Any

from core.errors import ModelError
from core.models import cnn, dense, glyph, rnn
from core.models.family import Family

FAMILIES: dict[str, Family] = {
    each.name: each
    for each in (
        dense.FAMILY,
        rnn.FAMILY,
        cnn.FAMILY,
        glyph.FAMILY,
    )
}


def family(name: str) -> Family:
    """Return the family called `name`.

    Raises:
        ModelError: there is none of that name.
    """
    try:
        return FAMILIES[name]
    except KeyError:
        raise ModelError(f"no model called {name!r}: choose one of {', '.join(FAMILIES)}") from None


def describe(shape: tuple[int, int] = (28, 28), labels: int = 6) -> list[dict[str, Any]]:
    """Build every family for images of `shape` and count: name, parameters, input_shape."""
    return [
        {
            "name": each.name,
            "parameters": each.build(shape, labels).count_params(),
            "input_shape": list(shape),
        }
        for each in FAMILIES.values()
    ]
