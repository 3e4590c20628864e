"""Training runs as others see them: start one, watch it, stop it, go on, read what came of it.

Nothing here imports TensorFlow: the work is done by core.training.worker, in a process of its own.
"""

from __future__ import annotations

import io
import json
import secrets
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock

from core import jobs
from core.data.store import Store
from core.errors import DAMAGED, RunBusy, RunError, RunNotFound, StoreError
from core.models.export import FACTS, KERAS, LITERT
from core.models.zoo import FAMILIES
from core.names import meant
from core.scripts import WITH_OTHER
from core.training import folder as files
from core.training.classes import none_to_tell_apart
from core.training.settings import FIELDS, Settings
from core.workspace import Workspace, write_atomically

_COLUMNS = ("kind", "step", "epoch", "minutes", "loss", "accuracy", "val_loss", "val_accuracy")
# No vowels, no look-alikes: an id is read out and typed.
_ID_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
_PACKED = (KERAS, LITERT, FACTS, files.SETTINGS, files.STATE, files.HISTORY, files.PREDICTIONS)


@dataclass(frozen=True)
class Run:
    """One training run, as it was at the moment of looking; `find_run` looks again.

    Attributes:
        id: its name; also that of its folder.
        folder: where its files are.
        settings: what was asked for.
        created: when, in UTC.
        per_script: images of each script in the data set it was started on.
        data_hash: content hash of the data set it was started on.
        state: starting, loading TensorFlow, looking at the images (where a body is frozen: and how
            many of them), training, exporting, evaluating; done, stopped, failed.
        message: why it failed, in one line; else empty.
        stopping: somebody asked it to stop, and it has not ended yet.
        epoch: the epoch it is in, from 1; 0 before the first batch.
        parameters: numbers in the model; None until it is built.
        accuracy: on the test split, 0 to 1, as the exported model answers; None until there is one.
        loss: categorical cross-entropy in nats, likewise; without label smoothing, which the
            losses of `history` contain.
        seconds_left: estimated for the training that is left; None while unknown.
        images_per_second: how fast it trains or trained; None while unknown.
        train_images: how many images it learns from; None until it has loaded them.
        test_images: how many it is tested on, likewise.
        image_shape: height and width in px of those images, likewise.
        trained_on: (script, collection) of the images it learns from; None until it has loaded
            them.
        baseline: accuracy on the test split, 0 to 1, of whoever always gives the answer that is
            right most often there; None until then, and of runs of earlier versions.
    """

    id: str
    folder: Path
    settings: Settings
    created: datetime
    data_hash: str
    per_script: dict[str, int]
    state: str
    message: str
    stopping: bool
    epoch: int
    parameters: int | None
    accuracy: float | None
    loss: float | None
    seconds_left: float | None
    images_per_second: float | None
    train_images: int | None
    test_images: int | None
    image_shape: tuple[int, int] | None
    trained_on: tuple[tuple[str, str], ...] | None
    baseline: float | None

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self.state not in files.ENDED

    @property
    def has_model(self) -> bool:
        """Whether there is a trained model in its folder."""
        return (self.folder / FACTS).exists()

    @property
    def was_tested(self) -> bool:
        """Whether there is what its model said about its test images."""
        return (self.folder / files.PREDICTIONS).exists()

    @property
    def tested_on(self) -> str:
        """What its accuracy was measured on, in words."""
        split = self.settings.split
        return str(FIELDS["split"].metadata["options"].get(split, split)).lower()

    @property
    def can_go_on(self) -> bool:
        """Whether it ended before its time and can be taken up again: see `resume_run`."""
        early = self.state in (files.STOPPED, files.FAILED)
        return early and (self.folder / files.CHECKPOINT).exists()

    def history(self) -> pd.DataFrame:
        """Return what was recorded so far, one row a record, in order.

        Columns: kind (batch or epoch), step (batches since the start), epoch (from 1), minutes
        (since the first batch), loss and accuracy (over the epoch so far, on the images trained
        on), val_loss and val_accuracy (on the test split; only where kind is epoch). Both losses
        contain the label smoothing that was asked for, other than `Run.loss`.
        """
        frame = pd.DataFrame(files.read_history(self.folder), columns=list(_COLUMNS))
        numbers = dict.fromkeys(_COLUMNS[3:], "float64")
        return frame.astype({"kind": "str", "step": "int64", "epoch": "int64", **numbers})

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines its process printed."""
        return jobs.log_tail(self.folder, lines)

    def test_predictions(self) -> pd.DataFrame:
        """Return what the model says about each image of the test split.

        Columns: row (in the data set), script (the true one), collection (not in runs of earlier
        versions), label (the true class, the script itself where it tells scripts apart),
        predicted (a class), and p_<class> for each of its labels, float32.

        Raises:
            RunError: the run has not got that far.
        """
        path = self.folder / files.PREDICTIONS
        if not path.exists():
            raise RunError(f"run {self.id} has no test predictions: it is {self.state}")
        answers = pd.read_parquet(path)
        # runs of earlier versions know scripts only
        return answers if "label" in answers else answers.assign(label=answers["script"])


def list_runs(workspace: Workspace) -> list[Run]:
    """Return all runs, the newest first, but for those that `find_run` says can't be read."""
    runs = []
    for path in workspace.runs.glob(f"*/{files.SETTINGS}"):
        with suppress(RunError):
            runs.append(_load(path.parent))
    return sorted(runs, key=lambda run: run.created, reverse=True)


