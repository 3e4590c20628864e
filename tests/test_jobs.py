import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from core import jobs
from core.workspace import CHECKOUT

# A job that says it has begun, then waits to be asked to stop, and says that it was.
PATIENT = """
import sys, time
from pathlib import Path
from core import jobs
folder = Path(sys.argv[1])
with jobs.hold(folder):
    print("loud and clear")
    jobs.append(folder, {"says": "begun", "session": __import__("os").getsid(0)})
    while not jobs.stop_requested(folder):
        time.sleep(0.01)
    jobs.append(folder, {"says": "stopped"})
"""


def start(folder: Path, program: str = PATIENT, **options: object) -> None:
    jobs.start(folder, [sys.executable, "-c", program, str(folder)], **options)


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def process_of(folder: Path) -> int:
    """The process number of a job begun with PATIENT: it leads the session it is in."""
    until(lambda: jobs.read(folder))
    return jobs.read(folder)[0]["session"]


def test_a_job_lives_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    assert not jobs.is_alive(tmp_path / "never started")
    start(tmp_path)
    assert jobs.is_alive(tmp_path)
    jobs.request_stop(tmp_path)
    until(lambda: not jobs.is_alive(tmp_path))
    assert [record["says"] for record in jobs.read(tmp_path)] == ["begun", "stopped"]
    assert "loud and clear" in jobs.log_tail(tmp_path)


def test_a_job_is_in_a_session_of_its_own(tmp_path: Path) -> None:
    start(tmp_path)
    assert process_of(tmp_path) != os.getsid(0)
    jobs.request_stop(tmp_path)
    until(lambda: not jobs.is_alive(tmp_path))


def test_sigterm_asks_a_job_to_stop(tmp_path: Path) -> None:
    start(tmp_path)
    os.kill(process_of(tmp_path), signal.SIGTERM)
    until(lambda: not jobs.is_alive(tmp_path))
    assert jobs.stop_requested(tmp_path)
    assert jobs.last(tmp_path) == {"says": "stopped"}


def test_after_a_job_sigterm_ends_the_process_as_before(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with jobs.hold(tmp_path):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_killed_job_is_dead_though_nobody_waited_for_it(tmp_path: Path) -> None:
    start(tmp_path)
    os.kill(process_of(tmp_path), signal.SIGKILL)
    until(lambda: not jobs.is_alive(tmp_path))
    assert not jobs.stop_requested(tmp_path)


def test_a_job_is_alive_from_before_its_files_are_there_until_it_has_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    spawn = jobs._spawn

    def watch(folder: Path, *rest: object) -> object:
        seen.append((jobs.is_alive(folder), (folder / "request.json").read_text()))
        return spawn(folder, *rest)

    monkeypatch.setattr(jobs, "_spawn", watch)
    start(tmp_path / "job", files={"request.json": "what to do"})
    assert seen == [(True, "what to do")]
    assert jobs.is_alive(tmp_path / "job")
    jobs.request_stop(tmp_path / "job")
    until(lambda: not jobs.is_alive(tmp_path / "job"))


def test_a_job_that_never_takes_its_lock_is_dead_at_once_and_its_log_says_why(
    tmp_path: Path,
) -> None:
    start(tmp_path, "raise SystemExit('no such thing')")
    assert not jobs.is_alive(tmp_path)
    assert jobs.log_tail(tmp_path) == "no such thing"


def test_a_start_that_is_interrupted_leaves_no_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawned = []
    spawn = jobs._spawn

    def keep(*arguments: object) -> subprocess.Popen:
        spawned.append(spawn(*arguments))
        return spawned[-1]

    def interrupt(_: Path) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "_spawn", keep)
    monkeypatch.setattr(jobs, "_is_held", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path)
    assert [each.poll() for each in spawned] == [-signal.SIGKILL]


def test_a_folder_has_one_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_SECONDS_TO_TAKE_LOCK", 0.05)
    with FileLock(tmp_path / "lock"), pytest.raises(Timeout), jobs.hold(tmp_path):
        pass


