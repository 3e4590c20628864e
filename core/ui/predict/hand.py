"""The visitor's own hand: drawings whose script the visitor told, and how well a model reads them.

They are kept in the visitor's own session, and nowhere else until a data set is made of them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Hashable, Sequence
from itertools import compress
from typing import Any
from weakref import ref

import pandas as pd
import streamlit as st

from core.data.job import start_build
from core.data.selection import folder_of
from core.data.shelf import free_name
from core.evaluation.metrics import wilson
from core.imaging.files import encode
from core.inference.predictor import Prediction, Predictor
from core.scripts import NAMES, OTHER, WITH_OTHER, character_of, class_name, script, script_of
from core.text import plain, share
from core.ui import pictures, state
from core.ui.builds import follow
from core.ui.canvas import catch_up
from core.ui.page import DATA, advice
from core.ui.predict.answer import NONE
from core.ui.predict.beside import Beside, title
from core.ui.strokes import Letter, picture
from core.workspace import new_file, workspace

MOST = 500
"""Drawings kept in one session."""
_FEW = 30
_THUMBNAIL = 48
_LONGEST = 40
"""Signs of a character, or of the name of a class of one's own."""


def ask_what_it_was(
    sheet: state.Sheet, model: str, predictor: Predictor, prediction: Prediction
) -> None:
    """Ask what the drawing is; with the answer it is kept, and the sheet is free again."""
    key, answered = f"truth-{sheet.number}", sheet.drawing

    def told() -> None:
        catch_up(sheet)
        guide, told = sheet.guide, st.session_state[key]
        name, character = script_of(told), character_of(told)
        if guide and guide.script == name:
            character = guide.character
        # what was drawn since has not been answered
        known = {model: (ref(predictor), prediction.answer)} if sheet.drawing == answered else {}
        kept = state.KeptDrawing(Letter(name, character, sheet.drawing), known)
        drawings = state.drawings()
        drawings.change([*drawings.kept, kept][-MOST:])
        sheet.lay(())

    st.pills(
        "Was it right? Say what it was, and go on with the next.",
        choices(predictor.labels),
        format_func=lambda name: plain(_called(name)),
        key=key,
        on_change=told,
        wrap=True,
    )


def choices(labels: Sequence[str]) -> tuple[str, ...]:
    """Return what a drawing may be, to a model of these labels: a script, or a class of one's own.

    `OTHER` comes last; it stands for all else.
    """
    own = tuple(each for each in labels if script_of(each) == OTHER and each != OTHER)
    scripts = NAMES if len(own) < len(labels) else ()
    return (*scripts, *own, OTHER)


def show_hand(model: str, predictor: Predictor, beside: Beside) -> None:
    """Show the drawings kept so far, how many of them `model` reads right, and a zip of them.

    Likewise how many the model `beside` it reads.
    """
    drawings = state.drawings()
    st.header("Your own hand")
    if not drawings.kept:
        st.caption(
            "Draw, and say each time which script it was: here you see how well a model reads your "
            "own hand. The drawings are gone when you close or reload the page."
        )
        return
    answers = [_answer(each, model, predictor) for each in drawings.kept]
    letters = [each.letter for each in drawings.kept]
    st.markdown(_tally(letters, answers, predictor))
    if beside.predictor:
        others = [_answer(each, beside.model, beside.predictor) for each in drawings.kept]
        drawn, said = _fairly(letters, others, beside.predictor)
        right = sum(map(is_right, drawn, said))
        if drawn:
            of_those = "" if len(drawn) == len(letters) else ", of those it has an answer for"
            st.markdown(
                f"Asked beside it, {title(beside.model)} reads **{right} of {len(drawn)}** right "
                f"({share(right, len(drawn), 0)}){of_those}."
            )
    _table(drawings, answers)
    with st.container(horizontal=True):
        st.download_button(
            "Download the drawings",
            lambda: as_zip(letters),
            file_name="my-handwriting.zip",
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
            help="A zip of folders script/character, which can be made a data set like any other.",
        )
        if st.button("Make a data set of them", icon=DATA.icon, key="make-of-hand"):
            with advice():
                _make_data(letters)
            st.switch_page(DATA.path)
    st.caption(
        "Gone when you close or reload the page, so take them away first. Give a drawing its "
        "character in the table if you like: there is a folder for each."
    )


def _make_data(letters: Sequence[Letter]) -> None:
    """Start a build of a data set from drawings."""
    here = workspace()
    name = free_name(here, "my handwriting")
    with new_file(here.downloads / f"{name}.zip") as (packed, temporary):
        temporary.write_bytes(as_zip(letters))
    try:
        job = start_build(here, [str(packed)], name, "canonical", None)
    except BaseException:  # somebody else was quicker to take the name
        packed.unlink(missing_ok=True)
        raise
    follow(job)


