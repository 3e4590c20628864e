import pytest

from core.data.shelf import LONGEST
from core.names import as_name, is_name


@pytest.mark.parametrize(
    "name", ["letters", "हिन्दी", "ಕನ್ನಡ", "عَرَبي", "e\u0301te\u0301", "7 of 9", "_x-1.2", "汉字"]
)
def test_a_name_may_be_of_any_script(name: str) -> None:
    assert is_name(name, 80)
    assert as_name(name, 80) in (name, name.lstrip("_"))


@pytest.mark.parametrize("letter", "xعಕह汉ᜊ")
def test_a_data_set_may_have_as_long_a_name_in_any_script(letter: str) -> None:
    assert is_name(letter * LONGEST, LONGEST)
    assert not is_name(letter * (LONGEST + 1), LONGEST)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".hidden",
        "-x",
        " x",
        "a/b",
        "a(1)",
        "~",
        "a\nb",
        "x" * 81,
        "ಕ" * 74,
        "\u0301",
        "x ",
        "x.",
    ],
)
def test_what_no_file_should_be_called_is_no_name(name: str) -> None:
    assert not is_name(name, 80)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("archive (1) canonical", "archive 1 canonical"),
        ("~/a/b", "a b"),
        ("ಕ" * 90, "ಕ" * 73),
        ("///", ""),
        ("Mr. X.", "Mr. X"),
    ],
)
def test_a_text_becomes_a_name(text: str, name: str) -> None:
    assert as_name(text, 80) == name
