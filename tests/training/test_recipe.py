"""The recipe of the shipped model, in small."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.data.distort import Distorted
from core.data.sketchbook import families
from core.data.sketchbook.build import sketch, sketch_items
from core.data.sketchbook.characters import letter_of
from core.data.sources import SOURCES
from core.data.splits import split
from core.data.store import Store
from core.evaluation.card import card
from core.imaging import decode
from core.inference.predictor import Predictor
from core.scripts import NAMES, OTHER
from core.training.made import Made, count_sources
from core.training.recipe import (
    DIGITS,
    EXPECTED,
    NUMBER,
    SEED,
    Amounts,
    _half_bent,
    _held_out,
    _oftener,
    balanced,
    make_shipped,
    ship,
)
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


def test_digits_are_expected_less_often_than_they_are_learned_from() -> None:
    names = ["arabic/٧", "devanagari/३", "devanagari/क", "english/3", "baybayin/1", "other/"]

    assert _oftener(names).tolist() == pytest.approx(
        [1, (1 / 6) / 0.33, (5 / 6) / 0.67, 1, 1, 1], rel=1e-9
    )


def test_no_row_is_drawn_twice_while_another_of_its_character_waits() -> None:
    labels = pd.DataFrame({"script": ["arabic"] * 9, "character": ["ا"] * 9}).astype("category")

    assert Counter(
        Counter(balanced(labels, {"arabic": 12}, np.random.default_rng(0)).tolist()).values()
    ) == {
        1: 6,
        2: 3,
    }


def test_a_digit_of_a_script_without_any_and_an_image_of_no_character_are_no_obstacle() -> None:
    labels = pd.DataFrame(
        {"script": ["baybayin"] * 3, "character": ["1", "ba", ""]}, dtype="category"
    )

    rows = balanced(labels, {"baybayin": 30}, np.random.default_rng(0))

    assert set(rows.tolist()) == {1, 2}


def test_no_hand_that_is_learned_from_calibrates() -> None:
    drawn = sketch_items(1000, SEED, noise=True)
    learned = {each.file.writer for each in drawn if each.label.fold == "train"}
    # half of them are bent, and say whose hand it was
    held_out = {getattr(each.file, "file", each.file).writer for each in _held_out(40)}
    assert len(held_out) > 10
    assert held_out.isdisjoint(learned)


def test_half_of_the_sketches_are_bent_and_all_keep_their_labels() -> None:
    items = sketch_items(50, SEED, noise=True)

    some = _half_bent(items, np.random.default_rng(0))

    bent = [isinstance(each.file, Distorted) for each in some]
    assert 0.4 < np.mean(bent) < 0.6
    for item, each, is_bent in zip(items, some, bent, strict=True):
        assert each._replace(file=item.file) == item
        assert (each.file.file if is_bent else each.file) == item.file
    assert len({each.file.seed for each in some if isinstance(each.file, Distorted)}) == sum(bent)


def test_half_a_model_is_never_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    def sharpened(
        _model: Path,
        _data: Path,
        _strangers: Path,
        _seed: int,
        to: Path,
        _oftener: np.ndarray,
        **_: bool,
    ) -> float:
        (to / "model.tflite").write_bytes(b"new")
        (to / "model.json").write_text("{}")
        return 1.0

    shipped = tmp_path / "shipped"
    shipped.mkdir()
    for name in ("model.tflite", "model.json", "CARD.md"):
        (shipped / name).write_text("old")
    monkeypatch.setattr("core.training.recipe.sharpen", sharpened)
    monkeypatch.setattr("core.training.recipe.calibrate", lambda *_: {})
    monkeypatch.setattr("core.training.recipe.keep_weights", interrupted)
    folder = tmp_path / "workspace" / "runs" / "glyph-abcd"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text('{"character_names": []}')
    run = SimpleNamespace(
        folder=folder,
        settings=SimpleNamespace(data=tmp_path / "data.parquet"),
    )

    with pytest.raises(KeyboardInterrupt):
        ship(run, tmp_path / "strangers.parquet", shipped, TINY, {})

    assert [each.name for each in shipped.iterdir()] == ["model.tflite"]


@pytest.mark.slow
def test_the_recipe_makes_a_model_that_answers_and_leaves_held_out_hands_out(
    tmp_path: Path,
    kaggle_folder: Path,
    encode_image,
    draw_glyph,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # of each script there are a handful, which thousands of draws would repeat
    monkeypatch.setattr("core.evaluation.calibration._A_SCRIPT", 40)
    ws, to = Workspace(tmp_path / "workspace"), tmp_path / "shipped"
    star = tmp_path / "own/other/star/1.png"  # of no script: it learns nothing from it
    star.parent.mkdir(parents=True)
    star.write_bytes(encode_image(draw_glyph("kannada")))
    paths = [str(kaggle_folder), str(tmp_path / "own")]

    said = make_shipped(paths, ws, amounts=TINY, to=to)

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
    # of the real sets: bent ones of training writers, with their own labels, and no other hand
    source = Store.open(ws.recipe / "real.parquet").labels()
    learned, kept = (set(source["path"].iloc[rows]) for rows in split(source, "writer", 800))
    bent = train[train["collection"].isin(source["collection"].unique())]
    origin = bent["path"].str.rpartition("#")[0]
    assert set(origin) <= learned
    assert set(real["path"]) == kept
    counts = bent["script"].astype(str).value_counts().to_dict()
    assert counts == {**dict.fromkeys(NAMES, 12), "chinese": 2}
    known = source.set_index("path").loc[origin]
    for name in ("script", "writer"):
        assert known[name].astype(str).tolist() == bent[name].astype(str).tolist()
    # Baybayin's letters are called what the sketchbook calls them
    letters = [letter_of(*each) for each in known[["script", "character"]].astype(str).to_numpy()]
    assert letters == bent["character"].astype(str).tolist()
    assert "ᜀ" in letters
    strangers = Store.open(ws.recipe / "held-out.parquet").labels()
    assert held_out.issuperset(zip(strangers["script"], strangers["collection"], strict=True))
    assert set(said) == {"run", "accuracy", "per_script", "folder"}
    assert said["accuracy"] == pytest.approx(np.mean(list(said["per_script"].values())))
    facts = json.loads((to / "model.json").read_text())
    reals = {**dict.fromkeys(NAMES, 12), "chinese": 2}
    digits = {"digits": DIGITS, "expected": EXPECTED}
    sources = count_sources(Store.open(ws.recipe / "real.parquet"))
    assert set(sources) == {each.name for each in SOURCES}
    expected = {"number": NUMBER, **asdict(TINY), "reals": reals, **digits, "sources": sources}
    assert facts["recipe"] == expected
    assert facts["in_domain"]["mean"] == said["accuracy"]
    predictor = Predictor.load(to)
    assert predictor.decision.threshold is not None
    answer = predictor.predict(decode(encode_image(draw_glyph("kannada"))))
    assert {name for name, _ in answer.ranked} == set(NAMES)
    facts |= {"unseen": {"mean": 0.5}, "unseen_collections": {}}
    facts |= {"unseen_rejected": 0.1, "unseen_calibration": 0.05}
    assert "12 arabic, 12 baybayin, 2 chinese" in card(facts)
    assert "Noto Naskh Arabic" in card(facts)
    assert "Kannada it learned from 33% were digits" in card(facts)

    # asked again, it finds everything made; made again elsewhere, it is the same to the last bit
    again = make_shipped(paths, ws, amounts=TINY, to=tmp_path / "again")
    assert again["run"] == said["run"]
    elsewhere = Workspace(tmp_path / "elsewhere")
    make_shipped(paths, elsewhere, amounts=TINY, to=tmp_path / "twin")
    for name in ("model.tflite", "model.weights.h5"):
        assert (to / name).read_bytes() == (tmp_path / "twin" / name).read_bytes()


def test_what_was_made_of_something_else_is_made_anew(tmp_path: Path) -> None:
    ws, made = Workspace(tmp_path), []

    def make(images: int):
        def write(out: Path) -> None:
            made.append(out.stem)
            sketch(out, per_script=images)

        return write

    names = ("real", "glyphs")
    for images in (1, 1, 2, 2):
        if images == 2 and len(made) == 2:
            (ws.recipe / "real.parquet").unlink()
        for name in names:
            Made(ws, {}).file(name, make(images))
    assert made == ["real", "glyphs", "real", "glyphs"]

    # made anew, but the same as it was: what comes after it is good still
    (ws.recipe / "real.parquet").unlink()
    for name in names:
        Made(ws, {}).file(name, make(2))
    assert made[4:] == ["real"]


def test_notes_that_are_none_are_nothing_kept(tmp_path: Path) -> None:
    ws, made = Workspace(tmp_path), []
    (ws.recipe / "recipe.json").write_text("[]")
    Made(ws, {}).file("real", lambda out: made.append(sketch(out, per_script=1)))
    assert len(made) == 1


def test_another_recipe_begins_anew(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    made: list[Path] = []

    def make(out: Path) -> None:
        made.append(out)
        sketch(out, per_script=1)

    for recipe in ({"real": 1}, {"real": 1}, {"real": 2}):
        Made(ws, recipe).file("glyphs", make)

    assert made == [ws.recipe / "glyphs.parquet"] * 2


def test_latin_names_of_classes_say_nothing_of_their_length() -> None:
    labels = pd.DataFrame({"script": ["baybayin"] * 8, "character": ["a"] * 4 + ["ba"] * 4})
    rows = balanced(labels.astype("category"), {"baybayin": 4000}, np.random.default_rng(0))
    counts = labels.iloc[rows]["character"].value_counts()
    assert counts["a"] / counts["ba"] == pytest.approx(1, abs=0.15)
