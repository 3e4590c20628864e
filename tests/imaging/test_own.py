"""Pipelines by name: the presets, and one's own in the workspace."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import PipelineError
from core.imaging import PRESETS, Pipeline, find_pipeline, pipelines, preset
from core.imaging.own import delete_pipeline, own_pipelines, save_pipeline
from core.imaging.steps import (
    Crop,
    Fit,
    Flatten,
    Grey,
    Invert,
    Polarity,
    Redraw,
    Resize,
    Thin,
)
from core.workspace import Workspace

MINE = Pipeline("Mine 2", (Grey(), Polarity(), Fit(size=50, margin=3)))


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def test_a_saved_pipeline_is_found_by_its_name_and_listed_after_the_presets(ws: Workspace) -> None:
    save_pipeline(MINE, ws)

    assert find_pipeline("Mine 2", ws) == MINE
    assert pipelines(ws) == (*PRESETS, "Mine 2")
    assert find_pipeline("notebook", ws) == preset("notebook")


def test_one_looks_in_this_installations_workspace_unless_told(workspace_dir: Path) -> None:
    save_pipeline(MINE)

    assert (workspace_dir / "pipelines" / "Mine 2.json").is_file()
    assert find_pipeline("Mine 2") == MINE
    delete_pipeline("Mine 2")
    assert own_pipelines() == ()


def test_an_unknown_name_is_answered_with_those_there_are(ws: Workspace) -> None:
    save_pipeline(MINE, ws)
    with pytest.raises(PipelineError, match=r"no pipeline called 'x'; .*notebook, Mine 2"):
        find_pipeline("x", ws)
    with pytest.raises(PipelineError, match=r"no pipeline called '\.\./store/x'"):
        find_pipeline("../store/x", ws)


@pytest.mark.parametrize("name", ["", " ", "a/b", "../a", ".a", "a.", "a ", "-a", "a\n", "a" * 41])
def test_a_name_that_makes_no_good_file_name_is_refused(name: str, ws: Workspace) -> None:
    with pytest.raises(PipelineError, match="at most 40 letters"):
        save_pipeline(Pipeline(name, MINE.steps), ws)
    assert own_pipelines(ws) == ()


@pytest.mark.parametrize("name", ["canonical", "Notebook"])
def test_a_preset_stays_as_it_is(name: str, ws: Workspace) -> None:
    with pytest.raises(PipelineError, match="stays as it is"):
        save_pipeline(Pipeline(name, MINE.steps), ws, replace=True)


def test_nothing_is_replaced_unless_asked_for(ws: Workspace) -> None:
    save_pipeline(MINE, ws)
    other = Pipeline("Mine 2", (Grey(), Resize(20)))

    with pytest.raises(PipelineError, match="'Mine 2' already"):
        save_pipeline(other, ws)
    with pytest.raises(PipelineError, match="'Mine 2' already"):  # one file on many disks
        save_pipeline(Pipeline("mine 2", other.steps), ws, replace=True)
    assert find_pipeline("Mine 2", ws) == MINE
    save_pipeline(other, ws, replace=True)
    assert find_pipeline("Mine 2", ws) == other


def test_of_two_who_choose_one_name_at_once_one_is_told(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(found: Workspace) -> tuple[str, ...]:
        names = pipelines(found)
        time.sleep(0.1)
        return names

    def save(size: int) -> str:
        try:
            save_pipeline(Pipeline("Mine 2", (Grey(), Resize(size))), ws)
        except PipelineError as error:
            return str(error)
        return ""

    monkeypatch.setattr("core.imaging.own.pipelines", slowly)
    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(save, (20, 30)))

    assert said[0] == ""
    assert "'Mine 2' already" in said[1]


def test_deleting_takes_ones_own_and_no_other(ws: Workspace) -> None:
    save_pipeline(MINE, ws)
    delete_pipeline("Mine 2", ws)
    assert pipelines(ws) == PRESETS
    for name in ("Mine 2", "canonical"):
        with pytest.raises(PipelineError, match="none of your own"):
            delete_pipeline(name, ws)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"name": "x", "steps": [{"step": "Sharpen"}]}',
        "\xff",
        '{"name": "x", "steps": [{"step": "Resize", "size": 28}]}',  # colour is left
        '{"name": "x", "steps": [{"step": "Grey"}, {"step": "Resize", "size": 0}]}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_named(text: str, ws: Workspace) -> None:
    (ws.pipelines / "mine.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(PipelineError, match=r"mine\.json: .*mend or delete it"):
        find_pipeline("mine", ws)


def test_a_whole_number_written_by_hand_is_a_share(ws: Workspace) -> None:
    steps = [{"step": "Grey"}, {"step": "Crop", "speck": 0}, {"step": "Fit"}]
    (ws.pipelines / "mine.json").write_text(json.dumps({"name": "mine", "steps": steps}))
    speck = find_pipeline("mine", ws).steps[1].speck
    assert (speck, type(speck)) == (0, float)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((), "no step that sets the size"),
        ((Grey(), Polarity()), "no step that sets the size"),
        ((Grey(), Fit(), Crop()), "different sizes: Crop changes"),
        # which some images come out of whole
        ((Resize(12), Grey(), Redraw(128), Invert(), Crop()), "different sizes: Crop changes"),
        ((Grey(), Resize(300), Flatten()), "different sizes: Flatten changes"),  # a photograph's
        ((Resize(),), "colour is left"),
        ((Polarity(), Fit()), "Polarity can't work on a colour image: switch the step Grey on"),
        ((Crop(), Grey(), Fit()), "Crop can't work on a colour image"),
        ((Thin(), Grey(), Fit()), "Thin can't work on a colour image"),
    ],
)
def test_what_can_make_no_data_set_is_not_saved(steps: tuple, said: str, ws: Workspace) -> None:
    with pytest.raises(PipelineError, match=said) as caught:
        save_pipeline(Pipeline("mine", steps), ws)
    assert "\n" not in str(caught.value)
    assert own_pipelines(ws) == ()
