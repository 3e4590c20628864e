"""Figures for documents, as SVG: they follow a reader's light or dark scheme by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from core.scripts import NAMES, script

WIDTH = 720
"""px of a figure."""
_LEFT = 210
_TOP = 34
"""px above the first bar, for the heading."""
_ROOM = WIDTH - _LEFT - 60
"""px of a bar of 100%."""
_HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="stripe" d="M0 0V6"/></pattern></defs>'
)
_STYLE = (
    "text{font:13px sans-serif;fill:#555}.row{font-size:14px;text-anchor:end}"
    ".known{fill:url(#hatch);stroke:#8a8178}.unseen{fill:#1d5a64}"
    ".third{fill:#c98a2b}.stripe{stroke:#8a8178;stroke-width:3}"
    ".chance{stroke:#999;stroke-dasharray:3 3}"
    "@media(prefers-color-scheme:dark){text{fill:#bbb}.unseen{fill:#4aa8b5}}"
)


def svg(height: int, style: str, parts: Sequence[str]) -> str:
    """Return a figure of `WIDTH` x `height` px made of SVG elements."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}">',
            f"<style>{style}</style>",
            *parts,
            "</svg>\n",
        ]
    )


def of_parts(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw what each part of the recipe buys: hatched on images like its own, full on unseen ones.

    Args:
        rows: {"part", "accuracy", "unseen"} each, accuracies 0-1; see `core.training.ablation`.
    """
    step = 44
    parts = [_HATCH, _head("Accuracy; each part is added to those above it")]
    for number, row in enumerate(rows):
        top = _TOP + number * step
        parts.append(_row(row["part"], top + 20))
        parts += _bar(row["accuracy"], top, 'class="known"')
        parts += _bar(row["unseen"], top + 15, 'class="unseen"')
    bottom = _TOP + step * len(rows)
    parts += _chance(bottom, 1 / len(NAMES))
    key = {"known": "on images like its own", "unseen": "on collections no training saw"}
    return svg(bottom + 26, _STYLE, [*parts, *_key(key, bottom, _LEFT + 130)])


def of_few(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw how well each way to a model does with few images: a group of bars for each number.

    Args:
        rows: {"images", "way", "accuracy", "classes"} each; see `core.training.few`. At most three
            ways.
    """
    ways = list(dict.fromkeys(row["way"] for row in rows))
    looks = dict(zip(ways, ("known", "unseen", "third"), strict=False))
    parts = [
        _HATCH,
        _head(f"Accuracy on {rows[0]['classes']} new classes, other hands, same fonts"),
    ]
    top = _TOP
    for images in dict.fromkeys(row["images"] for row in rows):
        group = [row for row in rows if row["images"] == images]
        parts.append(_row(f"{images:,} images a class", top + 8 * len(group) + 4))
        for row in group:
            parts += _bar(row["accuracy"], top, f'class="{looks[row["way"]]}"')
            top += 15
        top += 14
    parts += _chance(top, 1 / rows[0]["classes"])
    return svg(
        top + 26, _STYLE, [*parts, *_key({looks[way]: way for way in ways}, top, _LEFT + 90)]
    )


def of_collections(accuracy: Mapping[str, float], mean: float, own: float | None = None) -> str:
    """Draw the unseen test: a bar for every collection in the colour of its script, and the mean.

    Args:
        accuracy: of collections named SCRIPT-COLLECTION, 0-1.
        mean: over scripts, 0-1.
        own: the same on held-out images of the collections that the model learned from, hatched;
            None where that is not known.
    """
    step = 24
    parts = [_head("Accuracy on each collection that no training saw")]
    for number, (name, value) in enumerate(accuracy.items()):
        top = _TOP + number * step
        parts.append(_row(name, top + 13))
        parts += _bar(value, top, f'fill="{script(name.partition("-")[0]).color}"', 16)
    top = _TOP + 8 + len(accuracy) * step
    parts += [_row("mean over scripts", top + 13), *_bar(mean, top, 'class="unseen"', 16)]
    if own is not None:
        top += step
        parts = [_HATCH, *parts, _row("its own collections: mean", top + 13)]
        parts += _bar(own, top, 'class="known"', 16)
    return svg(top + 46, _STYLE, [*parts, *_chance(top + 22, 1 / len(NAMES))])


def of_giveaways(accuracy: Sequence[tuple[str, float]], chance: float) -> str:
    """Draw what is told without the shape: a bar before the first step, and one after each.

    Args:
        accuracy: name and mean over scripts, 0-1; see `core.data.giveaways`.
        chance: what guessing gets, 0-1.
    """
    step = 24
    parts = [_head("Told without the shape, after each step")]
    for number, (name, value) in enumerate(accuracy):
        top = _TOP + number * step
        parts += [_row(name, top + 13), *_bar(value, top, 'class="unseen"', 16)]
    top = _TOP + len(accuracy) * step
    return svg(top + 24, _STYLE, [*parts, *_chance(top, chance)])


def _head(said: str) -> str:
    return f'<text x="{_LEFT}" y="16">{escape(said)}</text>'


def _row(name: str, y: int) -> str:
    return f'<text class="row" x="{_LEFT - 10}" y="{y}">{escape(name)}</text>'


def _bar(value: float, top: int, look: str, height: int = 13) -> list[str]:
    wide = _ROOM * value
    return [
        f'<rect {look} x="{_LEFT}" y="{top}" width="{wide:.1f}" height="{height}"/>',
        f'<text x="{_LEFT + wide + 5:.1f}" y="{top + height - 2}">{value:.1%}</text>',
    ]


def _key(said: Mapping[str, str], top: int, left: int) -> list[str]:
    """Say what each look of a bar stands for, class -> words."""
    parts = []
    for kind, words in said.items():
        parts.append(f'<rect class="{kind}" x="{left}" y="{top + 4}" width="22" height="13"/>')
        parts.append(f'<text x="{left + 28}" y="{top + 15}">{words}</text>')
        left += 45 + 6 * len(words)
    return parts


def _chance(bottom: int, share: float) -> list[str]:
    at = _LEFT + _ROOM * share
    return [
        f'<path class="chance" d="M{at:.1f} {_TOP - 8}V{bottom}"/>',
        f'<text x="{at - 20:.1f}" y="{bottom + 15}">chance</text>',
    ]
