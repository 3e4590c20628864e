"""Figures: the same frame gives the same figure, and each says what it should."""

import numpy as np
import pandas as pd
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from core.scripts import NAMES, SCRIPTS, script
from core.ui import charts
from core.ui.charts.style import RUNS

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB
VISIONS = {
    "all colours": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
HISTORY = pd.DataFrame(
    {
        "kind": ["batch", "batch", "epoch", "batch", "epoch"],
        "step": [1, 5, 10, 15, 20],
        "epoch": [1, 1, 1, 2, 2],
        "minutes": [0.1, 0.5, 1.0, 1.5, 2.0],
        "loss": [1.8, 1.2, 0.9, 0.5, 0.4],
        "accuracy": [0.2, 0.4, 0.6, 0.8, 0.9],
        "val_loss": [None, None, 0.8, None, 0.5],
        "val_accuracy": [None, None, 0.7, None, 0.85],
    }
)


def test_training_and_test_lines_carry_their_own_numbers():
    training, test = charts.learning(HISTORY, "accuracy").data
    assert training.name.startswith("Training")
    assert list(training.y) == [0.2, 0.4, 0.6, 0.8, 0.9]
    assert test.name.startswith("Test")
    assert (list(test.x), list(test.y)) == ([10, 20], [0.7, 0.85])


def test_what_guessing_reaches_is_a_level_that_says_so():
    assert not charts.learning(HISTORY, "accuracy").layout.shapes
    layout = charts.learning(HISTORY, "accuracy", 0.356).layout
    assert [each.y0 for each in layout.shapes] == [0.356]
    assert [each.text for each in layout.annotations] == ["guessing, 35.6%"]


def test_few_epochs_are_counted_one_by_one():
    long = pd.concat([HISTORY, HISTORY.tail(1).assign(epoch=90)])
    assert charts.curves({"a run": HISTORY}, "loss").layout.xaxis.dtick == 1
    assert charts.curves({"a run": HISTORY, "b": long}, "loss").layout.xaxis.dtick is None
    assert charts.curves({"a run": HISTORY}, "loss", "minutes").layout.xaxis.dtick is None


def test_one_batch_is_enough_for_a_figure():
    assert charts.learning(HISTORY.head(1), "loss").data[0].mode == "lines+markers"


def test_runs_over_each_other_differ_in_colour_or_dash():
    lines = charts.curves(dict.fromkeys(map(str, range(20)), HISTORY), "val_accuracy").data
    assert len({each.line.dash for each in lines[:6]}) == 6
    assert len({(each.line.color, each.line.dash) for each in lines}) == 20


@pytest.mark.parametrize(
    ("measure", "axis", "places"),
    [
        ("val_accuracy", "epoch", [1, 2]),
        ("val_accuracy", "step", [10, 20]),
        ("accuracy", "epoch", [1, 2]),
        ("accuracy", "minutes", [0.1, 0.5, 1.0, 1.5, 2.0]),
    ],
)
def test_curves_run_over_batches_epochs_or_minutes(measure: str, axis: str, places: list[float]):
    [line] = charts.curves({"a run": HISTORY}, measure, axis).data
    assert list(line.x) == places
    assert not np.isnan(line.y).any()


@pytest.mark.parametrize("smoothing", [0.0, 0.5])
def test_a_loss_that_is_no_number_is_a_gap(smoothing: float):
    history = HISTORY.assign(loss=[1.0, np.inf, *[np.nan] * (len(HISTORY) - 2)])
    line = charts.curves({"a run": history}, "loss", "step", smoothing).data[-1]
    assert list(np.isfinite(line.y)) == [True] + [False] * (len(line.y) - 1)


def test_smoothing_leaves_the_recorded_line_in_sight():
    recorded, smoothed = charts.curves({"a run": HISTORY}, "loss", "step", 0.5).data
    assert list(recorded.y) == HISTORY["loss"].tolist()
    # By hand: (0.5 * 1.8 + 1.2) / (0.5 + 1)
    assert smoothed.y[:2] == pytest.approx([1.8, 1.4])
    assert smoothed.name == "a run"


def test_the_ranking_has_the_likeliest_on_top_in_its_own_colour():
    ranked = [("kannada", 0.7), ("arabic", 0.295), ("chinese", 0.005)]
    bars = charts.ranking(ranked).data[1]
    assert list(bars.y)[::-1] == ["Kannada", "Arabic", "Chinese"]
    assert bars.marker.color[-1] == script("kannada").color
    assert list(bars.text)[::-1] == ["70%", "30%", "under 1%"]


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "under 1%"), (0.504, "50%"), (0.994, "over 99%"), (1, "over 99%")]
)
def test_certainty_is_never_claimed(share: float, said: str):
    assert charts.percent(share) == said


