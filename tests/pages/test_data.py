"""Data: what is here, the six sets on Kaggle, files of one's own, the sketchbook."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data.build import build
from core.data.sources import SOURCES
from core.data.store import Store
from core.errors import StorageFull
from core.training.runs import list_runs
from core.ui.data.own import _keep
from core.workspace import Workspace

Open = Callable[..., AppTest]
WAYS = ("From Kaggle", "Your own files", "The sketchbook")


def said(app: AppTest) -> str:
    kinds = (app.header, app.markdown, app.caption, app.warning)
    return "\n".join(each.value for kind in kinds for each in kind)


def button(app: AppTest, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


def go(app: AppTest, way: str) -> AppTest:
    return app.button_group(key="data-from").set_value(way).run()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What would have been started, and how."""
    calls: list[tuple[Any, ...]] = []

    def record(*arguments: Any, **options: Any) -> None:
        calls.append((*arguments[1:], options))

    monkeypatch.setattr("core.ui.asking.start_build", record)
    monkeypatch.setattr("core.ui.data.kaggle.start_fetch", record)
    monkeypatch.setattr("core.ui.data.sketchbook.start_sketch", record)
    return calls


@pytest.fixture
def own(workspace_dir: Path, canonical_store: Path) -> Path:
    """A workspace with a data set that may be changed."""
    shutil.copy(canonical_store, Workspace(workspace_dir).store / "mine.parquet")
    return workspace_dir / "store"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.usefixtures("workspace_dir")
def test_every_way_opens_without_data(way: str, open_page: Open):
    app = go(open_page("data"), way)
    assert "None yet." in said(app)
    assert not app.exception
    assert not app.warning


@pytest.mark.usefixtures("workspace_dir")
def test_the_six_sets_are_described_and_can_be_downloaded(
    open_page: Open, asked: list[tuple[Any, ...]]
):
    app = open_page("data")
    for source in SOURCES:
        assert source.url in said(app)
        assert f"{source.images:,} images, about {source.megabytes} MB" in said(app)
        assert f"Licence: {source.licence}" in said(app)
    app.button(key="fetch-chinese-mnist").click().run()
    [(source, _)] = asked
    assert source.name == "chinese-mnist"


def test_sets_in_a_folder_are_found_and_built(
    open_page: Open, kaggle_folder: Path, asked: list[tuple[Any, ...]], workspace_dir: Path
):
    downloads = Workspace(workspace_dir).downloads
    shutil.copy(kaggle_folder / "ahcd1.zip", downloads)
    app = open_page("data")
    assert [each.label for each in app.button].count("Download") == 5
    app.text_input(key="kaggle-folder").set_value(str(kaggle_folder)).run()
    assert "Download" not in [each.label for each in app.button]
    assert not app.warning
    app.button_group(key="amount-kaggle").set_value("So many a script").run()
    app.number_input(key="per-script-kaggle").set_value(70).run()
    button(app, "Make the data set").click().run()
    [(paths, name, pipeline, per_script, options)] = asked
    assert paths[0] == f"ahcd1={downloads / 'ahcd1.zip'}"
    assert paths[5] == f"kannada-characters={kaggle_folder / 'kannada-characters.zip'}"
    assert (len(paths), name, pipeline, per_script) == (6, "kaggle", "canonical", 70)
    assert options == {"like_notebook": False, "reversed_labels": False}


@pytest.mark.usefixtures("workspace_dir")
def test_a_folder_that_is_not_there_is_named(open_page: Open, tmp_path: Path):
    app = open_page("data")
    app.text_input(key="kaggle-folder").set_value(str(tmp_path / "nowhere")).run()
    assert "nowhere: no such folder" in app.warning[0].value
    assert not app.exception


@pytest.mark.usefixtures("workspace_dir")
def test_a_folder_without_any_of_the_sets_is_told_so(open_page: Open, tmp_path: Path):
    app = open_page("data")
    app.text_input(key="kaggle-folder").set_value(str(tmp_path)).run()
    assert "none of the six sets is there" in app.warning[0].value


