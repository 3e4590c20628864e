"""The recipe of the shipped model, in small."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.sketchbook import families
from core.data.store import Store
from core.evaluation.card import card
from core.imaging import decode
from core.inference.predictor import Predictor
from core.training.recipe import balanced, make_shipped
from core.workspace import Workspace


def test_rows_are_drawn_evenly_over_the_characters_of_every_script():
    labels = pd.DataFrame(
        {
            "script": ["arabic"] * 9 + ["kannada"] * 2,
            "character": ["a"] * 7 + ["b", "c"] + ["x", "y"],
        }
    ).astype("category")

    rows = balanced(labels, 12, np.random.default_rng(0))

    drawn = labels.iloc[rows]
    assert Counter(zip(drawn["script"], drawn["character"], strict=True)) == {
        ("arabic", "a"): 4,
        ("arabic", "b"): 4,
        ("arabic", "c"): 4,
        ("kannada", "x"): 6,
        ("kannada", "y"): 6,
    }
    assert len(set(rows[labels["character"].iloc[rows] == "a"])) == 4  # none twice without need


@pytest.mark.slow
def test_the_recipe_makes_a_model_that_answers_and_leaves_held_out_hands_out(
    tmp_path: Path, kaggle_folder: Path, encode_image, draw_glyph
):
    ws, to = Workspace(tmp_path / "workspace"), tmp_path / "shipped"

    said = make_shipped([str(kaggle_folder)], ws, per_script=12, epochs=1, to=to)

    labels = Store.open(ws.store / "recipe-bent.parquet").labels()
    train = labels[labels["fold"] == "train"]
    assert train["script"].value_counts().tolist() == [24] * 6
    held_out = {(each.script, each.name) for each in families() if each.held_out}
    assert held_out.isdisjoint(zip(labels["script"], labels["collection"], strict=True))
    real = labels[labels["fold"] == "test"]
    assert real["path"].str.contains("#").sum() == 0
    assert set(said) == {"run", "accuracy", "per_script", "folder"}
    assert said["accuracy"] == pytest.approx(np.mean(list(said["per_script"].values())))
    facts = json.loads((to / "model.json").read_text())
    assert facts["recipe"] == {"per_script": 12, "epochs": 1}
    assert facts["in_domain"]["mean"] == said["accuracy"]
    picture = decode(encode_image(draw_glyph("kannada")))
    assert len(Predictor.load(to).predict(picture).ranked) == 6
    facts |= {"unseen": {"mean": 0.5}, "unseen_collections": {}}
    assert "12 real images of each script" in card(facts)
    assert "Noto Naskh Arabic" in card(facts)
