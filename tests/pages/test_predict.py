"""Predict: a blank sheet asks, a drawing is answered, a link brings both, bad uploads are named."""

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data.scan import scan
from core.data.sketchbook.build import sketch
from core.data.store import Record, Store, Writer, to_table
from core.errors import ImageError
from core.evaluation.sampled import on_sample
from core.imaging import preset
from core.imaging.files import encode
from core.inference.decision import Decision
from core.inference.predictor import Prediction, Predictor
from core.models.export import BUNDLED, LITERT, read_facts
from core.scripts import NAMES, WITH_OTHER, class_name, script
from core.training.runs import list_runs
from core.ui import predict
from core.ui.predict.answer import in_brief, what_it_costs
from core.ui.predict.brought import Answered, Picture, as_csv, from_data_url, table
from core.ui.predict.glyphs import alphabet, examples, in_strokes
from core.ui.predict.hand import _mended, as_zip, choices, fair, is_right, tally
from core.ui.state import KeptDrawing
from core.ui.strokes import SIDE, Letter, Stroke, picture, to_text
from core.workspace import Workspace, atomic_path

Open = Callable[..., AppTest]
DRAWING = (Stroke(14, ((40, 60), (240, 60))), Stroke(14, ((140, 60), (140, 240))))


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in [*app.header, *app.markdown, *app.caption])


