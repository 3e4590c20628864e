"""What a run takes for what, by script and by character, and the images behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluation.metrics import confusion, confusion_by_character, most_confused
from core.scripts import NAMES, OTHER, WITH_OTHER, script, script_of
from core.text import isolated, plain, share
from core.training.classes import CHARACTER
from core.training.runs import Run, data_of
from core.ui import caches, charts, state
from core.ui.images import show_images
from core.ui.page import advice, on_phone
from core.ui.runs import whose_hands

_TALL = 560
_MOST, _MOST_ON_PHONE = 30, 10
_BY_SCRIPT, _BY_CHARACTER = "By script", "By character"


def show_mistakes(runs: Sequence[Run]) -> None:
    """Show the confusion matrix of one of `runs`, and the test images of the cell picked in it."""
    st.header("What is taken for what")
    tested = {each.id: each for each in runs if each.accuracy is not None}
    if not tested:
        st.info(
            "None of these runs has been tested yet: a run is when it ends.",
            icon=":material/info:",
        )
        return
    run, by = _choose(tested)
    characters = run.settings.classes == CHARACTER
    with advice():
        answers = caches.test_answers(run)
    data = _data_of(run)
    seen = {*answers["script"], *answers["answered"]}
    matrix = confusion(
        answers["script"], answers["answered"], WITH_OTHER if OTHER in seen else NAMES
    )
    by_label = characters and by == _BY_CHARACTER
    st.markdown(in_words(_of_labels(answers) if by_label else matrix))
    with advice():
        st.caption(whose_hands(run))
    st.download_button(
        "Every answer, as a table",
        partial(_as_csv, run, data),
        f"{run.id}-answers.csv",
        "text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help="CSV: each test image, what it is, what was answered, and all probabilities.",
    )
    if by == _BY_SCRIPT:
        _pick_and_show(matrix, answers.assign(true=answers["script"]), data, run.id)
    elif data or characters:
        _show_characters(run, answers, matrix, data)


def _choose(tested: Mapping[str, Run]) -> tuple[Run, str]:
    """Ask whose mistakes to show, and what is a row of the matrix."""
    left, right = st.columns(2)
    first = next(iter(tested))
    run = tested[left.selectbox("Run", tested, **state.kept("mistakes-of", first, among=tested))]
    usual = _BY_CHARACTER if run.settings.classes == CHARACTER else _BY_SCRIPT
    with right:
        by = st.segmented_control(
            "Rows",
            [_BY_SCRIPT, _BY_CHARACTER],
            required=True,
            **state.kept(f"rows-of-{run.id}", usual, begins_by="default"),
        )
    return run, by


def _data_of(run: Run) -> Path | None:
    """Return where the data set of a run is; where it is gone, say what can't be shown."""
    store = data_of(run, caches.store)
    if store is not None:
        return store.path
    st.info(
        f"The data set of this run, “{plain(run.settings.data.stem)}”, is gone or has changed "
        "since: its images and characters can't be shown. Make it anew, with the same "
        "settings, and they can.",
        icon=":material/image_not_supported:",
    )
    return None


def _show_characters(
    run: Run, answers: pd.DataFrame, matrix: pd.DataFrame, data: Path | None
) -> None:
    """Show the characters of one script, row by row; `matrix` is that of the scripts."""
    present = [name for name in matrix.index if matrix.loc[name].any()]
    name = st.pills(
        "Script",
        present,
        default=present[0],
        required=True,
        format_func=lambda each: script(each).title,
        key=f"characters-of-{run.id}",
    )
    answers = answers[answers["script"] == name]
    key = f"{run.id}-{name}"
    if run.settings.classes == CHARACTER:
        every = _of_labels(answers)
        worst = most_confused(every, _MOST_ON_PHONE if on_phone() else _MOST)
        if len(worst) < len(every):
            st.caption(
                f"Of the {len(every)} characters that were written or answered, the "
                f"{len(worst)} with the most mistakes."
            )
        answers = answers.assign(true=answers["label"], answered=answers["predicted"])
        _pick_and_show(worst, answers, data, key, totals=every.sum(axis=1))
    elif data:
        answers = answers.assign(true=_characters(data, answers["row"]))
        columns = list(matrix.columns)
        rows = confusion_by_character(answers["true"], answers["answered"], name, columns)
        _pick_and_show(rows, answers, data, key, name)


def _as_csv(run: Run, data: Path | None) -> bytes:
    answers = run.test_predictions()
    if data is not None:
        known = caches.store(data).about(answers["row"].to_numpy())
        columns = ("character", "writer", "collection", "path")
        answers = answers.assign(**{name: known[name].to_numpy() for name in columns})
    return answers.to_csv(index=False, float_format="%.6g").encode()


def _of_labels(answers: pd.DataFrame) -> pd.DataFrame:
    names = sorted({*answers["label"], *answers["predicted"]})
    return confusion(answers["label"], answers["predicted"], names)


