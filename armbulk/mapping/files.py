"""Mapping files in: TOML, read and checked, each fault named with its file and key."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from armbulk.errors import FileError
from armbulk.mapping.apply import SheetMapping
from armbulk.mapping.expressions import ExpressionEngine
from armbulk.mapping.headers import fold_header, known_headers
from armbulk.model.fields import Field
from armbulk.package_data import data_path
from armbulk.resources import RESOURCES

_TABLES = ("rename", "constant", "expression")
_KEYS = {"name", "resource", "header_row", "values", "otherwise", "ignore", *_TABLES}
_HINT = "See docs/mappings.md"


def list_mappings() -> list[str]:
    """The names of the mappings that come with armbulk."""
    return sorted(path.stem for path in (data_path("templates") / "mappings").glob("*.toml"))


def find_mapping(name: str) -> Path:
    """The file of a mapping: a path, or the name of one that comes with armbulk; FileError if there is none."""
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return path
    if name in list_mappings():
        return data_path("templates") / "mappings" / f"{name}.toml"
    raise FileError(
        "no-such-mapping", f"There is no mapping {name!r}", f"Name a .toml file, or {', '.join(list_mappings())}"
    )


def load_mapping(name: str) -> tuple[tuple[SheetMapping, ...], str]:
    """Read a mapping: what it says of each sheet, and the hash of the file. FileError says what is wrong in it."""
    path = find_mapping(name)
    try:
        content = path.read_bytes()
        table = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise FileError("mapping-unreadable", f"{name} cannot be read: {error.strerror}", "Check the name") from None
    except ValueError as error:
        raise FileError("mapping-wrong", f"{name} is not TOML: {error}", _HINT) from None
    sheets = table.get("sheet")
    if not isinstance(sheets, list) or not sheets:
        raise FileError("mapping-wrong", f"{name} has no [[sheet]]", _HINT)
    entries = tuple(_sheet(one, f"{name}, sheet {no}") for no, one in enumerate(sheets, 1))
    return entries, hashlib.sha256(content).hexdigest()


def _sheet(given: Any, where: str) -> SheetMapping:
    given = given if isinstance(given, dict) else {}
    unknown = [key for key in given if key not in _KEYS]
    if unknown:
        raise FileError(
            "mapping-wrong", f"{where}: {', '.join(unknown)} is not known", f"Known: {', '.join(sorted(_KEYS))}"
        )
    row, ignored = given.get("header_row"), given.get("ignore", [])
    if not (row is None or (type(row) is int and row > 0)) or not isinstance(ignored, list):
        raise FileError("mapping-wrong", f"{where}: header_row is a number, ignore a list", _HINT)
    resource = given.get("resource")
    if resource not in RESOURCES:
        raise FileError("mapping-wrong", f"{where}: resource is {resource!r}", f"Give one of {', '.join(RESOURCES)}")
    values = {
        target: _words(words, f"{where}, values.{target}") for target, words in _table(given, "values", where).items()
    }
    made = SheetMapping(
        resource=resource,
        name=str(given.get("name", "")),
        header_row=row,
        rename=_texts(given.get("rename", {}), f"{where}, rename"),
        constant=_texts(given.get("constant", {}), f"{where}, constant"),
        values=values,
        fallback=_otherwise(given, values, resource, where),
        expression=_texts(given.get("expression", {}), f"{where}, expression"),
        ignore=tuple(str(one) for one in ignored),
    )
    _targets(made, where)
    _templates(made, where)
    return made


def _table(given: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    found = given.get(key, {})
    if not isinstance(found, dict):
        raise FileError("mapping-wrong", f"{where}: {key} is not a table", _HINT)
    return found


def _texts(given: Any, where: str) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        raise FileError("mapping-wrong", f"{where} must hold texts only", 'Write every value in quotes: "0192"')
    return dict(given)


def _words(given: Any, where: str) -> dict[str, str]:
    """A value list; capital letters and spaces do not count in it, so no two of its words may be the same."""
    words = _texts(given, where)
    seen: dict[str, str] = {}
    for word in words:
        other = seen.setdefault(" ".join(word.split()).lower(), word)
        if other != word:
            raise FileError("mapping-wrong", f"{where}: {other!r} and {word!r} are the same", "Keep one of the two")
    return words


def _otherwise(given: Mapping[str, Any], values: Mapping[str, Any], resource: str, where: str) -> dict[str, str]:
    """What becomes of values that are not in a list, under the very name the list has."""
    found = {}
    for target, word in _texts(given.get("otherwise", {}), f"{where}, otherwise").items():
        if word not in {"keep", "error"}:
            raise FileError("mapping-wrong", f"{where}, otherwise.{target}: {word!r}", 'Give "keep" or "error"')
        one = _names(resource).get(fold_header(target))
        same = next(
            (name for name in values if one is not None and _names(resource).get(fold_header(name)) is one), None
        )
        if same is None:
            raise FileError(
                "mapping-wrong", f"{where}, otherwise.{target}: there is no values.{target}", "Add it, or leave it out"
            )
        found[same] = word
    return found


def _names(resource: str) -> dict[str, Field]:
    """Every name of a column of `resource`, or of its lines."""
    one = RESOURCES[resource]
    return {**(known_headers(one.lines) if one.lines else {}), **known_headers(one)}


def _targets(made: SheetMapping, where: str) -> None:
    """Every target must be a column armbulk knows."""
    for target in [*made.rename.values(), *made.constant, *made.values, *made.expression]:
        if fold_header(target) not in _names(made.resource):
            raise FileError(
                "mapping-wrong",
                f"{where}: {target!r} is no column of {made.resource}",
                f"See `armbulk fields {made.resource}`",
            )


def _templates(made: SheetMapping, where: str) -> None:
    for target, template in made.expression.items():
        try:
            ExpressionEngine().check(template)
        except ValueError as error:
            raise FileError("mapping-wrong", f"{where}, expression.{target}: {error}", _HINT) from None
