"""The command line as others' scripts rely on it.

One JSON document on stdout and nothing else, or one line on stderr that says what to do.
"""

import contextlib
import errno
import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import kagglehub.clients
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core.cli import main
from core.data.sources import SOURCES
from core.data.store import Store
from core.errors import DataError, StorageFull
from core.evaluation.bench import BENCHMARKS
from core.imaging import Pipeline
from core.imaging.own import save_pipeline
from core.imaging.steps import Grey, Resize
from core.inference.predictor import Prediction, Predictor
from core.scripts import NAMES
from core.training.runs import Run, _load
from core.training.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]
RANKED = (("kannada", 0.8), ("arabic", 0.2))


def _listed(*command: str) -> list[str]:
    """The commands that `--help` lists."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main([*command, "--help"])
    return re.findall(r"^    (\w+) ", said.getvalue(), re.MULTILINE)


COMMANDS = [
    *(f"data {name}" for name in _listed("data")),
    *(name for name in _listed() if name != "data"),
]
Draw = Callable[..., np.ndarray]


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document that stdout holds, by a strict reader."""
        assert self.code == 0, self.err
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))

    @property
    def error(self) -> str:
        """The one line that stderr holds."""
        assert self.code != 0
        assert self.out == ""
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        assert self.err.startswith("error: ")
        return self.err.removeprefix("error: ").rstrip("\n")


