"""What each part of the recipe buys, in small."""

import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

from core.data.build import NOTEBOOK_COUNTS, find_items
from core.data.sketchbook import families
from core.data.store import Store
from core.evaluation.figures import of_parts
from core.scripts import NAMES
from core.training import ablation
from core.training.ablation import FULL, PARTS, _read, ablate, reversed_labels, to_markdown

ROWS = [
    {"part": "the notebook", "accuracy": 0.86, "unseen": 0.2},
    {"part": "labels <in order>", "accuracy": 0.98, "unseen": 0.3},
    {"part": FULL, "accuracy": 0.97, "unseen": 0.7},
]


def test_each_part_adds_one_thing_to_the_one_before() -> None:
    def facts(part):
        return (
            part.pipeline,
            part.reverse,
            part.sketched,
            dict(part.settings).get("augment"),
            dict(part.settings).get("model"),
            bool(dict(part.settings).get("character_weight")),
        )

    for before, after in pairwise(PARTS):
        changed = [a != b for a, b in zip(facts(before), facts(after), strict=True)]
        assert sum(changed) == 1, after.title


def test_labels_are_reversed_script_by_script(kaggle_folder: Path) -> None:
    items = find_items([str(kaggle_folder)]).items
    order = list(NOTEBOOK_COUNTS)

    turned = reversed_labels(items)

    scripts = [each.script for each in turned]
    assert scripts == sorted(scripts, key=order[::-1].index)
    files = {each.file.path: each.script for each in items}
    assert [files[each.file.path] for each in turned] == scripts[::-1]


def test_families_that_are_held_out_are_not_learned_from(
    kaggle_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ablation, "_SKETCHED", 40)
    part = next(each for each in PARTS if each.sketched)

    ablation._build(part, [str(kaggle_folder)], tmp_path / "data.parquet")

    drawn = {each.name for name in NAMES for each in families(name)}
    labels = Store.open(tmp_path / "data.parquet").labels()
    sketched = labels[labels["collection"].isin(drawn)]
    assert len(sketched) > 100
    assert set(sketched["fold"]) == {"train"}


def test_a_table_and_a_figure_name_every_row() -> None:
    table = to_markdown(ROWS)
    assert "| the notebook | 86.0% | **20.0%** |" in table
    assert "| + labels <in order> |" in table
    assert f"| {FULL} |" in table

    texts = [
        each.text for each in ET.fromstring(of_parts(ROWS)).iter() if each.tag.endswith("text")
    ]
    assert {"the notebook", "labels <in order>", FULL, "86.0%", "20.0%", "chance"} <= set(texts)


@pytest.mark.parametrize("kept", ["[]", "{", '{"asked": {}, "rows": []}', '"rows"'])
def test_results_that_are_none_are_nothing_kept(kept: str, tmp_path: Path) -> None:
    (tmp_path / "ablation.json").write_text(kept)
    assert _read(tmp_path / "ablation.json", {}) == {}


@pytest.mark.slow
def test_a_part_is_trained_once_and_kept(
    tmp_path: Path, kaggle_folder: Path, encode_image, draw_glyph
) -> None:
    unseen, out, said = tmp_path / "unseen", tmp_path / "out", []
    for script in NAMES:
        place = unseen / f"{script}-drawn"
        place.mkdir(parents=True)
        (place / "1.png").write_bytes(encode_image(draw_glyph(script)))

    for _ in range(2):
        rows = ablate(
            [str(kaggle_folder)], unseen, out, images=100, parts=PARTS[:1], say=said.append
        )

    assert [each["part"] for each in rows] == [PARTS[0].title, FULL]
    assert set(rows[0]["per_script"]) == set(NAMES)
    assert len(list((out / "runs").glob("*/settings.json"))) == 1
    [data] = (out / "store").glob("notebook-reversed-*.parquet")
    assert Store.open(data).pipeline.name == "notebook"
    assert (out / "ablation.svg").read_text().startswith("<svg")
    assert said[:2] == said[2:]
    assert said[0].startswith(f"{PARTS[0].title}: ")
