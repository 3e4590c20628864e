import errno
import gc
import hashlib
import io
import json
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from core.data import convert
from core.data.build import (
    NOTEBOOK_COUNTS,
    BuildReport,
    build,
    even_shares,
    find_items,
    write_items,
)
from core.data.scan import Item
from core.data.sources import Label
from core.data.store import Store
from core.errors import Cancelled, DataError, PipelineError, SourceNotFound, StorageFull
from core.imaging import preset
from core.imaging.files import encode
from core.scripts import NAMES
from core.workspace import CHECKOUT

Draw = Callable[..., np.ndarray]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "data.parquet"


def test_all_images_of_all_sets(
    kaggle_folder: Path, kaggle_counts: dict[str, int], out: Path
) -> None:
    report = build([str(kaggle_folder)], out, workers=1)

    assert report == BuildReport(288, kaggle_counts, (), report.seconds, Store.open(out).hash)
    assert report.seconds > 0
    assert len(Store.open(out)) == len(Store.open(out).images()) == 288


def test_zips_and_unpacked_folders_give_the_same_hash(
    kaggle_unpacked: dict[str, Path], canonical_store: Path, out: Path
) -> None:
    backwards = [str(path) for path in reversed(kaggle_unpacked.values())]

    assert build(backwards, out, workers=1).hash == Store.open(canonical_store).hash


def test_the_same_build_gives_the_same_file_byte_for_byte(
    kaggle_folder: Path, notebook_store: Path, out: Path
) -> None:
    build([str(kaggle_folder)], out, pipeline="notebook", workers=1)

    assert out.read_bytes() == notebook_store.read_bytes()


def _own(folder: Path, *pixels: np.ndarray, script: str = "arabic", letter: str = "a") -> Path:
    (folder / script / letter).mkdir(parents=True)
    for number, image in enumerate(pixels):
        Image.fromarray(image).save(folder / script / letter / f"{number}.png")
    return folder


def test_the_hash_changes_with_a_pixel_a_label_and_the_pipeline(
    tmp_path: Path, out: Path, draw_glyph: Draw
) -> None:
    image = draw_glyph("arabic")
    other_pixel = image.copy()
    other_pixel[0, 0] += 1
    hashes = {}
    for name, arguments in {
        "plain": {"pixels": image},
        "pixel": {"pixels": other_pixel},
        "letter": {"pixels": image, "letter": "b"},
        "script": {"pixels": image, "script": "kannada"},
    }.items():
        pixels = arguments.pop("pixels")
        place = _own(tmp_path / name / "mine", pixels, draw_glyph("arabic", 1), **arguments)
        hashes[name] = build([str(place)], out, workers=1).hash
    place = str(tmp_path / "plain" / "mine")
    hashes["pipeline"] = build([place], out, pipeline="notebook", workers=1).hash

    assert len(set(hashes.values())) == 5
    assert build([place], out, workers=1).hash == hashes["plain"]


def test_all_that_a_split_goes_by_counts_in_the_hash(out: Path, draw_glyph: Draw) -> None:
    class Drawn:
        path = "x.png"

        def read(self) -> bytes:
            return encode(draw_glyph("kannada"))

    made = [
        ("c", Label("a")),
        ("d", Label("a")),
        ("c", Label("a", writer="w")),
        ("c", Label("a", fold="test")),
    ]
    hashes = {
        write_items([Item(Drawn(), "kannada", *each)], out, preset("canonical")).hash
        for each in made
    }

    assert len(hashes) == 4


def test_the_hash_is_of_the_content_not_of_how_it_is_encoded(
    tmp_path: Path, out: Path, draw_glyph: Draw
) -> None:
    image = Image.fromarray(draw_glyph("arabic"))
    hashes = set()
    for name, kind, mode in (
        ("a.png", "PNG", "L"),
        ("b.bmp", "BMP", "RGB"),
        ("c.tif", "TIFF", "L"),
    ):
        folder = tmp_path / kind / "mine" / "arabic"
        folder.mkdir(parents=True)
        image.convert(mode).save(folder / name, kind)
        hashes.add(build([str(folder.parent)], out, workers=1).hash)

    assert len(hashes) == 1


