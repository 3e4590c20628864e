import pytest

from core.text import isolated, plain


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


def test_a_letter_from_right_to_left_is_kept_apart():
    assert isolated("ب") == "\u2068ب\u2069"
