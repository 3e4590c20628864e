"""A model tried on a data set that is here: how often it is right on that handwriting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import streamlit as st

from core.data.sketchbook.strokes import is_drawn
from core.evaluation.card import learned_collections
from core.evaluation.metrics import mean_over_scripts, wilson
from core.evaluation.sampled import SAMPLE
from core.inference.predictor import Predictor
from core.models.export import BUNDLED
from core.scripts import NAMES, OTHER, script
from core.text import images, listed, plain
from core.training.elsewhere import by_script, tally
from core.ui import caches, charts, state
from core.ui.images import show_images
from core.ui.page import DATA, TRAIN, advice, metrics
from core.workspace import workspace

_DATA, _TRIED = "tried-on", "tried"


def offer_trial(model: str, predictor: Predictor, folder: Path) -> None:
    """Offer to ask `model` about the images of a data set; a run is sent to its own page."""
    st.header("On a data set of yours")
    if model not in BUNDLED:
        st.page_link(
            TRAIN.path,
            label="Test it on another data set",
            icon=":material/fact_check:",
            query_params={"run": model},
        )
        return
    here = caches.data_sets(workspace().store)
    if not here:
        st.page_link(DATA.path, label="Get some handwriting to try it on", icon=DATA.icon)
        return
    row = st.container(horizontal=True, vertical_alignment="bottom")
    data = row.selectbox(
        "Data set",
        here,
        format_func=lambda path: path.stem,
        **state.kept(_DATA, here[0], among=here),
    )
    if row.button("Try", icon=":material/fact_check:", key="try"):
        st.session_state[_TRIED] = model, data
    if st.session_state.get(_TRIED) == (model, data):
        with advice():
            _show(model, predictor, folder, data)


def _show(model: str, predictor: Predictor, folder: Path, data: Path) -> None:
    said = caches.on_sample(model, folder, data)
    answers = said.assign(label=said["script"])
    counted = tally(answers, said["collection"], learned_collections(predictor.facts))
    strange = counted[~counted["seen"]]
    seen, unseen = by_script(counted[counted["seen"]]), by_script(strange)
    drawn = len(strange) > 0 and is_drawn(strange["collection"].unique())
    numbers = {
        "Seen collections": _mean(seen),
        "Unseen fonts" if drawn else "Unseen collections": _mean(unseen),
    }
    if predictor.may_decline:
        numbers["None of these"] = f"{said['rejected'].mean():.1%}"
    metrics(numbers)
    st.plotly_chart(
        charts.two_accuracies(seen, unseen),
        config=charts.PLAIN,
        key="tried-by-script",
        alt=charts.two_accuracies_in_words(seen, unseen),
    )
    st.caption(_in_words(counted, caches.store(data).per_script, drawn=drawn))
    answer = said["read"].where(said["read"] != "", said["predicted"])
    wrong = said.assign(taken_for=[script(each).title for each in answer])
    wrong = wrong[said["script"] != said["predicted"]]
    if len(wrong):
        st.markdown(f"**Taken for another script** · {len(wrong):,}")
        show_images(wrong, data, f"{model}-{data.stem}", "that it takes for another script")


def _mean(accuracy: dict[str, float]) -> str:
    return f"{mean_over_scripts(accuracy):.1%}" if accuracy else "none in it"


def _in_words(counted: pd.DataFrame, per_script: Mapping[str, int], *, drawn: bool) -> str:
    asked = int(counted["images"].sum())
    words = f"How often it is right: the mean over scripts, on {images(asked)}"
    there = sum(count for name, count in per_script.items() if name != OTHER)
    if asked < there:
        words += f" of {there:,}, up to {SAMPLE} of each script taken by chance"
    words += ". "
    strange = counted[~counted["seen"]]
    if len(strange):
        right, of = int(strange["right"].sum()), int(strange["images"].sum())
        low, high = wilson(right, of)
        words += (
            f"Each image counted once, of {'fonts' if drawn else 'collections'} it never saw it is "
            f"right on {right:,} of {of:,}; on all images like these it may be on {low:.0%} to "
            f"{high:.0%}, or further off where one hand wrote many. "
        )
    if drawn:
        words += (
            "**No person wrote these**: of people's handwriting that says nothing yet, the less as "
            "the shipped model's doubt was set by such fonts. "
        )
    if not len(strange):
        words += (
            "**It learned from these collections**, maybe from these very images: that says "
            "nothing of other people's handwriting. "
        )
    elif counted["seen"].any():
        words += "Hatched: collections that it learned from. Full: others. "
    missing = [script(name).title for name in NAMES if not per_script.get(name)]
    if missing:
        words += f"Nothing is in it of {plain(listed(missing))}. "
    if others := per_script.get(OTHER, 0):
        were = "was" if others == 1 else "were"
        words += f"{images(others)} of none of the six scripts {were} not asked about."
    return words