def test_the_hash_is_of_the_images_in_order(  # others know an image by its row
    tmp_path: Path, out: Path, draw_glyph: Draw
) -> None:
    images = [draw_glyph("arabic", character) for character in range(4)]
    places = [
        _own(tmp_path / "one" / "mine", *images),
        _own(tmp_path / "two" / "mine", *images),
        _own(tmp_path / "three" / "mine", *images[::-1]),
    ]

    one, two, other = (build([str(place)], out, workers=1).hash for place in places)

    assert one == two != other


# In a process of its own: pytest's may have threads, and then no worker is forked.
IN_PROCESSES = """
import json, os, sys
from pathlib import Path
from core.data import build, convert

convert.ALONE, convert.ROW_GROUP = 4, 6
usual = convert._convert_batch
def noting(items, pipeline, **options):
    Path(sys.argv[3], str(os.getpid())).touch()
    return usual(items, pipeline, **options)
convert._convert_batch = noting
report = build.build([sys.argv[1]], Path(sys.argv[2]), workers=2)
processes = [int(each) for each in os.listdir(sys.argv[3])]
json.dump({"hash": report.hash, "skipped": report.skipped, "images": report.images,
           "context": convert._context().get_start_method(),
           "workers": len(processes), "alone": os.getpid() in processes}, sys.stdout)
"""


def run_python(program: str, *arguments: object) -> str:
    finished = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout


def test_two_processes_read_one_zip_and_give_what_one_gives(
    kaggle_folder: Path, canonical_store: Path, tmp_path: Path, out: Path
) -> None:
    (tmp_path / "used").mkdir()

    answer = json.loads(run_python(IN_PROCESSES, kaggle_folder, out, tmp_path / "used"))

    if sys.platform == "linux":  # the scan has opened every zip before the fork
        assert answer["context"] == "fork"
    assert (answer["workers"], answer["alone"]) == (2, False)
    assert (answer["images"], answer["skipped"]) == (288, [])
    assert answer["hash"] == Store.open(canonical_store).hash
    one, two = Store.open(canonical_store), Store.open(out)
    assert one.labels().astype(str).equals(two.labels().astype(str))
    np.testing.assert_array_equal(one.images(), two.images())


A_WORKER_DIES = """
import os, signal
from core.data import convert
from core.errors import DataError

convert.ALONE, convert.ROW_GROUP = 1, 1
def die(_):
    os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    try:
        list(convert.in_batches(die, [1, 2, 3, 4], 2))
    except DataError as error:
        print(error)
"""


def test_a_worker_that_is_killed_is_said_in_one_line() -> None:
    said = run_python(A_WORKER_DIES)

    assert "a worker process was killed" in said
    assert said.count("\n") == 1