def test_looking_often_does_not_keep_a_job_from_its_lock(tmp_path: Path) -> None:
    for _ in range(200):
        with jobs.hold(tmp_path):
            assert jobs.is_alive(tmp_path)
        assert not jobs.is_alive(tmp_path)


def test_records_come_back_in_order_and_a_line_cut_short_is_left_out(tmp_path: Path) -> None:
    for number in range(3):
        jobs.append(tmp_path, {"n": number, "sign": "ᜊ"})
    with (tmp_path / "progress.jsonl").open("ab") as file:
        file.write('{"n": 3, "sign": "ᜊ'.encode()[:-1])
    expected = [{"n": number, "sign": "ᜊ"} for number in range(3)]
    assert jobs.read(tmp_path) == expected
    assert jobs.last(tmp_path) == expected[-1]


def test_a_record_after_a_line_cut_short_is_whole(tmp_path: Path) -> None:
    jobs.append(tmp_path, {"n": 0})
    with (tmp_path / "progress.jsonl").open("ab") as file:
        file.write(b'{"n": 1')
    jobs.append(tmp_path, {"n": 2})
    jobs.append(tmp_path, {"n": 3})
    assert jobs.read(tmp_path) == [{"n": 0}, {"n": 2}, {"n": 3}]


@pytest.mark.skipif(sys.platform == "win32", reason="sets a limit that only Unix knows")
def test_a_record_that_a_disk_takes_half_of_is_an_error(tmp_path: Path) -> None:
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from core import jobs\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))\n"
        "try:\n"
        "    jobs.append(Path(sys.argv[1]), {'text': 'x' * 40})\n"
        "except Exception:\n"
        "    sys.exit(3)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    assert subprocess.run(command, cwd=CHECKOUT, check=False).returncode == 3
    jobs.append(tmp_path, {"n": 1})
    assert jobs.read(tmp_path) == [{"n": 1}]


def test_a_line_that_is_no_record_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "progress.jsonl").write_text('{"n": 0}\n[]\n3\n')
    assert jobs.read(tmp_path) == [{"n": 0}]
    assert jobs.last(tmp_path) == {"n": 0}


def test_a_job_that_was_stopped_and_is_started_again_is_not_stopped(tmp_path: Path) -> None:
    (tmp_path / "stop").touch()
    start(tmp_path)
    assert not jobs.stop_requested(tmp_path)
    jobs.request_stop(tmp_path)


def test_what_is_outdated_goes_when_a_job_starts_again(tmp_path: Path) -> None:
    (tmp_path / "result").touch()
    start(tmp_path, "", outdated=["result"])
    assert not (tmp_path / "result").exists()


def test_a_job_runs_in_the_checkout_and_prints_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    start(tmp_path / "job")
    process = process_of(tmp_path / "job")
    os.kill(process, signal.SIGKILL)
    assert jobs.log_tail(tmp_path / "job") == "loud and clear"


def test_a_full_memory_says_what_to_do() -> None:
    assert jobs.reason(MemoryError()).endswith("choose a smaller data set or batch size")


def test_reading_what_is_not_there_yet_gives_nothing(tmp_path: Path) -> None:
    assert jobs.read(tmp_path) == []
    assert jobs.last(tmp_path) is None
    assert jobs.log_tail(tmp_path) == ""


def test_the_last_record_of_a_long_file_is_found(tmp_path: Path) -> None:
    lines = [json.dumps({"n": number}) for number in range(5000)]
    (tmp_path / "long.jsonl").write_text("\n".join(lines) + "\n")
    assert jobs.last(tmp_path, "long.jsonl") == {"n": 4999}


def test_only_the_last_lines_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "worker.log").write_text("".join(f"line {number}\n" for number in range(100)))
    assert jobs.log_tail(tmp_path, 2) == "line 98\nline 99"


def test_an_error_without_a_word_is_said_once() -> None:
    assert jobs.reason(KeyError()) == "KeyError"
