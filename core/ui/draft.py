"""A pipeline while it is being changed: steps that can be switched off, and put in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.imaging import Pipeline, Step


@dataclass
class Part:
    """One step of a draft.

    Attributes:
        number: its own, whatever its place.
        on: whether the pipeline has it.
    """

    number: int
    step: Step
    on: bool = True


@dataclass
class Draft:
    """A pipeline while a visitor changes it.

    Attributes:
        began: the pipeline it began as.
        number: counts the drafts of a visitor.
        parts: in order, those switched off too.
    """

    began: Pipeline
    number: int
    parts: list[Part] = field(default_factory=list)

    @staticmethod
    def of(pipeline: Pipeline, number: int) -> Draft:
        """Begin with the steps of `pipeline`."""
        parts = [Part(i, step) for i, step in enumerate(pipeline.steps)]
        return Draft(pipeline, number, parts)

    def pipeline(self, name: str | None = None) -> Pipeline:
        """Return the steps that are on as a pipeline; without a `name`, its name tells changes."""
        steps = tuple(each.step for each in self.parts if each.on)
        if name is None:
            name = self.began.name if steps == self.began.steps else f"{self.began.name}, changed"
        return Pipeline(name, steps)

    @property
    def changed(self) -> bool:
        """Whether it differs from what it began as."""
        return self.pipeline(self.began.name) != self.began

    def insert(self, step: Step, place: int) -> None:
        """Put `step` before the part that is at `place` now, or at the end."""
        number = max((each.number for each in self.parts), default=-1) + 1
        self.parts.insert(place, Part(number, step))

    def follow(self, given: Mapping[str, Any]) -> None:
        """Take over what the widgets say: `given` holds values by the keys of widgets."""
        for part in self.parts:
            part.on = given.get(self.key(part, "on"), part.on)
            said = {
                each.name: given[key]
                for each in dataclasses.fields(part.step)
                if (key := self.key(part, each.name)) in given
            }
            said = {
                name: tuple(each) if isinstance(each, list) else each for name, each in said.items()
            }
            part.step = dataclasses.replace(part.step, **said)

    def key(self, part: Part, name: str) -> str:
        """Return the key of the widget that sets `name` of `part`."""
        return f"draft-{self.number}-{part.number}-{name}"
