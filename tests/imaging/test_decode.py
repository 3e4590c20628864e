import io
import struct
import sys
import tracemalloc
import zlib
from collections.abc import Callable

import cv2
import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageOps

from core.errors import ImageError
from core.imaging import BOUND, decode
from core.imaging.files import _pixel_data, _unpacked, decode_sized, encode

Draw = Callable[..., np.ndarray]


def file_of(image: Image.Image | np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def smooth(height: int, width: int) -> np.ndarray:
    """A colour picture that survives JPEG, no two quarters of it alike: uint8 (H, W, 3)."""
    return cv2.resize(noise(3, 4, 3), (width, height), interpolation=cv2.INTER_LINEAR)


def mean_difference(one: np.ndarray, other: np.ndarray) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "WEBP"])
def test_colour_comes_out_as_it_went_in(kind: str) -> None:
    image = noise(31, 47, 3)

    decoded = decode(file_of(image, kind, **({"lossless": True} if kind == "WEBP" else {})))

    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, image)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_grey_comes_out_as_one_channel_however_it_is_stored(mode: str) -> None:
    image = noise(28, 28)

    np.testing.assert_array_equal(decode(file_of(Image.fromarray(image).convert(mode))), image)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "TIFF", "BMP"])
def test_one_bit_becomes_black_and_white(kind: str) -> None:
    image = Image.fromarray(noise(20, 30)).convert("1")

    decoded = decode(file_of(image, kind))

    np.testing.assert_array_equal(decoded, np.asarray(image) * np.uint8(255))


def one_bit_png(pixels: np.ndarray, filters: bytes) -> bytes:
    """A PNG of bool (H, W), row by row with the filter of that number (PNG 3rd ed., 9.2)."""
    height, width = pixels.shape
    packed = np.packbits(pixels, axis=1).astype(int)
    rows = []
    for y, row in enumerate(packed):
        above = packed[y - 1] if y else 0 * row
        left, above_left = np.append(0, row[:-1]), np.append(0, above[:-1])
        nearest = np.abs(left + above - above_left - np.stack([left, above, above_left]))
        paeth = np.choose(nearest.argmin(axis=0), [left, above, above_left])
        guess = (0 * row, left, above, (left + above) // 2, paeth)[filters[y]]
        rows.append(bytes([filters[y]]) + ((row - guess) % 256).astype(np.uint8).tobytes())

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("width", [1, 7, 8, 9, 30])
def test_one_bit_is_read_whatever_its_width_and_filters(width: int) -> None:
    pixels = noise(10, width) > 127

    data = one_bit_png(pixels, bytes([0, 1, 2, 3, 4] * 2))

    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)
    np.testing.assert_array_equal(decode(data), pixels * np.uint8(255))


def test_a_damaged_header_of_one_bit_is_not_believed() -> None:
    data = bytearray(one_bit_png(noise(10, 30) > 127, bytes(10)))
    data[19] = 29  # the width, of which the checksum knows nothing
    with pytest.raises(ImageError, match=r"damaged|not an image"):
        decode(bytes(data))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
