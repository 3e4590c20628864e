"""What came of a run: where it is right, on whose handwriting, and what to do with it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core import jobs
from core.data.giveaways import can_tell
from core.data.sketchbook.strokes import is_drawn
from core.errors import ScriptoriumError
from core.evaluation.metrics import mean_over_scripts, wilson
from core.models.export import read_facts
from core.scripts import OTHER, script
from core.text import images, isolated, listed, plain, share
from core.training.classes import CHARACTER, SCRIPT
from core.training.elsewhere import Trial, by_script, start_trial, trials_of
from core.training.folder import STOPPED
from core.training.runs import Run, data_of, delete_run, pack
from core.ui import caches, charts
from core.ui.page import COMPARE, DATA, PREDICT, advice, attempt, giveaways_link, main_button, warn
from core.workspace import Workspace

_POLL_SECONDS = 0.5
_CHOSEN = "elsewhere-data"
_CHOSEN_BY = (
    " Its weights are those that did best on these very images, so that the figure flatters, the "
    "more the fewer they are."
)
_OWN = "-"
"""In the place of a data set's name: its own test images. No data set can be called so."""


def show_actions(run: Run) -> None:
    """Offer what can be done with a run that has ended."""
    if run.has_model:
        st.page_link(
            PREDICT.path, label="Predict with it", icon=PREDICT.icon, query_params={"model": run.id}
        )
        st.page_link(COMPARE.path, label="Compare", icon=COMPARE.icon, query_params={"run": run.id})
        st.download_button(
            "Download",
            partial(pack, run),
            f"{run.id}.zip",
            "application/zip",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="The model (Keras and LiteRT), how images are prepared for it, settings, history.",
        )
    with st.popover("Delete", icon=":material/delete:", type="tertiary"):
        st.markdown(f"Run {run.id}, its model and its history will be gone for good.")
        if st.button("Delete it", type=main_button(), key=f"delete-{run.id}"):
            with advice():
                delete_run(run)
            st.query_params.pop("run", None)
            st.rerun()


def show_result(workspace: Workspace, run: Run) -> None:
    """Show accuracy by script: on the run's own test images, and on collections it never saw."""
    st.header("Where it is right")
    with advice():
        own = caches.own_tally(run)
    trials = trials_of(run)
    known, unseen = own[own["seen"]], {_OWN: own[~own["seen"]]}
    for each in trials:
        unseen[caches.trial_name(each)] = each.unseen
    unseen = {name: table for name, table in unseen.items() if len(table)}
    beside = _beside(list(unseen))
    there = unseen[beside] if beside else None
    drawn = there is not None and is_drawn(there["collection"].unique())
    if set(own["script"]) != {OTHER} or there is not None:
        _figures(
            known,
            own.iloc[:0] if there is None else there,
            beside,
            drawn=drawn,
            characters=run.settings.classes == CHARACTER,
        )
    else:
        st.caption("Which of your classes it takes for which, Compare shows.")
    if run.state == STOPPED and run.epoch == 1:
        st.caption(
            "It was stopped in its first epoch. Some networks answer one script to everything for "
            "as long: what they know of the whole of the images has not settled yet."
        )
    if len(own):  # none where all test images are of no script
        st.caption(_in_all(run, int(own["right"].sum()), int(own["images"].sum())))
    learned_from = data_of(run, caches.store)
    if (
        run.settings.classes == SCRIPT
        and learned_from
        and learned_from.path.parent == workspace.store
        and can_tell(learned_from.per_script)
    ):
        label = "Beside it: a model that sees no shape"
        giveaways_link(label, data=learned_from.path.stem)
    _try_elsewhere(workspace, run, trials)


def _in_all(run: Run, right: int, images: int) -> str:
    """Say how many of its test images a run is right on, all alike, and how sure that is."""
    low, high = wilson(right, images)
    among = "test image" if images == 1 else "test images"
    if run.test_images and images < run.test_images:  # it chose among the scripts, as elsewhere
        among += " of the six scripts"
    return (
        f"In all it is right on {right:,} of its {images:,} {among}, {share(right, images)}. "
        f"On all images like these it may be anywhere from {low:.1%} to {high:.1%}: of 100 such "
        "ranges 95 hold it if every image is by another hand, far fewer if one hand wrote many. "
        "Whether another run is better, Compare says image by image."
        + (_CHOSEN_BY if run.settings.patience else "")
    )


def _beside(names: list[str]) -> str | None:
    if len(names) < 2:
        return names[0] if names else None
    return st.segmented_control(
        "Collections it never saw, of",
        names,
        default=names[0],
        required=True,
        format_func=lambda name: "its own test images" if name == _OWN else plain(name),
    )


