"""The recipe of the shipped model: from the Kaggle sets to a model of the script.

Every step is one that the command line offers too; what is particular is the data. Nobody
recognises a script by the fifteen numerals of one set and the pen of another, so each script
gets the same number of images: half of them real ones, even over characters, bent as another hand
might have written them; half from the sketchbook, which has far more characters than the sets.
Held-out writers stay as they are, and held-out families of the sketchbook are left out.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.data.build import build, even_shares, write_items
from core.data.distort import Distorted
from core.data.scan import Item
from core.data.sketchbook.build import HELD_OUT, sketch_items
from core.data.sources import Label
from core.data.splits import split
from core.data.store import Store, Stored
from core.errors import RunError
from core.evaluation.metrics import mean_over_scripts, per_script_accuracy
from core.imaging import preset
from core.inference.predictor import SHIPPED
from core.models.export import FACTS, LITERT
from core.training.runs import Run, start_run, wait
from core.training.settings import Settings
from core.workspace import Workspace, atomic_path, write_atomically

PER_SCRIPT = 14_000
EPOCHS = 2
SEED = 800


def make_shipped(
    paths: Sequence[str],
    ws: Workspace,
    progress: Callable[[int, int], None] | None = None,
    on_run: Callable[[Run], None] | None = None,
    *,
    per_script: int = PER_SCRIPT,
    epochs: int = EPOCHS,
    to: Path = SHIPPED,
) -> dict[str, Any]:
    """Build the data, train, and put the model where `shipped` is looked for.

    Args:
        paths: the Kaggle sets, as `data build --from` takes them.
        ws: where the two data sets and the run are kept.
        per_script: images of each script to train on, of either kind.
        to: the folder the model is put in.

    Returns:
        {"run", "accuracy" (mean over scripts on held-out writers, 0-1), "per_script", "folder"}.

    Raises:
        ScriptoriumError: the sets can't be read, or the run fails.
    """
    real = ws.store / "recipe-real.parquet"
    bent = ws.store / "recipe-bent.parquet"
    build(paths, real, progress=progress)
    items = _items(Store.open(real), per_script, np.random.default_rng(SEED))
    write_items(items, bent, preset("canonical"), progress=progress)
    settings = Settings(
        data=bent,
        model="glyph",
        split="writer",
        epochs=epochs,
        seed=SEED,
        augment=True,
        schedule="cosine",
        label_smoothing=0.1,
        notes="shipped model",
    )
    run = wait(start_run(ws, settings), on_run)
    if run.state != "done":
        raise RunError(f"run {run.id} {run.state}: {run.message or 'nothing was shipped'}")
    return ship(run, to, per_script=per_script, epochs=epochs)


def _items(store: Store, per_script: int, random: np.random.Generator) -> list[Item]:
    """Return distorted images of the training writers and real ones of the others."""
    labels = store.labels()
    train, test = split(labels, "writer", SEED)
    files = Stored.all_of(store)

    # a row at a time, pandas would take longer to look up than the glyph to bend
    names = ("script", "collection", "character", "writer")
    known = list(zip(*(labels[name].tolist() for name in names), strict=True))

    def item(row: int, file: Any, fold: str) -> Item:
        script, collection, character, writer = known[row]
        return Item(file, script, collection, Label(character, writer, fold))

    items = [item(row, files[row], "test") for row in test]
    for row in balanced(labels.iloc[train], per_script, random):
        seed = int(random.integers(2**32))
        items.append(item(train[row], Distorted(files[train[row]], seed), "train"))
    # a fifth of the sketchbook's images are of held-out families
    sketched = sketch_items(round(per_script / (1 - HELD_OUT)), SEED, noise=True)
    return items + [each for each in sketched if each.label.fold == "train"]


def balanced(labels: Any, per_script: int, random: np.random.Generator) -> np.ndarray:
    """Draw rows, `per_script` of each script and evenly over its characters; rows may repeat.

    Returns:
        int64 (scripts * per_script,) places in `labels`.
    """
    drawn = []
    for _, of_script in labels.reset_index(drop=True).groupby("script", observed=True):
        groups = list(of_script.groupby("character", observed=True).indices.values())
        shares = even_shares([per_script] * len(groups), per_script, random)
        for group, share in zip(groups, shares, strict=True):
            rounds = -(-share // len(group))
            order = np.concatenate([random.permutation(group) for _ in range(rounds)])[:share]
            drawn.append(of_script.index.to_numpy()[order])
    return np.concatenate(drawn)


def ship(run: Run, to: Path, **recipe: int) -> dict[str, Any]:
    """Put the model of a finished run into the folder `to`; `recipe` goes into its description."""
    table = run.test_predictions()
    per_script = per_script_accuracy(table["script"], table["predicted"])
    mean = mean_over_scripts(per_script)
    facts = json.loads((run.folder / FACTS).read_text(encoding="utf-8"))
    facts["recipe"] = recipe
    facts["in_domain"] = {**per_script, "mean": mean}
    with atomic_path(to / LITERT) as path:
        shutil.copyfile(run.folder / LITERT, path)
    write_atomically(to / FACTS, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    return {"run": run.id, "accuracy": mean, "per_script": per_script, "folder": str(to)}
