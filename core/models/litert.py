"""Running an exported model, without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
        try:
            self._outputs = self._in_order(self._interpreter.get_output_details())
        except (ValueError, KeyError) as error:
            raise ModelError(
                f"{path} does not say which of its outputs is which: train or export it again"
            ) from error
        self._size = 0
        given = [tuple(map(int, each["shape"])) for each in self._outputs]
        if len(self._input["shape"]) != 3 or any(len(each) != 2 for each in given):
            raise ModelError(
                f"{path} must take images (N, H, W) and give (N, labels), not take "
                f"{tuple(map(int, self._input['shape']))} and give "
                f"{', '.join(map(str, given))}: train or export it again"
            )

    def _in_order(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return `outputs` in the order of the model's own: LiteRT lists them in any."""
        if len(outputs) == 1:
            return outputs
        named = self._interpreter.get_signature_runner().get_output_details()
        order = [named[name]["index"] for name in sorted(named)]
        return sorted(outputs, key=lambda each: order.index(each["index"]))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the images it takes."""
        _, height, width = self._input["shape"]
        return int(height), int(width)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many numbers each of its outputs gives to an image: labels, and characters."""
        return tuple(int(each["shape"][-1]) for each in self._outputs)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return float32 (N, labels), summing to 1, for prepared images uint8 (N, H, W)."""
        return self._answer(images, 1)[0]

    def with_characters(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return labels as a call does, and the characters that were summed: float32 (N, C).

        C is 0 where the model does not give them.
        """
        given = self._answer(images, 2)
        return given[0], given[1] if len(given) > 1 else np.empty((len(images), 0), np.float32)

    def _answer(self, images: np.ndarray, count: int) -> list[np.ndarray]:
        """Return the first `count` outputs, float32 (N, size) each; fewer where it has no more."""
        chunks = [
            self._invoke(images[start : start + self._CHUNK].astype(np.float32) / 255, count)
            for start in range(0, len(images), self._CHUNK)
        ]
        return [
            np.concatenate([np.empty((0, size), np.float32), *(each[place] for each in chunks)])
            for place, size in enumerate(self.sizes[:count])
        ]

    def _invoke(self, batch: np.ndarray, count: int) -> list[np.ndarray]:
        if len(batch) != self._size:
            self._interpreter.resize_tensor_input(self._input["index"], batch.shape, strict=True)
            self._interpreter.allocate_tensors()
            self._size = len(batch)
        self._interpreter.set_tensor(self._input["index"], batch)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(each["index"]) for each in self._outputs[:count]]
