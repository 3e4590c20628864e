"""Pictures that are brought to the Predict page: from the camera, the clipboard, or files."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import streamlit as st

from core.data.archive import MAX_FILE
from core.errors import ImageError
from core.inference.predictor import Prediction, Predictor
from core.scripts import character_of, script
from core.text import plain
from core.ui import caches, pictures
from core.ui.charts.style import SUREST
from core.ui.page import warn
from core.ui.predict.answer import BLANK, NONE, show_answer, show_steps
from core.ui.predict.beside import Beside, ask_beside
from core.ui.predict.glyphs import in_strokes

MOST = 50
"""Files answered at a time."""
_PASTED_SIDE = 1024
_THUMBNAIL = 56
_SIDE = 280
_PREFIX = "data:image/png;base64,"

_COLUMNS = {
    "Picture": st.column_config.ImageColumn(width="small"),
    "Read as": st.column_config.ImageColumn(width="small"),
    "How sure": st.column_config.ProgressColumn(format="%.0f%%", min_value=0, max_value=100),
}

_CSS = """
.clipboard {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    gap: 0.5rem;
    padding: 1.2rem;
    border: 1px dashed var(--st-border-color);
    border-radius: var(--st-base-radius);
    font: 400 0.95rem var(--st-font);
    color: var(--st-text-color);
}
button {
    padding: 0.45rem 0.9rem;
    font: inherit;
    color: var(--st-text-color);
    background: var(--st-secondary-background-color);
    border: 1px solid var(--st-border-color);
    border-radius: var(--st-base-radius);
    cursor: pointer;
}
p { margin: 0; }
p:empty { display: none; }
"""

_clipboard = st.components.v2.component(
    "scriptorium_clipboard",
    html=(
        '<div class="clipboard"><button type="button">Paste a picture</button>'
        "<span>or press Ctrl+V, or ⌘V on a Mac, anywhere on this page</span>"
        '<p role="status"></p></div>'
    ),
    css=_CSS,
    js=Path(__file__).with_name("paste.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Picture:
    """A file as it was brought."""

    name: str
    data: bytes


def bring(how: str) -> list[Picture]:
    """Ask for pictures in the way the visitor chose; say what to do while there are none.

    `how` is "Camera", "Paste" or "Upload".

    Raises:
        ImageError: what was pasted is no picture.
    """
    return {"Camera": _photograph, "Paste": _paste, "Upload": _upload}[how]()


def _photograph() -> list[Picture]:
    photo = st.camera_input("A photograph of one character", key="photograph", resolution="720p")
    if photo is None:
        st.caption(
            "One character, large, on plain paper, with little else in the picture. Your browser "
            "asks first; it lends its camera only to pages from this machine or over https."
        )
        return []
    return [Picture("photograph", photo.getvalue())]


def _paste() -> list[Picture]:
    result = _clipboard(
        data={"side": _PASTED_SIDE},
        default={"picture": ""},
        on_picture_change=lambda: None,
        key="clipboard",
    )
    if not result.picture:
        st.caption("Copy a picture of one character anywhere, a screenshot for example.")
        return []
    return [Picture("pasted picture", from_data_url(result.picture))]


def from_data_url(text: str) -> bytes:
    """Return the bytes of a PNG given as a data URL.

    Raises:
        ImageError: it is none.
    """
    try:
        if not text.startswith(_PREFIX):
            raise ImageError("what was pasted is no picture: copy one, and paste again")
        return base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ImageError("the pasted picture arrived damaged: paste it again") from error


def _upload() -> list[Picture]:
    files = st.file_uploader(
        "Pictures of one character each",
        accept_multiple_files=True,
        max_upload_size=MAX_FILE >> 20,
        key="asked-images",
    )
    if not files:
        st.info(
            "Choose one picture or several: PNG, JPEG, WebP, BMP, GIF or TIFF.",
            icon=":material/upload:",
        )
    if len(files) > MOST:
        st.warning(
            f"These are {len(files)} files, and {MOST} are answered at a time: the first {MOST} "
            f"are. For more, use `python -m core predict MODEL FILE...`.",
            icon=":material/error:",
        )
    return [Picture(each.name, each.getvalue()) for each in files[:MOST]]


def answer_one(
    picture: Picture,
    models: Sequence[str],
    model: str,
    folder: Path,
    predictor: Predictor,
    beside: Beside,
) -> None:
    """Show one picture, the answer beside it, what another model says, and how the model saw it."""
    found = _answer(picture, model, folder)
    if found.image is None:
        _not_answered([found])
        return
    image, prediction = found.image, found.prediction
    left, right = st.columns([2, 3], gap="large")
    left.image(pictures.cell(image, _SIDE, 0), width=_SIDE, alt="the picture you brought")
    with right:
        show_answer(prediction, predictor)
        ask_beside(image, models, model, beside)
    show_steps(predictor, image)


def answer_all(
    brought: Sequence[Picture],
    models: Sequence[str],
    model: str,
    folder: Path,
    predictor: Predictor,
    beside: Beside,
) -> None:
    """Show all pictures in a table of ranked answers; one of them that is picked, as `answer_one`.

    One that can't be read is named in its row.
    """
    bar = st.progress(0.0)
    answers = []
    for done, each in enumerate(brought, start=1):
        answers.append(_answer(each, model, folder))
        bar.progress(done / len(brought), text=f"{done} of {len(brought)} pictures")
    bar.empty()
    bad = [each for each in answers if each.problem]
    if bad:
        _not_answered(bad)
    good = [each for each in answers if not each.problem]
    if not good:
        return
    picked = st.dataframe(
        table(good),
        hide_index=True,
        row_height=_THUMBNAIL,
        column_config=_COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        key=f"answers-{hash(tuple(each.name for each in good))}",  # ticks go by row
    )
    st.caption("Pick a row to see how the model saw that picture.")
    st.download_button(
        "Download the answers",
        as_csv(answers, predictor.labels),
        file_name="answers.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    for place in picked.selection.rows:
        st.header(plain(good[place].name))
        answer_one(good[place].picture, models, model, folder, predictor, beside)


@dataclass(frozen=True)
class Answered:
    """A picture and what came of it: an answer, or a problem in one line."""

    picture: Picture
    prediction: Prediction
    image: np.ndarray | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        """The file's."""
        return self.picture.name


