"""A model on a sample of a data set."""

from pathlib import Path

import numpy as np
import pytest

from core.data.store import Record, Store, Writer, to_table
from core.errors import DataError
from core.evaluation import sampled
from core.evaluation.sampled import on_sample, prepared
from core.imaging import Pipeline, preset
from core.imaging.files import encode
from core.imaging.steps import Grey, Resize
from core.inference.predictor import Predictor
from core.scripts import NAMES, OTHER

NOTEBOOK = preset("notebook")


def write(path: Path, *images: tuple[str, np.ndarray], pipeline: Pipeline = NOTEBOOK) -> Store:
    with path.open("wb") as file, Writer(file, pipeline) as writer:
        records = []
        for script, image in images:
            seen = pipeline.apply(image).tobytes()
            records.append(Record(seen, encode(image), script, "", "", "", "c", "", "", 28, 28))
        writer.add(to_table(records, pipeline.shape))
    return Store.open(path)


def bar(script: str, character: str) -> np.ndarray:
    """What `reading_model` takes for this character of the script."""
    image = np.zeros((28, 28), np.uint8)
    row = 4 * NAMES.index(script) + 2 * "xy".index(character)
    image[row : row + 2] = 255
    return image


def test_every_image_says_what_it_is_taken_for(reading_model: Path, tmp_path: Path) -> None:
    images = [
        ("arabic", bar("arabic", "y")),
        ("kannada", bar("chinese", "x")),
        (OTHER, bar("arabic", "x")),
    ]
    store = write(tmp_path / "a.parquet", *images)

    said = on_sample(Predictor.load(reading_model), store)

    assert said["row"].tolist() == [0, 1]  # of none of its scripts nothing is asked
    assert said["script"].tolist() == ["arabic", "kannada"]
    assert said["predicted"].tolist() == ["arabic", "chinese"]
    assert said["read"].tolist() == ["arabic/y", "chinese/x"]
    assert said["rejected"].tolist() == [False, False]
    assert said["collection"].tolist() == ["c", "c"]


def test_no_more_than_a_sample_of_each_script_is_asked_about(
    reading_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampled, "SAMPLE", 3)
    images = [(name, bar(name, "x")) for name in ("arabic", "kannada") for _ in range(5)]
    store = write(tmp_path / "a.parquet", *images)

    said = on_sample(Predictor.load(reading_model), store)

    assert said["script"].value_counts().to_dict() == {"arabic": 3, "kannada": 3}


def test_what_was_prepared_otherwise_is_prepared_from_its_copy(
    reading_model: Path, tmp_path: Path
) -> None:
    small = Pipeline("small", (Grey(), Resize(8)))
    image = bar("baybayin", "y")
    store = write(tmp_path / "a.parquet", ("baybayin", image), pipeline=small)

    [given] = prepared(store, Predictor.load(reading_model), np.array([0]))

    np.testing.assert_array_equal(given, [NOTEBOOK.apply(image)])


def test_a_data_set_of_other_scripts_is_refused(reading_model: Path, tmp_path: Path) -> None:
    store = write(tmp_path / "strange.parquet", (OTHER, bar("arabic", "x")))

    with pytest.raises(DataError, match="none of the model's scripts is in it"):
        on_sample(Predictor.load(reading_model), store)
