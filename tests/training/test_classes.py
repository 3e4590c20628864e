import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.build import build
from core.data.store import Store
from core.errors import DataError
from core.inference.predictor import Predictor
from core.scripts import NAMES, OTHER, WITH_OTHER, script
from core.training import worker
from core.training.classes import CHARACTER, SCRIPT, classes
from core.training.elsewhere import main, own_tally, trials_of
from core.training.runs import find_run
from core.workspace import Workspace


def table(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["script", "character"]).astype("category")


def test_scripts_are_all_six_whatever_there_is() -> None:
    names, places = classes(table(("kannada", "ka"), ("arabic", "")), SCRIPT)
    assert names == NAMES
    assert places.tolist() == [5, 0]
    assert places.dtype == np.int64


def test_others_come_last_where_there_are_any() -> None:
    names, places = classes(table((OTHER, "Greek"), ("arabic", "")), SCRIPT)
    assert names == WITH_OTHER
    assert places.tolist() == [6, 0]


def test_one_character_in_two_scripts_is_two_classes() -> None:
    rows = [("english", "o"), ("baybayin", "o"), ("english", "a"), ("english", "o")]
    names, places = classes(table(*rows), CHARACTER)
    assert names == ("baybayin/o", "english/a", "english/o")
    assert places.tolist() == [2, 0, 1, 2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [("arabic", "ا"), ("arabic", "")],
            "1 of 2 images have no character.*SCRIPT/CHARACTER/",
        ),
        ([("arabic", "ا"), ("arabic", "ا")], "all images are of one character, arabic/ا"),
    ],
)
def test_characters_that_cannot_be_told_apart(rows: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        classes(table(*rows), CHARACTER)


def test_a_character_goes_by_its_scripts_name_and_colour() -> None:
    assert script("arabic/ب").title == "Arabic ب"
    assert script("arabic/ب").color == script("arabic").color
    assert script("other/cat").title == "cat"
    assert script("english//").sample == "/"
    with pytest.raises(KeyError, match="no script called 'greek/a'"):
        script("greek/a")


@pytest.fixture
def animals(tmp_path: Path, draw_glyph: Callable, encode_image: Callable) -> Path:
    """A data set of two classes of one's own, and a script beside them."""
    folder = tmp_path / "mine"
    for name, like in (("other/cat", "kannada"), ("other/dog", "chinese"), ("arabic/a", "arabic")):
        (folder / name).mkdir(parents=True)
        for number in range(24):
            image = encode_image(draw_glyph(like, seed=number))
            (folder / name / f"{number}.png").write_bytes(image)
    build([str(folder)], tmp_path / "mine.parquet", workers=1)
    return tmp_path / "mine.parquet"


def test_ones_own_classes_are_learned_tested_and_answered(
    ask: Callable[..., Path], animals: Path, tmp_path: Path, draw_glyph: Callable
) -> None:
    asked = {"data": animals, "model": "pretrained", "classes": CHARACTER}
    folder = ask("mine", **asked, epochs=12, batch_size=16)
    worker.main(folder)

    run = find_run(Workspace(tmp_path), "mine")
    assert run.state == "done", run.message
    answers = run.test_predictions()
    assert set(answers["label"]) == {"arabic/a", "other/cat", "other/dog"}
    assert answers["script"].tolist() == [each.partition("/")[0] for each in answers["label"]]
    assert (answers["label"] == answers["predicted"]).mean() == run.accuracy > 0.8
    assert own_tally(run).groupby("script")["images"].sum().sum() == len(answers)
    predictor = Predictor.load(folder)
    assert predictor.labels == ("arabic/a", "other/cat", "other/dog")
    assert predictor.predict(draw_glyph("kannada", seed=99)).ranked[0][0] == "other/cat"


def test_a_run_that_knows_characters_is_tested_on_the_same_characters_elsewhere(
    ask: Callable[..., Path],
    animals: Path,
    canonical_store: Path,
    tmp_path: Path,
    draw_glyph: Callable,
    encode_image: Callable,
) -> None:
    folder = ask("mine", data=animals, model="dense", classes=CHARACTER, epochs=1)
    worker.main(folder)
    run = find_run(Workspace(tmp_path), "mine")

    def trial_on(data: Path) -> Path:
        place = folder / "elsewhere" / data.stem
        place.mkdir(parents=True)
        (place / "request.json").write_text(json.dumps({"data": str(data)}))
        return place

    main(trial_on(canonical_store))  # no cat, no dog, and no Arabic letter called a
    assert "holds nothing that the run tells apart" in trials_of(run)[0].error
    main(trial_on(animals))
    own = next(each for each in trials_of(run) if each.data == animals.stem)
    tested = run.test_predictions()
    assert own.result["images"].sum() == len(tested) == 15
    store = Store.open(animals)
    best = Predictor.load(folder).answers(store.images(tested["row"])).probabilities.argmax(axis=1)
    _, places = classes(store.labels(), CHARACTER)
    assert own.result["right"].sum() == (best == places[tested["row"]]).sum()

    # one character alone is enough to be tested on, whatever else lies there
    for number, name in enumerate(("other/cat/1", "other/cat/2", "other/3")):
        path = tmp_path / "cats" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_image(draw_glyph("kannada", seed=100 + number)))
    build([str(tmp_path / "cats")], tmp_path / "cats.parquet", workers=1)
    main(trial_on(tmp_path / "cats.parquet"))
    cats = next(each for each in trials_of(run) if each.data == "cats")
    assert (cats.error, cats.result["images"].sum()) == ("", 2)
