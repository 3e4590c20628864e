import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import DataError, ModelError, SourceNotFound
from core.evaluation.card import record
from core.evaluation.raw import Evaluation
from core.evaluation.unseen import Unseen, evaluate_unseen, hardest
from core.inference.decision import Decision
from core.inference.predictor import Predictor

Draw = Callable[..., np.ndarray]

# What the model will take the images of each collection for.
COLLECTIONS = {
    "arabic-one": ["arabic"] * 9 + ["kannada"],
    "arabic-two": ["arabic", "english"],
    "chinese-prose": ["chinese", "chinese", "chinese", "arabic"],
    "kannada-digits": ["kannada"],
    "kannada-photos": ["arabic", "arabic"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, draw_band: Draw) -> Path:
    root = tmp_path_factory.mktemp("unseen")
    for name, scripts in {**COLLECTIONS, "notes": ["arabic"], "greek-x": ["arabic"]}.items():
        (root / name).mkdir()
        for number, script in enumerate(scripts):
            Image.fromarray(draw_band(script)).save(root / name / f"{number}.png")
        if name != "arabic-two":
            packed = Path(shutil.make_archive(str(root / name), "zip", root / name))
            if name == "chinese-prose":
                packed.rename(packed.with_suffix(".ZIP"))
            shutil.rmtree(root / name)
    (root / "arabic.txt").touch()
    return root


@pytest.fixture(scope="module")
def result(folder: Path, band_model: Path) -> Unseen:
    return evaluate_unseen(Predictor.load(band_model), folder, lambda _: None)


def test_collections_of_a_script_are_averaged_first_then_scripts(result: Unseen) -> None:
    assert {name: each.n for name, each in result.collections.items()} == {
        name: len(scripts) for name, scripts in COLLECTIONS.items()
    }
    # 9 of 10 and 1 of 2; 3 of 4; 1 of 1, the photos apart
    assert result.per_script == {"arabic": 0.7, "chinese": 0.75, "kannada": 1.0}
    assert result.mean == pytest.approx(2.45 / 3)
    assert result.collections["kannada-photos"].accuracy == 0


def test_photos_count_where_they_are_all_there_is_of_a_script(
    folder: Path, band_model: Path, tmp_path: Path
) -> None:
    shutil.copy(folder / "kannada-photos.zip", tmp_path)
    result = evaluate_unseen(Predictor.load(band_model), tmp_path, lambda _: None)
    assert result.per_script == {"kannada": 0}
    assert "not counted" not in result.to_markdown()


def test_the_share_called_none_of_these_is_averaged_likewise(
    folder: Path, band_model: Path
) -> None:
    # this rejects all that it takes for Chinese or Kannada: they have less ink
    strict = replace(Predictor.load(band_model), decision=Decision(threshold=0.3))

    result = evaluate_unseen(strict, folder, lambda _: None)

    rejected = {name: each.rejected for name, each in result.collections.items()}
    assert list(rejected.values()) == [0.1, 0, 0.75, 1, 0]
    # 1 of 10 and none of 2; 3 of 4; 1 of 1, the photos apart
    assert result.rejected == pytest.approx((0.05 + 0.75 + 1) / 3)
    assert result.to_json()["rejected"] == result.rejected
    assert "| arabic-one | 10 | 90.0% | 10.0% | " in result.to_markdown()


def test_every_collection_of_a_script_and_every_script_weighs_the_same_in_the_calibration_error(
    result: Unseen,
) -> None:
    # softmax of the ink / 20: 60 px in most bands, 40 px in those of Chinese and Kannada
    sure, unsure = np.exp(3) / (np.exp(3) + 5), np.exp(2) / (np.exp(2) + 5)
    # 9 of 10 images of one half of Arabic, 2 of 2 of the other, 1 of 4 Chinese
    promised, given = sure * (0.45 + 0.5 + 0.25), 0.45 + 0.25
    # 1 of 10 of one half of Arabic, 3 of 4 Chinese, 1 of 1 Kannada
    promised_unsurely, given_unsurely = unsure * (0.05 + 0.75 + 1), 0.75 + 1

    error = (abs(promised - given) + abs(promised_unsurely - given_unsurely)) / 3

    assert result.calibration_error == pytest.approx(error, abs=1e-6)


def test_it_says_each_collection_as_it_is_done(folder: Path, band_model: Path) -> None:
    said: list[str] = []

    evaluate_unseen(Predictor.load(band_model), folder, said.append)

    assert [line.partition(":")[0] for line in said] == sorted(COLLECTIONS)
    assert "90.0%" in said[0]


def test_it_names_the_files_that_it_could_not_read(
    tmp_path: Path, draw_band: Draw, band_model: Path
) -> None:
    place = tmp_path / "arabic-photos"
    place.mkdir()
    Image.fromarray(draw_band("arabic")).save(place / "1.png")
    (place / "2.png").write_bytes(b"torn")
    said: list[str] = []

    result = evaluate_unseen(Predictor.load(band_model), tmp_path, said.append)

    assert said[0] == "arabic-photos: 100.0% of 1"
    assert re.fullmatch("skipped arabic-photos, .*2.png: not .*", said[1])
    assert result.to_json()["collections"]["arabic-photos"]["skipped"] == 1


def test_the_figures_as_json_and_as_a_table(result: Unseen) -> None:
    document = json.loads(json.dumps(result.to_json()))

    assert document["mean"] == result.mean
    assert document["per_script"] == result.per_script
    assert document["collections"]["arabic-one"] == {
        "n": 10,
        "accuracy": 0.9,
        "rejected": 0.0,
        "predicted": {"arabic": 9, "kannada": 1},
        "characters": document["collections"]["arabic-one"]["characters"],
        "mistaken": {},
        "skipped": 0,
    }
    characters = document["collections"]["arabic-one"]["characters"].values()
    assert sum(each["arabic"] for each in characters if "arabic" in each) == 9
    assert 0 <= document["calibration_error"] <= 1
    table = result.to_markdown().splitlines()
    [line] = [each for each in table if each.startswith("| arabic-one |")]
    assert line.startswith("| arabic-one | 10 | 90.0% | 0.0% | ")
    assert line.endswith(" (1 of 1, most often as Kannada) |")
    # 9 of 10 of one half of Arabic and 1 of 2 of the other are right, 1 of each is wrong
    assert document["confusion"]["arabic"]["arabic"] == pytest.approx(0.7)
    assert document["confusion"]["arabic"]["kannada"] == pytest.approx(0.05)
    assert document["confusion"]["arabic"]["english"] == pytest.approx(0.25)
    assert set(document["confusion"]) == {"arabic", "chinese", "kannada"}
    assert "| Arabic | 70.0% | 0.0% | 0.0% | 0.0% | 25.0% | 5.0% |" in table
    assert "| Arabic | not measured | **70.0%** |" in table
    assert "| **mean over scripts** | not measured | **81.7%** |" in table
    assert sum("not counted" in line for line in table) == 1


def test_what_its_description_says_of_its_own_collections_stands_beside(
    folder: Path, band_model: Path
) -> None:
    predictor = Predictor.load(band_model)
    told = replace(predictor, facts={**predictor.facts, "in_domain": {"arabic": 0.9, "mean": 0.95}})
    result = evaluate_unseen(told, folder, lambda _: None)
    assert result.to_json()["in_domain"] == {"arabic": 0.9, "mean": 0.95}
    table = result.to_markdown()
    assert "| Arabic | 90.0% | **70.0%** |" in table
    assert "| Chinese | not measured | **75.0%** |" in table
    assert "| **mean over scripts** | 95.0% | **81.7%** |" in table
    assert "its own collections: mean" in result.to_svg()


def test_a_collection_that_is_there_twice_is_refused(
    tmp_path: Path, band_model: Path, draw_band: Draw
) -> None:
    (tmp_path / "arabic-one").mkdir()
    Image.fromarray(draw_band("arabic")).save(tmp_path / "arabic-one" / "1.png")
    shutil.make_archive(str(tmp_path / "arabic-one"), "zip", tmp_path / "arabic-one")

    with pytest.raises(DataError, match="arabic-one is there twice"):
        evaluate_unseen(Predictor.load(band_model), tmp_path, lambda _: None)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("missing", "missing: no such folder; check the path"),
        ("empty", "named SCRIPT-COLLECTION, with SCRIPT one of arabic"),
    ],
)
def test_where_no_collection_is_one_is_told_what_to_do(
    place: str, said: str, tmp_path: Path, band_model: Path
) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(SourceNotFound, match=said):
        evaluate_unseen(Predictor.load(band_model), tmp_path / place, lambda _: None)


