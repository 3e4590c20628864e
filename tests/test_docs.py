"""The docs are a contract, too: nothing undocumented, nothing dead, nothing that does not exist."""

import contextlib
import importlib
import json
import re
import shlex
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import numpy as np
import pytest

from core import cli
from core.data.build import NOTEBOOK_COUNTS
from core.evaluation.figures import of_collections
from core.evaluation.notebook import reversed_label_ceiling
from core.evaluation.unseen import named
from core.imaging import STEPS, Step
from core.models.export import BUNDLED, FACTS, SHIPPED, read_facts
from core.models.family import Family
from core.models.zoo import FAMILIES
from core.scripts import NAMES
from core.training.settings import FIELDS
from core.ui.page import MENU

CHECKOUT = Path(__file__).resolve().parents[1]
DOCS = CHECKOUT / "docs"
TEXTS = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]

HELP = ("-h", "--help")


@cache
def reference() -> ModuleType:
    """Import scripts/write_reference.py."""
    sys.path.insert(0, str(CHECKOUT / "scripts"))
    try:
        return importlib.import_module("write_reference")
    finally:
        sys.path.pop(0)


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def headings(path: Path) -> list[str]:
    plain = re.sub(r"^```.*?^```$", "", read(path), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ (.+)$", plain, re.MULTILINE)


def commands_in(text: str) -> list[str]:
    """Every `python -m core ...` that people could type, without comments."""
    block = re.findall(r"^ +(?:\S*/)?python -m core (.+?)(?: {2,}#.*)?$", text, re.MULTILINE)
    inline = re.findall(r"`python -m core ([^`]+)`", text)
    said = (each.strip().removesuffix("...") for each in (*block, *inline))
    return [each for each in said if each]


def anchors(path: Path) -> set[str]:
    """What GitHub calls the headings of a page in addresses."""
    kept = (re.sub(r"[^\w\- ]", "", each.replace("`", "").lower()) for each in headings(path))
    return {each.strip().replace(" ", "-") for each in kept}


@pytest.mark.parametrize("path", ["command-line.md", "settings.md", "images/reversed-labels.svg"])
def test_what_is_written_from_the_code_is_up_to_date(path: str) -> None:
    assert read(DOCS / path) == reference().pages()[f"docs/{path}"], (
        "run .venv/bin/python scripts/write_reference.py"
    )


@pytest.mark.parametrize("title", [each.title for each in MENU])
def test_every_page_of_the_menu_has_its_place_in_the_tour(title: str) -> None:
    assert title in headings(DOCS / "tour.md")


def test_every_command_and_every_option_is_listed_with_a_sentence() -> None:
    page = read(DOCS / "command-line.md")
    listed = headings(DOCS / "command-line.md")
    for name, parser in reference().commands():
        assert name in listed
        for action in parser._actions:
            assert action.help, f"{name}: {action.dest} says nothing of itself"
            assert all(f"`{each}" in page for each in action.option_strings if each not in HELP)


def test_settings_models_and_steps_are_listed() -> None:
    page = read(DOCS / "settings.md")
    for each in FIELDS.values():
        assert f"| {each.metadata['label']} |" in page
        assert each.metadata["help"] in page
    for family in FAMILIES.values():
        assert f"| `{family.name}` | {family.title}." in page
    listed = [each.partition(" (")[0] for each in headings(DOCS / "settings.md")]
    assert set(STEPS) <= set(listed)


@pytest.mark.parametrize("path", TEXTS, ids=lambda each: each.name)
def test_links_and_pictures_lead_somewhere(path: Path) -> None:
    text = read(path)
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|srcset)="([^"]+)"', text)
    for link in found:
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), f"{path.name} links to {link}, which is not there"
        if anchor:
            assert anchor in anchors(target), f"{path.name} links to {link}: no such heading"


def test_every_picture_is_shown_somewhere() -> None:
    said = "".join(map(read, TEXTS))
    pictures = [each.name for each in (DOCS / "images").iterdir()]

    assert [each for each in pictures if each not in said] == []
    assert sum((DOCS / "images" / each).stat().st_size for each in pictures) < 3_000_000


