"""The steps of a draft, one below the other: switch, values, and the pictures after each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.errors import PipelineError
from core.imaging import BOUND, STEPS, Step
from core.imaging.check import check, run_step
from core.imaging.values import Choice, Number, Several, Value, values_of
from core.text import listed, plain, sentence
from core.ui import charts, state
from core.ui.draft import Draft, Part
from core.ui.page import giveaways_link, main_button, warn
from core.ui.prepare.cells import show_row
from core.ui.prepare.samples import Sample


def change_steps(draft: Draft, taken: Sequence[Sample]) -> None:
    """Show the steps of `draft` with what they do to the samples, and let them be changed."""
    summary = st.container()
    came = [each.image for each in taken]
    left = _steps(draft, taken)
    _insert(draft)
    with summary:
        _summary(draft, came, left, taken)
        if draft.changed:
            st.caption(
                "Save it, and *Giveaways* on Explore measures how far that tells scripts apart."
            )
        else:
            label = "How far that tells scripts apart, after each step"
            giveaways_link(label, steps=draft.began.name)


def _summary(
    draft: Draft, came: list[np.ndarray], left: list[np.ndarray] | None, taken: Sequence[Sample]
) -> None:
    try:
        check(draft.pipeline())
    except PipelineError as error:
        st.warning(f"No data set can be made with this: {error}.", icon=":material/error:")
    st.header("Before and after")
    about = (
        f"Large ones shrunk to at most {BOUND} px, by averaging squares of pixels. The bars below "
        "each count its pixels, from black at the left to white at the right."
    )
    _stage("As they came", about, came, taken)
    if left is None:
        return
    _stage("After the last step", "What a model is given to see.", left, taken)
    st.plotly_chart(
        charts.grey_levels(
            {"As they came": came, "After the last step": left},
            [each.title for each in taken],
            [each.color for each in taken],
        ),
        config=charts.PLAIN,
        key="grey-levels",
        alt="Grey levels of every picture, as it came and after the last step",
    )
    st.caption(
        "How many pixels are black (left) to white (right), a row for each picture. Ink on paper "
        "is two heaps, the taller one paper: where it stands at the left for one collection and "
        "at the right for another, a model can tell them apart without looking at the writing. "
        "Heights are square roots, so that a little ink shows."
    )


def _stage(title: str, about: str, images: Sequence[np.ndarray], taken: Sequence[Sample]) -> None:
    said, shown = st.columns([3, 7], gap="medium")
    with said:
        st.markdown(f"**{title}**")
        st.caption(about)
    with shown:
        show_row(images, taken, title.lower())


def _steps(draft: Draft, taken: Sequence[Sample]) -> list[np.ndarray] | None:
    """Draw a card for each step; return what is left of the samples, None where a step fails."""
    images: list[np.ndarray] | None = [each.image for each in taken]
    for place, part in enumerate(draft.parts):
        with st.container(border=True):
            said, shown = st.columns([3, 7], gap="medium")
            with said:
                _controls(draft, part, place + 1)
            with shown:
                if not part.on:
                    st.caption("Off: pictures pass it unchanged.")
                elif images is None:
                    st.caption("No picture gets this far.")
                else:
                    images = _after(part.step, images, taken)
    return images


def _after(
    step: Step, images: Sequence[np.ndarray], taken: Sequence[Sample]
) -> list[np.ndarray] | None:
    try:
        after = [
            run_step(step.for_collection(each.collection), image)
            for image, each in zip(images, taken, strict=True)
        ]
    except PipelineError as error:
        warn(sentence(str(error)))
        return None
    show_row(after, taken, f"after {step.label}")
    emptied = [
        each.title
        for each, was, now in zip(taken, images, after, strict=True)
        if _is_empty(now) and not _is_empty(was)
    ]
    if emptied:
        st.warning(f"Nothing is left of {plain(listed(emptied))}.", icon=":material/error:")
    return after


def _is_empty(image: np.ndarray) -> bool:
    return int(np.ptp(image)) == 0


def _controls(draft: Draft, part: Part, place: int) -> None:
    """Draw the switch of a step and its values."""
    st.toggle(
        f"**{place} · {part.step.label}**",
        key=state.begin(draft.key(part, "on"), part.on),
    )
    st.caption(f"{part.step.does} {part.step.why}")
    if part.on:
        for name, value in values_of(part.step).items():
            _widget(draft.key(part, name), part.step, value, getattr(part.step, name))


def _widget(key: str, step: Step, value: Value, now: Any) -> None:
    """Draw what sets one value of a step, `now` by default."""
    match value:
        case Number():
            share = value.unit == "share"
            st.slider(
                value.label,
                # A pipeline written by hand may hold what the slider would not offer.
                min(value.low, now),
                max(value.high, now),
                step=value.step,
                format="percent" if share else f"%d {value.unit}",
                help=value.help,
                key=state.begin(key, now),
            )
        case Choice():
            st.selectbox(
                value.label,
                list(value.options),
                format_func=lambda each: value.options[each],
                help=value.help,
                key=state.begin(key, now),
            )
        case Several():
            st.multiselect(
                value.label,
                getattr(step, value.among),
                help=value.help,
                key=state.begin(key, list(now)),
            )


def _insert(draft: Draft) -> None:
    with st.popover("Put a step in", icon=":material/add:", key="insert-step"):
        kind = st.selectbox(
            "Step", STEPS, format_func=lambda each: STEPS[each].label, key="new-step"
        )
        st.caption(f"{STEPS[kind].does} {STEPS[kind].why}")
        places = list(range(len(draft.parts) + 1))
        place = st.selectbox(
            "Where",
            places,
            index=len(places) - 1,
            format_func=lambda i: (
                f"before {i + 1} · {draft.parts[i].step.label}"
                if i < len(draft.parts)
                else "at the end"
            ),
        )
        st.button(
            "Put it in", type=main_button(), on_click=draft.insert, args=[STEPS[kind](), place]
        )
