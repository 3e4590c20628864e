"""Which letters of the other alphabets the sketchbook holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

MOST = 150
"""Characters of an alphabet, at most."""

_LATIN_TWINS = (
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεηικνορςτυχωϲϳϜϹ"
    "АВЕЅЗІЈКМНОРСТУХЬаеѕзіјкмнорстухгпибчьһҺүҮӀӏԀԁԚԛԜԝҽҪҫ"
    "ᎠᎡᎢᎪᎫᎬᎳᎷᎻᎽᏀᏃᏎᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏮᏴᏵᏳᏸ"
    "ⲀⲂⲈⲌⲎⲒⲔⲘⲚⲞⲢⲤⲦⲨⲬⲁⲃⲉⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭⲰⲱ"
    "𐌰𐌱𐌴𐌵𐌶𐌷𐌹𐌺𐌼𐌽𐍂𐍃𐍄𐍆𐍇𐍈"
    "ᚱᛒᚷᛁᛗᚠᚢᛉᛕᚴᛘ"
    "ᐯᑌᑭᒍᒪᑲᑯᑊᕼ᙭ᗅᗞᗪᗷᖇᖴᔑᗰᗯᑕᑢᑫᑬᓄᓀ"
    "ⵊⵏⵝⵔⵓⵎⵜⵍⵡⵇⴹⵋⴸⴺ"
    "𐐄𐐆𐐒𐐓𐐗𐐛𐐝𐐠𐐣𐐬𐑀𐑉𐑈"
)
"""Letters whose shape is that of a Latin letter or digit."""
_CHINESE_TWINS = (
    "ニハロエカタトチヌオムミメヒロセノイリへヘーㅅㅁㄱㄴㄷㄹㅇㅡㅣㅏㅐㅜㅗㅓㅔㅋㅌㅍㅂ"
)
"""Kana and jamo whose shape is that of a Chinese character, or of next to nothing."""
_TWINS = frozenset(_LATIN_TWINS + _CHINESE_TWINS)


def letters(prefixes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the letters whose Unicode names begin so, and their syllables with vowel signs.

    No digits: many alphabets share them, or nearly. No letters that look like one of the six
    scripts by design.

    Args:
        prefixes: of the names, as in others.toml.
    """
    wanted = tuple(prefixes)
    named = {each: name for each, name in _names().items() if name.startswith(wanted)}
    found = [
        each
        for each in named
        if unicodedata.category(each) in ("Lo", "Lu", "Ll", "Lm")
        and " DIGIT " not in named[each]
        and unicodedata.normalize("NFD", each)[0] not in _TWINS
        and not unicodedata.decomposition(each).startswith("<")  # a form of another letter
    ]
    signs = [
        each
        for each, name in named.items()
        if unicodedata.category(each) in ("Mn", "Mc") and ("VOWEL SIGN" in name or "SARA" in name)
    ]
    consonants = [each for each in found if _is_consonant(named[each])]
    return found, [each + sign for each in consonants for sign in signs]


def choose(prefixes: Sequence[str], most: int, written: Callable[[str], bool]) -> tuple[str, ...]:
    """Return at most so many of `letters`, evenly over all; syllables where letters leave room.

    Args:
        prefixes: as of `letters`.
        most: characters.
        written: whether a font can write a character; asked for some more than `most`.
    """
    chosen: list[str] = []
    for group in letters(prefixes):
        having = [each for each in _spread(group, 3 * most) if written(each)]
        chosen += _spread(having, most - len(chosen))
    return tuple(chosen)


@cache
def _names() -> dict[str, str]:
    """Every character of the first two planes, with its name."""
    named = ((chr(code), unicodedata.name(chr(code), "")) for code in range(0x20000))
    return {each: name for each, name in named if name}


def _is_consonant(name: str) -> bool:
    """Whether a letter takes vowel signs, by its name: "LETTER KA", not "LETTER AI"."""
    return bool(set(name.split()[-1]) - set("AEIOU")) and "VOCALIC" not in name


def _spread(some: Sequence[str], most: int) -> list[str]:
    if len(some) <= most:
        return list(some)
    return [some[place * len(some) // most] for place in range(most)]
