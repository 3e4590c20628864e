"""The six Kaggle data sets of the notebook: where they are, and what their file names say."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from core.data.archive import walk

CHINESE = dict(enumerate("零一二三四五六七八九十百千万亿", start=1))
ARABIC = dict(enumerate("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", start=1))
LATIN = dict(enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", start=1))
DEVANAGARI = dict(
    enumerate(
        [*"कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह", "क्ष", "त्र", "ज्ञ"],
        start=1,
    )
)
DEVANAGARI_DIGITS = "०१२३४५६७८९"
_SIGNS = ["್", "", *"ಾಿೀುೂೃೄೆೇೈೊೋೌಂಃ"]
KANNADA = (
    *["ಅ", "ಆ", "ಇ", "ಈ", "ಉ", "ಊ", "ಋ", "ೠ", "ಎ", "ಏ", "ಐ", "ಒ", "ಓ", "ಔ", "ಅಂ", "ಅಃ"],
    *(
        letter + sign
        for letter in [*"ಕಖಗಘಙಚಛಜಝಞಟಠಡಢಣತಥದಧನಪಫಬಭಮಯರಱಲಳೞವಶಷಸಹ", "ಕ್ಷ"]
        for sign in _SIGNS
    ),
    *"೦೧೨೩೪೫೬೭೮೯",
)
"""The classes of the Kannada set in order, as its images show them; the last two are not here."""

SAME_WRITER = {"James1": "James", "Zayn": "ZaynMalik", "Lutian Grace": "Luntian Grace"}
"""Baybayin writers who may be one person: kept together, so that no split parts them."""


class Label(NamedTuple):
    """What the name of a file says about the image in it.

    Attributes:
        character: the character itself where it is known, else the class.
        writer: "" where unknown.
        fold: the data set's own split by writer, "train" or "test"; "" where it brings none.
    """

    character: str
    writer: str = ""
    fold: str = ""


@dataclass(frozen=True)
class Source:
    """One of the six Kaggle sets.

    Attributes:
        name: the Kaggle data set's name; images read from it carry it as their `collection`.
        kaggle: owner/name on Kaggle.
        images: how many the set holds on Kaggle.
        megabytes: about what the download takes.
        note: one sentence on how the images look and who wrote them.
        read: from a folder and a file name to what they say, or None where they are not of this
            set.
    """

    name: str
    title: str
    script: str
    kaggle: str
    licence: str
    images: int
    megabytes: int
    note: str
    read: Callable[[str, str], Label | None] = field(repr=False, compare=False)

    @property
    def url(self) -> str:
        """The set's page on Kaggle."""
        return f"https://www.kaggle.com/datasets/{self.kaggle}"


def _chinese(_folder: str, file: str) -> Label | None:
    match = re.fullmatch(r"(?i)input_(\d{1,9})_(\d{1,9})_(\d{1,9})\.jpe?g", file)
    if not match or int(match[3]) not in CHINESE:
        return None
    return Label(CHINESE[int(match[3])], writer=match[1])


def _arabic(folder: str, file: str) -> Label | None:
    match = re.fullmatch(r"(?i)id_(\d{1,9})_label_(\d{1,9})\.png", file)
    if not match or int(match[2]) not in ARABIC:
        return None
    return Label(ARABIC[int(match[2])], fold=_fold(folder))


def _chars74k(file: str, classes: int) -> tuple[int, str] | None:
    match = re.fullmatch(r"(?i)img(\d{3})-(\d{3})\.png", file)
    if not match or not 1 <= int(match[1]) <= classes:
        return None
    return int(match[1]), match[2]


def _english(_folder: str, file: str) -> Label | None:
    found = _chars74k(file, len(LATIN))
    return found and Label(LATIN[found[0]], writer=found[1])


def _kannada(_folder: str, file: str) -> Label | None:
    found = _chars74k(file, 657)
    if found is None:
        return None
    number, writer = found
    known = number <= len(KANNADA)
    return Label(KANNADA[number - 1] if known else f"class {number}", writer=writer)


def _baybayin(_folder: str, file: str) -> Label | None:
    match = re.fullmatch(r"([a-z]{1,3}(?:_[a-z]{1,3})?)\.(\w+)-(.+)\.jpe?g", file)
    if not match:
        return None
    writer = match[3].strip()
    return Label(match[1], writer=SAME_WRITER.get(writer, writer))


