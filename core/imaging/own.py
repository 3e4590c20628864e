"""The pipelines one can choose from: the presets, and one's own, kept in the workspace by name.

One's own is a file `pipelines/NAME.json` in the workspace, as `Pipeline.to_json` describes it.
"""

from __future__ import annotations

import json

from filelock import FileLock

from core.errors import DAMAGED, PipelineError
from core.imaging.check import check
from core.imaging.pipeline import PRESETS, Pipeline, preset
from core.names import is_name, rule, same
from core.workspace import Workspace, workspace, write_atomically

LONGEST = 40
"""Characters of a pipeline's name."""
_SAVING = ".saving"


def own_pipelines(ws: Workspace | None = None) -> tuple[str, ...]:
    """Return the names of the pipelines saved in a workspace, in the order of the alphabet."""
    folder = (ws or workspace()).pipelines
    return tuple(sorted((each.stem for each in folder.glob("[!.]*.json")), key=str.casefold))


def pipelines(ws: Workspace | None = None) -> tuple[str, ...]:
    """Return the names of all pipelines there are: the presets, then one's own."""
    return PRESETS + own_pipelines(ws)


def find_pipeline(name: str, ws: Workspace | None = None) -> Pipeline:
    """Return the preset, or one's own pipeline, called `name`.

    Args:
        ws: where one's own are kept; this installation's workspace by default.

    Raises:
        PipelineError: there is none, or its file can't be read; the message lists those there are.
    """
    if name in PRESETS:
        return preset(name)
    ws = ws or workspace()
    if name not in own_pipelines(ws):
        raise PipelineError(f"no pipeline called {name!r}; there are {', '.join(pipelines(ws))}")
    path = ws.pipelines / f"{name}.json"
    try:
        found = Pipeline.from_json(json.loads(path.read_text(encoding="utf-8")))
        check(found)
    except (OSError, PipelineError, *DAMAGED) as error:
        raise PipelineError(f"{path}: {error}; mend or delete it") from error
    return Pipeline(name, found.steps)


def save_pipeline(
    pipeline: Pipeline, ws: Workspace | None = None, *, replace: bool = False
) -> None:
    """Keep `pipeline` under its name among one's own.

    Args:
        replace: take the place of one of the same name.

    Raises:
        PipelineError: the name can't be used or is taken, or no data set could be made with it.
        StorageFull: the disk is full.
    """
    ws = ws or workspace()
    name = pipeline.name
    if not is_name(name, LONGEST):
        raise PipelineError(f"{name!r}: a pipeline's name is {rule(LONGEST)}")
    check(pipeline)
    text = json.dumps(pipeline.to_json(), ensure_ascii=False, indent=1)
    with FileLock(ws.pipelines / _SAVING):  # two visitors may choose one name at once
        other = {same(each): each for each in pipelines(ws)}.get(same(name))
        if other in PRESETS:
            raise PipelineError(
                f"{other!r} comes with Scriptorium and stays as it is: choose another name"
            )
        if other and not (replace and other == name):
            raise PipelineError(
                f"there is a pipeline called {other!r} already: choose another name, or replace it"
            )
        write_atomically(ws.pipelines / f"{name}.json", text)


def delete_pipeline(name: str, ws: Workspace | None = None) -> None:
    """Remove one's own pipeline `name`; data sets and models made with it keep their copy.

    Raises:
        PipelineError: none of one's own goes by that name.
    """
    ws = ws or workspace()
    if name not in own_pipelines(ws):
        raise PipelineError(f"none of your own pipelines is called {name!r}")
    (ws.pipelines / f"{name}.json").unlink(missing_ok=True)
