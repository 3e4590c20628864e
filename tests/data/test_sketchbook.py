"""The sketchbook: what is in it, what is made of it, and whose it is."""

import json
from collections import Counter

import cv2
import numpy as np
import pytest

from core.cli import main
from core.data.build import write_items
from core.data.sketchbook import (
    PLAIN,
    Glyph,
    Hand,
    Paper,
    Sketchbook,
    characters,
    draw,
    families,
    other_items,
    sketch,
)
from core.data.sketchbook.build import HELD_OUT, sketch_items
from core.data.sketchbook.characters import is_digit
from core.data.sketchbook.hand import _with_tails
from core.data.sketchbook.strokes import FOLDER, LICENCES, OTHERS, alphabets, write
from core.data.sketchbook.tracing.alike import TOO_ALIKE, TOO_ALIKE_LATIN, is_plain, nearest
from core.data.sketchbook.tracing.alphabets import choose
from core.data.sketchbook.tracing.doodles import VERSIONS, doodles
from core.data.sketchbook.tracing.trace import trace
from core.data.splits import split
from core.data.store import Store
from core.errors import Cancelled, DataError, PipelineError
from core.imaging import find_pipeline
from core.scripts import NAMES, OTHER, script

SAMPLES = {
    "arabic": [
        "ا",
        "ب",
        "ـهـ",
        "عـ",
        "ـغ",
        "لا",
        "پ",
        "گ",
        "ژ",
        "ٹـ",
        "ڑ",
        "ے",
        "ڠ",
        "ڤـ",
        "٥",
        "۴",
    ],
    "baybayin": ["ᜀ", "ᜃ", "ᜊᜒ", "ᜊᜓ", "ᜐ᜔", "ᜅ"],
    "chinese": [*"零一二三四五六七八九十百千万亿", "的", "永", "爱", "我"],
    "devanagari": ["अ", "क", "कि", "हौ", "क्ष", "ज्ञ", "त्र", "०", "९", "ड़"],
    "english": [*"azAZ09gQ"],
    "kannada": ["ಅ", "ಕ", "ಕಾ", "ಳೌ", "ಕ್ಷ", "ಕ್ಕ", "೦", "೯"],
}
LEAST = {
    "arabic": 190,
    "baybayin": 59,
    "chinese": 1015,
    "devanagari": 500,
    "english": 62,
    "kannada": 600,
}


def _book() -> Sketchbook:
    return Sketchbook.load()


def _letter(name: str, character: str) -> Glyph:
    return next(each for each in _book().glyphs(name) if each.character == character)


def test_the_data_are_small():
    assert sum(each.stat().st_size for each in FOLDER.rglob("*") if each.is_file()) < 4_500_000
    assert OTHERS.stat().st_size < 1_500_000


@pytest.mark.parametrize("name", NAMES)
def test_every_character_is_there(name):
    wanted = characters(name)

    found = {glyph.character for glyph in _book().glyphs(name)}

    assert found == set(wanted)
    assert len(wanted) == len(set(wanted)) >= LEAST[name]
    assert set(SAMPLES[name]) <= found


@pytest.mark.parametrize("name", NAMES)
def test_characters_are_of_their_script(name):
    joining, dots = {"ـ"}, {"़"}
    ranges = script(name).ranges

    for text in characters(name):
        for letter in set(text) - joining - dots:
            assert any(low <= ord(letter) <= high for low, high in ranges), text


@pytest.mark.parametrize("name", NAMES)
def test_strokes_lie_inside_the_box_and_have_a_length(name):
    for glyph in _book().glyphs(name):
        assert glyph.points.min() >= 0
        assert glyph.points.max() <= 1
        assert np.ptp(glyph.points, axis=0).max() > 0.98, glyph
        assert glyph.ends[-1] == len(glyph.points)
        assert all(len(stroke) > 1 for stroke in glyph.strokes), glyph