@pytest.fixture
def call(workspace_dir: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Call a command in this process, with an empty workspace; what libraries print counts too."""

    def run(*arguments: object) -> Answer:
        capfd.readouterr()
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as end:  # argparse
            code = end.code
        out, err = capfd.readouterr()
        return Answer(code, out, err)

    assert not workspace_dir.exists()
    return run


def run_process(*arguments: object, workspace: Path) -> Answer:
    finished = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=CHECKOUT,
        env={**os.environ, "SCRIPTORIUM_WORKSPACE": str(workspace)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Answer(finished.returncode, finished.stdout, finished.stderr)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(command: str, call: Callable[..., Answer]) -> None:
    answer = call(*command.split(), "--help")

    assert answer.code == 0
    assert answer.err == ""
    assert "--json" in answer.out
    assert f"python -m core {command}" in answer.out


def test_the_commands_that_others_rely_on_are_there() -> None:
    assert set(COMMANDS) >= {
        *(f"data {name}" for name in ("sources", "fetch", "build", "export")),
        *("models", "train", "runs", "stop", "evaluate", "predict", "bench"),
    }


def test_data_sources(call: Callable[..., Answer], kaggle_folder: Path) -> None:
    document = call("data", "sources", "--json", "--in", kaggle_folder).document

    assert [each["name"] for each in document] == [source.name for source in SOURCES]
    for each in document:
        assert set(each) >= {"name", "script", "title", "url", "licence", "images", "found"}
        assert each["url"].startswith("https://www.kaggle.com/datasets/")
        assert each["found"] == [str(kaggle_folder / f"{each['name']}.zip")]
    assert {each["script"] for each in document} == set(NAMES)


def test_data_sources_with_nothing_here(call: Callable[..., Answer]) -> None:
    assert all(each["found"] == [] for each in call("data", "sources", "--json").document)
    said = call("data", "sources")
    assert said.out.count("kaggle.com") == 6


def test_data_fetch(
    call: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, workspace_dir: Path
) -> None:
    asked = []

    def download(handle: str) -> str:
        asked.append((handle, os.environ["KAGGLEHUB_CACHE"]))
        return "/place"

    monkeypatch.setenv("KAGGLEHUB_CACHE", "")
    monkeypatch.setattr("kagglehub.dataset_download", download)

    answer = call("data", "fetch", "kannada", "ahcd1", "--json")

    assert answer.document == {"kannada-characters": "/place", "ahcd1": "/place"}
    downloads = str(workspace_dir / "downloads")
    assert asked == [("dhruvildave/kannada-characters", downloads), ("mloey1/ahcd1", downloads)]


def test_data_fetch_says_how_far_it_got_and_nothing_on_stdout(
    call: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(_: str) -> str:
        sys.stdout.write("Downloading to /place\n")
        with kagglehub.clients.tqdm(total=10, initial=4, unit="B") as bar:
            bar.update(6)
        return "/place"

    monkeypatch.setenv("KAGGLEHUB_CACHE", "")
    monkeypatch.setattr("kagglehub.dataset_download", download)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    answer = call("data", "fetch", "ahcd1", "--json")

    assert answer.document == {"ahcd1": "/place"}
    assert "Downloading to /place\n" in answer.err
    assert "\r10 of 10 bytes" in answer.err


def test_data_fetch_of_what_kaggle_refuses(
    call: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise ConnectionError("no route to host\nand more\nand more")

    monkeypatch.setenv("KAGGLEHUB_CACHE", "")
    monkeypatch.setattr("kagglehub.dataset_download", refuse)

    answer = call("data", "fetch", "arabic", "--json")

    assert answer.code == 1
    assert answer.out == ""
    message = answer.err.splitlines()[-1]
    assert "no route to host" in message
    assert "download it by hand from https://www.kaggle.com/datasets/mloey1/ahcd1" in message
    assert "and more" not in answer.err


def test_data_build(call: Callable[..., Answer], kaggle_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.parquet"

    document = call(
        *("data", "build", "--from", kaggle_folder, "--out", out),
        *("--pipeline", "notebook", "--per-script", 4, "--seed", 3, "--json"),
    ).document

    store = Store.open(out)
    assert set(document) == {"images", "per_script", "skipped", "seconds", "hash"}
    assert document["images"] == len(store) == 24
    assert document["per_script"] == dict.fromkeys(NAMES, 4)
    assert document["skipped"] == []
    assert document["hash"] == store.hash
    assert store.pipeline.name == "notebook"


@pytest.mark.parametrize(
    ("asked_of", "command", "expected"),
    [
        (
            "core.data.build.build",
            "data build --from x --out y.parquet --seed 7 --like-notebook --pipeline notebook",
            {"seed": 7, "like_notebook": True, "pipeline": "notebook", "per_script": None},
        ),
        (
            "core.data.build.build",
            "data build --from x.csv --out y.parquet --reversed-labels --per-script 5",
            {"reversed_labels": True, "per_script": 5, "like_notebook": False},
        ),
        (
            "core.data.sketchbook.sketch",
            "data sketch --out y.parquet --per-script 9 --seed 3 --noise",
            {"per_script": 9, "seed": 3, "noise": True, "pipeline": "canonical"},
        ),
        (
            "core.training.ablation.ablate",
            "ablation --from x --unseen u --out o --images 12",
            {"images": 12},
        ),
    ],
)
def test_what_is_asked_for_arrives(
    asked_of: str,
    command: str,
    expected: dict[str, object],
    call: Callable[..., Answer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: dict[str, object] = {}

    def note(*_: object, **options: object) -> None:
        seen.update(options)
        raise DataError("noted")

    monkeypatch.setattr(asked_of, note)
    assert call(*command.split()).error == "noted"
    assert expected.items() <= seen.items()


@pytest.fixture
def run_of(notebook_store: Path, tmp_path: Path) -> Callable[..., Run]:
    """`run_of(**changes)`: a run as it might have ended."""

    def made(**changes: object) -> Run:
        folder = tmp_path / "cnn-bcd2"
        folder.mkdir()
        settings = Settings(notebook_store).to_json()
        data = {"hash": "f" * 64, "images": 288, "per_script": {}}
        request = {"settings": settings, "created": "2026-01-02T03:04:05+00:00", "data": data}
        (folder / "settings.json").write_text(json.dumps(request))
        (folder / "state.json").write_text(json.dumps(changes))
        return _load(folder)

    return made


@pytest.mark.parametrize("way", ["start", "resume"])
def test_train_says_how_a_run_ended(
    way: str,
    call: Callable[..., Answer],
    run_of: Callable[..., Run],
    notebook_store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = run_of(state="done", loss=float("nan"), accuracy=0.5)
    for name in ("start_run", "resume_run", "find_run", "wait_or_stop"):
        monkeypatch.setattr(f"core.training.runs.{name}", lambda *_: ended)
    options = ("--data", notebook_store) if way == "start" else ("--resume", "cnn-b")
    document = call("train", *options, "--json").document
    assert (document["run"], document["state"]) == ("cnn-bcd2", "done")
    assert (document["accuracy"], document["loss"]) == (0.5, None)


def test_train_of_a_run_that_fails_is_an_error(
    call: Callable[..., Answer],
    run_of: Callable[..., Run],
    notebook_store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed = run_of(state="failed", message="the memory is full")
    for name in ("start_run", "wait_or_stop"):
        monkeypatch.setattr(f"core.training.runs.{name}", lambda *_: failed)
    answer = call("train", "--data", notebook_store, "--json")
    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.splitlines()[-1] == "error: run cnn-bcd2 failed: the memory is full"


def test_train_ended_by_ctrl_c_tells_how_far_it_got_and_that_it_was_ended(
    call: Callable[..., Answer],
    run_of: Callable[..., Run],
    notebook_store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    ended = run_of(state="stopped", accuracy=0.5)
    for name in ("start_run", "find_run"):
        monkeypatch.setattr(f"core.training.runs.{name}", lambda *_: ended)
    monkeypatch.setattr("core.training.runs.wait_or_stop", interrupted)

    answer = call("train", "--data", notebook_store, "--json")

    assert answer.code == 130  # so that `train && evaluate` ends, too
    said = json.loads(answer.out)
    assert (said["run"], said["state"], said["accuracy"]) == ("cnn-bcd2", "stopped", 0.5)


def test_a_home_is_known_in_every_path(
    call: Callable[..., Answer],
    band_model: Path,
    canonical_store: Path,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    shutil.copytree(band_model, tmp_path / "model")
    assert pictures.parent == tmp_path
    shutil.copy(canonical_store, tmp_path / "all.parquet")
    monkeypatch.chdir(pictures)

    assert call("data", "build", "--from=~/all.parquet", "--out=~/again.parquet").code == 0
    assert call("predict", "~/model", f"~/{pictures.name}/0/x.png").code == 0
    assert call("evaluate", "~/model", f"--images=~/{pictures.name}", "--script=kannada").code == 0
    assert (tmp_path / "again.parquet").exists()
    assert not (pictures / "~").exists()


@pytest.mark.usefixtures("workspace_dir")
def test_data_build_and_sketch_with_a_pipeline_of_ones_own(
    call: Callable[..., Answer], canonical_store: Path, tmp_path: Path
) -> None:
    mine = Pipeline("my own", (Grey(), Resize(20)))
    save_pipeline(mine)
    for command in (("build", "--from", canonical_store), ("sketch",)):
        out = tmp_path / f"{command[0]}.parquet"
        call("data", *command, "--out", out, "--pipeline", "my own", "--per-script", 2, "--json")
        assert Store.open(out).pipeline == mine


def test_data_build_from_several_paths_and_with_hints(
    call: Callable[..., Answer], kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copy(kaggle_zips["english"], tmp_path / "archive.zip")

    document = call(
        *("data", "build", "--json", "--out", tmp_path / "out.parquet", "--from"),
        *(kaggle_zips["arabic"], f"english={tmp_path / 'archive.zip'}"),
    ).document

    assert document["per_script"] == {"arabic": 48, "english": 48}
    assert Store.open(tmp_path / "out.parquet").pipeline.name == "canonical"  # the default


def test_data_build_names_what_it_skipped(
    call: Callable[..., Answer], tmp_path: Path, draw_glyph: Draw, encode_image: Callable
) -> None:
    with zipfile.ZipFile(tmp_path / "letters.zip", "w") as archive:
        archive.writestr("id_1_label_1.png", encode_image(draw_glyph("arabic")))
        archive.writestr("id_2_label_1.png", b"text")
        archive.writestr("holiday.png", b"text")

    answer = call(
        *("data", "build", "--from", tmp_path / "letters.zip"),
        *("--out", tmp_path / "out.parquet", "--json"),
    )

    skipped = {each["path"]: each["reason"] for each in answer.document["skipped"]}
    assert set(skipped) == {"letters.zip/id_2_label_1.png", "letters.zip/holiday.png"}
    assert all(isinstance(reason, str) and reason for reason in skipped.values())
    for path in skipped:
        assert path in answer.err


def test_a_source_without_a_readable_image_is_an_error_beside_others_too(
    call: Callable[..., Answer], tmp_path: Path, draw_glyph: Draw, encode_image: Callable
) -> None:
    good, bad, out = (tmp_path / name for name in ("good.zip", "bad.zip", "out.parquet"))
    with zipfile.ZipFile(good, "w") as archive:
        archive.writestr("id_1_label_1.png", encode_image(draw_glyph("arabic")))
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("character_1_ka/1.png", b"text")
        archive.writestr("character_1_ka/2.png", b"text")

    answer = call("data", "build", "--from", good, bad, "--out", out)

    assert answer.code == 1
    assert re.search(
        "error: devnagri-handwritten-character: none of 2 files is a readable image; the first, "
        "bad.zip/character_1_ka/1.png: not an image.*Bring it anew, or leave it out",
        answer.err,
    )
    assert not out.exists()


def test_what_a_data_set_gives_away(
    call: Callable[..., Answer], notebook_store: Path, tmp_path: Path
) -> None:
    figure = tmp_path / "giveaways.svg"
    document = call("data", "giveaways", notebook_store, "--figure", figure, "--json").document
    assert document["images"] == dict.fromkeys(NAMES, 48)
    assert document["left_out"] == {}
    assert document["chance"] == pytest.approx(1 / 6)
    assert [each["after"] for each in document["stages"]] == [
        *("As they came", "Grey", "Resize", "Invert")
    ]
    first = document["stages"][0]
    assert set(first["per_script"]) == set(NAMES)
    assert first["accuracy"] == pytest.approx(np.mean([*first["per_script"].values()]))
    drawn = re.findall(r"<text [^>]+>([^<]+)<", figure.read_text())
    assert drawn[1:3] == ["As they came", f"{first['accuracy']:.1%}"]
    assert set(document["alone"]["came"]) == {"greys", "frame", "sharpness", "colour"}
    lines = call("data", "giveaways", notebook_store, "--pipeline", "canonical").out.splitlines()
    assert lines[-2].startswith("Redraw")
    assert lines[-1].split() == ["by", "chance", "16.7%"]


def test_data_export_and_back(
    call: Callable[..., Answer], notebook_store: Path, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"

    document = call("data", "export", notebook_store, "--csv", table, "--json").document

    assert document == {"csv": str(table), "rows": 288}
    frame = pd.read_csv(table)
    frame["language"] = frame["language"].to_numpy()[::-1]
    frame.to_csv(table, index=False)
    out = tmp_path / "mended.parquet"
    built = call(
        *("data", "build", "--from", table, "--reversed-labels"),
        *("--pipeline", "notebook", "--out", out, "--json"),
    ).document
    assert built["images"] == 288
    scripts = Store.open(notebook_store).labels()["script"].tolist()
    assert Store.open(out).labels()["script"].tolist() == scripts


def test_models(call: Callable[..., Answer]) -> None:
    models = {each["name"]: each for each in call("models", "--json").document}

    assert {name: models[name]["parameters"] for name in ("dense", "rnn", "cnn")} == {
        "dense": 667_654,
        "rnn": 3_366,
        "cnn": 37_638,
    }


@pytest.fixture
def pictures(tmp_path: Path, draw_band: Draw) -> Path:
    """Three pictures that `band_model` takes for Kannada and one that it takes for Arabic."""
    folder = tmp_path / "pictures"
    for number, script in enumerate(("kannada", "kannada", "kannada", "arabic")):
        (folder / str(number)).mkdir(parents=True)
        Image.fromarray(draw_band(script)).save(folder / str(number) / "x.png")
    return folder


def test_evaluate(call: Callable[..., Answer], band_model: Path, pictures: Path) -> None:
    (pictures / "text.png").write_text("text")

    answer = call("evaluate", band_model, "--images", pictures, "--script", "kannada", "--json")

    document = answer.document
    assert set(document) >= {"n", "accuracy", "rejected", "predicted"}
    assert (document["n"], document["accuracy"], document["rejected"]) == (4, 0.75, 0.0)
    assert document["predicted"] == {"arabic": 1, "kannada": 3}
    assert "text.png" in answer.err


def test_evaluate_unseen(call: Callable[..., Answer], band_model: Path, pictures: Path) -> None:
    pictures.rename(pictures.parent / "kannada-x")

    figure = pictures.parent / "unseen.svg"

    answer = call("evaluate", band_model, "--unseen", pictures.parent, "--figure", figure, "--json")

    assert answer.document["mean"] == 0.75
    assert answer.document["per_script"] == {"kannada": 0.75}
    assert "kannada-x" in figure.read_text()


def test_predict(call: Callable[..., Answer], band_model: Path, pictures: Path) -> None:
    files = [pictures / "0" / "x.png", pictures / "3" / "x.png"]

    document = call("predict", band_model, *files, "--json").document

    assert [each["path"] for each in document] == [str(path) for path in files]
    assert [each["ranked"][0][0] for each in document] == ["kannada", "arabic"]
    for each in document:
        assert set(each) >= {"path", "ranked", "rejected"}
        assert each["rejected"] is False
        names, shares = zip(*each["ranked"], strict=True)
        assert sorted(names) == sorted(NAMES)
        assert list(shares) == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1, abs=1e-4)


def test_answers_to_good_pictures_outlive_a_bad_one(
    call: Callable[..., Answer], band_model: Path, pictures: Path
) -> None:
    good, bad = pictures / "0" / "x.png", pictures / "bad.png"
    bad.touch()

    answer = call("predict", band_model, bad, pictures / "gone.png", good, "--json")

    assert answer.code == 1
    assert [each["path"] for each in json.loads(answer.out)] == [str(good)]
    assert "bad.png: the file is empty" in answer.err
    assert "gone.png: No such file" in answer.err


@pytest.mark.parametrize(
    ("option", "writes", "error", "said"),
    [
        (
            ["--figure", "unseen.svg"],
            "core.cli.write_atomically",
            StorageFull("no space left on the disk"),
            "no space left on the disk",
        ),
        (
            ["--record"],
            "core.evaluation.card.record",
            PermissionError(errno.EACCES, "Permission denied", "CARD.md"),
            "Permission denied",
        ),
    ],
    ids=["figure", "card"],
)
def test_an_answer_outlives_what_cannot_be_written_beside_it(
    option: list[str],
    writes: str,
    error: Exception,
    said: str,
    call: Callable[..., Answer],
    band_model: Path,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pictures.rename(pictures.parent / "kannada-x")

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(writes, refuse)
    monkeypatch.chdir(tmp_path)

    answer = call("evaluate", band_model, "--unseen", pictures.parent, *option, "--json")

    assert answer.code == 1
    assert json.loads(answer.out)["mean"] == 0.75
    assert said in answer.err


def test_pictures_that_are_not_read_are_named(
    call: Callable[..., Answer], band_model: Path, pictures: Path, tmp_path: Path
) -> None:
    for name in ("photo.HEIC", "scan.svg"):
        (pictures / "0" / name).write_bytes(b"whatever")
    shutil.copy(pictures / "0" / "x.png", pictures / "0" / "nameless")

    answer = call("evaluate", band_model, "--images", pictures, "--script", "kannada", "--json")

    assert (answer.document["n"], answer.document["skipped"]) == (4, 3)
    assert "nameless: a picture whose name does not say so; give it its ending" in answer.err
    assert "photo.HEIC: a kind of picture that is not read; save it as PNG or JPEG" in answer.err
    packed = tmp_path / "outer.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(pictures / "0" / "x.png", "kannada/a/x.png")
        archive.write(pictures / "0" / "x.png", "kannada/a/x.bin")
        archive.writestr("inner.zip", b"whatever")
    built = call("data", "build", "--from", packed, "--out", tmp_path / "out.parquet", "--json")
    assert {each["path"]: each["reason"] for each in built.document["skipped"]} == {
        "outer.zip/inner.zip": "a zip within a zip; unpack it",
        "outer.zip/kannada/a/x.bin": (
            "a picture whose name does not say so; give it its ending, such as .png"
        ),
    }


@pytest.mark.parametrize(
    ("prediction", "said"),
    [
        (Prediction(RANKED), "kannada 80.0%, arabic 20.0%"),
        (Prediction(RANKED, True, 0.9), "none of these; closest: kannada 80.0%, arabic 20.0%"),
        (Prediction(RANKED, True, 1.0, True), "nothing written"),
        (
            Prediction(
                RANKED, characters=(("arabic/ب", 0.5), ("kannada/ಕ", 0.4)), read="kannada/ಕ"
            ),
            "kannada 80.0%, arabic 20.0%; read as ಕ",
        ),
    ],
)
def test_predict_says_so_where_it_declines(
    prediction: Prediction,
    said: str,
    call: Callable[..., Answer],
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Predictor, "predict", lambda *_: prediction)
    picture = pictures / "0" / "x.png"

    assert call("predict", "shipped", picture).out == f"{picture}: {said}\n"
    [document] = call("predict", "shipped", picture, "--json").document
    assert (document["rejected"], document["blank"]) == (prediction.rejected, prediction.blank)
    named = [f"{of}/{character}" for of, character, _ in document["characters"]]
    assert named == [name for name, _ in prediction.characters]


def test_bench(
    call: Callable[..., Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIPTORIUM_REAL_DATA", str(tmp_path))

    assert "skipped" in call("bench", "build", "--json").document["build"]
    help_text = call("bench", "--help").out
    assert all(name in help_text for name in BENCHMARKS)


def test_runs_of_an_empty_workspace(call: Callable[..., Answer]) -> None:
    assert call("runs", "--json").document == []
    assert call("runs").out == "no runs yet\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("data", "sources"),
        ("models",),
        ("evaluate", "{model}", "--images", "{pictures}", "--script", "kannada"),
        ("predict", "{model}", "{pictures}/0/x.png"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_without_json_a_command_speaks_to_people(
    arguments: tuple[str, ...], call: Callable[..., Answer], band_model: Path, pictures: Path
) -> None:
    answer = call(*(each.format(model=band_model, pictures=pictures) for each in arguments))

    assert answer.code == 0
    assert answer.out.strip()
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.out)


@pytest.mark.slow
def test_a_run_from_train_to_predict(
    call: Callable[..., Answer], notebook_store: Path, pictures: Path
) -> None:
    answer = call("train", "--model", "rnn", "--data", notebook_store, "--epochs", 1, "--json")

    trained = answer.document
    assert (trained["state"], trained["epoch"], trained["parameters"]) == ("done", 1, 3_366)
    assert 0 <= trained["accuracy"] <= 1
    assert trained["model"] == "rnn"
    assert trained["run"] in answer.err
    assert call("runs", "--json").document == [trained]
    assert call("stop", trained["run"], "--json").document == trained  # too late to stop it

    (predicted,) = call("predict", trained["run"][:-1], pictures / "0/x.png", "--json").document
    assert predicted["ranked"][0][0] in NAMES
    evaluated = call(
        *("evaluate", trained["run"], "--images", pictures, "--script", "arabic", "--json")
    ).document
    assert evaluated["n"] == sum(evaluated["predicted"].values()) == 4


@pytest.fixture
def bad(
    tmp_path: Path, canonical_store: Path, kaggle_zips: dict[str, Path], huge_png: bytes
) -> Path:
    """A folder of what people give by mistake."""
    folder = tmp_path / "bad"
    folder.mkdir()
    zipfile.ZipFile(folder / "empty.zip", "w").close()
    with zipfile.ZipFile(folder / "letters.zip", "w") as archive:
        archive.writestr("letter.txt", "Dear sir")
    (folder / "nothing.zip").touch()
    (folder / "cut.zip").write_bytes(kaggle_zips["arabic"].read_bytes()[:9000])
    shutil.copy(kaggle_zips["english"], folder / "archive.zip")
    (folder / "text.png").write_text("Dear sir, this is no picture.")
    (folder / "empty.png").touch()
    (folder / "huge.png").write_bytes(huge_png)
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90), np.uint8))
    for kind in ("png", "jpeg"):
        buffer = io.BytesIO()
        noise.save(buffer, kind)
        (folder / f"cut.{kind}").write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])
    for name in ("text.png", "cut.jpeg", "huge.png"):
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
            archive.write(folder / name, f"arabic/alef/{name}")
    pd.DataFrame({"label": ["x"]}).to_parquet(folder / "somebody.parquet")
    (folder / "cut.parquet").write_bytes(canonical_store.read_bytes()[:-9])
    (folder / "table.csv").write_text("a,b\n1,2\n")
    (folder / "model.parquet").mkdir()
    for name in ("pipe", "pipe.csv"):
        os.mkfifo(folder / name)
    with zipfile.ZipFile(folder / "other.zip", "w") as archive:
        archive.writestr("other/sun/1.png", (folder / "cut.png").read_bytes())
    (folder / "model").mkdir()
    (folder / "model" / "model.json").write_text("{")
    return folder


BUILD = "data build --out {new}/out.parquet --from"
BAD_INPUT = {
    f"{BUILD} {{bad}}/empty.zip": "looked for",
    f"{BUILD} {{bad}}/letters.zip": "looked for",
    f"{BUILD} {{bad}}/nothing.zip": "download it again",
    f"{BUILD} {{bad}}/cut.zip": "download it again",
    f"{BUILD} {{bad}}/missing": "check the path",
    f"{BUILD} {{bad}}/missing.csv": "check the path",
    f"{BUILD} {{bad}}/table.csv": "not the notebook's CSV",
    f"{BUILD} {{bad}}/archive.zip": "say which: english=",
    f"{BUILD} latin={{bad}}/archive.zip": "there are arabic",
    f"{BUILD} {{bad}}/text.png.zip": "none of 1 files is a readable image",
    f"{BUILD} {{bad}}/cut.jpeg.zip": "none of 1 files is a readable image",
    f"{BUILD} {{bad}}/huge.png.zip": "shrink it first",
    f"{BUILD} {{bad}}/text.png": "neither a folder nor a whole zip",
    f"{BUILD} {{kaggle}} --reversed-labels": "notebook's CSV; give one",
    f"{BUILD} {{kaggle}} --per-script 0": "positive number",
    f"{BUILD} {{kaggle}} --per-script many": "invalid int value",
    f"{BUILD} {{kaggle}} --pipeline best": "there are canonical, notebook",
    f"{BUILD} {{kaggle}} --per-script 5 --like-notebook": "not allowed with",
    "data build --from {kaggle} --out {bad}/table.csv/out.parquet": "table.csv",
    "data build --from {kaggle} --out {bad}/model.parquet": "model.parquet: Is a directory; check",
    "data sketch --out {bad}/model.parquet": "model.parquet: Is a directory; check the path",
    "data sketch --out {bad}/table.csv": "table.csv: a data set is called NAME.parquet",
    "data sketch --out {new}/TABLE.PARQUET": "TABLE.PARQUET: a data set is called NAME.parquet",
    "data sketch --out {new}/.parquet": "/.parquet: a data set is called NAME.parquet",
    "data sketch --out {new}/.hidden.parquet": "hidden.parquet: a data set is called NAME.parquet",
    f"{BUILD} english=": "a path is empty",
    f"{BUILD} {{bad}}/other.zip --like-notebook": "no image of the six scripts",
    "data sources --in {bad}/missing": "missing: no such folder; check the path",
    "data build --from {kaggle}": "--out",
    "data fetch greek": "there are ahcd1",
    "data giveaways {bad}/missing.parquet": "no such file; make one",
    "data giveaways {canonical} --pipeline no-such": "no pipeline called 'no-such'",
    "data export {bad}/somebody.parquet --csv {new}/t.csv": "no Scriptorium data set; make one",
    "data export {bad}/cut.parquet --csv {new}/t.csv": "not a readable Parquet file",
    "data export {bad}/missing.parquet --csv {new}/t.csv": "no such file; make one",
    "data export {canonical} --csv {new}/t.csv": "build with --pipeline notebook",
    "predict {model} {bad}/text.png": "not an image",
    "predict {model} {bad}/empty.png": "the file is empty",
    "predict {model} {bad}/cut.png": "damaged",
    "predict {model} {bad}/cut.jpeg": "damaged",
    "predict {model} {bad}/huge.png": "shrink it first",
    "predict {model} {bad}/missing.png": "missing.png: .*check the path",
    "predict {model} {bad}": "bad: .*check the path",
    "predict {model} {bad}/pipe": "pipe: no file, but a folder, pipe or device; check the path",
    "data export {bad}/pipe --csv {new}/t.csv": "pipe: no file; name a data set",
    f"{BUILD} {{bad}}/pipe": "neither a folder nor a whole zip",
    f"{BUILD} {{bad}}/pipe.csv": "pipe.csv: no file",
    f"{BUILD} english={{kaggle}} kannada={{kaggle}}": "called english and kannada",
    "few --figure {new}/few.png": "few.png: figures are SVG: name it FILE.svg",
    "few --figure {bad}/table.csv/few.svg": "table.csv can't be written to; choose another",
    "predict {model}": "FILE",
    "predict nothing {bad}/text.png": "give shipped",
    "predict {bad}/model {bad}/text.png": "model.json",
    "evaluate {model} --unseen {bad} --figure {bad}": "bad: a folder; name the file to draw into",
    "few --figure {bad}": "bad: a folder; name the file to draw into",
    f"few --figure {'a' * 300}.svg": "File name too long",
    "evaluate {model} --images {bad}/empty.zip --script arabic": "no readable image",
    "evaluate {model} --images {bad}/letters.zip --script arabic": "no readable image",
    "evaluate {model} --images {bad}/text.png.zip --script arabic": "not an image",
    "evaluate {model} --images {bad}/missing --script arabic": "check the path",
    "evaluate {model} --images {bad}/cut.zip --script arabic": "download it again",
    "evaluate {model} --images {kaggle}": "--script",
    "evaluate {model} --images {kaggle} --script greek": "not .greek.: name one of these",
    "evaluate {model} --unseen {bad}/missing": "no such folder",
    "evaluate {model} --unseen {bad} --script arabic": "go together",
    "evaluate {model} --images {kaggle} --script arabic --record": "are about --unseen",
    "evaluate {model} --unseen {bad}/model": "SCRIPT-COLLECTION",
    "evaluate nothing --images {kaggle} --script arabic": "give shipped",
    "train --model cnn": "--data",
    "train --data {bad}/missing.parquet": "make one",
    "train --data {bad}/somebody.parquet": "make one",
    "train --data {bad}/cut.parquet": "not a readable Parquet file",
    "train --data {canonical} --model best": "one of dense, rnn, cnn",
    "train --data {canonical} --split best": "notebook",
    "train --data {canonical} --epochs 0": "epochs",
    "train --data {canonical} --epochs many": "invalid int value",
    "train --data {canonical} --warmup 0.1": "cosine",
    "train --resume nothing": "no run called 'nothing'",
    "train --resume cnn --epochs 3": "keeps its settings",
    "train --recipe script": "--from",
    "stop nothing": "nothing",
    "ablation --from {kaggle} --unseen {kaggle} --out {new} --images 0": "a positive number",
    "few --counts 0": "choose positive numbers",
    "bench speed": "there are build",
    "": "COMMAND",
    "data": "COMMAND",
    "dance": "choose from",
    f"{BUILD} english={{bad}}/table.csv": "table.csv says itself .*leave out english=",
    "predict {model} ''": "a path is empty",
    "evaluate {model} --images '' --script arabic": "a path is empty",
    "evaluate {model} --unseen ''": "a path is empty",
    "data sources --in ''": "a path is empty",
    "train --data {canonical} --resume ''": "keeps its settings",
    "train --resume ''": "no run called ''",
}


@pytest.mark.parametrize("line", BAD_INPUT, ids=lambda line: line.replace("/", "|") or "nothing")
def test_bad_input_is_answered_in_one_line_and_leaves_nothing(
    line: str,
    call: Callable[..., Answer],
    bad: Path,
    tmp_path: Path,
    kaggle_folder: Path,
    band_model: Path,
    canonical_store: Path,
    workspace_dir: Path,
) -> None:
    places = {"bad": bad, "kaggle": kaggle_folder, "model": band_model, "new": tmp_path / "new"}
    before = {path: path.stat().st_mtime_ns for path in bad.rglob("*")}
    arguments = [each.format(**places, canonical=canonical_store) for each in shlex.split(line)]

    answer = call(*arguments, *(["--json"] if arguments else []))

    assert re.search(BAD_INPUT[line], answer.error)
    assert len(answer.error) > 20
    assert {path: path.stat().st_mtime_ns for path in bad.rglob("*")} == before
    left = [path for path in (tmp_path / "new", workspace_dir) if path.exists()]
    assert [path for each in left for path in each.rglob("*") if path.is_file()] == []


def test_no_space_left_is_answered_in_one_line(
    call: Callable[..., Answer],
    kaggle_zips: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.data.store.Writer.add", full)
    (tmp_path / "new").mkdir()

    answer = call(
        *("data", "build", "--from", kaggle_zips["arabic"]),
        *("--out", tmp_path / "new" / "out.parquet", "--json"),
    )

    assert "no space left on the disk" in answer.error
    assert "free some space" in answer.error
    assert list((tmp_path / "new").iterdir()) == []


def test_on_a_terminal_nothing_is_glued_to_the_last_line_of_progress(
    call: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def sketch(*_: object, progress: Callable[[int, int], None], **__: object) -> None:
        progress(5, 10)
        raise DataError("no ink left")

    monkeypatch.setattr("core.data.sketchbook.sketch", sketch)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    answer = call("data", "sketch", "--out", "x.parquet")

    assert answer.err == "\r5 of 10 images\033[K\r\033[Kerror: no ink left\n"


def test_interrupted_by_the_keyboard(
    call: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.data.sources.find_local", interrupt)

    assert call("data", "sources", "--json") == (130, "", "stopped\n")


# Run as `python -m core` is, then look at what was loaded for it.
AND_LOOK = """
import sys
from core.cli import main
code = main(sys.argv[1:])
assert not {"tensorflow", "keras"} & set(sys.modules)
sys.exit(code)
"""


def test_as_a_process_it_answers_without_tensorflow(
    band_model: Path, pictures: Path, tmp_path: Path
) -> None:
    evaluate = ("evaluate", band_model, "--images", pictures, "--script", "kannada", "--json")

    answer = run_process("-c", AND_LOOK, *evaluate, workspace=tmp_path / "workspace")

    assert answer.document["accuracy"] == 0.75
    assert answer.err == ""


def test_as_a_process_it_ends_in_peace_when_nobody_reads_on(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "core", "runs"],
            cwd=CHECKOUT,
            env={**os.environ, "SCRIPTORIUM_WORKSPACE": str(tmp_path)},
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(write)

    assert (finished.returncode, finished.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_as_a_process_it_names_a_file_whose_name_is_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252:strict")
    path = tmp_path / os.fsdecode(b"ahcd1 \xe9.zip")
    zipfile.ZipFile(path, "w").close()

    answer = run_process(
        *("-m", "core", "data", "sources", "--in", tmp_path, "--json"),
        workspace=tmp_path / "workspace",
    )

    (found,) = (each["found"] for each in answer.document if each["name"] == "ahcd1")
    assert found == [str(path)]


def test_as_a_process_it_fails_in_one_line(bad: Path, tmp_path: Path) -> None:
    answer = run_process(
        *("-m", "core", "data", "build", "--from", bad / "archive.zip"),
        *("--out", tmp_path / "out.parquet"),
        workspace=tmp_path / "workspace",
    )

    assert answer.code == 1
    assert f"english={bad / 'archive.zip'}" in answer.error


@pytest.mark.skipif(os.name == "nt", reason="a shell of its own")
def test_as_a_process_it_answers_when_stderr_is_closed(tmp_path: Path) -> None:
    out = tmp_path / "x.parquet"
    command = f"{sys.executable} -m core data sketch --out {out} --per-script 2 --json 2>&-"

    done = subprocess.run(command, shell=True, cwd=CHECKOUT, capture_output=True, check=True)

    assert json.loads(done.stdout)["images"] == 12
    assert out.exists()


@pytest.mark.skipif(os.name == "nt", reason="a shell of its own")
def test_as_a_process_it_says_so_when_stdout_is_closed() -> None:
    command = f"{sys.executable} -m core models --json >&-"

    done = subprocess.run(command, shell=True, cwd=CHECKOUT, capture_output=True, check=False)

    assert done.returncode == 1
    assert done.stderr == b"error: the answer could not be written: stdout is closed\n"


@pytest.mark.skipif(os.name == "nt", reason="pipes of its own kind")
def test_as_a_process_it_answers_when_nobody_reads_its_messages(
    pictures: Path, tmp_path: Path
) -> None:
    (pictures / "arabic" / "a").mkdir(parents=True)
    (pictures / "arabic" / "a" / "bad.png").write_text("no picture")
    sketch = (pictures / "0").rename(pictures / "arabic" / "b")
    assert any(sketch.iterdir())
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "core", "data", "build", "--json", "--from", str(pictures)]
    try:
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "x.parquet")],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=write,
            check=True,
        )
    finally:
        os.close(write)

    assert len(json.loads(done.stdout)["skipped"]) == 4


def test_as_a_process_it_is_stopped_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    main_file = CHECKOUT / "core" / "__main__.py"
    (tmp_path / "core" / "__main__.py").write_bytes(main_file.read_bytes())
    (tmp_path / "core" / "cli.py").write_text("raise KeyboardInterrupt")

    done = subprocess.run(
        [sys.executable, "-m", "core"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "stopped\n")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no terminals to close")
@pytest.mark.parametrize(("before", "ends"), [("SIG_DFL", True), ("SIG_IGN", False)])
def test_a_closed_terminal_ends_a_command_as_ctrl_c_does_but_not_under_nohup(
    before: str, ends: bool, tmp_path: Path
) -> None:
    (tmp_path / "core").mkdir()
    main_file = CHECKOUT / "core" / "__main__.py"
    (tmp_path / "core" / "__main__.py").write_bytes(main_file.read_bytes())
    (tmp_path / "core" / "cli.py").write_text(
        "import os, signal\ndef main(): os.kill(os.getpid(), signal.SIGHUP)"
    )
    begin = f"import runpy, signal; signal.signal(signal.SIGHUP, signal.{before}); "
    run = "runpy.run_module('core', run_name='__main__')"

    done = subprocess.run(
        [sys.executable, "-c", begin + run],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == ((130, "stopped\n") if ends else (0, ""))


def test_what_is_wrong_with_a_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    from core import cli

    with pytest.raises(SystemExit):
        cli.parser().parse_args(["data", "build", "--from", "a", "--out", "a\nb.txt"])
    assert capsys.readouterr().err.count("\n") == 1


def test_an_option_that_is_given_twice_takes_both() -> None:
    from core import cli

    for _ in range(2):  # nor does a second command remember the first
        args = cli.parser().parse_args(
            ["data", "build", "--from", "a", "--from", "b", "c", "--out", "x.parquet"]
        )
        assert args.paths == ["a", "b", "c"]
        args = cli.parser().parse_args(["data", "sources", "--in", "a", "--in", "b"])
        assert [each.name for each in args.folders] == ["a", "b"]
