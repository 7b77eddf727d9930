"""The generated pages are up to date, complete, and in both languages."""

from __future__ import annotations

import ast
import json
import re
import runpy
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from support.paths import ROOT

from armbulk.app.finding_examples import EXAMPLES, render_example
from armbulk.errors import EXIT_MEANINGS, ArmbulkError, Exit
from armbulk.findings.catalogue import CATALOGUE
from armbulk.resources import EXPORTS, RESOURCES

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
GENERATOR: dict[str, Any] = runpy.run_path(str(DOCS / "generate.py"))


def page(name: str) -> str:
    """A committed page."""
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(GENERATOR["PAGES"]))
def test_pages_are_fresh(name: str) -> None:
    """The committed pages are what the program says today."""
    assert page(name) == GENERATOR["PAGES"][name](), f"docs/{name} is stale: run make docs"
    assert f"docs/{name}" in README


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_every_finding_has_an_example(code: str) -> None:
    """No gap of a finding's texts stays open in its example; new codes get their words in finding_examples.py."""
    example = EXAMPLES.get(code)
    gaps = GENERATOR["gaps"](code)
    assert example is not None or not gaps, f"add example words for {code} to EXAMPLES, then run make docs"
    if example is not None:
        assert "{detail}" not in gaps or example.detail
        assert "{value}" not in gaps or example.value
        assert "{header}" not in gaps or example.field or example.value
        for lang in ("en", "nb"):
            shown = render_example(code, lang)
            assert not set(re.findall(r"\{\w+\}", shown["message"] + shown["fix"]))


def test_the_catalogue_page_lists_every_code() -> None:
    """Each code has a section of its own, and a line that leads there."""
    assert re.findall(r"^## (.+)$", page("findings.md"), flags=re.MULTILINE) == list(CATALOGUE)
    assert re.findall(r"^\| \[`([a-z0-9-]+)`\]\(#\1\) \|", page("findings.md"), flags=re.MULTILINE) == list(CATALOGUE)


def test_the_field_page_lists_every_column() -> None:
    """Each column is there with both headers and its path."""
    text = page("fields.md").replace("**", "")
    for resource in RESOURCES.values():
        for one in resource.fields:
            headers = dict.fromkeys(one.header.all())
            start = f"| {' · '.join(headers)} |"
            lines = [
                line
                for line in text.splitlines()
                if line.startswith(start) and (f"`{one.path}`" if one.path else "–") in line
            ]
            assert any(one.help in line and one.help.text("nb") in line for line in lines), one.name
    for resource in EXPORTS.values():
        assert all(f"`{one.path}`" in text for one in resource.readable)


def test_every_exit_code_is_explained() -> None:
    """Each exit code has a meaning in both languages, and each error names its code."""
    assert set(EXIT_MEANINGS) == set(Exit)
    for code, meaning in EXIT_MEANINGS.items():
        en, no = meaning.text("en"), meaning.text("nb")
        assert f"| {int(code)} | {en} | {no} |" in page("exit-codes.md")
    for kind in (ArmbulkError, *ArmbulkError.__subclasses__()):
        assert f"| `{kind.__name__}` |" in page("exit-codes.md")


def test_every_table_row_has_all_its_cells() -> None:
    """No text breaks a table."""
    for name in GENERATOR["PAGES"]:
        widths: set[int] = set()
        for line in [*page(name).splitlines(), ""]:
            if line.startswith("|"):
                widths.add(len(re.findall(r"(?<!\\)\|", line)))
            else:
                assert len(widths) <= 1
                widths = set()


@pytest.mark.parametrize("name", list(GENERATOR["PAGES"]))
def test_no_markup_is_shown_as_text(name: str) -> None:
    """A line break in a cell is a line break, not the letters of its tag."""
    assert not re.findall(r"&(?:lt|amp;lt);/?(?:br|b|i|em|code|a)\b", page(name))


def test_figures_of_a_proof_stand_on_lines_of_their_own() -> None:
    """Each figure is escaped on its own, and a line break goes between them."""
    proof = {"says": "a | b", "cases": 2, "passed": 2, "figures": ["5 < 6", "x | y"], "test": "tests/x.py::test_x"}
    *_, row, _ = GENERATOR["one_promise"]("P1", {"title": "T", "says": "s", "how": "h"}, [proof])
    assert row == r"| a \| b | 2 of 2 | 5 &lt; 6<br>x \| y | `pytest tests/x.py::test_x` |"


def _marked(path: Path) -> set[tuple[str, str]]:
    """The (promise, test) pairs that a test module's marks say, its module's own mark included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    of_module = [
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        for name in _names(node.value)
    ]
    return {
        (name, f"{path.relative_to(ROOT).as_posix()}::{node.name}")
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for name in [*of_module, *(name for mark in node.decorator_list for name in _names(mark))]
    }


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.List | ast.Tuple):
        return [name for one in node.elts for name in _names(one)]
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.promise":
        return [ast.literal_eval(one) for one in node.args]
    return []


def test_the_promises_page_tells_of_every_proof() -> None:
    """Each promise is there, with the tests that are marked to prove it, all of them passed."""
    promises = tomllib.loads((DOCS / "promises.toml").read_text(encoding="utf-8"))
    proofs = json.loads((DOCS / "promises.json").read_text(encoding="utf-8"))
    assert list(promises) == [f"P{n}" for n in range(1, 31)]
    assert all(one["passed"] == one["cases"] for found in proofs.values() for one in found)
    told = {(name, one["test"]) for name, found in proofs.items() for one in found}
    marked = set().union(*(_marked(path) for path in (ROOT / "tests").rglob("test_*.py")))
    assert told == marked, "run make promises"
    assert {name for name, _ in marked} <= set(promises)
