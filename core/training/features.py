"""What a body that is not trained sees in a data set's images: worked out once, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.data.store import Store
from core.workspace import atomic_path, newest_first

if TYPE_CHECKING:
    import keras

_KEPT = 3  # data sets seen by a body; one takes up to a gigabyte
_CHUNK = 128  # images at a time


def features(
    body: keras.Model, store: Store, folder: Path, on_progress: Callable[[int, int], None]
) -> np.ndarray:
    """Return what `body` gives for each image of `store`, in order.

    They are kept in `folder`, under a name that holds for this data and these weights alone; of
    all that is kept there the longest unused is removed.

    Args:
        body: takes float32 (N, H, W), 0 to 1, and gives float32 (N, F).
        store: the data set.
        folder: where they are kept.
        on_progress: called with images done and in all, while they are worked out. What it raises
            ends the work, and nothing is kept of it.

    Returns:
        float32 (N, F), read from disk as it is used.

    Raises:
        StorageFull: the disk is full.
    """
    path = folder / f"{key(body, store)}.npy"
    if not path.exists():
        _work_out(body, store, path, on_progress)
    path.touch()
    for old in newest_first(folder.glob("*.npy"))[_KEPT:]:
        with suppress(OSError):
            old.unlink()
    return np.load(path, mmap_mode="r")


def key(body: keras.Model, store: Store) -> str:
    """Return a name that holds for these weights of `body` and the data of `store` alone."""
    digest = hashlib.sha256(store.hash.encode())
    for each in body.get_weights():
        digest.update(np.ascontiguousarray(each).tobytes())
    return f"{body.outputs[0].shape[-1]}-{digest.hexdigest()[:24]}"


def _work_out(
    body: keras.Model, store: Store, path: Path, on_progress: Callable[[int, int], None]
) -> None:
    images = store.images()
    header = {
        "descr": "<f4",
        "fortran_order": False,
        "shape": (len(images), int(body.outputs[0].shape[-1])),
    }
    with atomic_path(path) as aside, aside.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, len(images), _CHUNK):
            on_progress(start, len(images))
            chunk = images[start : start + _CHUNK].astype(np.float32) / 255
            file.write(body.predict_on_batch(chunk).astype("<f4").tobytes())