def test_figures_of_the_shipped_model_are_todays() -> None:
    facts = json.loads((SHIPPED / FACTS).read_text(encoding="utf-8"))
    in_domain, unseen = facts["in_domain"]["mean"], facts["unseen"]
    lines = read(CHECKOUT / "README.md").splitlines()
    row = next(each for each in lines if each.startswith("| the shipped model |"))
    assert [each.strip(" *%") for each in row.split("|")[2:-1]] == [
        f"{in_domain:.1%}".rstrip("%"),
        f"{unseen['mean']:.1%}".rstrip("%"),
        *(f"{unseen[name]:.0%}".rstrip("%") for name in NAMES),
    ]
    other = read_facts(BUNDLED["notebook"])
    row = next(each for each in lines if each.startswith("| the notebook's CNN, right labels |"))
    assert [each.strip(" *%") for each in row.split("|")[2:-1]] == [
        *(f"{other[kind]['mean']:.1%}".rstrip("%") for kind in ("in_domain", "unseen")),
        *(f"{other['unseen'][name]:.0%}".rstrip("%") for name in NAMES),
    ]
    assert f"{facts['recipe']['number']} recipes were looked at" in read(CHECKOUT / "README.md")
    last = f"| the whole recipe | {in_domain:.1%} | **{unseen['mean']:.1%}** |"
    assert last in read(DOCS / "notebook.md")
    collections = facts["unseen_collections"]
    accuracy = {named(name, collections): each["accuracy"] for name, each in collections.items()}
    assert read(DOCS / "images" / "unseen.svg") == of_collections(
        accuracy, unseen["mean"], in_domain
    )


def test_the_figure_of_the_parts_shows_its_table() -> None:
    rows = re.findall(
        r"(?m)^\| ([^|]+) \| ([\d.]+%) \| \*\*([\d.]+%)\*\* \|$", read(DOCS / "notebook.md")
    )
    table = [each for part, *shares in rows for each in (part.removeprefix("+ "), *shares)]
    assert len(rows) > 5

    figure = re.findall(r"<text [^>]+>([^<]+)<", read(DOCS / "images" / "ablation.svg"))
    start = figure.index(table[0])
    assert figure[start : start + len(table)] == table


def test_the_figure_of_what_is_given_away_shows_what_the_text_says() -> None:
    [said] = re.findall(
        r"!\[What is told without the shape: ([^\]]+)\]", read(DOCS / "notebook.md")
    )
    figure = re.findall(r"<text [^>]+>([^<]+)<", read(DOCS / "images" / "giveaways.svg"))
    shares = dict(zip(figure[1::2], figure[2::2], strict=False))
    for share, name in re.findall(r"([\d.]+%) (?:after )?([^,]+)", said):
        assert shares[name[0].upper() + name[1:]] == share


def test_commands_are_found_in_the_texts() -> None:
    assert sum(len(commands_in(read(path))) for path in TEXTS) > 20


@pytest.mark.parametrize("path", TEXTS, ids=lambda each: each.name)
def test_commands_that_are_named_exist(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in commands_in(read(path)):
        with contextlib.suppress(SystemExit):  # --help ends so, and what is wrong
            cli.parser().parse_args(shlex.split(command))
        assert capsys.readouterr().err == "", f"python -m core {command}"


@pytest.mark.parametrize("path", TEXTS, ids=lambda each: each.name)
def test_files_and_scripts_that_are_named_exist(path: Path) -> None:
    named = re.findall(r"(?<![\w./])((?:core|pages|tests|scripts)/[\w./-]*\w)", read(path))

    missing = [each for each in named if not (CHECKOUT / each).exists() and "NAME" not in each]

    assert missing == []


def test_the_examples_of_the_page_on_extending_work() -> None:
    step, model = re.findall(r"^```python\n(.*?)^```$", read(DOCS / "extending.md"), re.M | re.S)
    # a dataclass looks its module up: this one stands in for it
    names: dict[str, object] = {"__name__": __name__}
    exec(step, names)
    exec(model, names)
    image = np.zeros((20, 20), np.uint8)
    image[3, 3] = 255

    smooth, family = names["Smooth"], names["FAMILY"]

    assert isinstance(smooth, type)
    assert issubclass(smooth, Step)
    assert not smooth()(image).any()
    assert isinstance(family, Family)
    assert family.parameters == (28 * 28 + 1) * 6


def test_the_ceiling_is_the_one_that_the_code_works_out() -> None:
    text = read(DOCS / "notebook.md")
    ceiling = reversed_label_ceiling(list(NOTEBOOK_COUNTS.values()))

    assert f"{ceiling * sum(NOTEBOOK_COUNTS.values()):,.0f}, or {ceiling:.2%}" in text
