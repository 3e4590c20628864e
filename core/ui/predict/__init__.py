"""The Predict page's parts: bring a character in one way or another, get an answer, share it."""

from core.ui.predict.answer import show_reliability
from core.ui.predict.beside import asked_beside, title
from core.ui.predict.brought import answer_all, answer_one, bring
from core.ui.predict.drawing import draw_and_answer, open_link, say_who_answers
from core.ui.predict.glyphs import show_letters
from core.ui.predict.hand import show_hand
from core.ui.predict.trying import offer_trial

__all__ = [
    "answer_all",
    "answer_one",
    "asked_beside",
    "bring",
    "draw_and_answer",
    "offer_trial",
    "open_link",
    "say_who_answers",
    "show_hand",
    "show_letters",
    "show_reliability",
    "title",
]
