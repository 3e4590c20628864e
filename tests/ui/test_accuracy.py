import pandas as pd

from core.scripts import script
from core.ui.charts import told, two_accuracies, two_accuracies_in_words


def test_two_bars_a_script_told_apart_by_hatching() -> None:
    figure = two_accuracies({"arabic": 0.9, "chinese": 1.0}, {"chinese": 0.25, "kannada": 0.5})
    known, unseen = figure.data
    assert list(known.y) == ["Arabic", "Chinese", "Kannada"]
    assert list(known.x) == [0.9, 1.0, None]
    assert list(unseen.x) == [None, 0.25, 0.5]
    assert list(unseen.text) == ["", "25.0%", "50.0%"]
    assert known.marker.pattern.shape == "/"
    assert unseen.marker.pattern.shape == ""
    colors = [script(name).color for name in ("arabic", "chinese", "kannada")]
    assert figure.layout.barmode == "group"
    assert list(known.marker.color) == list(unseen.marker.color) == colors


def test_one_kind_of_accuracy_is_one_row_of_bars() -> None:
    figure = two_accuracies({"arabic": 0.9}, {})
    assert len(figure.data) == 1
    assert figure.data[0].name == "learned from"


def test_accuracies_are_said_to_those_who_do_not_see_them() -> None:
    seen, unseen = {"arabic": 0.9, "chinese": 1.0}, {"chinese": 0.25}
    said = two_accuracies_in_words(seen, unseen)
    assert said.endswith(
        "learned from Arabic 90.0%, Chinese 100.0%; on those never seen Chinese 25.0%"
    )
    assert two_accuracies_in_words({}, unseen).endswith("on collections never seen Chinese 25.0%")


def test_bars_stand_at_their_names_where_no_script_has_two() -> None:
    figure = two_accuracies({"arabic": 0.9}, {"chinese": 0.5})
    assert figure.layout.barmode == "overlay"


def test_what_is_told_after_each_step_is_a_bar_of_the_mean_and_a_dot_a_script() -> None:
    stages = [
        ("As they came", pd.Series({"arabic": 1.0, "kannada": 0.8})),
        ("Thin", pd.Series({"arabic": 0.6, "kannada": 0.4})),
    ]
    bars, arabic, kannada, chance = told(stages, 0.5).data
    assert list(bars.x) == [0.9, 0.5]
    assert (list(arabic.x), list(kannada.x)) == ([1.0, 0.6], [0.8, 0.4])
    assert arabic.marker.color == script("arabic").color
    assert (chance.name, list(chance.x)) == ("by chance", [0.5, 0.5])
