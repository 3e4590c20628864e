"""Words for people: lists, lengths of time, sizes, and what others named, as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

_MARKS = re.compile(r"([*$~<`\\\[\]]|(?<![^\W_])_|_(?![^\W_])|:(?=[\w/+-]+:)|&(?=#?\w+;))")
"""What makes text bold, a formula, a link, an icon ...; an underscore at the edge of a word."""
_CODE = re.compile(r"(?<!`)(`[^`]+`)(?!`)")


def plain(text: str) -> str:
    """Return Markdown that shows `text` as it is."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def code(text: str) -> str:
    """Return Markdown that shows `text` in one line as code, between more backticks than it has."""
    line = re.sub(r"\s", " ", text)
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}" if longest else f"`{line}`"


def message(text: str) -> str:
    """Return Markdown of a message that names files or what others named: only `code` is marked."""
    parts = _CODE.split(text)
    for place in range(0, len(parts), 2):
        parts[place] = _MARKS.sub(r"\\\1", parts[place])
    return "".join(parts)


def sentence(text: str) -> str:
    """Write what an error says as a sentence; what it names stays as it is."""
    return f"{text[:1].upper()}{text[1:]}."


def as_text(name: str) -> str:
    """Return a name as text, where it is not UTF-8 with a sign in place of what is wrong."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def is_text(name: str) -> bool:
    """Whether a name is UTF-8, as pages and tables take it."""
    return as_text(name) == name


def isolated(text: str) -> str:
    """Return text that may be written from right to left, so that its neighbours stay."""
    return text if text.isascii() else f"\u2068{text}\u2069"


def listed(names: Sequence[str]) -> str:
    """Say one name or more, such as "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def images(count: int) -> str:
    """Say how many images, such as "1 image" or "1,200 images"."""
    return "1 image" if count == 1 else f"{count:,} images"


def share(part: float, whole: float, digits: int = 1) -> str:
    """Write a share in percent; all and nothing are not said, by rounding, of what is neither."""
    said, least = f"{part / whole:.{digits}%}", 10.0 ** -(digits + 2)
    if part < whole and said == f"{1:.{digits}%}":
        return f"over {1 - least:.{digits}%}"
    if part > 0 and said == f"{0:.{digits}%}":
        return f"under {least:.{digits}%}"
    return said


def duration(seconds: float) -> str:
    """Say a length of time: seconds to a minute, minutes to two hours, then hours."""
    if seconds < 54:
        return f"{max(1, round(seconds))} s"
    if seconds < 7200:
        return f"{max(1, round(seconds / 60))} min"
    return f"{seconds / 3600:.1f} h"


def ago(then: datetime) -> str:
    """Say how long ago `then` was, in words."""
    seconds = (datetime.now(UTC) - then).total_seconds()
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count:,} {word}{'s' if count > 1 else ''} ago"
    return "just now"


def bytes_in_words(count: float) -> str:
    """Say how large a file is, such as "3.4 MB"; a MB is a million bytes."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= 0.95 * size:
            return f"{count / size:.1f} {unit}"
    return f"{max(1, round(count / 1000))} kB"
