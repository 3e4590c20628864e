"""Accuracy, the fair kind: by script first, then the mean over scripts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

BINS = 15


def confusion(
    true: Sequence[str] | pd.Series, predicted: Sequence[str] | pd.Series, labels: Sequence[str]
) -> pd.DataFrame:
    """Count predictions: rows the true script, columns the predicted one, int64."""
    counts = _crossed(true, predicted)
    return counts.reindex(index=list(labels), columns=list(labels), fill_value=0)


def confusion_by_character(
    characters: Sequence[str] | pd.Series,
    predicted: Sequence[str] | pd.Series,
    true: str,
    labels: Sequence[str],
) -> pd.DataFrame:
    """Count predictions for the images of the one script `true`, character by character, int64.

    Rows are the characters, those read right least often first; columns the predicted script.
    """
    counts = _crossed(characters, predicted).reindex(columns=list(labels), fill_value=0)
    right = counts[true] / counts.sum(axis=1)
    return counts.loc[right.sort_values(kind="stable").index]


def most_confused(matrix: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the part of a square `confusion` that is about the `most` labels with most mistakes.

    Mistakes count for what was written and for what was answered; the order stays.
    """
    counts = matrix.to_numpy(copy=True)
    np.fill_diagonal(counts, 0)
    mistakes = counts.sum(axis=0) + counts.sum(axis=1)
    chosen = np.sort(np.argsort(-mistakes, kind="stable")[:most])
    return matrix.iloc[chosen, chosen]


def _crossed(down: Sequence[str] | pd.Series, across: Sequence[str] | pd.Series) -> pd.DataFrame:
    counts = pd.crosstab(np.asarray(down, object), np.asarray(across, object))
    return counts.rename_axis(index=None, columns=None)


def per_script_accuracy(
    true: Sequence[str] | pd.Series, predicted: Sequence[str] | pd.Series
) -> dict[str, float]:
    """Return the share of right answers for each script that occurs in `true`, 0-1."""
    right = pd.Series(np.asarray(true) == np.asarray(predicted))
    shares = right.groupby(np.asarray(true)).mean()
    return {str(script): float(share) for script, share in shares.items()}


def mean_over_scripts(accuracy: dict[str, float]) -> float:
    """Return the plain mean of accuracies by script, so that a large set does not outweigh."""
    return float(np.mean(list(accuracy.values())))


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return a range for the true share behind `right` of `total`, 0-1; of 100 so made 95 hold it.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    It holds for few cases too, and for none or all of them right.
    """
    z = 1.96  # standard deviations of the normal distribution
    share = right / total
    middle = share + z**2 / (2 * total)
    half = z * (share * (1 - share) / total + z**2 / (4 * total**2)) ** 0.5
    scale = 1 + z**2 / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def sign_test(first: int, second: int) -> float:
    """Return how often two equally good models differ by chance as much as these do, 0-1.

    McNemar, "Note on the sampling error of the difference between correlated proportions",
    Psychometrika 12 (1947), exact and two-sided.

    Args:
        first: images that the first model alone is right on.
        second: images that the second alone is right on.
    """
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(first, second), first + second, 0.5)))


def expected_calibration_error(
    confidence: np.ndarray,
    right: np.ndarray,
    weights: np.ndarray | None = None,
    bins: int = BINS,
) -> float:
    """Return how far confidence lies from accuracy on average, 0-1.

    Naeini, Cooper and Hauskrecht, AAAI 2015: answers are sorted into bins of equal width by the
    probability of the likeliest label; in each, its mean is compared with the share of right ones.

    Args:
        confidence: probability of the likeliest label, float (N,), 0-1.
        right: bool (N,), whether it was the true one.
        weights: how much each answer counts, float (N,); all the same where None.
        bins: how many.

    Returns:
        NaN where there are no answers.
    """
    if weights is None:
        weights = np.ones(len(right))
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    surplus = np.bincount(place, weights * (confidence - right), minlength=bins)
    return float(np.abs(surplus).sum() / weights.sum()) if len(right) else float("nan")
