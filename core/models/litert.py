"""Running an exported model, without TensorFlow."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import ModelError


class LiteRT:
    """An exported model in memory.

    Not safe for two threads at once: give each its own, or a lock.
    """

    _CHUNK = 256  # images at a time: enough to keep the cores busy, little memory

    def __init__(self, path: Path) -> None:
        """Load the file `path`.

        Raises:
            ModelError: it is missing, no LiteRT model, or one of another kind than ours.
        """
        from ai_edge_litert.interpreter import Interpreter

        try:
            # by its bytes: not every path is UTF-8
            self._interpreter = Interpreter(model_content=path.read_bytes())
        except (ValueError, OSError) as error:
            raise ModelError(f"{path} is not a LiteRT model: train or export it again") from error
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]
        self._size = 0
        if (len(self._input["shape"]), len(self._output["shape"])) != (3, 2):
            raise ModelError(
                f"{path} must take images (N, H, W) and give (N, labels), not take "
                f"{tuple(map(int, self._input['shape']))} and give "
                f"{tuple(map(int, self._output['shape']))}: train or export it again"
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height and width of the images it takes, and how many labels it gives."""
        _, height, width = self._input["shape"]
        return int(height), int(width), int(self._output["shape"][-1])

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return float32 (N, labels), summing to 1, for prepared images uint8 (N, H, W)."""
        chunks = [
            self._invoke(images[start : start + self._CHUNK].astype(np.float32) / 255)
            for start in range(0, len(images), self._CHUNK)
        ]
        empty = np.empty((0, int(self._output["shape"][-1])), np.float32)
        return np.concatenate([empty, *chunks])

    def _invoke(self, batch: np.ndarray) -> np.ndarray:
        if len(batch) != self._size:
            self._interpreter.resize_tensor_input(self._input["index"], batch.shape, strict=True)
            self._interpreter.allocate_tensors()
            self._size = len(batch)
        self._interpreter.set_tensor(self._input["index"], batch)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output["index"])
