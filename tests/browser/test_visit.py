"""What a visitor does, in a real browser: open, browse, train, draw, share, upload."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

SETTLED = "[data-test-script-state=notRunning]"
# Two bars and a stem, in pixels of the canvas.
STROKES = (((50, 60), (230, 60)), ((50, 140), (230, 140)), ((140, 30), (140, 250)))


@pytest.fixture(scope="module")
def furnished(server: Any, furnish: Callable[..., None]) -> Any:
    """The server, with a small data set and one trained model in its workspace."""
    furnish(server, "cnn", epochs=8, batch_size=16)
    return server


def sheet(page: Page) -> Locator:
    return page.get_by_label("Sheet of paper")


def draw(page: Page, *strokes: tuple[tuple[int, int], ...]) -> None:
    """Draw with the mouse, on a page that moves no more."""
    page.locator(SETTLED).wait_for(state="attached")
    box = sheet(page).bounding_box()
    assert box is not None
    for (x, y), *rest in strokes:
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.down()
        for next_x, next_y in rest:
            page.mouse.move(box["x"] + next_x, box["y"] + next_y, steps=10)
        page.mouse.up()


def ink(page: Page) -> int:
    """Number of pixels with ink on the sheet; -1 while there are two, the old one and the new."""
    return sheet(page).evaluate_all(
        """sheets => {
            if (sheets.length !== 1) return -1;
            const [{width, height}] = sheets;
            const {data} = sheets[0].getContext("2d").getImageData(0, 0, width, height);
            return data.filter((value, i) => i % 4 === 3 && value > 128).length;
        }"""
    )


def answer(page: Page) -> str:
    """The six probabilities in order, as the page tells them to a screen reader."""
    page.get_by_text("What the model saw").wait_for()
    return page.locator(".st-key-ranking [aria-label]").first.get_attribute("aria-label") or ""


def until_ink(page: Page, count: int) -> None:
    """Wait until so many pixels have ink."""
    for _ in range(600):
        if ink(page) == count:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{ink(page)} pixels of ink, not {count}")


def no_error(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def test_a_deep_link_to_a_cold_server_without_data_opens(
    path: str, start_bare: Callable[[], Any], page: Page, settle: Callable[[Page], None]
):
    page.goto(f"{start_bare().url}/{path}")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Explore").first).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    no_error(page)


def test_the_model_that_answered_last_answers_again(furnished: Any, page: Page):
    model = page.get_by_role("combobox", name="Model")
    page.goto(f"{furnished.url}/predict")
    model.click()
    option = page.get_by_role("option", name=re.compile("^cnn-")).first
    run = re.compile(f"^{option.inner_text()[:8]}")
    option.click()
    expect(page).to_have_url(re.compile("[?]model=cnn-"))
    expect(model).to_have_value(run)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Explore").click()
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Predict").click()
    expect(page.get_by_role("heading", name="Predict", level=1)).to_be_visible()
    expect(model).to_have_value(run)

    page.goto(f"{furnished.url}/predict?model=shipped")
    expect(model).to_have_value("shipped")


def test_browse_and_filter(furnished: Any, page: Page):
    page.goto(f"{furnished.url}/explore")
    expect(page.get_by_text("288 images fit.")).to_be_visible()
    page.get_by_role("radio", name="Kannada").or_(
        page.get_by_role("button", name="Kannada")
    ).first.click()
    expect(page.get_by_text("48 images fit.")).to_be_visible()
    expect(page.get_by_text("kannada-characters").first).to_be_visible()
    no_error(page)


def test_an_image_picked_on_the_sheet_is_shown_close_up(furnished: Any, page: Page):
    page.goto(f"{furnished.url}/explore")
    chart = page.locator(".st-key-sheet-of-images .nsewdrag").first
    box = chart.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 2.5 / 8, box["y"] + box["height"] * 0.5 / 6)
    close_up = page.get_by_role("combobox", name="Close up")
    expect(close_up).to_have_value(re.compile(r"^3 · Arabic"))
    no_error(page)


def test_a_drawing_is_answered_as_soon_as_the_pen_lifts(furnished: Any, page: Page):
    page.goto(f"{furnished.url}/predict")
    expect(page.get_by_text("Draw a character on the sheet")).to_be_visible()
    draw(page, STROKES[0])
    first = answer(page)
    assert "%" in first
    draw(page, *STROKES[1:])
    expect(page.locator(".st-key-ranking [aria-label]").first).not_to_have_attribute(
        "aria-label", first
    )
    no_error(page)


def test_undo_and_clear(furnished: Any, page: Page):
    page.goto(f"{furnished.url}/predict")
    draw(page, STROKES[0])
    first = answer(page)
    one = ink(page)
    draw(page, STROKES[2])
    assert ink(page) > one
    ranking = page.locator(".st-key-ranking [aria-label]").first
    expect(ranking).not_to_have_attribute("aria-label", first)
    page.get_by_role("button", name="Undo").click()
    until_ink(page, one)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Draw a character on the sheet")).to_be_visible()
    until_ink(page, 0)
    # what was cleared by mistake is not lost
    page.get_by_role("button", name="Undo").click()
    until_ink(page, one)
    expect(ranking).to_have_attribute("aria-label", first)
    page.get_by_role("button", name="Undo").click()
    until_ink(page, 0)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_copied_link_shows_a_fresh_browser_the_same_drawing_and_answer(
    furnished: Any, new_page: Callable[..., Page]
):
    mine = new_page()
    mine.goto(f"{furnished.url}/predict")
    draw(mine, *STROKES)
    answer(mine)
    mine.get_by_role("button", name="Copy link").click()
    link = mine.get_by_text(re.compile(r"drawing=")).first.inner_text()
    expect(mine).to_have_url(link)

    theirs = new_page()
    theirs.goto(link)
    assert answer(theirs) == answer(mine)
    until_ink(theirs, ink(mine))
    no_error(theirs)


def test_a_damaged_link_says_so(furnished: Any, page: Page):
    page.goto(f"{furnished.url}/predict?drawing=AQ4CUHi&model=none")
    expect(page.get_by_text("damaged or cut off")).to_be_visible()
    expect(page.get_by_text("which this machine does not have")).to_be_visible()
    draw(page, STROKES[0])
    assert "%" in answer(page)


def test_an_upload_is_answered_and_a_bad_one_named(
    furnished: Any, page: Page, draw_glyph: Callable, encode_image: Callable
):
    page.goto(f"{furnished.url}/predict")
    page.get_by_text("Upload", exact=True).click()
    upload = page.locator("input[type=file]")
    picture = {"name": "mine.png", "mimeType": "image/png"}
    upload.set_input_files({**picture, "buffer": encode_image(draw_glyph("chinese"))})
    assert "%" in answer(page)
    upload.set_input_files({**picture, "buffer": b"this is a text"})
    expect(page.get_by_text("not an image")).to_be_visible()
    no_error(page)


def test_the_menu_of_a_phone_closes_over_the_page_one_went_to(furnished: Any, phone: Page):
    phone.goto(furnished.url)
    expect(phone.get_by_test_id("stSidebar")).to_have_count(0)
    menu = phone.get_by_test_id("stPopoverButton").filter(has_text="Menu")
    for title in ("Compare", "Train"):
        expect(menu).to_have_attribute("aria-expanded", "false")
        menu.tap()
        phone.get_by_role("link", name=title, exact=True).tap()
        expect(phone.get_by_role("heading", name=title, level=1)).to_be_visible()
        expect(phone.get_by_role("link", name="Explore", exact=True)).to_have_count(0)
    no_error(phone)


def test_a_phone_can_draw_and_nothing_runs_off_its_side(furnished: Any, phone: Page):
    phone.goto(f"{furnished.url}/predict")
    draw(phone, *STROKES)
    assert "%" in answer(phone)
    wide = phone.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390
