"""What can be set on each step."""

import dataclasses

import pytest

from core.imaging import PRESETS, STEPS, preset
from core.imaging.values import VALUES, Choice, Kept, Number, Several, values_of


@pytest.mark.parametrize("name", STEPS)
def test_every_field_of_a_step_is_described_and_nothing_else(name: str) -> None:
    fields = {each.name for each in dataclasses.fields(STEPS[name])}
    assert set(values_of(STEPS[name])) == fields, "core/imaging/values.py says what can be set"


def test_only_steps_that_there_are_have_values() -> None:
    assert set(VALUES) <= set(STEPS)


@pytest.mark.parametrize("name", PRESETS)
def test_the_usual_values_are_among_those_one_can_set(name: str) -> None:
    for step in preset(name).steps:
        for field, value in values_of(step).items():
            usual = getattr(step, field)
            match value:
                case Number(low=low, high=high, step=stride):
                    assert low <= usual <= high
                    assert (usual - low) / stride == pytest.approx(round((usual - low) / stride))
                    assert isinstance(stride, type(usual))
                case Choice(options=options):
                    assert usual in options
                case Several(among=among):
                    assert set(usual) <= set(getattr(step, among))
                case Kept(why=why):
                    assert why


def test_every_value_is_explained_in_a_sentence() -> None:
    for values in VALUES.values():
        for each in values.values():
            if not isinstance(each, Kept):
                assert each.label
                assert each.help.endswith(".")
