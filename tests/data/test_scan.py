"""What is found below a path, and what file names say about it; nothing is decoded here."""

import errno
import os
import shutil
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.data.scan import NOT_OURS, Item, scan
from core.data.sources import SOURCES, find_local
from core.errors import DataError, SourceNotFound
from core.scripts import NAMES

COLLECTIONS = {source.script: source.name for source in SOURCES}

CHARACTERS = {
    "arabic": {"ا", "ج", "ش", "ي"},
    "baybayin": {"a", "ba", "be_bi", "ng"},
    "chinese": {"零", "三", "九", "亿"},
    "devanagari": {"क", "ञ", "ज्ञ", "०"},
    "english": {"0", "A", "a", "z"},
    "kannada": {"ಅ", "ಅಃ", "ಥೈ", "class 657"},
}
WRITERS = {
    "arabic": {""},
    "baybayin": {"James", "Neil", "Luntian Grace"},
    "chinese": {"1", "2", "3", "4"},
    "devanagari": {""},
    "english": {f"{number:03}" for number in range(1, 13)},
    "kannada": {f"{number:03}" for number in range(1, 13)},
}
FOLDS = {
    "arabic": {"train": 36, "test": 12},
    "devanagari": {"train": 36, "test": 12},
}


def facts(item: Item) -> tuple[object, ...]:
    """All that is known of an item but where it lies."""
    return item.script, item.collection, item.label, item.file.path.rpartition("/")[2]