@pytest.mark.parametrize("name", NAMES)
def test_characters_of_a_family_differ(name):
    """A box for a missing letter would be the same strokes again and again."""
    alike = {}
    for glyph in _book().glyphs(name):
        alike.setdefault((glyph.collection, glyph.points.tobytes()), []).append(glyph.character)

    repeated = [each for each in alike.values() if len(each) > 1]

    # heh has six forms and sisters, which may all be one
    assert all(len(each) < 7 for each in repeated), repeated
    # a letter and its sister in another language may well share a form, as ك and ک do
    assert sum(map(len, repeated)) < 0.12 * len(_book().glyphs(name)), repeated


@pytest.mark.parametrize("name", NAMES)
def test_held_out_families_are_families_of_their_own(name):
    kept = {glyph.collection for glyph in _book().glyphs(name, held_out=False)}
    held = {glyph.collection for glyph in _book().glyphs(name, held_out=True)}

    assert kept
    assert held
    assert not kept & held
    assert kept | held == {each.name for each in families(name)}


def test_every_family_has_its_licence():
    listed_families = (*families(), *families(OTHER))
    for each in listed_families:
        text = (LICENCES / each.licence).read_text("utf-8")
        assert ("OPEN FONT LICENSE" in text.upper()) == bool(each.package), each

    listed = {each.licence for each in listed_families}
    assert {each.name for each in LICENCES.iterdir()} == listed


def test_a_script_is_read_when_it_is_asked_for():
    book = Sketchbook(FOLDER / "strokes.npz")
    assert len(book.glyphs("english")) > 100
    with pytest.raises(KeyError, match="klingon"):
        book.glyphs("klingon")


def test_a_damaged_file_is_named(tmp_path):
    file = tmp_path / "strokes.npz"
    file.write_bytes(b"PK\x03\x04 no zip")

    with pytest.raises(DataError, match=r"strokes\.npz"):
        Sketchbook(file).glyphs("english")


def test_a_byte_that_is_wrong_is_said_in_one_line(tmp_path):
    """Whatever it is in: a zip's list, what packs its files, or the Python before an array."""
    strokes = [np.array([[n, 20], [30, 70 + n], [110, 20]]) for n in range(40)]
    write(tmp_path / "whole.npz", [("english", "v", "Andika", strokes)])
    whole = (tmp_path / "whole.npz").read_bytes()
    random, file = np.random.default_rng(0), tmp_path / "strokes.npz"
    said, causes = [], set()
    for place in random.choice(len(whole), 300, replace=False):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            Sketchbook(file).glyphs("english")
        except DataError as error:
            said.append(str(error))
            causes.add(type(error.__cause__).__name__)
    assert {"error", "BadZipFile"} <= causes
    assert all(each.startswith(f"{file}: the sketchbook can't be read") for each in said)
    assert not any("\n" in each for each in said)


def test_strokes_come_back_as_they_were_written(tmp_path):
    stroke = np.array([[10, 20], [30, 70], [110, 20]])
    dot = np.array([[60, 45], [60, 46]])

    write(tmp_path / "strokes.npz", [("english", "v", "Andika", [stroke, dot])])
    glyph = Sketchbook(tmp_path / "strokes.npz").glyphs("english")[0]

    assert (glyph.character, glyph.collection, glyph.script) == ("v", "Andika", "english")
    # the box is 100 wide and 50 high: centred, a quarter is left above and below
    assert np.allclose(glyph.strokes[0], [[0, 0.25], [0.2, 0.75], [1, 0.25]], atol=1 / 255)
    assert np.allclose(glyph.strokes[1], [[0.5, 0.5], [0.5, 0.51]], atol=1 / 255)


def _drawn(*lines: list[tuple[int, int]]) -> np.ndarray:
    page = np.zeros((120, 120), np.uint8)
    cv2.polylines(page, [np.array(each) for each in lines], False, 255, 9)
    return page > 0