def test_what_is_dropped_is_kept_and_chosen(
    open_page: Open,
    kaggle_zips: dict[str, Path],
    asked: list[tuple[Any, ...]],
    workspace_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    let_go: list[object] = []
    monkeypatch.setattr("core.ui.data.own._let_go", let_go.append)
    app = go(open_page("data"), "Your own files")
    data = kaggle_zips["arabic"].read_bytes()
    app.file_uploader[0].upload("letters.zip", data, "application/zip").run()
    assert not app.exception
    kept = workspace_dir / "downloads" / "letters.zip"
    assert kept.read_bytes() == data
    assert len(let_go) == 1  # the server holds it no longer
    assert app.multiselect[0].value == ["letters.zip"]
    app.button_group(key="amount-handwriting").set_value("The notebook's").run()
    button(app, "Make the data set").click().run()
    [(paths, name, _, per_script, options)] = asked
    assert (paths, name, per_script) == ([str(kept)], "handwriting", None)
    assert options["like_notebook"]


def test_of_two_zips_that_are_not_both_kept_none_is(
    open_page: Open,
    kaggle_zips: dict[str, Path],
    workspace_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    def full(workspace: Workspace, name: str, file: Any) -> str:
        if name == "second.zip":
            raise StorageFull("no space left on the disk")
        return _keep(workspace, name, file)

    monkeypatch.setattr("core.ui.data.own._keep", full)
    app = go(open_page("data"), "Your own files")
    data = kaggle_zips["arabic"].read_bytes()
    two = [(f"{name}.zip", data, "application/zip") for name in ("first", "second")]
    app.file_uploader[0].set_value(two).run()
    app.run()
    assert "no space left" in app.warning[0].value
    assert list((workspace_dir / "downloads").iterdir()) == []


def test_half_a_zip_is_refused(open_page: Open, kaggle_zips: dict[str, Path], workspace_dir: Path):
    app = go(open_page("data"), "Your own files")
    half = kaggle_zips["arabic"].read_bytes()[:5000]
    app.file_uploader[0].upload("half.zip", half, "application/zip").run()
    assert "half.zip: not a whole zip" in app.warning[0].value
    assert list((workspace_dir / "downloads").iterdir()) == []


class Upload(io.BytesIO):
    """A file that is read while something else happens."""

    def __init__(self, data: bytes, meanwhile: Callable[[], object]) -> None:
        super().__init__(data)
        self._meanwhile = meanwhile

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data:
            self._meanwhile()
        return data


def test_files_of_one_name_brought_at_once_are_both_kept(workspace_dir: Path):
    workspace, others = Workspace(workspace_dir), []

    def another() -> None:
        others.append(_keep(workspace, "letters.zip", io.BytesIO(b"hers")))

    name = _keep(workspace, "letters.zip", Upload(b"his", another))

    kept = {each.name: each.read_bytes() for each in workspace.downloads.iterdir()}
    assert kept == {name: b"his", others[0]: b"hers"}


def test_a_file_that_could_not_be_kept_leaves_its_name_free(workspace_dir: Path):
    def fail() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        _keep(Workspace(workspace_dir), "letters.zip", Upload(b"half", fail))

    assert list(Workspace(workspace_dir).downloads.iterdir()) == []


@pytest.mark.usefixtures("workspace_dir")
def test_the_labels_of_a_csv_can_be_turned_round(open_page: Open, asked: list[tuple[Any, ...]]):
    app = go(open_page("data"), "Your own files")
    assert "reversed-labels" not in [each.key for each in app.checkbox]
    app.text_input(key="own-path").set_value("/home/me/langhandwriting.csv").run()
    app.checkbox(key="reversed-labels").check().run()
    button(app, "Make the data set").click().run()
    [(paths, *_, options)] = asked
    assert paths == ["/home/me/langhandwriting.csv"]
    assert options["reversed_labels"]


@pytest.mark.usefixtures("workspace_dir")
@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("/home/me/shapes", "other=/home/me/shapes"),
        ("/home/me/size=32", "other=/home/me/size=32"),
        ("kannada=/home/me/ka", "kannada=/home/me/ka"),
        ("/home/me/langhandwriting.csv", "/home/me/langhandwriting.csv"),
    ],
)
def test_every_folder_may_be_a_class(
    typed: str, taken: str, open_page: Open, asked: list[tuple[Any, ...]]
):
    app = go(open_page("data"), "Your own files")
    app.text_input(key="own-path").set_value(typed)
    app.selectbox(key="own-shows").set_value("other").run()
    button(app, "Make the data set").click().run()
    [(paths, *_)] = asked
    assert paths == [taken]


def test_pictures_of_one_script_need_no_folder_that_says_so(
    open_page: Open, asked: list[tuple[Any, ...]]
):
    app = go(open_page("data"), "Your own files")
    app.text_input(key="own-path").set_value("/home/me/photos.zip")
    box = app.selectbox(key="own-shows")
    assert "All of it is Kannada" in box.options
    box.set_value("kannada").run()
    button(app, "Make the data set").click().run()
    [(paths, *_)] = asked
    assert paths == ["kannada=/home/me/photos.zip"]