def _not_answered(bad: Sequence[Answered]) -> None:
    warn(f"Not answered: {'; '.join(f'{each.name}: {each.problem}' for each in bad)}.")


def _answer(picture: Picture, model: str, folder: Path) -> Answered:
    try:
        image, prediction = caches.answer(model, folder, picture.data)
    except ImageError as error:
        return Answered(picture, Prediction(()), problem=str(error))
    return Answered(picture, prediction, image)


def table(answers: Sequence[Answered]) -> pd.DataFrame:
    """Return answered pictures as people read them: a thumbnail, the answer, what comes next."""
    return pd.DataFrame(
        [
            {
                "Picture": pictures.data_uri(pictures.cell(each.image, 2 * _THUMBNAIL, 0)),
                "File": each.name,
                "Answer": _answer_in_words(each),
                "How sure": None if each.prediction.rejected else _percent(each.prediction),
                "Read as": _read(each.prediction),
                "Then": _title(each, 1 - each.prediction.rejected),
                "And then": _title(each, 2 - each.prediction.rejected),
            }
            for each in answers
            if each.image is not None
        ]
    )


def _read(prediction: Prediction) -> str:
    """Return a picture of the character it is read as, as an address; "" where it is none."""
    if prediction.blank or prediction.rejected or not character_of(prediction.read):
        return ""
    return "data:image/svg+xml," + quote(in_strokes(prediction.read))


def _percent(prediction: Prediction) -> float:
    return 100 * min(prediction.ranked[0][1], SUREST)


def _answer_in_words(answer: Answered) -> str:
    if answer.prediction.blank:
        return BLANK
    return NONE if answer.prediction.rejected else _title(answer, 0)


def _title(answer: Answered, place: int) -> str:
    ranked = () if answer.prediction.blank else answer.prediction.ranked
    return script(ranked[place][0]).title if place < len(ranked) else ""


def as_csv(answers: Sequence[Answered], labels: Sequence[str]) -> str:
    """Return a line a picture: file, answer, rejected, a probability a script, character, problem.

    `answer` is the script of highest probability, `rejected` 1 where the model says none of these,
    `character` the likeliest of that script where the model knows characters.
    """
    lines = []
    for each in answers:
        ranked = each.prediction.ranked
        line = {"file": each.name, "answer": ranked[0][0] if ranked else ""}
        line["rejected"] = str(int(each.prediction.rejected)) if ranked else ""
        shares = {name: f"{share:.6f}" for name, share in ranked}
        lines.append(line | {name: shares.get(name, "") for name in labels})
        lines[-1] |= {"character": character_of(each.prediction.read), "problem": each.problem}
    return pd.DataFrame(lines).to_csv(index=False)
