"""What can be set about a training run: one place for the page, the command line and the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core.data.splits import SPLIT_TITLES
from core.errors import RunError
from core.models.imagenet import IMAGENET, RANDOM
from core.models.zoo import FAMILIES
from core.text import as_text, is_text
from core.training.classes import CHARACTER, SCRIPT
from core.training.optimizer import ADAM, MUON


def _says(
    label: str,
    help_text: str,
    options: Mapping[str, str] | None = None,
    within: tuple[float, float] | None = None,
) -> dict[str, Any]:
    return {"label": label, "help": help_text, "options": options or {}, "within": within}


@dataclass(frozen=True)
class Settings:
    """The settings of one training run; the defaults are the notebook's.

    Each field's metadata has a `label`, a `help` sentence, where a value is one of a few
    `options`, value -> title, and where it is a number the smallest and the largest that it may be,
    `within`: see `FIELDS`.
    """

    data: Path = field(
        metadata=_says(
            "Data set",
            "The Parquet file to train on.",
        ),
    )
    model: str = field(
        default="cnn",
        metadata=_says(
            "Model",
            "The architecture: how many layers, and of which kind.",
            {each.name: each.title for each in FAMILIES.values()},
        ),
    )
    classes: str = field(
        default=SCRIPT,
        metadata=_says(
            "Classes",
            "What it learns to tell apart: scripts, or the single characters of the data set, "
            "classes of your own among them.",
            {SCRIPT: "Scripts", CHARACTER: "Characters"},
        ),
    )
    split: str = field(
        default="notebook",
        metadata=_says(
            "Split",
            "What is kept away for testing: a random fifth (notebook), whole writers, or whole "
            "collections.",
            SPLIT_TITLES,
        ),
    )
    epochs: int | None = field(
        default=None,
        metadata=_says(
            "Epochs",
            "How often the model sees every training image; each model has its own default.",
            within=(1, 10_000),
        ),
    )
    batch_size: int = field(
        default=128,
        metadata=_says(
            "Batch size",
            "How many images it sees between two corrections of its weights.",
            within=(1, 8192),
        ),
    )
    optimizer: str = field(
        default=ADAM,
        metadata=_says(
            "Optimizer",
            "How a correction is worked out: adam, for each weight by itself; or muon, for all "
            "weights of a layer together, which needs fewer epochs, and longer ones where layers "
            "are large.",
            {ADAM: "Adam: each weight by itself", MUON: "Muon: a layer together"},
        ),
    )
    learning_rate: float = field(
        default=1e-3,
        metadata=_says(
            "Learning rate",
            "How large each correction is: too small learns slowly, too large not at all.",
            within=(1e-6, 1.0),
        ),
    )
    seed: int = field(
        default=800,
        metadata=_says(
            "Seed",
            "Fixes the split, the first weights and the order of the images: the same seed, the "
            "same run.",
            within=(0, 2**32 - 1),
        ),
    )
    augment: bool = field(
        default=False,
        metadata=_says(
            "Augment",
            "Turns, slants, scales and shifts every image a little, differently each time it is "
            "seen.",
        ),
    )
    schedule: str = field(
        default="constant",
        metadata=_says(
            "Learning-rate schedule",
            "Constant; cosine: large corrections first, then ever smaller ones down to none; or "
            "plateau: a fifth as large whenever the test loss has not fallen for four epochs, so "
            "that the test images steer a little.",
            {
                "constant": "Constant",
                "cosine": "Cosine: down to none",
                "plateau": "Down on a plateau",
            },
        ),
    )
    warmup: float = field(
        default=0.0,
        metadata=_says(
            "Warm-up",
            "The share of the training, 0 to 0.5, in which the corrections first grow; with the "
            "cosine schedule.",
            within=(0.0, 0.5),
        ),
    )
    weight_decay: float = field(
        default=0.0,
        metadata=_says(
            "Weight decay",
            "How strongly weights are drawn towards zero, against learning by heart; with it, "
            "Adam is AdamW.",
            within=(0.0, 1.0),
        ),
    )
    average_weights: bool = field(
        default=False,
        metadata=_says(
            "Average the weights",
            "Tests and keeps the average of the weights over about the last epoch, or the last "
            "thousand batches of a long one, which is steadier than the last ones.",
        ),
    )
    mixed_precision: bool = field(
        default=False,
        metadata=_says(
            "Mixed precision",
            "Multiplies numbers of 16 bits and keeps weights of 32: faster on a processor that is "
            "made for it (AMX), slower on any other.",
        ),
    )
    patience: int = field(
        default=0,
        metadata=_says(
            "Patience",
            "Stops when the test loss has not fallen for so many epochs, and keeps the best "
            "weights; 0 never stops. Chosen so, the accuracy on those test images flatters a "
            "little.",
            within=(0, 10_000),
        ),
    )
    label_smoothing: float = field(
        default=0.0,
        metadata=_says(
            "Label smoothing",
            "How much doubt is mixed into the right answers, so that the model does not grow too "
            "sure of itself.",
            within=(0.0, 0.9),
        ),
    )
    character_weight: float = field(
        default=0.0,
        metadata=_says(
            "Characters as well",
            "Learns scripts by way of their characters: how much it counts that it knows the "
            "character, beside the script; 0 does not ask. The loss shown is that of both.",
            within=(0.0, 10.0),
        ),
    )
    weights: str = field(
        default=IMAGENET,
        metadata=_says(
            "Weights",
            "What a network that learned on photographs begins with: imagenet, which is downloaded "
            "once; the path of a file at hand; or random, to see what it is worth without.",
        ),
    )
    freeze: bool = field(
        default=False,
        metadata=_says(
            "Freeze",
            "Trains the last layer of a pretrained model only: fast, but far less accurate on "
            "characters that are new to it.",
        ),
    )
    notes: str = field(
        default="",
        metadata=_says(
            "Notes",
            "What this run is for, in your own words.",
        ),
    )

    @property
    def total_epochs(self) -> int:
        """The number of epochs: as set, or the model's own."""
        return self.epochs or FAMILIES[self.model].epochs

    @property
    def frozen(self) -> bool:
        """Whether the body of the model is not trained: it sees every image just once."""
        return self.freeze or FAMILIES[self.model].frozen

    def validate(self) -> None:
        """Check every value.

        Raises:
            RunError: one of them can't be; the message says which and what could.
        """
        for name, each in FIELDS.items():
            value, options = getattr(self, name), each.metadata["options"]
            _require(
                not options or value in options,
                f"{name} must be one of {', '.join(options)}",
                value,
            )
            if value is not None and (within := each.metadata["within"]):
                low, high = within
                _require(
                    low <= value <= high,
                    f"{name.replace('_', ' ')} must be {written(low)} to {written(high)}",
                    value,
                )
        _require(
            self.warmup == 0 or self.schedule == "cosine",
            "warm-up goes with the cosine schedule",
            self.schedule,
        )
        _require(is_text(self.notes), "notes must be UTF-8", as_text(self.notes))
        family = FAMILIES[self.model]
        _require(
            self.weights == IMAGENET or family.frozen,
            "weights other than imagenet go with the models "
            f"{' and '.join(name for name, each in FAMILIES.items() if each.frozen)}",
            self.model,
        )
        _require(
            self.weights in (IMAGENET, RANDOM) or Path(self.weights).is_file(),
            "weights must be imagenet, random or a file that is there",
            self.weights,
        )
        _require(
            not self.freeze or family.may_be_frozen,
            "freeze goes with the model "
            f"{' and '.join(name for name, each in FAMILIES.items() if each.may_be_frozen)}",
            self.model,
        )
        _require(
            not (self.augment and self.frozen),
            "augment must be off where the body is frozen and sees every image just once",
            "on",
        )
        _require(
            not (self.mixed_precision and self.frozen),
            "mixed precision must be off where the body is frozen and hardly anything is trained",
            "on",
        )
        _require(
            not self.character_weight or self.classes == SCRIPT,
            "a character weight goes with scripts as classes",
            f"{self.classes}s",
        )

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return {**asdict(self), "data": str(self.data)}

    def resolved(self) -> Settings:
        """Return the same with whole paths, for a process that runs elsewhere."""
        named = self.weights in (IMAGENET, RANDOM)
        weights = self.weights if named else str(Path(self.weights).resolve())
        return replace(self, data=self.data.resolve(), weights=weights)

    @staticmethod
    def from_json(values: dict[str, Any]) -> Settings:
        """Return the settings that `to_json` described; unknown names are left out."""
        known = {name: value for name, value in values.items() if name in FIELDS}
        return Settings(**{**known, "data": Path(values["data"])})


FIELDS: dict[str, Field[Any]] = {each.name: each for each in fields(Settings)}


def written(limit: float) -> str:
    """Write a limit as people do: 0.000001, 10,000."""
    return f"{limit:,.6f}".rstrip("0").rstrip(".")


def _require(good: bool, what: str, value: object) -> None:
    if not good:
        raise RunError(f"{what}, not {value}")