def test_a_palette_is_looked_up(kind: str) -> None:
    image = Image.fromarray(noise(20, 30, 3)).quantize(16)

    np.testing.assert_array_equal(decode(file_of(image, kind)), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_become_eight(kind: str) -> None:
    image = np.random.default_rng(0).integers(0, 65536, (20, 30), np.uint16)

    decoded = decode(file_of(image, kind))

    # 257 = 65535 / 255
    assert np.abs(decoded - image / 257).max() < 1


@pytest.mark.parametrize("white", [1, 15, 255, 1023, 4095, 65535])
@pytest.mark.parametrize("kind", ["P2", "P3", "P5", "P6"])
def test_the_levels_of_a_pnm_are_spread_over_all_greys(kind: str, white: int) -> None:
    image = noise(20, 30, 3) if kind in ("P3", "P6") else noise(20, 30)
    levels = np.rint(image / 255 * white).astype(">u2" if white > 255 else np.uint8)
    plain = " ".join(map(str, levels.ravel())).encode()
    header = f"{kind}\n# 1 of 2, drawn by hand\n30 20\n{white}\n".encode()

    written = plain if kind in ("P2", "P3") else levels.tobytes()

    for end in (b"", b"\n"):  # as most write it; it is read by another reader
        decoded = decode(header + written + end)
        assert np.abs(decoded - levels / white * 255).max() < 1


def test_sixteen_bits_of_a_turned_picture_become_eight() -> None:
    image = np.random.default_rng(0).integers(0, 65536, (20, 30), np.uint16)
    exif = Image.Exif()
    exif[0x0112] = 3

    decoded = decode(file_of(image, exif=exif))

    np.testing.assert_array_equal(decoded, image[::-1, ::-1] // 256)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_stump_of_exif_is_one_line(kind: str) -> None:
    with pytest.raises(ImageError, match="the image is damaged") as caught:
        decode(file_of(noise(20, 30), kind, exif=b"MM\0*"))
    assert "\n" not in str(caught.value)


def bitmap(masks: tuple[int, ...], pixels: np.ndarray) -> bytes:
    """A BMP of 32 bits a pixel with BI_BITFIELDS: uint8 (H, W, 4), blue first."""
    height, width = pixels.shape[:2]
    header = struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 32, 3, pixels.size, 0, 0, 0, 0)
    header += struct.pack(f"<{len(masks)}I", *masks)
    size = 14 + len(header)
    return struct.pack("<2sIHHI", b"BM", size + pixels.size, 0, 0, size) + header + pixels.tobytes()


@pytest.mark.parametrize("unused", [0, 255])
def test_the_unused_byte_of_a_bitmap_is_no_alpha(unused: int) -> None:
    image = noise(20, 30, 3)
    pixels = np.dstack([image[..., ::-1], np.full((20, 30), unused, np.uint8)])

    np.testing.assert_array_equal(decode(bitmap((0xFF0000, 0xFF00, 0xFF), pixels)), image)


@pytest.mark.parametrize("mode", ["LA", "PA", "RGBA"])
def test_a_transparent_tiff_is_laid_on_white_as_a_png_is(mode: str) -> None:
    image = Image.fromarray(noise(20, 30, 4)).convert(mode)

    tiff = decode(file_of(image, "TIFF"))

    np.testing.assert_array_equal(tiff, decode(file_of(image.convert("RGBA"))))


@pytest.mark.parametrize(
    "data",
    [
        file_of(np.zeros((20, 30), np.float32), "TIFF"),
        file_of(np.zeros((20, 30), np.int32), "TIFF"),
        b"Pf\n30 20\n-1.0\n" + bytes(4 * 30 * 20),
    ],
    ids=["float-tiff", "int-tiff", "pfm"],
)
def test_levels_without_a_known_white_are_refused(data: bytes) -> None:
    with pytest.raises(ImageError, match="32 bits a channel: save it with 8 or 16"):
        decode(data)


def test_cmyk_jpeg_shows_the_colours_pillow_shows() -> None:
    data = file_of(Image.fromarray(smooth(90, 120)).convert("CMYK"), "JPEG", quality=95)

    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))

    assert mean_difference(decode(data), expected) < 2


def test_the_first_frame_of_a_gif_is_taken() -> None:
    frames = [Image.new("L", (30, 20), grey) for grey in (40, 200)]

    decoded = decode(file_of(frames[0], "GIF", save_all=True, append_images=frames[1:]))

    np.testing.assert_array_equal(decoded, np.full((20, 30), 40))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_photo_is_turned_the_way_the_camera_was_held(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = file_of(smooth(90, 120), kind, exif=exif)

    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))

    # no two of the eight ways to lie are closer than 20
    decoded, size = decode_sized(data)
    assert mean_difference(decoded, expected) < 2
    assert size == expected.shape[1::-1]


def test_a_photo_that_is_almost_square_keeps_its_sides() -> None:
    assert decode_sized(file_of(smooth(1000, 1001), "JPEG"))[1] == (1001, 1000)


