"""The sheet of paper on Predict: what Undo brings back, and strokes that come with a press."""

from types import SimpleNamespace

import pytest
import streamlit as st

from core.ui.canvas import catch_up
from core.ui.state import Sheet
from core.ui.strokes import Stroke, to_canvas

FIRST, SECOND, EXAMPLE = (Stroke(14, ((n, n), (n + 9, n))) for n in (10, 40, 90))


def drawn(*strokes: Stroke) -> Sheet:
    sheet = Sheet()
    sheet.take(strokes)
    return sheet


def test_undo_takes_the_last_stroke_away() -> None:
    sheet = drawn(FIRST, SECOND)
    sheet.undo()
    assert sheet.drawing == (FIRST,)
    sheet.undo()
    assert sheet.drawing == ()
    assert not sheet.can_undo


@pytest.mark.parametrize("examples", [0, 1, 2])
def test_undo_brings_back_what_was_cleared_or_replaced(examples: int) -> None:
    sheet = drawn(FIRST, SECOND)
    for _ in range(examples):
        sheet.replace((EXAMPLE,))
        sheet.take((EXAMPLE,))
    if not examples:
        sheet.clear()
        sheet.take(())
    assert sheet.drawing == (EXAMPLE,) * (examples > 0)
    sheet.undo()
    assert (sheet.drawing, sheet.own) == ((FIRST, SECOND), True)
    sheet.undo()
    assert sheet.drawing == (FIRST,)


def test_after_another_stroke_undo_takes_that_away_and_what_was_cleared_is_gone() -> None:
    sheet = drawn(FIRST)
    sheet.clear()
    sheet.take((SECOND,))
    sheet.undo()
    assert sheet.drawing == ()
    assert not sheet.can_undo


def test_strokes_that_come_with_a_press_count(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = drawn(FIRST)
    canvas = SimpleNamespace(strokes=to_canvas((FIRST, SECOND)))
    monkeypatch.setattr(st, "session_state", {f"sheet-{sheet.number}": canvas})
    catch_up(sheet)
    assert sheet.drawing == (FIRST, SECOND)
    sheet.undo()
    catch_up(sheet)  # another canvas by now
    assert sheet.drawing == (FIRST,)