def test_a_cross_is_traced_as_two_straight_strokes():
    strokes = trace(_drawn([(20, 60), (100, 60)], [(60, 20), (60, 100)]))

    assert len(strokes) == 2
    for stroke in strokes:
        assert np.ptp(stroke, axis=0).max() > 70
        assert np.ptp(stroke, axis=0).min() < 3


def test_a_ring_is_traced_as_one_closed_stroke():
    page = np.zeros((120, 120), np.uint8)
    cv2.circle(page, (60, 60), 40, 255, 7)

    strokes = trace(page > 0)

    assert len(strokes) == 1
    assert np.hypot(*(strokes[0][0] - strokes[0][-1])) < 4
    assert np.allclose(np.hypot(*(strokes[0] - 60).T), 40, atol=3)


def test_a_dot_is_traced_as_a_short_dash_and_comes_last():
    page = _drawn([(20, 100), (100, 100)]).astype(np.uint8)
    cv2.circle(page, (60, 20), 8, 1, -1)

    line, dot = trace(page > 0)

    assert np.ptp(line, axis=0).max() > 70
    assert 1 < np.ptp(dot, axis=0).max() < 8
    assert np.allclose(dot.mean(axis=0), (60, 20), atol=1)


def test_a_dot_by_itself_is_scribbled_full():
    page = np.zeros((120, 120), np.uint8)
    cv2.circle(page, (60, 60), 20, 1, -1)

    (spiral,) = trace(page > 0)

    away = np.hypot(*(spiral - 60).T)
    assert away[0] < 2
    assert np.isclose(away[-1], 20, atol=1)
    assert (np.diff(away) > 0).all()


def test_no_ink_is_no_stroke():
    assert trace(np.zeros((40, 40), bool)) == []


@pytest.mark.parametrize("name", NAMES)
def test_drawings_are_whole_and_never_empty(name):
    random = np.random.default_rng(1)
    glyphs = _book().glyphs(name)

    for index in random.integers(0, len(glyphs), 150):
        image = draw(glyphs[index], random)
        assert image.dtype == np.uint8
        assert 64 <= len(image) <= 128
        assert image.shape == (len(image), len(image))
        assert (image < 128).sum() > 10 or (image < 250).sum() > 40
        rim = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        assert (rim < 255).mean() < 0.1, glyphs[index]


def test_the_same_seed_draws_the_same():
    glyph = _book().glyphs("kannada")[7]
    paper = Paper(ink=0.2, ground=0.9, shade=0.3, grain=0.05, blur=1, coarse=0.5)

    one, again, other = (
        draw(glyph, np.random.default_rng(seed), paper=paper, side=96) for seed in (1, 1, 2)
    )

    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_steady_hand_draws_what_was_traced():
    glyph = next(each for each in _book().glyphs("english") if each.character == "I")
    ink = 255 - draw(glyph, np.random.default_rng(0), hand=Hand(pen=0.08), side=96)

    rows, columns = np.nonzero(ink > 127)

    assert np.ptp(rows) > 50
    assert np.ptp(rows) > np.ptp(columns)


def _inked(glyph, hand, seed):
    """Return the rows and the columns that have ink."""
    return np.nonzero(draw(glyph, np.random.default_rng(seed), hand=hand, side=96) < 128)


def test_tails_lead_strokes_on_or_back_as_hooks():
    bar = next(each for each in _book().glyphs("english") if each.character == "I")
    tails = []
    for seed in range(200):
        points, ends = _with_tails(bar, Hand(tails=1), np.random.default_rng(seed))
        np.testing.assert_array_equal(points[4:-4], bar.points)
        assert ends.tolist() == [len(bar.points) + 8]
        tails.append(points[-5:])

    steps = np.hypot(*np.diff(tails, axis=1).transpose(2, 0, 1))
    assert steps.sum(axis=1).min() >= 0.04
    on = np.array([tail[1, 1] > tail[0, 1] for tail in tails])  # the bar ends at the bottom
    assert 0.5 < on.mean() < 0.7
    straight = np.hypot(*np.subtract([tail[-1] for tail in tails], [tail[0] for tail in tails]).T)
    np.testing.assert_allclose(straight[~on], steps.sum(axis=1)[~on])
    assert (straight[on] < 0.99 * steps.sum(axis=1)[on]).mean() > 0.5