def test_characters_of_one_script_are_named_without_it():
    def ticks(*names: str) -> list[str]:
        matrix = pd.DataFrame(1, index=list(names), columns=list(names))
        return list(charts.confusion(matrix).layout.xaxis.ticktext)

    assert ticks("english/a", "english/b") == ["a", "b"]
    assert ticks("english/o", "kannada/ka") == ["English (Latin) o", "Kannada ka"]
    assert ticks("other/cat", "other/dog") == ["cat", "dog"]


def test_the_confusion_matrix_shows_shares_of_the_true_script():
    matrix = pd.DataFrame(0, index=list(NAMES), columns=list(NAMES))
    matrix.loc["arabic", ["arabic", "chinese"]] = [30, 10]
    heat = charts.confusion(matrix).data[0]
    # of a part of the columns the shares are still those of whole rows
    part = charts.confusion(matrix.iloc[:, :1], totals=matrix.sum(axis=1)).data[0]
    np.testing.assert_allclose(part.z[:, 0], heat.z[:, 0])
    assert list(heat.z[0][:3]) == [0.75, 0, 0.25]
    assert sum(heat.z[1]) == 0


def test_the_framed_cell_is_in_the_row_of_the_truth_and_the_column_of_the_answer():
    matrix = pd.DataFrame(1, index=list(NAMES), columns=list(NAMES))
    [frame] = charts.confusion(matrix, ("arabic", "chinese")).layout.shapes
    assert (frame.x0 + frame.x1) / 2 == NAMES.index("chinese")
    assert (frame.y0 + frame.y1) / 2 == NAMES.index("arabic")


def test_classes_that_are_called_by_numbers_or_dates_are_bars_with_their_names():
    chart = charts.ranking([("other/7", 0.6), ("other/500", 0.3), ("other/2020-01-01", 0.1)])
    assert list(chart.data[1].y) == ["2020-01-01", "500", "7"]
    assert chart.layout.yaxis.type == "category"


def test_no_run_has_the_colour_of_a_script():
    assert not {each.color for each in SCRIPTS} & set(RUNS)


def test_every_colour_stands_out_from_both_grounds():
    for each in SCRIPTS:
        for ground in ("#FBF9F4", "#191714"):
            assert contrast(each.color, ground) >= 3
    for color in RUNS:
        for ground in ("#FBF9F4", "#191714"):
            assert contrast(color, ground) >= 3


@pytest.mark.parametrize("seen", VISIONS)
def test_the_colours_of_scripts_are_told_apart_by_everybody(seen: str):
    rgb = np.array([[int(each.color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for each in SCRIPTS])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    shown = np.clip(linear @ np.transpose(VISIONS[seen]), 0, 1)
    shown = np.where(shown <= 0.0031308, 12.92 * shown, 1.055 * shown ** (1 / 2.4) - 0.055)
    lab = rgb2lab(shown)
    apart = deltaE_ciede2000(lab[:, None], lab[None])
    assert apart[np.triu_indices(len(SCRIPTS), 1)].min() >= 15


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2.2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
