"""What a frozen body sees in a data set is worked out once."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.data.build import build
from core.data.store import Store
from core.errors import Cancelled
from core.training import worker
from core.training.features import features
from core.training.runs import find_run
from core.workspace import Workspace


def sum_of_ink(scale: float):
    """A body that sees one number in an image, the ink (0-1 a pixel) times `scale`."""
    import keras

    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(1)]
    body = keras.Sequential(layers)
    body.set_weights([np.full((784, 1), scale, np.float32), np.zeros(1, np.float32)])
    return body


def silent(_done: int, _total: int) -> None:
    pass


def never(_done: int, _total: int) -> None:
    raise AssertionError("worked out again")


def test_features_are_those_of_each_image_in_order(notebook_store: Path, tmp_path: Path) -> None:
    store = Store.open(notebook_store)
    said: list[tuple[int, int]] = []
    seen = features(sum_of_ink(2), store, tmp_path, lambda *each: said.append(each))
    ink = store.images().sum(axis=(1, 2)) / 255 * 2
    np.testing.assert_allclose(seen[:, 0], ink, rtol=1e-5)
    assert seen.dtype == np.float32
    assert said == [(0, 288), (128, 288), (256, 288)]


def test_features_are_worked_out_once_for_the_same_data_and_weights(
    notebook_store: Path, tmp_path: Path
) -> None:
    store = Store.open(notebook_store)
    first = features(sum_of_ink(2), store, tmp_path, silent)
    again = features(sum_of_ink(2), store, tmp_path, never)
    np.testing.assert_array_equal(first, again)
    other = features(sum_of_ink(4), store, tmp_path, silent)
    np.testing.assert_allclose(other, 2 * np.array(first), rtol=1e-5)


def test_the_longest_unused_are_removed(notebook_store: Path, tmp_path: Path) -> None:
    store = Store.open(notebook_store)
    for scale in range(5):
        features(sum_of_ink(scale), store, tmp_path, silent)
    assert len(list(tmp_path.iterdir())) == 3
    features(sum_of_ink(4), store, tmp_path, never)


def test_another_data_set_is_looked_at_anew(
    notebook_store: Path, kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    body, kept = sum_of_ink(2), tmp_path / "kept"
    kept.mkdir()
    features(body, Store.open(notebook_store), kept, silent)
    build([str(kaggle_zips["arabic"])], tmp_path / "other.parquet", pipeline="notebook", workers=1)
    other = Store.open(tmp_path / "other.parquet")
    assert len(features(body, other, kept, silent)) == len(other) < 288


def test_what_was_used_last_is_kept(notebook_store: Path, tmp_path: Path) -> None:
    store = Store.open(notebook_store)
    for scale in range(3):
        features(sum_of_ink(scale), store, tmp_path, silent)
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    features(sum_of_ink(0), store, tmp_path, never)
    features(sum_of_ink(3), store, tmp_path, silent)
    features(sum_of_ink(0), store, tmp_path, never)


def test_a_stop_leaves_nothing(notebook_store: Path, tmp_path: Path) -> None:
    def stop(done: int, _total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        features(sum_of_ink(2), Store.open(notebook_store), tmp_path, stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_run_with_a_frozen_body_ends_in_one_model(
    ask: Callable[..., Path], tmp_path: Path
) -> None:
    here = Workspace(tmp_path)
    folder = ask("mobilenet-test", model="mobilenet", weights="random", epochs=2)
    worker.main(folder)
    run = find_run(here, "mobilenet-test")
    assert run.state == "done"
    assert run.parameters == 2_265_670
    assert run.epoch == 2
    assert json.loads((folder / "state.json").read_text())["litert_difference"] < 1e-5
    assert json.loads((folder / "model.json").read_text())["input_shape"] == [28, 28]
    assert [path.suffix for path in here.features.iterdir()] == [".npy"]