def write(path: Path, *names: str, data: bytes = b"") -> Path:
    """A zip or a folder that holds empty files of these names."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, data)
    else:
        for name in names:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
    return path


@pytest.mark.parametrize("script", NAMES)
def test_every_set_is_read_from_its_zip(script: str, kaggle_zips: dict[str, Path]) -> None:
    found = scan([str(kaggle_zips[script])])

    assert len(found.items) == 48
    assert found.skipped == ()
    assert {each.script for each in found.items} == {script}
    assert {each.collection for each in found.items} == {COLLECTIONS[script]}
    assert Counter(each.label.character for each in found.items) == dict.fromkeys(
        CHARACTERS[script], 12
    )
    assert {each.label.writer for each in found.items} == WRITERS[script]
    assert Counter(each.label.fold for each in found.items) == FOLDS.get(script, {"": 48})


@pytest.mark.parametrize("script", NAMES)
def test_a_folder_unpacked_at_any_depth_says_the_same(
    script: str, kaggle_zips: dict[str, Path], kaggle_unpacked: dict[str, Path]
) -> None:
    zipped = scan([str(kaggle_zips[script])]).items
    folder = scan([str(kaggle_unpacked[script])]).items

    assert sorted(map(facts, folder), key=str) == sorted(map(facts, zipped), key=str)


def test_a_folder_of_zips_and_a_folder_of_folders(
    kaggle_folder: Path, kaggle_unpacked: dict[str, Path], kaggle_counts: dict[str, int]
) -> None:
    above = kaggle_unpacked["arabic"].parent
    for found in (scan([str(kaggle_folder)]), scan([str(above)])):
        assert Counter(each.script for each in found.items) == kaggle_counts
        assert found.skipped == ()


def test_several_paths_at_once(kaggle_zips: dict[str, Path]) -> None:
    found = scan([str(kaggle_zips["english"]), str(kaggle_zips["arabic"])])

    assert Counter(each.script for each in found.items) == {"arabic": 48, "english": 48}


def test_the_order_does_not_hang_on_the_order_of_the_paths(kaggle_zips: dict[str, Path]) -> None:
    paths = [str(path) for path in kaggle_zips.values()]

    assert scan(paths).items == scan(paths[::-1]).items


def test_the_bytes_and_the_original_path_of_an_item(
    kaggle_zips: dict[str, Path], kaggle_unpacked: dict[str, Path]
) -> None:
    with zipfile.ZipFile(kaggle_zips["arabic"]) as archive:
        names = sorted(each for each in archive.namelist() if each.endswith(".png"))
        expected = [archive.read(name) for name in names]

    zipped = scan([str(kaggle_zips["arabic"])]).items
    assert [each.file.path for each in zipped] == [f"ahcd1.zip/{name}" for name in names]
    assert [each.file.read() for each in zipped] == expected

    unpacked = scan([str(kaggle_unpacked["arabic"])]).items
    assert [each.file.path for each in unpacked] == [f"arabic/{name}" for name in names]
    assert [each.file.read() for each in unpacked] == expected


def test_the_place_one_stands_in(
    kaggle_unpacked: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(kaggle_unpacked["english"])

    here, there = scan(["."]).items, scan([str(kaggle_unpacked["english"])]).items

    assert list(map(facts, here)) == list(map(facts, there))
    assert here[0].file.path == there[0].file.path
    assert here[0].file.read() == there[0].file.read()


@pytest.mark.parametrize(
    ("folder", "fold"),
    [
        ("Test Images 3360x32x32/test", "test"),
        ("Train Images 13440x32x32", "train"),
        ("csvTestImages 3360x1024", "test"),
        ("train_images", "train"),
        ("data/TESTING", "test"),
        ("trainset-2", "train"),
        ("test/sheets", "test"),
        ("my test/Train", "train"),  # the innermost counts
        ("Train/test and train", "train"),  # what says both says nothing
        ("latest", ""),
        ("contest 3/letters", ""),
        ("latest/train", "train"),
        ("strained", ""),
        ("", ""),
    ],
)
def test_the_folder_says_which_part_of_the_set_it_is(
    folder: str, fold: str, tmp_path: Path
) -> None:
    place = write(tmp_path / "set.zip", f"{folder}/id_1_label_1.png".lstrip("/"))

    assert [each.label.fold for each in scan([str(place)]).items] == [fold]


def test_the_chinese_numeral_comes_from_the_sets_own_table(tmp_path: Path) -> None:
    table = "suite_id,sample_id,code,value,character\n7,1,4,3,叁\n7,2,4,3,三\n"
    zipped = tmp_path / "chinese.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("deep/down/input_7_1_4.jpg", b"")
        archive.writestr("deep/down/input_7_2_4.jpg", b"")
        archive.writestr("deep/down/input_7_3_4.jpg", b"")
        archive.writestr("chinese_mnist.csv", table.encode("utf-8-sig"))

    labels = [each.label for each in scan([str(zipped)]).items]

    # the third is not in the table: what the code stands for is known all the same
    assert [each.character for each in labels] == ["叁", "三", "三"]
    assert {each.writer for each in labels} == {"7"}


@pytest.mark.parametrize(
    "table",
    [None, b"\xff\xfe\x00broken", b"", b"a,b\n1,2\n"],
    ids=["none", "bytes", "empty", "own"],
)
def test_the_chinese_set_does_without_a_readable_table(
    table: bytes | None, kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    zipped = tmp_path / "chinese.zip"
    with zipfile.ZipFile(kaggle_zips["chinese"]) as old, zipfile.ZipFile(zipped, "w") as new:
        for name in old.namelist():
            if name.endswith(".jpg"):
                new.writestr(name, old.read(name))
        if table is not None:
            new.writestr("chinese_mnist.csv", table)

    without = scan([str(zipped)]).items
    whole = scan([str(kaggle_zips["chinese"])]).items

    assert list(map(facts, without)) == list(map(facts, whole))


def test_writers_who_may_be_one_person_are_one(kaggle_zips: dict[str, Path]) -> None:
    items = scan([str(kaggle_zips["baybayin"])]).items

    # James 16 and James1 8; Neil 8 and "Neil " 4; Luntian Grace 12
    assert Counter(each.label.writer for each in items) == {
        "James": 24,
        "Neil": 12,
        "Luntian Grace": 12,
    }


def test_one_writer_under_two_names_is_one(tmp_path: Path) -> None:
    names = ("James", "James1", "Zayn", "ZaynMalik", "Luntian Grace", "Lutian Grace")
    files = (f"a.{number}-{name}.jpg" for number, name in enumerate(names))
    place = write(tmp_path / "baybayin.zip", *files)

    assert Counter(each.label.writer for each in scan([str(place)]).items) == {
        "James": 2,
        "ZaynMalik": 2,
        "Luntian Grace": 2,
    }


def test_every_letter_of_the_sets_is_known(tmp_path: Path) -> None:
    zipped = write(
        tmp_path / "english-all.zip",
        *(f"id_{n}_label_{n}.png" for n in range(29 + 1)),
        *(f"character_{n}_x/1.png" for n in range(38)),
        *(f"digit_{n}/1.png" for n in range(11)),
        *(f"Img/img{n:03}-001.png" for n in range(64)),
    )
    found = scan([str(zipped)])

    by_script = {name: [e for e in found.items if e.script == name] for name in NAMES}
    assert {name: len(each) for name, each in by_script.items() if each} == {
        "arabic": 28,
        "devanagari": 36 + 10,
        "english": 62,
    }
    for each in by_script.values():
        assert len({item.label.character for item in each}) == len(each)
    # numbers that no letter has are named, not passed over
    assert {path.partition("/")[2] for path, _ in found.skipped} == {
        "id_0_label_0.png",
        "id_29_label_29.png",
        "character_0_x/1.png",
        "character_37_x/1.png",
        "digit_10/1.png",
        "Img/img000-001.png",
        "Img/img063-001.png",
    }


def test_names_in_capitals(tmp_path: Path) -> None:
    zipped = write(tmp_path / "ENGLISH.ZIP.zip", "Img/IMG011-001.PNG", "ID_1_LABEL_1.PNG")

    assert {each.label.character for each in scan([str(zipped)]).items} == {"A", "ا"}


def test_english_and_kannada_look_alike_and_one_must_say_which(tmp_path: Path) -> None:
    zipped = write(tmp_path / "archive.zip", "Img/img001-001.png", "Img/img062-055.png")

    with pytest.raises(DataError) as caught:
        scan([str(zipped)])

    message = str(caught.value)
    assert "\n" not in message
    for script in ("english", "kannada"):
        advice = f"{script}={zipped}"
        assert advice in message
        assert {each.script for each in scan([advice]).items} == {script}


def test_the_advice_for_a_folder_names_that_folder_alone(tmp_path: Path) -> None:
    write(tmp_path / "data", "sheets/img001-001.png", "letters/id_1_label_1.png")

    with pytest.raises(DataError, match=f"english={tmp_path / 'data' / 'sheets'} "):
        scan([str(tmp_path / "data")])


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("English", "english"),
        ("my-kannada-characters (1)", "kannada"),
        ("kannada.zip", "kannada"),
        ("english-handwritten-characters-dataset.zip", "english"),
    ],
)
def test_the_name_of_the_zip_or_folder_says_which(name: str, script: str, tmp_path: Path) -> None:
    place = write(tmp_path / name, "Img/img001-001.png")

    assert [each.script for each in scan([str(place)]).items] == [script]


def test_a_folder_within_says_which(tmp_path: Path) -> None:
    place = write(
        tmp_path / "both", "English/Img/img001-001.png", "Kannada/Img/img001-001.png", "x/a.txt"
    )

    found = {each.file.path: each.script for each in scan([str(place)]).items}

    assert found == {
        "both/English/Img/img001-001.png": "english",
        "both/Kannada/Img/img001-001.png": "kannada",
    }


def test_a_class_that_only_kannada_has_says_which(tmp_path: Path) -> None:
    place = write(tmp_path / "archive.zip", "Img/img001-001.png", "Img/img063-001.png")

    assert [each.script for each in scan([str(place)]).items] == ["kannada", "kannada"]


def test_a_place_called_both_is_refused(tmp_path: Path) -> None:
    place = write(tmp_path / "english and kannada", "Img/img001-001.png")

    with pytest.raises(DataError, match="English or the Kannada"):
        scan([str(place)])


def test_where_kagglehub_unpacks_a_set_says_which(tmp_path: Path) -> None:
    place = tmp_path / "datasets/dhruvildave/english-handwritten-characters-dataset/versions/1"
    write(place, "Img/img001-001.png")

    assert [each.script for each in scan([str(place)]).items] == ["english"]


@pytest.mark.parametrize("hint", ["kannada", "kannada-characters"])
def test_a_hint_may_name_the_script_or_the_set(hint: str, tmp_path: Path) -> None:
    place = write(tmp_path / "english", "img001-001.png")

    (item,) = scan([f"{hint}={place}"]).items

    assert (item.script, item.collection) == ("kannada", "kannada-characters")


def test_a_hint_with_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write(tmp_path / "sheets", "img001-001.png")

    assert len(scan(["english=~/sheets"]).items) == 1


def test_an_unknown_hint_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no source called 'latin'; there are .*english, kannada"):
        scan([f"latin={tmp_path}"])


def test_a_path_with_an_equals_sign_is_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write(tmp_path / "size=32", "id_1_label_1.png")

    assert len(scan([str(place)]).items) == 1
    assert len(scan([f"arabic={place}"]).items) == 1
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert len(scan(["~/size=32"]).items) == 1


def test_folders_of_ones_own(tmp_path: Path) -> None:
    place = write(
        tmp_path / "mine",
        "Baybayin/ka/1.png",
        "Baybayin/ka/deeper/2.JPG",
        "kannada/ಕ/a.webp",
        "english/x.gif",
        "notes/readme.txt",
    )

    found = scan([str(place)])

    assert {
        each.file.path: (each.script, each.label.character, each.collection) for each in found.items
    } == {
        "mine/Baybayin/ka/1.png": ("baybayin", "ka", "mine"),
        "mine/Baybayin/ka/deeper/2.JPG": ("baybayin", "ka", "mine"),
        "mine/kannada/ಕ/a.webp": ("kannada", "ಕ", "mine"),
        "mine/english/x.gif": ("english", "", "mine"),
    }
    assert found.skipped == ()


def test_a_folder_that_names_a_script_is_not_overruled_by_file_names(tmp_path: Path) -> None:
    place = write(
        tmp_path / "own1",
        "english/digit_5/a.png",
        "arabic/digit_1/c.png",
        "Kannada/character_3/b.png",
        "kannada/ka/id_1_label_2.png",
        "other/digit_5/d.png",
        "devanagari/digit_5/e.png",
    )

    found = {each.file.path: each for each in scan([str(place)]).items}

    assert {
        path.removeprefix("own1/"): (each.script, each.label.character, each.collection)
        for path, each in found.items()
    } == {
        "english/digit_5/a.png": ("english", "digit_5", "own1"),
        "arabic/digit_1/c.png": ("arabic", "digit_1", "own1"),
        "Kannada/character_3/b.png": ("kannada", "character_3", "own1"),
        "kannada/ka/id_1_label_2.png": ("kannada", "ka", "own1"),
        "other/digit_5/d.png": ("other", "digit_5", "own1"),
        # its own script's names are those of the Kaggle set, as ever
        "devanagari/digit_5/e.png": ("devanagari", "५", "devnagri-handwritten-character"),
    }


@pytest.mark.parametrize("kind", ["", ".zip"])
def test_the_name_of_the_whole_is_not_overruled_by_file_names(kind: str, tmp_path: Path) -> None:
    place = write(tmp_path / f"english{kind}", "digit_5/a.png", "x/id_1_label_2.png")

    assert [(each.script, each.label.character) for each in scan([str(place)]).items] == [
        ("english", "digit_5"),
        ("english", "x"),
    ]


def test_a_character_is_one_however_its_accents_are_written(tmp_path: Path) -> None:
    write(tmp_path / "mine", "english/\u00e9/1.png", "english/e\u0301/2.png")

    found = scan([str(tmp_path / "mine")]).items

    assert [each.label.character for each in found] == ["\u00e9"] * 2


def test_a_zip_that_says_less_takes_nothing_from_a_folder_that_says_more(tmp_path: Path) -> None:
    place = write(tmp_path / "mine", "arabic/alif/scan0.png", "arabic/ba/scan1.png")
    write(place / "photos.zip", "scan0.png", "scan1.png")

    found = scan([str(place)])

    assert [(each.script, each.label.character) for each in found.items] == [
        ("arabic", "alif"),
        ("arabic", "ba"),
    ]
    assert found.copies == ()


def test_a_class_may_be_called_as_a_script_is(tmp_path: Path) -> None:
    place = write(tmp_path / "mine", "other/English/1.png", "kannada/other/2.png")

    found = {each.script: each.label.character for each in scan([str(place)]).items}

    assert found == {"other": "English", "kannada": "other"}


def test_the_innermost_script_counts(tmp_path: Path) -> None:
    place = write(tmp_path / "english", "kannada/ka/1.png", "kannada/Img/img001-001.png", "a/2.png")

    assert [
        (each.script, each.label.character, each.collection) for each in scan([str(place)]).items
    ] == [
        ("english", "a", "english"),
        ("kannada", "ka", "english"),
        ("kannada", "ಅ", "kannada-characters"),
    ]


def test_a_hint_still_says_what_the_names_of_files_mean(tmp_path: Path) -> None:
    place = write(tmp_path / "own1", "english/digit_5/a.png")

    (item,) = scan([f"devanagari={place}"]).items

    assert (item.script, item.label.character) == ("devanagari", "५")


def test_a_folder_called_as_a_script_holds_that_script(tmp_path: Path) -> None:
    place = write(tmp_path / "devanagari", "ka/1.jpg", "2.jpg")

    items = scan([str(place)]).items

    assert [(each.script, each.label.character) for each in items] == [
        ("devanagari", ""),
        ("devanagari", "ka"),
    ]


def test_a_hint_on_folders_of_ones_own(tmp_path: Path) -> None:
    place = write(tmp_path / "samples", "ga/1.png", "3.png")

    items = scan([f"kannada={place}"]).items

    assert [(each.script, each.label.character, each.collection) for each in items] == [
        ("kannada", "", "samples"),
        ("kannada", "ga", "samples"),
    ]


@pytest.mark.parametrize("way", ["folder", "hint"])
def test_classes_of_ones_own_are_of_no_script(way: str, tmp_path: Path) -> None:
    place = write(tmp_path / "animals", "other/cat/1.png", "other/dog/1.png")

    items = scan([str(place) if way == "folder" else f"other={place / 'other'}"]).items

    assert [(each.script, each.label.character) for each in items] == [
        ("other", "cat"),
        ("other", "dog"),
    ]


def test_the_same_own_images_have_the_same_name_zipped_and_unpacked(tmp_path: Path) -> None:
    folder = write(tmp_path / "v1.0 sheets", "arabic/a/1.png")
    zipped = write(tmp_path / "v1.0 sheets.zip", "arabic/a/1.png")

    (one,), (other,) = scan([str(folder)]).items, scan([str(zipped)]).items

    assert one.collection == other.collection == "v1.0 sheets"


def test_every_image_is_taken_or_named(tmp_path: Path) -> None:
    names = [
        "id_1_label_1.png",
        "holiday.jpg",
        "sub/img999-1.png",
        "english/A/1.bmp",
        "Train/character_1_ka/1.jpg",
        "Train/character_1_ka/2.png",
        "a.0JWo-James.jpg",
        "readme.txt",
        "labels.csv",
    ]
    place = write(tmp_path / "mixed.zip", *names)

    found = scan([str(place)])

    taken = {each.file.path for each in found.items}
    named = {path for path, _ in found.skipped}
    assert taken | named == {f"mixed.zip/{name}" for name in names[:-2]}
    assert not taken & named
    assert {"mixed.zip/holiday.jpg", "mixed.zip/sub/img999-1.png"} <= named
    assert all(reason and "\n" not in reason for _, reason in found.skipped)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_hidden_files_are_no_images(kind: str, tmp_path: Path) -> None:
    place = write(
        tmp_path / ("arabic" if kind == "folder" else "arabic.zip"),
        "id_1_label_1.png",
        "._id_2_label_2.png",
        "__MACOSX/._id_3_label_3.png",
        "__MACOSX/train/._id_3_label_3.png",
        ".cache/id_4_label_4.png",
        "train/.thumbs/id_5_label_5.png",
        ".DS_Store",
    )

    found = scan([str(place)])

    assert [each.label.character for each in found.items] == ["ا"]
    assert found.skipped == ()


def test_a_hidden_zip_beside_the_sets_is_no_set(
    kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copy(kaggle_zips["arabic"], tmp_path / "arabic.zip")
    (tmp_path / "._arabic.zip").write_bytes(b"what a Mac leaves")
    (tmp_path / ".Trash").mkdir()
    shutil.copy(kaggle_zips["kannada"], tmp_path / ".Trash" / "kannada.zip")

    assert {each.script for each in scan([str(tmp_path)]).items} == {"arabic"}


def test_in_a_zip_a_way_up_hides_nothing(tmp_path: Path) -> None:
    place = write(tmp_path / "some.zip", "../arabic/a/1.png", "./arabic/b/1.png")

    found = scan([str(place)])

    assert [each.label.character for each in found.items] == ["a", "b"]


def test_of_a_name_that_a_zip_has_twice_the_later_file_counts(tmp_path: Path) -> None:
    place = tmp_path / "some.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("arabic/a/1.png", b"first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("arabic/a/1.png", b"second")

    (item,) = scan([str(place)]).items

    assert item.file.read() == b"second"


def test_linked_folders_are_read_and_none_of_them_for_ever(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "letters", "a/1.png", "b/1.png")
    write(tmp_path / "mine" / "kannada", "c/1.png")
    (tmp_path / "mine" / "arabic").symlink_to(tmp_path / "elsewhere" / "letters")
    (tmp_path / "mine" / "kannada" / "back").symlink_to(tmp_path / "mine")

    found = scan([str(tmp_path / "mine")])

    assert [(each.script, each.label.character) for each in found.items] == [
        ("arabic", "a"),
        ("arabic", "b"),
        ("kannada", "c"),
    ]


def test_a_folder_called_like_a_zip_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "input" / "data.zip.d", "id_1_label_1.png")
    (tmp_path / "input" / "data.zip.d").rename(tmp_path / "input" / "data.zip")

    assert len(scan([str(tmp_path / "input")]).items) == 1


@pytest.mark.parametrize(
    ("name", "files", "error", "message"),
    [
        ("missing", None, SourceNotFound, "no such file or folder; check the path"),
        ("empty.zip", [], SourceNotFound, "no image of a known layout; looked for"),
        ("letters.zip", ["a.txt", "b.pdf"], SourceNotFound, "no image of a known layout; looked"),
        ("photos.zip", ["a.png", "b.jpg"], SourceNotFound, "2 images of other names are there"),
        ("folder", ["a.txt"], SourceNotFound, "no image of a known layout; looked for"),
        ("folder/a.rar", None, DataError, "neither a folder nor a whole zip; download it again"),
    ],
)
def test_where_nothing_is_found_one_line_says_what_to_do(
    name: str, files: list[str] | None, error: type, message: str, tmp_path: Path
) -> None:
    write(tmp_path / "folder", "a.rar")
    place = tmp_path / name if files is None else write(tmp_path / name, *files)

    with pytest.raises(error, match=message) as caught:
        scan([str(place)])
    assert str(caught.value).startswith(f"{place}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["id_1_label_1.png", "train\\id_1_label_1.png"])
def test_a_zip_of_another_case_and_with_the_slashes_of_windows(name: str, tmp_path: Path) -> None:
    write(tmp_path / "set.zip", name).rename(tmp_path / "SET.ZIP")

    (item,) = scan([str(tmp_path)]).items

    assert (item.script, item.file.path) == ("arabic", f"SET.ZIP/{name}")
    assert item.file.read() == b""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text_is_read_and_shown_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "arabic" / os.fsdecode(b"\xe9t\xe9")
    folder.mkdir(parents=True)
    (folder / "1.png").write_bytes(b"image")

    (item,) = scan([str(tmp_path)]).items

    assert item.label.character == "\N{REPLACEMENT CHARACTER}t\N{REPLACEMENT CHARACTER}"
    item.file.path.encode()
    assert item.file.read() == b"image"


def test_a_zip_cut_short_is_named(kaggle_zips: dict[str, Path], tmp_path: Path) -> None:
    whole = kaggle_zips["arabic"].read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(DataError, match=r"cut\.zip") as caught:
        scan([str(cut)])
    assert "\n" not in str(caught.value)
    # in a folder of zips too, rather than to build without it
    shutil.copy(kaggle_zips["chinese"], tmp_path)
    with pytest.raises(DataError, match=r"cut\.zip.*damaged.*download it again"):
        scan([str(tmp_path)])


@pytest.mark.parametrize("suffix", ["jfif", "jpe", "JPG", "pbm", "pnm", "tiff"])
def test_every_ending_of_an_image_that_can_be_decoded_is_found(suffix: str, tmp_path: Path) -> None:
    name = f"arabic/a/1.{suffix}"

    (item,) = scan([str(write(tmp_path / "mine", name))]).items

    assert item.file.path == f"mine/{name}"


@pytest.mark.parametrize(
    ("at", "byte"),
    [(46, 0xFF), (6, 99)],
    ids=["a name that is not the UTF-8 it is said to be", "packed by zip 9.9"],
)
def test_a_zip_that_cannot_be_listed_is_named(at: int, byte: int, tmp_path: Path) -> None:
    path = write(tmp_path / "strange.zip", "é.png")
    whole = bytearray(path.read_bytes())
    whole[whole.index(b"PK\x01\x02") + at] = byte  # APPNOTE 4.3.12: the central directory
    path.write_bytes(whole)

    with pytest.raises(DataError, match=r"strange\.zip.*damaged.*download it again") as caught:
        scan([str(path)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("where", [".", "ahcd1", "deeper/down"])
def test_a_zip_and_its_unpacked_copy_count_once(
    where: str, kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copy(kaggle_zips["arabic"], tmp_path)
    with zipfile.ZipFile(kaggle_zips["arabic"]) as archive:
        archive.extractall(tmp_path / where)

    found = scan([str(tmp_path)])

    assert found.items == scan([str(tmp_path / "ahcd1.zip")]).items
    ((path, reason),) = found.copies
    assert path == str(tmp_path / "ahcd1.zip")
    assert reason.startswith("48 of its images are here a second time")


@pytest.mark.parametrize("first", ["zip", "folder"])
def test_a_zip_and_its_copy_given_as_two_paths_count_once(
    first: str, kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    with zipfile.ZipFile(kaggle_zips["chinese"]) as archive:
        archive.extractall(tmp_path / "unpacked")
    paths = [str(kaggle_zips["chinese"]), str(tmp_path / "unpacked")]

    found = scan(paths if first == "zip" else paths[::-1])

    assert found.items == scan(paths[:1]).items
    ((path, reason),) = found.copies
    assert path == paths[0]
    assert reason.startswith("48 of its images are here a second time")


def test_two_sets_in_one_folder_are_both_read(tmp_path: Path) -> None:
    place = write(tmp_path / "all", "id_1_label_1.png", "input_1_1_1.jpg", "notes.png")

    found = scan([str(place)])

    assert [each.script for each in found.items] == ["arabic", "chinese"]
    assert [path for path, _ in found.skipped] == ["all/notes.png"]


def test_a_folder_that_a_link_of_another_path_leads_to_is_taken_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write(second, "arabic/alif/1.png")
    first.mkdir()
    (first / "link").symlink_to(second, target_is_directory=True)

    found = scan([str(first), str(second)])

    assert [each.file.path for each in found.items] == ["first/link/arabic/alif/1.png"]
    assert found.copies


@pytest.mark.parametrize("second", ["{0}", "{0}/.", "{0}/arabic", "{1}"])
def test_two_paths_that_lead_to_the_same_files_take_them_once(second: str, tmp_path: Path) -> None:
    folder, link = tmp_path / "mine", tmp_path / "linked"
    write(folder, "arabic/alif/1.png")
    link.symlink_to(folder, target_is_directory=True)

    found = scan([str(folder), second.format(folder, link)])

    assert [each.file.path for each in found.items] == ["mine/arabic/alif/1.png"]
    ((_, reason),) = found.copies
    assert reason.startswith("1 of its images")


def _closed(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Let nobody look into these folders, not even the superuser that tests may run as."""
    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path) in folders:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)


