"""What Home shows, read without loading anything heavy: Home must be there within two seconds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.data.job import FIRST
from core.data.shelf import stores
from core.errors import DAMAGED, RunBusy, ScriptoriumError, in_one_line
from core.models.export import BUNDLED, FACTS, read_facts
from core.scripts import NAMES, SCRIPTS
from core.text import images, plain
from core.training.folder import SETTINGS
from core.ui.letter import letter
from core.ui.page import (
    COMPARE,
    DATA,
    EXPLORE,
    PREDICT,
    PREPARE,
    TRAIN,
    Entry,
    attempt,
    main_button,
    warn,
)
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.data.store import Store
    from core.training.runs import Run

_FIRST_RUN: dict[str, Any] = {
    # Under a minute on two idle cores, and five in six right on families it never saw.
    "model": "glyph",
    "split": "writer",
    "epochs": 8,
    "batch_size": 32,
    "learning_rate": 3e-3,
    "schedule": "cosine",
    "notes": "the first run",
}
_LISTED = 3
_LEAVING = "leaving"
_BUNDLED_IS = {"shipped": "comes with Scriptorium", "notebook": "the student's, to compare with"}
_BY_CHANCE = ", on a random fifth, by writers it knows"


@dataclass(frozen=True)
class Accuracy:
    """A model's accuracy, 0 to 1: over all scripts, and by script name."""

    mean: float
    by_script: dict[str, float]

    def of(self, name: str) -> str:
        """Return the accuracy on one script, in words."""
        return f"{self.by_script[name]:.0%}" if name in self.by_script else "not measured"


@dataclass(frozen=True)
class Here:
    """What the workspace holds, the newest first.

    Attributes:
        sets: paths of the data sets.
        first: the one that pages begin with, opened; None without, or where none can be read.
        runs: the training runs.
        active: whether a data set is being made.
    """

    sets: list[Path]
    first: Store | None
    runs: list[Run]
    active: bool


def accuracies(model: str = "shipped") -> tuple[Accuracy | None, Accuracy | None]:
    """Return a bundled model's accuracy on collections it was trained on, and on others.

    None for what its description does not say.
    """
    try:
        facts = read_facts(BUNDLED[model])
    except (OSError, *DAMAGED):
        return None, None
    return _accuracy(facts.get("in_domain")), _accuracy(facts.get("unseen"))


def _accuracy(facts: object) -> Accuracy | None:
    if not isinstance(facts, dict) or not isinstance(facts.get("mean"), float | int):
        return None
    by_script = {name: facts[name] for name in NAMES if isinstance(facts.get(name), float | int)}
    return Accuracy(facts["mean"], by_script)


def show_accuracies(seen: Accuracy | None, unseen: Accuracy | None) -> None:
    """Set the two accuracies side by side, with the notebook's, and say why they differ."""
    places = st.grid(2, min_column_width=330)  # on a tablet the words of two would be cut
    own, others = accuracies("notebook")
    for label, measured, notebooks, on in (
        ("Right on held-out images of its own collections", seen, own, _BY_CHANCE),
        ("Right on handwriting from collections it never saw", unseen, others, ""),
    ):
        with places.container(border=True, gap="xsmall", height="stretch"):
            st.metric(label, f"{measured.mean:.1%}" if measured else "not measured")
            if notebooks:
                st.caption(f"The notebook's model{on}: **{notebooks.mean:.1%}**")
    st.caption(
        "The large numbers are of the model that comes with Scriptorium, “shipped”; the small ones "
        "of the best of “the notebook”, the student project that began all this; both are the mean "
        "over six scripts. A collection is handwriting that one group of people gathered, with its "
        "own paper, pens and scanner. A model learns those, too, so it does worse on others: "
        "numbers of the first kind are what everybody reports, the second is nearer to what to "
        "expect of yours. Nothing was trained on the collections of the second, but they were "
        "looked at while the recipe was made."
    )


def look_around(workspace: Workspace, *, active: bool) -> Here:
    """Find out what the workspace holds."""
    sets = stores(workspace.store)
    runs: list[Run] = []
    # Imported only where there is something to read: pandas and pyarrow take their time.
    if any(workspace.runs.glob(f"*/{SETTINGS}")):
        from core.training.runs import list_runs

        runs = list_runs(workspace)
    first = None
    if sets:
        from core.ui import caches

        for each in caches.data_sets(workspace.store):
            try:
                first = caches.store(each)
                break
            except (ScriptoriumError, OSError) as error:
                warn(in_one_line(error))
    return Here(sets, first, runs, active)


def four_things(workspace: Workspace, here: Here) -> None:
    """Offer what can be done, in the order one would do it: look, prepare, train, draw."""
    if leaving := st.session_state.pop(_LEAVING, ""):
        st.switch_page(leaving)
    cards = st.grid(4, min_column_width=180)
    waiting = here.first is None and here.active
    nothing = "None of the data sets can be read." if here.sets else "There is no data set yet."
    fact = "A first data set is being written." if waiting else nothing
    if here.first is not None:
        fact = f"{images(len(here.first))} in “{plain(here.first.path.stem)}”."
    with _card(cards, "1 · Look", "See who wrote what, and how differently.", fact):
        if here.first is not None or waiting:
            _go("Look through it", EXPLORE, disabled=waiting)
        else:
            _go("Get a data set", DATA)
    about = "See each step between the picture and what a model is given."
    with _card(cards, "2 · Prepare", about, "On the data set, or on a picture of yours."):
        _go("See the steps", PREPARE, disabled=waiting)
    _train(cards, workspace, here, waiting=waiting)
    about = "Write a character with mouse or finger, or bring a photo."
    with _card(cards, "4 · Draw", about, "The answer comes as the pen lifts."):
        _go("Draw a character", PREDICT, type=main_button())


