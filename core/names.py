"""Names that people give to what is kept as a file: letters of any script, and little else."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_BESIDE_LETTERS = " .-_"
_MARKS = ("Mn", "Mc")
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_BYTES = 220
"""A file's name may have 255, some of them ours: enough for 72 letters of any living script."""


def is_name(name: str, longest: int) -> bool:
    """Whether `name` can be used; what it takes is what `rule` says."""
    return (
        0 < len(name) <= longest
        and len(name.encode()) <= _BYTES
        and (name[0].isalnum() or name[0] == "_")
        and name[-1] not in " ."
        and all(map(_fits, name))
    )


def rule(longest: int) -> str:
    """Say what a name may be."""
    return (
        f"at most {longest} letters, digits, spaces, full stops, hyphens and underscores; it "
        "begins with a letter, a digit or _, and does not end with a space or a full stop"
    )


def as_name(text: str, longest: int) -> str:
    """Return `text` as a name that can be used: a space in place of what can't."""
    kept = "".join(each if _fits(each) else " " for each in text)
    first = next((place for place, each in enumerate(kept) if each.isalnum()), len(kept))
    short = " ".join(kept[first:].split())[:longest]
    return short.encode()[:_BYTES].decode(errors="ignore").strip(" .")


def meant(text: str, names: Iterable[str]) -> list[str]:
    """Return those of `names` that `text` may mean: the one it is, else all that begin so."""
    found = [each for each in names if text and each.startswith(text)]
    return [text] if text in found else found


def same(name: str) -> str:
    """Return what a disk goes by: not every one tells "Mine" from "mine", or composes accents."""
    return unicodedata.normalize("NFC", name).casefold()


def _fits(each: str) -> bool:
    return (
        each.isalnum()
        or each in _BESIDE_LETTERS
        or each in _JOINERS
        or unicodedata.category(each) in _MARKS
    )
