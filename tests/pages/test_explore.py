"""Explore: filters narrow down, pages turn, one image is shown close up."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in [*app.caption, *app.markdown])


@pytest.mark.usefixtures("full")
def test_filters_narrow_the_grid_down(open_page: Open):
    app = open_page("explore")
    assert "288 images fit." in said(app)
    app.button_group(key="script").set_value("chinese").run()
    assert "48 images fit." in said(app)
    app.selectbox(key="filter-writer").select("1").run()
    assert "12 images fit." in said(app)
    app.selectbox(key="filter-character").select("九").run()
    assert "3 images fit." in said(app)
    assert not app.exception


@pytest.mark.usefixtures("full")
def test_an_image_close_up_names_its_file_and_collection(open_page: Open):
    app = open_page("explore")
    app.button_group(key="script").set_value("kannada").run()
    app.selectbox(key="close-up").select_index(3).run()
    assert "kannada-characters" in said(app)
    assert ".png" in said(app)
    assert "1200 × 900 px" in said(app)


@pytest.mark.usefixtures("full")
def test_counts_are_drawn_by_script_and_by_character(open_page: Open):
    app = open_page("explore")
    app.button_group[0].set_value("Counts").run()
    assert not app.exception
    assert "Images of each script" in [each.value for each in app.subheader]
    assert len(app.get("plotly_chart")) == 2
