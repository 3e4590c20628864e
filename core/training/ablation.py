"""What each part of the recipe buys: one model a part, each with all the parts before it.

Every model sees as many images in training, of the notebook's own number of real ones or of those
and sketches, and is asked about the same collections, which none of them saw. They are small and
trained for minutes: the order and the steps between them are the result, not the height.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.data.build import NOTEBOOK_COUNTS, find_items, write_items
from core.data.scan import Item
from core.data.sketchbook.build import sketch_items
from core.data.splits import split
from core.data.store import Store
from core.errors import DAMAGED, DataError, ModelError
from core.evaluation.figures import of_parts
from core.evaluation.unseen import evaluate_unseen
from core.imaging import Pipeline, preset
from core.imaging.steps import Crop, Fit, Grey, Polarity, Resize
from core.inference.predictor import Predictor
from core.training.recipe import TRAINING
from core.training.runs import Run, trained
from core.training.settings import Settings
from core.workspace import Workspace, write_atomically

SEED = 800
FIGURE = "ablation.svg"
_RESULTS = "ablation.json"
_SKETCHED = 3_600
"""Sketched images of each script; those of held-out families, a fifth, are left out."""


@dataclass(frozen=True)
class Part:
    """One row: what is new in it beside the row before.

    Attributes:
        title: what is new, for people.
        pipeline: what images go through.
        reverse: whether the labels are in the wrong order, as the notebook's are.
        sketched: whether glyphs from the sketchbook are learned from, too.
        settings: of the training, where they are not the notebook's.
    """

    title: str
    pipeline: Pipeline
    reverse: bool = False
    sketched: bool = False
    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def data(self) -> str:
        """A name for the data set; rows that need the same one share it."""
        kinds = [self.pipeline.name, *["reversed"] * self.reverse, *["sketched"] * self.sketched]
        return "-".join(kinds)

    @property
    def making(self) -> list[Any]:
        """All that the data set depends on, beside the sources."""
        return [self.pipeline.to_json(), self.reverse, self.sketched and _SKETCHED, SEED]


_NOTEBOOK, _CANONICAL = preset("notebook"), preset("canonical")
_POLARITY = Pipeline("polarity", (Grey(), Polarity(), Resize(28)))
_CROPPED = Pipeline("cropped", (Grey(), Polarity(), Crop(), Fit(28, margin=2)))
_BENT = (("augment", True),)
_GLYPH = (*_BENT, *TRAINING.items(), ("character_weight", 0.0))
_ASKED = (*_BENT, *TRAINING.items())
PARTS = (
    Part("the notebook", _NOTEBOOK, reverse=True),
    Part("labels in the right order", _NOTEBOOK),
    Part("one polarity", _POLARITY),
    Part("cropped and centred", _CROPPED),
    Part("one stroke width", _CANONICAL),
    Part("augmented", _CANONICAL, settings=_BENT),
    Part("with the sketchbook", _CANONICAL, sketched=True, settings=_BENT),
    Part("a better network", _CANONICAL, sketched=True, settings=_GLYPH),
    Part("asked for characters", _CANONICAL, sketched=True, settings=_ASKED),
)
FULL = "the whole recipe"


def ablate(
    paths: Sequence[str],
    unseen: Path,
    out: Path,
    *,
    images: int = 400_000,
    parts: Sequence[Part] = PARTS,
    say: Callable[[str], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Train a model a part, evaluate each, and the shipped one; write a table and a figure.

    What is done already is kept in `out`: killed and started again, it goes on.

    Args:
        paths: the Kaggle sets, as `data build --from` takes them.
        unseen: folder of collections named SCRIPT-COLLECTION.
        out: folder for results, figure, data sets and runs.
        images: that each model sees in training, again and again the same ones.
        parts: which rows.
        say: called with a line as each row is known.

    Returns:
        Rows {"part", "data", "accuracy", "unseen", "per_script"}: accuracy on a random fifth of
        the images it was trained on, in the last row the mean over scripts on held-out writers.

    Raises:
        ScriptoriumError: the sets or collections can't be read, or a run fails.
    """
    if images < 1:
        raise DataError(f"{images} images to learn from: choose a positive number")
    ws = Workspace(out)
    # first of all, so that a wrong folder is noticed before hours of training
    full = _row(FULL, "shipped", _in_domain(), unseen, "")
    asked = {"paths": [str(each) for each in paths], "unseen": str(unseen), "images": images}
    kept = _read(out / _RESULTS, asked)
    rows: list[dict[str, Any]] = []
    for part in parts:
        name = _fingerprint([asked, part.title, part.making, part.settings])
        if name not in kept:
            data = ws.store / f"{part.data}-{_fingerprint([asked['paths'], part.making])}.parquet"
            _build(part, paths, data)
            run = _train(part, data, images, ws)
            kept[name] = _row(part.title, run.folder, run.accuracy, unseen, part.data)
        rows.append(kept[name])
        say(_line(kept[name]))
        _write(out, {"asked": asked, "rows": kept}, [*rows, full])
    say(_line(full))
    return [*rows, full]


