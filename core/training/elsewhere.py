"""Testing a finished run on another data set, as a job: `python -m core.training.elsewhere FOLDER`.

The folder lies in the run's own, so that what came of it stays with the run. What counts is whether
the model learned from the collection an image is of: its writers, paper and pens. `tally` keeps the
two apart, for the run's own test images as for anybody's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core import jobs
from core.data.sketchbook.strokes import is_drawn
from core.data.splits import collections_of, split
from core.data.store import Store
from core.errors import DAMAGED, Cancelled, RunBusy, RunError, StoreError
from core.evaluation.metrics import mean_over_scripts
from core.evaluation.sampled import prepared
from core.inference.predictor import Predictor
from core.scripts import OTHER, WITH_OTHER
from core.training.classes import named_by
from core.training.folder import ELSEWHERE
from core.training.runs import Run, data_of, find_run, one_start
from core.workspace import Workspace, newest_first, write_atomically

_REQUEST, _RESULT = "request.json", "result.json"


@dataclass(frozen=True)
class Trial:
    """A run's test on another data set, as it was at the moment of looking.

    Attributes:
        folder: where its files are.
        data: the data set's name.
        active: whether it goes on.
        stopping: somebody asked it to stop, and it has not ended yet.
        done: images answered so far.
        total: how many there are; 0 while unknown.
        error: why it failed, in one line; else empty.
        copies: images left out because the model learned from an exact copy; None where its own
            data set was gone, and nobody could tell.
        result: of `tally`; None until it is done.
        data_hash: content hash of the data set, as it was then; "" until it is done.
        unknown: images left out because they show nothing that the model learned.
    """

    folder: Path
    data: str
    active: bool
    stopping: bool
    done: int
    total: int
    error: str
    copies: int | None
    result: pd.DataFrame | None
    data_hash: str = ""
    unknown: int = 0

    @property
    def unseen(self) -> pd.DataFrame:
        """Those rows of the result that are of collections the model never saw."""
        return pd.DataFrame() if self.result is None else self.result[~self.result["seen"]]

    @property
    def accuracy(self) -> float:
        """The mean over scripts on those, 0-1; there must be some."""
        return mean_over_scripts(by_script(self.unseen))

    @property
    def drawn(self) -> bool:
        """Whether all those are fonts of the sketchbook: no person wrote them."""
        return bool(len(self.unseen)) and is_drawn(self.unseen["collection"].unique())


def tally(
    answers: pd.DataFrame, collections: Any, learned_from: Iterable[tuple[str, str]]
) -> pd.DataFrame:
    """Count right answers by script and collection.

    Args:
        answers: columns script (the true one), label (the true class) and predicted.
        collections: of each of those images.
        learned_from: (script, collection) of the training images: a font may be held out of one
            script and not of another.

    Returns:
        Columns script, collection, seen (it learned that script from that collection), images,
        right. Images of none of the six scripts are left out, unless the model tells them apart.
    """
    of, true, predicted = (
        answers[name].astype(str).to_numpy() for name in ("script", "label", "predicted")
    )
    columns = {"script": of, "collection": np.asarray(collections, str)}
    frame = pd.DataFrame({**columns, "images": 1, "right": (true == predicted).astype(int)})
    known = frame[true != OTHER]
    counted = known.groupby(list(columns), as_index=False)[["images", "right"]].sum()
    known_from = set(learned_from)
    pairs = zip(counted["script"], counted["collection"], strict=True)
    counted.insert(2, "seen", [each in known_from for each in pairs])
    return counted


def by_script(counted: pd.DataFrame) -> dict[str, float]:
    """Return accuracy by script, 0-1, in the scripts' order; `counted` is of `tally`."""
    sums = counted.groupby("script")[["images", "right"]].sum()
    shares = (sums["right"] / sums["images"]).to_dict()
    return {name: shares[name] for name in WITH_OTHER if name in shares}


def own_tally(run: Run) -> pd.DataFrame:
    """Return `tally` of the run's own test images.

    Where a run of an earlier version has lost its data set, there is one collection without a name.

    Raises:
        RunError: the run has not got that far.
    """
    answers = _among_known(run.test_predictions())
    if "collection" in answers and run.trained_on is not None:
        return tally(answers, answers["collection"], run.trained_on)
    store = data_of(run)
    if store is None:
        nameless = [] if run.settings.split == "collection" else [(name, "") for name in WITH_OTHER]
        return tally(answers, [""] * len(answers), nameless)
    collections = store.labels(["collection"])["collection"].iloc[answers["row"]]
    learned_from = _learned(run, store)[0] if run.trained_on is None else run.trained_on
    return tally(answers, collections, learned_from)


def _among_known(answers: pd.DataFrame) -> pd.DataFrame:
    """Let the model choose among what it knows, as it must when it is tested elsewhere."""
    said = answers.filter(regex="^p_").drop(columns=f"p_{OTHER}", errors="ignore")
    names = np.array([str(each).removeprefix("p_") for each in said])
    return answers.assign(predicted=names[said.to_numpy().argmax(axis=1)])


