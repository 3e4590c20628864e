import pytest

from core.data.sketchbook import families
from core.evaluation.card import CARD, card
from core.imaging import preset
from core.models.export import BUNDLED, read_facts
from core.scripts import NAMES

FACTS = {
    "name": "glyph",
    "labels": list(NAMES),
    "pipeline": preset("canonical").to_json(),
    "input_shape": [40, 40],
    "parameters": 1,
    "unseen_collections": {},
    "recipe": {
        "number": 1,
        "real": 1,
        "sketched": 1,
        "others": 1,
        "epochs": 1,
        "reals": dict.fromkeys(NAMES, 1),
    },
}


def test_a_family_that_draws_two_scripts_is_named_once() -> None:
    begin = "The sketchbook's families (SIL Open Font License, or our own): "
    line = next(each for each in card(FACTS).splitlines() if each.startswith(begin))

    named = line.removeprefix(begin).removesuffix(".").split(", ")

    assert sorted(named) == sorted({each.name for each in families() if not each.held_out})


def test_of_a_set_that_was_not_whole_the_card_says_how_much_it_was() -> None:
    recipe = {**FACTS["recipe"], "sources": {"chinese-mnist": 9, "ahcd1": 16_800}}
    said = card(FACTS | {"recipe": recipe})
    assert "| chinese | 9 of 15,000 |" in said
    assert "| arabic | 16,800 |" in said


@pytest.mark.parametrize("name", BUNDLED)
def test_the_card_of_a_model_that_is_here_is_the_one_that_its_facts_give(name: str) -> None:
    folder = BUNDLED[name]

    assert (folder / CARD).read_text(encoding="utf-8") == card(read_facts(folder))