def _figures(
    learned_from: pd.DataFrame,
    others: pd.DataFrame,
    beside: str | None,
    *,
    drawn: bool,
    characters: bool,
) -> None:
    known, unseen = by_script(learned_from), by_script(others)
    left, right = st.columns(2)
    scripts = len(known | unseen)
    _metric(left, "On collections it learned from", known, scripts)
    never = "On fonts it never saw" if drawn else "On collections it never saw"
    _metric(right, never, unseen, scripts)
    if known or unseen:
        st.plotly_chart(
            charts.two_accuracies(known, unseen),
            config=charts.PLAIN,
            key="by-script",
            alt=charts.two_accuracies_in_words(known, unseen),
        )
    said = "Accuracy by script; the numbers above are the mean over scripts. "
    if characters:
        said = (
            "The share of characters named right, by their script; the numbers above are the mean "
            "over scripts. "
        )
    if known:
        said += "Hatched: test images from collections it also learned from"
        if len(known) < scripts:  # a mean of few images, beside one of all
            names = listed([script(name).title for name in known])
            said += f", {images(int(learned_from['images'].sum()))} of {names} only"
        said += ". "
    if drawn:
        said += (
            "Full: fonts it never saw, written by the sketchbook's made-up hands; of people's "
            "handwriting that says nothing yet."
        )
    elif beside == _OWN:
        said += "Full: test images from collections it never saw; so it does with strangers' hands."
    elif beside:
        said += (
            f"Full: collections of {plain(beside)} it never saw; so it does with strangers' hands."
        )
    else:
        said += (
            "How it does with strangers' handwriting is not known yet: test it on another data set."
        )
    st.caption(said)


def _metric(place: Any, label: str, accuracy: dict[str, float], scripts: int) -> None:
    if 0 < len(accuracy) < scripts:
        label += f" ({len(accuracy)} of {scripts} scripts)"
    mean = share(mean_over_scripts(accuracy), 1) if accuracy else "not tested"
    place.metric(label, mean)


def _try_elsewhere(workspace: Workspace, run: Run, trials: list[Trial]) -> None:
    going_on = [each for each in trials if each.active]
    if going_on:
        st.fragment(_trial, run_every=_POLL_SECONDS)(run, going_on[0].data)
        return
    others = _others(workspace, run)
    for each in trials:
        if each.error:
            warn(f"The test on {each.data} was not finished: {each.error}")
        elif each.result is not None:
            st.caption(_what_counted(each))
    if not others:
        st.page_link(DATA.path, label="Get another data set to test it on", icon=DATA.icon)
        return
    with st.form("elsewhere", border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        row.selectbox(
            "Test it on another data set", others, format_func=lambda path: path.stem, key=_CHOSEN
        )
        row.form_submit_button(
            "Test", icon=":material/fact_check:", on_click=attempt, args=[_start, run]
        )


def _others(workspace: Workspace, run: Run) -> list[Path]:
    """Return the data sets that a run may be tested on, those first that share most scripts."""
    shared = {}
    for path in caches.data_sets(workspace.store):
        with suppress(ScriptoriumError, OSError):  # damaged: the Data page says so
            store = caches.store(path)
            if store.hash == run.data_hash:
                continue
            if run.settings.classes == CHARACTER:
                shared[path] = len(caches.characters(path) & _classes(run))
            else:
                shared[path] = len(store.per_script.keys() & run.per_script.keys() - {OTHER})
    return sorted(filter(shared.get, shared), key=lambda path: -shared[path])


def _classes(run: Run) -> set[str]:
    """Return what a run tells apart, as far as its model says so."""
    with suppress(OSError, ValueError, KeyError):
        return set(read_facts(run.folder)["labels"])
    return set()


def _start(run: Run) -> None:
    """Start the test that was asked for; what was chosen may be deleted by now."""
    start_trial(run, st.session_state[_CHOSEN])


def _what_counted(trial: Trial) -> str:
    """Say which images of a test's data set counted: those that the model may not know."""
    said = []
    if trial.result is not None and trial.result["seen"].all():
        said = ["all that counted is of collections the model learned from: it says nothing new"]
    if trial.copies:
        said.append(_left_out(trial.copies, "the model learned from the same"))
    if trial.unknown:
        said.append(_left_out(trial.unknown, "they show nothing that the model learned"))
    if trial.copies is None:
        said.append(
            "some of its images may be among those that the model learned from; its own data set "
            "is gone, so nobody can tell"
        )
    name = caches.trial_name(trial)
    return f"{isolated(plain(name))}: {'; '.join(said) or 'all of its images counted'}."


def _left_out(count: int, why: str) -> str:
    return f"{count:,} {'image was' if count == 1 else 'images were'} left out: {why}"


def _trial(run: Run, data: str) -> None:
    trial = next((each for each in trials_of(run) if each.data == data), None)
    if trial is None or not trial.active:
        st.rerun()
    share = trial.done / trial.total if trial.total else 0.0
    st.progress(share, text=f"Tested on {images(trial.done)} of {plain(data)}")
    if not trial.stopping:
        st.button(
            "Stop",
            icon=":material/stop_circle:",
            on_click=attempt,
            args=[jobs.request_stop, trial.folder],
        )
