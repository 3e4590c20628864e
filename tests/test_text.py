from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from core.text import (
    ago,
    bytes_in_words,
    code,
    duration,
    images,
    isolated,
    message,
    plain,
    sentence,
    share,
)


@pytest.mark.parametrize(
    ("name", "markdown"),
    [
        ("$5 _and_ <i>x", r"\$5 \_and\_ \<i\>x"),
        ("~~s~~ [l](http:x)", r"\~\~s\~\~ \[l\]\(http\:x\)"),
        ("back\\slash", r"back\\slash"),
        ("कa 7", "कa 7"),
    ],
)
def test_a_name_is_no_markup(name: str, markdown: str):
    assert plain(name) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        (
            "run a-1 goes on: `python -m core stop *a*`",
            "run a-1 goes on: `python -m core stop *a*`",
        ),
        ("_mine_ [x](y) $z$.png: :red[no]", r"\_mine\_ \[x\](y) \$z\$.png: :red\[no\]"),
        ("a_b/c.parquet: not readable", "a_b/c.parquet: not readable"),
        ("~~s~~ <b>", r"\~\~s\~\~ \<b>"),
        ("x` ![p](http://y).png", r"x\` !\[p\](http://y).png"),
        ("`` ` ![p](y) ` `ok`", r"\`\` ` ![p](y) ` `ok`"),
        ("``a`` ![p](y)", r"\`\`a\`\` !\[p\](y)"),
        (r"a\[b](y)", r"a\\\[b\](y)"),
        (":material/home: &lt;b :smile:", r"\:material/home: \&lt;b \:smile:"),
        ("a: b & c: 1:2", "a: b & c: 1:2"),
    ],
)
def test_what_a_message_names_is_no_markup(text: str, markdown: str):
    assert message(text) == markdown


@pytest.mark.parametrize(
    ("name", "markdown"),
    [
        ("set.zip/a_b*.png", "`set.zip/a_b*.png`"),
        ("x` ![p](y)", "`` x` ![p](y) ``"),
        ("a``b`c", "``` a``b`c ```"),
        ("a\n\n![p](y)", "`a  ![p](y)`"),
    ],
)
def test_a_name_as_code_stays_in_it(name: str, markdown: str):
    assert code(name) == markdown


def test_a_letter_from_right_to_left_is_kept_apart():
    assert isolated("ب") == "\u2068ب\u2069"


@pytest.mark.parametrize(
    ("part", "whole", "digits", "said"),
    [
        (1, 3, 1, "33.3%"),
        (249, 250, 0, "over 99%"),
        (3_999, 4_000, 1, "over 99.9%"),
        (4_000, 4_000, 1, "100.0%"),
        (1, 4_000, 1, "under 0.1%"),
        (0, 4_000, 1, "0.0%"),
        (1, 250, 0, "under 1%"),
    ],
)
def test_a_share_is_all_or_nothing_only_where_that_is_true(
    part: int, whole: int, digits: int, said: str
):
    assert share(part, whole, digits) == said


def test_one_image_is_one():
    assert [images(count) for count in (0, 1, 1200)] == ["0 images", "1 image", "1,200 images"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (53, "53 s"), (54, "1 min"), (5280, "88 min"), (7200, "2.0 h"), (9000, "2.5 h")],
)
def test_a_length_of_time_is_said_as_closely_as_it_matters(seconds: float, said: str):
    assert duration(seconds) == said


def test_a_sentence_keeps_the_names_in_it():
    assert sentence("the step Ink or not can't work on it") == (
        "The step Ink or not can't work on it."
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (59, "just now"),
        (60, "1 minute ago"),
        (3600, "1 hour ago"),
        (86400, "1 day ago"),
        (172800, "2 days ago"),
    ],
)
def test_how_long_ago(seconds: int, said: str, monkeypatch: pytest.MonkeyPatch):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr("core.text.datetime", SimpleNamespace(now=lambda _: now))
    assert ago(now - timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 kB"), (949_000, "949 kB"), (951_000, "1.0 MB"), (2.5e9, "2.5 GB")]
)
def test_how_large_a_file_is(count: float, said: str):
    assert bytes_in_words(count) == said