@pytest.mark.usefixtures("workspace_dir")
def test_nothing_named_asks_for_something(open_page: Open, asked: list[tuple[Any, ...]]):
    app = go(open_page("data"), "Your own files")
    button(app, "Make the data set").click().run()
    assert "Drop a zip or a CSV, or name a folder." in app.warning[0].value
    assert asked == []


@pytest.mark.usefixtures("own")
def test_a_name_that_is_taken_says_so_and_another_is_offered(open_page: Open):
    app = go(open_page("data"), "The sketchbook")
    name = next(each for each in app.text_input if each.label == "Name of the data set")
    assert name.value == "sketches"
    name.set_value("mine").run()
    button(app, "Write the data set").click().run()
    assert "there is a data set called 'mine' already" in app.warning[0].value


@pytest.mark.usefixtures("workspace_dir")
def test_the_sketchbook_is_asked_for_what_was_set(open_page: Open, asked: list[tuple[Any, ...]]):
    app = go(open_page("data"), "The sketchbook")
    app.number_input(key="sketches-per-script").set_value(30)
    app.number_input(key="sketches-seed").set_value(7)
    app.checkbox(key="sketches-noise").check()
    button(app, "Write the data set").click().run()
    assert asked == [("sketches", "canonical", 30, {"seed": 7, "noise": True})]
    assert "top of the page" in app.toast[0].value
    assert not app.run().toast


@pytest.mark.usefixtures("own")
def test_a_data_set_is_described(open_page: Open):
    app = open_page("data")
    assert "**mine**" in said(app)
    assert "288 images (48 of each script)" in said(app)
    assert "canonical, 40 × 40 px" in said(app)


def test_a_data_set_with_images_of_no_script_is_described(
    own: Path, open_page: Open, tmp_path: Path, draw_glyph: Callable[..., np.ndarray]
):
    (tmp_path / "mine" / "other" / "star").mkdir(parents=True)
    for number in range(2):
        path = tmp_path / "mine" / "other" / "star" / f"{number}.png"
        Image.fromarray(draw_glyph("arabic", number)).save(path)
    build([str(tmp_path / "mine")], own / "stars.parquet", workers=1)
    app = open_page("data")
    assert not app.exception
    assert "2 images (of classes of your own)" in said(app)


@pytest.mark.parametrize("title", ["Explore", "Train"])
def test_a_data_set_is_the_one_that_other_pages_take(title: str, own: Path, open_page: Open):
    shutil.copy(own / "mine.parquet", own / "newer.parquet")
    app = open_page("data")
    app.button(key=f"{title}-mine").click().run()
    assert app.title[0].value == title
    box = next(each for each in app.selectbox if each.label == "Data set")
    assert box.value == own / "mine.parquet"


def test_a_data_set_to_train_on_comes_before_the_run_one_looked_at(
    own: Path, full_workspace: Path, open_page: Open
):
    ws = Workspace(own.parent)
    [run] = list_runs(Workspace(full_workspace))
    shutil.copytree(run.folder, ws.runs / run.id)
    newer = own / "newer.parquet"
    shutil.copy(own / "mine.parquet", newer)
    app = open_page("explore", data="mine").switch_page("pages/3_train.py").run()
    app.button_group(key="train-view-0").set_value("Runs").run()
    app.switch_page("pages/6_data.py").run()
    app.button(key="Train-newer").click().run()
    box = next(each for each in app.selectbox if each.label == "Data set")
    assert box.value == newer
    # and a link that was followed before leads there again
    app.switch_page("pages/1_explore.py")
    app.query_params["data"] = "mine"
    app.run()
    box = next(each for each in app.selectbox if each.label == "Data set")
    assert box.value == own / "mine.parquet"


@pytest.mark.usefixtures("asked")
def test_a_download_that_ends_brings_back_no_set_that_was_left_out(
    open_page: Open, kaggle_folder: Path, workspace_dir: Path
):
    downloads = Workspace(workspace_dir).downloads
    for name in ("ahcd1", "chinese-mnist"):
        shutil.copy(kaggle_folder / f"{name}.zip", downloads)
    app = open_page("data")
    app.multiselect[0].set_value(["chinese-mnist"]).run()
    shutil.copy(kaggle_folder / "kannada-characters.zip", downloads)
    app.run()
    assert app.multiselect[0].value == ["chinese-mnist", "kannada-characters"]

    go(app, "Your own files")
    app.multiselect[0].set_value(["ahcd1.zip"]).run()
    shutil.copy(kaggle_folder / "ahcd1.zip", downloads / "another.zip")
    app.run()
    assert app.multiselect[0].value == ["ahcd1.zip"]


