"""A model tried on a data set that is here: how often it is right on that handwriting."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.data.shelf import stores
from core.evaluation.card import learned_from
from core.evaluation.metrics import mean_over_scripts, per_script_accuracy, wilson
from core.evaluation.sampled import SAMPLE
from core.inference.predictor import Predictor
from core.models.export import BUNDLED
from core.scripts import NAMES, script
from core.text import images, listed, plain
from core.ui import caches, charts
from core.ui.compare.images import show_images
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
    here = stores(workspace().store)
    if not here:
        st.page_link(DATA.path, label="Get some handwriting to try it on", icon=DATA.icon)
        return
    row = st.container(horizontal=True, vertical_alignment="bottom")
    data = row.selectbox("Data set", here, format_func=lambda path: path.stem, key=_DATA)
    if row.button("Try", icon=":material/fact_check:", key="try"):
        st.session_state[_TRIED] = model, data
    if st.session_state.get(_TRIED) == (model, data):
        with advice():
            _show(model, predictor, folder, data)


def _show(model: str, predictor: Predictor, folder: Path, data: Path) -> None:
    said = caches.on_sample(model, folder, data)
    right = said["script"] == said["predicted"]
    known = said["collection"].isin(learned_from(predictor.facts))
    by_script = [
        per_script_accuracy(said["script"][part], said["predicted"][part])
        for part in (known, ~known)
    ]
    low, high = wilson(int(right.sum()), len(said))
    everyone = per_script_accuracy(said["script"], said["predicted"])
    scripts = f"mean over {len(everyone)} scripts" if len(everyone) > 1 else "of one script"
    metrics(
        {
            "Right": f"{mean_over_scripts(everyone):.1%}",
            "None of these": f"{said['rejected'].mean():.1%}" if predictor.may_decline else "–",
        }
    )
    st.plotly_chart(
        charts.two_accuracies(*by_script),
        config=charts.PLAIN,
        key="tried-by-script",
        alt="accuracy by script, on collections it learned from and on others",
    )
    words = f"Right: {scripts}, on {images(len(said))}"
    if len(said) < len(caches.store(data)):
        words += f" of {len(caches.store(data)):,}, up to {SAMPLE} of each script taken by chance"
    words += f". All images alike, it is between {low:.0%} and {high:.0%}, 95 times out of 100. "
    if known.all():
        words += (
            "**It learned from these collections**, maybe from these very images: that says "
            "nothing of other people's handwriting."
        )
    elif known.any():
        words += "Hatched: collections that it learned from. Full: others."
    else:
        words += "It learned from none of these collections."
    missing = [script(name).title for name in NAMES if name not in everyone]
    if missing:
        words += f" Nothing is in it of {plain(listed(missing))}."
    st.caption(words)
    wrong = said[~right]
    if len(wrong):
        st.markdown(f"**Taken for another script** · {len(wrong):,}")
        show_images(wrong, data, f"{model}-{data.stem}", "that it takes for another script")
