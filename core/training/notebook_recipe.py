"""The notebook's own best model, made as the notebook meant to: to be asked beside ours.

It is the one that everybody would have shipped, right on nearly all of its test images. Asked
about anybody else's handwriting it shows what that is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.data.build import build
from core.data.store import Store
from core.evaluation.metrics import mean_over_scripts, per_script_accuracy
from core.models.export import NOTEBOOK, read_facts
from core.training.made import Made, count_sources, identity, need_all_scripts, put_in_place
from core.training.runs import Run, trained
from core.training.settings import Settings
from core.workspace import Workspace


def make_notebook(
    paths: Sequence[str],
    ws: Workspace,
    progress: Callable[[int, int], None] | None = None,
    on_run: Callable[[Run], None] | None = None,
    *,
    epochs: int | None = None,
    to: Path = NOTEBOOK,
) -> dict[str, Any]:
    """Build the notebook's data, train its CNN, and put it where `notebook` is looked for.

    Args:
        paths: the Kaggle sets, as `data build --from` takes them.
        ws: where the data set and the run are kept.
        epochs: of the training; the notebook's where None.
        to: the folder the model is put in.

    Returns:
        As `make_shipped`; the accuracy is on the notebook's split, a random fifth.

    Raises:
        ScriptoriumError: the sets can't be read, or the run fails.
    """
    made = Made(ws, {"paths": list(paths), "files": identity(paths)}, "notebook")
    data = made.file("notebook", lambda out: _build(paths, out, progress))
    settings = Settings(data, "cnn", epochs=epochs, notes="the notebook's model")
    run = trained(ws, settings, on_run)
    answers = run.test_predictions()
    per_script = per_script_accuracy(answers["script"], answers["predicted"])
    sources = count_sources(Store.open(data))
    facts = read_facts(run.folder) | {
        "in_domain": {**per_script, "mean": mean_over_scripts(per_script)},
        "recipe": {
            "name": "notebook",
            "images": sum(sources.values()),
            "sources": sources,
            "epochs": run.settings.total_epochs,
        },
    }
    return put_in_place(run, run.folder, facts, to)


def _build(paths: Sequence[str], out: Path, progress: Callable[[int, int], None] | None) -> None:
    report = build(paths, out, pipeline="notebook", like_notebook=True, progress=progress)
    need_all_scripts(report.per_script, paths)