def _devanagari(folder: str, file: str) -> Label | None:
    return _devanagari_class(folder) if file.lower().endswith(".png") else None


@lru_cache(maxsize=256)
def _devanagari_class(folder: str) -> Label | None:
    match = re.fullmatch(r"(character|digit)_(\d{1,9})(?:_\w+)?", folder.rpartition("/")[2])
    if not match:
        return None
    number = int(match[2])
    if match[1] == "digit":
        return Label(DEVANAGARI_DIGITS[number], fold=_fold(folder)) if number < 10 else None
    return Label(DEVANAGARI[number], fold=_fold(folder)) if number in DEVANAGARI else None


@lru_cache(maxsize=256)
def _fold(folder: str) -> str:
    """Look for the word test or train, also in csvTestImages, from the innermost folder outwards.

    Not inside another word, such as latest.
    """
    for part in reversed(folder.split("/")):
        words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", part)
        matches = (re.fullmatch(r"(test|train)(?:ing|set)?", each.lower()) for each in words)
        found = {each[1] for each in matches if each}
        if len(found) == 1:
            return found.pop()
    return ""


SOURCES = (
    Source(
        "ahcd1",
        "Arabic Handwritten Characters",
        "arabic",
        "mloey1/ahcd1",
        "no licence file found",
        16_800,
        6,
        "32x32, light on black; 60 writers; its own test part is by other writers",
        _arabic,
    ),
    Source(
        "baybayin-handwritten-images",
        "Baybayin Handwritten Images",
        "baybayin",
        "jamesnogra/baybayin-baybayin-handwritten-images",
        "no licence file found",
        9_839,
        10,
        "28x28 JPEG, dark on white, compression noise; two writers made most of it",
        _baybayin,
    ),
    Source(
        "chinese-mnist",
        "Chinese MNIST",
        "chinese",
        "gpreda/chinese-mnist",
        "no licence file found",
        15_000,
        10,
        "64x64 JPEG, faint light ink on black; 15 numerals by 100 writers",
        _chinese,
    ),
    Source(
        "devnagri-handwritten-character",
        "Devanagari Handwritten Characters (DHCD)",
        "devanagari",
        "somnath796/devnagri-handwritten-character",
        "CC BY 4.0",
        92_000,
        69,
        "32x32, light on black, fills its square; who wrote what is not said, nor whether its own "
        "test part is by others",
        _devanagari,
    ),
    Source(
        "english-handwritten-characters-dataset",
        "English Handwritten Characters (Chars74K)",
        "english",
        "dhruvildave/english-handwritten-characters-dataset",
        "free for research with citation",
        3_410,
        14,
        "1200x900, black on white; 62 letters and digits by 55 writers",
        _english,
    ),
    Source(
        "kannada-characters",
        "Kannada Characters (Chars74K)",
        "kannada",
        "dhruvildave/kannada-characters",
        "free for research with citation",
        16_425,
        72,
        "1200x900, black on white; 657 letters, syllables and digits by 25 writers",
        _kannada,
    ),
)


BY_NAME = {each.name: each for each in SOURCES} | {each.script: each for each in SOURCES}
"""The sources by their own name, and by their script's."""


def find_local(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """Return, for each source, the zips and folders in `folders` whose name tells it is that set.

    Not those that are empty, or no whole zip.

    Looks one level deep, where a name tells when it holds the set's own name, and where kagglehub
    puts what it downloads; of several versions there, at the newest.
    """
    found: dict[str, list[Path]] = {each.name: [] for each in SOURCES}
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = path.name.lower()
            named = [each for each in SOURCES if each.name in name]
            if named and not name.startswith(".") and _holds_something(path):
                for each in named:
                    found[each.name].append(path)
        for each in SOURCES:
            markers = folder.glob(f"datasets/{each.kaggle}/*.complete")
            by_number = sorted(markers, key=lambda marker: (len(marker.stem), marker.stem))
            found[each.name] += list(filter(_holds_something, map(_unpacked, by_number)))[-1:]
    return found


def _holds_something(path: Path) -> bool:
    if path.is_dir():
        return any(walk(path))
    return path.suffix.lower() == ".zip" and path.is_file() and zipfile.is_zipfile(path)


def _unpacked(marker: Path) -> Path:
    """Return where kagglehub unpacked the version that `marker` says is whole."""
    return marker.parent / "versions" / marker.stem
