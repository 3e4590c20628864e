"""Bringing a character in every way there is, in a real browser; the tally of one's own hand."""

import base64
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from core.data.scan import scan

# Puts the picture of a data URL into the clipboard's place, as Ctrl+V would.
PASTE = """async (url) => {
    const blob = await (await fetch(url)).blob();
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([blob], "image.png", { type: blob.type }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
}"""


def sheet(page: Page) -> Locator:
    return page.get_by_label("Sheet of paper")


def ink(page: Page, darker_than: int = 100) -> int:
    """Number of dark pixels on the sheet: those of the drawing, not of a letter to copy."""
    expect(sheet(page)).to_have_count(1)
    return sheet(page).evaluate(
        """(canvas, level) => {
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return data.filter((value, i) => i % 4 === 0 && data[i + 3] && value < level).length;
        }""",
        darker_than,
    )


def answer(page: Page) -> str:
    page.get_by_text("What the model saw").wait_for()
    return page.locator(".st-key-ranking [aria-label]").first.get_attribute("aria-label") or ""


def stroke(page: Page) -> None:
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")
    sheet(page).scroll_into_view_if_needed()
    box = sheet(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 190, steps=8)
    page.mouse.up()


def test_one_click_on_an_example_gives_an_answer(server: Any, page: Page):
    page.goto(f"{server.url}/predict")
    page.get_by_role("button", name="Draw Kannada").click()
    assert "Kannada" in answer(page)
    assert ink(page) > 1000
    # It is not the visitor's own hand.
    expect(page.get_by_text("Was it right?")).to_have_count(0)


def test_a_letter_is_copied_told_and_taken_home(server: Any, page: Page, tmp_path: Path):
    page.goto(f"{server.url}/predict")
    page.get_by_text("Letters to copy").click()
    page.get_by_role("button", name="Copy Baybayin").first.click()
    page.wait_for_function(
        """() => {
            const canvas = [...document.querySelectorAll("*")]
                .map((each) => each.shadowRoot?.querySelector("canvas")).find(Boolean);
            const {data} = canvas.getContext("2d").getImageData(0, 0, 280, 280);
            return data.some((value, i) => i % 4 === 3 && value);
        }"""
    )
    assert ink(page) == 0
    stroke(page)
    page.get_by_text("Was it right?").wait_for()
    page.locator("[class*=st-key-truth]").get_by_text("Baybayin").click()
    expect(page.get_by_text("of your 1 drawing")).to_be_visible()
    expect(page.get_by_text("Draw a character on the sheet")).to_be_visible()
    assert ink(page) == 0

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the drawings").click()
    path = tmp_path / "my-handwriting.zip"
    download.value.save_as(path)
    assert zipfile.is_zipfile(path)
    [item] = scan([str(path)]).items
    assert (item.script, item.label.character) == ("baybayin", "ᜀ")


