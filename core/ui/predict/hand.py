"""The visitor's own hand: drawings whose script the visitor told, and how well a model reads them.

They are kept in the visitor's own session and nowhere else.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.data.selection import folder_of
from core.evaluation.metrics import wilson
from core.imaging.files import encode
from core.inference.predictor import Prediction, Predictor
from core.scripts import OTHER, WITH_OTHER, script, script_of
from core.ui import pictures, state
from core.ui.predict.answer import NONE
from core.ui.strokes import Letter, picture

MOST = 500
"""Drawings kept in one session."""
_FEW = 30
_THUMBNAIL = 48


def ask_what_it_was(sheet: state.Sheet, model: str, prediction: Prediction) -> None:
    """Ask which script the drawing is; with the answer it is kept, and the sheet is free again."""
    key = f"truth-{sheet.number}"

    def told() -> None:
        guide, name = sheet.guide, st.session_state[key]
        character = guide.character if guide and guide.script == name else ""
        answer = "" if prediction.rejected else prediction.ranked[0][0]
        kept = state.KeptDrawing(Letter(name, character, sheet.drawing), {model: answer})
        drawings = state.drawings()
        drawings.change([*drawings.kept, kept][-MOST:])
        sheet.clear()

    st.pills(
        "Was it right? Say what it was, and go on with the next.",
        WITH_OTHER,
        format_func=_title,
        key=key,
        on_change=told,
        wrap=True,
    )


def _title(name: str) -> str:
    return "None of these" if name == OTHER else script(name).title


def show_hand(model: str, predictor: Predictor) -> None:
    """Show the drawings kept so far, how many of them `model` reads right, and a zip of them."""
    drawings = state.drawings()
    st.header("Your own hand")
    if not drawings.kept:
        st.caption(
            "Draw, and say each time which script it was: here you see how well a model reads your "
            "own hand. The drawings stay in this visit and are gone when you close the page."
        )
        return
    answers = [_answer(each, model, predictor) for each in drawings.kept]
    st.markdown(tally([each.letter.script for each in drawings.kept], answers))
    _table(drawings, answers)
    st.download_button(
        "Download the drawings",
        lambda: as_zip([each.letter for each in drawings.kept]),
        file_name="my-handwriting.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        help="A zip of folders script/character, which can be made a data set like any other.",
    )
    st.caption(
        "Kept in this visit only, and gone when you close the page. Give a drawing its character "
        "in the table if you like: the zip has a folder for each."
    )


def _answer(kept: state.KeptDrawing, model: str, predictor: Predictor) -> str:
    if model not in kept.answers:
        prediction = predictor.predict(picture(kept.letter.drawing))
        kept.answers[model] = "" if prediction.rejected else prediction.ranked[0][0]
    return kept.answers[model]


def tally(true: Sequence[str], answers: Sequence[str]) -> str:
    """Say in words how many of some drawings were read right, and how far to trust that.

    Args:
        true: the script of each, or `OTHER`.
        answers: what a model answered, "" where it declined: right of what is of no script.
    """
    right = sum(
        script_of(answer or OTHER) == one for one, answer in zip(true, answers, strict=True)
    )
    low, high = wilson(right, len(true))
    drawings = "drawing" if len(true) == 1 else "drawings"
    few = "So few tell little: your hand" if len(true) < _FEW else "Your hand"
    return (
        f"This model reads **{right} of your {len(true)} {drawings}** right "
        f"({right / len(true):.0%}). {few} as a whole may lie anywhere from {low:.0%} to "
        f"{high:.0%}, 95 times out of 100."
    )


def _table(drawings: state.Drawings, answers: Sequence[str]) -> None:
    """Show what is kept, to be mended: another script, a character, rows taken away."""
    frame = pd.DataFrame(
        {
            "Drawing": [_thumbnail(each.letter) for each in drawings.kept],
            "Script": [_title(each.letter.script) for each in drawings.kept],
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
                options=[_title(name) for name in WITH_OTHER], required=True
            ),
            "Character": st.column_config.TextColumn(max_chars=8),
        },
        key=f"hand-{drawings.version}",
    )
    if not edited.equals(frame):
        left = edited.to_dict("index")
        drawings.change([_mended(drawings.kept[int(str(i))], row) for i, row in left.items()])
        st.rerun()


def _mended(kept: state.KeptDrawing, row: dict[Hashable, Any]) -> state.KeptDrawing:
    name = next(name for name in WITH_OTHER if _title(name) == row["Script"])
    said = row["Character"]  # no text at all where it was deleted
    character = said.strip() if isinstance(said, str) else ""
    letter = Letter(name, character, kept.letter.drawing)
    return state.KeptDrawing(letter, kept.answers)


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
