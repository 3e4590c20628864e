"""Predict: a blank sheet asks, a drawing is answered, a link brings both, bad uploads are named."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.ui.strokes import Stroke, to_text

Open = Callable[..., AppTest]
DRAWING = (Stroke(14, ((40, 60), (240, 60))), Stroke(14, ((140, 60), (140, 240))))


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in [*app.subheader, *app.markdown, *app.caption])


def test_without_a_model_it_sends_to_train(
    open_page: Open, workspace_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.inference.predictor.SHIPPED", workspace_dir / "none")
    assert "No model yet" in said(open_page("predict"))


@pytest.mark.usefixtures("full")
def test_a_blank_sheet_asks_for_a_drawing(open_page: Open):
    app = open_page("predict")
    assert "Draw a character" in app.info[0].value
    assert "What the model saw" not in said(app)


@pytest.mark.usefixtures("full")
def test_a_link_brings_its_drawing_and_its_answer(open_page: Open):
    app = open_page("predict", drawing=to_text(DRAWING))
    assert not app.exception
    assert "% sure" in said(app)
    assert "What the model saw" in said(app)
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.usefixtures("full")
def test_undo_and_clear_take_strokes_away(open_page: Open):
    app = open_page("predict", drawing=to_text(DRAWING))
    button = {each.label: each for each in app.button}
    button["Undo"].click().run()
    assert app.session_state["sheet"].drawing == DRAWING[:1]
    button["Clear"].click().run()
    assert app.session_state["sheet"].drawing == ()
    assert "Draw a character" in app.info[0].value


@pytest.mark.usefixtures("full")
def test_copy_link_puts_drawing_and_model_into_the_address(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.ui.predict.draw_on", lambda *_: DRAWING)
    app = open_page("predict")
    assert "drawing" not in app.query_params
    next(each for each in app.button if each.label == "Copy link").click().run()
    assert app.query_params["drawing"] == to_text(DRAWING)
    assert app.query_params["model"] == app.selectbox(key="answering-model").value
    assert to_text(DRAWING) in app.code[0].value


@pytest.mark.parametrize("text", ["hello", "%00", "AQ", to_text(DRAWING)[:-4], "a" * 5000])
@pytest.mark.usefixtures("full")
def test_a_damaged_link_says_so_and_leaves_a_blank_sheet(text: str, open_page: Open):
    app = open_page("predict", drawing=text)
    assert "damaged" in app.warning[0].value
    assert "Draw a character" in app.info[0].value
    assert not app.exception


@pytest.mark.usefixtures("full")
def test_a_link_to_a_model_that_is_not_here_says_which_one_answers(open_page: Open):
    app = open_page("predict", drawing=to_text(DRAWING), model="cnn-zzzz")
    assert "cnn-zzzz" in app.warning[0].value
    assert "% sure" in said(app)


def _upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.button_group[0].set_value("Upload").run()
    return app.file_uploader[0].upload(name, data, "image/png").run()


@pytest.mark.usefixtures("full")
def test_an_uploaded_picture_is_answered(
    open_page: Open, draw_glyph: Callable, encode_image: Callable
):
    app = _upload(open_page("predict"), "mine.png", encode_image(draw_glyph("kannada")))
    assert not app.exception
    assert not app.warning
    assert "% sure" in said(app)


def _huge() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "expected"),
    [
        ("note.png", lambda _: b"this is a text", "not an image"),
        ("cut.jpg", lambda jpeg: jpeg[: len(jpeg) // 2], "damaged"),
        ("huge.png", lambda _: _huge(), "megapixels"),
        ("empty.png", lambda _: b"", "empty"),
    ],
)
@pytest.mark.usefixtures("full")
def test_a_bad_upload_gets_one_line_that_says_what_is_wrong(
    name: str,
    make: Callable[[bytes], bytes],
    expected: str,
    open_page: Open,
    draw_glyph: Callable,
    encode_image: Callable,
):
    jpeg = encode_image(draw_glyph("arabic", size=(256, 256)), "JPEG")
    app = _upload(open_page("predict"), name, make(jpeg))
    assert expected in app.warning[0].value
    assert "\n" not in app.warning[0].value
    assert not app.exception