def test_a_dot_has_no_tail():
    glyph = next(each for each in _book().glyphs("english") if each.character == "i")
    stem, dot = np.split(glyph.points, glyph.ends[:1])

    points, ends = _with_tails(glyph, Hand(tails=1), np.random.default_rng(0))

    written, spot = np.split(points, ends[:1])
    np.testing.assert_array_equal(spot, dot)
    np.testing.assert_array_equal(written[4:-4], stem)


def test_proportions_move_what_is_inside_the_box_and_not_its_sides():
    glyph = next(each for each in _book().glyphs("chinese") if each.character == "二")
    shapes, middles = [], []
    for seed in range(20):
        hand = Hand(pen=0.03, proportions=0.4 * (seed > 0))
        rows, columns = _inked(glyph, hand, seed)
        shapes.append(np.ptp(rows) / np.ptp(columns))
        middles.append((np.median(columns) - columns.min()) / np.ptp(columns))

    assert shapes == pytest.approx([shapes[0]] * 20, rel=0.1)
    assert min(middles) < middles[0] - 0.03
    assert max(middles) > middles[0] + 0.03


def test_pens_slant_and_paper_show():
    glyph = next(each for each in _book().glyphs("english") if each.character == "E")

    def drawn(hand: Hand, paper: Paper = PLAIN) -> np.ndarray:
        return draw(glyph, np.random.default_rng(3), hand=hand, paper=paper, side=96)

    thin, thick = drawn(Hand(pen=0.02)), drawn(Hand(pen=0.1))
    dark = drawn(Hand(), Paper(ink=1.0, ground=0.0))
    faint = drawn(Hand(), Paper(ink=0.6, ground=0.9, grain=0.02))

    assert (thick < 128).sum() > 2 * (thin < 128).sum()
    assert np.median(dark) == 0
    assert dark.max() == 255
    assert 200 < np.median(faint) < 245
    assert len(np.unique(faint)) > 20


def test_a_hand_that_slants_leans_to_the_right():
    for slant, way in ((0.5, 1), (-0.5, -1)):
        rows, columns = _inked(_letter("english", "I"), Hand(slant=slant), 0)
        upper = rows < np.median(rows)
        assert way * (columns[upper].mean() - columns[~upper].mean()) > 10


def test_a_tapering_stroke_is_thin_where_it_ends():
    for seed in range(3):
        rows, _ = _inked(_letter("english", "I"), Hand(taper=0.9, pen=0.15), seed)
        widths = np.bincount(rows)[rows.min() :]
        middle, end = (int(share * len(widths)) for share in (0.5, 0.87))
        assert widths[end - 2 : end + 3].mean() < 0.8 * widths[middle - 2 : middle + 3].mean()


def test_a_chisel_is_thick_across_its_edge_and_thin_along_it():
    across, along = (
        len(_inked(_letter("english", "I"), Hand(chisel=0.7, pen=0.15, nib=nib), 0)[0])
        for nib in (0, np.pi / 2)
    )

    assert across > 1.4 * along


def test_a_broad_pen_leaves_a_crowded_character_legible():
    crowded = _letter("chinese", "露")

    inked = [len(_inked(crowded, Hand(pen=0.11), seed)[0]) / 96**2 for seed in range(10)]

    assert max(inked) < 0.45


def _parts(glyph, hand, seed):
    """Return how many pieces the ink is in."""
    image = draw(glyph, np.random.default_rng(seed), hand=hand, side=256)
    return cv2.connectedComponents((image < 128).astype(np.uint8))[0] - 1


