"""What every test may ask for: small seeded drawings, laid out as the six Kaggle sets are."""

import gc
import io
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

CHECKOUT = Path(__file__).resolve().parents[1]

# Files that take longest, in this order: begun last, they would be waited for by one worker alone.
LONGEST = (
    "tests/browser/test_first_visit",
    "tests/training/test_checkpoint",
    "tests/browser/test_train",
    "tests/browser/test_visit",
    "tests/training/test_recipe",
    "tests/training/test_runs",
    "tests/browser/",
    "tests/training/",
    "tests/models/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((n for n, each in enumerate(LONGEST) if item.nodeid.startswith(each)), 99)

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)  # where pytest-xdist is
def pytest_xdist_auto_num_workers() -> int:
    """A worker more than cores: often tests wait, for a browser or another process."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def nobodys_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test does not keep anywhere else goes here, and never into the checkout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCRIPTORIUM_WORKSPACE", str(tmp_path_factory.mktemp("nobodys")))
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        yield


# Looking for garbage is an eighth of the time of a test that trains.
gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="module", autouse=True)
def nothing_heavy_left() -> Iterator[None]:
    """What a file leaves in memory does not slow the next one's search for garbage.

    Hundreds of thousands of TensorFlow's objects would be looked through again and again: pages
    took ten times as long after the tests of training.
    """
    yield
    if keras := sys.modules.get("keras"):
        keras.utils.clear_session()
    gc.collect()
    gc.freeze()


# Strokes as points in a unit square, x to the right and y down. No two scripts share a habit, so
# that even a tiny network tells them apart: Arabic bowls and dots, Baybayin waves, Chinese
# crossbars, Devanagari head lines, Latin slants, Kannada loops.
Stroke = list[tuple[float, float]]


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Stroke:
    angles = np.radians(np.linspace(start, end, 24))
    return [(x + rx * float(np.cos(a)), y + ry * float(np.sin(a))) for a in angles]


def _arabic(character: int) -> list[Stroke]:
    dots = [_arc(0.35 + 0.15 * n, 0.25, 0.02, 0.02, 0, 360) for n in range(character % 4)]
    return [_arc(0.5, 0.5, 0.36, 0.22, 0, 180), *dots]


def _baybayin(character: int) -> list[Stroke]:
    xs = np.linspace(0.12, 0.88, 48)
    wave: Stroke = [
        (float(x), 0.55 + 0.2 * float(np.sin((2 + character % 4) * np.pi * x))) for x in xs
    ]
    return [wave, [(0.5, 0.12), (0.56, 0.2)]]


def _chinese(character: int) -> list[Stroke]:
    bars = 1 + character % 4
    rows: list[Stroke] = [[(0.15, y), (0.85, y)] for y in np.linspace(0.2, 0.8, bars + 1).tolist()]
    return [*rows, [(0.5, 0.12), (0.5, 0.88)]]


def _devanagari(character: int) -> list[Stroke]:
    head: Stroke = [(0.1, 0.18), (0.9, 0.18)]
    stem: Stroke = [(0.75, 0.18), (0.75, 0.9)]
    return [head, stem, _arc(0.45, 0.55, 0.3 - 0.05 * (character % 4), 0.18, 90, 330)]


def _english(character: int) -> list[Stroke]:
    slants: list[Stroke] = [[(0.2, 0.88), (0.5, 0.12)], [(0.5, 0.12), (0.8, 0.88)]]
    bar: Stroke = [(0.3, 0.6), (0.7, 0.6)]
    return [slants, [*slants, bar], slants[:1], [slants[0], bar]][character % 4]


def _kannada(character: int) -> list[Stroke]:
    hook: Stroke = _arc(0.5, 0.2, 0.18, 0.08, 180, 400)
    loops = [_arc(0.32 + 0.36 * n, 0.62, 0.17, 0.2, 0, 360) for n in range(1 + character % 2)]
    return [*loops, hook] if character % 4 < 2 else loops


_STROKES: dict[str, Callable[[int], list[Stroke]]] = {
    "arabic": _arabic,
    "baybayin": _baybayin,
    "chinese": _chinese,
    "devanagari": _devanagari,
    "english": _english,
    "kannada": _kannada,
}


def draw(
    script: str,
    character: int = 0,
    *,
    size: tuple[int, int] = (64, 64),
    seed: int = 0,
    ink: int = 255,
) -> np.ndarray:
    """Draw a made-up glyph with a shaky hand: uint8 (H, W), light ink on black.

    `character` 0-3 gives four shapes of the same script; `seed` shifts, turns, scales and wobbles
    the strokes; `size` is (H, W).
    """
    rng = np.random.default_rng([seed, character, *map(ord, script)])
    height, width = size
    side = min(size) * rng.uniform(0.75, 0.95)
    angle = rng.uniform(-0.12, 0.12)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array([width, height]) / 2 + rng.uniform(-0.04, 0.04, 2) * min(size)
    thickness = max(1, round(min(size) / rng.uniform(14, 22)))
    image = np.zeros(size, np.uint8)
    for stroke in _STROKES[script](character):
        points = (np.array(stroke) - 0.5) @ turn.T * side + centre
        points += rng.normal(0, 0.006 * side, points.shape)
        fixed_point = np.round(points * 16).astype(np.int32)
        cv2.polylines(image, [fixed_point], False, ink, thickness, cv2.LINE_AA, shift=4)
    return image


def encode(image: np.ndarray, kind: str = "PNG", mode: str = "L") -> bytes:
    """The bytes of a file: `kind` PNG or JPEG, `mode` as Pillow names it: L, RGB, RGBA, 1."""
    buffer = io.BytesIO()
    options = {"quality": 70} if kind == "JPEG" else {"compress_level": 1}
    Image.fromarray(image).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def _arabic_files() -> Iterator[tuple[str, bytes]]:
    number = 0
    for part, hands in (
        ("Train Images 13440x32x32/train", range(9)),
        ("Test Images 3360x32x32/test", range(9, 12)),
    ):
        for hand in hands:
            for character, label in enumerate((1, 5, 13, 28)):
                number += 1
                image = draw("arabic", character, size=(32, 32), seed=hand)
                yield f"{part}/id_{number}_label_{label}.png", encode(image)


def _baybayin_files() -> Iterator[tuple[str, bytes]]:
    # "Neil " with a space before the suffix, and a name of two words, are as in the set itself.
    writers = ["James"] * 4 + ["James1"] * 2 + ["Neil"] * 2 + ["Neil "] + ["Luntian Grace"] * 3
    for hand, writer in enumerate(writers):
        for character, name in enumerate(("a", "ba", "be_bi", "ng")):
            image = 255 - draw("baybayin", character, size=(28, 28), seed=hand)
            path = f"train_jpg/{name}.x{hand:02}{character}-{writer}.jpg"
            yield path, encode(image, "JPEG", "RGB")


def _chinese_files() -> Iterator[tuple[str, bytes]]:
    rows = ["suite_id,sample_id,code,value,character"]
    codes = {1: (0, "零"), 4: (3, "三"), 10: (9, "九"), 15: (100000000, "亿")}
    for suite in range(1, 5):
        for sample in range(1, 4):
            for character, (code, (value, numeral)) in enumerate(codes.items()):
                rows.append(f"{suite},{sample},{code},{value},{numeral}")
                image = draw("chinese", character, size=(64, 64), seed=suite * 10 + sample, ink=150)
                path = f"data/data/input_{suite}_{sample}_{code}.jpg"
                yield path, encode(image, "JPEG")
    yield "chinese_mnist.csv", "\n".join(rows).encode()


def _devanagari_files() -> Iterator[tuple[str, bytes]]:
    names = ("character_1_ka", "character_10_yna", "character_36_gya", "digit_0")
    for hand in range(12):
        part = "Train" if hand < 9 else "Test"
        for character, name in enumerate(names):
            # As in the set itself, one picture is found in both parts, byte for byte.
            same = hand == 11 and character == 0
            image = draw("devanagari", character, size=(32, 32), seed=0 if same else hand)
            yield f"{part}/{name}/{1000 + 10 * hand + character}.png", encode(image)


def _large_files(script: str, classes: tuple[int, ...]) -> Iterator[tuple[str, bytes]]:
    """English and Kannada: black on white, 1200x900; odd writers RGB, even ones 1-bit."""
    for writer in range(1, 13):
        for character, number in enumerate(classes):
            image = 255 - draw(script, character, size=(900, 1200), seed=writer)
            mode = "RGB" if writer % 2 else "1"
            yield f"Img/img{number:03}-{writer:03}.png", encode(image, mode=mode)


_KAGGLE: dict[str, tuple[str, Callable[[], Iterator[tuple[str, bytes]]]]] = {
    "arabic": ("ahcd1.zip", _arabic_files),
    "baybayin": ("baybayin-handwritten-images.zip", _baybayin_files),
    "chinese": ("chinese-mnist.zip", _chinese_files),
    "devanagari": ("devnagri-handwritten-character.zip", _devanagari_files),
    "english": (
        "english-handwritten-characters-dataset.zip",
        lambda: _large_files("english", (1, 11, 37, 62)),
    ),
    "kannada": ("kannada-characters.zip", lambda: _large_files("kannada", (1, 16, 300, 657))),
}


@pytest.fixture(scope="session")
def draw_glyph() -> Callable[..., np.ndarray]:
    """`draw_glyph(script, character=0, *, size=(64, 64), seed=0, ink=255)`: see `draw`."""
    return draw


@pytest.fixture(scope="session")
def encode_image() -> Callable[..., bytes]:
    """`encode_image(image, kind="PNG", mode="L")`: see `encode`."""
    return encode


@pytest.fixture(scope="session")
def huge_png() -> bytes:
    """A valid PNG of 10,000 x 10,000 black px in about 100 KB, made without holding them all."""
    packer = zlib.compressobj(6)
    row = b"\0" * 10_001  # a filter byte and the pixels
    pixels = b"".join([*(packer.compress(row * 100) for _ in range(100)), packer.flush()])
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.fixture(scope="session")
def kaggle_counts() -> dict[str, int]:
    """Images a script in `kaggle_folder`, worked out from the loops above: 12 hands, 4 classes."""
    return dict.fromkeys(_KAGGLE, 48)


@pytest.fixture(scope="session")
def kaggle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six zips, named and laid out as downloaded from Kaggle. Read only."""
    folder = tmp_path_factory.mktemp("kaggle")
    for name, files in _KAGGLE.values():
        with zipfile.ZipFile(folder / name, "w") as archive:
            for path, data in files():
                archive.writestr(path, data)
    return folder


