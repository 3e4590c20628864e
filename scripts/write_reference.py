#!/usr/bin/env python3
"""Write the pages of docs/ that are a list of what the code has, so that they cannot go stale.

    .venv/bin/python scripts/write_reference.py

A test compares them with what this would write.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from core import cli  # noqa: E402
from core.data.build import NOTEBOOK_COUNTS  # noqa: E402
from core.evaluation.figures import WIDTH, svg  # noqa: E402
from core.imaging import PRESETS, STEPS, preset  # noqa: E402
from core.imaging.values import Choice, Kept, Number, Several, values_of  # noqa: E402
from core.models.zoo import FAMILIES  # noqa: E402
from core.scripts import script  # noqa: E402
from core.training.settings import FIELDS, written  # noqa: E402

MADE = "<!-- Written by scripts/write_reference.py: change the code, then run that. -->"
_NO_DEFAULT: tuple[Any, ...] = (None, False, argparse.SUPPRESS, [], "")

_KINDS = {"int": "N", "float": "X", "_path": "FILE"}

EXAMPLES = {
    "data sources": "data sources --in ~/Downloads",
    "data fetch": "data fetch ahcd1 chinese-mnist",
    "data build": "data build --from ~/Downloads/kaggle --out workspace/store/all.parquet",
    "data sketch": "data sketch --out workspace/store/sketches.parquet --per-script 2000",
    "data giveaways": "data giveaways workspace/store/all.parquet --pipeline canonical",
    "data export": "data export notebook.parquet --csv langhandwriting.csv",
    "train": "train --model glyph --data workspace/store/all.parquet --split writer",
    "runs": "runs --json",
    "stop": "stop glyph-k2m4",
    "models": "models",
    "evaluate": "evaluate shipped --images photos.zip --script kannada",
    "predict": "predict shipped drawing.png photo.jpg",
    "serve": "serve shipped --port 8600",
    "ablation": "ablation --from ~/Downloads/kaggle --unseen ~/unseen --out ablation",
    "few": "few --counts 10 30 --figure few.svg",
    "bench": "bench read answer",
}
"""One example a command; a test parses each."""

ANSWERS = {
    "data sources": "a list of `{name, script, title, url, licence, images, found}`",
    "data fetch": "`{name: path}`",
    "data build": "`{images, per_script, skipped, seconds, hash}`",
    "data sketch": "the same as `data build`",
    "data giveaways": "`{images, left_out, chance, stages, alone}`: `images` of each script, "
    "`stages` a list of `{after, accuracy, per_script}`, before the first step and after each; "
    "`alone` what single kinds of trait tell, `came` before, `seen` after all steps; all 0 to 1",
    "data export": "`{csv, rows}`",
    "train": "`{run, state, model, split, epoch, accuracy, loss, parameters, folder, created, "
    "message}`; with `--recipe` `{run, accuracy, per_script, folder}`",
    "runs": "a list of what `train` prints",
    "stop": "what `train` prints",
    "models": "a list of `{name, parameters, input_shape}`",
    "evaluate": "with `--images`: `{n, accuracy, rejected, predicted, characters, mistaken, "
    "skipped}`, where `accuracy` is the share, 0 to 1, of the forced choice among six, `rejected` "
    "the share called none of these, `characters` counts the answers to each character and "
    "`mistaken`, for those answered wrongly, the characters they were taken for; with "
    "`--unseen`: `{mean, per_script, in_domain, confusion, rejected, calibration_error, "
    "collections}`, where `confusion` is what each script is taken for, in shares",
    "predict": "a list of `{path, ranked, rejected, novelty, blank, characters, read}`, `ranked` "
    "as `[script, probability]` pairs, the likeliest first; `characters` as `[script, character, "
    "probability]`, the five likeliest, where the model knows characters; `read` the likeliest of "
    "the first script's",
    "serve": "`{model, answered}` once Ctrl-C has ended it, `answered` being how many pictures; "
    "over HTTP it answers what `predict` says of each",
    "ablation": "a list of `{part, data, accuracy, unseen, per_script}`: `accuracy` on its own "
    "test images, `unseen` the mean over scripts on the collections of `--unseen`",
    "few": "a list of `{images, way, accuracy, classes}`: `accuracy`, 0 to 1, on images by other "
    "hands of `classes` alphabets the shipped model never saw",
    "bench": "figures by the name of the benchmark",
}
"""What `--json` prints."""


def pages() -> dict[str, str]:
    """Return the text of each page and figure by its path in the checkout."""
    return {
        "docs/command-line.md": _command_line(),
        "docs/settings.md": _settings(),
        "docs/images/reversed-labels.svg": _reversed_labels(),
    }


def commands(
    parser: argparse.ArgumentParser | None = None, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command that can be run, such as "data build", with its parser."""
    parser = parser or cli.parser()
    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for action in below:
        for part, child in action.choices.items():
            yield from commands(child, f"{name} {part}".strip())


