"""Lines that paper has go, strokes stay: on sheets drawn here, light ink on black."""

import cv2
import numpy as np
import pytest

from core.imaging import preset
from core.imaging.ruled import otsu, without_box
from core.imaging.ruled import without_ruled as ruled_out

SIDE, PEN, FINE = 200, 9, 2
FAINT = 130


def without_ruled(sheet: np.ndarray) -> np.ndarray:
    return ruled_out(sheet, otsu(sheet))


def letter(side: int = SIDE, pen: int = PEN) -> np.ndarray:
    """A loop with a stem, and a dot over it; nowhere near an edge."""
    sheet = np.zeros((side, side), np.uint8)
    cv2.circle(sheet, (side * 9 // 20, side * 11 // 20), side // 6, 255, pen)
    cv2.line(sheet, (side * 12 // 20, side // 4), (side * 13 // 20, side * 4 // 5), 255, pen)
    cv2.circle(sheet, (side * 9 // 20, side // 4), pen // 2, 255, -1)
    return sheet


def ruled(sheet: np.ndarray, *rows: int, fall: int = 0, thick: int = FINE) -> np.ndarray:
    """The sheet on paper with lines at `rows`, each of them `fall` px lower at its right end."""
    paper = np.zeros(sheet.shape, np.uint8)
    for row in rows:
        cv2.line(paper, (0, row), (sheet.shape[1] - 1, row + fall), FAINT, thick)
    return np.maximum(sheet, paper)


def lost(before: np.ndarray, after: np.ndarray) -> float:
    """Share of the letter's ink that is gone."""
    return float(np.mean(after[before > 200] < 200))


def left(plain: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
    """Share of all that is not the letter's that is still there."""
    paper = plain == 0
    return np.count_nonzero(after[paper]) / np.count_nonzero(before[paper])


@pytest.mark.parametrize("fall", [0, 6, -9])
def test_ruled_lines_go_and_what_crosses_them_stays(fall: int) -> None:
    plain = letter()
    sheet = ruled(plain, 30, 80, 130, 180, fall=fall)
    clean = without_ruled(sheet)
    assert left(plain, sheet, clean) < 0.1  # bits beside the crossings
    assert lost(plain, clean) < 0.02


def test_squares_go_as_lines_do() -> None:
    plain = letter()
    squared = ruled(ruled(plain, 30, 80, 130, 180).T, 20, 75, 140, 185).T
    clean = without_ruled(squared)
    assert left(plain, squared, clean) < 0.1
    assert lost(plain, clean) < 0.02


def test_a_line_that_fades_out_goes_with_the_others() -> None:
    sheet = ruled(letter(), 30, 180)
    sheet[129:131, :60] = FAINT
    assert not without_ruled(sheet)[125:135, :40].any()


@pytest.mark.parametrize(
    "sheet",
    [
        ruled(letter(), 60),  # the headline of a letter cut from a word
        ruled(letter(), 30, 180, thick=14),  # strokes
        ruled(np.zeros((SIDE, SIDE), np.uint8), 30, 80, 130),  # nothing but lines
        ruled(letter(80), 20, 60),  # too small to tell
    ],
    ids=["one line", "thick", "bare", "small"],
)
def test_what_may_be_a_character_is_left_as_it_is(sheet: np.ndarray) -> None:
    assert without_ruled(sheet) is sheet


def test_a_character_of_bars_that_fills_its_sheet_is_none_of_paper() -> None:
    well = np.zeros((SIDE, SIDE), np.uint8)  # two bars across, two down, as in a Chinese well
    for place in (60, 140):
        cv2.line(well, (0, place), (SIDE, place), 255, 4)
        cv2.line(well, (place, 0), (place, SIDE), 255, 4)
    assert without_ruled(well) is well


def test_grain_is_no_line() -> None:
    random = np.random.default_rng(3)
    grain = (random.random((SIDE, SIDE)) < 0.3) * np.uint8(FAINT)
    sheet = np.maximum(letter(), grain)
    assert without_ruled(sheet) is sheet


def boxed(pen: int, inside: np.ndarray) -> np.ndarray:
    sheet = inside.copy()
    cv2.rectangle(sheet, (12, 8), (SIDE - 10, SIDE - 14), 255, pen)
    return sheet > 0


def test_a_fine_box_goes() -> None:
    plain = letter() > 0
    np.testing.assert_array_equal(without_box(boxed(FINE, letter())), plain)


@pytest.mark.parametrize(
    "ink",
    [boxed(PEN, letter()), boxed(FINE, np.zeros((SIDE, SIDE), np.uint8)), letter() > 0],
    ids=["of the same pen", "nothing in it", "no box"],
)
def test_a_box_that_may_be_part_of_a_character_stays(ink: np.ndarray) -> None:
    assert without_box(ink) is ink


@pytest.mark.parametrize("photo", [False, True])
@pytest.mark.parametrize("paper", ["ruled", "squared", "boxed"])
def test_the_model_sees_the_same_on_any_paper(paper: str, photo: bool) -> None:
    plain = letter(280, 14)
    lines = (40, 110, 180, 250)
    if paper == "boxed":
        sheet = plain.copy()
        cv2.rectangle(sheet, (5, 5), (272, 274), 200, 3)
    else:
        sheet = ruled(plain, *lines)
        sheet = ruled(sheet.T, *lines).T if paper == "squared" else sheet
    canonical = preset("canonical")
    seen, expected = (
        canonical.apply(_photographed(each) if photo else 255 - each) for each in (sheet, plain)
    )
    pen = np.ones((3, 3), np.uint8)  # a pixel to the side is no other character
    assert lost(seen, cv2.dilate(expected, pen)) < 0.05
    assert lost(expected, cv2.dilate(seen, pen)) < 0.05


def _photographed(sheet: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(8)
    light = np.linspace(110, 220, sheet.shape[1]) + random.normal(0, 2, sheet.shape)
    return (light * (1 - 0.45 * sheet / 255)).clip(0, 255).astype(np.uint8)
