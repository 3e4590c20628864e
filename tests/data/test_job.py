"""A build in a process of its own."""

import os
import shutil
import signal
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core import jobs
from core.data.activity import REQUEST, clear_away, dismiss, find_job, list_jobs
from core.data.job import main, start_build, start_fetch, start_first, start_sketch
from core.data.notebook_csv import write_csv
from core.data.shelf import free_name, rename, stores
from core.data.sources import BY_NAME
from core.data.store import Store
from core.errors import DataError, PipelineError
from core.imaging import Pipeline
from core.imaging.own import delete_pipeline, save_pipeline
from core.imaging.steps import Grey, Resize
from core.workspace import Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def end(folder: Path) -> dict[str, object]:
    """Wait for the end of a job; its last record."""
    until(lambda: not jobs.is_alive(folder))
    last = jobs.last(folder)
    assert last is not None, jobs.log_tail(folder)
    return last


def test_a_build_goes_on_by_itself_and_ends_with_a_report(
    ws: Workspace, kaggle_folder: Path, canonical_store: Path
) -> None:
    folder = start_build(ws, [str(kaggle_folder)], "All six. 2-a", "canonical", None)

    assert folder.parent == ws.jobs
    report = end(folder)["report"]
    built = ws.store / "All six. 2-a.parquet"
    assert stores(ws.store) == [built]
    assert Store.open(built).hash == report["hash"] == Store.open(canonical_store).hash
    assert (report["images"], report["skipped"], report["unreadable"]) == (288, [], 0)
    counts = {"images", "per_script", "skipped", "unreadable", "copies"}
    assert set(report) == counts | {"seconds", "hash"}
    *progress, _ = jobs.read(folder)
    assert progress[-1] == {"done": 288, "total": 288}
    assert jobs.log_tail(folder) == ""


def test_a_sketch_goes_on_by_itself_too(ws: Workspace) -> None:
    folder = start_sketch(ws, "sketchbook", "canonical", 5)

    report = end(folder)["report"]
    assert Store.open(ws.store / "sketchbook.parquet").per_script == report["per_script"]
    assert set(report["per_script"].values()) == {5}


