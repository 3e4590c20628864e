"""The yardstick of the build benchmark: Keras reading the same folder.

`python -m core.evaluation.keras_loading FOLDER` prints images a second, TensorFlow's import not
counted. A process of its own, so that its threads don't run beside the build's.
"""

from __future__ import annotations

import sys
import time


def images_per_second(folder: str) -> float:
    """Read and resize all images below `folder` with image_dataset_from_directory."""
    import keras

    started = time.perf_counter()
    batches = keras.utils.image_dataset_from_directory(
        folder,
        labels=None,
        color_mode="grayscale",
        image_size=(28, 28),
        batch_size=128,
        shuffle=False,
        verbose=False,
    )
    count = sum(int(batch.shape[0]) for batch in batches)
    return count / (time.perf_counter() - started)


if __name__ == "__main__":
    sys.stdout.write(f"{images_per_second(sys.argv[1])}\n")
