"""The Train page's parts: a run set up, a run watched, what came of it."""

from core.ui.state import NEW
from core.ui.train.setup import ask_more, choose, look_before, start
from core.ui.train.views import view
from core.ui.train.watch import show_run

__all__ = [
    "NEW",
    "ask_more",
    "choose",
    "look_before",
    "show_run",
    "start",
    "view",
]
