"""What one visitor has in hand, kept in the visitor's own session."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

import streamlit as st

from core.ui.draft import Draft
from core.ui.strokes import Drawing, Letter

if TYPE_CHECKING:
    from core.imaging import Pipeline
    from core.inference.predictor import Predictor


@dataclass
class Sheet:
    """The sheet of paper on the Predict page.

    Attributes:
        drawing: what is on it now.
        start: what it was laid out with; the canvas goes on from there.
        number: counts the sheets; a new number is a new canvas.
        link: the text of the link it was last laid out from.
        own: whether the visitor drew all that is on it.
        guide: a letter shown faintly under the drawing, to copy.
        replaced: what was cleared away or replaced by an example, and whether the visitor drew it;
            until the next stroke.
        shared: hashes of links to what the visitor drew here: one may come back by *Back*.
    """

    drawing: Drawing = ()
    start: Drawing = ()
    number: int = 0
    link: str = ""
    own: bool = True
    guide: Letter | None = None
    replaced: tuple[Drawing, bool] = ((), True)
    shared: set[int] = field(default_factory=set)

    def take(self, drawing: Drawing) -> None:
        """Take note of what is on the canvas."""
        self.drawing = drawing
        if drawing != self.start:
            self.replaced = ((), True)

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take away, or something replaced to bring back."""
        return bool(self.drawing or self.replaced[0])

    def lay(self, drawing: Drawing, *, own: bool = False) -> None:
        """Take a fresh sheet with `drawing` on it already."""
        self.drawing = self.start = drawing
        self.own = own or not drawing
        self.number += 1

    def undo(self) -> None:
        """Take the last stroke away; where all was replaced since, bring that back."""
        drawing, own = self.replaced
        self.replaced = ((), True)
        if drawing:
            self.lay(drawing, own=own)
        else:
            self.lay(self.drawing[:-1], own=self.own)

    def replace(self, drawing: Drawing) -> None:
        """Put `drawing`, which the visitor did not draw, in the place of all that is there."""
        if not self.replaced[0]:  # of two examples in a row the first is no loss
            self.replaced = (self.drawing, self.own)
        self.lay(drawing)

    def clear(self) -> None:
        """Take everything away."""
        self.replace(())

    def copy(self, letter: Letter | None) -> None:
        """Show `letter` faintly, to copy; None takes it away. The drawing stays."""
        self.guide = letter


@dataclass
class KeptDrawing:
    """A drawing of the visitor's own, and what models said of it.

    Attributes:
        letter: the drawing, and what it is as the visitor says.
        answers: by the name of a model, the model as it was, which may have learned on since or
            be gone, and the script that it answered, or "" for none of the six.
    """

    letter: Letter
    answers: dict[str, tuple[ref[Predictor], str]]


@dataclass
class Drawings:
    """The visitor's own drawings.

    Attributes:
        kept: in the order they were drawn.
        version: counts the changes; a table of them is a new one when it does.
    """

    kept: list[KeptDrawing] = field(default_factory=list)
    version: int = 0

    def change(self, kept: list[KeptDrawing]) -> None:
        """Put `kept` in the place of what is there."""
        self.kept = kept
        self.version += 1


@dataclass
class Dropped:
    """The files that the visitor dropped on the Data page last.

    Attributes:
        names: theirs, in the workspace's downloads.
        number: counts the times; a new number is an empty field to drop on.
    """

    names: tuple[str, ...] = ()
    number: int = 0

    def take(self, names: Sequence[str]) -> None:
        """Take note of files that were dropped, and be ready for others."""
        self.names = tuple(names)
        self.number += 1


@dataclass
class Ticked:
    """The runs ticked in the table of the Compare page.

    Attributes:
        ids: theirs.
        began: those that the table began with.
        runs: all that are in the table.
        number: counts the tables; a new number is a new one.
    """

    ids: list[str] = field(default_factory=list)
    began: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    number: int = 0

    def of(self, runs: list[str], *, arrived: bool) -> None:
        """Lay out a table of `runs`, a new one where they are not those of the last.

        `arrived` says that the visitor comes from another page.
        """
        if arrived or runs != self.runs:
            self.runs, self.began = runs, self.ids
            self.number += 1


@dataclass
class Chosen:
    """The data set in hand, the same on all pages.

    Attributes:
        path: of the data set; None before there was one.
        link: the name that the address of a page brought last.
        number: counts the times it was chosen otherwise than by the visitor; a new number is a new
            widget, which begins with it.
    """

    path: Path | None = None
    link: str = ""
    number: int = 0

    def take(self, path: Path) -> None:
        """Take up a data set that the visitor did not choose in the list."""
        self.path = path
        self.link = ""  # the last one may come again
        self.number += 1


NEW, RUNS = "New run", "Runs"
"""The halves of the Train page."""


@dataclass
class Looking:
    """What the Train page shows: one of its halves, and one of the runs.

    The widgets begin with it, so that a browser that draws them anew draws what was chosen.

    Attributes:
        half: `NEW` or `RUNS`; "" before the page was seen.
        run: the id of a run, likewise.
        link: the run that the page's address named last.
        number: counts the times the page chose by itself; a new number is a new widget.
    """

    half: str = ""
    run: str = ""
    link: str = ""
    number: int = 0

    def at(self, half: str, run: str) -> None:
        """Show this, whatever the visitor chose before."""
        self.half, self.run = half, run
        self.link = ""  # the last one may come again
        self.number += 1


_Held = TypeVar("_Held")


