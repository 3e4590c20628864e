"""How far a model comes that sees no shape: what paper, pen and scanner give away."""

from __future__ import annotations

import cv2
import numpy as np
import streamlit as st

from core.data.giveaways import Found
from core.data.store import Store
from core.imaging import find_pipeline, pipelines
from core.imaging.steps import Grey
from core.scripts import script
from core.text import images, listed
from core.ui import caches, charts, pictures, state
from core.ui.explore import derived
from core.ui.explore.filters import scripts_of
from core.ui.page import metrics

_OWN = "this data set's own"  # no name of a pipeline: those have no apostrophe
_KINDS = {
    "greys": "Grey levels, in any order",
    "frame": "The outermost pixels",
    "sharpness": "How sharp edges are",
    "colour": "Colour",
}
_SIDE = 104
_MUCH = 0.1
"""A step that takes so much of the accuracy away is named."""
_NOTHING = 0.03
"""So little above chance is chance."""
_FEW = 50
"""Images of a script, of which so few say little."""


def show(store: Store) -> None:
    """Ask for a pipeline; show what can be told before and after each of its steps."""
    st.header("Told without the shape")
    st.markdown(
        "This model is given no picture. It gets numbers that have no shape: how light the pixels "
        "are, in any order; how light the outermost are; how sharp edges are; which colours there "
        "are. What it gets right it gets right by paper, pen and scanner. **A network may learn "
        "that in place of the script**, and an accuracy on the same collections looks none "
        "the worse."
    )
    _pictures(store)
    names = [_OWN, *pipelines()]
    chosen = st.selectbox(
        "Pipeline", names, **state.kept("steps", _OWN, among=names), bind="query-params", width=320
    )
    pipeline = store.pipeline if chosen == _OWN else find_pipeline(chosen)
    found = derived.told(store.path, pipeline)
    _figure(found)
    _kinds(found)


def _figure(found: Found) -> None:
    first, last = found.stages[0], found.stages[-1]
    metrics(
        {
            "As they came": f"{first.accuracy:.1%}",
            "After all steps": f"{last.accuracy:.1%}",
            "By chance": f"{found.chance:.1%}",
        }
    )
    st.plotly_chart(
        charts.told([(each.label, each.told) for each in found.stages], found.chance),
        config=charts.PLAIN,
        alt="share of images told right without their shape: "
        + ", ".join(f"{each.label} {each.accuracy:.1%}" for each in found.stages),
    )
    st.caption(
        "A bar is the mean over scripts after that step, a dot a script. Measured on "
        f"{images(sum(found.images.values()))}: learned from one half of them, asked "
        "about the other, both ways round; one hand may be in both, as in a random fifth. "
        f"{_too_few(found)}"
    )
    st.markdown(_words(found))


def _too_few(found: Found) -> str:
    """Say which scripts have no dot, and whose dots say little."""
    said = [f"{script(name).title}, {images(count)}" for name, count in found.left_out.items()]
    words = f"Left out, as too few: {listed(said)}. " if said else ""
    said = [
        f"{script(name).title}, {count}" for name, count in found.images.items() if count < _FEW
    ]
    return words + (f"Few images, so that the dot says little: {listed(said)}." if said else "")


def _words(found: Found) -> str:
    falls = [
        before.accuracy - after.accuracy
        for before, after in zip(found.stages[:-1], found.stages[1:], strict=True)
    ]
    most = int(np.argmax(falls))
    left = found.stages[-1].accuracy
    words = ""
    if falls[most] >= _MUCH:
        step, before = found.stages[most + 1], found.stages[most]
        words = (
            f"Most is taken away by **{step.label}**: {before.accuracy:.0%} before it, "
            f"{step.accuracy:.0%} after. "
        )
    if left < found.chance + _NOTHING:
        return words + "After the last step it does no better than by guessing."
    if left >= 0.5 + found.chance / 2:
        return words + (
            f"With {left:.0%} after the last step, an accuracy as high as that on these "
            "collections is no sign that a model reads."
        )
    return words + (
        "What is left is in part honest: some scripts take more ink to write than others."
    )


def _kinds(found: Found) -> None:
    st.subheader("By what")
    st.dataframe(
        {
            "Told by": [*(_KINDS[each] for each in found.came), "All of that"],
            "As they came": _percents(found.came, found.stages[0].accuracy),
            "After all steps": _percents(found.seen, found.stages[-1].accuracy),
        },
        hide_index=True,
        width="content",
    )


def _percents(kinds: dict[str, float], every: float) -> list[str]:
    return [f"{value:.1%}" for value in (*kinds.values(), every)]


def _pictures(store: Store) -> None:
    """Show an image of each script, and all that is left of it without its shape."""
    present = [script(name) for name in scripts_of(store)]
    rows = tuple(int(derived.rows(store.path, (("script", each.name),))[0]) for each in present)
    came = [
        cv2.resize(each, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        for each in caches.sources(store.path, rows)
    ]
    cards = st.grid(6, min_column_width=120)
    for each, image in zip(present, came, strict=True):
        pair = [pictures.cell(shown, _SIDE) for shown in (image, _sorted(image))]
        cards.image(
            np.concatenate(pair),
            width=_SIDE,
            caption=each.title,
            alt=f"an image of {each.title}, and its pixels from dark to light",
        )
    st.caption(
        "Above as a person sees them. Below their pixels in order of grey: but for the frame and "
        "the edges that is all the model gets."
    )


def _sorted(image: np.ndarray) -> np.ndarray:
    """Return the pixels of an image from dark to light, row by row."""
    order = np.argsort(Grey()(image), axis=None, kind="stable")
    return image.reshape(order.size, -1)[order].reshape(image.shape)
