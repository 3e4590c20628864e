"""Explore: what is looked for is found, counted, measured, shown close up and taken away."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data.build import build
from core.data.selection import write_zip
from core.data.store import Store
from core.ui.explore import take
from core.ui.explore.ink import largest

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    kinds = (app.caption, app.markdown, app.info, app.success, app.warning)
    return "\n".join(each.value for kind in kinds for each in kind)


def press(app: AppTest, label: str) -> AppTest:
    return next(each for each in app.button if each.label == label).click().run()


def view(open_page: Open, name: str) -> AppTest:
    app = open_page("explore", view=name)
    assert not app.exception
    return app


@pytest.mark.usefixtures("full")
def test_filters_narrow_the_grid_down(open_page: Open):
    app = open_page("explore")
    assert "288 images fit." in said(app)
    app.button_group(key="script").set_value("chinese").run()
    assert "48 images fit." in said(app)
    app.selectbox(key="writer").select("1").run()
    assert "12 images fit." in said(app)
    app.selectbox(key="character").select("九").run()
    assert "3 images fit." in said(app)
    assert not app.exception


@pytest.mark.usefixtures("full")
def test_filters_come_with_the_address(open_page: Open):
    app = open_page("explore", script="Chinese", writer="1")
    assert "12 images fit." in said(app)
    press(app, "Clear filters")
    assert "288 images fit." in said(app)


def test_writers_of_one_name_in_two_collections_are_two(
    open_page: Open, workspace_dir: Path, kaggle_folder: Path
):
    names = ("english-handwritten-characters-dataset", "kannada-characters")
    paths = [f"{name}={kaggle_folder / name}.zip" for name in names]
    build(paths, workspace_dir / "store" / "alike.parquet", workers=1)
    store = Store.open(workspace_dir / "store" / "alike.parquet")
    labels = store.labels()
    shared = set.intersection(
        *(set(each) for _, each in labels.groupby("script", observed=True).writer)
    )
    name = sorted(shared - {""})[0]
    of_kannada = ((labels["writer"] == name) & (labels["script"] == "kannada")).sum()

    app = open_page("explore")
    assert name not in app.selectbox(key="writer").options
    app.selectbox(key="writer").select(f"{name} · kannada-characters").run()

    assert f"{of_kannada:,} images fit." in said(app)


@pytest.mark.usefixtures("full")
def test_where_nothing_fits_it_says_so(open_page: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.ui.explore.filters.LISTED", 2)
    app = open_page("explore", writer="nobody")  # typed: only two are listed
    assert "No image fits all of that." in said(app)
    assert "Clear filters" in [each.label for each in app.button]
    assert not app.exception


def close_up(app: AppTest) -> Any:
    return next(each for each in app.selectbox if each.label == "Close up")


@pytest.mark.usefixtures("full")
def test_pages_turn_and_hold_as_many_as_asked(open_page: Open):
    app = open_page("explore")
    first = close_up(app).options
    assert len(first) == 48
    app.selectbox(key="many").select(240).run()
    assert len(close_up(app).options) == 240
    app.button_group(key="order").set_value("Mixed").run()
    assert close_up(app).options[:48] != first
    assert not app.exception


@pytest.mark.usefixtures("full")
def test_an_image_close_up_tells_all_that_is_known(open_page: Open):
    app = open_page("explore")
    app.button_group(key="script").set_value("kannada").run()
    close_up(app).select_index(3).run()
    words = said(app)
    for each in ("kannada-characters", ".png", "1200 × 900 px", "dark on light", "Fingerprint"):
        assert each in words


@pytest.mark.parametrize(
    ("look", "words"),
    [
        ("As it came", "Each pixel stays a sharp square"),
        ("What the model sees", "40 × 40 px"),
        ("Step by step", "canonical pipeline"),
    ],
)
@pytest.mark.usefixtures("full")
def test_an_image_can_be_looked_at_closer(look: str, words: str, open_page: Open):
    app = open_page("explore")
    app.session_state["closer"] = look
    press(app, "Look closer")
    assert not app.exception
    assert words in said(app)


@pytest.mark.usefixtures("full")
def test_picked_images_can_be_looked_at_by_themselves(open_page: Open):
    app = press(open_page("explore"), "Pick")
    assert "Picked" in [each.label for each in app.button]
    app.toggle(key="only-picked").set_value(True).run()
    assert "1 image fits." in said(app)
    press(app, "Picked")
    assert "288 images fit." in said(app)


@pytest.mark.usefixtures("full")
def test_filters_choose_among_the_picked_too(open_page: Open):
    app = press(open_page("explore", script="Chinese"), "Pick this page")
    app.button_group(key="script").set_value("arabic").run()
    press(app, "Pick this page")
    app.toggle(key="only-picked").set_value(True).run()
    assert "48 images fit." in said(app)
    app.button_group(key="script").set_value(None).run()
    assert "96 images fit." in said(app)


def test_a_link_to_a_data_set_leads_there_again(
    open_page: Open, full: Path, tmp_path: Path, monkeypatch
):
    own = tmp_path / "own"
    shutil.copytree(full, own)
    monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", str(own))
    new = own / "store" / "new.parquet"
    shutil.copy(own / "store" / "handwriting.parquet", new)
    app = open_page("explore", data="handwriting")
    assert app.selectbox[0].value.stem == "handwriting"
    app.session_state["own-chosen"].take(new)
    app.query_params.clear()
    assert app.run().selectbox[0].value.stem == "new"
    app.query_params["data"] = "handwriting"
    assert app.run().selectbox[0].value.stem == "handwriting"


@pytest.mark.usefixtures("full")
def test_a_whole_page_can_be_picked(open_page: Open):
    app = press(open_page("explore"), "Pick this page")
    app.toggle(key="only-picked").set_value(True).run()
    assert "48 images fit." in said(app)
    press(app, "Put them back")
    assert not app.toggle
    assert "288 images fit." in said(app)


@pytest.mark.usefixtures("full")
def test_images_can_be_taken_away_and_a_limit_is_named(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    app = open_page("explore")
    assert [each.proto.label for each in app.get("download_button")] == [
        "CSV, 288 images",
        "ZIP, 288 images",
    ]
    monkeypatch.setattr(take, "MOST_PICTURES", 100)
    app.run()
    assert "The zip takes the first 100 of them" in said(app)
    assert [each.proto.label for each in app.get("download_button")] == [
        "CSV, 288 images",
        "ZIP, 100 images",
    ]


def test_nothing_is_written_before_it_is_asked_for(full: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store.open(full / "store" / "handwriting.parquet")
    asked = []
    monkeypatch.setattr(take.st, "download_button", lambda _, make, *__, **___: asked.append(make))
    take._button(store, store.labels().index.to_numpy()[:5], write_zip, "zip", "application/zip")
    assert len(zipfile.ZipFile(asked[0]()).namelist()) == 6


@pytest.mark.usefixtures("full")
def test_counts_are_found_by_name_and_in_any_order(open_page: Open):
    app = view(open_page, "Counts")
    assert "What to know before you train on it" in said(app)
    assert "fewer than 200 images" in said(app)
    app.button_group(key="by").set_value("Writer").run()
    assert "31 writers, 192 images: " in said(app)
    app.button_group(key="count-order").set_value("Fewest first").run()
    app.text_input(key="find").set_value("JAMES").run()
    assert not app.exception
    assert "1 writer, 24 images" in said(app)
    app.text_input(key="find").set_value("nobody").run()
    assert "None of the writers has “nobody” in its name." in said(app)


def test_many_classes_are_drawn_in_part_and_summed(
    full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    found = Store.open(full / "store" / "handwriting.parquet").labels()["character"].value_counts()
    monkeypatch.setattr("core.ui.explore.counts._BARS", 10)
    app = view(open_page, "Counts")
    app.button_group(key="by").set_value("Character").run()
    assert f"{len(found)} characters, 288 images: " in said(app)
    rest = found.iloc[10:].sum()
    assert f"the other {len(found) - 10} have {rest} images together" in said(app)


@pytest.mark.parametrize("measure", ["Size", "Polarity", "Ink share", "Stroke width"])
@pytest.mark.usefixtures("full")
def test_the_ink_of_every_source_is_measured(measure: str, open_page: Open):
    app = view(open_page, "Ink")
    app.button_group(key="measure").set_value(measure).run()
    assert not app.exception
    assert "All images are counted" in said(app) or "Measured on 288 images" in said(app)


@pytest.mark.usefixtures("full")
def test_what_is_given_away_is_told_after_the_steps_one_chooses(open_page: Open):
    app = view(open_page, "Giveaways")
    assert [each.label for each in app.metric] == ["As they came", "After all steps", "By chance"]
    assert app.metric[2].value == "16.7%"
    own = app.metric[1].value
    assert "Measured on 288 images" in said(app)
    assert app.dataframe[0].value["After all steps"].tolist()[-1] == own
    app.selectbox(key="steps").select("notebook").run()
    assert not app.exception
    assert float(app.metric[1].value.rstrip("%")) > float(own.rstrip("%"))


@pytest.mark.usefixtures("full")
def test_the_steps_come_with_the_address(open_page: Open):
    app = open_page("explore", view="Giveaways", steps="notebook")
    assert app.selectbox(key="steps").value == "notebook"


def test_of_one_script_nothing_can_be_given_away(
    workspace_dir: Path, kaggle_zips: dict[str, Path], open_page: Open
):
    build([str(kaggle_zips["arabic"])], workspace_dir / "store" / "one.parquet", workers=1)
    app = view(open_page, "Giveaways")
    assert "it takes two scripts with 10 images each or more" in app.warning[0].value


@pytest.mark.usefixtures("full")
def test_two_sources_are_set_side_by_side(open_page: Open):
    app = view(open_page, "Side by side")
    app.selectbox(key="one").select("chinese-mnist").run()
    app.selectbox(key="other").select("kannada-characters").run()
    assert not app.exception
    facts = app.dataframe[0].value.set_index("")
    assert facts.loc["Script"].tolist() == ["Chinese", "Kannada"]
    assert facts.loc["Dark on light"].tolist() == ["0%", "100%"]
    assert facts.loc["Size of the originals, px"].tolist() == ["64", "1,200"]
    app.selectbox(key="other").select("chinese-mnist").run()
    assert "Choose two different collections" in said(app)


@pytest.mark.usefixtures("full")
def test_every_column_is_described(open_page: Open):
    app = view(open_page, "Columns")
    assert app.dataframe[0].value["Column"].tolist()[:2] == ["script", "character"]
    assert "1 of them is an exact copy of another one" in said(app)


def test_a_data_set_that_is_damaged_within_is_named(
    workspace_dir: Path, canonical_store: Path, open_page: Open
):
    (workspace_dir / "store").mkdir(parents=True)
    path = workspace_dir / "store" / "mine.parquet"
    shutil.copy(canonical_store, path)
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = b"\x07" * (len(data) // 2 - 4)
    path.write_bytes(data)
    app = open_page("explore")
    assert not app.exception
    assert "mine.parquet" in app.warning[0].value


def test_names_that_others_gave_are_no_markup(
    workspace_dir: Path, tmp_path: Path, draw_glyph: Callable[..., Any], open_page: Open
):
    for name in ("**a**", "[b](http:x)"):
        for number in range(4):
            letter = tmp_path / name / "arabic" / "_c_"
            letter.mkdir(parents=True, exist_ok=True)
            Image.fromarray(draw_glyph("arabic", number)).save(letter / f"{number}.png")
    out = workspace_dir / "store" / "mine.parquet"
    build([str(tmp_path / "**a**"), str(tmp_path / "[b](http:x)")], out, workers=1)
    words = said(view(open_page, "Side by side"))
    assert r"**\*\*a\*\***" in words
    assert r"**\[b\]\(http\:x\)**" in words


def test_of_many_sources_the_largest_of_each_script_are_shown() -> None:
    kannada = {f"k{n}": [900 - n, 0] for n in range(20)}
    arabic = {f"a{n}": [0, 50 - n] for n in range(20)}
    table = pd.DataFrame({**kannada, **arabic}, index=["kannada", "arabic"]).T
    assert list(largest(table).index) == [f"{script}{n}" for script in "ka" for n in range(6)]


def _meanwhile_replaced(path: str, by: str) -> None:
    """A page on which another visitor replaces the data set just before its images are shown."""
    import os
    from pathlib import Path

    import numpy as np
    import streamlit as st

    from core.ui import caches
    from core.ui.explore import grid

    store = caches.store(Path(path))
    if st.session_state.setdefault("by", by):
        Path(by).replace(path)
        os.utime(path, (0, 0))
        st.session_state["by"] = ""
    grid.browse(store, np.arange(len(store)))


def test_a_data_set_that_another_takes_the_place_of_is_shown_as_it_is_now(
    canonical_store: Path, kaggle_folder: Path, tmp_path: Path
) -> None:
    shown, other = tmp_path / "shown.parquet", tmp_path / "other.parquet"
    shutil.copy(canonical_store, shown)
    build([str(kaggle_folder)], other, per_script=1)

    app = AppTest.from_function(_meanwhile_replaced, args=(str(shown), str(other))).run(timeout=60)

    assert not app.exception
    assert len(app.selectbox[1].options) == 6