def find_run(workspace: Workspace, run_id: str) -> Run:
    """Return the run called `run_id`, or the only one whose name begins so.

    Raises:
        RunNotFound: there is none, or more than one.
        RunError: its folder is damaged, or it is of a model that this version does not know.
    """
    names = sorted(path.parent.name for path in workspace.runs.glob(f"*/{files.SETTINGS}"))
    found = meant(run_id, names)
    if len(found) == 1:
        return _load(workspace.runs / found[0])
    if found:
        raise RunNotFound(f"{run_id!r} could be {', '.join(found)}: write more of it")
    raise RunNotFound(f"no run called {run_id!r}: `python -m core runs` lists those there are")


def start_run(workspace: Workspace, settings: Settings) -> Run:
    """Start training in a process of its own, and return as soon as it is alive.

    Raises:
        RunBusy: another run goes on in this workspace.
        RunError: a setting can't be, or there is one script only to tell apart.
        ModelError: the model can't learn from data prepared like this.
        StoreError: the data set can't be read.
        StorageFull: the disk is full.
    """
    settings.validate()
    # The request last: where it is, there is a run, and all that reading it takes.
    begin = {files.STATE: json.dumps({"state": files.STARTING}), files.SETTINGS: _request(settings)}
    with _room(workspace):
        folder = _new_folder(workspace, settings.model)
        try:
            _launch(folder, begin)
        except BaseException:
            shutil.rmtree(folder)
            raise
    return _load(folder)


def resume_run(workspace: Workspace, run: Run) -> Run:
    """Let a run that was stopped, killed or failed go on where it was, in a process of its own.

    It goes on from its last checkpoint, at most some minutes before its end, as it would have.

    Raises:
        RunBusy: another run goes on in this workspace, or this one, or it is being tested.
        RunError: there is nothing to go on from, or its data set is gone or another by now.
        StorageFull: the disk is full.
    """
    with _room(workspace):
        run = _load(run.folder)
        if not run.can_go_on:
            why = "it is done" if run.state == files.DONE else "it left no checkpoint"
            raise RunError(f"run {run.id} can't go on, {why}: start a new one")
        _refuse_if_tested(run)
        store = data_of(run)
        if store is None:
            raise RunError(
                f"run {run.id} can't go on: its data set, “{run.settings.data.stem}”, is gone, "
                "damaged or another by now; start a new run"
            )
        known = files.read_state(run.folder)
        known.pop("message", None)
        begin = {files.STATE: json.dumps({**known, "state": files.STARTING})}
        if store.path != run.settings.data:
            request = json.loads((run.folder / files.SETTINGS).read_text(encoding="utf-8"))
            request["settings"] = replace(run.settings, data=store.path).to_json()
            begin[files.SETTINGS] = json.dumps(request, indent=1)
        before = (run.folder / files.STATE).read_bytes()
        try:
            _launch(run.folder, begin)
        except BaseException:
            write_atomically(run.folder / files.STATE, before)  # and why it had ended
            raise
    return _load(run.folder)


def data_of(run: Run, opened: Callable[[Path], Store] = Store.open) -> Store | None:
    """Return the data set that a run was made on, wherever it is now; None where it is gone.

    What tells is its content: it may have been renamed, and another may go by its name.

    Args:
        opened: opens a data set; pages have theirs open already.
    """
    return data_with(run.data_hash, run.settings.data, Workspace.of(run.folder), opened)


