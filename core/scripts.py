"""The six scripts: their order, names, colours, Unicode ranges and a sample letter.

The order here is the order of the model outputs and of the `language` column in the notebook's
CSV (0 arabic ... 5 kannada). Saved models carry their own copy of it, so it is data there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Script:
    """One writing system.

    Attributes:
        name: lower-case key used in files, on the command line and in label columns.
        title: what people read.
        sample: one letter of it.
        color: `#rrggbb`, the same in every plot; at least 3:1 against both themes, and any two at
            least 15 apart (CIEDE2000) also to the colour-blind (Machado et al. 2009).
        ranges: inclusive Unicode code point ranges (The Unicode Standard 16, Blocks.txt).
    """

    name: str
    title: str
    sample: str
    color: str
    ranges: tuple[tuple[int, int], ...]


SCRIPTS = (
    Script("arabic", "Arabic", "ع", "#5C9A7D", ((0x0600, 0x06FF), (0x0750, 0x077F))),
    Script("baybayin", "Baybayin", "ᜊ", "#B78514", ((0x1700, 0x171F),)),
    Script("chinese", "Chinese", "永", "#A64B3C", ((0x4E00, 0x9FFF),)),
    Script("devanagari", "Devanagari", "अ", "#4D649F", ((0x0900, 0x097F),)),
    Script("english", "English (Latin)", "g", "#6D636A", ((0x0030, 0x0039), (0x0041, 0x007A))),
    Script("kannada", "Kannada", "ಕ", "#9A7AEB", ((0x0C80, 0x0CFF),)),
)
NAMES = tuple(each.name for each in SCRIPTS)
OTHER = "other"
"""What data sets call any writing that is in none of the six."""
WITH_OTHER = (*NAMES, OTHER)
_APART = "/"
_OTHER = Script(OTHER, "Other", "?", "#808080", ())


def script(name: str) -> Script:
    """Return the script called `name`, also `OTHER`; or one character of it, by its `class_name`.

    Raises:
        KeyError: there is none of that name; the message lists those there are.
    """
    of, apart, character = name.partition(_APART)
    for each in (*SCRIPTS, _OTHER):
        if each.name == of:
            title = f"{each.title} {character}" if each is not _OTHER else character
            return replace(each, name=name, title=title, sample=character) if apart else each
    raise KeyError(f"no script called {name!r}; there are {', '.join(NAMES)}")


def class_name(of: str, character: str) -> str:
    """Return what models that tell characters apart call one, such as `arabic/ب`."""
    return f"{of}{_APART}{character}"


def script_of(label: str) -> str:
    """Return the script of what a model answers: of a script itself, or of a `class_name`."""
    return label.partition(_APART)[0]


def character_of(label: str) -> str:
    """Return the character of a `class_name`; "" of a script itself."""
    return label.partition(_APART)[2]