def _own(name: str, begin: Callable[[], _Held]) -> _Held:
    """Return what this visitor holds under `name`; no widget's key can be the same."""
    return st.session_state.setdefault(f"own-{name}", begin())


def kept(
    key: str, usual: object, *, among: Iterable[Any] | None = None, begins_by: str = "value"
) -> dict[str, Any]:
    """Return the options of a widget that keeps what was set while the visitor is elsewhere.

    It begins with what was kept: Streamlit hands that to a browser only if the browser did not
    send it along, and one may forget it a moment after, when the page before has ended; it then
    shows what the widget begins with, while the server goes on with what was set.

    Args:
        key: of the widget.
        usual: what it is before anything was set.
        among: the options of a select box, which begins by their index.
        begins_by: what any other widget calls the value that it begins with.
    """
    last = st.session_state.get(key, usual)
    if among is None:
        begin = {begins_by: last}
    else:
        options = list(among)  # of which the last may be gone by now
        begin = {"index": options.index(last if last in options else usual)}
    return {"key": key, "persist_state": "session", **begin}


def kept_and_picked(key: str, usual: object) -> dict[str, Any]:
    """Return the options of a widget that keeps what was set, and that `pick` may set.

    It begins with `usual`; `kept` would not do, as Streamlit warns of a beginning that was picked.
    """
    return {"key": begin(key, usual), "persist_state": "session"}


def ticked() -> Ticked:
    """Return which runs this visitor has ticked on the Compare page."""
    return _own("ticked", Ticked)


def chosen() -> Chosen:
    """Return the data set this visitor has in hand."""
    return _own("chosen", Chosen)


def looking() -> Looking:
    """Return what this visitor looks at on the Train page."""
    return _own("looking", Looking)


def dropped() -> Dropped:
    """Return what this visitor dropped on the Data page."""
    return _own("dropped", Dropped)


def sheet() -> Sheet:
    """Return this visitor's sheet of paper."""
    return _own("sheet", Sheet)


def drawings() -> Drawings:
    """Return the drawings this visitor has kept."""
    return _own("drawings", Drawings)


def answering() -> str:
    """Return the model that answered last on the Predict page; "" before there was one."""
    return _own("answering", str)


def answer_with(model: str) -> None:
    """Let `model` answer on the Predict page from now on."""
    st.session_state["own-answering"] = model


def examples() -> int:
    """Return the number of the row of examples on the Predict page."""
    return _own("examples", int)


def next_examples() -> None:
    """Go on to other examples on the Predict page."""
    st.session_state["own-examples"] = examples() + 1


def sample() -> int:
    """Return the number of the sample on the Prepare page."""
    return _own("sample", int)


def next_sample() -> None:
    """Go on to the next sample on the Prepare page."""
    st.session_state["own-sample"] = sample() + 1


def picked(data: str) -> dict[int, None]:
    """Return the images this visitor picked of a data set, in order: the keys are its rows.

    `data` is the hash of the data set: in one that was built anew the rows are others.
    """
    by_data: dict[str, dict[int, None]] = _own("picked", dict)
    return by_data.setdefault(data, {})


def unticked() -> set[str]:
    """Return the Kaggle sets that the visitor wants no data set of."""
    found: set[str] = _own("unticked", set)
    return found


def suggested() -> dict[str, str]:
    """Return the names suggested last, by the key of the field."""
    found: dict[str, str] = _own("suggested", dict)
    return found


def pick_images(data: str, rows: Iterable[int]) -> None:
    """Pick images of a data set; those that are picked stay so."""
    picked(data).update(dict.fromkeys(rows))


def unpick_image(data: str, row: int) -> None:
    """Put a picked image back."""
    picked(data).pop(row, None)


def unpick_images(data: str) -> None:
    """Put all picked images of a data set back."""
    picked(data).clear()


def draft(pipeline: Pipeline) -> Draft:
    """Return this visitor's pipeline on the Prepare page; a new one where it began as another.

    What the visitor changed stays though somebody saves another pipeline under that name.
    """
    held: Draft | None = st.session_state.get("own-draft")
    if held is not None and held.changed and held.began.name == pipeline.name:
        held.began = pipeline
    if held is None or held.began != pipeline:
        number = 0 if held is None else held.number + 1
        held = st.session_state["own-draft"] = Draft.of(pipeline, number)
    held.follow({str(key): each for key, each in st.session_state.items()})
    return held


def restart_draft() -> None:
    """Forget what the visitor changed on the Prepare page."""
    held: Draft = st.session_state["own-draft"]
    st.session_state["own-draft"] = Draft.of(held.began, held.number + 1)


def begin(key: str, value: object) -> str:
    """Let the widget of `key` begin with `value` where it is new; returns the key.

    The browser is told each time: it forgets a widget that a run did not draw, and after a run
    that was cut short by `st.stop` the server still knows it.
    """
    st.session_state[key] = st.session_state.get(key, value)
    return key


def value(key: str) -> Any:
    """Return what the widget of `key` holds; for callbacks."""
    return st.session_state[key]


def tell(key: str, message: str) -> None:
    """Leave a message for the next run of the page; `told` takes it."""
    st.session_state[f"told-{key}"] = message


def told(key: str) -> str:
    """Return the message that was left under `key`, once; "" without one."""
    return st.session_state.pop(f"told-{key}", "")


def pick(key: str, value: object) -> None:
    """Set the widget of that key; only from a callback, before the widget is drawn."""
    st.session_state[key] = value
