from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import RunError
from core.training.settings import FIELDS, Settings

SETTINGS = Settings(Path("letters.parquet"))


def test_the_defaults_are_the_notebooks() -> None:
    SETTINGS.validate()
    assert (SETTINGS.split, SETTINGS.batch_size, SETTINGS.seed) == ("notebook", 128, 800)
    epochs = {name: replace(SETTINGS, model=name).total_epochs for name in ("dense", "rnn", "cnn")}
    assert epochs == {"dense": 25, "rnn": 90, "cnn": 85}


def test_epochs_as_asked_for() -> None:
    assert replace(SETTINGS, epochs=3).total_epochs == 3


def test_every_field_says_what_it_is() -> None:
    for field in FIELDS.values():
        assert field.metadata["label"]
        assert field.metadata["help"].endswith(".")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"model": "resnet"}, "model must be one of dense, rnn, cnn, .*, not resnet"),
        ({"split": "mine"}, "split must be one of .*, not mine"),
        ({"epochs": 0}, "epochs must be 1 to 10,000, not 0"),
        ({"batch_size": 0}, "batch size must be 1 to 8,192, not 0"),
        ({"learning_rate": 0.0}, "learning rate must be 0.000001 to 1, not 0.0"),
        ({"learning_rate": float("nan")}, "learning rate must be .*, not nan"),
        ({"schedule": "wild"}, "schedule must be one of constant, cosine, plateau, not wild"),
        ({"schedule": "cosine", "warmup": 0.6}, "warmup must be 0 to 0.5, not 0.6"),
        ({"warmup": 0.1}, "warm-up goes with the cosine schedule, not constant"),
        ({"optimizer": "sgd"}, "optimizer must be one of adam, muon, not sgd"),
        ({"weight_decay": -0.1}, "weight decay must be 0 to 1, not -0.1"),
        ({"label_smoothing": 1.0}, "label smoothing must be 0 to 0.9, not 1.0"),
        ({"patience": -1}, "patience must be 0 to 10,000, not -1"),
        ({"weights": "random"}, "weights other than imagenet go with .* xception and mobilenet"),
        ({"model": "xception", "weights": "x.h5"}, "must be imagenet, random or a file .*, not x"),
        ({"freeze": True}, "freeze goes with the model pretrained, not cnn"),
        ({"character_weight": -1.0}, "character weight must be 0 to 10"),
        (
            {"character_weight": 1.0, "classes": "character"},
            "a character weight goes with scripts as classes, not characters",
        ),
        ({"model": "xception", "augment": True}, "augment must be off where the body is frozen"),
        ({"model": "xception", "mixed_precision": True}, "mixed precision must be off where"),
        ({"notes": "caf\udce9"}, "notes must be UTF-8, not caf"),
        ({"seed": -1}, "seed must be 0 to 4,294,967,295, not -1"),
    ],
)
def test_a_value_that_cannot_be_is_named(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(RunError, match=message):
        replace(SETTINGS, **wrong).validate()


def test_settings_survive_json() -> None:
    settings = replace(SETTINGS, epochs=7, augment=True, notes="ᜊ")
    assert Settings.from_json(settings.to_json()) == settings


def test_paths_are_whole_for_a_process_that_runs_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = replace(SETTINGS, data=Path("a.parquet"), weights="body.h5").resolved()
    assert (settings.data, settings.weights) == (tmp_path / "a.parquet", str(tmp_path / "body.h5"))
    assert replace(SETTINGS, weights="random").resolved().weights == "random"


def test_what_a_later_version_added_is_left_out() -> None:
    assert Settings.from_json({**SETTINGS.to_json(), "warmth": 3}) == SETTINGS


def test_settings_of_an_older_run_are_read_with_the_defaults() -> None:
    old = SETTINGS.to_json()
    for name in ("weight_decay", "average_weights", "patience", "warmup", "optimizer"):
        del old[name]
    assert Settings.from_json(old) == SETTINGS
