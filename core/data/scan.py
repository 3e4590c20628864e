"""Which images are there, and what is known of each: from file names alone, nothing decoded."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from core.data.archive import Entry, Listed, distinct, is_image
from core.data.sources import BY_NAME, SOURCES, Label, Source
from core.errors import DataError, ImageError, SourceNotFound
from core.scripts import NAMES, OTHER, WITH_OTHER
from core.text import as_text
from core.workspace import at_home

NOT_OURS = "its name fits none of the known data sets, and it lies in no SCRIPT/CHARACTER/ folder"
_NUMERAL_COLUMNS = ("suite_id", "sample_id", "code", "character")
_ALIKE = ("english", "kannada")
"""Scripts whose sets both number their files imgNNN-NNN.png."""
COPIES = (
    "{:,} of its images are here a second time, unpacked, in another zip or data set or by "
    "another path, and are taken once"
)


class Readable(Protocol):
    """A file, wherever its bytes are.

    One that is made up when it is wanted also has `image()`, which gives what decoding its bytes
    would: it need not be encoded for that.
    """

    @property
    def path(self) -> str:
        """What people are shown."""

    def read(self) -> bytes:
        """Return the file's bytes."""


def made_up(file: Readable) -> np.ndarray | None:
    """Return the pixels of a file that is made up when it is wanted, None of any other."""
    image = getattr(file, "image", None)
    return None if image is None else image()


class Item(NamedTuple):
    """One image that can be read, and what is known of it.

    Attributes:
        size: width and height in px of the original, where `file` is a smaller copy of it.
    """

    file: Readable
    script: str
    collection: str
    label: Label
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Scan:
    """What was found below some paths.

    Attributes:
        items: the images, by collection and path.
        skipped: (path, reason) of files that look like images and are not taken, and of folders
            and files that can't be read.
        copies: (path, what is said of it) of zips and folders whose images are there once more.
    """

    items: tuple[Item, ...]
    skipped: tuple[tuple[str, str], ...]
    copies: tuple[tuple[str, str], ...] = ()


def scan(paths: Sequence[str], heed: Callable[[], None] | None = None) -> Scan:
    """List the images at `paths`.

    Args:
        paths: each a zip, a folder, a folder of zips, or `SOURCE=PATH` with the name of a source
            or a script.
        heed: called now and then; what it raises ends the listing.

    Raises:
        SourceNotFound: a path is missing, or there is no image of a known layout.
        DataError: a folder could be English as well as Kannada, or is called two things.
    """
    # what people say of a path counts, where another leads to the same files
    named = sorted(map(hinted, paths), key=lambda each: not each[0])
    _refuse_contradictions(named)
    found: list[list[Item | Entry]] = []

    def read(here: Listed) -> list[Entry]:
        found.append(_scan_root(here.root, here.files, named[here.place][0]))
        strange = {each for each in found[-1] if isinstance(each, Entry)}
        return [each for each in here.files if is_image(each) and each not in strange]

    listed, copied, unreadable = distinct(*(path for _, path in named), read=read, heed=heed)
    for place, (_, path) in enumerate(named):
        here = [files for each, files in zip(listed, found, strict=True) if each.place == place]
        nothing = not any(isinstance(each, Item) for files in here for each in files)
        if nothing and not any(each.left_out for each in listed if each.place == place):
            raise SourceNotFound(_nothing(path, sum(map(len, here)), unreadable))
    every = [each for files in found for each in files]
    items = [each for each in every if isinstance(each, Item)]
    skipped = [(each.path, NOT_OURS) for each in every if isinstance(each, Entry)]
    copies = [(as_text(str(root)), COPIES.format(count)) for root, count in copied.items()]
    items.sort(key=lambda each: (each.collection, each.file.path))
    return Scan(tuple(items), (*skipped, *unreadable), tuple(copies))


def hinted(text: str) -> tuple[str, Path]:
    """Split `SOURCE=PATH`; the hint, the name of a source or a script, is "" where there is none.

    Raises:
        DataError: there is no such source, or the path is empty.
    """
    name, sign, rest = text.partition("=")
    if sign and not at_home(text).exists():
        if name not in BY_NAME and name != OTHER:
            known = ", ".join([*WITH_OTHER, *(each.name for each in SOURCES)])
            raise DataError(f"{text}: no source called {name!r}; there are {known}")
        text = rest  # whose ~ no shell has seen
    else:
        name = ""
    if not text:
        raise DataError("a path is empty: name a zip or a folder")
    return name, at_home(text)


def _refuse_contradictions(named: Sequence[tuple[str, Path]]) -> None:
    said: dict[Path, str] = {}
    for name, path in named:
        other = said.setdefault(path.resolve(), name)
        if name and other != name:
            raise DataError(f"{path}: called {other} and {name}; it can be one of them only")


