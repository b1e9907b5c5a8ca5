"""Rules of the repository itself: the lock, the files and their sizes."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fairness.findings import document, results

ROOT = Path(__file__).parents[1]
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_MODEL_LINES = 80

FIELDS = {item.name for kind in (results.Finding, document.Finding) for item in fields(kind)} - {"data"}
NO_FINDING = {
    *("change", "first", "second", "settings", "side.settings", "snapshot.TITLES"),
    *("figures", "month", "rows.values", "shown", "tenured.values", "told"),
}
"""Plain data with such keys: what `diff` prints, settings, titles, columns of counts and of the share file."""

PIN = re.compile(r"([a-z0-9-]+)==(\S+)(?: ; .+?)?((?: --hash=sha256:[0-9a-f]{64})+)")
# Written with brackets, so that this file does not match itself.
HOME = re.compile(r"(?<![\w.])/(?:[h]ome|[U]sers)/\w|(?<![\w.])/[r]oot/|[A-Za-z]:\\[U]sers\\")
INDEX = re.compile(r"\bp[y]pi\b(?!-)|p[y]thonhosted|(?:extra-)?index-url\s*=|find-links\s*=", re.IGNORECASE)


def pins() -> dict[str, set[str]]:
    """Return the pinned versions by name; a name may carry one version per Python."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for line in re.sub(r" *\\\n +", " ", text).splitlines():
        pin = PIN.fullmatch(line)
        assert pin, f"not a pin with hashes: {line[:100]}"
        found.setdefault(pin[1], set()).add(pin[2])
    return found


def tracked_files() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: the tracked files are unknown")
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_module_beside_a_script_is_called_like_one_of_python() -> None:
    """Python looks for modules in the folder of the script that it runs first, and so does Streamlit."""
    sources = [path for path in tracked_files() if path.suffix == ".py"]
    runs = re.compile(r'^if __name__ == "__main__":|^from fairness\.dashboard\.main import main$', re.MULTILINE)
    scripts = [path for path in sources if runs.search(path.read_text(encoding="utf-8"))]
    assert {"app.py", "bench/book.py", "docs/screenshots.py"} <= {path.relative_to(ROOT).as_posix() for path in scripts}
    # Those of a package are run by its name; then only its own folder counts, where the package lies.
    folders = {path.parent for path in scripts if not (path.parent / "__init__.py").exists()}
    beside = [entry for folder in folders for entry in folder.iterdir() if entry.is_dir() or entry.suffix == ".py"]
    assert [str(entry.relative_to(ROOT)) for entry in beside if entry.stem in sys.stdlib_module_names] == []


def test_constraints_pin_everything_with_hashes_and_name_no_index() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for forbidden in ("http", "--index-url", "--extra-index-url", "--find-links", "file:"):
        assert forbidden not in text
    assert {"hatchling", "editables"} <= pins().keys()


def test_constraints_hold_every_dependency_in_its_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = project["build-system"]["requires"] + project["project"]["dependencies"]
    for extra in project["project"]["optional-dependencies"].values():
        names += extra
    pinned = pins()
    for requirement in map(Requirement, names):
        versions = pinned.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is missing from constraints.txt: run `make constraints`"
        assert all(version in requirement.specifier for version in versions), f"{requirement} against {versions}"


@pytest.mark.parametrize(("what", "pattern"), [("an absolute home path", HOME), ("a package index", INDEX)])
def test_no_tracked_file_names(what: str, pattern: re.Pattern[str]) -> None:
    offenders = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        offenders += [f"{path.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(text)]
    assert not offenders, f"{what}: {offenders}"


def test_nothing_that_ships_is_ignored_by_git() -> None:
    tracked = set(tracked_files())
    shipped = [path for folder in ("sql", "data") for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert [path for path in shipped if path not in tracked and path.name != ".DS_Store"] == []


@pytest.mark.parametrize(
    ("folder", "pattern", "limit"),
    [("fairness", "*.py", MAX_MODULE_LINES), ("sql/models", "*.sql", MAX_MODEL_LINES)],
)
def test_files_stay_small(folder: str, pattern: str, limit: int) -> None:
    sizes = {
        # The header of a model describes every column: as long as there are columns.
        str(path.relative_to(ROOT)): sum(
            not line.startswith("-- ") for line in path.read_text(encoding="utf-8").splitlines()
        )
        for path in (ROOT / folder).rglob(pattern)
    }
    assert {name: lines for name, lines in sizes.items() if lines > limit} == {}


def sources() -> dict[str, ast.Module]:
    """Return the modules of the package by path."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "fairness").rglob("*.py"))
    }


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function; its docstring is as long as there is to say."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    return lines - ((function.body[0].end_lineno or 0) - function.body[0].lineno + 1)


def test_functions_stay_small() -> None:
    long = {
        f"{name}: {node.name}"
        for name, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > MAX_FUNCTION_LINES
    }
    assert long == set()


def test_a_long_function_is_seen() -> None:
    """A docstring of any length is none of its lines."""
    (short,) = ast.parse('def short():\n    """One.\n\n    Two.\n    """\n    return 1').body
    assert isinstance(short, ast.FunctionDef)
    assert lines_of(short) == 2


def test_no_file_name_stands_twice() -> None:
    """A reader who looks for a file by its name finds one."""
    names = Counter(PurePosixPath(name).name for name in sources())
    assert {name for name, n in names.items() if n > 1} == {"__init__.py", "__main__.py"}


def test_the_root_of_the_package_holds_its_four_files() -> None:
    files = {path.name for path in (ROOT / "fairness").iterdir() if path.suffix in (".py", ".typed")}
    assert files == {"__init__.py", "__main__.py", "api.py", "errors.py", "py.typed"}


def imports_of(name: str, tree: ast.Module, modules: Collection[str]) -> set[str]:
    """Return the modules of the package that a module loads when it is loaded itself; those of functions wait."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{item.name}" for item in node.names} & set(modules)
            found |= whole or {str(node.module)}
    return found & set(modules) - {name}


def circle_in(edges: Mapping[str, set[str]]) -> list[str]:
    """Return one circle of imports, or nothing: modules that load nothing more are taken away until none is left."""
    left = dict(edges)
    while free := {name for name, loaded in left.items() if not loaded & left.keys()}:
        left = {name: loaded for name, loaded in left.items() if name not in free}
    return sorted(left)


def test_no_module_imports_itself_by_way_of_others() -> None:
    trees = {name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): t for name, t in sources().items()}
    edges = {name: imports_of(name, tree, trees.keys()) for name, tree in trees.items()}
    assert sum(map(len, edges.values())) > 500, "imports are no longer seen"
    assert circle_in(edges) == []