def test_a_large_photo_is_turned_too() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    large = np.zeros((1000, 1400), np.uint8)
    large[:, :300] = 255  # on the left as stored, at the top as seen

    decoded = decode(file_of(large, "JPEG", exif=exif))

    height, width = decoded.shape
    assert height > width
    assert decoded[: height // 6].mean() > 240 > 10 > decoded[height // 2 :].mean()


def with_alpha(colour: int, alpha: np.ndarray) -> bytes:
    rgba = np.dstack([np.full((*alpha.shape, 3), colour, np.uint8), alpha])
    return file_of(rgba)


def test_dark_ink_on_a_transparent_ground_is_laid_on_white(draw_glyph: Draw) -> None:
    alpha = draw_glyph("kannada")

    np.testing.assert_array_equal(decode(with_alpha(0, alpha)), 255 - alpha)


def test_light_ink_on_a_transparent_ground_is_laid_on_black(draw_glyph: Draw) -> None:
    alpha = draw_glyph("kannada")

    np.testing.assert_array_equal(decode(with_alpha(255, alpha)), alpha)


def test_middling_grey_on_a_transparent_ground_is_laid_on_white(draw_glyph: Draw) -> None:
    alpha = draw_glyph("kannada")

    assert decode(with_alpha(130, alpha))[alpha == 0].min() == 255


def test_a_bright_picture_on_most_of_a_clear_sheet_is_laid_on_white() -> None:
    alpha = np.zeros((40, 40), np.uint8)
    alpha[:30] = 255
    colour = np.full((40, 40, 3), 250, np.uint8)
    colour[10:20, 10:20] = 20  # a stroke on it

    decoded = decode(file_of(np.dstack([colour, alpha])))

    assert decoded[alpha == 0].min() == 255


def test_pale_colours_on_a_transparent_ground_are_light_ink(draw_glyph: Draw) -> None:
    alpha = draw_glyph("kannada")
    colours = np.full((64, 64, 3), (250, 240, 120), np.uint8)
    colours[:, 32:] = (150, 250, 250)

    decoded = decode(file_of(np.dstack([colours, alpha])))

    assert decoded[alpha == 0].max() == 0
    np.testing.assert_array_equal(decoded[alpha == 255], colours[alpha == 255])


def test_a_bold_white_letter_cut_out_closely_does_not_vanish() -> None:
    alpha = np.full((20, 20), 255, np.uint8)
    alpha[5:10, 5:10] = 0  # the eye of the letter; most of the box is ink

    np.testing.assert_array_equal(decode(with_alpha(255, alpha)), alpha)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_large_transparent_picture_is_laid_and_shrunk_as_one(mode: str) -> None:
    alpha = cv2.resize(noise(9, 12), (1200, 900), interpolation=cv2.INTER_NEAREST)
    image = Image.fromarray(np.dstack([smooth(900, 1200), alpha])).convert(mode)
    ink, share = np.split(np.asarray(image.convert("RGBA")) / 255, [3], axis=2)

    on_white = 255 * (ink * share + 1 - share)
    means = on_white.reshape(180, 5, 240, 5, 3).mean(axis=(1, 3))

    decoded = decode(file_of(image))
    assert np.abs(decoded.reshape(180, 240, -1) - means).max() < 1.6  # rounded three times


def test_light_ink_on_a_large_transparent_ground_is_laid_on_black(draw_glyph: Draw) -> None:
    alpha = draw_glyph("kannada", size=(600, 600))

    decoded = decode(with_alpha(255, alpha))

    np.testing.assert_array_equal(decoded, decode(file_of(alpha)))


def test_a_large_transparent_picture_takes_little_more_than_itself() -> None:
    image = np.zeros((1000, 1500, 4), np.uint8)
    image[300:700, 300:700, 3] = 200
    data = file_of(image)

    tracemalloc.start()
    decode(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2.2 * image.nbytes


def test_what_hides_below_full_transparency_is_not_seen() -> None:
    hidden = np.dstack([noise(20, 30, 3), np.zeros((20, 30), np.uint8)])

    np.testing.assert_array_equal(decode(file_of(hidden)), np.full((20, 30), 255))


@pytest.mark.parametrize(
    ("size", "bounded"),
    [
        ((28, 28), (28, 28)),
        ((256, 256), (256, 256)),
        ((257, 100), (128, 50)),
        ((900, 1200), (180, 240)),  # 1200 / 256 is over 4: every 5x5 block becomes a pixel
        ((1, 5000), (1, 250)),
        ((5000, 1), (250, 1)),
    ],
    ids=str,
)
def test_the_longer_side_is_bounded(size: tuple[int, int], bounded: tuple[int, int]) -> None:
    decoded, (width, height) = decode_sized(file_of(np.zeros(size, np.uint8)))

    assert decoded.shape == bounded
    assert (height, width) == size
    assert max(bounded) <= BOUND


def test_shrinking_averages_whole_blocks() -> None:
    image = noise(900, 1200)

    means = image.reshape(180, 5, 240, 5).mean(axis=(1, 3))

    assert np.abs(decode(file_of(image)) - means).max() <= 0.51


def test_a_thin_one_bit_line_is_not_broken_by_shrinking() -> None:
    page = np.full((900, 1200), 255, np.uint8)
    cv2.line(page, (13, 7), (1180, 880), 0, 1)

    decoded = decode(file_of(Image.fromarray(page).convert("1")))

    # The line runs through every column of the small image, no column lost
    assert (decoded.min(axis=0)[4:235] < 255).all()
    # and there is as much ink as there was
    assert (255 - decoded).mean() == pytest.approx((255 - page).mean(), rel=0.02)


def test_a_large_jpeg_keeps_its_light() -> None:
    image = smooth(1300, 1100)

    decoded = decode(file_of(image, "JPEG"))

    assert decoded.shape == (216, 183, 3)
    small = cv2.resize(image, (183, 216), interpolation=cv2.INTER_AREA)
    assert mean_difference(decoded, small) < 3


def test_encode_is_lossless() -> None:
    for image in (noise(20, 30), noise(20, 30, 3), noise(1, 1)):
        np.testing.assert_array_equal(decode(encode(image)), image)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"Dear sir, this is no picture.\n" * 100, "not an image"),
        (b"\x89PNG\r\n\x1a\n", "not an image"),
        (b"GIF89a", "not an image"),
        (b"\xff\xd8\xff\xe0", "not an image"),
        (b"%PDF-1.7\n", "not an image"),
    ],
    ids=["empty", "text", "png-signature", "gif-signature", "jpeg-signature", "pdf"],
)
def test_what_is_no_image_is_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(ImageError, match=message) as caught:
        decode(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_half_an_image_is_refused(kind: str, share: float) -> None:
    data = file_of(noise(60, 80, 3), kind)

    with pytest.raises(ImageError):
        decode(data[: int(len(data) * share)])


def test_damaged_bytes_give_an_image_or_an_image_error_and_nothing_else() -> None:
    random = np.random.default_rng(5)
    answers = []
    for kind in ("PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM"):
        whole = np.frombuffer(file_of(noise(12, 17, 3), kind), np.uint8)
        for _ in range(40):
            data = whole.copy()
            reach = len(data) if random.random() < 0.5 else min(len(data), 60)
            data[random.integers(0, reach, 3)] = random.integers(0, 256, 3)
            answers.append(answer(data.tobytes()))
    messages = [each for each in answers if isinstance(each, str)]
    images = [each for each in answers if not isinstance(each, str)]

    assert min(len(messages), len(images)) > 40
    assert all("\n" not in each for each in messages)
    assert all(each.dtype == np.uint8 and max(each.shape[:2]) <= BOUND for each in images)


@pytest.mark.parametrize("name", ["cut short", "changed in the middle"])
def test_a_damaged_png_takes_no_reference_to_none_with_it(name: str) -> None:
    data = bytearray(file_of(noise(12, 17)))
    middle = data.index(b"IDAT") + 40
    if name == "cut short":
        del data[middle:]
    else:
        data[middle] ^= 255
    before = sys.getrefcount(None)

    answers = {answer(bytes(data)) for _ in range(300)}

    assert all(isinstance(each, str) for each in answers)
    assert sys.getrefcount(None) > before - 100  # Python ends where the last one goes


def test_a_png_whose_end_is_lost_is_read_as_far_as_its_pixels_are_there() -> None:
    whole = file_of(noise(12, 17))

    np.testing.assert_array_equal(decode(whole[: whole.index(b"IEND") - 4]), noise(12, 17))


@pytest.mark.parametrize("mode", ["1", "P", "L", "LA", "RGB", "RGBA", "I;16"])
def test_a_large_png_is_unpacked_before_it_is_read_and_nothing_changes(mode: str) -> None:
    side = 2100 if mode == "1" else 800
    levels = noise(side, side)
    if mode == "I;16":
        image = Image.fromarray(levels.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(levels).convert("RGB").convert(mode)
    data = file_of(image)

    unpacked = _unpacked(data, _pixel_data(data) or [])

    assert unpacked != data
    np.testing.assert_array_equal(imagecodecs.png_decode(unpacked), imagecodecs.png_decode(data))
    assert Image.open(io.BytesIO(unpacked)).convert("RGBA").tobytes() == (
        Image.open(io.BytesIO(data)).convert("RGBA").tobytes()
    )


def test_small_interlaced_and_gigantic_pngs_are_read_as_they_are() -> None:
    interlaced = bytearray(file_of(noise(800, 800)))
    interlaced[28] = 1
    for data in (file_of(noise(300, 300)), bytes(interlaced), png_claiming(6000, 6000)):
        assert _unpacked(data, _pixel_data(data) or []) is data


def test_a_damaged_png_unpacks_no_further_than_it_claims() -> None:
    held = 20_000_000
    data = bytearray(file_of(noise(64, 64)))
    data[28] = 1  # interlaced, it says
    start = data.index(b"IDAT")
    chunk = b"IDAT" + zlib.compress(b"\x05" + bytes(held))  # no filter has that number
    length, checksum = struct.pack(">I", len(chunk) - 4), struct.pack(">I", zlib.crc32(chunk))
    damaged = bytes(data[: start - 4]) + length + chunk + checksum + file_of(noise(1, 1))[-12:]

    tracemalloc.start()
    with pytest.raises(ImageError):
        decode(damaged)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < held / 5


@pytest.mark.parametrize("claimed", [(800, 799), (800, 801)])
def test_a_large_png_of_other_rows_than_it_claims_is_answered_as_a_small_one(
    claimed: tuple[int, int],
) -> None:
    large = bytearray(file_of(noise(800, 800)))
    small = bytearray(file_of(noise(80, 80)))
    for data, size in ((large, claimed), (small, (80, claimed[1] - 720))):
        data[16:24] = struct.pack(">II", *size)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))

    assert type(answer(bytes(large))) is type(answer(bytes(small)))