def start_trial(run: Run, data: Path) -> Trial:
    """Start testing `run` on the data set `data`; an older result for it is replaced.

    Raises:
        RunBusy: that test goes on already, or the run itself does.
        RunError: the run has no model.
        StoreError: the data set can't be read.
    """
    if not run.has_model:
        raise RunError(f"run {run.id} has no model to test: it is {run.state}")
    Store.open(data)
    folder = run.folder / ELSEWHERE / data.stem
    with one_start(Workspace.of(run.folder)):
        if _run_in(run.folder).active:
            raise RunBusy(
                f"run {run.id} is going on: wait for its end, or stop it before you test it"
            )
        if jobs.is_alive(folder):
            raise RunBusy(f"run {run.id} is being tested on {data.stem} already")
        jobs.start(
            folder,
            [sys.executable, "-m", "core.training.elsewhere", str(folder)],
            files={_REQUEST: json.dumps({"data": str(data.resolve())})},
            outdated=(_RESULT, jobs.PROGRESS),
        )
    return _look(folder)


def trials_of(run: Run) -> list[Trial]:
    """Return the run's tests on other data sets, the newest first."""
    found = (run.folder / ELSEWHERE).glob(f"*/{_REQUEST}")
    return [_look(each.parent) for each in newest_first(found)]


def most_telling(trials: Sequence[Trial]) -> Trial | None:
    """Return the test that says most about collections the model never saw; None without any.

    One on people's handwriting rather than on fonts, of more scripts, of more images; the newest
    of those that are alike. `trials` are as `trials_of` returns them.
    """
    counted = [each for each in trials if len(each.unseen)]
    return max(
        counted,
        key=lambda each: (
            not each.drawn,
            each.unseen["script"].nunique(),
            each.unseen["images"].sum(),
        ),
        default=None,
    )


def _look(folder: Path) -> Trial:
    active = jobs.is_alive(folder)
    latest = jobs.last(folder) or {}
    error, copies, counted, data_hash, unknown = latest.get("error", ""), 0, None, "", 0
    try:
        found = json.loads((folder / _RESULT).read_text(encoding="utf-8"))
        copies, counted = found["copies"], pd.DataFrame(found["counted"])
        data_hash, unknown = found.get("hash", ""), found.get("unknown", 0)
    except FileNotFoundError:
        if not active:
            error = error or f"{jobs.DIED}: start it again"
    except (OSError, *DAMAGED):
        error = f"{folder / _RESULT} is damaged: start it again"
    return Trial(
        folder,
        folder.name,
        active,
        active and jobs.stop_requested(folder),
        latest.get("done", 0),
        latest.get("total", 0),
        error,
        copies,
        counted,
        data_hash,
        unknown,
    )


def main(folder: Path) -> None:
    """Do the test that `folder` asks for, and leave its result there."""

    def work() -> None:
        write_atomically(folder / _RESULT, json.dumps(_try(folder), ensure_ascii=False))

    jobs.do(folder, work)


def _try(folder: Path) -> dict[str, Any]:
    run = _run_in(folder.parents[1])
    store = Store.open(json.loads((folder / _REQUEST).read_text(encoding="utf-8"))["data"])
    labels = store.labels()
    learned_from, copied = _learned(run, data_of(run))
    if store.hash == run.data_hash:
        rows = run.test_predictions()["row"].to_numpy()
    else:
        rows = np.arange(len(labels))
    predictor = Predictor.load(run.folder)
    true = named_by(labels, run.settings.classes).to_numpy(str)
    known = np.isin(true[rows], predictor.labels)
    if run.per_script:  # of a script without any image it knows the name alone
        known &= labels["script"].isin(run.per_script).to_numpy()[rows]
    unknown, rows = int((~known).sum()), rows[known]
    if not len(rows):
        raise StoreError("it holds nothing that the run tells apart; choose another")
    fresh = rows[~labels["digest"].isin(copied or ()).to_numpy()[rows]]
    if not len(fresh):
        raise StoreError("the run learned from all of its images; choose another")

    predicted = []
    for images in prepared(store, predictor, fresh):
        if jobs.stop_requested(folder):
            raise Cancelled("it was stopped")
        best = predictor.answers(images).probabilities.argmax(axis=1)
        predicted += [predictor.labels[place] for place in best]
        jobs.append(folder, {"done": len(predicted), "total": len(fresh)})
    chosen = labels.iloc[fresh]
    answers = pd.DataFrame(
        {"script": chosen["script"].to_numpy(), "label": true[fresh], "predicted": predicted}
    )
    counted = tally(answers, chosen["collection"], learned_from)
    return {
        "copies": None if copied is None else len(rows) - len(fresh),
        "counted": counted.to_dict("list"),
        "hash": store.hash,
        "unknown": unknown,
    }


def _run_in(folder: Path) -> Run:
    return find_run(Workspace.of(folder), folder.name)


def _learned(run: Run, store: Store | None) -> tuple[Sequence[tuple[str, str]], set[str] | None]:
    """Return (script, collection) and the digests of the images that a run learned from.

    `store` is its data set; where that is gone, there are no images but None.
    """
    if store is not None:
        labels = store.labels()
        train, _ = split(labels, run.settings.split, run.settings.seed)
        learned = labels.iloc[train]
        return collections_of(learned), set(learned["digest"])
    if run.trained_on is None:
        raise RunError(
            f"run {run.id} can't say which collections it learned from, and its data set is not "
            "here any more: train it again"
        )
    return run.trained_on, None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
