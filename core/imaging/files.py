"""Bytes of an image file to a bounded uint8 array, whatever the file claims to be."""

from __future__ import annotations

import io
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import imagecodecs
import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from core.errors import ImageError, first_line

cv2.setNumThreads(1)  # callers run one process a core; OpenCV's own threads would only contend
cv2.utils.logging.setLogLevel(0)  # we report a truncated file, with its name

BOUND = 256
"""Longest side in px of a decoded image; larger ones are shrunk by area averaging."""

MAX_PIXELS = 64_000_000
"""A phone photo has 12-50 megapixels; more in one file is refused before it is unpacked."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that begin a frame header; the three left out are tables."""
_JPEG_SEGMENTS = frozenset((0xC4, 0xDB, 0xDD, *range(0xE0, 0xF0), 0xFE))
"""Markers of what usually comes before it: tables, the restart interval, applications', comments.

Each is followed by its length.
"""
_PHONES = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
"""What the files of some cameras begin with, behind `ftyp` (ISO/IEC 23008-12)."""
_CHUNK = struct.Struct(">I4s").unpack_from
_CHECKSUM = struct.Struct(">I").unpack_from
"""What a chunk of a PNG begins with, its length and kind, and what it ends with."""
_IHDR = struct.Struct(">IIBBBBB").unpack_from
"""Width, height, bits, colour, compression, filter and interlace of a PNG, from byte 16."""
_LARGE, _HUGE = 2**19, 2**25
"""Bytes of a PNG's rows between which it is worth it to unpack them ourselves."""
_BLOCK = 2**16 - 1
"""Most bytes of a block that is not packed."""
_RUN_LENGTH = 3
"""zlib's Z_RLE: on drawings quicker than the usual strategy, and smaller."""
_FROM_ABOVE = 32
"""libpng's PNG_FILTER_UP: to look for the best filter, row by row, takes three times as long."""
_AGAIN = "save it or send it again"
"""What to do with a damaged picture."""
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
_PLAIN = ("1", "L", "P", "RGB", "I;16", "I;16B")
"""Modes of a TIFF, as Pillow calls them, that OpenCV reads right; of others it loses the alpha."""
_LEVELS = re.compile(rb"P([2356])" + 3 * rb"(?:\s|#[^\r\n]*[\r\n])+(\d+)")
"""Kind, width, height and the level of white in the header of a PNM of more than one bit."""
_DEPTHS = (np.uint8, np.uint16)
_EXIF = {"PNG": b"eXIf", "WEBP": b"EXIF"}
"""Where these formats say that the camera was turned, which OpenCV does not heed."""


def decode(data: bytes) -> np.ndarray:
    """Decode an image file.

    The size is read from the header before any pixel is unpacked. Transparency is composited
    onto white, or onto black for light ink on a transparent ground; EXIF rotation is applied;
    16 bits a channel become 8. The longer side is brought to at most BOUND px by averaging over
    whole areas (never by nearest neighbour, which would break 1-bit drawings up).

    Args:
        data: the file's bytes: PNG, JPEG, WebP, BMP, GIF (first frame), TIFF or PNM.

    Returns:
        uint8 array, (H, W) where all channels are equal, else (H, W, 3) RGB; H, W in 1..BOUND.

    Raises:
        ImageError: not an image, damaged, of 32 bits a channel, or more than MAX_PIXELS.
    """
    return decode_sized(data)[0]


def decode_sized(data: bytes) -> tuple[np.ndarray, tuple[int, int]]:
    """Decode as `decode` does; also returns the width and height of the original in px.

    They are those of the picture upright, but of one that is all but square maybe as it is stored.
    """
    kind, mode, (width, height) = _header(data)
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"the image is {width}x{height}, over the limit of {MAX_PIXELS // 10**6} megapixels: "
            "shrink it first"
        )
    decoded = _pixels(data, kind, mode, max(width, height))
    if max(decoded.shape[:2]) > max(width, height):
        raise ImageError(f"the image is damaged, larger than it says: {_AGAIN}")
    pixels = _collapse(_bound(_composite(decoded)))
    turned = (pixels.shape[0] - pixels.shape[1]) * (height - width) < 0
    return pixels, (height, width) if turned else (width, height)


