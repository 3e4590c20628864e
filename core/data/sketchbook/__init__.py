"""Pen strokes of all six scripts and of others, and a generator that writes them as people do.

`Sketchbook` holds the strokes, `draw` writes a glyph once, `sketch` makes a data set. The strokes
were traced from fonts under the SIL Open Font License by `scripts/trace-sketchbook`; the families
are listed in families.toml and others.toml, their licences lie in licences/.
"""

from core.data.sketchbook.build import other_items, sketch
from core.data.sketchbook.characters import characters
from core.data.sketchbook.hand import PLAIN, Hand, Paper, draw
from core.data.sketchbook.strokes import Family, Glyph, Sketchbook, families, is_drawn

__all__ = [
    "PLAIN",
    "Family",
    "Glyph",
    "Hand",
    "Paper",
    "Sketchbook",
    "characters",
    "draw",
    "families",
    "is_drawn",
    "other_items",
    "sketch",
]
