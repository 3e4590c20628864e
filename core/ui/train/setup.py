"""Setting a run up: what it learns from, what that is worth, how it learns, how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core.data.giveaways import can_tell
from core.data.store import Store
from core.models.zoo import FAMILIES
from core.text import duration
from core.training.bend import random_bend
from core.training.classes import CHARACTER, SCRIPT, none_to_tell_apart
from core.training.estimate import estimate
from core.training.runs import Run, start_run
from core.training.settings import FIELDS, Settings
from core.ui import caches, state
from core.ui.page import advice, giveaways_link, metrics, start_button
from core.ui.pictures import sheet
from core.ui.train.views import start_and_show
from core.workspace import Workspace

_BENDS = 3
_CLEAN = (
    "No writer, no copy and no collection is on both sides: the accuracy will be one on other "
    "people's handwriting."
)
_NAMELESS = (
    "No copy and no collection is on both sides: the accuracy will be one on other collections. "
    "Nobody knows who wrote some of the images, or all; where one hand wrote on both sides, it "
    "flatters."
)


def choose(store: Store) -> Settings:
    """Ask for what decides how much there is to learn, and how long that takes."""
    name = st.selectbox(
        "Model",
        FAMILIES,
        format_func=lambda each: FAMILIES[each].title,
        **state.kept("model", Settings.model, among=FAMILIES),
    )
    family = FAMILIES[name]
    st.caption(f"{family.summary} {family.parameters:,} parameters at 28 × 28 px and six scripts.")
    grid = st.grid(4, min_column_width=180, gap="medium")
    first, left, middle, right = (grid.container() for _ in range(4))
    with first:
        # of one script alone nothing but characters can be told apart
        alone = none_to_tell_apart(store.per_script, SCRIPT)
        usual = {"value": CHARACTER, "key": "train-classes-of-one"} if alone else {}
        classes = _choice("classes", **usual)
    with left:
        split = _choice("split")
    with middle:
        epochs = _number("epochs", value=family.epochs, key=f"epochs-{name}")
    with right:
        seed = _number("seed")
    chosen = Settings(store.path, name, classes, split, epochs, seed=seed)
    if family.frozen:
        weights = _explained("weights", st.text_input)
        chosen = replace(chosen, weights=weights.strip() or Settings.weights)
    if family.may_be_frozen:
        chosen = replace(chosen, freeze=_explained("freeze", st.toggle))
    if chosen.frozen:
        return chosen
    augment = _explained("augment", st.toggle)
    if augment:
        _preview(store)
    return replace(chosen, augment=augment)


@st.fragment
def _preview(store: Store) -> None:
    """Show some images as they are, and as training may bend them."""
    with advice():
        images = caches.one_of_each(store.path)
    rows = [images, *(random_bend(images, np.random.default_rng()) for _ in range(_BENDS))]
    st.image(
        sheet([each for row in rows for each in row], columns=len(images)),
        caption="First row: one image of each script, as it is. Below: as training may see it.",
        alt=f"an image of each script as it is, and bent in {_BENDS} ways",
    )
    st.button("Bend them again", icon=":material/refresh:", type="tertiary")


def look_before(settings: Settings, store: Store, runs: Sequence[Run]) -> bool:
    """Say what a start would do: how much, how long, and what the accuracy will not tell.

    Returns:
        Whether there is anything to tell apart.
    """
    if none_to_tell_apart(store.per_script, settings.classes):
        st.warning(
            "All its images are of one script: tell its characters apart, under *Classes*, or "
            "choose a data set of several scripts.",
            icon=":material/error:",
        )
        return False
    with advice():
        found = caches.review(store.path, settings.split, settings.seed, settings.classes)
    time = estimate(settings, found.train, found.test, store.shape, runs)
    with st.container(border=True):
        numbers = {
            "Images to learn from": f"{found.train:,}",
            "Images to be tested on": f"{found.test:,}",
            "Time, about": duration(time.seconds),
        }
        if found.characters:
            numbers["Characters"] = f"{found.characters:,}"
        metrics(numbers)
        speed = f"{time.images_per_second:,.0f} images a second"
        if time.measured_on:
            st.caption(f"The time is worked out from run {time.measured_on} here: {speed}.")
        else:
            st.caption(
                f"The time is a guess, {speed}, from the multiplications in the model and the "
                "cores of this machine"
                + ("." if settings.frozen else "; the first run of the model measures it.")
            )
        warnings = found.warnings()
        if warnings:
            st.warning("\n".join(f"- {each}" for each in warnings), icon=":material/balance:")
        else:
            st.success(_NAMELESS if found.nameless else _CLEAN, icon=":material/verified:")
        if settings.classes == SCRIPT and can_tell(store.per_script):
            label = "How far one comes that sees no shape"
            giveaways_link(label, data=store.path.stem)
    return True


def ask_more(chosen: Settings) -> Settings | None:
    """Ask for all other settings; return them with those `chosen` when the visitor starts."""
    with st.expander("How it learns", icon=":material/tune:"):
        left, right = st.columns(2, gap="medium")
        with left:
            given = {
                "batch_size": _number("batch_size"),
                "optimizer": _choice("optimizer"),
                "learning_rate": _number("learning_rate", step=1e-4, format="%.5f"),
                "schedule": _choice("schedule"),
                "warmup": _number("warmup", step=0.05),
            }
        with right:
            given |= {
                "patience": _number("patience"),
                "weight_decay": _number("weight_decay", step=1e-4, format="%.5f"),
                "label_smoothing": _number("label_smoothing", step=0.05),
                "character_weight": _number("character_weight", step=0.1),
                "average_weights": _explained("average_weights", st.checkbox),
            }
            if not chosen.frozen:
                given["mixed_precision"] = _explained("mixed_precision", st.checkbox)
    # of one run: the next begins without
    key = f"train-notes-{state.looking().number}"
    given["notes"] = _explained("notes", st.text_input, max_chars=200, key=key)
    # not a form's: a tap on that right after another setting was typed would be lost
    if not start_button("Start training", ":material/play_arrow:", chosen.data.stem):
        return None
    return replace(chosen, **given)


def start(workspace: Workspace, settings: Settings) -> None:
    """Start a run and show it, or say why that can't be now."""
    start_and_show(workspace, partial(start_run, workspace, settings))


def _choice(name: str, **begin: str) -> str:
    titles = FIELDS[name].metadata["options"]
    return _explained(
        name, st.selectbox, options=list(titles), format_func=titles.__getitem__, **begin
    )


def _number(name: str, **options: Any) -> Any:
    low, high = FIELDS[name].metadata["within"]
    return _explained(name, st.number_input, min_value=low, max_value=high, **options)


def _explained(
    name: str,
    widget: Callable[..., Any],
    *,
    key: str | None = None,
    value: object = None,
    **options: Any,
) -> Any:
    """Draw the widget of a setting with its label, and its sentence under it.

    It begins with `value`, or the setting's default.
    """
    setting = FIELDS[name]
    usual = setting.default if value is None else value
    kept = state.kept(key or f"train-{name}", usual, among=options.get("options"))
    with st.container(gap="xsmall"):
        answer = widget(setting.metadata["label"], **options, **kept)
        st.caption(setting.metadata["help"])
    return answer
