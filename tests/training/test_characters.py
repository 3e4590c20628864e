"""Scripts learned by way of their characters."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.sketchbook.characters import letter_of
from core.data.store import Store
from core.errors import DataError
from core.inference.predictor import Predictor
from core.models.family import summed
from core.scripts import NAMES, OTHER, class_name, script_of
from core.training import worker
from core.training.characters import both, characters_of, of_scripts
from core.training.runs import find_run
from core.workspace import Workspace

OF = np.array([0, 1, 1])
"""Three characters: one of the first script, two of the second."""


def table(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["script", "character"]).astype("category")


def test_characters_are_told_apart_within_their_scripts() -> None:
    rows = [("english", "o"), ("baybayin", "o"), ("english", "a"), ("english", "o")]
    names, places = characters_of(table(*rows))
    assert names == ("baybayin/o", "english/a", "english/o")
    assert places.tolist() == [2, 0, 1, 2]


def test_what_is_in_no_script_is_one_and_so_is_what_has_no_character() -> None:
    rows = [(OTHER, "α"), (OTHER, "β"), ("arabic", ""), ("arabic", "ب"), ("arabic", "")]
    names, places = characters_of(table(*rows))
    assert names == ("arabic/", "arabic/ب", f"{OTHER}/")
    assert [script_of(names[each]) for each in places] == [each for each, _ in rows]
    assert places[0] == places[1]
    assert places[2] == places[4] != places[3]


def test_without_a_character_there_is_nothing_to_learn_by() -> None:
    with pytest.raises(DataError, match=r"no image says its character.*weight of characters to 0"):
        characters_of(table(("arabic", ""), (OTHER, "α")))


def test_a_script_is_the_sum_of_its_characters() -> None:
    import keras

    image = keras.Input((3,))
    model = summed(keras.Model(image, keras.layers.Softmax()(image)), OF, 2)
    given = model.predict_on_batch(np.log([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]))
    np.testing.assert_allclose(given, [[0.5, 0.5], [0.1, 0.9]], atol=1e-6)
    assert not model.trainable_weights


def test_the_loss_is_that_of_the_script_and_weighs_the_characters() -> None:
    """Worked out by hand: two scripts, three characters, the third asked for."""
    true = np.array([[0, 1, 0, 0, 1]], np.float32)
    given = np.array([[0.5, 0.3, 0.2]], np.float32)
    script, character = -np.log(0.5), -np.log(0.2)
    assert float(both(OF, 2, 0.0, 0.0)(true, given)[0]) == pytest.approx(script, rel=1e-5)
    loss = both(OF, 2, 2.0, 0.0)(true, given)
    assert float(loss[0]) == pytest.approx(script + 2 * character, rel=1e-5)
    smoothed = -(0.05 * np.log(0.5) + 0.95 * np.log(0.5))
    smoothed -= 0.1 / 3 * np.log(0.5) + 0.1 / 3 * np.log(0.3) + (0.9 + 0.1 / 3) * np.log(0.2)
    assert float(both(OF, 2, 1.0, 0.1)(true, given)[0]) == pytest.approx(smoothed, rel=1e-5)


def test_the_accuracy_is_of_scripts() -> None:
    true = np.array([[0, 1, 0, 0, 1], [1, 0, 1, 0, 0]], np.float32)
    # the first is the wrong character of the right script, the second of the wrong script
    given = np.array([[0.4, 0.35, 0.25], [0.4, 0.35, 0.25]], np.float32)
    np.testing.assert_array_equal(of_scripts(OF, 2)(true, given), [1, 0])


def test_a_run_learns_scripts_by_their_characters(
    ask: Callable[..., Path], canonical_store: Path, tmp_path: Path
) -> None:
    folder = ask("by", data=canonical_store, model="dense", character_weight=1.0, epochs=8)
    worker.main(folder)

    run = find_run(Workspace(tmp_path), "by")
    assert run.state == "done", run.message
    assert run.accuracy is not None
    assert run.accuracy > 0.5
    store = Store.open(canonical_store)
    labels = store.labels()
    facts = json.loads((folder / "model.json").read_text())
    characters = labels[["script", "character"]].astype(str).drop_duplicates()
    names = sorted(class_name(*each) for each in characters.itertuples(index=False))
    assert (facts["characters"], facts["character_names"]) == (len(names), names)
    predictor = Predictor.load(folder)
    assert predictor.characters.names == tuple(names)
    assert predictor.labels == NAMES
    outputs = predictor.outputs(store.images(np.arange(4)))
    assert outputs.shape == (4, 6)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, atol=1e-5)
    tested = run.history()["val_accuracy"].dropna()
    assert tested.iloc[-1] == pytest.approx(run.accuracy, abs=1e-6)


def test_letters_that_a_set_calls_by_their_sound() -> None:
    assert letter_of("baybayin", "be_bi") == "ᜊᜒ"
    assert letter_of("baybayin", "nga") == "ᜅ"
    assert letter_of("baybayin", "ra") == "ra"  # the sketchbook has no such letter
    assert letter_of("english", "a") == "a"
