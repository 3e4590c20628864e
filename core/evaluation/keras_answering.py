"""How long Keras takes for one image: `python -m core.evaluation.keras_answering LABELS`.

Prints the milliseconds of `model.predict`. A process of its own, since it imports TensorFlow.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np

from core.imaging import preset
from core.models.zoo import FAMILIES


def milliseconds(labels: int) -> float:
    """Time `model.predict` of the glyph network on one image, the middle of 40 times."""
    shape = preset("canonical").shape
    model = FAMILIES["glyph"].build(shape, labels)
    image = np.zeros((1, *shape), np.float32)
    taken = []
    for _ in range(40):
        started = time.perf_counter()
        model.predict(image, verbose=0)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1e3


if __name__ == "__main__":
    sys.stdout.write(f"{milliseconds(int(sys.argv[1]))}\n")
