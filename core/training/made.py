"""What a recipe has made so far, so that one that was killed goes on where it was."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from core.data.archive import walk
from core.data.scan import hinted
from core.data.store import Store
from core.errors import DAMAGED, DataError
from core.evaluation.card import CARD
from core.models.export import FACTS, LITERT
from core.scripts import NAMES
from core.training.runs import Run
from core.workspace import Workspace, atomic_path, write_atomically


def identity(paths: Sequence[str]) -> str:
    """Return a hash of the files at `paths`: their names, sizes, and when they were written."""
    digest = hashlib.sha256()
    for text in paths:
        _, path = hinted(text)
        files = [path / each for each in sorted(walk(path))] if path.is_dir() else [path]
        for each in files:
            # a link that leads nowhere is told by itself
            about = each.stat() if each.exists() else each.lstat()
            digest.update(repr((str(each), about.st_size, about.st_mtime_ns)).encode())
    return digest.hexdigest()


def need_all_scripts(found: Iterable[str], paths: Sequence[str]) -> None:
    """Refuse to go on where images of one of the six scripts are missing at `paths`.

    Raises:
        DataError: some are; it names them.
    """
    missing = set(NAMES).difference(found)
    if missing:
        raise DataError(
            f"no images of {', '.join(sorted(missing))} at {', '.join(map(str, paths))}: "
            "the recipe learns from all six sets"
        )


def put_in_place(
    run: Run, model: Path, facts: dict[str, Any], to: Path, *also: Callable[[Path, Path], object]
) -> dict[str, Any]:
    """Put a model into the folder where it is looked for, in the place of the one that is there.

    Args:
        run: that made it.
        model: the folder it is in.
        facts: its description, `in_domain` in it.
        to: the folder for it.
        also: called with both folders, for what else goes with it.

    Returns:
        {"run", "accuracy" (mean over scripts, 0-1), "per_script", "folder"}.
    """
    # what makes it a model goes first and comes last: nobody shall find halves of two
    for name in (FACTS, CARD):
        (to / name).unlink(missing_ok=True)
    with atomic_path(to / LITERT) as path:
        shutil.copyfile(model / LITERT, path)
    for each in also:
        each(model, to)
    write_atomically(to / FACTS, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    per_script = dict(facts["in_domain"])
    accuracy = per_script.pop("mean")
    return {"run": run.id, "accuracy": accuracy, "per_script": per_script, "folder": str(to)}


def count_sources(store: Store) -> dict[str, int]:
    """Return the images of each collection in a data set: there may be more on Kaggle."""
    counts = store.labels(["collection"])["collection"].value_counts()
    return {str(name): int(count) for name, count in counts.sort_index().items()}


class Made:
    """What a recipe has made so far, file by file; another recipe begins anew."""

    def __init__(self, ws: Workspace, recipe: dict[str, Any], notes: str = "recipe") -> None:
        """Go on with `recipe`, whatever its making depends on, if it is the one in the `notes`."""
        self._ws = ws
        self._path = ws.recipe / f"{notes}.json"
        try:
            self._notes = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, *DAMAGED):
            self._notes = {}
        if not isinstance(self._notes, dict) or self._notes.get("recipe") != recipe:
            self._notes = {"recipe": recipe}

    def file(self, name: str, make: Callable[[Path], object]) -> Path:
        """Return the data set of that name, made by `make` unless it is there already.

        Where another one comes of it than before, all that was made after it is made anew, too.
        """
        path = self._ws.recipe / f"{name}.parquet"
        if not (path.exists() and self._notes.get(name) == Store.open(path).hash):
            make(path)
            self._keep(name, Store.open(path).hash)
        return path

    def _keep(self, name: str, value: str) -> None:
        if self._notes.get(name) != value:
            before = takewhile(lambda each: each != name, list(self._notes))
            self._notes = {each: self._notes[each] for each in before}
        self._notes[name] = value
        write_atomically(self._path, json.dumps(self._notes, indent=1) + "\n")
