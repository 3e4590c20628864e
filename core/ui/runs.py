"""What pages call training runs, and say of them."""

from __future__ import annotations

from typing import Literal

from core.data.sketchbook.strokes import is_drawn
from core.models.zoo import FAMILIES
from core.scripts import script
from core.text import listed
from core.training.classes import CHARACTER
from core.training.folder import DONE, FAILED, STOPPED
from core.training.runs import Run, data_of
from core.ui import caches

LOOKS: dict[str, tuple[str, Literal["green", "gray", "red", "blue"]]] = {
    DONE: (":material/check_circle:", "green"),
    STOPPED: (":material/stop_circle:", "gray"),
    FAILED: (":material/error:", "red"),
}
"""Icon and colour of the states a run may end in."""


def how_far(run: Run) -> str:
    """Say how far a run is."""
    return "stopping" if run.stopping else run.state


def in_a_list(run: Run) -> str:
    """Name a run among others.

    By what does not change while it goes on: a choice from a list is kept by its words.
    """
    said = f"{run.id} · {FAMILIES[run.settings.model].title} on {run.settings.data.stem}"
    if run.settings.classes == CHARACTER:
        said += " · characters"
    return f"{said} · {run.settings.notes}" if run.settings.notes else said


def whose_hands(run: Run) -> str:
    """Say by whom the images are that a run was tested on, and what to expect of others.

    Raises:
        RunError: the run has not got that far.
    """
    own = caches.own_tally(run)
    if len(own) and not own["seen"].any():
        if is_drawn(own["collection"].unique()):
            return (
                "The test images are of fonts the model never saw, written by made-up hands: of "
                "people's handwriting that says nothing yet."
            )
        return "The test images are of collections the model never saw."
    if run.settings.split == "writer":
        said = (
            "The test images are by other writers, as far as anybody knows who they were, of the "
            "same collections: on handwriting from elsewhere expect less."
        )
        if unknown := _by_chance(run):
            said += (
                f" Of {listed([script(name).title for name in unknown])} nobody knows: there the "
                "same hands may be among them."
            )
        return said
    return (
        "The test images are a random fifth of the same collections, often by the same hands: on "
        "other people's handwriting expect less."
    )


def _by_chance(run: Run) -> tuple[str, ...]:
    """Return the scripts whose writers the split could not keep apart, as far as that is known."""
    data = data_of(run, caches.store)
    if data is None:
        return ()
    asked = run.settings
    return caches.review(data.path, asked.split, asked.seed, asked.classes).by_chance
