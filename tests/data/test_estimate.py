"""What a build will take, estimated before it starts."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from core.data import archive
from core.data.build import build
from core.data.estimate import SAMPLE, estimate_build, estimate_sketch
from core.data.scan import NOT_OURS
from core.data.sketchbook import sketch
from core.data.sketchbook.build import sketch_items
from core.errors import DataError, SourceNotFound
from core.imaging import preset
from core.scripts import NAMES


@pytest.mark.parametrize("name", ["canonical", "notebook"])
@pytest.mark.parametrize("per_script", [None, 20])
def test_counts_are_those_of_the_build_and_the_size_is_near(
    name: str, per_script: int | None, kaggle_folder: Path, tmp_path: Path
) -> None:
    foretold = estimate_build([str(kaggle_folder)], preset(name), per_script)
    report = build(
        [str(kaggle_folder)], tmp_path / "a.parquet", pipeline=name, per_script=per_script
    )

    assert foretold.per_script == report.per_script
    assert (foretold.images, foretold.skipped) == (report.images, ())
    # All but the footer, which is a few thousand bytes whatever the number of images.
    written = (tmp_path / "a.parquet").stat().st_size
    assert foretold.bytes == pytest.approx(written, rel=0.15, abs=6000)
    assert foretold.sampled == SAMPLE
    assert foretold.seconds > 0


def test_a_sketch_is_foretold_too(tmp_path: Path) -> None:
    foretold = estimate_sketch(preset("canonical"), 40)
    report = sketch(tmp_path / "a.parquet", per_script=40)

    assert foretold.per_script == report.per_script
    written = (tmp_path / "a.parquet").stat().st_size
    assert foretold.bytes == pytest.approx(written, rel=0.15, abs=6000)


@pytest.mark.parametrize("per_script", [0, 1_000_001])
def test_a_sketch_that_cannot_be_is_not_foretold(per_script: int) -> None:
    with pytest.raises(DataError, match="choose"):
        estimate_sketch(preset("canonical"), per_script)


def test_a_zip_that_was_looked_at_is_not_left_open(kaggle_zips: dict[str, Path]) -> None:
    estimate_build([str(kaggle_zips["arabic"])], preset("canonical"))
    assert archive._opened.cache_info().currsize == 0


def test_a_large_sketch_is_foretold_from_a_few_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def items(per_script: int, **options: Any) -> list[Any]:
        asked.append(per_script)
        return sketch_items(per_script, **options)

    monkeypatch.setattr("core.data.sketchbook.build.sketch_items", items)

    few, many = (estimate_sketch(preset("canonical"), each) for each in (500, 50_000))

    assert max(asked) <= SAMPLE
    assert many.per_script == dict.fromkeys(NAMES, 50_000)
    assert many.bytes == pytest.approx(100 * few.bytes, rel=0.01)
    assert many.sampled == few.sampled == SAMPLE


def test_work_is_shared_by_the_cores_where_there_is_enough_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr("core.data.estimate.time.perf_counter", lambda: float(next(clock)))

    def preparing(cores: int, per_script: int) -> float:
        monkeypatch.setattr("os.cpu_count", lambda: cores)
        return estimate_sketch(preset("notebook"), per_script).seconds

    # a second to think of 120 and six to prepare 20 each, as that clock goes
    thinking = 2000 / 120 + 1.5
    alone, shared = preparing(1, 2000) - thinking, preparing(4, 2000) - thinking
    assert shared == pytest.approx(alone / 4)
    assert preparing(1, 20) == preparing(4, 20)  # too few for that


def test_more_images_take_more_time_and_room(kaggle_folder: Path) -> None:
    few, all_of_them = (
        estimate_build([str(kaggle_folder)], preset("canonical"), each) for each in (2, None)
    )
    assert few.bytes < all_of_them.bytes / 10
    assert few.sampled == few.images == 12


def test_files_that_are_not_taken_are_counted(kaggle_zips: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "arabic" / "alef").mkdir(parents=True)
    (tmp_path / "arabic" / "alef" / "1.png").write_bytes(b"no image")
    (tmp_path / "holiday.png").write_bytes(b"no image")
    found = estimate_build([str(kaggle_zips["chinese"]), str(tmp_path)], preset("canonical"))

    assert found.skipped == ((f"{tmp_path.name}/holiday.png", NOT_OURS),)
    assert found.per_script == {"arabic": 1, "chinese": 48}
    assert found.sampled == 48


def test_copies_are_told_apart_from_files_that_are_not_taken(
    kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    shutil.unpack_archive(kaggle_zips["chinese"], tmp_path)
    found = estimate_build([str(kaggle_zips["chinese"]), str(tmp_path)], preset("canonical"))

    assert found.skipped == ()
    ((path, why),) = found.copies
    assert path == str(kaggle_zips["chinese"])
    assert why.startswith("48 of its images are here a second time")


def test_what_can_not_be_built_can_not_be_foretold(kaggle_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="check the path"):
        estimate_build([str(tmp_path / "nowhere")], preset("canonical"))
    with pytest.raises(DataError, match="positive number"):
        estimate_build([str(kaggle_folder)], preset("canonical"), 0)
    (tmp_path / "arabic").mkdir()
    (tmp_path / "arabic" / "1.png").write_bytes(b"no image")
    with pytest.raises(SourceNotFound, match="none of 1 files"):
        estimate_build([str(tmp_path)], preset("canonical"))
