"""The model card: what a model learned from, how good it is, where it fails."""

from __future__ import annotations

import json
from typing import Any

from core.data.sketchbook import families
from core.data.sources import SOURCES
from core.evaluation.unseen import APART, Unseen
from core.inference.predictor import model_folder
from core.models.export import FACTS
from core.scripts import SCRIPTS
from core.workspace import write_atomically

CARD = "CARD.md"


def record(model: str, unseen: Unseen) -> None:
    """Write the unseen figures beside a model's others, and its card anew.

    Raises:
        ModelError: there is no such model.
        StorageFull: the disk is full.
    """
    folder = model_folder(model)
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    facts["unseen"] = {**unseen.per_script, "mean": unseen.mean}
    facts["unseen_collections"] = {
        name: {"images": each.n, "accuracy": each.accuracy}
        for name, each in unseen.collections.items()
    }
    write_atomically(folder / FACTS, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    write_atomically(folder / CARD, card(facts))


def card(facts: dict[str, Any]) -> str:
    """Return the model card, Markdown, for what a model.json says."""
    parts = [
        f"# Model card: {facts['name']}",
        "Written by `python -m core evaluate MODEL --unseen FOLDER --record`; "
        "every figure comes from that command and from the training run.",
        _what(facts),
        "## How good it is\n\n" + _accuracies(facts),
        "## Collections it never saw\n\n" + _collections(facts["unseen_collections"]),
    ]
    if "recipe" in facts:
        parts += [_limits(), "## What it learned from\n\n" + _learned_from(facts["recipe"])]
    return "\n\n".join(parts) + "\n"


def _what(facts: dict[str, Any]) -> str:
    height, width = facts["input_shape"]
    steps = " → ".join(each["step"] for each in facts["pipeline"]["steps"])
    return (
        f"It answers which of {len(facts['labels'])} scripts a handwritten character belongs to. "
        f"{facts['parameters']:,} parameters, {width}x{height} px in. Every image passes first: "
        f"{steps}. Content hash of the data it was trained on: `{facts.get('data_hash')}`."
    )


def _accuracies(facts: dict[str, Any]) -> str:
    lines = [
        "In-domain: writers held out of the collections it was trained on. Unseen: other "
        "people's collections. Collections of a script are averaged first, then scripts.",
        "",
        "| script | in-domain | unseen |",
        "| --- | ---: | ---: |",
    ]
    for name, title in [*((each.name, each.title) for each in SCRIPTS), ("mean", "**mean**")]:
        figures = (facts.get(kind, {}).get(name) for kind in ("in_domain", "unseen"))
        shown = (f"{each:.1%}" if each is not None else "not measured" for each in figures)
        lines.append(f"| {title} | {' | '.join(shown)} |")
    return "\n".join(lines)


def _collections(collections: dict[str, dict[str, float]]) -> str:
    lines = ["| collection | images | accuracy |", "| --- | ---: | ---: |"]
    for name, each in collections.items():
        apart = " (not counted)" if name in APART else ""
        lines.append(f"| {name}{apart} | {each['images']:,} | {each['accuracy']:.1%} |")
    return "\n".join(lines)


def _limits() -> str:
    return (
        "## Limits\n\n"
        "- It always names one of the six, whatever it is shown: it has no answer for other "
        "alphabets, doodles or blank pages yet.\n"
        "- Its probabilities are not calibrated.\n"
        "- Of real handwriting it has seen one collection a script: 15 numerals for Chinese, two "
        "people for most of Baybayin. All else it knows from strokes traced from fonts.\n"
        "- One character at a time. Some cannot be told by anyone: a bar, a circle, a digit 0."
    )


def _learned_from(recipe: dict[str, Any]) -> str:
    drawn = ", ".join(each.name for each in families() if not each.held_out)
    lines = [
        f"`python -m core train --recipe script --from PATH...`: {recipe['per_script']:,} real "
        "images of each script, bent as another hand might have written them, and as many from "
        f"the sketchbook; {recipe['epochs']} epochs. Nothing was trained, calibrated or stopped "
        "on the unseen collections.",
        "",
        "| data set | script | licence |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| [{each.title}]({each.url}) | {each.script} | {each.licence} |" for each in SOURCES
    ]
    lines += ["", f"The sketchbook's families (SIL Open Font License, or our own): {drawn}."]
    return "\n".join(lines)
