import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import DataError, ModelError, SourceNotFound
from core.evaluation.raw import character_in, evaluate
from core.imaging.files import encode
from core.inference.decision import Decision
from core.inference.predictor import Predictor
from core.scripts import NAMES

Draw = Callable[..., np.ndarray]


@pytest.fixture(scope="module")
def predictor(band_model: Path) -> Predictor:
    return Predictor.load(band_model)


@pytest.fixture
def place(tmp_path: Path, draw_band: Draw) -> Path:
    """Five pictures that the model takes for Arabic, two for Kannada, one for Chinese."""
    folder = tmp_path / "images"
    files = {
        "a.png": ("arabic", "L"),
        "b.JPG": ("arabic", "L"),
        "deep/er/c.png": ("arabic", "1"),
        "deep/d.webp": ("arabic", "RGB"),
        "e.gif": ("arabic", "P"),
        "deep/f.bmp": ("kannada", "RGB"),
        "g.tiff": ("kannada", "L"),
        "h.jpeg": ("chinese", "RGB"),
        "__MACOSX/i.png": ("english", "L"),
        ".j.png": ("english", "L"),
    }
    for name, (script, mode) in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_band(script, scale=2)).convert(mode).save(folder / name)
    (folder / "readme.txt").write_text("no image")
    return folder


def zipped(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder), "zip", folder))


@pytest.mark.parametrize("pack", [lambda folder: folder, zipped], ids=["folder", "zip"])
def test_images_at_any_depth_and_in_any_format(
    pack: Callable[[Path], Path], place: Path, predictor: Predictor
) -> None:
    result = evaluate(predictor, pack(place), "arabic")

    assert result.n == 8
    assert result.accuracy == 5 / 8
    assert result.predicted == {"arabic": 5, "chinese": 1, "kannada": 2}
    assert (result.rejected, result.skipped) == (0.0, ())


@pytest.mark.parametrize(("script", "accuracy"), [("kannada", 2 / 8), ("english", 0.0)])
def test_accuracy_is_the_share_taken_for_the_script_asked_for(
    script: str, accuracy: float, place: Path, predictor: Predictor
) -> None:
    assert evaluate(predictor, place, script).accuracy == accuracy


def test_what_was_answered_wrongly_says_which_characters_it_was_taken_for(
    reading_model: Path, place: Path, predictor: Predictor
) -> None:
    """Each of its scripts has 4 rows of ink, in two characters; a bar of `place` is elsewhere."""
    reader = Predictor.load(reading_model)
    folder = place / "only"
    for number, rows in enumerate([(20, 22), (20, 22), (22, 24), (0, 2)]):
        image = np.zeros((28, 28), np.uint8)
        image[slice(*rows)] = 255
        (folder / "ka").mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / "ka" / f"{number}.png")

    result = evaluate(reader, folder, "arabic")

    assert result.characters == {"ka": {"kannada": 3, "arabic": 1}}
    assert result.mistaken == {"ka": {"kannada/x": 2, "kannada/y": 1}}
    assert result.to_json()["mistaken"] == result.mistaken
    assert evaluate(predictor, folder, "arabic").mistaken == {}  # it knows no characters


def test_what_is_newer_than_the_threshold_is_rejected_and_counts_in_the_accuracy(
    place: Path, predictor: Predictor
) -> None:
    # 60 px of ink in the band of Arabic leave a novelty of 0.20, 40 px in the two others 0.40
    strict = replace(predictor, decision=Decision(threshold=0.3))

    result = evaluate(strict, place, "arabic")

    assert result.rejected == 3 / 8
    assert result.accuracy == 5 / 8
    assert result.to_json()["rejected"] == 3 / 8


def test_dark_on_white_is_read_as_well(
    tmp_path: Path, draw_band: Draw, predictor: Predictor
) -> None:
    for number, script in enumerate(NAMES):
        Image.fromarray(255 - draw_band(script)).save(tmp_path / f"{number}.png")

    assert evaluate(predictor, tmp_path, "arabic").predicted == dict.fromkeys(NAMES, 1)


def test_the_share_turned_away_is_of_what_could_be_read(place: Path, predictor: Predictor) -> None:
    (place / "text.png").write_text("no picture")
    decision = replace(predictor.decision, threshold=-1.0)

    assert evaluate(replace(predictor, decision=decision), place, "arabic").rejected == 1


