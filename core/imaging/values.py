"""What can be set on each step: its name for people, its range, what it does.

Every field of every step has its entry here; a test holds that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.imaging.steps import Step


@dataclass(frozen=True)
class Number:
    """A number within a range.

    Attributes:
        label: short name for people.
        help: one sentence: what more or less of it does.
        low: smallest value.
        high: largest value.
        step: between values one can choose.
        unit: "px", or "share": 0 to 1, shown as percent.
    """

    label: str
    help: str
    low: float
    high: float
    step: float
    unit: Literal["px", "share"]


@dataclass(frozen=True)
class Choice:
    """One of a few values.

    Attributes:
        options: value -> what people are shown.
    """

    label: str
    help: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Several:
    """Any of the names that another field of the same step holds.

    Attributes:
        among: that field.
    """

    label: str
    help: str
    among: str


@dataclass(frozen=True)
class Kept:
    """A field that is not for people to set.

    Attributes:
        why: the reason.
    """

    why: str


Value = Number | Choice | Several | Kept

_SIZE = "Side of the square picture: more keeps finer detail, and costs time and memory."
_SPECK = (
    "Spots below this share of the largest piece of ink count as dirt. Too much takes dots away, "
    "too little keeps dust."
)

VALUES: Mapping[str, Mapping[str, Value]] = {
    "Resize": {"size": Number("Size", _SIZE, 8, 128, 4, "px")},
    "Invert": {
        "when": Choice(
            "Turned round",
            "The notebook decided data set by data set, after a look at each.",
            {
                "collection": "Data set by data set",
                "always": "Every image",
                "never": "No image",
            },
        ),
        "collections": Several(
            "These data sets",
            "An image from a data set that is not among the six is judged by its border.",
            among="known",
        ),
        "known": Kept("says which data sets the decision was taken for"),
    },
    "Flatten": {
        "reach": Number(
            "Reach",
            "Width of the blur that is taken for the light, as a share of the longer side. It "
            "should be wider than a stroke and narrower than a shadow.",
            0.05,
            1.0,
            0.05,
            "share",
        ),
        "photo": Number(
            "Counts as a photo below",
            "Where black and white explain less than this share of the differences, the picture "
            "is treated as a photograph of paper. 0% treats none so, 100% all that are large.",
            0.0,
            1.0,
            0.05,
            "share",
        ),
    },
    "Crop": {"speck": Number("Dirt below", _SPECK, 0.0, 0.3, 0.01, "share")},
    "Fit": {
        "size": Number("Size", _SIZE, 16, 160, 4, "px"),
        "margin": Number("Margin", "Empty rim on every side.", 0, 24, 1, "px"),
    },
    "Binarise": {
        "speck": Number("Dirt below", _SPECK, 0.0, 0.3, 0.01, "share"),
        "faint": Number(
            "Faint ink from",
            "A pixel this bright, as a share of the usual threshold, still counts where it hangs "
            "together with brighter ink. Less keeps pale strokes whole, and stains too.",
            0.1,
            1.0,
            0.05,
            "share",
        ),
    },
    "Redraw": {
        "size": Number("Size", _SIZE, 16, 128, 4, "px"),
        "pen": Number(
            "Pen",
            "Width of the pen that draws the lines again, before they are shrunk.",
            1,
            15,
            1,
            "px",
        ),
    },
}


def values_of(step: Step | type[Step]) -> Mapping[str, Value]:
    """Return what can be set on a step: field name -> its description, in order."""
    kind = step if isinstance(step, type) else type(step)
    return VALUES.get(kind.__name__, {})
