"""Data sets by name: new ones, another name, away."""

from pathlib import Path

import pytest

from core.data.shelf import delete, free_name, free_place, rename
from core.errors import DataError
from core.workspace import Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    here = Workspace(tmp_path / "workspace")
    (here.store / "Mine.parquet").write_text("mine")
    return here


def test_a_free_name_is_counted_up(ws: Workspace) -> None:
    assert free_name(ws, "yours") == "yours"
    assert free_name(ws, "mine") == "mine 2"
    (ws.store / "mine 2.parquet").touch()
    assert free_name(ws, "mine") == "mine 3"


def test_a_data_set_gets_another_name(ws: Workspace) -> None:
    renamed = rename(ws, ws.store / "Mine.parquet", "Yours 2")

    assert [each.name for each in ws.store.iterdir()] == ["Yours 2.parquet"]
    assert renamed.read_text() == "mine"
    assert rename(ws, renamed, "Yours 2") == renamed


def test_only_the_case_of_a_name_may_change(ws: Workspace) -> None:
    assert rename(ws, ws.store / "Mine.parquet", "mine").exists()


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x"])
def test_a_name_that_makes_no_file_is_refused(ws: Workspace, name: str) -> None:
    with pytest.raises(DataError, match="is at most 72 letters"):
        rename(ws, ws.store / "Mine.parquet", name)
    assert (ws.store / "Mine.parquet").exists()


def test_a_name_that_is_taken_is_refused(ws: Workspace) -> None:
    (ws.store / "other.parquet").touch()
    with pytest.raises(DataError, match="'Mine' already: choose another"):
        rename(ws, ws.store / "other.parquet", "mine")
    with pytest.raises(DataError, match="'Mine' already: choose another"):
        free_place(ws, "MINE")


def test_an_accent_is_one_however_it_is_composed(ws: Workspace) -> None:
    composed, apart = "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "cafe\N{COMBINING ACUTE ACCENT}"
    (ws.store / f"{apart}.parquet").touch()
    with pytest.raises(DataError, match="already: choose another"):
        free_place(ws, composed)
    assert free_name(ws, composed) == f"{composed} 2"


def test_another_data_set_whose_name_differs_in_case_only_stays(ws: Workspace) -> None:
    (ws.store / "mine.parquet").write_text("another")
    if (ws.store / "Mine.parquet").read_text() == "another":
        pytest.skip("this disk does not tell Mine from mine")
    with pytest.raises(DataError, match="'mine' already: choose another"):
        rename(ws, ws.store / "Mine.parquet", "mine")
    assert (ws.store / "mine.parquet").read_text() == "another"


def test_somebody_else_was_quicker(ws: Workspace) -> None:
    delete(ws.store / "Mine.parquet")
    delete(ws.store / "Mine.parquet")
    assert not any(ws.store.iterdir())
    with pytest.raises(DataError, match="no data set called 'Mine' any more"):
        rename(ws, ws.store / "Mine.parquet", "yours")
