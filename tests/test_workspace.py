import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import StorageFull
from core.workspace import (
    CHECKOUT,
    Workspace,
    atomic_path,
    new_file,
    workspace,
    write_atomically,
)


def test_it_lies_in_the_checkout_or_where_one_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SCRIPTORIUM_WORKSPACE", raising=False)
    assert workspace() == Workspace(CHECKOUT / "workspace")
    assert (CHECKOUT / "core" / "workspace.py").exists()
    monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", "")
    assert workspace() == Workspace(CHECKOUT / "workspace")
    monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", str(tmp_path / "mine"))
    assert workspace() == Workspace(tmp_path / "mine")


def test_it_stays_where_it_is_for_those_who_run_in_another_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "me"))
    for given, meant in (("mine", "mine"), ("../x/./mine", "../x/mine"), ("~/mine", "me/mine")):
        monkeypatch.setenv("SCRIPTORIUM_WORKSPACE", given)
        assert workspace() == Workspace((tmp_path / meant).resolve())


def test_its_folders_are_made_when_they_are_used(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "deep" / "workspace")
    assert not ws.root.exists()

    folders = [ws.store, ws.runs, ws.downloads, ws.jobs, ws.pipelines]

    assert [each.name for each in folders] == ["store", "runs", "downloads", "jobs", "pipelines"]
    assert all(each.is_dir() and each.parent == ws.root for each in folders)
    assert ws.store == folders[0]  # a second time as well


@pytest.mark.parametrize("data", ["Grüße, ಕ", b"\x00\xff"])
def test_a_file_is_written_whole_and_replaced_whole(data: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.json"

    write_atomically(path, "what was there before")
    write_atomically(path, data)

    assert path.read_bytes() == (data.encode() if isinstance(data, str) else data)
    assert list(path.parent.iterdir()) == [path]


def test_who_may_read_a_file_is_as_the_process_asks(tmp_path: Path) -> None:
    usual = os.umask(0o027)
    try:
        write_atomically(tmp_path / "file.json", "mine")
    finally:
        os.umask(usual)
    assert stat.S_IMODE((tmp_path / "file.json").stat().st_mode) == 0o640


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "data.csv").write_text("old")
    link = tmp_path / "data.csv"
    link.symlink_to("real/data.csv")

    write_atomically(link, "new")

    assert link.is_symlink()
    assert (tmp_path / "real" / "data.csv").read_text() == "new"
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["data.csv", "data.csv", "real"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_device_is_no_place_for_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(FileExistsError, match="a pipe or a device") as caught:
        write_atomically(pipe, "text")

    assert caught.value.filename == str(pipe)
    assert pipe.is_fifo()


def test_until_the_end_only_the_old_file_is_there(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    path.write_text("old")

    with atomic_path(path) as temporary:
        temporary.write_text("half")
        assert path.read_text() == "old"
        assert temporary.parent == tmp_path  # or renaming would not be at once
        assert list(tmp_path.glob("*.parquet")) == [path]

    assert path.read_text() == "half"


def test_a_file_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")
    forced = []
    monkeypatch.setattr(os, "fsync", lambda file: forced.append((os.fstat(file), path.read_text())))

    write_atomically(path, "whole")

    ((about, there),) = forced
    assert (about.st_size, about.st_ino, there) == (5, path.stat().st_ino, "old")


def _fail_halfway(path: Path, error: BaseException) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text("half")
        raise error


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
def test_an_error_leaves_the_old_file_and_nothing_else(
    error: BaseException, tmp_path: Path
) -> None:
    path = tmp_path / "data.parquet"
    path.write_text("old")

    with pytest.raises(type(error)):
        _fail_halfway(path, error)

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()

    with pytest.raises(IsADirectoryError) as caught, atomic_path(folder):
        pytest.fail("what goes there was made first")

    assert caught.value.filename == str(folder)
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_in_one_line(number: int, tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"

    with pytest.raises(StorageFull) as caught:
        _fail_halfway(path, OSError(number, "No space left on device"))

    message = str(caught.value)
    assert str(path) in message
    assert "free some space" in message
    assert "\n" not in message
    assert list(tmp_path.iterdir()) == []


def test_another_trouble_with_the_disk_keeps_its_name(tmp_path: Path) -> None:
    with pytest.raises(PermissionError) as caught:
        _fail_halfway(tmp_path / "data.parquet", PermissionError(errno.EACCES, "refused"))

    assert caught.value.filename == str(tmp_path / "data.parquet")


def test_a_folder_that_may_not_be_written_to_is_named_by_the_file_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, "refused", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionError) as caught:
        write_atomically(tmp_path / "data.parquet", b"whole")

    assert caught.value.filename == str(tmp_path / "data.parquet")


@pytest.mark.skipif(sys.platform != "linux", reason="others have no such device")
def test_where_a_command_speaks_no_file_is_put(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from core.workspace import write_atomically;"
        "write_atomically(Path('/dev/stdout'), b'a table')"
    )
    with (tmp_path / "said").open("wb") as said:
        done = subprocess.run([sys.executable, "-c", code], stdout=said, stderr=subprocess.PIPE)

    assert b"a pipe or a device, and no file: '/dev/stdout'" in done.stderr
    assert (tmp_path / "said").read_bytes() == b""


def test_what_a_killed_process_left_is_cleared_away_and_what_goes_on_is_not(tmp_path):
    going_on = tmp_path / ".data.parquet.0123abcd.part"
    somebodys = tmp_path / ".film.mkv.part"
    abandoned = [tmp_path / f".{name}.89efabcd.part" for name in ("data.parquet", "another.csv")]
    for each in (going_on, somebodys, *abandoned):
        each.write_bytes(b"half")
    for each in (somebodys, *abandoned):
        os.utime(each, (0, 0))

    write_atomically(tmp_path / "data.parquet", b"whole")

    assert set(tmp_path.iterdir()) == {going_on, somebodys, tmp_path / "data.parquet"}


def test_scratch_that_a_killed_process_left_is_cleared_away_and_what_is_in_use_is_not(tmp_path):
    ws = Workspace(tmp_path)
    with ws.scratch() as used:
        (used / "data").write_bytes(b"much")
        abandoned, just_made = used.parent / "abandoned", used.parent / "just made"
        for each in (abandoned, just_made):
            each.mkdir()
            (each / "data").write_bytes(b"much")
        for each in (abandoned, used):
            os.utime(each, (0, 0))

        with ws.scratch() as other:
            assert set(other.parent.iterdir()) == {used, other, just_made}
            assert (used / "data").exists()

    assert list(used.parent.iterdir()) == [just_made]


def test_a_new_file_takes_a_place_nobody_has_and_leaves_none_where_it_fails(tmp_path: Path) -> None:
    place = tmp_path / "mine.zip"
    place.write_bytes(b"another visitor's")

    with new_file(place) as (first, temporary), new_file(place) as (second, other):
        temporary.write_bytes(b"a")
        other.write_bytes(b"b")

    assert (first.name, second.name) == ("mine 2.zip", "mine 3.zip")
    assert (first.read_bytes(), second.read_bytes()) == (b"a", b"b")
    with pytest.raises(StorageFull), new_file(place):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "mine 2.zip",
        "mine 3.zip",
        "mine.zip",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="others count the length of a path")
def test_a_name_that_is_too_long_is_named_as_it_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    with pytest.raises(OSError, match="too long") as caught:
        write_atomically(path, b"whole")
    assert caught.value.filename == str(path)
