"""What pictures give away without their shape."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.build import build
from core.data.giveaways import CAME, find, tell, traits
from core.data.store import Store
from core.errors import DataError

Draw = Callable[..., np.ndarray]


def columns(kinds: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate(list(kinds.values()), axis=1)


def test_grey_levels_know_nothing_of_where_a_pixel_is(draw_glyph: Draw) -> None:
    images = np.stack([draw_glyph("kannada", each, size=(28, 28)) for each in range(4)])
    mixed = np.random.default_rng(0).permuted(images.reshape(4, -1), axis=1).reshape(images.shape)
    np.testing.assert_array_equal(traits(images)["greys"], traits(mixed)["greys"])
    assert (traits(images)["sharpness"] != traits(mixed)["sharpness"]).any()


def test_traits_are_those_worked_out_by_hand() -> None:
    image = np.zeros((1, 4, 4), np.uint8)
    image[0, 0] = 255  # one row of four is white
    found = {name: values[0] for name, values in traits(image).items()}
    # quantiles of twelve zeros and four 255s, mean, deviation, levels, black, white
    expected = [0, 0, 0, 0, 0, 0, 0, 255, 255, 63.75, np.sqrt(3) * 255 / 4, 2, 0.75, 0.25]
    np.testing.assert_allclose(found["greys"], expected, rtol=1e-6)
    # of the sixteen outermost, corners twice, the first row's four and two corners are white
    np.testing.assert_allclose(found["frame"], [255 * 6 / 16, 255 * np.sqrt(60) / 16], rtol=1e-6)
    # of 24 steps to a neighbour four are from white to black
    np.testing.assert_allclose(found["sharpness"], [255 * 4 / 24, 255, 20 / 24], rtol=1e-6)


def test_what_differs_by_paper_alone_is_told_and_what_does_not_is_not() -> None:
    rng = np.random.default_rng(0)
    scripts = np.repeat(["arabic", "kannada"], 100)
    alike = rng.integers(0, 256, (200, 8, 8), dtype=np.uint8)
    assert 0.3 < tell(columns(traits(alike)), scripts).mean() < 0.7
    paler = alike // np.where(scripts == "arabic", 1, 2)[:, None, None].astype(np.uint8)
    assert tell(columns(traits(paler)), scripts).to_dict() == {"arabic": 1.0, "kannada": 1.0}


def test_after_each_step_it_is_asked_anew(notebook_store: Path) -> None:
    store = Store.open(notebook_store)
    found = find(store, store.pipeline, store.labels())
    assert [each.label for each in found.stages] == [CAME, "Grey", "Resize", "Invert"]
    assert found.images == 288
    assert found.chance == pytest.approx(1 / 6)
    assert set(found.came) == set(found.seen) == {"greys", "frame", "sharpness"}


def test_a_pipeline_takes_paper_and_pen_away(draw_glyph: Draw, tmp_path: Path) -> None:
    # the same letters under two names, on paper of two kinds
    for seed in range(60):
        letter = draw_glyph("english", seed % 4, seed=seed)
        for script, image in (("arabic", letter), ("kannada", 255 - letter // 2)):
            folder = tmp_path / "raw" / script / "x"
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(folder / f"{seed}.png")
    out = tmp_path / "two.parquet"
    build([str(tmp_path / "raw")], out, workers=1)
    store = Store.open(out)
    stages = find(store, store.pipeline, store.labels()).stages
    assert stages[0].accuracy == 1
    assert stages[-1].accuracy < 0.7


def test_with_one_script_there_is_nothing_to_tell_apart(
    kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "one.parquet"
    build([str(kaggle_zips["chinese"])], out, workers=1)
    store = Store.open(out)
    with pytest.raises(DataError, match="it takes two scripts"):
        find(store, store.pipeline, store.labels())
