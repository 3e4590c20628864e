"""What pictures give away without their shape."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.build import build
from core.data.giveaways import CAME, Found, find, measure, tell, traits
from core.data.store import Store
from core.errors import DataError
from core.scripts import NAMES

Draw = Callable[..., np.ndarray]


def columns(images: np.ndarray) -> np.ndarray:
    return np.concatenate(list(measure(images).values()), axis=1)


def save(image: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


def found_of(data: Path) -> Found:
    store = Store.open(data)
    return find(store, store.pipeline, store.labels()["script"])


def found_in(images: Path) -> Found:
    """Of a data set made of `images`, which comes to lie beside them."""
    out = images.with_suffix(".parquet")
    build([str(images)], out, workers=1)
    return found_of(out)


def test_copies_of_one_picture_give_nothing_away(tmp_path: Path, draw_glyph: Draw) -> None:
    image = draw_glyph("kannada", size=(28, 28))
    for script in ("english", "kannada"):
        for number in range(12):
            save(image, tmp_path / "all" / script / "a" / f"{number}.png")

    with pytest.raises(DataError, match="all images are copies of one"):
        found_in(tmp_path / "all")


def test_grey_levels_know_nothing_of_where_a_pixel_is(draw_glyph: Draw) -> None:
    image = draw_glyph("kannada", size=(28, 28))
    mixed = np.random.default_rng(0).permutation(image.ravel()).reshape(image.shape)
    assert traits(image)["greys"] == traits(mixed)["greys"]
    assert traits(image)["sharpness"] != traits(mixed)["sharpness"]


def test_traits_are_those_worked_out_by_hand() -> None:
    image = np.zeros((4, 4), np.uint8)
    image[0] = 255  # one row of four is white
    found = traits(image)
    # quantiles of twelve zeros and four 255s, mean, deviation, levels, black, white
    expected = [0, 0, 0, 0, 0, 0, 0, 255, 255, 63.75, np.sqrt(3) * 255 / 4, 2, 0.75, 0.25]
    assert found["greys"] == pytest.approx(expected)
    # of the sixteen outermost, corners twice, the first row's four and two corners are white
    assert found["frame"] == pytest.approx([255 * 6 / 16, 255 * np.sqrt(60) / 16])
    # of 24 steps to a neighbour four are from white to black
    assert found["sharpness"] == pytest.approx([255 * 4 / 24, 255, 20 / 24])
    assert found["colour"] == [0, 0, 0, 0]
    red = np.zeros((2, 2, 3), np.uint8)
    red[0, :, 0] = 200  # one row of two
    assert traits(red)["colour"] == [100, 100, 0, 0]


def test_a_single_pixel_can_be_measured() -> None:
    assert traits(np.full((1, 1), 7, np.uint8))["sharpness"] == [0, 0, 1]


def test_what_differs_by_paper_alone_is_told_and_what_does_not_is_not() -> None:
    rng = np.random.default_rng(0)
    scripts = np.repeat(["arabic", "kannada"], 100)
    alike = rng.integers(0, 256, (200, 8, 8), dtype=np.uint8)
    each = np.arange(200)
    assert 0.3 < tell(columns(alike), scripts, each).mean() < 0.7
    paler = alike // np.where(scripts == "arabic", 1, 2)[:, None, None].astype(np.uint8)
    assert tell(columns(paler), scripts, each).to_dict() == {"arabic": 1.0, "kannada": 1.0}


def test_a_copy_of_an_image_does_not_give_it_away() -> None:
    rng = np.random.default_rng(0)
    noise = np.repeat(rng.integers(0, 256, (100, 8, 8), dtype=np.uint8), 2, axis=0)
    scripts = np.repeat(["arabic", "kannada"], 100)
    copies = np.repeat(np.arange(100), 2)
    assert tell(columns(noise), scripts, np.arange(200)).mean() > 0.7  # as if they were others
    assert tell(columns(noise), scripts, copies).mean() < 0.65


def test_after_each_step_it_is_asked_anew(notebook_store: Path) -> None:
    found = found_of(notebook_store)
    assert [each.label for each in found.stages] == [CAME, "Grey", "Resize", "Invert"]
    assert found.images == dict.fromkeys(NAMES, 48)
    assert not found.left_out
    assert found.chance == pytest.approx(1 / 6)
    assert set(found.came) == set(found.seen) == {"greys", "frame", "sharpness", "colour"}


def test_a_pipeline_takes_paper_and_pen_away(draw_glyph: Draw, tmp_path: Path) -> None:
    # the same letters under two names, on paper of two kinds
    for seed in range(60):
        letter = draw_glyph("english", seed % 4, seed=seed)
        for script, image in (("arabic", letter), ("kannada", 255 - letter // 2)):
            save(image, tmp_path / "raw" / script / "x" / f"{seed}.png")
    stages = found_in(tmp_path / "raw").stages
    assert stages[0].accuracy == 1
    assert stages[-1].accuracy < 0.7


def test_the_pen_s_colour_gives_away_until_it_is_taken_out(
    draw_glyph: Draw, tmp_path: Path
) -> None:
    for seed in range(40):
        letter = 255 - draw_glyph("english", seed % 4, seed=seed)
        for channel, script in ((0, "arabic"), (2, "kannada")):
            image = np.stack([letter] * 3, axis=2)
            image[..., channel] = 255  # red or blue ink, equally far from green
            save(image, tmp_path / "raw" / script / "x" / f"{seed}.png")
    save(draw_glyph("chinese"), tmp_path / "raw" / "chinese" / "x" / "1.png")
    found = found_in(tmp_path / "raw")
    assert (found.images, found.left_out) == ({"arabic": 40, "kannada": 40}, {"chinese": 1})
    assert found.came["colour"] == 1
    assert found.seen["colour"] == 0.5


def test_with_one_script_there_is_nothing_to_tell_apart(
    kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    chinese = tmp_path / "chinese-mnist.zip"
    chinese.symlink_to(kaggle_zips["chinese"])
    with pytest.raises(DataError, match="it takes two scripts"):
        found_in(chinese)


def test_scripts_weigh_alike_however_many_images_there_are_of_each() -> None:
    """Where there is nothing to tell, the larger script would be answered always."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (300, 8, 8), dtype=np.uint8)
    scripts = np.repeat(["arabic", "kannada"], [250, 50])
    found = tell(columns(noise), scripts, np.arange(300))
    assert found["kannada"] > 0.01
