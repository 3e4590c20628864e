"""The recipe of the shipped model, in small."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.sketchbook import families
from core.data.sketchbook.build import sketch
from core.data.store import Store
from core.evaluation.card import card
from core.imaging import decode
from core.inference.predictor import Predictor
from core.scripts import NAMES, OTHER
from core.training.recipe import DIGITS, NUMBER, Amounts, Made, balanced, make_shipped
from core.workspace import Workspace

TINY = Amounts(real=12, sketched=12, others=12, held_out=8, epochs=1)


def test_digits_get_their_share_and_letters_more_than_syllables() -> None:
    labels = pd.DataFrame(
        {
            "script": ["arabic"] * 9 + ["kannada"] * 12,
            "character": ["ا"] * 7 + ["ب", "ت"] + ["೦", "೧"] * 2 + ["ಕ"] * 4 + ["ಕಾ"] * 4,
        }
    ).astype("category")

    rows = balanced(labels, {"arabic": 7000, "kannada": 7000}, np.random.default_rng(0))

    drawn = labels.iloc[rows]
    assert drawn["script"].value_counts().tolist() == [7000, 7000]
    shares = drawn["character"].value_counts() / 7000
    for letter in "ابت":
        assert shares[letter] == pytest.approx(1 / 3, abs=0.03)
    assert shares["೦"] + shares["೧"] == pytest.approx(DIGITS["kannada"], abs=0.03)
    assert shares["ಕ"] / shares["ಕಾ"] == pytest.approx(6, rel=0.15)


def test_no_row_is_drawn_twice_while_another_of_its_character_waits() -> None:
    labels = pd.DataFrame({"script": ["arabic"] * 9, "character": ["ا"] * 9}).astype("category")

    assert Counter(
        Counter(balanced(labels, {"arabic": 12}, np.random.default_rng(0)).tolist()).values()
    ) == {
        1: 6,
        2: 3,
    }


@pytest.mark.slow
def test_the_recipe_makes_a_model_that_answers_and_leaves_held_out_hands_out(
    tmp_path: Path, kaggle_folder: Path, encode_image, draw_glyph
) -> None:
    ws, to = Workspace(tmp_path / "workspace"), tmp_path / "shipped"

    said = make_shipped([str(kaggle_folder)], ws, amounts=TINY, to=to)

    labels = Store.open(ws.recipe / "glyphs.parquet").labels()
    train = labels[labels["fold"] == "train"]
    assert train["script"].value_counts().to_dict() == {**dict.fromkeys(NAMES, 24), OTHER: 12}
    held_out = {
        (each.script, each.alphabet or each.name)
        for each in (*families(), *families(OTHER))
        if each.held_out
    }
    assert held_out.isdisjoint(zip(labels["script"], labels["collection"], strict=True))
    real = labels[labels["fold"] == "test"]
    assert real["path"].str.contains("#").sum() == 0
    strangers = Store.open(ws.recipe / "held-out.parquet").labels()
    assert held_out.issuperset(zip(strangers["script"], strangers["collection"], strict=True))
    assert set(said) == {"run", "accuracy", "per_script", "folder"}
    assert said["accuracy"] == pytest.approx(np.mean(list(said["per_script"].values())))
    facts = json.loads((to / "model.json").read_text())
    reals = {**dict.fromkeys(NAMES, 12), "chinese": 2}
    assert facts["recipe"] == {"number": NUMBER, **asdict(TINY), "reals": reals}
    assert facts["in_domain"]["mean"] == said["accuracy"]
    predictor = Predictor.load(to)
    assert predictor.decision.threshold is not None
    answer = predictor.predict(decode(encode_image(draw_glyph("kannada"))))
    assert {name for name, _ in answer.ranked} == set(NAMES)
    facts |= {"unseen": {"mean": 0.5}, "unseen_collections": {}}
    facts |= {"unseen_rejected": 0.1, "unseen_calibration": 0.05}
    assert "12 arabic, 12 baybayin, 2 chinese" in card(facts)
    assert "Noto Naskh Arabic" in card(facts)

    # asked again, it finds everything made; made again elsewhere, it is the same to the last bit
    again = make_shipped([str(kaggle_folder)], ws, amounts=TINY, to=tmp_path / "again")
    assert again["run"] == said["run"]
    elsewhere = Workspace(tmp_path / "elsewhere")
    make_shipped([str(kaggle_folder)], elsewhere, amounts=TINY, to=tmp_path / "twin")
    assert (to / "model.tflite").read_bytes() == (tmp_path / "twin/model.tflite").read_bytes()


def test_another_recipe_begins_anew(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    made: list[Path] = []

    def make(out: Path) -> None:
        made.append(out)
        sketch(out, per_script=1)

    for recipe in ({"real": 1}, {"real": 1}, {"real": 2}):
        Made(ws, recipe).file("glyphs", make)

    assert made == [ws.recipe / "glyphs.parquet"] * 2