def test_a_lifted_pen_breaks_a_stroke_in_two():
    bar = _letter("english", "I")

    assert {_parts(bar, Hand(pen=0.02), seed) for seed in range(8)} == {1}
    assert {_parts(bar, Hand(pen=0.02, lift=1), seed) for seed in range(8)} == {2}


def test_a_pen_stays_down_between_strokes_where_the_next_is_near():
    there, back = [(0, 0.3), (1, 0.3)], [(1, 0.6), (0, 0.6)]
    for lower, linked in ((back, 1), (back[::-1], 2)):
        points = np.array([*there, *lower], np.float32)
        glyph = Glyph("english", "=", "Andika", False, points, np.array([2, 4]))
        assert {_parts(glyph, Hand(), seed) for seed in range(4)} == {2}
        assert {_parts(glyph, Hand(link=1), seed) for seed in range(4)} == {linked}


def test_a_third_of_all_papers_is_dark():
    random = np.random.default_rng(0)

    papers = [Paper.random(random) for _ in range(2000)]

    assert 0.28 < np.mean([each.ink > each.ground for each in papers]) < 0.38


def test_light_falls_off_across_the_paper_as_far_as_it_says():
    bar, hand, paper = _letter("english", "I"), Hand(), Paper(shade=0.4)
    rims = []
    for seed in range(20):
        image = draw(bar, np.random.default_rng(seed), hand=hand, paper=paper, side=96)
        rims.append(np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]))

    assert [each.max() for each in rims] == [255] * 20
    assert 0.6 * 255 - 1 <= np.min(rims) < 0.75 * 255


def test_the_largest_drawing_has_grain_too():
    glyph = next(each for each in _book().glyphs("english") if each.character == "E")

    image = draw(glyph, np.random.default_rng(0), paper=Paper(ground=0.5, grain=0.05), side=512)

    assert image.shape == (512, 512)
    assert np.std(image[:8] / 255) == pytest.approx(0.05, rel=0.1)  # above the glyph


def test_a_data_set_is_even_and_holds_families_out(tmp_path):
    report = sketch(tmp_path / "data.parquet", per_script=60, workers=1)

    store = Store.open(tmp_path / "data.parquet")
    labels = store.labels()
    assert report.per_script == store.per_script == dict.fromkeys(NAMES, 60)
    assert store.pipeline.name == "canonical"
    assert store.images().max(axis=(1, 2)).min() == 255
    held = {(each.script, each.name) for each in families() if each.held_out}
    tested = labels[labels["fold"] == "test"]
    assert set(zip(tested["script"], tested["collection"], strict=True)) <= held
    assert (tested["script"].value_counts() == 12).all()
    train, test = split(labels, "writer")
    assert set(labels["fold"].iloc[test]) == {"test"}
    assert set(labels["fold"].iloc[train]) == {"train"}
    assert not set(labels["writer"].iloc[train]) & set(labels["writer"].iloc[test])
    split(labels, "collection")


def test_writers_write_several_glyphs_of_one_family(tmp_path):
    sketch(tmp_path / "data.parquet", per_script=200, workers=1, pipeline="notebook")

    labels = Store.open(tmp_path / "data.parquet").labels()

    by_writer = labels.groupby("writer", observed=True)
    assert (by_writer["collection"].nunique() == 1).all()
    assert by_writer.size().max() == 25
    assert labels["digest"].is_unique


def test_half_of_a_data_set_is_letters_digits_and_numerals(tmp_path):
    sketch(tmp_path / "data.parquet", per_script=50, workers=1)

    labels = Store.open(tmp_path / "data.parquet").labels()

    chinese = labels.loc[labels["script"] == "chinese", "character"].astype(str)
    arabic = labels.loc[labels["script"] == "arabic", "character"].astype(str)
    assert chinese.isin(list("零一二三四五六七八九十百千万亿")).sum() == 25
    assert (arabic.str.len() == 1).sum() == 25


