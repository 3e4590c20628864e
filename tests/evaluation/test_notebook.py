"""What the notebook's table did to its labels, done again as it did it."""

import numpy as np
import pandas as pd
import pytest

from core.data.build import NOTEBOOK_COUNTS
from core.evaluation.notebook import PUBLISHED, Result, beside_published, reversed_label_ceiling


def _as_the_notebook_did(labels: list[int]) -> pd.Series:
    """Fill a table row by row, then join it to pixel rows numbered 0, 1, 2 ..."""
    table = pd.DataFrame({"file": pd.Series(dtype=str), "language": pd.Series(dtype=int)})
    for number, label in enumerate(labels):
        table.loc[-1] = [f"{number}.png", label]
        table.index = table.index + 1
    pixels = pd.DataFrame({"image": range(len(labels))})
    return pixels.join(table["language"])["language"]


def test_the_notebooks_way_reverses_the_labels() -> None:
    labels = [2, 2, 2, 0, 0, 4, 5, 5, 5, 5, 1, 3]

    assert _as_the_notebook_did(labels).tolist() == labels[::-1]


def test_the_ceiling_is_reached_by_the_best_answer_to_each_class() -> None:
    counts = [5, 2, 4, 6, 1, 7]
    true = np.repeat(range(6), counts)
    given = _as_the_notebook_did(true.tolist()).to_numpy()

    # whoever knows the true class answers with the label its images carry most often
    best = [np.bincount(given[true == each]).argmax() for each in range(6)]

    assert reversed_label_ceiling(counts) == np.mean(np.take(best, true) == given)


def test_the_ceiling_of_the_notebooks_own_counts() -> None:
    # 18,710 of 21,946, as worked out in pandas from the class counts in file order
    ceiling = reversed_label_ceiling(list(NOTEBOOK_COUNTS.values()))

    assert ceiling == 18_710 / 21_946
    assert f"{ceiling:.2%}" == "85.25%"


@pytest.mark.parametrize(
    ("counts", "ceiling"),
    [([10], 1), ([4, 4], 1), ([3, 5, 3], 1), ([3, 1], 3 / 4), ([1, 3], 3 / 4)],
)
def test_small_ceilings_by_hand(counts: list[int], ceiling: float) -> None:
    assert reversed_label_ceiling(counts) == ceiling


def test_what_the_notebook_published() -> None:
    assert {name: tuple(each.values()) for name, each in PUBLISHED.items()} == {
        "dense": (0.85, 0.52),
        "rnn": (0.86, 0.38),
        "cnn": (0.90, 0.53),
    }


def test_models_are_ranked_as_published_each_beside_the_best_of_ones_own() -> None:
    own = [
        Result("dense", "dense-a", 0.6, 1.0),
        Result("dense", "dense-b", 0.7, 0.9),
        Result("glyph", "glyph-a", 0.99, 0.1),
    ]

    ranked = beside_published(own)

    assert [(each.model, each.run) for each in ranked] == [
        ("cnn", ""),
        ("rnn", ""),
        ("dense", ""),
        ("dense", "dense-b"),
    ]