def answer(data: bytes) -> np.ndarray | str:
    try:
        return decode(data)
    except ImageError as error:
        return str(error)


def test_a_png_that_claims_a_giant_chunk_gets_no_room_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = file_of(noise(12, 17))
    place = data.index(b"IDAT") - 4
    claiming = data[:place] + struct.pack(">I", 2**31 - 1) + data[place + 4 :]

    def taken(*_: object) -> None:
        raise AssertionError("OpenCV makes room for whatever a chunk claims")

    monkeypatch.setattr(cv2, "imdecode", taken)

    # the pixels are whole all the same
    np.testing.assert_array_equal(decode(claiming), noise(12, 17))


def png_claiming(width: int, height: int) -> bytes:
    """A small PNG whose header claims another size; its checksum fits."""
    data = bytearray(file_of(noise(4, 4)))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (0, 0)], ids=str)
def test_an_image_of_no_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError):
        decode(png_claiming(*size))


def refuse_to_unpack(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpacked(*_: object, **__: object) -> None:
        raise AssertionError("pixels were unpacked")

    monkeypatch.setattr(cv2, "imdecode", unpacked)
    monkeypatch.setattr(Image.Image, "load", unpacked)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", unpacked)


def test_a_hundred_megapixels_in_100_kb_are_refused_before_they_are_unpacked(
    huge_png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(huge_png) < 110_000
    refuse_to_unpack(monkeypatch)

    with pytest.raises(ImageError, match="10000x10000, over the limit of 64 megapixels"):
        decode(huge_png)


@pytest.mark.parametrize(
    "data",
    [
        png_claiming(2**31 - 1, 2**31 - 1),
        file_of(np.zeros((1, 1), np.uint8), "BMP").replace(
            struct.pack("<ii", 1, 1), struct.pack("<ii", 30_000, 30_000), 1
        ),
        b"P5 20000 20000 255\n",
    ],
    ids=["png", "bmp", "pgm"],
)
def test_a_giant_of_any_format_is_refused_before_it_is_unpacked(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_to_unpack(monkeypatch)

    with pytest.raises(ImageError, match="shrink it first"):
        decode(data)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 20, "optimize": True}])