def to_markdown(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as a table."""
    lines = ["| | its own images | unseen |", "| --- | ---: | ---: |"]
    for number, row in enumerate(rows):
        sign = "+ " if 0 < number < len(rows) - 1 else ""
        lines.append(f"| {sign}{row['part']} | {row['accuracy']:.1%} | **{row['unseen']:.1%}** |")
    return "\n".join(lines)


def _in_domain() -> float:
    try:
        return float(Predictor.load("shipped").facts["in_domain"]["mean"])
    except KeyError as error:
        raise ModelError(
            "the shipped model does not say how good it is: make it with train --recipe script"
        ) from error


def _fingerprint(made_of: list[Any]) -> str:
    """Return what tells a thing from another of its name that was made otherwise."""
    said = json.dumps(made_of, sort_keys=True)
    return hashlib.blake2b(said.encode(), digest_size=4).hexdigest()


def _build(part: Part, paths: Sequence[str], path: Path) -> None:
    if not path.exists():
        items = list(find_items(paths, like_notebook=True).items)
        if part.reverse:
            items = reversed_labels(items)
        if part.sketched:
            drawn = sketch_items(_SKETCHED, SEED, noise=True)
            items += [each for each in drawn if each.label.fold == "train"]
        write_items(items, path, part.pipeline, sources=False)


def reversed_labels(items: Sequence[Item]) -> list[Item]:
    """Give each image the script of the one as far from the other end, as the notebook did.

    The images stand script by script, in the notebook's order of files.
    """
    order = {name: place for place, name in enumerate(NOTEBOOK_COUNTS)}
    ordered = sorted(items, key=lambda each: order[each.script])
    others = reversed([each.script for each in ordered])
    return [each._replace(script=script) for each, script in zip(ordered, others, strict=True)]


def _train(part: Part, data: Path, images: int, ws: Workspace) -> Run:
    train, _ = split(Store.open(data).labels(), "notebook", SEED)
    epochs = max(1, round(images / len(train)))
    settings = replace(
        Settings(data, "cnn", epochs=epochs, seed=SEED, notes=part.title), **dict(part.settings)
    )
    return trained(ws, settings)


def _row(
    title: str, model: str | Path, accuracy: float | None, unseen: Path, data: str
) -> dict[str, Any]:
    found = evaluate_unseen(Predictor.load(str(model)), unseen, lambda _: None)
    return {
        "part": title,
        "data": data,
        "accuracy": accuracy,
        "unseen": found.mean,
        "per_script": found.per_script,
    }


def _line(row: dict[str, Any]) -> str:
    return f"{row['part']}: {row['unseen']:.1%} of the unseen, {row['accuracy']:.1%} of its own"


def _read(path: Path, asked: dict[str, Any]) -> dict[str, dict[str, Any]]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, *DAMAGED):
        return {}
    known = isinstance(kept, dict) and kept.get("asked") == asked
    rows = kept.get("rows") if known else None
    return rows if isinstance(rows, dict) else {}


def _write(out: Path, results: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    write_atomically(out / _RESULTS, json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    write_atomically(out / FIGURE, of_parts(rows))
