"""Files in a folder or a zip, read in place and listed the same way."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from core.errors import DataError, ImageError, SourceNotFound
from core.text import as_text

_JPEG = (".jpg", ".jpeg", ".jpe", ".jfif")
_PNM = (".pbm", ".pgm", ".ppm", ".pnm")
IMAGE_SUFFIXES = (".png", *_JPEG, ".webp", ".bmp", ".gif", ".tif", ".tiff", *_PNM)
_FOREIGN = (".heic", ".heif", ".avif", ".jxl", ".jp2", ".svg", ".psd", ".tga", ".ico")
"""Pictures that are not read."""
_BEGINS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
"""How PNG, JPEG, GIF and TIFF begin, whatever they are called."""
UNREADABLE = (
    OSError,
    EOFError,
    KeyError,
    ValueError,  # names that are not in the encoding they say
    RuntimeError,  # passwords, and newer kinds of zip
    zipfile.BadZipFile,
    zlib.error,
)
"""What damaged and strange zips are answered with."""
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Kinds of packing that Python unpacks no further than it is asked to; a bomb may be of others."""
_HIDDEN = (".", "__MACOSX")
_BETWEEN = 256
"""So many files are listed between two looks whether to go on."""
MAX_FILE = 64 * 2**20
"""Bytes; a larger file can't be the picture of one character, and may be a zip bomb."""

_T = TypeVar("_T")


