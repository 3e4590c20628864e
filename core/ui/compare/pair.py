"""Two runs on the same test images: which of them is better, and on which images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluation.metrics import sign_test
from core.text import images, share
from core.training.classes import CHARACTER
from core.training.runs import Run, data_of
from core.ui import caches, state
from core.ui.images import show_images
from core.ui.page import advice, metrics

_SELDOM = 0.05
"""A difference that chance alone makes less often is called one of the models."""

_SCRIPTS_ONLY = " Right is whoever names the script, as one of them does not know characters."


@st.fragment
def show_pair(runs: Sequence[Run]) -> None:
    """Set two of `runs` side by side, image by image; nothing where fewer have been tested."""
    tested = {each.id: each for each in runs if each.accuracy is not None}
    if len(tested) < 2:
        return
    st.header("Which of two is better")
    left, right = st.columns(2)
    ids = list(tested)
    first = tested[left.selectbox("One run", ids, **state.kept("pair-first", ids[0], among=ids))]
    others = [each for each in ids if each != first.id]
    second = tested[
        right.selectbox("Another", others, **state.kept("pair-second", others[0], among=others))
    ]
    with advice():
        both = on_both(first, second)
    if both.empty:
        st.info(
            "No image is known that both were tested on, so their accuracies say little about "
            "which is better: train both on the same images, with the same split and seed.",
            icon=":material/info:",
        )
        return
    st.markdown(verdict(both, first.id, second.id))
    which = {
        f"Only {first.id}": both["first"] & ~both["second"],
        f"Only {second.id}": both["second"] & ~both["first"],
        "Neither": ~both["first"] & ~both["second"],
        "Both": both["first"] & both["second"],
    }
    metrics({name: f"{int(chosen.sum()):,}" for name, chosen in which.items()})
    st.caption(
        "How many of the images each is right on. Images that both read, or neither, do not tell "
        "them apart: what counts is how unevenly the others are shared. That chance parts two "
        "models so far is worked out as for a coin (McNemar's test), which does not know that one "
        "writer's images are alike: take it as the least doubt there is. It is about these two "
        "trained models: with another seed the same settings may come out otherwise. And who looks "
        "at every pair of six runs finds one, about one time in three, that chance alone made "
        "look better."
        + ("" if first.settings.classes == second.settings.classes else _SCRIPTS_ONLY)
    )
    data = data_of(first, caches.store)
    if data is None:
        return
    shown = [name for name, chosen in which.items() if chosen.any() and name != "Both"]
    if not shown:
        return
    name = st.pills("Look at those that are read by", shown, default=shown[0], required=True)
    key = f"{first.id}-{second.id}-{name}"
    show_images(both[which[name]], data.path, key, f"that {name.lower()} reads right")


def on_both(first: Run, second: Run) -> pd.DataFrame:
    """Return the images that both runs were tested on, and which of them is right.

    Of two data sets, one prepared otherwise than the other, say, images go by their content and
    where they came from; those that are in one of them twice are left out.

    Columns: row (in the first one's data set), first and second (bool). Characters count where both
    tell them apart, scripts otherwise. Empty where there are none, or the data sets are gone.

    Raises:
        RunError: one of them has not got that far.
    """
    characters = first.settings.classes == second.settings.classes == CHARACTER
    asked, said = ("label", "predicted") if characters else ("script", "answered")
    right = []
    for run in (first, second):
        answers = caches.test_answers(run)
        right.append(pd.Series(answers[asked] == answers[said]).set_axis(answers["row"]))
    if first.data_hash != second.data_hash:
        data, other = data_of(first, caches.store), data_of(second, caches.store)
        if data and other:
            there = caches.same_rows(other.path, data.path)[right[1].index]
            right[1] = right[1].set_axis(there).drop(-1, errors="ignore")
        else:  # gone, so that nobody knows which these were
            right[1] = right[1].iloc[:0]
    both = pd.concat(right, axis=1, join="inner", keys=["first", "second"])
    return both.astype(bool).rename_axis("row").reset_index()


def verdict(both: pd.DataFrame, first: str, second: str) -> str:
    """Say in words which run is right more often, and whether that may be chance."""
    total = len(both)
    counts = np.array([both["first"].sum(), both["second"].sum()])
    said = (
        f"Of the {images(total)} that both were tested on, {first} reads {counts[0]:,} right "
        f"({share(counts[0], total)}) and {second} {counts[1]:,} ({share(counts[1], total)})."
    )
    alone = (
        int((both["first"] & ~both["second"]).sum()),
        int((both["second"] & ~both["first"]).sum()),
    )
    if alone[0] == alone[1]:
        return f"{said} Neither is better on them."
    better = first if alone[0] > alone[1] else second
    chance = sign_test(*alone)
    if chance < _SELDOM:
        often = f"{chance:.1%}" if chance >= 0.001 else "less than 0.1%"
        return (
            f"{said} **{better} is better on images like these**: two equally good models would "
            f"come out so far apart in {often} of such tests."
        )
    return (
        f"{said} That may be chance: two equally good models would come out so far apart in "
        f"{chance:.0%} of such tests."
    )
