"""The notebook's model, made as the notebook meant to, in small."""

import json
from pathlib import Path

import pytest

from core.data.store import Store
from core.errors import DataError
from core.evaluation.card import card
from core.inference.predictor import Predictor
from core.scripts import NAMES
from core.training.made import count_sources
from core.training.notebook_recipe import make_notebook
from core.training.runs import list_runs
from core.workspace import Workspace


def test_it_makes_a_model_that_answers_and_goes_on_where_it_was(
    tmp_path: Path, kaggle_folder: Path
) -> None:
    ws, to = Workspace(tmp_path / "workspace"), tmp_path / "notebook"

    said = make_notebook([str(kaggle_folder)], ws, epochs=1, to=to)

    [run] = list_runs(ws)
    assert (said["run"], said["folder"]) == (run.id, str(to))
    assert run.settings.model == "cnn"
    assert (run.settings.split, run.settings.seed) == ("notebook", 800)
    answers = run.test_predictions()
    right = answers["script"] == answers["predicted"]
    assert said["per_script"] == right.groupby(answers["script"]).mean().to_dict()
    assert said["accuracy"] == pytest.approx(sum(said["per_script"].values()) / len(NAMES))
    facts = json.loads((to / "model.json").read_text())
    images = len(Store.open(ws.recipe / "notebook.parquet"))
    sources = count_sources(Store.open(ws.recipe / "notebook.parquet"))
    assert sum(sources.values()) == images
    expected = {"name": "notebook", "images": images, "epochs": 1, "sources": sources}
    assert facts["recipe"] == expected
    assert facts["in_domain"] == {**said["per_script"], "mean": said["accuracy"]}
    assert Predictor.load(to).pipeline.name == "notebook"
    told = card(facts | {"unseen": {"mean": 0.25}, "unseen_collections": {}})
    assert "a random fifth of its own images" in told
    assert f"{images:,} images of the six sets" in told
    assert "not to be used" in told

    # asked again, it finds everything made
    assert make_notebook([str(kaggle_folder)], ws, epochs=1, to=to) == said
    assert [each.id for each in list_runs(ws)] == [run.id]


def test_it_needs_all_six_sets(tmp_path: Path, kaggle_zips: dict[str, Path]) -> None:
    with pytest.raises(DataError, match="no images of arabic, baybayin, devanagari, english"):
        make_notebook(
            [str(kaggle_zips["chinese"]), str(kaggle_zips["kannada"])],
            Workspace(tmp_path / "workspace"),
            to=tmp_path / "notebook",
        )
    assert not (tmp_path / "notebook").exists()