def _train(cards: Any, workspace: Workspace, here: Here, *, waiting: bool) -> None:
    about = "Watch a model learn, from the first batch on."
    first = workspace.store / f"{FIRST}.parquet"
    learning = next((run for run in here.runs if run.active), None)
    if learning is not None:
        with _card(cards, "3 · Train", about, f"Run {learning.id} is learning now."):
            _go("Watch it learn", TRAIN, before=partial(_look_at, learning.id))
    elif not here.runs and (waiting or first in here.sets):
        with _card(cards, "3 · Train", about, "A first run takes about a minute."):
            start = partial(_start_first_run, workspace, first)
            _go("Train a first model", TRAIN, before=start, disabled=waiting)
    else:
        count = len(here.runs)
        so_far = f"{count:,} run{'s' if count > 1 else ''} so far." if count else "No runs yet."
        with _card(cards, "3 · Train", about, so_far):
            _go("Train a model", TRAIN)


def _card(cards: Any, title: str, about: str, fact: str) -> Any:
    """Draw a card; returns the place of its button, in line with those of its neighbours."""
    card = cards.container(border=True, gap="small", height="stretch")
    with card.container(gap="xsmall", height="stretch"):
        st.markdown(f"**{title}**")
        st.markdown(about)
        st.caption(fact)
    return card.container()


def _go(
    label: str, entry: Entry, *, before: Callable[[], None] | None = None, **options: Any
) -> None:
    """Draw a button that leads to a page, after `before` if given."""
    if before is not None:
        # in a callback: a second press would end the script of the first before it had left
        options |= {"on_click": attempt, "args": [_leave, before, entry.path]}
    if st.button(label, icon=entry.icon, width="stretch", **options) and before is None:
        st.switch_page(entry.path)


def _leave(before: Callable[[], None], path: str) -> None:
    before()
    st.session_state[_LEAVING] = path


def _look_at(run_id: str) -> None:
    from core.ui.state import RUNS, looking

    looking().at(RUNS, run_id)


def _start_first_run(workspace: Workspace, data: Path) -> None:
    from core.training.runs import start_run
    from core.training.settings import Settings

    run_id = ""  # of the newest
    with suppress(RunBusy):  # somebody was quicker: the Train page shows theirs
        run_id = start_run(workspace, Settings(data, **_FIRST_RUN)).id
    _look_at(run_id)


def what_is_here(here: Here) -> None:
    """List the newest data sets, runs and models."""
    models = [
        f"{name} ({_BUNDLED_IS[name]})"
        for name, folder in BUNDLED.items()
        if (folder / FACTS).exists()
    ]
    models += [run.id for run in here.runs if run.has_model]
    runs = [f"{run.id}: {_in_words(run)}" for run in here.runs]
    cards = st.grid(3, min_column_width=260)
    for title, lines, nothing, entry, label in (
        (
            "Data sets",
            [plain(each.stem) for each in here.sets],
            "None yet.",
            DATA,
            "Look after them",
        ),
        ("Runs", runs, "None yet.", COMPARE, "Compare them"),
        ("Models that answer", models, "None yet: train one.", PREDICT, "Ask one"),
    ):
        with cards.container(border=True, gap="xsmall", height="stretch"):
            st.markdown(f"**{title}** · {len(lines):,}")
            with st.container(height="stretch"):
                more = f"  \nand {len(lines) - _LISTED:,} more" if len(lines) > _LISTED else ""
                st.caption("  \n".join(lines[:_LISTED]) + more if lines else nothing)
            st.page_link(entry.path, label=label, icon=entry.icon)


def _in_words(run: Run) -> str:
    if run.accuracy is None:
        return run.state
    of = f" of {images(run.test_images)}" if run.test_images else ""
    return f"{run.accuracy:.1%}{of}, {run.tested_on}"


def six_scripts(here: Here, seen: Accuracy | None, unseen: Accuracy | None) -> None:
    """Show a letter of each script, how many images of it are here, and how often it is read."""
    counts = here.first.per_script if here.first is not None else {}
    where = "Images here"
    if here.first is not None:
        where = f"Images in “{plain(here.first.path.stem)}”"
    rates = (
        " Seen: how often the shipped model is right on held-out images of the collections it "
        "learned from; unseen: on other collections (of Devanagari and Kannada, digits only)."
    )
    st.caption(f"{where}.{rates if seen or unseen else ''}")
    cards = st.grid(6, min_column_width=110)
    for script in SCRIPTS:
        with cards.container(
            border=True, horizontal_alignment="center", gap="xsmall", height="stretch"
        ):
            st.image(letter(script.name), width=72, alt=f"a letter of {script.title}")
            st.markdown(f"**{script.title}**", text_alignment="center")
            count = counts.get(script.name, 0)
            said = images(count) if count else "none in it" if counts else "no images yet"
            if seen or unseen:
                said += "".join(
                    f"  \n{word} {each.of(script.name) if each else 'not measured'}"
                    for word, each in (("seen", seen), ("unseen", unseen))
                )
            st.caption(said, text_alignment="center")