class Entry(NamedTuple):
    """One file below a root.

    Attributes:
        root: the zip or the folder.
        name: path below it, with forward slashes.
        zipped: whether the root is a zip.
    """

    root: Path
    name: str
    zipped: bool

    @property
    def path(self) -> str:
        """What people are shown: the root's name and the path below it."""
        return as_text(f"{self.root.name}/{self.name}")

    @property
    def collection(self) -> str:
        """A name for all files below the root: the same zipped and unpacked."""
        return as_text(self.root.stem if self.zipped else self.root.name)

    @property
    def below(self) -> str:
        """The path below the root as text, with forward slashes also where Windows packed it."""
        return as_text(self.name.replace("\\", "/"))

    @property
    def folder(self) -> str:
        """The path of the folder below the root; "" for the root itself."""
        return self.below.rpartition("/")[0]

    @property
    def file(self) -> str:
        """The bare file name."""
        return self.below.rpartition("/")[2]

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises:
            ImageError: it can't be read, or is larger than MAX_FILE.
            DataError: the zip that it is in is gone, or damaged by now.
        """
        try:
            if self.zipped:
                return self._from_zip()
            return whole_file(f"{self.root}/{self.name}")
        except UNREADABLE as error:
            reason = str(error) or "it ends too early"
            raise ImageError(f"can't be read ({reason})") from error

    def begins(self) -> bytes:
        """Return the file's first four bytes, fewer where there are no more or it can't be read."""
        try:
            if self.zipped:
                with _archive(self.root).open(self.name) as member:
                    return member.read(4)
            return whole_file(self.root / self.name, 4)
        except (*UNREADABLE, ImageError, DataError):
            return b""

    def _from_zip(self) -> bytes:
        archive = _archive(self.root)
        about = archive.getinfo(self.name)
        if about.compress_type not in _BOUNDED:
            raise ImageError("packed in a way that few zips are; pack them again as a common zip")
        size = about.file_size
        _refuse_giant(size)
        with archive.open(self.name) as member:
            return member.read(size)  # and no further, where it holds more than it says


class Listed(NamedTuple):
    """A zip or folder, and what is in it that was not listed before.

    Attributes:
        place: which of the paths asked for it is at.
        root: the zip or the folder.
        files: its files, but for those that are listed already.
        left_out: how many those are.
    """

    place: int
    root: Path
    files: list[Entry]
    left_out: int


class Contents(NamedTuple):
    """All that is at some paths, each file once.

    Attributes:
        listed: each zip and folder.
        copies: how many images were left out, because which zip or folder holds them already.
        unreadable: (path, reason) of folders that could not be looked into, and of files that
            nobody here can read though people would expect it.
    """

    listed: list[Listed]
    copies: Counter[Path]
    unreadable: list[tuple[str, str]]


def distinct(
    *paths: Path,
    read: Callable[[Listed], Iterable[Entry]] | None = None,
    heed: Callable[[], None] | None = None,
) -> Contents:
    """List all that is at `paths`, each file once; hidden ones left out.

    What is there both zipped and unpacked is taken from the zip; what two paths lead to, from the
    first one.

    Args:
        paths: zips and folders, with files and zips at any depth.
        read: called with each as it is listed, the zips first; returns the files that are taken of
            it, and only of those others are copies. All images, where None.
        heed: called now and then; what it raises ends the listing.

    Raises:
        SourceNotFound: there is nothing at a path.
        DataError: a file that is no zip, or that may not be read.
    """
    contents = Contents([], Counter(), [])
    copies, taken = Copies(), set[str]()
    every = [
        (place, root, names)
        for place, path in enumerate(paths)
        for root, names in _roots(path, contents.unreadable, heed)
    ]
    # The zips first: the name of one says more than that of a folder they were unpacked to.
    for place, root, names in sorted(every, key=lambda each: each[2] is not None):
        files, left_out = [], 0
        where = lru_cache(partial(_real, root))
        for entry in _now_and_then(heed, _entries(root, names)):
            folder, _, file = entry.name.rpartition("/")
            same = f"{where(folder)}/{file}"  # a path may lead into the folder of another
            original = root if same in taken else copies.original(entry)
            taken.add(same)
            if original is None:
                files.append(entry)
                if why := _why_not(entry):
                    contents.unreadable.append((entry.path, why))
                continue
            left_out += 1
            if is_image(entry):
                contents.copies[original] += 1
        here = Listed(place, root, files, left_out)
        contents.listed.append(here)
        taken_here = read(here) if read else filter(is_image, files)
        if names is None:
            copies.add(taken_here)
    return contents


def _real(root: Path, folder: str) -> str:
    return os.path.realpath(f"{root}/{folder}")


def _roots(
    path: Path, unreadable: list[tuple[str, str]], heed: Callable[[], None] | None
) -> list[tuple[Path, list[str] | None]]:
    """Return what there is to list at `path`: a folder with its files' names, and every zip."""
    path = Path(os.path.normpath(path.absolute()))  # "." has no name to go by
    if not path.exists():
        raise SourceNotFound(f"{path}: no such file or folder; check the path")
    if not os.access(path, os.R_OK):
        raise DataError(f"{path}: may not be read; allow it, or give another zip or folder")
    if not path.is_dir():
        if not (path.is_file() and zipfile.is_zipfile(path)):  # a pipe would be waited for
            raise DataError(
                f"{path}: neither a folder nor a whole zip; download it again, or give a folder"
            )
        return [(path, None)]

    def refused(error: OSError) -> None:
        below = as_text(os.path.relpath(error.filename, path.parent))
        if not _hidden(below):
            unreadable.append((below, f"a folder that can't be read ({error.strerror})"))

    names = list(_now_and_then(heed, walk(path, refused)))
    found = (path / each for each in names if each.lower().endswith(".zip") and not _hidden(each))
    zips = sorted(each for each in found if each.is_file())
    return [(path, names), *((each, None) for each in zips)]


def _entries(root: Path, names: list[str] | None) -> Iterator[Entry]:
    """Yield the files of a zip, or those of these names in a folder, by name; no hidden ones."""
    zipped = names is None
    # a zip may have a name twice; the later one counts, as when it is unpacked
    for name in sorted(set(_archive(root).namelist()) if names is None else names):
        if not name.endswith("/") and not _hidden(name):
            yield Entry(root, name, zipped)


def _now_and_then(heed: Callable[[], None] | None, files: Iterable[_T]) -> Iterator[_T]:
    for place, each in enumerate(files):
        if heed and place % _BETWEEN == 0:
            heed()
        yield each


def is_image(entry: Entry) -> bool:
    """Whether the name says that the file is an image."""
    return entry.name.lower().endswith(IMAGE_SUFFIXES)


