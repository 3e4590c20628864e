"""Figures of a data set: bars, histograms by source, the pixels of one picture."""

import numpy as np
import pandas as pd
import pytest

from core.ui import charts


def test_counts_are_bars_of_their_scripts_in_the_order_given():
    table = pd.DataFrame({"arabic": [3, 0], "english": [1, 2]}, index=["<b>", "1"])
    figure = charts.counted(table)
    assert [each.name for each in figure.data] == ["Arabic", "English (Latin)"]
    assert [list(each.x) for each in figure.data] == [[3, 0], [1, 2]]
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b&gt;", "1"]
    assert list(figure.data[1].customdata) == ["&lt;b&gt;: 1 image", "1: 2 images"]
    assert [each.text for each in figure.layout.annotations] == ["4", "2"]


def test_what_a_sheet_tells_and_marks_lies_on_its_cells():
    frame = pd.DataFrame({"script": ["arabic"] * 4, "character": list("abcd"), "writer": ""})
    figure = charts.contact_sheet("data:", frame, 3, chosen=1, picked=[3])
    [marks] = figure.data
    assert (list(marks.x), list(marks.y)) == ([0.5, 1.5, 2.5, 0.5], [0.5, 0.5, 0.5, 1.5])
    framed, dot = figure.layout.shapes
    assert (framed.x0, framed.x1, framed.y0, framed.y1) == (1, 2, 0, 1)
    assert (dot.x0, dot.x1, dot.y0, dot.y1) == (0.04, 0.24, 1.04, 1.24)


@pytest.mark.parametrize(("high", "scale"), [(5.0, "linear"), (500.0, "log")])
def test_sources_are_drawn_on_one_scale_with_their_medians(high: float, scale: str):
    values = {"one": np.array([1.0, 2, high]), "other": np.array([3.0])}
    figure = charts.by_source(values, ["#000000", "#ffffff"], "px")
    assert figure.layout.xaxis.type == scale
    assert [each.x[0] for each in figure.data if each.mode == "markers"] == [2, 3]
    assert list(figure.layout.yaxis.ticktext) == ["one", "other"]
    figure = charts.by_source(values, ["#000000", "#ffffff"], "px", kinds=["Arabic", "Kannada"])
    assert list(figure.layout.yaxis.ticktext) == ["one<br>Arabic", "other<br>Kannada"]


def test_sources_whose_long_names_begin_alike_are_two_bars():
    begin = "handwriting of the class of 2024 "
    figure = charts.polarity(pd.Series({begin + "one": 1.0, begin + "<b>two": 0.0}))
    dark, light = figure.data
    assert (list(dark.x), list(light.x)) == ([1.0, 0.0], [0.0, 1.0])
    one, two = figure.layout.yaxis.ticktext
    assert one != two
    assert list(dark.customdata) == [begin + "one", begin + "&lt;b&gt;two"]


def test_polarity_shows_both_sides():
    dark, light = charts.polarity(pd.Series({"one": 0.25})).data
    assert (dark.x[0], light.x[0]) == (0.25, 0.75)


def test_a_small_picture_has_its_values_written_in_and_a_large_one_not():
    small, large = (np.zeros((side, side), np.uint8) for side in (40, 200))
    assert charts.pixel_view(small).data[0].texttemplate
    assert not charts.pixel_view(large).data[0].texttemplate
    assert charts.pixel_view(np.zeros((4, 4, 3), np.uint8)).data[0].type == "image"