def data_with(
    content: str, path: Path, workspace: Workspace, opened: Callable[[Path], Store]
) -> Store | None:
    """Return the data set of that content: the one at `path`, else the first in `workspace`."""
    for each in [path, *sorted(workspace.store.glob("*.parquet"))]:
        with suppress(StoreError, OSError, UnicodeError):  # pages take names in UTF-8 alone
            store = opened(each)
            if store.hash == content:
                return store
    return None


def runs_on(workspace: Workspace, content: str | None) -> list[Run]:
    """Return the runs made on what a data set holds, by its hash, whatever its name was then."""
    return [run for run in list_runs(workspace) if run.data_hash == content]


def is_of(run: Run, settings: Settings) -> bool:
    """Say whether a run was started with these settings, on what their data set holds now."""
    asked = settings.resolved()
    return run.settings == asked and run.data_hash == Store.open(asked.data).hash


def one_start(workspace: Workspace) -> FileLock:
    """Of two who start, test or delete a run at once the second looks when the first has done."""
    return FileLock(workspace.runs / ".starting")


@contextmanager
def at_rest(workspace: Workspace, content: str | None) -> Iterator[None]:
    """Make sure that no run learns from what a data set holds, and that none begins to meanwhile.

    Args:
        content: the data set's hash.

    Raises:
        RunBusy: one does.
    """
    with one_start(workspace):
        for run in runs_on(workspace, content):
            if run.active:
                raise RunBusy(f"run {run.id} is learning from it: wait for its end, or stop it")
        yield


@contextmanager
def _room(workspace: Workspace) -> Iterator[None]:
    """Make sure that no run goes on, and that none begins meanwhile."""
    with one_start(workspace):
        for run in list_runs(workspace):
            if run.active:
                raise RunBusy(
                    f"run {run.id} is going on, and there is room for one: wait for it, or stop it "
                    f"with `python -m core stop {run.id}`"
                )
        yield


def _launch(folder: Path, begin: dict[str, str]) -> None:
    command = [sys.executable, "-m", "core.training.worker", str(folder)]
    jobs.start(folder, command, files=begin)


def stop_run(run: Run) -> None:
    """Ask `run` to stop at the next batch and keep its weights; `wait` for it to do so.

    Nothing happens if it is over.
    """
    if run.active:
        jobs.request_stop(run.folder)


def delete_run(run: Run) -> None:
    """Remove a run and all its files for good.

    Raises:
        RunBusy: it goes on, or is being tested.
        RunNotFound: it is gone already.
    """
    with one_start(Workspace.of(run.folder)):
        if not (run.folder / files.SETTINGS).exists():
            raise RunNotFound(f"run {run.id} is gone already")
        if _load(run.folder).active:
            raise RunBusy(f"run {run.id} is going on: stop it before you delete it")
        _refuse_if_tested(run)
        # first what makes it a run, and a model: nobody who lists them shall find half of one
        (run.folder / files.SETTINGS).unlink()
        (run.folder / FACTS).unlink(missing_ok=True)
        shutil.rmtree(run.folder)


def _refuse_if_tested(run: Run) -> None:
    if any(jobs.is_alive(each) for each in (run.folder / files.ELSEWHERE).glob("*")):
        raise RunBusy(f"run {run.id} is being tested: wait for its end, or stop it")