def test_files_that_cannot_be_read_do_not_count(place: Path, predictor: Predictor) -> None:
    (place / "text.png").write_text("no picture")
    (place / "empty.jpg").touch()
    whole = (place / "a.png").read_bytes()
    (place / "cut.png").write_bytes(whole[: len(whole) // 2])

    result = evaluate(predictor, place, "arabic")

    assert (result.n, result.accuracy) == (8, 5 / 8)
    assert sum(result.predicted.values()) == 8
    assert [path for path, _ in result.skipped] == [
        "images/cut.png",
        "images/empty.jpg",
        "images/text.png",
    ]


def test_characters_are_of_the_files_that_were_read(
    tmp_path: Path, draw_band: Draw, predictor: Predictor
) -> None:
    for character, script in (("a", "arabic"), ("b", ""), ("c", "kannada")):
        folder = tmp_path / character
        folder.mkdir()
        if script:
            Image.fromarray(255 - draw_band(script)).save(folder / "1.png")
        else:
            (folder / "1.png").write_text("no picture")

    characters = evaluate(predictor, tmp_path, "arabic").characters

    assert characters == {"a": {"arabic": 1}, "c": {"kannada": 1}}


def test_of_two_zips_of_one_name_the_whole_one_counts(
    place: Path, tmp_path: Path, predictor: Predictor
) -> None:
    picture = (place / "a.png").read_bytes()
    for folder, content in (("first", picture[:40]), ("second", picture)):
        (tmp_path / "two" / folder).mkdir(parents=True)
        with zipfile.ZipFile(tmp_path / "two" / folder / "data.zip", "w") as archive:
            archive.writestr("alef/1.png", content)

    result = evaluate(predictor, tmp_path / "two", "arabic")

    assert [path for path, _ in result.skipped] == ["data.zip/alef/1.png"]
    assert (result.n, result.characters) == (1, {"alef": result.predicted})


def test_of_two_zips_of_one_name_each_image_is_counted_with_its_own_character(
    tmp_path: Path, predictor: Predictor, draw_band: Draw
) -> None:
    for folder, whole in (("first", True), ("second", False)):
        (tmp_path / "two" / folder).mkdir(parents=True)
        with zipfile.ZipFile(tmp_path / "two" / folder / "data.zip", "w") as archive:
            for name in ("arabic", "kannada"):
                scale = 2 if whole else 3  # or they would be copies
                picture = encode(draw_band(name, scale=scale))
                broken = not whole and name == "arabic"
                archive.writestr(f"{name}/1.png", picture[: 40 if broken else None])

    result = evaluate(predictor, tmp_path / "two", "arabic")

    assert result.characters == {"arabic": {"arabic": 1}, "kannada": {"kannada": 2}}


def test_zips_in_a_folder_are_looked_into_and_copies_counted_once(
    place: Path, predictor: Predictor
) -> None:
    zipped(place).rename(place / "MORE.ZIP")
    next(iter(place.glob("*.png"))).unlink()

    assert evaluate(predictor, place, "arabic").n == 8


def test_progress_ends_with_all_files(
    place: Path, predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.convert.ROW_GROUP", 3)
    (place / "text.png").write_text("no picture")
    seen: list[tuple[int, int]] = []

    evaluate(predictor, place, "arabic", lambda *counts: seen.append(counts))

    assert seen == [(3, 9), (6, 9), (9, 9)]


def test_a_script_the_model_does_not_know(place: Path, predictor: Predictor) -> None:
    with pytest.raises(ModelError, match=r"knows arabic, .*kannada, not 'greek'"):
        evaluate(predictor, place, "greek")


def test_no_image_is_an_error(tmp_path: Path, predictor: Predictor) -> None:
    (tmp_path / "readme.txt").write_text("no image")

    with pytest.raises(SourceNotFound, match="no readable image, at any depth"):
        evaluate(predictor, tmp_path, "arabic")


def test_no_readable_image_names_the_first(tmp_path: Path, predictor: Predictor) -> None:
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").touch()

    with pytest.raises(SourceNotFound, match=r"the first of 2, .*/empty\.png: the file is empty"):
        evaluate(predictor, tmp_path, "arabic")


def test_a_missing_path_and_a_file_that_is_no_zip(tmp_path: Path, predictor: Predictor) -> None:
    with pytest.raises(SourceNotFound, match="no such file or folder"):
        evaluate(predictor, tmp_path / "missing", "arabic")
    (tmp_path / "a.rar").touch()
    with pytest.raises(DataError, match="neither a folder nor a whole zip"):
        evaluate(predictor, tmp_path / "a.rar", "arabic")


@pytest.mark.parametrize(
    ("path", "character"),
    [("Yaa_Middle/AHCR_1.jpg", "Yaa_Middle"), ("CAP_L_0.png", "CAP_L"), ("7.png", "7")],
)
def test_a_path_says_its_character(path: str, character: str) -> None:
    assert character_in(path) == character
