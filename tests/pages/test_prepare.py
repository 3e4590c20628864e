"""Prepare: every step of either pipeline, on the data set or on one's own image."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.imaging import PRESETS, preset

Open = Callable[..., AppTest]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.usefixtures("full")
def test_every_step_is_shown_with_its_reason(name: str, open_page: Open):
    app = open_page("prepare")
    app.button_group[0].set_value(name).run()
    said = "\n".join(each.value for each in app.markdown)
    for step in preset(name).steps:
        assert step.label in said
        assert step.why in said
    assert not app.exception


@pytest.mark.usefixtures("full")
def test_the_button_brings_other_images(open_page: Open):
    app = open_page("prepare")
    before = [each.proto.imgs[0].url for each in app.get("image")]
    app.button[0].click().run()
    assert [each.proto.imgs[0].url for each in app.get("image")] != before


@pytest.mark.usefixtures("workspace_dir")
def test_an_own_image_needs_no_data_set(
    open_page: Open, draw_glyph: Callable, encode_image: Callable
):
    app = open_page("prepare")
    app.button_group[1].set_value("Your own image").run()
    app.file_uploader[0].upload("mine.png", encode_image(draw_glyph("arabic")), "image/png").run()
    assert not app.exception
    assert not app.warning
    assert "Redraw" in "\n".join(each.value for each in app.markdown)