def test_the_size_of_a_jpeg_is_read_from_its_frame(options: dict[str, object]) -> None:
    data = file_of(Image.fromarray(smooth(37, 90)), "JPEG", **options)

    assert decode_sized(data)[1] == Image.open(io.BytesIO(data)).size


@pytest.mark.parametrize("kept", [2, 3, 4, 21, 160])
def test_a_jpeg_that_ends_in_its_headers_is_refused(kept: int) -> None:
    data = file_of(Image.fromarray(smooth(37, 90)), "JPEG")

    with pytest.raises(ImageError):
        decode(data[:kept])


def test_a_jpeg_can_not_hide_its_size_behind_a_fill_byte() -> None:
    """These are legal before a marker (ITU-T T.81, B.1.1.2); a segment may hold anything at all."""
    whole = file_of(Image.fromarray(smooth(37, 90)), "JPEG")
    segment = bytearray(65_518)
    # where one would look who takes the fill byte for the marker, and what follows for the length
    small = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 8, 8)
    place = 2 + 2 + 0xE0FF - 7
    segment[place : place + len(small)] = small
    length = struct.pack(">H", len(segment) + 2)

    data = whole[:2] + b"\xff\xff\xe0" + length + segment + whole[2:]

    assert decode_sized(data)[1] == (90, 37)


