"""The Train page's parts: a run set up, a run watched, what came of it."""

from core.ui.train.setup import choose, look_before, settings_form, start
from core.ui.train.views import NEW, view
from core.ui.train.watch import show_run

__all__ = [
    "NEW",
    "choose",
    "look_before",
    "settings_form",
    "show_run",
    "start",
    "view",
]