def test_a_file_that_somebody_is_bringing_just_now_is_not_offered(
    open_page: Open, kaggle_folder: Path, workspace_dir: Path
):
    downloads = Workspace(workspace_dir).downloads
    shutil.copy(kaggle_folder / "ahcd1.zip", downloads)
    (downloads / "coming.zip").touch()
    app = open_page("data")
    go(app, "Your own files")
    assert app.multiselect[0].options == ["ahcd1.zip"]


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Choose from the menu of every data set: AppTest knows no menus."""
    return lambda what: monkeypatch.setattr("streamlit.menu_button", lambda *_, **__: what)


def test_a_data_set_gets_another_name(own: Path, open_page: Open, choose: Callable[[str], None]):
    choose("Rename")
    app = open_page("data")
    app.text_input(key="new-name-mine").set_value("yours").run()
    app.button(key="rename").click().run()
    assert not app.exception
    assert [each.name for each in own.iterdir()] == ["yours.parquet"]
    assert "**yours**" in said(app)


def test_a_data_set_in_hand_stays_so_under_its_new_name(
    own: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    shutil.copy(own / "mine.parquet", own / "newer.parquet")
    app = open_page("data")
    app.button(key="Explore-mine").click().run()
    chosen = {"more-mine": "Rename"}
    monkeypatch.setattr("streamlit.menu_button", lambda *_, key, **__: chosen.get(key))
    app.switch_page("pages/6_data.py").run()
    app.text_input(key="new-name-mine").set_value("yours").run()
    app.button(key="rename").click().run()
    app.switch_page("pages/1_explore.py").run()
    box = next(each for each in app.selectbox if each.label == "Data set")
    assert box.value == own / "yours.parquet"


def test_a_name_is_shown_as_it_is(own: Path, open_page: Open):
    (own / "mine.parquet").rename(own / "_mine_ 2.parquet")
    assert r"**\_mine\_ 2**" in said(open_page("data"))


def test_a_name_that_makes_no_file_is_refused(
    own: Path, open_page: Open, choose: Callable[[str], None]
):
    choose("Rename")
    app = open_page("data")
    app.text_input(key="new-name-mine").set_value("../yours").run()
    app.button(key="rename").click().run()
    assert "a data set's name is at most 72 letters" in app.warning[0].value
    assert (own / "mine.parquet").exists()


def test_a_data_set_goes_only_when_confirmed(
    own: Path, open_page: Open, choose: Callable[[str], None]
):
    choose("Delete")
    app = open_page("data")
    assert "goes for good" in said(app)
    app.button(key="keep").click().run()
    assert (own / "mine.parquet").exists()
    app.button(key="delete").click().run()
    assert not any(own.iterdir())
    assert "None yet." in said(app)


def test_a_data_set_that_a_run_learns_from_stays(
    own: Path, open_page: Open, choose: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
):
    content = Store.open(own / "mine.parquet").hash
    run = SimpleNamespace(id="cnn-abcd", active=True, data_hash=content)
    monkeypatch.setattr("core.training.runs.list_runs", lambda _: [run])
    choose("Delete")
    app = open_page("data")
    assert "The run trained on it" in said(app)
    app.button(key="delete").click().run()
    assert "run cnn-abcd is learning from it" in app.warning[0].value
    assert (own / "mine.parquet").exists()


def test_a_run_on_another_data_set_of_that_name_is_not_counted(
    own: Path, open_page: Open, choose: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
):
    settings = SimpleNamespace(data=own / "mine.parquet")
    run = SimpleNamespace(id="cnn-abcd", active=False, data_hash="of before", settings=settings)
    monkeypatch.setattr("core.training.runs.list_runs", lambda _: [run])
    choose("Delete")
    assert "trained on it" not in said(open_page("data"))


def test_a_damaged_data_set_is_named_and_the_others_shown(own: Path, open_page: Open):
    (own / "broken.parquet").write_text("no table")
    app = open_page("data")
    assert "broken.parquet: not a readable Parquet file" in app.warning[0].value
    assert "288 images" in said(app)


def test_many_data_sets_are_shown_page_by_page(own: Path, open_page: Open):
    for number in range(9):
        shutil.copy(own / "mine.parquet", own / f"copy {number}.parquet")
    app = open_page("data")
    assert said(app).count("288 images") == 8
    assert not app.exception
