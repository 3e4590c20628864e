"""The notebook's labels are reversed; what they can be worth at most follows from counts alone."""

import numpy as np
import pandas as pd
import pytest

from core.data.build import NOTEBOOK_COUNTS
from core.evaluation.notebook import PUBLISHED, reversed_label_ceiling


def table_the_notebooks_way(labels):
    """Fill a table image by image, as the notebook does."""
    frame = pd.DataFrame(columns=["language"])
    for label in labels:
        frame.loc[-1] = [label]
        frame.index = frame.index + 1
    return frame.sort_index()


def test_joined_on_the_index_row_i_has_the_label_of_row_n_minus_1_minus_i():
    labels = ["chinese", "chinese", "arabic", "english", "kannada"]
    pixels = pd.DataFrame({"p0": np.arange(len(labels))})

    joined = pixels.join(table_the_notebooks_way(labels))

    assert joined["language"].tolist() == labels[::-1]


@pytest.mark.parametrize("counts", [(3, 1), (2, 2, 2), (5, 1, 3), (1, 4, 2, 2)])
def test_the_ceiling_is_what_the_best_answer_for_each_class_scores_on_such_a_table(counts):
    true = np.repeat([f"class {i}" for i in range(len(counts))], counts)
    given = table_the_notebooks_way(true)["language"].to_numpy()

    best = sum(pd.Series(given[true == each]).value_counts().max() for each in set(true))

    assert reversed_label_ceiling(counts) == pytest.approx(best / len(true))


def test_the_ceiling_of_the_notebooks_own_counts():
    assert sum(NOTEBOOK_COUNTS.values()) == 21_946
    assert reversed_label_ceiling(list(NOTEBOOK_COUNTS.values())) == 18_710 / 21_946


def test_its_published_dense_model_stays_under_the_ceiling_and_the_others_lean_on_file_order():
    ceiling = reversed_label_ceiling(list(NOTEBOOK_COUNTS.values()))

    assert PUBLISHED["dense"]["accuracy"] < ceiling < PUBLISHED["cnn"]["accuracy"]
