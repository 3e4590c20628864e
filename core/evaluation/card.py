"""The model card: what a model learned from, how good it is, where it fails."""

from __future__ import annotations

import json
from typing import Any

from core.data.sketchbook import families
from core.data.sources import SOURCES
from core.evaluation.calibration import KEPT
from core.evaluation.unseen import Unseen, hardest, in_words, is_apart, measured, named
from core.imaging import Pipeline
from core.inference.predictor import model_folder
from core.models.export import CHARACTERS, FACTS, QUANTIZED, read_facts
from core.scripts import OTHER, SCRIPTS, script
from core.workspace import write_atomically

CARD = "CARD.md"
_ORIGINS = {
    "arabic-hijja2": (
        "[Hijja](https://doi.org/10.1007/s00521-020-05070-8), by children aged 7 to 12; no licence "
        "file found"
    ),
    "arabic-hmbd": "HMBD, letters in all positional forms, and digits; CC BY-NC-SA 4.0",
    "baybayin-robles": "pencil on paper, by few writers; no licence file found",
    "chinese-casia-hwdb": (
        "[CASIA-HWDB](http://www.nlpr.ia.ac.cn/databases/handwriting/Home.html), characters of "
        "running text; for academic research"
    ),
    "devanagari-cmaterdb-digits": "CMATERdb, digits; Apache 2.0",
    "devanagari-nhcd-digits": "NHCD, from Nepal, digits; no licence file found",
    "english-choice": "single letters and digits, cursive among them; no licence file found",
    "english-photos": "photographed letters and digits; MIT",
    "kannada-mnist": (
        "[Kannada-MNIST](https://github.com/vinayprabhu/Kannada_MNIST), digits; no licence "
        "file found"
    ),
    "kannada-photos": "photographs by phone; no licence file found",
}
"""What is known of collections that the shipped model was asked about. None is in the project."""


