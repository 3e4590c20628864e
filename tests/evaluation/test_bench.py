from pathlib import Path

import pytest

from core.errors import DataError
from core.evaluation.bench import BENCHMARKS, run_benchmarks


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


def test_every_benchmark_says_what_it_measures() -> None:
    assert all(each.__doc__ for each in BENCHMARKS.values())
