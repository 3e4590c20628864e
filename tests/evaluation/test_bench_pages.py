"""The bench of pages: its data set is what it says, its visits are those of a browser."""

import pytest

from core.data.store import Store
from core.errors import DataError
from core.evaluation.bench_pages import Visits, write_repeated
from core.server import serving
from core.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with 600 repeated images."""
    here = Workspace(tmp_path_factory.mktemp("bench"))
    write_repeated(here.store / "repeated.parquet", 600, drawn=4)
    return here


def test_a_repeated_data_set_has_all_scripts_and_no_two_equal_rows(workspace: Workspace) -> None:
    store = Store.open(workspace.store / "repeated.parquet")
    labels = store.labels()
    assert set(store.per_script.values()) == {100}
    assert labels["digest"].is_unique
    assert labels["path"].is_unique
    assert labels["writer"].nunique() == 24
    assert len(store.sources([0, 599])) == 2


def test_visits_are_timed_and_the_memory_read(workspace: Workspace) -> None:
    said: list[str] = []
    with serving(workspace.root) as server:
        visits = Visits(server)
        figures = visits.warm("explore?view=Images", said.append)
        memory = visits.memory_mb()
    assert 0 < figures["ms"] < 60_000
    assert visits.count == 6
    assert memory is None or memory > 50
    assert said[0].startswith("explore?view=Images: ")


def test_a_page_that_fails_fails_the_bench(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    told = ForwardMsg()
    told.delta.new_element.exception.message = "broken"
    monkeypatch.setattr(ForwardMsg, "FromString", staticmethod(lambda _: told))
    with serving(workspace.root) as server, pytest.raises(DataError, match="home failed"):
        Visits(server).make("")