def test_without_a_model_it_sends_to_train(
    open_page: Open, workspace_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in BUNDLED:
        monkeypatch.setitem(BUNDLED, name, workspace_dir / "none")
    assert "No model yet" in said(open_page("predict"))


@pytest.mark.usefixtures("full")
def test_a_model_chosen_on_the_way_to_another_page_answers_afterwards(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    app = open_page("predict")
    with monkeypatch.context() as leaving:  # ends the visit before the page has come to its model
        leaving.setattr(predict, "open_link", lambda _: st.stop())
        app.selectbox(key="answering-model").set_value("notebook").run()
        app.switch_page("pages/1_explore.py").run()
    app.switch_page("pages/5_predict.py").run()
    assert app.selectbox(key="answering-model").value == "notebook"


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


def test_another_model_is_asked_about_the_same_drawing(open_page: Open, full: Path):
    [run] = list_runs(Workspace(full))
    app = open_page("predict", drawing=to_text(DRAWING), model="shipped")
    beside = app.selectbox(key="asked-beside")
    assert beside.value == "notebook"
    assert beside.options == ["the notebook's model", run.id, "nobody"]
    facts = read_facts(BUNDLED["notebook"])
    assert (
        f"Right, as the mean over scripts, on {facts['in_domain']['mean']:.1%} of a random fifth "
        "of its own images, by hands it learned from, on "
        f"{facts['unseen']['mean']:.1%} of images of collections it never saw."
    ) in said(app)
    image = picture(DRAWING)
    for model in (run.id, "notebook"):
        app.selectbox(key="asked-beside").set_value(model).run()
        assert not app.exception
        assert in_brief(Predictor.load(model, Workspace(full)).predict(image)) in said(app)
    # beside what is asked first, nobody is asked twice
    app.selectbox(key="answering-model").set_value("notebook").run()
    assert app.selectbox(key="asked-beside").value == "shipped"
    app.selectbox(key="asked-beside").set_value("nobody").run()
    assert len([each for each in app.markdown if " sure" in each.value]) == 0


def test_a_run_that_lost_its_answers_answers_all_the_same(
    open_page: Open, full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(full, tmp_path / "own")
    monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", str(tmp_path / "own"))
    [run] = list_runs(Workspace(tmp_path / "own"))
    (run.folder / "predictions.parquet").unlink()
    app = open_page("predict", drawing=to_text(DRAWING), model=run.id)
    assert not app.exception
    assert "on other collections nobody has tested: expect less there" in said(app)
    assert "% sure" in said(app)


def test_a_model_that_cannot_be_asked_beside_says_so(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(BUNDLED["notebook"], tmp_path / "notebook")
    with atomic_path(tmp_path / "notebook" / LITERT) as path:  # the folder's time changes with it
        path.write_bytes(b"no network")
    monkeypatch.setitem(BUNDLED, "notebook", tmp_path / "notebook")
    app = open_page("predict", drawing=to_text(DRAWING), model="shipped")
    assert not app.exception
    assert "is not a LiteRT model: train or export it again" in said(app)
    assert "% sure" in said(app)


@pytest.mark.usefixtures("full")
def test_undo_and_clear_take_strokes_away(open_page: Open):
    app = open_page("predict", drawing=to_text(DRAWING))
    button = {each.label: each for each in app.button}
    button["Undo"].click().run()
    assert app.session_state["own-sheet"].drawing == DRAWING[:1]
    button["Clear"].click().run()
    assert app.session_state["own-sheet"].drawing == ()
    assert "Draw a character" in app.info[0].value


@pytest.mark.usefixtures("full")
def test_a_link_that_was_cleared_away_can_be_followed_again(open_page: Open):
    app = open_page("predict", drawing=to_text(DRAWING))
    next(each for each in app.button if each.label == "Clear").click().run()
    assert "drawing" not in app.query_params
    app.query_params["drawing"] = to_text(DRAWING)
    app.run()
    assert app.session_state["own-sheet"].drawing == DRAWING
    # and what the first one was cleared for does not come back in the place of this one
    next(each for each in app.button if each.label == "Undo").click().run()
    assert app.session_state["own-sheet"].drawing == DRAWING[:1]


@pytest.mark.usefixtures("full")
def test_copy_link_puts_drawing_and_model_into_the_address(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.ui.predict.drawing.draw_on", lambda *_: DRAWING)
    app = open_page("predict")
    assert "drawing" not in app.query_params
    next(each for each in app.button if each.label == "Copy link").click().run()
    assert app.query_params["drawing"] == to_text(DRAWING)
    assert app.query_params["model"] == app.selectbox(key="answering-model").value
    assert to_text(DRAWING) in app.code[0].value


@pytest.mark.usefixtures("full")
def test_a_drawing_too_long_for_an_address_gets_no_link(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    points = tuple((x % 280, x * 7 % 280) for x in range(20_000))
    monkeypatch.setattr("core.ui.predict.drawing.draw_on", lambda *_: (Stroke(14, points),))
    app = open_page("predict")
    next(each for each in app.button if each.label == "Copy link").click().run()
    assert "too many strokes for a link" in app.warning[0].value
    assert "drawing" not in app.query_params
    assert not app.code


@pytest.mark.usefixtures("full")
def test_the_shipped_model_shows_its_card(open_page: Open):
    app = open_page("predict", model="shipped")
    next(each for each in app.button if each.label == "Model card").click().run()
    assert not app.exception
    assert "## How good it is" in said(app)


def test_another_model_that_is_chosen_is_in_the_address_too(open_page: Open, full: Path):
    [run] = list_runs(Workspace(full))
    app = open_page("predict", model=run.id)
    assert (
        f"Right on {run.accuracy:.1%} of its 58 test images (a random fifth). The test images are "
        "a random fifth of the same collections, often by the same hands"
    ) in said(app)
    assert "It always answers one of those it knows" in said(app)
    app.selectbox(key="answering-model").set_value("shipped").run()
    assert app.query_params["model"] == "shipped"
    decision = read_facts(BUNDLED["shipped"])["decision"]
    assert (
        "of images of collections it never saw. It answers “none of these” where a picture looks "
        f"too strange to it, above {decision['threshold']:.2f}. That limit turns away "
        f"{decision['turned_away']:.0%} of other alphabets"
    ) in said(app)


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
    assert r"cnn\-zzzz" in app.warning[0].value
    assert "% sure" in said(app)


def _upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.button_group[0].set_value("Upload").run()
    return app.file_uploader[0].upload(name, data, "image/png").run()


@pytest.mark.usefixtures("full")
def test_an_uploaded_picture_is_answered(open_page: Open, encode_image: Callable):
    app = _upload(open_page("predict"), "mine.png", encode_image(picture(DRAWING)))
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


def drawn(app: AppTest, script: str) -> AppTest:
    """Say which script the drawing on the sheet was."""
    [asked] = [each for each in app.button_group if (each.key or "").startswith("truth")]
    return asked.set_value(script).run()


@pytest.mark.usefixtures("full")
def test_a_drawing_is_kept_with_its_true_script_and_counted(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.ui.predict.drawing.draw_on", lambda *_: DRAWING)
    app = open_page("predict")
    assert "Draw, and say each time" in said(app)
    drawn(app, "baybayin")
    drawn(app, "kannada")
    assert not app.exception
    drawings = app.session_state["own-drawings"]
    assert [each.letter.script for each in drawings.kept] == ["baybayin", "kannada"]
    assert drawings.kept[0].letter.drawing == DRAWING
    assert "of your 2 drawings" in said(app)
    answer = Predictor.load("notebook").predict(picture(DRAWING)).ranked[0][0]
    right = ["baybayin", "kannada"].count(answer)
    beside = f"Asked beside it, the notebook's model reads **{right} of 2** right ({right / 2:.0%})"
    assert beside in said(app)
    assert len(app.get("download_button")) == 1
    drawn(app, "other")  # on which the notebook's model can't be right
    assert "of your 3 drawings" in said(app)
    assert beside in said(app)
    app.selectbox(key="answering-model").set_value("notebook").run()
    assert "of your 2 drawings" in said(app)
    assert "Left out: 1 drawing of what this model has no answer for." in said(app)


@pytest.mark.parametrize(
    ("labels", "declines", "answerable"),
    [
        (NAMES, False, ["arabic"]),
        (NAMES, True, ["arabic", "other/star", "other/"]),
        (("other/star", "other/circle"), False, ["other/star"]),
    ],
)
def test_a_model_is_asked_about_what_it_can_answer_alone(
    labels: tuple[str, ...], declines: bool, answerable: list[str]
):
    model = SimpleNamespace(labels=labels, may_decline=declines)
    drawings = [Letter("arabic", "", ()), Letter("other", "star", ()), Letter("other", "", ())]
    found = [each for each in drawings if fair(each, model)]
    assert [class_name(each.script, each.character).removesuffix("arabic/") for each in found] == [
        each.removesuffix("arabic") for each in answerable
    ]


def test_a_data_set_is_made_of_ones_drawings(
    open_page: Open, full: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.ui.predict.drawing.draw_on", lambda *_: DRAWING)
    asked: list[tuple[object, ...]] = []
    job = full / "jobs" / "build-1"
    monkeypatch.setattr(
        "core.ui.predict.hand.start_build", lambda *given: asked.append(given) or job
    )
    app = open_page("predict")
    drawn(app, "baybayin")
    drawn(app, "kannada")

    next(each for each in app.button if each.key == "make-of-hand").click().run()

    assert not app.exception
    [(_, [packed], name, pipeline, per_script)] = asked
    assert (name, pipeline, per_script) == ("my handwriting", "canonical", None)
    found = scan([str(packed)])
    assert sorted(each.script for each in found.items) == ["baybayin", "kannada"]
    Path(str(packed)).unlink()


def test_a_model_that_came_with_the_app_is_tried_on_a_data_set(open_page: Open, full: Path):
    [run] = list_runs(Workspace(full))
    app = open_page("predict", model="shipped")
    next(each for each in app.button if each.key == "try").click().run()

    assert not app.exception
    store = Store.open(full / "store" / "handwriting.parquet")
    answers = on_sample(Predictor.load("shipped"), store)
    right = answers["script"] == answers["predicted"]
    mean = right.groupby(answers["script"]).mean().mean()
    shown = {each.label: each.value for each in app.metric}
    assert shown["Seen collections"] == f"{mean:.1%}"
    assert shown["Unseen collections"] == "none in it"
    assert "the mean over scripts, on 288 images. " in said(app)
    assert "It learned from these collections" in said(app)
    assert f"Taken for another script** · {(~right).sum():,}" in said(app)

    app.selectbox(key="answering-model").set_value(run.id).run()
    assert "try" not in [each.key for each in app.button]


def test_a_trial_says_what_is_left_out_and_what_was_never_seen(
    open_page: Open, workspace_dir: Path, draw_glyph: Callable[..., np.ndarray]
):
    records = []
    for script_, count in (("arabic", 12), ("other", 5)):
        for number in range(count):
            image = draw_glyph("arabic", number, size=(40, 40))
            seen, copy = preset("canonical").apply(image).tobytes(), encode(image)
            path = f"{script_}/{number}"
            records.append(Record(seen, copy, script_, "ب", "", "", "mine", path, path, 40, 40))
    out = workspace_dir / "store" / "mine.parquet"
    out.parent.mkdir(parents=True)
    with out.open("wb") as file, Writer(file, preset("canonical")) as writer:
        writer.add(to_table(records, (40, 40)))
    app = open_page("predict", model="shipped")

    next(each for each in app.button if each.key == "try").click().run()

    assert not app.exception
    assert "the mean over scripts, on 12 images. " in said(app)
    assert "by chance" not in said(app)
    assert "5 images of none of the six scripts were not asked about." in said(app)
    assert {each.label: each.value for each in app.metric}["Seen collections"] == ("none in it")


def test_fonts_are_not_called_other_peoples_handwriting(open_page: Open, workspace_dir: Path):
    out = workspace_dir / "store" / "sketches.parquet"
    out.parent.mkdir(parents=True)
    sketch(out, per_script=10)
    app = open_page("predict", model="shipped")

    next(each for each in app.button if each.key == "try").click().run()

    assert not app.exception
    assert "Unseen fonts" in {each.label for each in app.metric}
    assert "**No person wrote these**" in said(app)


@pytest.mark.parametrize(
    ("url", "says"),
    [("http://localhost:8501", "leads nowhere on other"), ("http://10.0.0.7", "Whoever can reach")],
)
@pytest.mark.usefixtures("full")
def test_a_link_says_who_can_follow_it(
    url: str, says: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(type(st.context), "url", property(lambda _: f"{url}/predict"))
    assert says in said(open_page("predict", drawing=to_text(DRAWING)))


@pytest.mark.parametrize("deleted", [None, float("nan"), "", "  "])
def test_a_character_that_is_deleted_in_the_table_is_none(deleted: object):
    kept = KeptDrawing(Letter("kannada", "ಕ", DRAWING), {})

    mended = _mended(kept, {"Script": "Baybayin", "Character": deleted})

    assert mended.letter == Letter("baybayin", "", DRAWING)


@pytest.mark.usefixtures("full")
def test_a_letter_that_was_copied_is_kept_with_its_character(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.ui.predict.drawing.draw_on", lambda *_: DRAWING)
    app = open_page("predict")
    app.session_state["own-sheet"].copy(Letter("baybayin", "ᜊ", DRAWING))
    drawn(app, "baybayin")
    drawn(app, "kannada")
    kept = app.session_state["own-drawings"].kept
    assert [each.letter.character for each in kept] == ["ᜊ", ""]


@pytest.mark.usefixtures("full")
def test_a_link_that_the_visitor_made_here_brings_a_drawing_of_ones_own_back(open_page: Open):
    app = open_page("predict")
    app.session_state["own-sheet"].shared.add(hash(to_text(DRAWING)))
    app.query_params["drawing"] = to_text(DRAWING)
    app.run()
    assert app.session_state["own-sheet"].drawing == DRAWING
    assert [each for each in app.button_group if (each.key or "").startswith("truth")]


@pytest.mark.usefixtures("full")
def test_nobody_is_asked_about_a_drawing_from_a_link(open_page: Open):
    app = open_page("predict", drawing=to_text(DRAWING))
    assert not [each for each in app.button_group if (each.key or "").startswith("truth")]


def letters(*scripts: str) -> list[Letter]:
    return [Letter(name, "", ()) for name in scripts]


def test_a_model_of_ones_own_classes_is_right_where_it_names_the_class():
    star = Letter("other", "star", ())
    assert is_right(star, "other/star")
    assert not is_right(star, "other/square")
    assert is_right(star, "")  # the six scripts are none of it
    assert choices(("other/square", "other/star")) == ("other/square", "other/star", "other")
    assert choices(NAMES) == WITH_OTHER
    assert choices(("arabic/ب", "other/star"))[-2:] == ("other/star", "other")


def test_the_tally_says_how_far_to_trust_it():
    assert tally(letters("arabic"), ["arabic"]).startswith(
        "This model reads **1 of your 1 drawing** right (100%). So few tell little"
    )
    # By hand: (4 + 1.92) / (8 + 3.84) = 0.5, and 1.96 * sqrt(8 * 0.25 + 0.96) / 11.84 = 0.285.
    assert "from 22% to 78%" in tally(letters(*["arabic"] * 8), ["arabic", ""] * 4)
    by_script = tally(letters("arabic", "arabic"), ["arabic/ب", "kannada/ka"])
    assert "**1 of your 2 drawings** right (50%, by their script)" in by_script
    # what is of no script is right to be declined, and what is of one is not
    three = letters("other", "other", "arabic")
    assert "**1 of your 3 drawings**" in tally(three, ["", "arabic", ""])


def test_the_zip_of_drawings_reads_as_a_data_set(tmp_path: Path):
    letters = [
        Letter("kannada", "ಕ", DRAWING),
        Letter("english", "a/b", DRAWING),
        Letter("english", "", DRAWING),
    ]
    path = tmp_path / "my-handwriting.zip"
    path.write_bytes(as_zip(letters))
    found = {(each.script, each.label.character) for each in scan([str(path)]).items}
    assert found == {("kannada", "ಕ"), ("english", "a\N{FULLWIDTH SOLIDUS}b"), ("english", "")}
    assert {each.collection for each in scan([str(path)]).items} == {"my-handwriting"}


@pytest.mark.parametrize("number", range(3))
def test_examples_are_one_letter_of_each_script(number: int):
    letters = examples(number)
    assert tuple(each.script for each in letters) == NAMES
    assert letters == examples(number) != examples(number + 1)


@pytest.mark.parametrize("name", NAMES)
def test_letters_to_copy_lie_on_the_sheet_each_once(name: str):
    letters = alphabet(name)
    characters = [each.character for each in letters]
    assert len(set(characters)) == len(characters) >= 15
    places = [place for each in letters for stroke in each.drawing for place in stroke.points]
    assert 0 < np.min(places) < np.max(places) < SIDE


@pytest.mark.parametrize("how", ["Camera", "Paste", "Upload"])
@pytest.mark.usefixtures("full")
def test_without_a_picture_it_says_what_to_do(how: str, open_page: Open):
    app = open_page("predict")
    app.button_group[0].set_value(how).run()
    assert not app.exception
    assert not app.warning
    assert "character" in said(app) or "Choose one picture" in app.info[0].value


def test_only_a_png_can_be_pasted():
    assert from_data_url("data:image/png;base64,AAEC") == b"\0\1\2"
    for text in ("data:text/html;base64,AAEC", "data:image/png;base64,A*"):
        with pytest.raises(ImageError, match="paste"):
            from_data_url(text)


def _several(app: AppTest, files: list[tuple[str, bytes, str]]) -> AppTest:
    app.button_group[0].set_value("Upload").run()
    return app.file_uploader[0].set_value(files).run()


@pytest.mark.usefixtures("full")
def test_a_blank_picture_has_no_answer(open_page: Open, encode_image: Callable):
    data = encode_image(np.full((60, 3), 255, np.uint8))
    app = _several(open_page("predict"), [("blank.png", data, "image/png")])
    assert not app.exception
    assert "Nothing written" in said(app)
    assert "% sure" not in said(app)


@pytest.mark.usefixtures("full")
def test_several_files_are_answered_in_a_table_and_a_bad_one_is_named(
    open_page: Open, draw_glyph: Callable, encode_image: Callable
):
    files = [
        (f"{name}.png", encode_image(draw_glyph(name)), "image/png")
        for name in ("kannada", "chinese")
    ]
    app = _several(open_page("predict"), [*files, ("note.txt", b"this is a text", "text/plain")])
    assert not app.exception
    assert app.dataframe[0].value["File"].tolist() == ["kannada.png", "chinese.png"]
    assert "note.txt: not an image" in app.warning[0].value
    assert len(app.get("download_button")) == 1


@pytest.mark.usefixtures("full")
def test_more_files_than_there_is_room_for_are_said_so(
    open_page: Open, draw_glyph: Callable, encode_image: Callable, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.ui.predict.brought.MOST", 2)
    data = encode_image(draw_glyph("arabic"))
    app = _several(open_page("predict"), [(f"{n}.png", data, "image/png") for n in range(3)])
    assert "3 files" in app.warning[0].value
    assert len(app.dataframe[0].value) == 2


def test_the_table_and_the_csv_say_the_same():
    ranked = (("kannada", 0.7), ("arabic", 0.2), ("chinese", 0.1))
    image = np.zeros((9, 9), np.uint8)
    answers = [
        Answered(Picture("a.png", b""), Prediction(ranked), image),
        Answered(Picture("b.png", b""), Prediction(ranked, rejected=True), image),
    ]
    blank = Prediction(ranked, rejected=True, novelty=1.0, blank=True)
    read = table([*answers, Answered(Picture("d.png", b""), blank, image)])
    assert read["Answer"].tolist() == ["Kannada", "None of these six", "Nothing written"]
    assert read["How sure"].isna().tolist() == [False, True, True]
    assert read["Then"].tolist() == ["Arabic", "Kannada", ""]
    bad = Answered(Picture("c.png", b""), Prediction(()), problem="not an image")
    lines = pd.read_csv(io.StringIO(as_csv([*answers, bad], ["arabic", "chinese", "kannada"])))
    assert lines["answer"].tolist()[:2] == ["kannada", "kannada"]
    assert lines["character"].isna().all()
    assert lines["rejected"].tolist()[:2] == [0, 1]
    assert lines["kannada"].tolist()[:2] == [0.7, 0.7]
    assert lines["problem"].tolist()[2] == "not an image"


def test_what_a_picture_is_read_as_is_shown_and_written():
    ranked, image = (("kannada", 0.9), ("arabic", 0.1)), np.zeros((9, 9), np.uint8)
    reading = Prediction(ranked, characters=(("kannada/ಕ", 0.8),), read="kannada/ಕ")
    answers = [
        Answered(Picture("a.png", b""), reading, image),
        Answered(Picture("b.png", b""), replace(reading, rejected=True), image),
        Answered(Picture("c.png", b""), replace(reading, read="kannada/"), image),
    ]

    shown = table(answers)["Read as"].tolist()

    assert unquote(shown[0]).startswith("data:image/svg+xml,<svg")
    assert shown[1:] == ["", ""]  # of None a table says "None"
    lines = pd.read_csv(io.StringIO(as_csv(answers, ["arabic", "kannada"])), keep_default_na=False)
    assert lines["character"].tolist() == ["ಕ", "ಕ", ""]


def test_a_character_is_drawn_as_the_sketchbook_has_it_or_in_letters():
    v, unknown = in_strokes("english/V"), in_strokes("kannada/<ಕೄ>")

    assert "<path" in v
    assert script("english").color in v
    assert "&lt;ಕೄ&gt;</text>" in unknown
    for each in (v, unknown):
        ElementTree.fromstring(each)


@pytest.mark.usefixtures("full")
def test_a_drawing_shows_what_it_might_be_character_by_character(open_page: Open):
    v = (Stroke(16, ((84, 56), (140, 224))), Stroke(16, ((140, 224), (196, 56))))
    app = open_page("predict", drawing=to_text(v))

    assert not app.exception
    assert "most like the one at the left" in said(app)
    assert "What it might be" in said(app)
    rows = [[each.caption for each in row.proto.imgs] for row in app.get("image")]
    [likely] = [each for each in rows if any(text.startswith("٧ ") for text in each)]
    assert likely[0].startswith("V ")
    assert len(likely) <= 5


@pytest.mark.usefixtures("full")
def test_a_model_of_scripts_alone_shows_no_character(open_page: Open):
    app = open_page("predict", drawing=to_text(DRAWING), model="notebook")

    assert not app.exception
    assert "What it might be" not in said(app)
    assert "at the left" not in said(app)


def test_turning_away_says_what_it_costs():
    strange = Prediction((("arabic", 1.0),), rejected=True, novelty=0.93)
    assert what_it_costs(strange, Decision(threshold=0.8, kept=0.95, turned_away=0.7)) == (
        "How strange it looks: 0.93. Above 0.80 the model does not guess. That limit turns away "
        "70% of other alphabets and little pictures, and by mistake 5% of letters of these six."
    )
    assert what_it_costs(strange, Decision(threshold=0.8)).endswith("does not guess.")
    known = Decision(threshold=0.8, kept=0.99, turned_away=0.7)
    assert what_it_costs(strange, known, 0.05).endswith(
        "1% of letters of these six, 5% in other people's collections."
    )


@pytest.mark.usefixtures("full")
def test_a_drawing_that_is_none_of_the_six_is_called_so(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    ranked = tuple((name, 1 / 6) for name in NAMES)
    strange = Prediction(ranked, rejected=True, novelty=0.9)
    monkeypatch.setattr(Predictor, "predict", lambda *_: strange)
    app = open_page("predict", drawing=to_text(DRAWING))
    assert not app.exception
    assert "None of these six" in said(app)
    assert "Arabic comes closest" in said(app)