def test_a_drawing_waits_while_the_visitor_is_elsewhere(server: Any, page: Page):
    page.goto(f"{server.url}/predict")
    expect(page.get_by_text("Draw a character on the sheet")).to_be_visible()
    stroke(page)
    said, drawn = answer(page), ink(page)
    for name in ("Explore", "Predict"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    assert answer(page) == said
    assert abs(ink(page) - drawn) < 0.05 * drawn
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_pasted_picture_is_answered(
    server: Any, page: Page, draw_glyph: Callable, encode_image: Callable
):
    page.goto(f"{server.url}/predict")
    page.get_by_text("Paste", exact=True).click()
    expect(page.get_by_text("or press Ctrl+V")).to_be_visible()
    picture = encode_image(draw_glyph("chinese", size=(2000, 1500)), mode="RGB")
    page.evaluate(PASTE, "data:image/png;base64," + base64.b64encode(picture).decode())
    assert "%" in answer(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_several_files_are_answered_and_a_bad_one_is_named(
    server: Any, page: Page, draw_glyph: Callable, encode_image: Callable
):
    page.goto(f"{server.url}/predict")
    page.get_by_text("Upload", exact=True).click()
    files: list[Any] = [
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": encode_image(draw_glyph(name))}
        for name in ("arabic", "kannada")
    ]
    bad = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"this is a text"}
    page.locator("input[type=file]").set_input_files([*files, bad])
    expect(page.get_by_text("note.txt: not an image")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the answers").click()
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert lines[0].startswith("file,answer,rejected,arabic,")
    assert [line.split(",")[0] for line in lines[1:]] == ["arabic.png", "kannada.png", "note.txt"]


def test_the_camera_is_asked_for_only_when_it_is_chosen(server: Any, new_page: Callable[..., Page]):
    page = new_page()
    page.add_init_script(
        """window.asked = 0;
        navigator.mediaDevices.getUserMedia = () => {
            window.asked += 1;
            return Promise.reject(new DOMException("no", "NotAllowedError"));
        };"""
    )
    page.goto(f"{server.url}/predict")
    expect(page.get_by_text("Draw a character on the sheet")).to_be_visible()
    assert page.evaluate("window.asked") == 0
    page.get_by_text("Camera", exact=True).click()
    expect(page.get_by_text("A photograph of one character")).to_be_visible()
    page.wait_for_function("window.asked > 0")


@pytest.mark.parametrize("finger", [True, False], ids=["finger", "second finger"])
def test_a_finger_draws_on_a_phone(finger: bool, server: Any, phone: Page):
    phone.goto(f"{server.url}/predict")
    sheet(phone).scroll_into_view_if_needed()
    box = sheet(phone).bounding_box()
    assert box is not None
    touch = phone.context.new_cdp_session(phone)
    places = [(box["x"] + 40 + 10 * step, box["y"] + 40 + 12 * step) for step in range(12)]
    other = {"x": box["x"] + 200, "y": box["y"] + 20, "id": 2}

    def send(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", {"x": places[0][0], "y": places[0][1], "id": 1})
    for x, y in places[1:]:
        first = {"x": x, "y": y, "id": 1}
        send("touchMove", first, *([] if finger else [other]))
    send("touchEnd")
    assert "%" in answer(phone)
    assert ink(phone) > 500
    # The page did not scroll away under the finger.
    assert sheet(phone).bounding_box() == box


def test_a_pen_writes_though_the_hand_lies_on_the_sheet(server: Any, phone: Page):
    phone.goto(f"{server.url}/predict")
    sheet(phone).scroll_into_view_if_needed()
    box = sheet(phone).bounding_box()
    assert box is not None
    device = phone.context.new_cdp_session(phone)
    hand = {"x": box["x"] + 220, "y": box["y"] + 220, "id": 1}

    def pen(kind: str, step: int) -> None:
        place = {"x": box["x"] + 40 + 10 * step, "y": box["y"] + 40 + 8 * step}
        pressed = {"button": "left", "buttons": 1, "pointerType": "pen", "clickCount": 1}
        device.send("Input.dispatchMouseEvent", {"type": kind, **place, **pressed})

    device.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [hand]})
    dot = ink(phone)
    assert dot > 50
    pen("mousePressed", 0)
    for step in range(1, 10):
        pen("mouseMoved", step)
    pen("mouseReleased", 10)
    assert "%" in answer(phone)
    line = ink(phone)
    assert line > 2 * dot
    device.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
    device.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [hand]})
    assert ink(phone) > line
    device.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
    assert ink(phone) == line  # neither touch of the hand is left on the sheet


def test_an_example_does_not_cost_ones_own_drawing(server: Any, page: Page):
    page.goto(f"{server.url}/predict")
    expect(page.get_by_text("Draw a character on the sheet")).to_be_visible()
    stroke(page)
    said, drawn = answer(page), ink(page)
    page.get_by_role("button", name="Draw Kannada").click()
    ranking = page.locator(".st-key-ranking [aria-label]").first
    expect(ranking).not_to_have_attribute("aria-label", said)
    page.get_by_role("button", name="Undo").click()
    expect(ranking).to_have_attribute("aria-label", said)
    assert abs(ink(page) - drawn) < 0.05 * drawn


def test_a_picture_that_was_left_behind_is_not_answered(
    server: Any,
    new_page: Callable[..., Page],
    encode_image: Callable,
    draw_glyph: Callable,
    settle: Callable[[Page], None],
):
    page = new_page()
    page.goto(f"{server.url}/predict")
    page.get_by_text("Upload", exact=True).first.click()
    picture = {
        "name": "a.png",
        "mimeType": "image/png",
        "buffer": encode_image(draw_glyph("arabic")),
    }
    page.locator("input[type=file]").set_input_files(picture)
    expect(page.get_by_text("What the model saw")).to_be_visible()
    page.get_by_text("Draw", exact=True).first.click()
    expect(page.get_by_text("Draw a character on the sheet")).to_be_visible()
    settle(page)  # until then the uploader is still there, and its picture with it
    page.get_by_text("Upload", exact=True).first.click()
    expect(page.get_by_text("Choose one picture or several")).to_be_visible()
    expect(page.get_by_text("What the model saw")).to_have_count(0)
