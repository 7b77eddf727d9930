"""docs/architecture.md: what it names is there, and its drawing is what import-linter checks."""

from __future__ import annotations

import re
import runpy
import tomllib

from support.paths import ROOT

from armbulk.quota.tiers import TIERS

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_path_it_names_is_there() -> None:
    """A file or folder that the page sends its reader to exists."""
    paths = re.findall(r"`((?:armbulk|tests|docs|templates)/[\w./-]+)`", PAGE)
    assert len(paths) > 20
    assert [path for path in paths if "NAME" not in path and not (ROOT / path).exists()] == []


def test_names_it_gives_are_in_the_code() -> None:
    """Constants and classes that the page names occur in armbulk."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "armbulk").rglob("*.py"))
    names = re.findall(r"`([A-Z][A-Za-z_]+)(?:\([^)]*\))?`", PAGE)
    assert {"EXPORTS", "TIERS", "Words"} <= set(names)
    assert [name for name in names if name != "NAME" and not re.search(rf"\b{name}\b", code)] == []


def test_the_drawing_is_fresh() -> None:
    """The committed drawing is what the layers and the packages say today."""
    drawn = runpy.run_path(str(ROOT / "docs" / "diagram.py"))["svg"]()
    assert (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8") == drawn, "run make docs"


def test_every_layer_is_drawn() -> None:
    """Each package and module of the layers' contract has its box."""
    drawing = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    layers = next(part for part in PROJECT["tool"]["importlinter"]["contracts"] if part["type"] == "layers")["layers"]
    names = {name.strip() for layer in layers for name in layer.split("|")} - {"__main__"}
    drawn = re.findall(r'class="name"[^>]*>([^<]+)<', drawing)
    assert {name.rstrip("/").removesuffix(".py") for name in drawn} == names


def test_every_dependency_has_its_reason() -> None:
    """Each dependency of pyproject.toml has a line that says what it is for."""
    rows = "\n".join(re.findall(r"^\| (.+?) \|", PAGE, flags=re.MULTILINE))
    names = [re.split(r"[\[<>=]", line, maxsplit=1)[0] for line in PROJECT["project"]["dependencies"]]
    assert [name for name in names if not re.search(rf"\b{name}\b", rows)] == []


def test_the_table_of_limits_is_the_programs() -> None:
    """The page of limits has those of each client size as `TIERS` has them."""
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    head = next(line for line in page.splitlines() if line.startswith("| | S |"))
    assert [cell.strip() for cell in head.strip("|").split("|")][1:] == list(TIERS)
    for meter, title in (("requests", "requests"), ("reads", "records read"), ("writes", "records written")):
        row = next(line for line in page.splitlines() if line.startswith(f"| {title} an hour / a month |"))
        cells = [re.sub(r"\s", "", cell) for cell in row.strip("|").split("|")][1:]
        assert cells == [f"{size['hour'][meter]}/{size['month'][meter]}" for size in TIERS.values()]