def test_a_folder_that_may_not_be_looked_into_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    write(folder, "arabic/alif/1.png")
    write(folder, "arabic/ba/1.png")
    write(folder, ".trash/1.png")
    _closed(monkeypatch, folder / "arabic" / "ba", folder / ".trash")

    found = scan([str(folder)])

    assert [each.file.path for each in found.items] == ["mine/arabic/alif/1.png"]
    assert found.skipped == (("mine/arabic/ba", "a folder that can't be read (Permission denied)"),)


def test_where_nothing_but_a_closed_folder_is_found_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "mine", "arabic/alif/1.png")
    _closed(monkeypatch, tmp_path / "mine" / "arabic")

    with pytest.raises(SourceNotFound, match=r"; mine/arabic: a folder that can't be read \("):
        scan([str(tmp_path / "mine")])


@pytest.mark.parametrize("name", ["mine", "mine.zip"])
def test_what_may_not_be_read_is_not_called_damaged(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write(tmp_path / name, "arabic/alif/1.png")
    monkeypatch.setattr("os.access", lambda path, _: Path(path) != place)

    with pytest.raises(DataError, match="may not be read; allow it, or give another"):
        scan([str(place)])


def test_a_folder_of_zips_given_twice_is_taken_once(
    kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copy(kaggle_zips["arabic"], tmp_path)

    found = scan([str(tmp_path), str(tmp_path)])

    assert len(found.items) == 48
    ((path, _),) = found.copies
    assert path == str(tmp_path / "ahcd1.zip")


def test_of_two_paths_to_the_same_files_the_one_that_names_them_counts(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    write(folder, "arabic/alif/1.png")

    found = scan([str(folder), f"english={folder}"])

    assert [each.script for each in found.items] == ["english"]


def test_a_zip_downloaded_twice_counts_once(kaggle_zips: dict[str, Path], tmp_path: Path) -> None:
    for name in ("chinese-mnist.zip", "chinese-mnist (1).zip"):
        shutil.copy(kaggle_zips["chinese"], tmp_path / name)

    assert len(scan([str(tmp_path)]).items) == 48


def test_what_only_looks_like_a_copy_is_taken(kaggle_zips: dict[str, Path], tmp_path: Path) -> None:
    shutil.copy(kaggle_zips["arabic"], tmp_path)
    with zipfile.ZipFile(kaggle_zips["arabic"]) as archive:
        archive.extractall(tmp_path)
        first, second = (each for each in archive.namelist()[:2])
    (tmp_path / first).write_bytes((tmp_path / first).read_bytes()[::-1])  # as long, not the same
    (tmp_path / second).rename(tmp_path / second.replace("id_2", "id_222"))  # by another name

    assert len(scan([str(tmp_path)]).items) == 50


def test_what_is_found_locally_goes_by_the_sets_name(
    kaggle_folder: Path, kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    place = "datasets/mloey1/ahcd1/versions/2"  # where kagglehub puts what it downloads
    write(tmp_path / place, "train/id_1_label_1.png")
    (tmp_path / "datasets/mloey1/ahcd1/2.complete").touch()
    # not ours, not whole yet, half unpacked, empty, and cut short
    (tmp_path / "chinese-mnist.parquet").touch()
    (tmp_path / ".ahcd1.zip.x.part").touch()
    write(tmp_path / "datasets/mloey1/ahcd1/versions/3", "train/id_1_label_1.png")
    write(tmp_path / "kannada-characters (2)", "img001-001.png")
    (tmp_path / "ahcd1").mkdir()
    (tmp_path / "chinese-mnist.zip").write_bytes(kaggle_zips["chinese"].read_bytes()[:-30])

    found = find_local([kaggle_folder, tmp_path, tmp_path / "missing"])

    assert found == {
        COLLECTIONS[script]: [path]
        + ([tmp_path / place] if script == "arabic" else [])
        + ([tmp_path / "kannada-characters (2)"] if script == "kannada" else [])
        for script, path in kaggle_zips.items()
    }
    assert len(scan([str(found["ahcd1"][1])]).items) == 1


@pytest.mark.parametrize("name", ["input_1_1_{}.jpg", "id_1_label_{}.png", "digit_{}/1.png"])
def test_a_number_too_long_to_be_one_is_a_name_like_any_other(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("arabic/a/1.png", b"")
        archive.writestr(name.format("1" * 5000), b"")

    found = scan([str(tmp_path / "set.zip")])

    assert len(found.items) == 1
    assert [reason for _, reason in found.skipped] == [NOT_OURS]