def test_an_image_larger_than_it_says_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imaging.files._header", lambda _: ("JPEG", "", (8, 8)))

    with pytest.raises(ImageError, match="larger than it says"):
        decode(file_of(Image.fromarray(smooth(37, 90)), "JPEG"))


@pytest.mark.parametrize("side", [20, 800])
def test_a_png_with_rows_missing_is_refused(side: int) -> None:
    """Its packed pixels end early, and all its checksums are right."""
    whole = file_of(noise(side, side))
    start, end = whole.index(b"IDAT") - 4, whole.index(b"IEND") - 4
    rows = zlib.decompress(b"".join(whole[each] for each in _pixel_data(whole) or []))
    packed = zlib.compress(rows[: len(rows) // 2])
    chunk = b"IDAT" + packed
    half = struct.pack(">I", len(packed)) + chunk + struct.pack(">I", zlib.crc32(chunk))

    with pytest.raises(ImageError, match="rows are missing"):
        decode(whole[:start] + half + whole[end:])


def test_a_photograph_of_a_kind_that_is_not_read_is_called_by_its_name() -> None:
    with pytest.raises(ImageError, match="HEIC or AVIF, which is not read: save it as PNG"):
        decode(b"\x00\x00\x00\x18ftypheic" + bytes(40))


def test_a_second_header_lets_no_giant_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    def header(side: int) -> bytes:
        return chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))

    rows = chunk(b"IDAT", zlib.compress(bytes(301 * 300)))
    image = b"\x89PNG\r\n\x1a\n" + header(10) + header(300) + rows + chunk(b"IEND", b"")
    monkeypatch.setattr("core.imaging.files.MAX_PIXELS", 300 * 300 - 1)
    with pytest.raises(ImageError, match="far too many pixels"):
        decode(image)


def test_a_blank_sheet_that_is_half_clear_is_white() -> None:
    sheet = np.full((30, 30, 4), 255, np.uint8)
    sheet[..., 3] = 128
    saved = io.BytesIO()
    Image.fromarray(sheet).save(saved, "PNG")
    assert (decode(saved.getvalue()) == 255).all()
