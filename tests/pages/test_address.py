"""What the address of a page asks for: anybody may have written it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest


@pytest.mark.parametrize(
    ("page", "what"),
    [("explore", "data"), ("train", "run"), ("compare", "run"), ("predict", "model")],
)
@pytest.mark.usefixtures("full")
def test_what_a_link_asks_for_is_shown_as_it_is_and_not_at_length(
    page: str, what: str, open_page: Callable[..., AppTest]
):
    app = open_page(page, **{what: "![x](http://x/y.png)" + 100 * "a"})
    [warning] = app.warning
    assert r"\!\[x\]\(http\:\/\/x\/y\.png\)aaa" in warning.value
    assert 30 * "a" not in warning.value
    assert not app.exception
