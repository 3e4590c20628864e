"""Which module may import which: the arrows of the code run one way."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
UI = CHECKOUT / "core" / "ui"
HEAVY = {"tensorflow", "keras"}

# What each part may import of core; a part not named here may import any, but for `ui`.
FOUNDATION = {"errors", "names", "scripts", "text", "workspace", "jobs"}
ALLOWED = {
    "errors": set(),
    "names": set(),
    "text": set(),
    "scripts": {"errors"},
    "workspace": {"errors"},
    "jobs": {"errors", "workspace"},
    "imaging": FOUNDATION,
    "data": FOUNDATION | {"imaging"},
    "models": FOUNDATION | {"imaging"},
    "inference": FOUNDATION | {"imaging", "models"},
    "api": FOUNDATION | {"imaging", "models", "data", "inference"},
    "evaluation": FOUNDATION | {"imaging", "models", "data", "inference", "server"},
    "training": FOUNDATION | {"imaging", "models", "data", "inference", "evaluation"},
}

# The canvas registers itself as it is imported, which Streamlit allows only while it runs a script.
IMPORT_AS_A_PAGE_DOES = """
import json, sys
from streamlit.testing.v1 import AppTest

script = f"import importlib\\nfor name in {sys.argv[1]}: importlib.import_module(name)"
app = AppTest.from_string(script).run(timeout=60)
errors = [error.message for error in app.exception]
print(json.dumps({"errors": errors, "loaded": sorted(sys.modules)}))
"""


def _module_name(file: Path) -> str:
    parts = file.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


CORE = {_module_name(file): file for file in sorted((CHECKOUT / "core").rglob("*.py"))}
PAGES = {
    _module_name(file): file
    for file in [CHECKOUT / "app.py", *sorted((CHECKOUT / "pages").glob("*.py"))]
    if file.exists()
}


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _statements(node: ast.AST, *, lazy: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """The import statements below `node`; without `lazy`, those run when the module is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif lazy or not (
            isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) or _is_type_checking(child)
        ):
            yield from _statements(child, lazy=lazy)


def imports(name: str, file: Path, *, lazy: bool) -> set[str]:
    """Every module that `file` imports, by its full name; a name in a module is its module."""
    package = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for statement in _statements(ast.parse(file.read_text("utf-8")), lazy=lazy):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
            continue
        base = package[: len(package) - statement.level + 1] if statement.level else []
        module = ".".join([*base, *([statement.module] if statement.module else [])])
        for alias in statement.names:
            inner = f"{module}.{alias.name}"
            found.add(inner if inner in CORE else module)
    return found


def _part(module: str) -> str | None:
    """`data` for core.data.store; None for core itself and for what is not ours."""
    first, _, rest = module.partition(".")
    return rest.split(".")[0] or None if first == "core" else None


def test_the_rules_below_look_at_something():
    assert {"core.errors", "core.scripts", "core.workspace"} <= set(CORE)
    assert "app" in PAGES


def test_imports_are_read_from_the_source(tmp_path):
    file = tmp_path / "x.py"
    file.write_text(
        "import os.path\n"
        "from . import errors\n"
        "from .scripts import NAMES\n"
        "from core import workspace\n"
        "if TYPE_CHECKING:\n    import typed\n"
        "def f():\n    import late\n"
    )

    at_import = imports("core.x", file, lazy=False)

    assert at_import == {"os.path", "core.errors", "core.scripts", "core.workspace"}
    assert imports("core.x", file, lazy=True) == at_import | {"typed", "late"}


def test_core_modules_import_each_other_in_no_circle():
    graph = {}
    for name, file in CORE.items():
        used = {other for other in imports(name, file, lazy=False) if other in CORE}
        # Importing a.b runs a first, unless we are below a ourselves.
        packages = {other.rpartition(".")[0] for other in used}
        graph[name] = used | {other for other in packages if not name.startswith(f"{other}.")}
        graph[name] -= {name, ""}

    # A circle raises CycleError, whose message names it.
    order = list(TopologicalSorter(graph).static_order())

    assert set(order) == set(CORE)


def test_parts_of_core_use_each_other_in_no_circle():
    graph: dict[str, set[str]] = {}
    for name, file in CORE.items():
        if part := _part(name):
            used = {_part(other) for other in imports(name, file, lazy=True)}
            graph.setdefault(part, set()).update(other for other in used - {part} if other)

    list(TopologicalSorter(graph).static_order())


def test_parts_of_core_use_only_what_lies_below_them():
    wrong = [
        f"{name} imports {other}"
        for name, file in CORE.items()
        for other in sorted(imports(name, file, lazy=True))
        if (part := _part(name)) in ALLOWED
        and (used := _part(other))
        and used not in ALLOWED[part] | {part}
    ]

    assert wrong == []


def test_only_pages_and_app_import_the_interface():
    wrong = [
        f"{name} imports {other}"
        for name, file in CORE.items()
        for other in sorted(imports(name, file, lazy=True))
        if _part(other) == "ui" and _part(name) != "ui"
    ]

    assert wrong == []


def test_no_room_of_a_page_uses_another_pages():
    """What two pages need stands in core.ui itself, which uses no page's room."""
    rooms = {page.partition("_")[2] for page in PAGES} & {path.name for path in UI.iterdir()}

    def room(module: str) -> str:
        parts = module.split(".")
        return parts[2] if module.startswith("core.ui.") and parts[2] in rooms else ""

    wrong = [
        f"{name} imports {other}"
        for name, file in CORE.items()
        for other in sorted(imports(name, file, lazy=True))
        if room(other) not in ("", room(name))
    ]

    assert len(rooms) == len(PAGES) - 1  # Home's is one module
    assert wrong == []


def test_tensorflow_is_imported_late_where_predictions_are_made():
    wrong = [
        f"{name} imports {other}"
        for name, file in (CORE | PAGES).items()
        for other in sorted(imports(name, file, lazy=False))
        if _part(name) not in {"models", "training"} and other.split(".")[0] in HEAVY
    ]

    assert wrong == []


def test_what_pages_import_leaves_tensorflow_out_of_the_process():
    wanted = {name for name in CORE if _part(name) == "ui"}
    for name, file in PAGES.items():
        wanted |= {other for other in imports(name, file, lazy=True) if other in CORE}
    finished = subprocess.run(
        [sys.executable, "-c", IMPORT_AS_A_PAGE_DOES, json.dumps(sorted(wanted))],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr
    *tracebacks, last = finished.stdout.splitlines()
    report = json.loads(last)
    loaded = set(report["loaded"])
    assert report["errors"] == [], "\n".join(tracebacks)
    assert wanted <= loaded
    assert loaded & HEAVY == set()


def test_home_is_there_before_what_reads_data_is_loaded():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, core.ui.home; print(*sys.modules)"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert "core.ui.home" in loaded
    assert {"pandas", "pyarrow", "cv2"}.isdisjoint(loaded)


def test_every_page_begins_with_the_helper_that_makes_deep_links_work() -> None:
    """Title, menu and theme: what it does not do, a page opened by its own address goes without."""
    for file in (CHECKOUT / "app.py", *(CHECKOUT / "pages").glob("*.py")):
        statements = ast.parse(file.read_text(encoding="utf-8")).body[1:]  # after the docstring
        first = next(each for each in statements if isinstance(each, ast.Expr | ast.If | ast.With))
        assert ast.unparse(first).startswith("begin_page("), file.name
