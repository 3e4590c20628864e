from pathlib import Path

import pytest

from core.errors import DataError
from core.evaluation.bench import run_benchmarks
from core.imaging import PRESETS

_PICTURES = ("drawing", "photograph")


def test_an_unknown_benchmark_is_answered_with_those_there_are() -> None:
    with pytest.raises(DataError, match="no benchmark called speed; there are build, read"):
        run_benchmarks(["speed"], lambda _: None)


def test_without_the_real_sets_a_benchmark_says_why_it_was_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIPTORIUM_REAL_DATA", str(tmp_path))
    said: list[str] = []

    figures = run_benchmarks(["build"], said.append)

    assert list(figures) == ["build"]
    assert "SCRIPTORIUM_REAL_DATA" in figures["build"]["skipped"]
    assert said


@pytest.mark.usefixtures("workspace_dir")
def test_what_needs_no_real_sets_is_measured() -> None:
    said: list[str] = []

    figures = run_benchmarks(["read", "imaging", "answer"], said.append)

    assert {name: set(each) for name, each in figures.items()} == {
        "read": set(PRESETS),
        "imaging": {f"{what} {size}" for what in _PICTURES for size in ("300x300", "1200x900")},
        "answer": {"pipeline", "model", "both", "keras"},
    }
    assert all(taken > 0 for each in figures.values() for taken in each.values())
    assert len(said) == 4