def test_a_circle_is_seen() -> None:
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def keys_read(tree: ast.Module) -> list[str]:
    """Return where a module takes a field of a finding by its key, from anything that may be a finding."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=value, slice=ast.Constant(value=str(key)), ctx=ast.Load()):
                pass
            case ast.Call(func=ast.Attribute(value=value, attr="get"), args=[ast.Constant(value=str(key)), *_]):
                pass
            case _:
                continue
        if key in FIELDS and ast.unparse(value) not in NO_FINDING:
            found.append(ast.unparse(node))
    return found


def test_a_finding_is_read_by_type() -> None:
    """A key is seen by no type checker."""
    rooms = re.compile(r"fairness/(api\.py|build|charts|cli|dashboard|disclosure|panels|report|runs|text)")
    read = {name: keys_read(tree) for name, tree in sources().items() if rooms.match(name)}
    assert {name: keys for name, keys in read.items() if keys} == {}


def test_a_key_is_seen() -> None:
    taken = "finding['estimate'], finding.get('verdict'), settings['comparator'], finding.estimate, finding['other']"
    assert keys_read(ast.parse(taken)) == ["finding['estimate']", "finding.get('verdict')"]


TAG = re.compile(r"</?[a-z!]|&#?[a-z0-9]+;")
PAGES = re.compile("fairness/(charts/static|dashboard|panels|report|text)/")
"""Rooms that make pages. Figures of plotly read a few tags of their own; their texts pass `figure_text`."""

AS_IS = {
    "fairness/dashboard/look.py: Html(page_script())",
    "fairness/dashboard/look.py: Html(sheet)",
    "fairness/dashboard/look.py: Html(variables)",
    "fairness/report/page_html.py: Html(style)",
    "fairness/report/pdf.py: Html(style)",
    "fairness/text/escape.py: Html(str(held).replace('\\r', '&#13;').replace('\\n', '&#10;'))",
}
"""Pieces of HTML that do not stand in the code: stylesheets, the script, and what has just been escaped."""


def unescaped(name: str, tree: ast.Module) -> list[str]:
    """Return where a module makes HTML in another way than of its own words by `Html`, which escapes the rest."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=parts):
                texts = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
                is_bad = any(map(TAG.search, texts)) and bool(PAGES.match(name))
            case ast.Call(func=ast.Name(id="Html" | "Markup"), args=[] | [ast.Constant()]):
                is_bad = False
            case ast.Call(func=ast.Name(id="Html" | "Markup")):
                is_bad = f"{name}: {ast.unparse(node)}" not in AS_IS
            case ast.Attribute(value=ast.Name(id="st"), attr="html"):
                is_bad = name != "fairness/dashboard/look.py"
            case ast.keyword(arg="unsafe_allow_html") | ast.ImportFrom(module="html"):
                is_bad = True
            case ast.Import(names=names):
                is_bad = any(item.name == "html" for item in names)
            case _:
                continue
        if is_bad:
            found.append(ast.unparse(node))
    return found


def test_html_is_escaped_by_construction() -> None:
    """What is put into a piece of HTML is escaped by its type; none is made by hand."""
    assert {name: found for name, tree in sources().items() if (found := unescaped(name, tree))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "f'<b>{name}</b>'",
        "Html(f'{name}')",
        "Html('<b>' + name)",
        "st.html(name)",
        "st.markdown(name, unsafe_allow_html=True)",
        "import html",
        "from html import escape",
    ],
)
def test_html_made_by_hand_is_seen(line: str) -> None:
    assert unescaped("fairness/panels/x.py", ast.parse(line))


def test_html_that_escapes_passes() -> None:
    line = "Html('<b>{}</b>').format(name), Html().join(pieces), f'{name} < 3', html.note(name)"
    assert unescaped("fairness/panels/x.py", ast.parse(line)) == []


@pytest.mark.xdist_group("together")
def test_tests_of_a_group_share_a_worker(request: pytest.FixtureRequest) -> None:
    """Split over workers, a group would build its study in each: nothing fails, everything takes longer."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("the tests run in one process")
    assert request.node.nodeid.endswith("@together")


def untested(models: Collection[Path], tests: str) -> list[str]:
    """Return the models that no test of single models names."""
    return [path.stem for path in models if path.stem not in tests]


def test_every_model_has_a_test_of_its_own() -> None:
    """Rows in, rows out: `tests/models` runs each model by itself or with the few before it."""
    models = sorted((ROOT / "sql" / "models").glob("*/*.sql"))
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "models").glob("*.py"))
    assert models
    assert untested(models, tests) == []


def test_an_untested_model_is_seen() -> None:
    assert untested([Path("10_int_one.sql"), Path("20_int_two.sql")], '"2_ledger/20_int_two"') == ["10_int_one"]