def _command_line() -> str:
    found = dict(commands())
    parts = [
        "# The command line",
        MADE,
        "What the pages do with data, models and runs can also be done by commands. "
        "`python -m core --help` lists the commands, `--help` after a command its options.",
        "- `--json` prints exactly one JSON document on stdout, and nothing else there; progress "
        "and messages go to stderr.\n"
        "- The exit code is 0, or not 0 with one line that says what to do. Ctrl-C ends a command "
        "with 130, but `serve` with 0; `train` stops its run then, keeps its weights and says how "
        "far it got.\n"
        "- `python` is the one in `.venv`: write `.venv/bin/python`, or first "
        "`source .venv/bin/activate` (on Windows `.venv\\Scripts\\activate`). Commands are run in "
        "the project's folder.\n"
        "- MODEL is `shipped`, `notebook` (the notebook's own, to compare with), a run's id, or a "
        "folder that holds a model.\n"
        "- A path to images is a zip, a folder, or a folder of zips, at whatever depth; after "
        "`--from`, `SOURCE=PATH` says which set it is.\n"
        "- Everything is kept in `workspace/`, or in the folder that `$SCRIPTORIUM_WORKSPACE` "
        "names.",
        "\n".join(
            f"- [`{name}`](#{name.replace(' ', '-')}): {parser.description}"
            for name, parser in found.items()
        ),
        *(_command(name, parser) for name, parser in found.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _command(name: str, parser: argparse.ArgumentParser) -> str:
    rows = [
        (f"`{_spelled(each)}`", _sentence(each), _default(each))
        for each in parser._actions
        if each.dest not in ("help", "json")
    ]
    said = [
        f"## {name}",
        f"{_upper(parser.description or '')}.",
        f"    python -m core {EXAMPLES[name]}",
    ]
    if rows:
        said.append(_table(("option", "", "default"), rows))
    said.append(f"`--json` prints {ANSWERS[name]}.")
    return "\n\n".join(said)


def _spelled(action: argparse.Action) -> str:
    choices = action.choices
    if action.option_strings and action.dest in FIELDS:  # the parser leaves these to the settings
        choices = choices or FIELDS[action.dest].metadata["options"]
    kind = _KINDS.get(str(getattr(action.type, "__name__", "")), "TEXT")
    value = (
        "|".join(choices)
        if choices
        else str(action.metavar or (kind if action.option_strings else action.dest.upper()))
    )
    if action.nargs in ("+", "*"):
        value += "..."
    if not action.option_strings:
        return value
    return action.option_strings[-1] + ("" if action.nargs == 0 else f" {value}")


def _sentence(action: argparse.Action) -> str:
    return _upper((action.help or "").rstrip("."))


def _default(action: argparse.Action) -> str:
    if action.option_strings and action.required:
        return "needed"
    value = FIELDS[action.dest].default if action.default is argparse.SUPPRESS else action.default
    plain = isinstance(value, str | int | float) and value not in _NO_DEFAULT
    return f"`{_value(value)}`" if plain or (value == 0 and value is not False) else ""


def _settings() -> str:
    parts = [
        "# Settings",
        MADE,
        "What can be set, with the words that the pages use.",
        "## Training",
        "On the [Train page](tour.md#train), and as options of [`train`](command-line.md#train).",
        _table(
            ("setting", "option", "", "range", "default"),
            [
                (
                    each.metadata["label"],
                    f"`--{name.replace('_', '-')}`",
                    each.metadata["help"],
                    " to ".join(map(written, each.metadata["within"] or ())),
                    _setting_default(name),
                )
                for name, each in FIELDS.items()
            ],
        ),
        "What an option calls one thing and the page another:",
        _table(
            ("", "option", "page"),
            [
                (each.metadata["label"], f"`{option}`", title)
                for name, each in FIELDS.items()
                for option, title in each.metadata["options"].items()
                if name != "model"  # these are below
            ],
        ),
        "## Models",
        _table(
            ("name", "", "parameters", "epochs"),
            [
                (
                    f"`{each.name}`",
                    f"{each.title}. {each.summary}",
                    f"{each.parameters:,}",
                    each.epochs,
                )
                for each in FAMILIES.values()
            ],
        ),
        "Parameters are counted at 28 × 28 px and six scripts; epochs are the default.",
        "## Steps of a pipeline",
        "On the [Prepare page](tour.md#prepare), where each can be switched off, set and put in. "
        "Two pipelines come with Scriptorium:",
        "\n".join(
            f"- `{name}`: {' → '.join(each.label for each in preset(name).steps)}"
            for name in PRESETS
        ),
        *(_step(name) for name in STEPS),
    ]
    return "\n\n".join(parts) + "\n"


def _step(name: str) -> str:
    kind = STEPS[name]
    doc = " ".join((kind.__doc__ or "").partition("\n\n")[0].replace("`", "").split())
    said = [
        f"### {name}" + ("" if kind.label == name else f" ({kind.label})"),
        f"{kind.does} {kind.why}",
        f"In technical terms: {doc}",
    ]
    usual = {each.name: each.default for each in fields(kind)}
    rows = [
        (each.label, each.help, _range(each), _shown(each, usual[field]))
        for field, each in values_of(kind).items()
        if not isinstance(each, Kept)
    ]
    if rows:
        said.append(_table(("value", "", "range", "default"), rows))
    return "\n\n".join(said)


def _range(value: Number | Choice | Several) -> str:
    if isinstance(value, Number):
        return f"{_shown(value, value.low)} to {_shown(value, value.high)}"
    if isinstance(value, Choice):
        return ", ".join(value.options.values())
    return "any of those the step knows"


def _shown(value: Number | Choice | Several, given: Any) -> str:
    if isinstance(value, Number):
        return f"{given:.0%}" if value.unit == "share" else f"{given:g} {value.unit}"
    if isinstance(value, Choice):
        return value.options[given]
    return ", ".join(given) or "none"


def _setting_default(name: str) -> str:
    value = FIELDS[name].default
    if name == "epochs":
        return "the model's own"
    if name == "data":
        return "needed"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{_value(value)}`" if value != "" else "none"


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _reversed_labels() -> str:
    """Draw the scripts of the notebook's images in file order, and the labels that they got."""
    height, gap = 34, 22
    scale = WIDTH / sum(NOTEBOOK_COUNTS.values())
    order = list(NOTEBOOK_COUNTS.items())
    parts = []
    for row, (said, blocks) in enumerate(
        (("what was written", order), ("the label it got", order[::-1]))
    ):
        top = row * (height + gap + 14) + gap
        parts.append(f'<text class="said" x="0" y="{top - 7}">{said}</text>')
        left = 0.0
        for name, count in blocks:
            side = count * scale
            title = name.capitalize()
            parts.append(
                f'<rect x="{left:.1f}" y="{top}" width="{side - 1:.1f}" height="{height}" '
                f'fill="{script(name).color}"/>'
                f'<text class="name" x="{left + side / 2:.1f}" y="{top + 22}">{title}</text>'
            )
            left += side
    style = (
        "text{font:14px sans-serif}.said{fill:#555}.name{fill:#fff;text-anchor:middle}"
        "@media(prefers-color-scheme:dark){.said{fill:#bbb}}"
    )
    return svg(128, style, parts)


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(str(each).replace('|', chr(92) + '|') for each in row)} |" for row in lines
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    for path, text in pages().items():
        (CHECKOUT / path).write_text(text, encoding="utf-8")
        print(path, file=sys.stderr)


if __name__ == "__main__":
    main()
