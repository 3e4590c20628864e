"""Each step alone, against something worked out by hand or by another library."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage.filters import threshold_otsu

from core.imaging import STEPS
from core.imaging.steps import (
    Binarise,
    Crop,
    Fit,
    Flatten,
    Grey,
    Invert,
    Polarity,
    Redraw,
    Resize,
    Thin,
    otsu,
)

Draw = Callable[..., np.ndarray]


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def on_black(shape: tuple[int, int], *boxes: tuple[slice, slice]) -> np.ndarray:
    image = np.zeros(shape, np.uint8)
    for box in boxes:
        image[box] = 255
    return image


def box_of(image: np.ndarray) -> tuple[int, int, int, int]:
    """Top, bottom, left, right of what is not black, the last ones included."""
    rows, columns = np.nonzero(image)
    return rows.min(), rows.max(), columns.min(), columns.max()


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_step_says_what_it_is_and_what_it_is_good_for(step: type) -> None:
    assert step.label
    for said, words in ((step.does, 4), (step.why, 6)):
        assert said[0].isupper()
        assert said.endswith(".")
        assert len(said.split()) >= words


def test_no_two_steps_have_the_same_label() -> None:
    assert len({step.label for step in STEPS.values()}) == len(STEPS)


def test_grey_is_the_luminance_pillow_gives() -> None:
    image = noise(20, 30, 3)

    expected = np.asarray(Image.fromarray(image).convert("L"))

    assert np.abs(Grey()(image).astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(Grey()(expected), expected)


@pytest.mark.parametrize("size", [(28, 28), (64, 64), (20, 90), (90, 120), (1, 7)], ids=str)
def test_resize_is_pillows_bicubic_whatever_the_aspect(size: tuple[int, int]) -> None:
    image = noise(*size)

    expected = Image.fromarray(image).resize((28, 28), Image.Resampling.BICUBIC)

    np.testing.assert_array_equal(Resize(28)(image), np.asarray(expected))


def test_invert_knows_its_collections_and_looks_at_the_border_of_others() -> None:
    dark_on_white = np.pad(np.zeros((4, 4), np.uint8), 4, constant_values=255)
    step = Invert(collections=("paper",), known=("paper", "screen"))

    assert (step.for_collection("paper")(dark_on_white) == 255 - dark_on_white).all()
    assert (step.for_collection("paper")(255 - dark_on_white) == dark_on_white).all()
    assert (step.for_collection("screen")(dark_on_white) == dark_on_white).all()
    for anything in (step, step.for_collection("somebody's photos")):
        assert (anything(dark_on_white) == 255 - dark_on_white).all()
        assert (anything(255 - dark_on_white) == 255 - dark_on_white).all()


def test_otsu_splits_where_scikit_image_splits(draw_glyph: Draw) -> None:
    soft = cv2.GaussianBlur(draw_glyph("kannada", ink=180), (0, 0), 2)
    for image in (soft, 255 - soft, noise(40, 40)):
        np.testing.assert_array_equal(image > otsu(image), image > threshold_otsu(image))


def test_flatten_takes_a_shadow_out_and_leaves_the_ink(draw_glyph: Draw) -> None:
    glyph = draw_glyph("english", 1, size=(120, 120))
    ink = glyph > 127
    shadow = np.linspace(40, 200, 120)[None].repeat(120, axis=0)
    photo = np.where(ink, shadow * 0.5, shadow).astype(np.uint8)
    # the paper in the shadow is darker than the ink in the light
    assert photo[~ink].min() < photo[ink].max()

    for way_round in (photo, 255 - photo):
        flat = Flatten()(way_round)
        assert np.percentile(flat[~ink], 95) < np.percentile(flat[ink], 20)


def test_flatten_takes_ruled_lines_of_a_photograph_away_and_keeps_the_character() -> None:
    light = np.linspace(120, 220, 160)[None].repeat(160, axis=0)
    light[20:22] *= 0.6
    light[:, 150:152] *= 0.6
    light[60:100, 70:73] *= 0.6

    ink = Flatten()(light.astype(np.uint8)) > 60

    assert ink[65:95, 71].all()
    assert not ink[:50].any()
    assert not ink[:, 140:].any()


def test_flatten_keeps_a_character_that_runs_off_the_photograph() -> None:
    light = np.linspace(120, 220, 160)[None].repeat(160, axis=0)
    light[:, 70:74] *= 0.6

    assert (Flatten()(light.astype(np.uint8))[:, 71] > 60).all()


def test_flatten_takes_a_small_picture_for_no_photograph_and_keeps_what_runs_off_it() -> None:
    light = np.linspace(120, 220, 64)[None].repeat(64, axis=0)
    light[:24, 20:23] *= 0.6
    light[30:55, 40:43] *= 0.6

    flat = Flatten()(light.astype(np.uint8)).astype(int)

    at_edge, free = flat[:24, 21], flat[30:55, 41]
    assert max(at_edge.max(), free.max()) < np.median(flat) - 100
    assert abs(at_edge.mean() - free.mean()) < 30


def test_flatten_finds_nothing_on_the_photograph_of_an_empty_sheet() -> None:
    light = np.linspace(120, 220, 160)[None] + noise(160, 160) % 12

    assert not Flatten()(light.astype(np.uint8)).any()


def test_flatten_does_not_blow_up_what_is_nearly_blank() -> None:
    paper = (200 + noise(30, 30) % 10).astype(np.uint8)

    np.testing.assert_array_equal(Flatten()(paper), paper)


def test_polarity_leaves_light_ink_on_black_whichever_way_it_came(draw_glyph: Draw) -> None:
    for script in ("arabic", "chinese", "devanagari"):
        glyph = draw_glyph(script)
        np.testing.assert_array_equal(Polarity()(glyph), glyph)
        np.testing.assert_array_equal(Polarity()(255 - glyph), glyph)


def test_polarity_of_a_glyph_that_touches_every_edge() -> None:
    cross = on_black((30, 30), np.s_[13:17, :], np.s_[:, 13:17])

    np.testing.assert_array_equal(Polarity()(cross), cross)
    np.testing.assert_array_equal(Polarity()(255 - cross), cross)


def test_polarity_heeds_the_whole_where_ink_holds_most_of_the_rim() -> None:
    # a bracket along three sides: 70% of the rim, a fifth of the whole
    bracket = on_black((40, 40), np.s_[:2, :], np.s_[-2:, :], np.s_[:, :4])
    assert bracket[[0, -1]].all()

    np.testing.assert_array_equal(Polarity()(bracket), bracket)
    np.testing.assert_array_equal(Polarity()(255 - bracket), bracket)


def test_polarity_heeds_the_rim_where_ink_fills_most_of_the_whole() -> None:
    box = on_black((40, 40), np.s_[4:36, 4:36])
    assert box.mean() > 128

    np.testing.assert_array_equal(Polarity()(box), box)
    np.testing.assert_array_equal(Polarity()(255 - box), box)


def test_crop_cuts_to_the_box_of_the_ink() -> None:
    image = on_black((50, 60), np.s_[10:20, 5:9], np.s_[30:35, 40:50])

    np.testing.assert_array_equal(Crop()(image), image[10:35, 5:50])


def test_crop_leaves_dirt_out_and_a_dot_in() -> None:
    # 2% of the bowl's 400 px is 8: a dot of 9 px is a part of the letter, a speck of 4 is not
    image = on_black((60, 60), np.s_[30:50, 20:40], np.s_[20:23, 28:31], np.s_[2:4, 2:4])

    np.testing.assert_array_equal(Crop()(image), image[20:50, 20:40])


@pytest.mark.parametrize("paper", [0, 130, 255])
def test_crop_of_bare_paper_leaves_no_ink(paper: int) -> None:
    bare = (np.full((9, 7), paper) - noise(9, 7) % 8).clip(0, 255).astype(np.uint8)

    np.testing.assert_array_equal(Crop()(bare), np.zeros((9, 7)))


@pytest.mark.parametrize("shape", [(20, 60), (60, 20), (300, 900), (5, 5)], ids=str)
def test_fit_keeps_the_aspect_and_centres(shape: tuple[int, int]) -> None:
    fitted = Fit(size=80, margin=6)(np.full(shape, 255, np.uint8))

    top, bottom, left, right = box_of(fitted)
    height, width = bottom - top + 1, right - left + 1
    assert fitted.shape == (80, 80)
    assert max(height, width) == 68
    assert height / width == pytest.approx(shape[0] / shape[1], rel=0.03)
    assert abs(top - (79 - bottom)) <= 1
    assert abs(left - (79 - right)) <= 1


def test_fit_shrinks_by_averaging() -> None:
    board = (np.indices((80, 80)).sum(axis=0) % 2 * 255).astype(np.uint8)

    assert np.unique(Fit(size=40, margin=0)(board)).tolist() == [128]


def test_fit_survives_a_hair() -> None:
    assert Fit(size=80, margin=6)(np.full((1, 200), 255, np.uint8)).any()


def test_binarise_leaves_ink_or_no_ink(draw_glyph: Draw) -> None:
    faint = (draw_glyph("kannada") * 0.4 + 30).astype(np.uint8)

    found = Binarise(faint=1.0)(faint)

    assert set(np.unique(found)) == {0, 255}
    np.testing.assert_array_equal(found > 0, faint > threshold_otsu(faint))


def test_binarise_keeps_a_faint_stretch_of_a_stroke_but_no_faint_stain() -> None:
    image = np.zeros((60, 60), np.uint8)
    image[30:34, 5:55] = 240
    image[30:34, 25:30] = 100
    image[5:10, 5:10] = 100
    threshold = threshold_otsu(image)
    assert 0.7 * threshold < 100 <= threshold

    assert box_of(Binarise()(image)) == (30, 33, 5, 54)
    assert Binarise()(image)[31, 27] == 255


def test_binarise_removes_dirt_and_finds_no_ink_without_contrast() -> None:
    dirty = on_black((60, 60), np.s_[30:50, 20:40], np.s_[2:4, 2:4])

    assert box_of(Binarise()(dirty)) == (30, 49, 20, 39)
    assert not Binarise()(np.full((20, 20), 255, np.uint8)).any()
    assert not Binarise()((100 + noise(20, 20) % 8).astype(np.uint8)).any()


def test_thin_leaves_the_centre_line_one_px_wide() -> None:
    thinned = Thin()(on_black((40, 60), np.s_[15:24, 5:55]))

    top, bottom, left, right = box_of(thinned)
    assert set(np.unique(thinned)) == {0, 255}
    assert ((thinned > 0).sum(axis=0) <= 1).all()
    assert abs(top - 19) <= 1
    assert abs(bottom - 19) <= 1
    assert right - left > 40


def test_thin_keeps_a_loop_closed_and_a_dot_there() -> None:
    image = np.zeros((60, 60), np.uint8)
    cv2.circle(image, (30, 34), 18, 255, 5)
    cv2.circle(image, (30, 6), 3, 255, -1)

    thinned = Thin()(image)

    parts, _ = cv2.connectedComponents(thinned)
    holes, _ = cv2.connectedComponents(255 - thinned, connectivity=4)
    assert (parts - 1, holes - 2) == (2, 1)


def test_redraw_gives_every_line_the_same_pen() -> None:
    line = on_black((80, 80), np.s_[40:41, 10:70])

    drawn = Redraw(size=40, pen=5)(line)

    assert drawn.shape == (40, 40)
    # 5 px of 80 are 2.5 px of 40
    np.testing.assert_allclose(drawn[:, 10:30].sum(axis=0) / 255, 2.5, atol=0.02)


def test_redraw_of_nothing_is_nothing() -> None:
    assert not Redraw()(np.zeros((80, 80), np.uint8)).any()


@pytest.mark.parametrize("shape", [(64, 64), (32, 32), (9, 9), (28, 28), (70, 9), (9, 70)])
def test_many_images_resized_at_once_are_those_resized_one_by_one(shape: tuple[int, int]) -> None:
    images = [noise(*shape).astype(np.uint8) + each for each in range(5)]

    for one, together in zip(images, Resize(28).many(images), strict=True):
        np.testing.assert_array_equal(together, Resize(28)(one))


def test_images_of_many_shapes_stay_in_order() -> None:
    shapes = [(40, 30), (28, 28), (40, 30), (9, 9, 3), (30, 40)]
    images = [noise(*shape).astype(np.uint8) for shape in shapes]

    resized = Resize(28).many(images)

    for image, together in zip(images, resized, strict=True):
        np.testing.assert_array_equal(together, Resize(28)(image))
    assert Resize(28).many([]) == []
