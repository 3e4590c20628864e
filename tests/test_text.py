import pytest

from core.text import code, isolated, message, plain


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
