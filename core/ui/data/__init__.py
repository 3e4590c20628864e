"""The Data page: the data sets here, and three ways to more of them."""

from core.ui.data.kaggle import from_kaggle
from core.ui.data.own import from_own_files
from core.ui.data.shelf import sets_here
from core.ui.data.sketchbook import from_sketchbook

__all__ = ["from_kaggle", "from_own_files", "from_sketchbook", "sets_here"]