def pack(run: Run) -> bytes:
    """Return a zip of a run's model, settings, history and answers, in a folder of its name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _PACKED:
            if (run.folder / name).exists():
                archive.write(run.folder / name, f"{run.id}/{name}")
    return packed.getvalue()


def wait(run: Run, on_progress: Callable[[Run], None] | None = None, *, every: float = 0.25) -> Run:
    """Return `run` as it is when it has ended.

    Args:
        run: the run to follow.
        on_progress: called with the run as it is, each time that something changed.
        every: seconds between two looks.
    """
    while True:
        now = _load(run.folder)
        if on_progress and now != run:
            on_progress(now)
        if not now.active:
            return now
        run = now
        time.sleep(every)


def wait_or_stop(run: Run, on_progress: Callable[[Run], None] | None = None) -> Run:
    """Wait as `wait` does; Ctrl-C stops the run too, which would go on by itself.

    Raises:
        KeyboardInterrupt: it was pressed; the run has ended and can be resumed.
    """
    try:
        return wait(run, on_progress)
    except KeyboardInterrupt:
        stop_run(run)
        wait(run)
        raise


def trained(
    workspace: Workspace, settings: Settings, on_progress: Callable[[Run], None] | None = None
) -> Run:
    """Return the run with these settings, on the data as they are now, when it has ended.

    One that was cut off goes on; where there is none, or none that can go on, one is started.

    Args:
        workspace: where it is looked for.
        settings: all of them.
        on_progress: as of `wait`.

    Raises:
        RunBusy: another run goes on in this workspace.
        RunError: it failed, or was stopped; also as `start_run`.
        KeyboardInterrupt: as `wait_or_stop`.
    """
    same = (each for each in list_runs(workspace) if is_of(each, settings))
    kept = (each for each in same if each.active or each.state == files.DONE or each.can_go_on)
    run = next(kept, None)
    if run is None:
        run = start_run(workspace, settings)
    elif run.can_go_on:
        run = resume_run(workspace, run)
    run = wait_or_stop(run, on_progress)
    if run.state != files.DONE:
        raise RunError(": ".join(filter(None, (f"run {run.id} {run.state}", run.message))))
    return run


def _request(settings: Settings) -> str:
    store = Store.open(settings.data)
    if none_to_tell_apart(store.per_script, settings.classes):
        raise RunError(
            f"all images of “{settings.data.stem}” are of one script: bring others, or learn its "
            "characters"
        )
    check = FAMILIES[settings.model].check
    if check:
        check(store.pipeline)
    request = {
        "settings": settings.resolved().to_json(),
        "created": datetime.now(UTC).isoformat(),
        "data": {"hash": store.hash, "images": len(store), "per_script": store.per_script},
    }
    return json.dumps(request, indent=1)  # in ASCII: not every path is UTF-8


def _new_folder(workspace: Workspace, model: str) -> Path:
    while True:
        name = f"{model}-{''.join(secrets.choice(_ID_LETTERS) for _ in range(4))}"
        folder = workspace.runs.absolute() / name
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder


def _load(folder: Path) -> Run:
    try:
        return _read(folder)
    except (OSError, *DAMAGED) as error:
        raise RunError(
            f"run {folder.name}: its folder is damaged ({type(error).__name__}: {error}); "
            f"delete {folder}"
        ) from error


def _read(folder: Path) -> Run:
    request = json.loads((folder / files.SETTINGS).read_text(encoding="utf-8"))
    settings = Settings.from_json(request["settings"])
    if settings.model not in FAMILIES:
        raise RunError(
            f"run {folder.name}: no model called {settings.model!r} in this version; use the one "
            f"it was trained with, or delete {folder}"
        )
    facts = _facts(folder)
    latest = jobs.last(folder, files.HISTORY) or {}
    active = facts["state"] not in files.ENDED
    return Run(
        id=folder.name,
        folder=folder,
        settings=settings,
        created=datetime.fromisoformat(request["created"]).astimezone(UTC),
        data_hash=request["data"]["hash"],
        per_script=request["data"].get("per_script", {}),
        state=facts["state"],
        message=facts.get("message", ""),
        stopping=active and jobs.stop_requested(folder),
        epoch=int(latest.get("epoch", 0)),
        parameters=facts.get("parameters"),
        # while it goes on, that of its last end says nothing
        accuracy=None if active else _number(facts, "accuracy"),
        loss=None if active else _number(facts, "loss"),
        seconds_left=_number(latest, "seconds_left") if active else None,
        images_per_second=_number(latest, "images_per_second"),
        train_images=facts.get("train_images"),
        test_images=facts.get("test_images"),
        image_shape=_tuple(facts.get("image_shape")),
        trained_on=_learned_from(facts.get("trained_on")),
        baseline=_number(facts, "baseline"),
    )


def _tuple(values: list[Any] | None) -> Any:
    return None if values is None else tuple(values)


def _learned_from(said: list[Any] | None) -> tuple[tuple[str, str], ...] | None:
    """Return (script, collection) of each; runs of earlier versions name the collection only."""
    if said is None:
        return None
    pairs = (
        [(each, name) for each in WITH_OTHER] if isinstance(name, str) else [tuple(name)]
        for name in said
    )
    return tuple(each for some in pairs for each in some)


def _number(said: Mapping[str, Any], name: str) -> float | None:
    return None if said.get(name) is None else float(said[name])


def _facts(folder: Path) -> dict[str, Any]:
    facts, active = jobs.look(folder, partial(files.read_state, folder), _has_ended)
    if active or _has_ended(facts):
        return facts
    return {**facts, "state": files.FAILED, "message": f"{jobs.DIED}: see the end of its log"}


def _has_ended(facts: Mapping[str, Any]) -> bool:
    return facts["state"] in files.ENDED
