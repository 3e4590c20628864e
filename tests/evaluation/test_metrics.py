import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import balanced_accuracy_score

from core.evaluation.metrics import (
    confusion,
    confusion_by_character,
    expected_calibration_error,
    mean_over_scripts,
    most_confused,
    per_script_accuracy,
    sign_test,
    wilson,
)
from core.scripts import NAMES

TRUE = ["arabic", "arabic", "arabic", "arabic", "kannada", "kannada"]
PREDICTED = ["arabic", "arabic", "arabic", "kannada", "chinese", "kannada"]


def test_confusion_counts_true_by_row_and_predicted_by_column() -> None:
    counts = confusion(TRUE, PREDICTED, NAMES)

    assert list(counts.index) == list(counts.columns) == list(NAMES)
    assert counts.loc["arabic", "arabic"] == 3
    assert counts.loc["arabic", "kannada"] == 1
    assert counts.loc["kannada", "chinese"] == 1
    assert counts.loc["kannada", "kannada"] == 1
    assert counts.to_numpy().sum() == 6


def test_the_most_confused_are_those_with_most_mistakes_either_way() -> None:
    true = ["a", "a", "b", "c", "d", "d", "e"]
    predicted = ["a", "c", "b", "c", "c", "c", "b"]
    part = most_confused(confusion(true, predicted, list("abcde")), 2)

    assert list(part.index) == list(part.columns) == ["c", "d"]
    assert part.to_numpy().tolist() == [[1, 0], [2, 0]]


def test_accuracy_by_script_and_its_plain_mean() -> None:
    accuracy = per_script_accuracy(pd.Series(TRUE), pd.Series(PREDICTED))

    assert accuracy == {"arabic": 0.75, "kannada": 0.5}
    assert mean_over_scripts(accuracy) == 0.625


def test_the_mean_over_scripts_is_scikit_learns_balanced_accuracy() -> None:
    random = np.random.default_rng(0)
    true = random.choice(NAMES, 300, p=[0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    predicted = np.where(random.random(300) < 0.7, true, random.choice(NAMES, 300))

    accuracy = per_script_accuracy(true, predicted)

    assert mean_over_scripts(accuracy) == pytest.approx(balanced_accuracy_score(true, predicted))


def test_categories_that_do_not_occur_have_no_accuracy() -> None:
    true = pd.Series(TRUE).astype(pd.CategoricalDtype(list(NAMES)))

    assert set(per_script_accuracy(true, PREDICTED)) == {"arabic", "kannada"}


@pytest.mark.parametrize(("right", "total"), [(0, 1), (3, 3), (4, 8), (130, 200)])
def test_the_interval_is_scipys(right: int, total: int) -> None:
    expected = binomtest(right, total).proportion_ci(method="wilson")

    assert wilson(right, total) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_characters_come_in_the_order_of_what_is_read_right_least() -> None:
    characters = ["a", "a", "b", "b", "c"]
    predicted = ["english", "english", "english", "arabic", "arabic"]

    counts = confusion_by_character(characters, predicted, "english", NAMES)

    assert list(counts.index) == ["c", "b", "a"]
    assert list(counts.columns) == list(NAMES)
    assert counts.loc["b", ["arabic", "english"]].tolist() == [1, 1]
    assert counts.to_numpy().sum() == 5


CONFIDENCE = np.array([0.9, 0.9, 0.6, 0.62])
RIGHT = np.array([True, False, True, True])


def test_the_calibration_error_by_hand() -> None:
    # in the bin of 0.9, 1.8 right answers were promised and 1 given; in that of 0.6, 1.22 and 2
    assert expected_calibration_error(CONFIDENCE, RIGHT) == pytest.approx((0.8 + 0.78) / 4)
    # all in one bin make up for each other
    assert expected_calibration_error(CONFIDENCE, RIGHT, bins=1) == pytest.approx(0.02 / 4)


def test_an_answer_counts_by_its_weight_in_the_calibration_error() -> None:
    weights = np.array([3.0, 1.0, 1.0, 1.0])

    # 3.6 promised and 3 given; 1.22 and 2
    error = expected_calibration_error(CONFIDENCE, RIGHT, weights)

    assert error == pytest.approx((0.6 + 0.78) / 6)


def test_whoever_is_certain_is_in_the_last_bin_too() -> None:
    error = expected_calibration_error(np.array([1.0, 0.95]), np.array([False, True]))

    assert error == pytest.approx((1 + 0.95 - 1) / 2)


def test_shares_stay_shares() -> None:
    assert wilson(5, 5)[1] <= 1
    assert wilson(0, 5)[0] >= 0
    assert np.isnan(expected_calibration_error(np.zeros(0), np.zeros(0, bool)))


def test_what_is_counted_is_not_changed() -> None:
    matrix = confusion(["a", "a"], ["a", "b"], ["a", "b"])
    most_confused(matrix, 1)
    assert matrix.to_numpy().tolist() == [[1, 1], [0, 0]]


@pytest.mark.parametrize(("first", "second"), [(1, 0), (4, 5), (3, 12), (120, 60), (0, 9)])
def test_how_often_chance_parts_two_models_so_far(first: int, second: int) -> None:
    expected = binomtest(first, first + second, 0.5).pvalue  # another implementation

    assert sign_test(first, second) == pytest.approx(expected)
    assert sign_test(second, first) == sign_test(first, second)


def test_two_models_that_agree_are_not_parted() -> None:
    assert sign_test(0, 0) == 1