def encode(image: np.ndarray) -> bytes:
    """Encode a uint8 array, (H, W) or (H, W, 3) RGB, as a lossless PNG."""
    pixels = np.ascontiguousarray(image)
    return bytes(imagecodecs.png_encode(pixels, level=1, strategy=_RUN_LENGTH, filter=_FROM_ABOVE))


def _header(data: bytes) -> tuple[str, str, tuple[int, int]]:
    """Return the format, the mode as Pillow calls it ("" in most files), and the size in px."""
    if not data:
        raise ImageError("the file is empty")
    if data[:8] == PNG_SIGNATURE and data[12:16] == b"IHDR" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])  # fixed places: PNG 3rd ed., 11.2.1
        if width and height:
            return "PNG", "", (width, height)
    if data[4:8] == b"ftyp" and data[8:12] in _PHONES:
        raise ImageError("a photograph as HEIC or AVIF, which is not read: save it as PNG or JPEG")
    size = _jpeg_size(data) if data[:2] == JPEG_SIGNATURE else None
    if size:
        return "JPEG", "", size
    with _opened(data) as image:
        return str(image.format), image.mode, image.size


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in px from the frame header (ITU-T T.81, B.2.2), if it is found.

    Asking Pillow takes longer than decoding a small image does. What is written otherwise than
    cameras and programs write it, though the standard allows it, is left to Pillow: a size read
    from the wrong place would let a bomb in.
    """
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return (width, height) if width and height else None
        if marker not in _JPEG_SEGMENTS:
            return None
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None


def _pixels(data: bytes, kind: str, mode: str, longest: int) -> np.ndarray:
    """Return uint8 (H, W), (H, W, 3) RGB or (H, W, 4) RGBA."""
    image = None
    if not (kind in _EXIF and _EXIF[kind] in data and _orientation(data) > 1):
        image = _png(data) if kind == "PNG" else _opencv(data, kind, mode, longest)
    usual = image is not None and image.dtype in _DEPTHS and image.shape[2:] in ((), (3,), (4,))
    if image is None or not usual:
        image = _pixels_pillow(data)
    if image.dtype == np.uint8:
        return image
    eight = np.empty(image.shape, np.uint8)  # piece by piece: a large one would be held thrice
    return np.floor_divide(image, 256, out=eight, casting="unsafe")


def _png(data: bytes) -> np.ndarray | None:
    """Two thirds faster on a large PNG than OpenCV or Pillow, and most data sets are PNG.

    A damaged one is left to Pillow: imagecodecs 2026.3.6 loses memory by it, and one of the
    process's references to None, the last of which takes the process with it.
    """
    pixel_data = _pixel_data(data)
    if pixel_data is None:
        return None
    width = _bits_across(data)
    if width:
        data = _as_greys(data, width)
    try:
        pixels = np.asarray(imagecodecs.png_decode(_unpacked(data, pixel_data)))
    except (imagecodecs.PngError, ValueError) as error:  # it may trip over its own message
        if _lacks_rows(data, pixel_data):  # which Pillow would make up
            raise ImageError(
                f"the image is damaged, rows are missing at its end: {_AGAIN}"
            ) from error
        return None
    if not width:
        return pixels
    bits = np.unpackbits(pixels, axis=1, count=width)
    return np.negative(bits, out=bits)  # 1 becomes 255


def _bits_across(data: bytes) -> int:
    """Return the width of a PNG of plain black and white, one bit a pixel; 0 for any other."""
    width, _, depth, colour, _, _, interlaced = _IHDR(data, 16)
    plain = (depth, colour, interlaced) == (1, 0, 0) and b"tRNS" not in data
    return width if plain and (zlib.crc32(data[12:29]),) == _CHECKSUM(data, 29) else 0


def _as_greys(data: bytes, width: int) -> bytes:
    """Return a PNG of black and white as one of greys that are eight pixels each.

    Their rows are the same bytes, filters and all (PNG 3rd ed., 9.2), and NumPy unpacks bits ten
    times as fast as libpng does.
    """
    header = b"IHDR" + struct.pack(">I", -(-width // 8)) + data[20:24] + b"\x08" + data[25:29]
    return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]


def _pixel_data(data: bytes) -> list[slice] | None:
    """Return where the packed pixels of a PNG are, chunk by chunk.

    None where its chunks do not run to the last, or one of these has not its checksum.
    """
    view, place = memoryview(data), 33  # past the signature and the header
    found: list[slice] = []
    try:
        while True:
            length, kind = _CHUNK(data, place)
            if kind == b"IEND":
                return found
            end = place + 8 + length
            if kind == b"IDAT":
                if (zlib.crc32(view[place + 4 : end]),) != _CHECKSUM(data, end):
                    return None
                found.append(slice(place + 8, end))
            place = end + 4
    except struct.error:
        return None


def _unpacked(data: bytes, pixel_data: list[slice]) -> bytes:
    """Return a large PNG with its pixels unpacked, in blocks that are stored (RFC 1951, 3.2.4).

    libdeflate unpacks an almost blank sheet fifteen times as fast as libpng does.
    """
    size = _size_of_rows(data)
    if not _LARGE <= size <= _HUGE:
        return data
    packed = b"".join([data[each] for each in pixel_data])
    try:
        rows = imagecodecs.deflate_decode(packed, out=size)
    except imagecodecs.DeflateError:
        return data
    if len(rows) != size:
        return data
    chunk: list[bytes | memoryview] = [b"IDAT", b"\x78\x01"]
    for start in range(0, size, _BLOCK):
        block = memoryview(rows)[start : start + _BLOCK]
        last = start + _BLOCK >= size
        chunk += [struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF), block]
    chunk.append(struct.pack(">I", imagecodecs.deflate_adler32(rows)))
    length, checksum = sum(map(len, chunk)) - 4, 0
    for part in chunk:
        checksum = imagecodecs.deflate_crc32(bytes(part), checksum)
    before, after = data[: pixel_data[0].start - 8], data[pixel_data[-1].stop + 4 :]
    return b"".join([before, struct.pack(">I", length), *chunk, struct.pack(">I", checksum), after])


def _lacks_rows(data: bytes, pixel_data: list[slice]) -> bool:
    """Say whether the packed pixels of a PNG, all of which are there, end early."""
    size = _size_of_rows(data)
    if not size:  # which zlib would take for no limit
        return False
    unpacking = zlib.decompressobj()
    try:
        rows = unpacking.decompress(b"".join([data[each] for each in pixel_data]), size)
    except zlib.error:
        return False
    return unpacking.eof and len(rows) < size


def _size_of_rows(data: bytes) -> int:
    """Return how many bytes the rows of a PNG are, unpacked; 0 for an interlaced one."""
    width, height, depth, colour, _, _, interlaced = _IHDR(data, 16)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 0)
    return 0 if interlaced else height * (1 + -(-width * depth * channels // 8))


def _opencv(data: bytes, kind: str, mode: str, longest: int) -> np.ndarray | None:
    if kind == "TIFF" and mode not in _PLAIN:
        return None
    flags = cv2.IMREAD_UNCHANGED
    if kind == "JPEG":  # OpenCV turns by EXIF in these modes only, and shrinks by DCT for free
        flags = cv2.IMREAD_ANYCOLOR
        for factor, reduced in (
            (8, cv2.IMREAD_REDUCED_COLOR_8),
            (4, cv2.IMREAD_REDUCED_COLOR_4),
            (2, cv2.IMREAD_REDUCED_COLOR_2),
        ):
            if longest >= 2 * BOUND * factor:
                flags = reduced
                break
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    if image is not None and kind == "PPM" and (levels := _LEVELS.match(data)):
        white = int(levels[4])
        spread = levels[1] in b"23" and white < 256  # OpenCV spreads those alone
        if white not in (255, 65535) and not spread:
            image = cv2.convertScaleAbs(image, alpha=255 / white)
    if image is None or image.ndim == 2:
        return image
    if kind == "BMP" and image.shape[2] == 4:
        return None  # the fourth may be unused, and not alpha
    to_rgb = cv2.COLOR_BGR2RGB if image.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    return cv2.cvtColor(image, to_rgb)


def _orientation(data: bytes) -> int:
    """Return the EXIF orientation, 1 (upright) to 8."""
    with _opened(data) as image:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))


def _pixels_pillow(data: bytes) -> np.ndarray:
    """Read what the others do not; Pillow also says best what is wrong with a damaged file.

    Returns:
        uint8 (H, W, 4) RGBA, or (H, W) of 0-65535 where the greys are that fine.
    """
    with _opened(data) as image:
        # a header that comes twice, which the size was not read from
        if image.width * image.height > MAX_PIXELS:
            raise ImageError("the image has far too many pixels: shrink it first")
        if image.mode == "F" or (image.mode == "I" and image.format != "PPM"):
            raise ImageError("the image has 32 bits a channel: save it with 8 or 16")
        upright = ImageOps.exif_transpose(image)
        fine = upright.mode.startswith("I")  # which Pillow would cut off at 255
        return np.asarray(upright if fine else upright.convert("RGBA"))


_STUMPS = (struct.error, EOFError, IndexError, KeyError, TypeError)
"""What Pillow may raise over a header or an EXIF part that ends too soon."""


_one_at_a_time = threading.RLock()
"""Warnings are switched off for all threads, and have to be on again when the last one is done."""


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """Open with Pillow; whatever it does not like becomes an ImageError of one line."""
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                yield image
    except Image.DecompressionBombError as error:
        raise ImageError("the image has far too many pixels: shrink it first") from error
    except UnidentifiedImageError as error:
        raise ImageError(
            "not an image, or not a whole one: it needs to be a PNG, JPEG, WebP, BMP, GIF or TIFF"
        ) from error
    except (OSError, SyntaxError, ValueError, MemoryError, *_STUMPS) as error:
        raise ImageError(f"the image is damaged ({first_line(error)}): {_AGAIN}") from error


def _composite(image: np.ndarray) -> np.ndarray:
    """Lay RGBA onto white, or onto black where light ink stands on a transparent ground.

    A large picture comes back bounded.
    """
    if image.ndim == 2 or image.shape[2] == 3:
        return image
    if image[..., 3].min() == 255:
        return np.ascontiguousarray(image[..., :3])
    large = max(image.shape) > BOUND
    if large:  # in bytes: its fractions would fill gigabytes
        image = _bound(cv2.cvtColor(image, cv2.COLOR_RGBA2mRGBA))
    share = image[..., 3:].astype(np.float32) / 255
    ink = image[..., :3].astype(np.float32)
    if not large:
        ink *= share
    covered = float(share.mean())
    light_ink = covered < 0.5 and float(ink.mean()) > 160 * covered
    on_white = _lay(ink, share, 255)
    vanished = np.ptp(on_white) < 16 <= np.ptp(image[..., 3])  # a bold letter that fills its box
    return _lay(ink, share, 0) if light_ink or vanished else on_white


def _lay(ink: np.ndarray, share: np.ndarray, paper: int) -> np.ndarray:
    """Lay ink, colour that alpha has been multiplied into, on a paper of one grey level."""
    return (ink + paper * (1 - share) + 0.5).astype(np.uint8)


def _bound(image: np.ndarray) -> np.ndarray:
    """Shrink by a whole factor: averaging whole blocks is exact, and fast in OpenCV."""
    height, width = image.shape[:2]
    factor = -(-max(height, width) // BOUND)
    if factor == 1:
        return image
    size = (max(1, width // factor), max(1, height // factor))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _collapse(image: np.ndarray) -> np.ndarray:
    """RGB to grey where the channels are equal."""
    if image.ndim == 2:
        return image
    red, green, blue = cv2.split(image)
    return green if red.tobytes() == green.tobytes() == blue.tobytes() else image