def test_the_figures_are_written_beside_the_model_and_into_its_card(
    result: Unseen, band_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(band_model, folder)
    before = json.loads((folder / "model.json").read_text())

    record(str(folder), result)

    facts = json.loads((folder / "model.json").read_text())
    assert facts["unseen"] == {**result.per_script, "mean": result.mean}
    prose = facts["unseen_collections"]["chinese-prose"]
    assert (prose["images"], prose["accuracy"], prose["rejected"]) == (4, 0.75, 0)
    assert prose["predicted"] == {"arabic": 1, "chinese": 3}
    assert [(each["wrong"], each["taken_for"]) for each in prose["hardest"]] == [(1, "arabic")]
    assert facts["unseen_rejected"] == result.rejected
    assert facts["unseen_calibration"] == result.calibration_error
    assert before.items() <= facts.items()
    assert Predictor.load(folder).facts == facts
    card = (folder / "CARD.md").read_text()
    assert "70.0%" in card
    assert "81.7%" in card
    assert "4,710 parameters" in card
    assert "not measured" in card  # nothing was said of its own data


def test_a_recorded_model_shows_its_accuracy_on_its_own_data_too(
    result: Unseen, band_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(band_model, folder)
    facts = json.loads((folder / "model.json").read_text())
    facts["in_domain"] = {"arabic": 0.987, "mean": 0.5}
    (folder / "model.json").write_text(json.dumps(facts))

    record(str(folder), result)

    card = (folder / "CARD.md").read_text()
    assert "| Arabic | 98.7% | not measured | 70.0% |" in card
    assert "| **mean** | 50.0% | not measured | 81.7% |" in card


def test_thehardest_characters_are_those_with_most_mistakes() -> None:
    answers = {
        name: {"arabic": 9, "english": wrong, "kannada": 1}
        for name, wrong in zip("abcd", (2, 5, 3, 4), strict=True)
    }
    nothing = np.zeros(0)
    said = Evaluation(0, 0.0, 0.0, {}, answers, {}, (), nothing, nothing)
    assert [(each["character"], each["wrong"]) for each in hardest("arabic-x", said)] == [
        ("b", 6),
        ("d", 5),
        ("c", 4),
    ]
    assert {each["taken_for"] for each in hardest("arabic-x", said)} == {"english"}
    read = replace(said, mistaken={"b": {"english/v": 2, "kannada/೦": 3, "english/V": 1}})
    assert [each["taken_for"] for each in hardest("arabic-x", read)] == [
        "kannada/೦",
        "english",
        "english",
    ]


def test_only_a_model_can_be_recorded(result: Unseen, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        record(str(tmp_path / "nothing"), result)