def record(model: str, unseen: Unseen) -> None:
    """Write the unseen figures beside a model's others, and its card anew.

    Raises:
        ModelError: there is no such model.
        StorageFull: the disk is full.
    """
    folder = model_folder(model)
    facts = read_facts(folder)
    facts["unseen"] = {**unseen.per_script, "mean": unseen.mean}
    facts["unseen_rejected"] = unseen.rejected
    facts["unseen_calibration"] = unseen.calibration_error
    facts["unseen_collections"] = {
        name: {
            "images": each.n,
            "accuracy": each.accuracy,
            "rejected": each.rejected,
            "predicted": each.predicted,
            "hardest": hardest(name, each),
        }
        for name, each in unseen.collections.items()
    }
    text = card(facts)
    write_atomically(folder / FACTS, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    write_atomically(folder / CARD, text)


def card(facts: dict[str, Any]) -> str:
    """Return the model card, Markdown, for what a model.json says."""
    parts = [
        f"# Model card: {facts['name']}",
        "Written by `python -m core evaluate MODEL --unseen FOLDER --record`; "
        "every figure comes from that command and from the training run.",
        _what(facts),
        "## How good it is\n\n" + _accuracies(facts),
    ]
    if facts.keys() >= {"decision", "calibration", "unknown"}:  # as `calibrate` leaves them
        parts.append("## How sure it is, and when it declines\n\n" + _sureness(facts))
    parts.append("## Collections it never saw\n\n" + _collections(facts["unseen_collections"]))
    recipe = facts.get("recipe")
    if recipe:
        limits, learned = _NOTEBOOKS if _is_notebooks(facts) else _OURS
        parts += ["## Limits\n\n" + limits(), "## What it learned from\n\n" + learned(recipe)]
    return "\n\n".join(parts) + "\n"


def _what(facts: dict[str, Any]) -> str:
    height, width = facts["input_shape"]
    steps = " → ".join(each.label for each in Pipeline.from_json(facts["pipeline"]).steps)
    scripts = [each for each in facts["labels"] if each != OTHER]
    by = ""
    if CHARACTERS in facts:
        by = f"It knows {facts[CHARACTERS]:,} characters, and sums their shares script by script. "
    kept = " kept as whole numbers of 8 bits" if facts.get(QUANTIZED) else ""
    return (
        f"It answers which of {len(scripts)} scripts a handwritten character belongs to. {by}"
        f"{facts['parameters']:,} parameters{kept}, {width}x{height} px in. Every image passes "
        f"first: {steps}. Content hash of the data it was trained on: `{facts.get('data_hash')}`."
    )


def _is_notebooks(facts: dict[str, Any]) -> bool:
    recipe = facts.get("recipe")
    return isinstance(recipe, dict) and recipe.get("name") == "notebook"


def learned_collections(facts: dict[str, Any]) -> set[tuple[str, str]]:
    """Return (script, collection) of what a model learned from, of the six scripts.

    Where nobody knows its recipe there are none.
    """
    if not isinstance(facts.get("recipe"), dict):
        return set()
    real = {(each.script, each.name) for each in SOURCES}
    if _is_notebooks(facts):
        return real
    return real | {(each.script, each.name) for each in families() if not each.held_out}


def in_domain_of(facts: dict[str, Any]) -> str:
    """Say on which images of its own collections a model was tested."""
    if _is_notebooks(facts):
        return "a random fifth of its own images, by hands it learned from"
    return (
        "held-out images of the collections it learned from, by other writers as far as they are "
        "known"
    )


_ACCURACIES = {"in_domain": "in-domain", "families": "held-out fonts", "unseen": "unseen"}


def _accuracies(facts: dict[str, Any]) -> str:
    lines = [
        f"In-domain: {in_domain_of(facts)}. Held-out fonts: families of the sketchbook that it "
        "learned nothing of that script from. Unseen: other people's collections. Collections of a "
        "script are averaged first, then scripts; chance is 1 in 6.",
        "",
        f"| script | {' | '.join(_ACCURACIES.values())} |",
        "| --- |" + " ---: |" * len(_ACCURACIES),
    ]
    for name, title in [*((each.name, each.title) for each in SCRIPTS), ("mean", "**mean**")]:
        figures = (facts.get(kind, {}).get(name) for kind in _ACCURACIES)
        lines.append(f"| {title} | {' | '.join(map(measured, figures))} |")
    return "\n".join(lines)


def _sureness(facts: dict[str, Any]) -> str:
    decision, error = facts["decision"], facts["calibration"]
    characters = facts.get("character_temperature")
    summed = f"{characters:.2f} for characters, " if characters else ""
    auroc = facts["unknown"]["auroc"]
    return (
        "Of the answers it is 80% sure of, 80% should be right. How far it is from that, on "
        f"average (expected calibration error, 15 bins): {error['in_domain']:.1%} in-domain, "
        f"{error['families']:.1%} on held-out fonts, {facts['unseen_calibration']:.1%} unseen. "
        "To come so near, what it gives is made sharper or softer (temperature "
        f"{summed}{decision['temperature']:.2f} for scripts), as fitted on held-out writers and "
        "fonts.\n\n"
        "Beside the six it has a seventh answer: other alphabets. Where that is above "
        f"{decision['threshold']:.2f} it says none of these six. That keeps "
        f"{decision['kept']:.1%} of the known scripts on held-out writers and fonts and "
        f"{1 - facts['unseen_rejected']:.1%} of the unseen, and turns away "
        f"{decision['turned_away']:.1%} of the alphabets and little pictures that no training saw. "
        f"Of one of these and a known letter, both drawn from held-out fonts, the stranger gets "
        f"the higher seventh answer in {auroc:.1%} of pairs (area under the ROC curve "
        f"{auroc:.3f})."
    )


def _collections(collections: dict[str, dict[str, Any]]) -> str:
    lines = [
        "| collection | images | accuracy | none of these | most often wrong |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for name, each in collections.items():
        lines.append(
            f"| {named(name, collections)} | {each['images']:,} | {each['accuracy']:.1%} "
            f"| {each['rejected']:.1%} | {in_words(each['hardest'])} |"
        )
    apart = [each for each in collections if is_apart(each, collections)]
    lines += [
        "",
        "Characters are called what the collection calls them. The accuracy is that of the "
        "forced choice among six, whether or not it declines."
        + "".join(
            f" {each} is too small to count, and half of it is there twice." for each in apart
        ),
    ]
    known = [f"- {name}: {_ORIGINS[name]}." for name in collections if name in _ORIGINS]
    if known:
        lines += ["", *known]
    return "\n".join(lines)


def _limits() -> str:
    return (
        "- Of real handwriting it has seen one collection a script: 15 numerals for Chinese, two "
        "people for most of Baybayin. All else it knows from strokes traced from fonts.\n"
        "- To it many letters of alphabets that it was never shown look like one of ours, and it "
        "answers.\n"
        "- Digits look alike in several scripts. The unseen Devanagari and Kannada are nothing "
        "but digits, which is why it is worst at these two.\n"
        "- One character at a time. Some cannot be told by anyone: a bar, a circle, a digit 0."
    )


def _digits(learned: dict[str, float], expected: dict[str, float]) -> str:
    """Say of which scripts it expects other shares of digits than it learned from; see `recipe`."""
    return "".join(
        f"Of the {script(name).title} it learned from {share:.0%} were digits, of the "
        f"{script(name).title} it is asked about it expects {expected[name]:.0%} to be. "
        for name, share in learned.items()
        if share != expected[name]
    )


def _learned_from(recipe: dict[str, Any]) -> str:
    drawn = dict.fromkeys(each.name for each in families() if not each.held_out)
    alphabets = dict.fromkeys(each.alphabet for each in families(OTHER) if not each.held_out)
    reals = ", ".join(f"{count:,} {name}" for name, count in recipe["reals"].items())
    lines = [
        "`python -m core train --recipe script --from PATH...`: copies of the real images, each "
        f"bent as another hand might have written it ({reals}); from the sketchbook as many as it "
        f"takes to make {recipe['real'] + recipe['sketched']:,} of each script; "
        f"{recipe['others']:,} glyphs of other alphabets; {recipe['epochs']} epochs. "
        f"{_digits(recipe.get('digits', {}), recipe.get('expected', {}))}"
        f"{recipe['number']} recipes were looked at on the unseen collections. Nothing was "
        "trained, calibrated or stopped on them; how many known characters the doubt must keep on "
        "held-out writers and fonts was raised to "
        f"{KEPT:.0%} when too few of the unseen were kept.",
        "",
        *_sources(recipe),
        "",
        f"The sketchbook's families (SIL Open Font License, or our own): {', '.join(drawn)}.",
        "",
        "Other alphabets, from fonts under the same licence, and little drawings of ours: "
        f"{', '.join(alphabets)}.",
    ]
    return "\n".join(lines)


def _sources(recipe: dict[str, Any]) -> list[str]:
    counts = recipe.get("sources", {})
    lines = ["| data set | script | images | licence |", "| --- | --- | ---: | --- |"]
    for each in SOURCES:
        got = counts.get(each.name, each.images)
        of = "" if got == each.images else f"{got:,} of "
        lines.append(
            f"| [{each.title}]({each.url}) | {each.script} | {of}{each.images:,} | {each.licence} |"
        )
    return lines


def _limits_of_notebook() -> str:
    return (
        "- It is here to be compared with, not to be used: it knows each collection's paper, pen "
        "and cropping rather than the script.\n"
        "- It always answers, whatever is drawn, and is nearly always sure."
    )


def _learned_from_by_notebook(recipe: dict[str, Any]) -> str:
    lines = [
        "`python -m core train --recipe notebook --from PATH...`: what the notebook meant to do, "
        f"with the right labels. {recipe['images']:,} images of the six sets in its own counts, "
        f"its preprocessing, its network and settings, {recipe['epochs']} epochs, nothing bent or "
        "drawn.",
        "",
        *_sources(recipe),
    ]
    return "\n".join(lines)


_OURS = _limits, _learned_from
_NOTEBOOKS = _limits_of_notebook, _learned_from_by_notebook