def _characters(data: Path, rows: pd.Series) -> np.ndarray:
    return caches.labels(data)["character"].iloc[rows].astype(str).to_numpy()


def _pick_and_show(
    matrix: pd.DataFrame,
    answers: pd.DataFrame,
    data: Path | None,
    key: str,
    of: str = "",
    totals: pd.Series | None = None,
) -> None:
    """Show a confusion matrix; with the data set at hand, also the images of the picked cell.

    `totals` are of its rows, where not all columns are in it.
    """
    true, answered = f"true-{key}", f"answered-{key}"
    worst = worst_cell(matrix, of)
    by_script = all(name in WITH_OTHER for name in matrix.index)
    rows = "true script" if by_script else "character"
    down, across = list(matrix.index), list(matrix.columns)
    chart, choice = st.container(height=_TALL if len(matrix) > 20 else "content"), st.container()
    st.caption(
        "Each row is what was written, each column what the model answered; the stronger a cell's "
        "colour, the larger its share of the row. Mistakes are all that lies beside "
        + (f"the column {script(of).title}." if of else "the diagonal.")
        + (" Pick a cell to see the images behind it." if data else "")
    )
    with choice if data else st.empty():
        left, right = st.columns(2)
        cell = (
            left.selectbox(
                "Written", down, format_func=_title, **state.kept_and_picked(true, worst[0])
            ),
            right.selectbox(
                "Answered", across, format_func=_title, **state.kept_and_picked(answered, worst[1])
            ),
        )

    def picked() -> None:
        points = state.value(f"matrix-{key}").selection.points
        if points:
            row, column = points[0]["customdata"]
            state.pick(true, row)
            state.pick(answered, column)

    chart.plotly_chart(
        charts.confusion(matrix, cell if data else None, rows=rows, totals=totals),
        config=charts.PLAIN,
        key=f"matrix-{key}",
        on_select=picked if data else "ignore",
        selection_mode="points",
        alt=in_words(matrix) if by_script else "Answers to each character",
    )
    if data:
        behind = answers[(answers["true"] == cell[0]) & (answers["answered"] == cell[1])]
        _show_cell(behind, data, cell, key)


def _title(name: str) -> str:
    return script(name).title if script_of(name) in WITH_OTHER else name


def worst_cell(matrix: pd.DataFrame, of: str = "") -> tuple[str, str]:
    """Return the row and the column of the most frequent mistake; without, of what is right.

    Args:
        matrix: counts, the columns by script name.
        of: the script that all rows are of; "" where a row's name is its script.
    """
    counts = matrix.to_numpy(dtype=int, copy=True)
    for place, name in enumerate(matrix.index):
        counts[place, matrix.columns.get_loc(of or name)] = 0
    if not counts.any():
        name = matrix.index[int(matrix.to_numpy().any(axis=1).argmax())]  # the first there is any
        return name, of or name
    row, column = divmod(int(counts.argmax()), counts.shape[1])
    return matrix.index[row], matrix.columns[column]


def _show_cell(behind: pd.DataFrame, data: Path, cell: tuple[str, str], key: str) -> None:
    """Show the test images of one cell, those the model was surest of first."""
    right = cell[0] == cell[1]
    true, answer = (plain(isolated(_title(each))) for each in cell)
    said = f"**{true}** taken for **{'what it is' if right else answer}**"
    if behind.empty:
        st.markdown(f"{said}: no test image.")
        return
    count = f"{len(behind):,} test image{'s' if len(behind) > 1 else ''}"
    st.markdown(f"{said}: {count}, the surest answer first.")
    behind = behind.sort_values("sure", ascending=False, kind="stable")
    alt = f"of {_title(cell[0])} taken for {_title(cell[1])}"
    show_images(behind, data, f"{key}-{cell[0]}-{cell[1]}", alt)


def in_words(matrix: pd.DataFrame) -> str:
    """Say in one sentence what a confusion matrix shows.

    `matrix` holds counts, true scripts down, answers across, the same script names both ways.
    """
    counts = matrix.to_numpy(dtype=int, copy=True)
    total = int(counts.sum())
    if not total:
        return "Nothing was tested."
    right, noun = int(np.trace(counts)), "image" if total == 1 else "images"
    said = f"Of {total:,} test {noun} it reads {right:,} right ({share(right, total)})"
    np.fill_diagonal(counts, 0)
    if not counts.any():
        return f"{said}, and takes none for another."
    of = matrix.sum(axis=1)
    shares = (pd.Series(np.diag(matrix), matrix.index) / of)[of > 0]
    worst = str(shares.idxmin())
    true, answer = worst_cell(matrix)
    often = int(counts.max())
    return (
        f"{said}; its most frequent mistake is to take {plain(isolated(script(true).title))} for "
        f"{plain(isolated(script(answer).title))}, {often:,} time{'s' if often > 1 else ''}. It is "
        f"worst at {plain(isolated(script(worst).title))}, right on "
        f"{share(shares[worst], 1)} of {int(of[worst]):,}."
    )