def fair(drawn: Letter, predictor: Predictor) -> bool:
    """Whether there is an answer of the model's with which it would be right on a drawing."""
    return any(is_right(drawn, each) for each in predictor.labels) or (
        predictor.may_decline and is_right(drawn, "")
    )


def _fairly(
    letters: Sequence[Letter], answers: Sequence[str], predictor: Predictor
) -> tuple[list[Letter], list[str]]:
    """Return the drawings that a model can be right on, and what it answered to them."""
    can = [fair(each, predictor) for each in letters]
    return [*compress(letters, can)], [*compress(answers, can)]


def _tally(letters: Sequence[Letter], answers: Sequence[str], predictor: Predictor) -> str:
    drawn, answered = _fairly(letters, answers, predictor)
    said = tally(drawn, answered) if drawn else ""
    if left := len(letters) - len(drawn):
        drawings = "1 drawing" if left == 1 else f"{left} drawings"
        said += f" Left out: {drawings} of what this model has no answer for."
    return said.strip()


def _answer(kept: state.KeptDrawing, model: str, predictor: Predictor) -> str:
    asked, answer = kept.answers.get(model, (lambda: None, ""))
    if asked() is not predictor:
        answer = predictor.predict(picture(kept.letter.drawing)).answer
        kept.answers[model] = ref(predictor), answer
    return answer


def tally(drawn: Sequence[Letter], answers: Sequence[str]) -> str:
    """Say in words how many of some drawings were read right, and how far to trust that.

    Args:
        drawn: what each is.
        answers: what a model answered, "" where it declined.
    """
    right = sum(map(is_right, drawn, answers))
    low, high = wilson(right, len(drawn))
    drawings = "drawing" if len(drawn) == 1 else "drawings"
    few = "So few tell little: your hand" if len(drawn) < _FEW else "Your hand"
    pairs = zip(drawn, answers, strict=True)
    declined = sum(not answer and letter.script != OTHER for letter, answer in pairs)
    none = f", and called {declined} none of these" if declined else ""
    named = any(script_of(each) not in (each, OTHER) for each in answers if each)
    return (
        f"This model reads **{right} of your {len(drawn)} {drawings}** right "
        f"({share(right, len(drawn), 0)}{', by their script' if named else ''}{none}). {few} as a "
        f"whole may lie anywhere from {low:.0%} to {high:.0%} (of 100 such ranges 95 hold it)."
    )


def is_right(drawn: Letter, answer: str) -> bool:
    """Whether an answer fits: the script of a letter, one's own class, "" for what is neither."""
    if drawn.script == OTHER:
        return answer in ("", class_name(OTHER, drawn.character))
    return script_of(answer) == drawn.script


def _table(drawings: state.Drawings, answers: Sequence[str]) -> None:
    """Show what is kept, to be mended: another script, a character, rows taken away."""
    frame = pd.DataFrame(
        {
            "Drawing": [_thumbnail(each.letter) for each in drawings.kept],
            "Script": [_called(each.letter.script) for each in drawings.kept],
            "Answer": [script(name).title if name else NONE for name in answers],
            "Character": [each.letter.character for each in drawings.kept],
        }
    )
    edited = st.data_editor(
        frame,
        hide_index=True,
        row_height=_THUMBNAIL,
        num_rows="delete",
        disabled=["Drawing", "Answer"],
        column_config={
            "Drawing": st.column_config.ImageColumn(width="small"),
            "Script": st.column_config.SelectboxColumn(
                options=[_called(name) for name in WITH_OTHER], required=True
            ),
            "Character": st.column_config.TextColumn(max_chars=_LONGEST),
        },
        key=f"hand-{drawings.version}",
    )
    if not edited.equals(frame):
        left = edited.to_dict("index")
        drawings.change([_mended(drawings.kept[int(str(i))], row) for i, row in left.items()])
        st.rerun()


def _mended(kept: state.KeptDrawing, row: dict[Hashable, Any]) -> state.KeptDrawing:
    name = next(name for name in WITH_OTHER if _called(name) == row["Script"])
    said = row["Character"]  # no text at all where it was deleted
    character = said.strip() if isinstance(said, str) else ""
    letter = Letter(name, character, kept.letter.drawing)
    return state.KeptDrawing(letter, kept.answers)


def _called(name: str) -> str:
    return "None of these" if name == OTHER else script(name).title


def _thumbnail(letter: Letter) -> str:
    return pictures.data_uri(pictures.cell(picture(letter.drawing), 2 * _THUMBNAIL, 0))


def as_zip(letters: Sequence[Letter]) -> bytes:
    """Return drawings as a zip of script/character/NNN.png, dark on white; it reads as a data set.

    One whose character is not known lies in script/.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, letter in enumerate(letters, start=1):
            folder = folder_of(letter.script, letter.character)
            archive.writestr(f"{folder}/{number:03}.png", encode(picture(letter.drawing)))
    return packed.getvalue()
