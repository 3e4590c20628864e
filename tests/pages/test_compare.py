"""Compare: runs, curves, and a confusion matrix put into words."""

from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.scripts import NAMES
from core.ui.compare import in_words


@pytest.mark.usefixtures("full")
def test_a_finished_run_has_curves_and_a_confusion_matrix(open_page: Callable[..., AppTest]):
    app = open_page("compare")
    assert len(app.get("plotly_chart")) == 2
    assert any("test images it reads" in each.value for each in app.markdown)


def test_the_sentence_names_the_most_frequent_mistake():
    matrix = pd.DataFrame(0, index=list(NAMES), columns=list(NAMES))
    matrix.loc["arabic", "arabic"] = 90
    matrix.loc["kannada", "chinese"] = 7
    matrix.loc["chinese", "kannada"] = 3
    assert in_words(matrix) == (
        "Of 100 test images it reads 90 right (90.0%); its most frequent mistake is to take "
        "Kannada for Chinese, 7 times."
    )


def test_the_sentence_of_a_flawless_run():
    matrix = pd.DataFrame(0, index=list(NAMES), columns=list(NAMES))
    matrix.loc["arabic", "arabic"] = 4
    assert in_words(matrix) == (
        "Of 4 test images it reads 4 right (100.0%), and takes no script for another."
    )