def test_digits_take_the_share_they_are_given():
    counts = {"arabic": 100, "baybayin": 100, "chinese": 200, "english": 100, "kannada": 100}
    shares = {"arabic": 0.3, "baybayin": 0.5, "chinese": 0.1, "english": 0.3, "kannada": 0}
    items = sketch_items(counts, 0, noise=False, digits=shares)

    found = Counter(each.script for each in items if is_digit(each.label.character))
    assert found == {"arabic": 30, "chinese": 20, "english": 30}
    assert Counter(each.script for each in items) == counts
    latin = [each.label.character for each in items if each.script == "english"]
    assert {*"0123456789"} <= set(latin)
    with pytest.raises(DataError, match="share"):
        sketch_items(1, 0, noise=False, digits={"arabic": 1.5})


def test_a_seed_decides_a_data_set(tmp_path):
    hashes = [
        sketch(tmp_path / f"{n}.parquet", per_script=6, seed=seed, noise=noise, workers=1).hash
        for n, (seed, noise) in enumerate([(1, False), (1, False), (2, False), (1, True)])
    ]

    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_workers_change_nothing(tmp_path):
    alone = sketch(tmp_path / "one.parquet", per_script=100, workers=1)
    together = sketch(tmp_path / "two.parquet", per_script=100, workers=2)

    assert alone.hash == together.hash


def test_a_data_set_can_be_stopped(tmp_path):
    with pytest.raises(Cancelled):
        sketch(tmp_path / "data.parquet", per_script=5, workers=1, cancelled=lambda: True)

    assert list(tmp_path.iterdir()) == []


def test_nonsense_is_refused(tmp_path):
    with pytest.raises(DataError, match="positive"):
        sketch(tmp_path / "data.parquet", per_script=0)
    with pytest.raises(PipelineError):
        sketch(tmp_path / "data.parquet", per_script=1, pipeline="none")


def test_the_command_makes_a_data_set(tmp_path, capsys):
    out = tmp_path / "data.parquet"

    code = main(["data", "sketch", "--out", str(out), "--per-script", "4", "--seed", "3", "--json"])

    document = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(document) == {"images", "per_script", "skipped", "seconds", "hash"}
    assert document["images"] == 24
    assert document["per_script"] == dict.fromkeys(NAMES, 4)
    assert document["skipped"] == []
    assert document["hash"] == Store.open(out).hash


def test_the_command_varies_the_paper_if_asked(tmp_path):
    plain, noisy = tmp_path / "plain.parquet", tmp_path / "noisy.parquet"
    for out, asked in ((plain, []), (noisy, ["--noise"])):
        assert main(["data", "sketch", "--out", str(out), "--per-script", "10", *asked]) == 0

    white, varied = (
        [np.median(image) for image in Store.open(out).sources(range(60))] for out in (plain, noisy)
    )
    assert set(white) == {255}
    assert len(set(varied)) > 5


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    code = main(["data", "sketch", "--out", str(tmp_path / "x.parquet"), "--per-script", "0"])

    assert code == 1
    assert "positive" in capsys.readouterr().err


def test_alphabets_are_many_and_none_is_in_training_and_test():
    listed = [each["name"] for each in alphabets()]
    held = {each["name"] for each in alphabets() if each.get("held_out")}

    assert len(listed) == len(set(listed)) > 100
    assert 10 <= len(held) <= 16
    assert len({each.name for each in families(OTHER)}) == len(families(OTHER))
    for each in _book().glyphs(OTHER):
        assert each.script == OTHER
        assert each.held_out == (each.alphabet in held)


def test_alphabets_have_enough_letters_and_none_of_the_six_scripts():
    per_alphabet = Counter(each.alphabet for each in _book().glyphs(OTHER))
    ranges = [each for name in NAMES for each in script(name).ranges]

    assert set(per_alphabet) == {each["name"] for each in alphabets()}
    assert min(per_alphabet.values()) >= 4
    assert max(per_alphabet.values()) <= 150
    doodled = set(doodles("Doodles")) | set(doodles("Pictures"))
    for each in _book().glyphs(OTHER):
        assert each.character in doodled or not any(
            low <= ord(letter) <= high for letter in each.character for low, high in ranges
        ), each.character
        assert each.points.min() >= 0
        assert each.points.max() <= 1


