"""Pictures keep their shapes and their places."""

import numpy as np
import pytest

from core.scripts import SCRIPTS
from core.ui.letter import letter
from core.ui.pictures import cell, data_uri, enlarge, sheet, tinted


@pytest.mark.parametrize("shape", [(28, 28), (40, 40), (180, 240), (256, 10), (1, 1), (64, 64, 3)])
def test_the_longer_side_gets_the_size_asked_for(shape: tuple[int, ...]):
    large = enlarge(np.zeros(shape, np.uint8), 108)
    assert max(large.shape[:2]) == 108
    assert large.shape[2:] == shape[2:]
    assert large.dtype == np.uint8


def test_pixels_stay_sharp_squares():
    small = np.array([[0, 255], [255, 0]], np.uint8)
    assert np.array_equal(enlarge(small, 6), np.kron(small // 255, np.full((3, 3), 255)))


def test_a_picture_is_shrunk_by_averaging():
    board = (np.indices((40, 40)).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert np.unique(enlarge(board, 20)).tolist() == [128]


def test_a_sheet_puts_images_in_rows_and_leaves_the_rest_clear():
    images = [np.full((8, 8), grey, np.uint8) for grey in (10, 20, 30)]
    laid = sheet(images, 2, cell=8, gap=2)
    assert laid.shape == (20, 20, 4)
    assert [laid[0, 0, 0], laid[0, 10, 0], laid[10, 0, 0]] == [10, 20, 30]
    assert laid[10, 10, 3] == 0
    assert laid[9, 9, 3] == 0


def test_a_cell_is_square_whatever_stands_in_it():
    framed = cell(np.full((10, 40), 255, np.uint8), 96)
    assert framed.shape == (96, 96, 4)
    inked = framed[..., 3] == 255
    assert (inked.sum(axis=1).max(), inked.sum(axis=0).max()) == (86, 22)  # 96 - 8 - 2 wide
    rows, columns = (
        np.flatnonzero(framed[..., 3].any(axis=1)),
        np.flatnonzero(framed[..., 3].any(axis=0)),
    )
    assert (len(rows), len(columns)) == (24, 88)


def test_a_map_is_white_where_nothing_is_and_in_full_colour_where_most_is():
    painted = tinted(np.array([[0.0, 0.2], [0.4, 0.1]]), "#A64B3C", 2)
    assert painted.dtype == np.uint8
    assert painted[0, 0].tolist() == [255, 255, 255]
    assert painted[1, 0].tolist() == [0xA6, 0x4B, 0x3C]
    assert painted[0, 1].tolist() == [210, 165, 158]  # halfway: 127.5 + half, to even


def test_a_picture_in_a_figure_is_a_png():
    assert data_uri(np.zeros((4, 4, 4), np.uint8)).startswith("data:image/png;base64,iVBOR")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_script_has_its_letter_in_its_colour(script):
    svg = letter(script.name)
    assert svg.startswith("<svg")
    assert script.color in svg
