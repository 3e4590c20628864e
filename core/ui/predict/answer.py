"""What the Predict page says of one image: the answer, how sure, and what the model saw."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.errors import DAMAGED, ScriptoriumError
from core.evaluation.card import CARD, in_domain_of
from core.inference.decision import Decision
from core.inference.predictor import Prediction, Predictor
from core.scripts import character_of, script
from core.text import images, plain, share
from core.ui import caches, charts
from core.ui.dialog import dialog
from core.ui.images import show_trace
from core.ui.predict.glyphs import in_strokes

if TYPE_CHECKING:
    from core.training.runs import Run

NONE = "None of these six"
BLANK = "Nothing written"
_SEEN = 88
_READ, _MIGHT_BE = 64, 60
_FAINTEST = 0.01
"""Share of a character that is shown."""
_BARS = 6


def show_answer(prediction: Prediction, predictor: Predictor) -> None:
    """Show which script it is, how sure the model is, and all six in order.

    One that the model turns away is none of the six; then it says what its limit costs.
    """
    if prediction.blank:
        st.header(BLANK)
        st.caption(
            "No ink was found: to the model all pixels of this picture are alike. Write larger or "
            "darker, or take the picture again in even light."
        )
        return
    name, share = prediction.ranked[0]
    title = plain(script(name).title)
    with st.container(horizontal=True, vertical_alignment="center"):
        if prediction.rejected:
            st.markdown(":material/help:")
        elif character_of(prediction.read):
            st.image(
                in_strokes(prediction.read),
                width=_READ,
                alt=f"the character it reads: {script(prediction.read).title}",
            )
        with st.container(gap=None):
            st.header(NONE if prediction.rejected else title)
            said = f"{charts.percent(share)} sure"
            if prediction.rejected:
                said = f"Of the six, {title} comes closest."
            elif character_of(prediction.read):
                said += "; most like the one at the left"
            st.caption(said)
    show_bars(prediction.ranked)
    _show_characters(prediction)
    if prediction.rejected and (
        cost := what_it_costs(
            prediction, predictor.decision, predictor.facts.get("unseen_rejected")
        )
    ):
        st.caption(cost)


def _show_characters(prediction: Prediction) -> None:
    """Show which characters it looks most like to the model, where it knows characters."""
    likely = [
        (name, share)
        for name, share in prediction.characters
        if share >= _FAINTEST and character_of(name)
    ]
    if not likely:
        return
    st.markdown(
        "**What it might be**, of all the characters that the model knows, each in its script's "
        "colour"
    )
    st.image(
        [in_strokes(name) for name, _ in likely],
        caption=[f"{plain(character_of(name))} {charts.percent(p)}" for name, p in likely],
        width=_MIGHT_BE,
        alt=[f"{script(name).title}, {charts.percent(share)}" for name, share in likely],
    )


def in_brief(prediction: Prediction) -> str:
    """Say the answer in one line."""
    if prediction.blank:
        return f"**{BLANK}**"
    if prediction.rejected:
        return f"**{NONE}**"
    name, share = prediction.ranked[0]
    return f"**{plain(script(name).title)}**, {charts.percent(share)} sure"


def show_reliability(predictor: Predictor, folder: Path, run: Run | None) -> None:
    """Say how far to trust a model, and offer its card where it has one."""
    st.header("How far to trust it")
    st.caption(how_reliable(predictor, run))
    if (folder / CARD).exists() and st.button("Model card", icon=":material/description:"):
        _show_card(folder)


@dialog("Model card", width="large")
def _show_card(folder: Path) -> None:
    _, _, text = (folder / CARD).read_text(encoding="utf-8").partition("\n")  # without its title
    st.markdown(text)


def how_reliable(predictor: Predictor, run: Run | None) -> str:
    """Say how often a model is right, as far as that is known, and whether it may decline."""
    said = []
    if run is not None and run.accuracy is not None:
        tested = f"{run.test_images:,} test images" if run.test_images else "test images"
        said.append(f"Right on {run.accuracy:.1%} of its {tested} ({run.tested_on}).")
        said.append(_elsewhere(run))
    said.append(_on_both_kinds(predictor.facts))
    if predictor.may_decline:
        decision = predictor.decision
        limit = "" if decision.threshold is None else f", above {decision.threshold:.2f}"
        said.append(f"It answers “none of these” where a picture looks too strange to it{limit}.")
        said.append(_limit(decision, predictor.facts.get("unseen_rejected")))
    else:
        said.append("It always answers one of those it knows, whatever is drawn.")
    return " ".join(filter(None, said))


def _on_both_kinds(facts: dict[str, Any]) -> str:
    """Say how often a model is right on its own collections, and on others; "" if not known."""
    try:  # as its description was written
        seen, unseen = (float(facts[name]["mean"]) for name in ("in_domain", "unseen"))
    except DAMAGED:
        return ""
    return (
        f"Right, as the mean over scripts, on {seen:.1%} of {in_domain_of(facts)}, on "
        f"{unseen:.1%} of images of collections it never saw."
    )


def _elsewhere(run: Run) -> str:
    from core.training.elsewhere import most_telling, trials_of
    from core.ui.runs import whose_hands

    trial = most_telling(trials_of(run))
    if trial is None:
        with suppress(ScriptoriumError, OSError):  # its answers may be gone
            return whose_hands(run)
        return "How it does on other collections nobody has tested: expect less there."
    what, where = "fonts" if trial.drawn else "collections", plain(caches.trial_name(trial))
    scripts = trial.unseen["script"].nunique()
    mean = f", mean over {scripts} scripts," if scripts > 1 else ""
    return (
        f"Right on {trial.accuracy:.1%}{mean} of {images(int(trial.unseen['images'].sum()))} of "
        f"{what} it never saw ({where})."
    )


def what_it_costs(
    prediction: Prediction, decision: Decision, strangers: float | None = None
) -> str:
    """Say why a picture is turned away, and how often that is right and wrong; "" if not known.

    `strangers` is the share of the six scripts it turns away in collections nobody trained on.
    """
    if decision.threshold is None:
        return ""
    said = (
        f"How strange it looks: {prediction.novelty:.2f}. Above {decision.threshold:.2f} the model "
        "does not guess."
    )
    return f"{said} {_limit(decision, strangers)}".rstrip()


def _limit(decision: Decision, strangers: float | None) -> str:
    """Say how often the limit of a decision is right and wrong, "" if not known."""
    if decision.kept is None or decision.turned_away is None:
        return ""
    lost = f"{share(1 - decision.kept, 1, 0)} of letters of these six"
    if strangers is not None:
        lost += f", {share(strangers, 1, 0)} in other people's collections"
    return (
        f"That limit turns away {share(decision.turned_away, 1, 0)} of other alphabets and "
        f"little pictures, and by mistake {lost}."
    )


def show_bars(ranked: Sequence[tuple[str, float]]) -> None:
    """Show the probability of each script, or of the likeliest classes where there are many.

    All are 0 before there is an answer.
    """
    ranked = ranked[:_BARS]
    # Drawn before there is an answer too: the first figure a browser draws takes it a second.
    st.plotly_chart(
        charts.ranking(ranked),
        config={"staticPlot": True},
        key="ranking",
        alt=", ".join(f"{script(name).title} {charts.percent(share)}" for name, share in ranked)
        if any(share for _, share in ranked)
        else "no answer yet",
    )


def show_steps(predictor: Predictor, image: np.ndarray) -> None:
    """Show what the model saw: the image after each step of its pipeline."""
    st.markdown(
        f"**What the model saw**, after each step of its {plain(predictor.pipeline.name)} pipeline"
    )
    show_trace(predictor.pipeline.trace(image), _SEEN)