def _scan_root(root: Path, files: list[Entry], hint: str) -> list[Item | Entry]:
    """Return an Item for every image that is understood, the bare Entry for every other."""
    folders: dict[str, list[tuple[str, Entry]]] = defaultdict(list)
    for entry in files:
        if is_image(entry):
            folder, _, file = entry.below.rpartition("/")
            folders[folder].append((file, entry))
    numerals = _numerals(files)
    found: list[Item | Entry] = []
    for folder, images in folders.items():
        own = _own(images[0][1], hint)
        if hint:
            sources = [BY_NAME[hint]] if hint in BY_NAME else []
        else:
            sources = [each for each in SOURCES if own is None or own[0] == each.script]
        reader = _Reader(root, folder, sources, [file for file, _ in images])
        for file, entry in images:
            source, label = reader.read(file)
            if source and label:
                label = numerals.get(file, label)
                found.append(Item(entry, source.script, source.name, label))
            elif own:
                found.append(Item(entry, own[0], entry.collection, Label(own[1])))
            else:
                found.append(entry)
    return found


class _Reader:
    """Tells by their names which sets the files of a folder belong to."""

    def __init__(
        self, root: Path, folder: str, sources: Sequence[Source], files: Sequence[str]
    ) -> None:
        self._root, self._folder, self._files = root, folder, files
        self._sources = list(sources)

    def read(self, file: str) -> tuple[Source | None, Label | None]:
        """Return the set of a file, and what its name says; neither where it fits none."""
        fitting = ((each, each.read(self._folder, file)) for each in self._sources)
        source, label = next((each for each in fitting if each[1]), (None, None))
        if source is None:
            return None, None
        if source.script in _ALIKE and any(other for _, other in fitting):
            chosen = _english_or_kannada(self._root, self._folder, self._files)
            self._sources = [
                each for each in self._sources if each is chosen or each.script not in _ALIKE
            ]
            return self.read(file)
        if source is not self._sources[0]:  # the next one is likely to be of the same set
            self._sources.remove(source)
            self._sources.insert(0, source)
        return source, label


def _english_or_kannada(root: Path, folder: str, files: Sequence[str]) -> Source:
    english, kannada = BY_NAME["english"], BY_NAME["kannada"]
    unpacked_by_kagglehub = [each for each in (english, kannada) if each.name in root.parts]
    if len(unpacked_by_kagglehub) == 1:
        return unpacked_by_kagglehub[0]
    where = f"{root.name}/{folder}".lower()
    if ("english" in where) != ("kannada" in where):
        return english if "english" in where else kannada
    if any(kannada.read("", each) and not english.read("", each) for each in files):
        return kannada
    place = root / folder if root.is_dir() else root
    raise DataError(
        f"{root / folder}: this could be the English or the Kannada set; "
        f"say which: english={place} or kannada={place} as a path of its own"
    )


def _numerals(files: list[Entry]) -> dict[str, Label]:
    """Read the Chinese set's own table, where it is there: file name -> label."""
    labels = {}
    for entry in files:
        if entry.name.endswith("chinese_mnist.csv"):
            # one that can't be read says no more than is known without it
            with suppress(ImageError, ValueError, IndexError, StopIteration, csv.Error):
                rows = csv.reader(io.StringIO(entry.read().decode("utf-8-sig")))
                names = next(rows)
                wanted = itemgetter(*map(names.index, _NUMERAL_COLUMNS))
                for suite, sample, code, character in map(wanted, rows):
                    labels[f"input_{suite}_{sample}_{code}.jpg"] = Label(character, writer=suite)
    return labels


def _own(entry: Entry, hint: str) -> tuple[str, str] | None:
    """Understand a folder of one's own by a file in it: its script and character, if it has one.

    SCRIPT/CHARACTER/file, where the innermost SCRIPT counts, or CHARACTER/file below `SCRIPT=PATH`.
    Of two folders SCRIPT/SCRIPT/ the inner one is a character, or class, that is called so.
    """
    # one character is one, whether its accents were composed, as on Linux, or not, as on a Mac
    folder = unicodedata.normalize("NFC", entry.folder)
    parts = [entry.collection, *folder.split("/")] if folder else [entry.collection]
    if hint in WITH_OTHER:
        return hint, parts[-1] if len(parts) > 1 else ""
    inner = parts[1:][-2:]  # of those below the root
    if len(inner) == 2 and all(part.lower() in WITH_OTHER for part in inner):
        return inner[0].lower(), inner[1]
    for part, following in zip(parts[::-1], ["", *parts[:0:-1]], strict=True):
        if part.lower() in WITH_OTHER:
            return part.lower(), following
    return None


def _nothing(path: Path, others: int, unreadable: Sequence[tuple[str, str]]) -> str:
    are = "image of another name is" if others == 1 else "images of other names are"
    beside = f" ({others:,} {are} there)" if others else ""
    beside += "".join(f"; {folder}: {why}" for folder, why in unreadable[:1])
    return (
        f"{path}: no image of a known layout{beside}; looked for the files of the six Kaggle sets "
        "(input_1_1_1.jpg, id_1_label_1.png, img001-001.png, a.0JWo-James.jpg, "
        f"character_1_ka/1.png) and for folders SCRIPT/CHARACTER/ with SCRIPT one of "
        f"{', '.join(NAMES)}, or {OTHER} for classes of your own"
    )