def _run_here(folder: Path) -> None:
    """What the job's process does, in this one."""
    before = signal.getsignal(signal.SIGTERM)
    main(folder)
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.fixture
def asked(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Ask for a build; its folder is ready, and nothing is started."""

    def prepare(folder: Path, _argv: object, *, files: dict[str, str]) -> None:
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text)

    monkeypatch.setattr(jobs, "start", prepare)
    return lambda *arguments, **options: start_build(ws, *arguments, **options)


def test_a_folder_for_jobs_that_is_a_link_does_not_lead_away(
    ws: Workspace, asked: Callable[..., Path], kaggle_folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "disk" / "jobs"
    place.mkdir(parents=True)
    ws.jobs.rmdir()
    (ws.root / "jobs").symlink_to(place, target_is_directory=True)

    _run_here(asked([str(kaggle_folder)], "few", "notebook", 1))

    assert (ws.store / "few.parquet").exists()
    assert [each.name for each in place.parent.iterdir()] == ["jobs"]


def test_so_many_a_script_by_the_pipeline_asked_for(
    ws: Workspace, asked: Callable[..., Path], kaggle_folder: Path
) -> None:
    _run_here(asked([str(kaggle_folder)], "few", "notebook", 3))

    store = Store.open(ws.store / "few.parquet")
    assert store.pipeline.name == "notebook"
    assert set(store.per_script.values()) == {3}


def test_the_steps_asked_for_are_taken_though_their_name_is_gone(
    ws: Workspace, asked: Callable[..., Path], kaggle_folder: Path
) -> None:
    mine = Pipeline("mine", (Grey(), Resize(20)))
    save_pipeline(mine, ws)
    folder = asked([str(kaggle_folder)], "few", "mine", 1)
    delete_pipeline("mine", ws)
    _run_here(folder)

    assert Store.open(ws.store / "few.parquet").pipeline == mine


def test_a_stopped_build_says_so_and_leaves_nothing(
    ws: Workspace, asked: Callable[..., Path], kaggle_folder: Path
) -> None:
    folder = asked([str(kaggle_folder)], "new", "canonical", None)
    jobs.request_stop(folder)
    _run_here(folder)

    assert jobs.read(folder) == [{"error": "the build was stopped; nothing was written"}]
    assert list(ws.store.iterdir()) == []


def test_an_error_is_recorded(ws: Workspace, asked: Callable[..., Path], tmp_path: Path) -> None:
    folder = asked([str(tmp_path / "missing.zip")], "new", "canonical", None)
    _run_here(folder)

    (record,) = jobs.read(folder)
    assert record == {
        "error": f"{tmp_path / 'missing.zip'}: no such file or folder; check the path"
    }
    assert list(ws.store.iterdir()) == []


def test_an_error_of_the_system_is_recorded_too(
    asked: Callable[..., Path], kaggle_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "new.parquet")

    folder = asked([str(kaggle_folder)], "new", "canonical", None)
    monkeypatch.setattr("core.data.build.build", refuse)
    with pytest.raises(PermissionError):  # its traceback goes to the job's log
        _run_here(folder)

    (record,) = jobs.read(folder)
    assert record["error"] == "new.parquet: Permission denied; check the path and its permissions"


def test_many_unreadable_files_are_counted_and_some_named(
    asked: Callable[..., Path],
    tmp_path: Path,
    draw_glyph: Callable,
    encode_image: Callable[..., bytes],
) -> None:
    place = tmp_path / "letters.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("id_1_label_1.png", encode_image(draw_glyph("arabic")))
        for number in range(130):
            archive.writestr(f"id_{number}_label_2.png", b"text")
    folder = asked([str(place)], "new", "canonical", None)
    _run_here(folder)

    report = jobs.last(folder)["report"]
    assert (report["images"], report["unreadable"], len(report["skipped"])) == (1, 130, 100)
    path, reason = report["skipped"][0]
    assert path.startswith("letters.zip/id_")
    assert "not an image" in reason


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_text_do_not_keep_a_build_from_its_report(
    asked: Callable[..., Path], kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    place = tmp_path / os.fsdecode(b"\xe9t\xe9")
    place.mkdir()
    shutil.copy(kaggle_zips["arabic"], place / "ahcd1.zip")
    with zipfile.ZipFile(kaggle_zips["arabic"]) as archive:
        archive.extractall(place)
    folder = asked([str(place)], "new", "canonical", None)
    _run_here(folder)

    report = jobs.last(folder)["report"]
    assert report["images"] == 48
    ((path, _),) = report["copies"]
    assert path == f"{tmp_path}/\N{REPLACEMENT CHARACTER}t\N{REPLACEMENT CHARACTER}/ahcd1.zip"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_an_error_about_a_name_that_is_no_text_is_recorded(
    asked: Callable[..., Path], tmp_path: Path
) -> None:
    folder = asked([str(tmp_path / os.fsdecode(b"\xe9.zip"))], "new", "canonical", None)
    _run_here(folder)

    (record,) = jobs.read(folder)
    assert record["error"] == f"{tmp_path / '?.zip'}: no such file or folder; check the path"


@pytest.mark.parametrize(
    "name", ["", " x", "../x", "a/b", "a\\b", ".hidden", "x\n", "a" * 81, "-x", "a:b", "?"]
)
def test_a_name_that_makes_no_file_is_refused(
    name: str, ws: Workspace, kaggle_folder: Path
) -> None:
    with pytest.raises(DataError, match="is at most 72 letters, digits"):
        start_build(ws, [str(kaggle_folder)], name, "canonical", None)
    assert list_jobs(ws) == []


def test_a_name_that_is_taken_is_refused(ws: Workspace, kaggle_folder: Path) -> None:
    (ws.store / "mine.parquet").touch()

    with pytest.raises(DataError, match="'mine' already: choose another name"):
        start_build(ws, [str(kaggle_folder)], "mine", "canonical", None)


def test_an_unknown_pipeline_is_refused_at_once(ws: Workspace, kaggle_folder: Path) -> None:
    with pytest.raises(PipelineError, match="no pipeline called 'best'"):
        start_build(ws, [str(kaggle_folder)], "mine", "best", None)
    assert list(ws.jobs.iterdir()) == []


def test_the_notebooks_csv_is_mended_where_asked(
    ws: Workspace, asked: Callable[..., Path], notebook_store: Path, tmp_path: Path
) -> None:
    table = tmp_path / "langhandwriting.csv"
    write_csv(Store.open(notebook_store), table)
    _run_here(asked([str(table)], "as it came", "notebook", None))
    _run_here(asked([str(table)], "mended", "notebook", None, reversed_labels=True))

    first, second = (
        Store.open(ws.store / f"{name}.parquet").labels().sort_values("path")["script"].tolist()
        for name in ("as it came", "mended")
    )
    by_row = sorted(range(288), key=lambda row: f"langhandwriting.csv/row {row}")
    turned = [by_row.index(287 - row) for row in by_row]
    assert second == [first[place] for place in turned]


def test_the_notebooks_counts_where_asked(
    ws: Workspace, asked: Callable[..., Path], kaggle_zips: dict[str, Path]
) -> None:
    options = {"like_notebook": True}
    _run_here(asked([str(kaggle_zips["arabic"])], "few", "notebook", None, **options))

    assert Store.open(ws.store / "few.parquet").per_script == {"arabic": 48}


def test_a_name_that_is_being_made_is_refused(ws: Workspace) -> None:
    first = start_sketch(ws, "Mine", "canonical", 2000)
    try:
        with pytest.raises(DataError, match="'mine' is being made already"):
            start_sketch(ws, "mine", "canonical", 5)
        assert free_name(ws, "mine") == "mine 2"
        (ws.store / "old.parquet").touch()
        with pytest.raises(DataError, match="'mine' is being made already"):
            rename(ws, ws.store / "old.parquet", "mine")
        start_sketch(ws, "other", "canonical", 1)
    finally:
        jobs.request_stop(first)
    assert "stopped" in str(end(first)["error"])


def test_two_first_visitors_start_one_job(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.job.FIRST_IMAGES", 2)
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: start_first(ws), range(4)))

    (folder,) = [each for each in started if each]
    end(folder)
    assert Store.open(ws.store / "sketchbook.parquet").per_script["kannada"] == 2
    assert start_first(ws) is None
    # a data set that somebody deleted does not come back
    (ws.store / "sketchbook.parquet").unlink()
    assert start_first(ws) is None


def test_jobs_are_listed_with_what_came_of_them(ws: Workspace, asked: Callable[..., Path]) -> None:
    bad = asked(["/nowhere"], "bad", "canonical", None)
    _run_here(bad)
    good = start_sketch(ws, "good", "canonical", 1)  # its folder is laid out, nothing is started
    _run_here(good)
    silent = asked(["/nowhere"], "silent", "canonical", None)

    names = ["silent", "good", "bad"]
    assert [each.name for each in list_jobs(ws)] == names
    died, sketched, failed = list_jobs(ws)
    assert (died.died, died.active, died.folder) == (True, False, silent)
    assert "killed" in died.error
    assert sketched.report is not None
    assert (sketched.kind, sketched.report["images"]) == ("sketch", 6)
    assert sketched.out == ws.store / "good.parquet"
    assert (failed.report, failed.died) == (None, False)
    assert failed.error.startswith("/nowhere: no such file")
    assert not failed.seen
    dismiss(failed)
    assert find_job(failed.folder).seen
    assert find_job(ws.jobs / "cleared-away") is None


def test_a_job_that_goes_on_is_listed_however_many_ended_since(
    ws: Workspace, asked: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked(["/nowhere"], "mine", "canonical", None)
    monkeypatch.setattr(jobs, "is_alive", lambda each: each == first)
    for number in range(25):
        asked(["/nowhere"], f"later {number}", "canonical", None)

    names = [each.name for each in list_jobs(ws)]

    assert names == [*(f"later {number}" for number in range(24, 4, -1)), "mine"]
    with pytest.raises(DataError, match="'mine' is being made already"):
        asked(["/nowhere"], "mine", "canonical", None)


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_a_job_that_says_nothing_of_itself_is_passed_over(
    text: str, ws: Workspace, asked: Callable[..., Path]
) -> None:
    bad = asked(["/nowhere"], "bad", "canonical", None)
    good = asked(["/nowhere"], "good", "canonical", None)
    (bad / REQUEST).write_text(text)

    assert [each.folder for each in list_jobs(ws)] == [good]
    assert find_job(bad) is None


def old_jobs(ws: Workspace, count: int) -> None:
    """Leave so many jobs of long ago, sketch-0000 and on."""
    for number in range(count):
        folder = ws.jobs / f"sketch-{number:04x}"
        folder.mkdir()
        (folder / REQUEST).write_text('{"kind": "sketch", "name": "x", "options": {}}')
        os.utime(folder, (0, 0))


def test_old_jobs_are_cleared_away_and_the_last_ones_kept(ws: Workspace) -> None:
    old_jobs(ws, 25)

    clear_away(ws)

    assert sorted(each.name for each in ws.jobs.iterdir()) == [
        f"sketch-{number:04x}" for number in range(5, 25)
    ]


def test_what_ended_lately_is_kept_however_many_came_after(ws: Workspace) -> None:
    old_jobs(ws, 25)
    os.utime(ws.jobs / "sketch-0000")

    clear_away(ws)

    assert (ws.jobs / "sketch-0000").exists()
    assert not (ws.jobs / "sketch-0001").exists()


def test_an_old_job_that_goes_on_is_not_cleared_away(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_jobs(ws, 22)
    monkeypatch.setattr("core.jobs.is_alive", lambda folder: folder.name == "sketch-0000")

    clear_away(ws)

    assert (ws.jobs / "sketch-0000").exists()
    assert not (ws.jobs / "sketch-0001").exists()


@pytest.mark.usefixtures("asked")
def test_a_download_reports_where_it_is(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(_: object, here: Workspace, *, progress: Callable, cancelled: Callable) -> Path:
        assert here.root == ws.root
        assert not cancelled()
        progress(5, 10)
        return here.downloads / "set"

    monkeypatch.setattr("core.data.fetch.fetch", fetch)
    folder = start_fetch(ws, BY_NAME["arabic"])
    _run_here(folder)

    (job,) = list_jobs(ws)
    assert (job.kind, job.name) == ("fetch", "ahcd1")
    assert job.report == {"folder": str(ws.downloads / "set")}
    assert jobs.read(folder)[0] == {"done": 5, "total": 10}


@pytest.mark.usefixtures("asked")
def test_a_set_is_downloaded_once_at_a_time(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = start_fetch(ws, BY_NAME["arabic"])
    monkeypatch.setattr(jobs, "is_alive", lambda each: each == folder)

    start_fetch(ws, BY_NAME["kannada"])
    with pytest.raises(DataError, match="is being downloaded already"):
        start_fetch(ws, BY_NAME["arabic"])


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads processes from /proc")
def test_a_build_that_is_killed_takes_its_workers_with_it(
    ws: Workspace, kaggle_zips: dict[str, Path], tmp_path: Path
) -> None:
    # the same images again and again: enough for several processes, and for some seconds
    with zipfile.ZipFile(kaggle_zips["arabic"]) as archive:
        for copy in range(100):
            archive.extractall(tmp_path / "unpacked" / str(copy))
    folder = start_build(ws, [str(tmp_path / "unpacked")], "new", "canonical", None)
    until(lambda: jobs.read(folder))
    family = {pid for pid in _processes() if str(folder) in _command(pid)}
    workers = {pid for pid in family if _parent(pid) in family}
    (job,) = family - workers
    assert workers

    os.kill(job, signal.SIGKILL)

    until(lambda: not jobs.is_alive(folder))
    until(lambda: not any(str(folder) in _command(pid) for pid in workers))
    assert "report" not in jobs.last(folder)
    assert stores(ws.store) == []


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _command(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _parent(pid: int) -> int:
    try:
        return int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def test_a_job_that_ends_between_two_looks_has_ended(
    asked: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = asked(["/nowhere"], "mine", "canonical", None)

    def end(_: Path) -> bool:
        jobs.append(folder, {"report": {"images": 1}})
        return False

    monkeypatch.setattr(jobs, "is_alive", end)
    assert find_job(folder).report == {"images": 1}


def test_a_report_that_names_many_files_is_read_whole(asked: Callable[..., Path]) -> None:
    folder = asked(["/nowhere"], "mine", "canonical", None)
    report = {"images": 1, "skipped": ["x" * 100] * 1000}
    jobs.append(folder, {"report": report})
    assert find_job(folder).report == report