def _why_not(entry: Entry) -> str:
    """Say why what is in a file can't be read though people would expect it; "" of any other."""
    if entry.name.lower().endswith(_FOREIGN):
        return "a kind of picture that is not read; save it as PNG or JPEG"
    if entry.zipped and entry.name.lower().endswith(".zip"):
        return "a zip within a zip; unpack it"
    if not is_image(entry) and entry.begins().startswith(_BEGINS):
        return "a picture whose name does not say so; give it its ending, such as .png"
    return ""


class Copies:
    """Recognises files that are in one of some zips as well: those unpacked beside it, say.

    A file is a copy where its path ends with all of the path inside the zip, and its bytes are the
    same: by length and checksum, which a zip keeps for each of its files.
    """

    def __init__(self) -> None:
        # By name and length first: few files are then left to be read for their checksum.
        self._known: dict[tuple[str, int], list[tuple[str, int, Path]]] = defaultdict(list)

    def add(self, entries: Iterable[Entry]) -> None:
        """Know these files, which are in zips."""
        for entry in entries:
            info = _archive(entry.root).getinfo(entry.name)
            self._known[entry.file, info.file_size].append((f"/{entry.name}", info.CRC, entry.root))

    def original(self, entry: Entry) -> Path | None:
        """Return the zip that holds the same file; None where none does."""
        if not self._known:
            return None
        if entry.zipped:
            info = _archive(entry.root).getinfo(entry.name)
            size, checksum = info.file_size, info.CRC
        else:
            try:
                size, checksum = (entry.root / entry.name).stat().st_size, None
            except OSError:
                return None  # whoever reads it will say why it can't be
        for name, known, root in self._known.get((entry.file, size), ()):
            if f"/{entry.name}".endswith(name):
                if checksum is None:
                    checksum = _checksum(entry)
                if checksum == known:
                    return root
        return None


def _checksum(entry: Entry) -> int:
    try:
        return zlib.crc32(entry.read())
    except ImageError:
        return -1  # no file has it


def walk(root: Path, refused: Callable[[OSError], None] | None = None) -> Iterator[str]:
    """Yield the path of every file below a folder, linked folders too, none of them twice.

    `refused` is called for every folder that can't be looked into.
    """
    seen = set()  # a link may lead back to where one has been
    for folder, inside, files in os.walk(root, onerror=refused, followlinks=True):
        place = os.path.realpath(folder)
        if place in seen:
            inside.clear()
            continue
        seen.add(place)
        below = Path(folder).relative_to(root).as_posix()
        yield from (each if below == "." else f"{below}/{each}" for each in files)


def whole_file(path: str | Path, first: int | None = None) -> bytes:
    """Return the bytes of a file; by bare system calls, as there may be 80,000 of a few hundred.

    Args:
        path: of the file.
        first: how many bytes, from its beginning; all where None.

    Raises:
        ImageError: it is a folder or a pipe, or larger than MAX_FILE.
        OSError: it is not there, or may not be read.
    """
    # nobody may ever write to a pipe that is called x.png; Windows knows text files
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.open(path, flags)
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise ImageError("no file, but a folder, pipe or device; check the path")
        if first is None:
            _refuse_giant(about.st_size)
        return os.read(file, about.st_size if first is None else first)
    finally:
        os.close(file)


def _refuse_giant(size: int) -> None:
    if size > MAX_FILE:
        raise ImageError(f"over the limit of {MAX_FILE >> 20} MB for one file")


def _hidden(name: str) -> bool:
    if not (name.startswith(_HIDDEN) or "/." in name or "/__MACOSX" in name):  # most are not
        return False
    return any(part.startswith(_HIDDEN) and part not in (".", "..") for part in name.split("/"))


@lru_cache(maxsize=16)
def _opened(path: Path, _modified: int, _process: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def close_zips() -> None:
    """Close the zips that are open for the next look: on Windows no one could delete them."""
    _opened.cache_clear()


def _archive(path: Path) -> zipfile.ZipFile:
    """Open a zip once a process: forked ones would share, and move, one file position."""
    try:
        return _opened(path, path.stat().st_mtime_ns, os.getpid())
    except UNREADABLE as error:
        raise DataError(f"{path}: the zip is damaged ({error}); download it again") from error