def test_no_letter_of_another_alphabet_looks_like_one_of_the_six():
    random = np.random.default_rng(0)
    others = [each.strokes for each in _book().glyphs(OTHER)]
    some = [others[each] for each in random.permutation(len(others))[:300]]
    latin = [each.strokes for each in _book().printed("english")]

    far, _ = nearest(some, latin)

    # what is stored is rounded after it was compared
    assert (far < TOO_ALIKE_LATIN).mean() < 0.01
    assert far.min() > 0.9 * TOO_ALIKE_LATIN
    assert not any(map(is_plain, some))


def test_nearness_is_of_shape_and_not_of_place_or_size():
    cross = [np.array([[0, 50], [100, 50]]), np.array([[50, 0], [50, 100]])]
    small = [each * 0.3 + 20 for each in cross]
    ring = [np.array([[np.cos(a), np.sin(a)] for a in np.linspace(0, 6.3, 30)])]

    far, which = nearest([cross, ring], [ring, small])

    assert which.tolist() == [1, 0]
    assert far.max() < 0.02
    assert nearest([cross], [ring])[0][0] > 2 * TOO_ALIKE


def test_bars_and_circles_are_plain_and_crosses_are_not():
    bar = [np.array([[0, 0], [50, 52], [100, 100]])]
    ring = [np.array([[2 * np.cos(a), np.sin(a)] for a in np.linspace(0, 6.28, 30)])]
    cross = [np.array([[0, 50], [100, 50]]), np.array([[50, 0], [50, 100]])]

    assert is_plain(bar)
    assert is_plain(ring)
    assert not is_plain(cross)
    assert not is_plain(_drawn_heart())


def _drawn_heart() -> list[np.ndarray]:
    return doodles("Doodles")["heart 1"]


def test_letters_come_before_syllables_and_twins_not_at_all():
    thai = choose(["THAI "], 60, lambda text: text != "ข")
    greek = choose(["GREEK "], 150, lambda _: True)

    assert len(thai) == 60
    assert "ก" in thai
    assert "ข" not in thai
    assert [len(each) for each in thai] == sorted(len(each) for each in thai)
    assert {"Ω", "ψ", "Δ"} <= set(greek)
    assert not set("ΑΒΟοά") & set(greek)
    assert not any(each.isdecimal() for each in (*thai, *greek))


def test_doodles_are_drawn_in_several_ways():
    for name in ("Doodles", "Pictures"):
        drawn = doodles(name)

        assert len({np.concatenate(each).tobytes() for each in drawn.values()}) > 0.9 * len(drawn)
        assert len(drawn) % VERSIONS == 0


def test_others_are_even_over_alphabets_and_hold_some_out(tmp_path):
    report = write_items(
        other_items(300, 1, noise=False),
        tmp_path / "o.parquet",
        find_pipeline("canonical"),
        workers=1,
    )

    store = Store.open(tmp_path / "o.parquet")
    labels = store.labels()
    held = {each["name"] for each in alphabets() if each.get("held_out")}
    assert report.per_script == store.per_script == {OTHER: 300}
    tested = labels[labels["fold"] == "test"]
    assert len(tested) == HELD_OUT * 300
    assert set(tested["collection"]) == held
    assert tested["collection"].value_counts().loc[[*held]].min() >= len(tested) // len(held)
    trained = labels.loc[labels["fold"] == "train", "collection"].astype(str).value_counts()
    assert not held & set(trained.index)
    assert trained.max() - trained.min() <= 1
    assert store.images().max(axis=(1, 2)).min() == 255


def test_a_seed_decides_the_others():
    one, again, another = (other_items(40, seed, noise=True) for seed in (1, 1, 2))

    assert one == again
    assert one != another
    assert one[0].file.read() == again[0].file.read()
