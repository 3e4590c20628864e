"""How a model is written down: `model.keras` to train on, the other two files to use."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.workspace import storage_errors

if TYPE_CHECKING:
    import keras

    from core.imaging import Pipeline

FORMAT = 1
KERAS, LITERT, FACTS = "model.keras", "model.tflite", "model.json"
CHARACTERS = "characters"
"""In `model.json`: how many characters the network answers, where its outputs are sums of those."""
CHARACTER_NAMES = "character_names"
"""In `model.json`: which, by their `class_name`, in the order in which the network answers them."""
QUANTIZED = "quantized"
"""In `model.json`: there, and true, where the file for LiteRT is; see `export_litert`."""
SEAL = "seal"
"""In `model.json`: see `seal`. Models that were written before there was one do without."""
_ASIDE = ".model."
_INFERENCE = Path(__file__).parents[1] / "inference"
SHIPPED = _INFERENCE / "shipped"
"""The folder of the model that comes with Scriptorium."""
NOTEBOOK = _INFERENCE / "notebook"
"""The folder of the notebook's model, which comes with it to be asked beside it."""
BUNDLED = {"shipped": SHIPPED, "notebook": NOTEBOOK}
"""Models that are here before anybody trained one, by name."""


def read_facts(folder: Path) -> dict[str, Any]:
    """Return what the description of the model in `folder` says, as `save_model_folder` wrote it.

    Raises:
        OSError: there is none.
        ValueError: it is no JSON.
    """
    return json.loads((folder / FACTS).read_text(encoding="utf-8"))


def seal(network: bytes, labels: Sequence[str], characters: Sequence[str]) -> str:
    """Return what ties the outputs of an exported network to what they are called, in order."""
    names = json.dumps([list(labels), list(characters)])
    return hashlib.sha256(network + names.encode()).hexdigest()


def export_litert(
    model: keras.Model, path: Path, *, characters: bool = False, quantized: bool = False
) -> None:
    """Write `model` for LiteRT: the same answers, sooner and without TensorFlow.

    Args:
        characters: a model made by `core.models.family.summed` gives what it sums as well.
        quantized: weights are kept as int8, each channel with a scale of its own, and what they are
            multiplied with is brought to int8 on the way: nearly the same answers, some four times
            as soon, in a quarter of the bytes.
    """
    import keras
    from tensorflow import lite

    if characters:
        shares, members = model.layers[-2].output, model.layers[-1].get_weights()[0]
        # not as a matrix product, which would be quantized too: most of 2,000 shares would be 0
        sums = keras.ops.sum(shares[:, None, :] * members.T, axis=2)
        model = keras.Model(model.inputs, [sums, shares], name=model.name)
    how = {"optimizations": [lite.Optimize.DEFAULT]} if quantized else {}
    model.export(path, format="litert", verbose=False, **how)


def save_model_folder(
    folder: Path,
    model: keras.Model,
    labels: Sequence[str],
    pipeline: Pipeline,
    *,
    quantized: bool = False,
    ready: Callable[[], object] = lambda: None,
    **facts: Any,
) -> None:
    """Write `model` and all that is needed to use it into `folder`.

    `model.json` says what the outputs mean (`labels`, in order), what an image must go through
    first (`pipeline`), and any further JSON-able `facts`. It comes last: where it is, all is.
    Where `CHARACTER_NAMES` is among the facts, `model` is one of `core.models.family.summed`.
    What `quantized` does to the file for LiteRT: see `export_litert`. `ready` is called when all is
    written, and the model that is in `folder` is about to go.

    Raises:
        StorageFull: the disk is full; `folder` is as it was.
    """
    import keras

    _, height, width = model.input_shape
    description = {
        "format": FORMAT,
        "name": model.name,
        "labels": list(labels),
        "pipeline": pipeline.to_json(),
        "input_shape": [height, width],
        "parameters": model.count_params(),
        **({QUANTIZED: True} if quantized else {}),
        **facts,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{_ASIDE}*"):  # of a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    with (
        storage_errors(folder / KERAS),
        tempfile.TemporaryDirectory(prefix=_ASIDE, dir=folder) as name,
    ):
        aside = Path(name)
        # without the optimizer: Keras may not know it, and it is most of the file
        keras.Model(model.inputs[0], model.outputs[0], name=model.name).save(aside / KERAS)
        named = CHARACTER_NAMES in facts
        export_litert(model, aside / LITERT, characters=named, quantized=quantized)
        network = (aside / LITERT).read_bytes()
        description[SEAL] = seal(network, labels, facts.get(CHARACTER_NAMES, ()))
        said = json.dumps(description, ensure_ascii=False, indent=1)
        (aside / FACTS).write_text(said, encoding="utf-8")
        ready()
        (folder / FACTS).unlink(missing_ok=True)  # of an earlier model, which the files leave
        for file in (KERAS, LITERT, FACTS):
            (aside / file).replace(folder / file)