def test_no_more_workers_than_windows_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def pool(workers: int, **_: object) -> None:
        asked.append(workers)
        raise KeyboardInterrupt

    monkeypatch.setattr(convert, "ProcessPoolExecutor", pool)
    monkeypatch.setattr(convert, "ALONE", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    with pytest.raises(KeyboardInterrupt):
        list(convert.in_batches(len, [1, 2]))
    assert asked == [61]


STOPPED_WHILE_IT_FORKS = """
import os, signal
from core.data.convert import in_batches
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's "&" has it ignored
os.register_at_fork(before=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    print(sum(in_batches(len, range(9_000), workers=2)))
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="no process is forked here")
def test_ctrl_c_is_not_lost_while_workers_begin() -> None:
    command = [sys.executable, "-c", STOPPED_WHILE_IT_FORKS]
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("stopped\n", "")


def test_so_many_a_script_evenly_over_its_characters(kaggle_folder: Path, out: Path) -> None:
    report = build([str(kaggle_folder)], out, per_script=10, workers=1)

    assert report.per_script == dict.fromkeys(NAMES, 10)
    counts = Store.open(out).labels().groupby(["script", "character"], observed=True).size()
    # 10 over 4 characters: 2 or 3 of each
    assert set(counts) == {2, 3}
    assert len(counts) == 24


def test_more_a_script_than_there_are_are_all(
    kaggle_folder: Path, canonical_store: Path, out: Path
) -> None:
    report = build([str(kaggle_folder)], out, per_script=1000, workers=1)

    assert report.hash == Store.open(canonical_store).hash


def test_the_seed_chooses(kaggle_zips: dict[str, Path], out: Path) -> None:
    paths = [str(kaggle_zips["arabic"])]

    hashes = [build(paths, out, per_script=9, seed=seed, workers=1).hash for seed in (0, 0, 1)]

    assert hashes[0] == hashes[1] != hashes[2]


def test_the_seed_chooses_within_a_character_too(kaggle_zips: dict[str, Path]) -> None:
    paths = [str(kaggle_zips["arabic"])]
    letters = len({each.label.character for each in find_items(paths).items})

    one_of_each = [
        [each.file.path for each in find_items(paths, letters, seed=seed).items] for seed in (0, 1)
    ]

    assert one_of_each[0] != one_of_each[1]
    assert len(one_of_each[0]) == letters


def test_a_choice_takes_no_image_twice(kaggle_zips: dict[str, Path], out: Path) -> None:
    build([str(kaggle_zips["chinese"])], out, per_script=30, workers=1)

    assert Store.open(out).labels()["path"].is_unique


def test_the_notebooks_counts_are_those_of_its_table() -> None:
    # FINDINGS: 21,946 images, class counts in file order
    assert list(NOTEBOOK_COUNTS.values()) == [4256, 3124, 3410, 3285, 4559, 3312]
    assert sum(NOTEBOOK_COUNTS.values()) == 21_946
    assert set(NOTEBOOK_COUNTS) == set(NAMES)


def test_like_the_notebook_as_far_as_the_sources_hold_it(
    kaggle_folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = dict(zip(NOTEBOOK_COUNTS, (5, 7, 60, 11, 48, 1), strict=True))
    monkeypatch.setattr("core.data.build.NOTEBOOK_COUNTS", counts)

    report = build([str(kaggle_folder)], out, like_notebook=True, workers=1)

    assert report.per_script == counts | {"english": 48}


def test_so_many_of_a_script_are_even_over_its_characters(tmp_path: Path, out: Path) -> None:
    for character, count in (("a", 1), ("b", 9), ("c", 4)):
        (tmp_path / "arabic" / character).mkdir(parents=True)
        for number in range(count):
            image = np.zeros((20, 20), np.uint8)
            image[number + 2, 2:18] = 255
            (tmp_path / "arabic" / character / f"{number}.png").write_bytes(encode(image))

    build([str(tmp_path / "arabic")], out, pipeline="notebook", per_script=7, workers=1)

    characters = Store.open(out).labels()["character"]
    assert characters.value_counts().to_dict() == {"a": 1, "b": 3, "c": 3}


def test_even_shares_by_hand() -> None:
    def shares(sizes: list[int], total: int) -> list[int]:
        return even_shares(sizes, total, np.random.default_rng(0))

    assert shares([5, 1, 5], 7) == [3, 1, 3]
    assert shares([10, 10], 6) == [3, 3]
    assert shares([1, 2, 30], 12) == [1, 2, 9]
    assert shares([3, 3], 100) == [3, 3]
    assert shares([], 5) == []
    assert sorted(shares([9, 9, 9], 10)) == [3, 3, 4]


def test_even_shares_are_even_whatever_the_sizes() -> None:
    random = np.random.default_rng(4)
    for _ in range(200):
        sizes = random.integers(0, 30, random.integers(1, 12)).tolist()
        total = int(random.integers(0, 200))

        shares = even_shares(sizes, total, random)

        assert sum(shares) == min(total, sum(sizes))
        assert all(share <= size for share, size in zip(shares, sizes, strict=True))
        # nobody who could have had more has two fewer than another
        open_groups = [n for n, size in zip(shares, sizes, strict=True) if n < size]
        assert min(open_groups, default=99) >= max(shares) - 1


@pytest.mark.parametrize(
    "options", [{"per_script": 0}, {"per_script": -3}, {"per_script": 5, "like_notebook": True}]
)
def test_numbers_that_make_no_sense(
    options: dict[str, object], kaggle_folder: Path, out: Path
) -> None:
    with pytest.raises(DataError, match="positive number per script, or the notebook's counts"):
        build([str(kaggle_folder)], out, **options)


def test_an_unknown_pipeline(kaggle_folder: Path, out: Path) -> None:
    with pytest.raises(PipelineError, match="no pipeline called 'best'"):
        build([str(kaggle_folder)], out, pipeline="best")
    assert not out.exists()


def test_progress_counts_every_file_once(
    kaggle_zips: dict[str, Path], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.convert.ROW_GROUP", 10)
    seen: list[tuple[int, int]] = []

    build(
        [str(kaggle_zips["arabic"])],
        out,
        workers=1,
        progress=lambda done, total: seen.append((done, total)),
    )

    assert seen == [(10, 48), (20, 48), (30, 48), (40, 48), (48, 48)]


def test_files_that_cannot_be_read_are_named_and_the_rest_is_built(
    tmp_path: Path, out: Path, draw_glyph: Draw, encode_image: Callable[..., bytes], huge_png: bytes
) -> None:
    good = encode_image(draw_glyph("arabic"))
    jpeg = encode_image(draw_glyph("arabic"), "JPEG")
    place = tmp_path / "letters.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("id_1_label_1.png", good)
        archive.writestr("id_2_label_1.png", "Dear sir, this is no picture.")
        archive.writestr("id_3_label_1.png", b"")
        archive.writestr("id_4_label_1.png", good[: len(good) // 2])
        archive.writestr("id_5_label_1.png", jpeg[: len(jpeg) // 2])
        archive.writestr("id_6_label_1.png", huge_png)
        archive.writestr("id_7_label_99.png", good)
        archive.writestr("id_8_label_1.png", good)

    report = build([str(place)], out, workers=1)

    reasons = dict(report.skipped)
    assert len(reasons) == len(report.skipped) == 6
    assert report.images == 2
    for path, reason in {
        "id_2_label_1.png": "not an image",
        "id_3_label_1.png": "empty",
        "id_4_label_1.png": "damaged",
        "id_5_label_1.png": "damaged",
        "id_6_label_1.png": "10000x10000",
        "id_7_label_99.png": "none of the known data sets",
    }.items():
        assert reason in reasons[f"letters.zip/{path}"]
    assert all("\n" not in reason for reason in reasons.values())
    assert Store.open(out).skipped == 5  # the seventh was not taken for an image of a set
    assert list(Store.open(out).labels()["path"]) == [
        "letters.zip/id_1_label_1.png",
        "letters.zip/id_8_label_1.png",
    ]


def test_a_file_damaged_within_the_zip_is_named(
    tmp_path: Path, out: Path, draw_glyph: Draw, encode_image: Callable[..., bytes]
) -> None:
    place = tmp_path / "letters.zip"
    contents = [encode_image(draw_glyph("arabic", seed=n)) for n in range(3)]
    with zipfile.ZipFile(place, "w") as archive:
        for number, data in enumerate(contents):
            archive.writestr(f"id_{number}_label_1.png", data)
    whole = place.read_bytes()
    at = whole.index(contents[1]) + len(contents[1]) // 2
    place.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])

    report = build([str(place)], out, workers=1)

    assert report.images == 2
    ((path, reason),) = report.skipped
    assert path == "letters.zip/id_1_label_1.png"
    assert "can't be read" in reason


def _deflated_wrong(whole: bytearray) -> None:
    place = whole.index(b"id_1_label_1.png") + len("id_1_label_1.png")
    whole[place : place + 8] = b"\xff" * 8  # no kind of block that there is


def _longer_than_the_zip(whole: bytearray) -> None:
    place = whole.index(b"id_1_label_1.png", whole.index(b"PK\x01\x02")) - 46
    whole[place + 20 : place + 28] = struct.pack("<II", 10**6, 10**6)


def _named_otherwise(whole: bytearray) -> None:
    place = whole.index(b"id_1_label_1.png")
    whole[place - 24 : place - 22] = struct.pack("<H", 0x800)  # UTF-8, it says
    whole[place] = 0xFF


@pytest.mark.parametrize(
    ("compression", "damage"),
    [
        (zipfile.ZIP_DEFLATED, _deflated_wrong),
        (zipfile.ZIP_STORED, _longer_than_the_zip),
        (zipfile.ZIP_STORED, _named_otherwise),
    ],
    ids=["deflated", "length", "name"],
)
def test_any_damage_to_one_file_in_a_zip_leaves_the_others(
    compression: int,
    damage: Callable[[bytearray], None],
    tmp_path: Path,
    out: Path,
    draw_glyph: Draw,
    encode_image: Callable[..., bytes],
) -> None:
    place = tmp_path / "letters.zip"
    data = encode_image(draw_glyph("arabic"))
    with zipfile.ZipFile(place, "w", compression) as archive:
        for number in range(3):
            archive.writestr(f"id_{number}_label_1.png", data)
    whole = bytearray(place.read_bytes())
    damage(whole)
    place.write_bytes(whole)

    report = build([str(place)], out, workers=1)

    assert report.images == 2
    ((path, reason),) = report.skipped
    assert path == "letters.zip/id_1_label_1.png"
    assert re.match(r"can't be read \(.+\)$", reason)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_too_large_to_be_a_character_is_not_unpacked(
    zipped: bool, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, draw_glyph: Draw
) -> None:
    monkeypatch.setattr("core.data.archive.MAX_FILE", 100_000)
    place = _own(tmp_path / "mine", draw_glyph("arabic"))
    (place / "arabic" / "a" / "bomb.png").write_bytes(bytes(100_001))
    if zipped:
        place = Path(shutil.make_archive(str(place), "zip", place))

    report = build([str(place)], out, workers=1)

    ((path, reason),) = report.skipped
    assert path.endswith("arabic/a/bomb.png")
    assert "over the limit" in reason


@pytest.mark.parametrize(
    ("compression", "reason"),
    [
        (zipfile.ZIP_DEFLATED, "can't be read"),
        (zipfile.ZIP_BZIP2, "pack them again as a common zip"),
        (zipfile.ZIP_LZMA, "pack them again as a common zip"),
    ],
)
def test_a_file_that_says_less_than_it_holds_is_not_unpacked(
    compression: int, reason: str, tmp_path: Path, out: Path
) -> None:
    place = tmp_path / "letters.zip"
    held, said = 50_000_000, 1000
    with zipfile.ZipFile(place, "w", compression) as archive:
        archive.writestr("id_1_label_1.png", bytes(held))
    whole = place.read_bytes()
    place.write_bytes(whole.replace(struct.pack("<L", held), struct.pack("<L", said)))

    tracemalloc.start()
    with pytest.raises(SourceNotFound, match=reason):
        build([str(place)], out, workers=1)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < held / 5


def test_a_data_set_of_ones_own_folder_is_prepared_anew(
    tmp_path: Path, out: Path, canonical_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    shutil.copy(canonical_store, tmp_path / "mine.parquet")
    assert build(["~/mine.parquet"], out).images == 288


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_with_the_name_of_an_image_is_not_waited_for(
    tmp_path: Path, out: Path, draw_glyph: Draw
) -> None:
    place = _own(tmp_path / "mine", draw_glyph("arabic"))
    os.mkfifo(place / "arabic" / "a" / "pipe.png")

    report = build([str(place)], out, workers=1)

    assert report.images >= 1
    assert report.skipped == (
        ("mine/arabic/a/pipe.png", "no file, but a folder, pipe or device; check the path"),
    )


def test_nothing_readable_is_an_error_that_names_the_first(tmp_path: Path, out: Path) -> None:
    place = tmp_path / "letters.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("id_1_label_1.png", "text")
        archive.writestr("id_2_label_1.png", "text")

    with pytest.raises(SourceNotFound, match=r"none of 2 files .*letters\.zip/id_1_label_1\.png"):
        build([str(place)], out, workers=1)
    assert list(out.parent.iterdir()) == []


@pytest.fixture
def old(out: Path) -> bytes:
    """What was there before the build."""
    out.write_bytes(b"the old data set")
    return out.read_bytes()


@pytest.mark.usefixtures("old")
def test_a_build_replaces_the_old_file(kaggle_zips: dict[str, Path], out: Path) -> None:
    build([str(kaggle_zips["arabic"])], out, workers=1)

    assert len(Store.open(out)) == 48
    assert list(out.parent.iterdir()) == [out]


def test_a_stopped_build_leaves_everything_as_it_was(
    old: bytes, kaggle_zips: dict[str, Path], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.convert.ROW_GROUP", 10)
    done = []

    with pytest.raises(Cancelled, match="nothing was written"):
        build(
            [str(kaggle_zips["arabic"])],
            out,
            workers=1,
            progress=lambda *seen: done.append(seen),
            cancelled=lambda: len(done) == 2,
        )

    assert len(done) == 2
    assert out.read_bytes() == old
    assert list(out.parent.iterdir()) == [out]


def test_a_build_stops_while_its_files_are_listed(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, draw_glyph: Draw
) -> None:
    for name in "abc":
        _own(tmp_path / "mine" / name, draw_glyph("arabic"))
    monkeypatch.setattr("core.data.archive._BETWEEN", 1)
    monkeypatch.setattr("core.data.build.write_items", lambda *_, **__: pytest.fail("went on"))
    asked = []

    with pytest.raises(Cancelled, match="stopped; nothing was written"):
        build([str(tmp_path / "mine")], out, cancelled=lambda: len(asked) == 2 or asked.append(1))

    assert not out.exists()


class _FullDisk(io.FileIO):
    """A file on a disk that has room for so many bytes."""

    room = 0

    def write(self, data: object) -> int:
        if self.tell() + memoryview(data).nbytes > _FullDisk.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("room", [0, 2_000, 20_000, -1], ids=["at once", "soon", "later", "end"])
def test_a_full_disk_leaves_everything_as_it_was(
    room: int,
    old: bytes,
    kaggle_zips: dict[str, Path],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paths = [str(kaggle_zips["arabic"])]
    size = build(paths, out, workers=1) and out.stat().st_size
    out.write_bytes(old)
    assert size > 20_000
    monkeypatch.setattr(_FullDisk, "room", room if room >= 0 else size - 10)
    usual = Path.open

    def open_there(path: Path, mode: str = "r", *args: object, **options: object) -> object:
        if "w" in mode and path.parent == out.parent:
            return io.BufferedWriter(_FullDisk(path, "w"))
        return usual(path, mode, *args, **options)

    monkeypatch.setattr(Path, "open", open_there)

    with pytest.raises(StorageFull, match="no space left on the disk while writing") as caught:
        build(paths, out, workers=1)

    assert str(out) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert out.read_bytes() == old
    assert list(out.parent.iterdir()) == [out]


def test_a_missing_path_leaves_everything_as_it_was(old: bytes, out: Path) -> None:
    with pytest.raises(SourceNotFound, match="no such file or folder"):
        build([str(out.parent / "missing")], out)
    assert out.read_bytes() == old


def test_a_large_source_is_kept_bounded_and_a_small_one_as_it_is(
    kaggle_zips: dict[str, Path], out: Path
) -> None:
    build([str(kaggle_zips["english"]), str(kaggle_zips["baybayin"])], out, workers=1)
    table = pq.read_table(out, columns=["source", "script", "path"]).to_pylist()

    small = [row for row in table if row["script"] == "baybayin"]
    assert len(small) == 48
    with zipfile.ZipFile(kaggle_zips["baybayin"]) as archive:
        for row in small:
            assert row["source"] == archive.read(row["path"].partition("/")[2])
    large = [row["source"] for row in table if row["script"] == "english"]
    assert {Image.open(io.BytesIO(source)).size for source in large} == {(240, 180)}


def test_images_of_ones_own_make_a_data_set(tmp_path: Path, out: Path, draw_glyph: Draw) -> None:
    place = tmp_path / "mine"
    _own(place, draw_glyph("kannada"), script="kannada", letter="ಕ")
    _own(place, 255 - draw_glyph("arabic", size=(90, 70)), script="Arabic", letter="alef")

    report = build([str(place)], out, workers=1)

    assert report.per_script == {"arabic": 1, "kannada": 1}
    labels = Store.open(out).labels()
    assert Counter(labels["character"]) == {"alef": 1, "ಕ": 1}
    assert set(labels["collection"]) == {"mine"}


def test_letters_of_any_alphabet_count_in_the_hash(out: Path, draw_glyph: Draw) -> None:
    class Drawn:
        path = "drawn"

        def read(self) -> bytes:
            return encode(draw_glyph("kannada"))

    hashes = {
        write_items(
            [Item(Drawn(), "kannada", "mine", Label(letter))], out, preset("canonical")
        ).hash
        for letter in ("ಕ", "ಖ")
    }

    assert len(hashes) == 2
    assert all(len(bytes.fromhex(each)) == hashlib.sha256().digest_size for each in hashes)


def test_python_looks_for_garbage_seldom_only_while_it_builds(
    kaggle_zips: dict[str, Path], out: Path, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(partial(gc.set_threshold, *gc.get_threshold()))
    gc.set_threshold(700, 10, 10)  # Python's own; that of the tests is larger
    before, during = gc.get_threshold(), []
    build(
        [str(kaggle_zips["arabic"])],
        out,
        progress=lambda *_: during.append(gc.get_threshold()[0]),
    )
    with pytest.raises(SourceNotFound):
        build([str(out.parent / "missing")], out)

    assert min(during) > 100 * before[0]
    assert gc.get_threshold() == before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="is for glibc's way with memory")
def test_a_worker_is_given_the_room_of_large_images_once() -> None:
    code = """
import os, resource
import numpy as np
from core.data.convert import _begin
_begin(os.getppid(), ())
def faults():
    sheets = [np.ones((900, 1200, 3), np.uint8) for _ in range(4)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
seen = [faults() for _ in range(20)]
print((seen[-1] - seen[9]) // 10)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    pages = 4 * 900 * 1200 * 3 // os.sysconf("SC_PAGE_SIZE")
    assert int(done.stdout) < pages / 10


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_with_any_name_is_not_waited_for(
    tmp_path: Path, out: Path, draw_glyph: Draw
) -> None:
    place = _own(tmp_path / "mine", draw_glyph("arabic"))
    os.mkfifo(place / "arabic" / "notes")
    assert build([str(place)], out, workers=1).images == 1


@pytest.mark.parametrize("same", [True, False])
def test_where_few_are_chosen_an_image_counts_once_by_its_content_too(
    same: bool, tmp_path: Path, out: Path, draw_glyph: Draw
) -> None:
    first = [draw_glyph("arabic", number) for number in range(3)]
    others = first if same else [draw_glyph("arabic", number) for number in range(3, 6)]
    for name, images in (("one", first), ("two", others)):
        _own(tmp_path / name / "mine", *images)
    built = tmp_path / "built.parquet"
    build([str(tmp_path / "one" / "mine")], built, workers=1)

    both = [str(built), str(tmp_path / "two" / "mine")]
    report = build(both, out, per_script=10, workers=1)

    assert (report.images, len(report.copies)) == ((3, 1) if same else (6, 0))
    assert report.images == build(both, out, workers=1).images