@pytest.fixture(scope="session")
def kaggle_zips(kaggle_folder: Path) -> dict[str, Path]:
    """The zip of each script, by the script's name. Read only."""
    return {script: kaggle_folder / name for script, (name, _) in _KAGGLE.items()}


@pytest.fixture(scope="session")
def kaggle_unpacked(
    kaggle_zips: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The same sets unpacked, each in a folder of its own and at another depth. Read only."""
    root = tmp_path_factory.mktemp("unpacked")
    folders = {}
    for depth, (script, path) in enumerate(kaggle_zips.items()):
        folders[script] = root / script
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folders[script].joinpath(*["deeper"] * (depth % 3)))
    return folders


@pytest.fixture(scope="session")
def canonical_store(kaggle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`kaggle_folder` as a data set of 288 images, 40x40. Read only."""
    return _build(kaggle_folder, tmp_path_factory.mktemp("store") / "canonical.parquet")


@pytest.fixture(scope="session")
def notebook_store(kaggle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`kaggle_folder` as a data set of 288 images, 28x28. Read only."""
    return _build(kaggle_folder, tmp_path_factory.mktemp("store") / "notebook.parquet")


def _build(folder: Path, out: Path) -> Path:
    # Imported here so that a test of one small thing does not load the whole of core.data.
    from core.data.build import build

    build([str(folder)], out, pipeline=out.stem, workers=1)
    return out


@pytest.fixture(scope="session")
def band_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder whose answers can be worked out by hand; see `draw_band`. Read only.

    It takes what the `notebook` pipeline gives, and its output for the n-th script is the softmax
    of 1/20 of the ink (0-1 a pixel) in the n-th sixth of the rows.
    """
    import keras

    from core.imaging import preset
    from core.models.export import save_model_folder
    from core.scripts import NAMES

    weights = np.zeros((28, 28, 6), np.float32)
    for row in range(28):
        weights[row, :, row * 6 // 28] = 1 / 20
    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(6, "softmax")]
    model = keras.Sequential(layers, name="bands")
    model.set_weights([weights.reshape(784, 6), np.zeros(6, np.float32)])
    folder = tmp_path_factory.mktemp("models") / "bands"
    save_model_folder(folder, model, NAMES, preset("notebook"))
    return folder


@pytest.fixture(scope="session")
def reading_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that answers by way of characters, worked out by hand. Read only.

    It knows `x` and `y` of every script, and `OTHER`, in that order, and its output for the n-th
    character is the softmax of 1/20 of the ink in rows 2n and 2n + 1 of 28.
    """
    import keras

    from core.imaging import preset
    from core.models.export import CHARACTER_NAMES, CHARACTERS, save_model_folder
    from core.models.family import summed
    from core.scripts import NAMES, OTHER, class_name

    names = [class_name(script, each) for script in NAMES for each in "xy"] + [f"{OTHER}/"]
    weights = np.zeros((28, 28, 13), np.float32)
    for row in range(26):
        weights[row, :, row // 2] = 1 / 20
    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(13, "softmax")]
    model = keras.Sequential(layers, name="reader")
    model.set_weights([weights.reshape(784, 13), np.zeros(13, np.float32)])
    model = summed(model, np.arange(13) // 2, 7)
    folder = tmp_path_factory.mktemp("models") / "reader"
    facts = {CHARACTERS: len(names), CHARACTER_NAMES: names}
    save_model_folder(folder, model, [*NAMES, OTHER], preset("notebook"), **facts)
    return folder


@pytest.fixture(scope="session")
def draw_band() -> Callable[..., np.ndarray]:
    """`draw_band(script, scale=1, ink=255)`: a picture that `band_model` takes for `script`.

    Uint8 (28 * scale, 28 * scale), light ink on black: a bar in the script's sixth of the rows.
    """
    from core.scripts import NAMES

    def band(script: str, scale: int = 1, ink: int = 255) -> np.ndarray:
        image = np.zeros((28, 28), np.uint8)
        rows = [row for row in range(28) if row * 6 // 28 == NAMES.index(script)]
        image[rows[1:-1], 4:-4] = ink
        return image.repeat(scale, axis=0).repeat(scale, axis=1)

    return band


@pytest.fixture(scope="session")
def in_ascii() -> Callable[..., str]:
    """`in_ascii(code, *arguments)` runs Python where text files are ASCII unless one says more.

    As on Windows they are in the code page of the country. Returns what it prints.
    """

    def run(code: str, *arguments: str) -> str:
        env = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def workspace_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace of this test's own; core finds it through $SCRIPTORIUM_WORKSPACE."""
    folder = tmp_path / "workspace"
    monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", str(folder))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder that holds `kaggle/` and `unseen/`, the real handwriting; skips without it."""
    override = os.environ.get("SCRIPTORIUM_REAL_DATA")
    folder = Path(override) if override else CHECKOUT.parent / "shared" / "data"
    if not (folder / "kaggle").is_dir():
        pytest.skip(f"no real data in {folder}; set SCRIPTORIUM_REAL_DATA to a folder with kaggle/")
    return folder
