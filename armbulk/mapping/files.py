"""Mapping files (TOML): find, read and check them. An error names the file and the key."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import Text, _, join_texts, quote_text
from armbulk.mapping.apply import fold_value
from armbulk.mapping.entries import ExpressionError, SheetMapping
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import index_headers
from armbulk.model.fields import Field, Resource
from armbulk.model.read_options import (
    CONTINUATION_ROWS,
    CREDIT_DUE_DATES,
    DATE_ORDERS,
    DECIMAL_SEPARATORS,
    ReadOptions,
)
from armbulk.model.toml_text import TomlTextError, parse_toml
from armbulk.package_data import data_path
from armbulk.resources import RESOURCES

LoadedMapping = tuple[tuple[SheetMapping, ...], str]
"""The entries of a mapping file, and the file's hash."""

_TABLES = ("rename", "constant", "expression", "from_title")
"""Keys that hold one text, and the texts they may have."""

_KEYS = {
    "name",
    "resource",
    "header_row",
    "values",
    "otherwise",
    "ignore",
    "skip_totals",
    "repeated",
    "headers",
    "dates",
    "decimal",
    "credit_due_dates",
    "continuation_rows",
    *_TABLES,
}
_HINT = _("Correct the mapping. Compare it with one that armbulk writes: armbulk map FILE -o NAME.toml")
_LIST_SUFFIX = "-open-items"


def list_mappings() -> list[str]:
    """Return the names of the mappings for imports that come with armbulk."""
    return [name for name in _list_ready_made() if not name.endswith(_LIST_SUFFIX)]


def list_item_mappings() -> list[str]:
    """Return the names of the mappings for lists of open items that come with armbulk."""
    return [name for name in _list_ready_made() if name.endswith(_LIST_SUFFIX)]


def _list_ready_made() -> list[str]:
    return sorted(path.stem for path in (data_path("templates") / "mappings").glob("*.toml"))


def is_file(path: Path) -> bool:
    """Return whether there is a file; a name that is too long has none."""
    try:
        return path.is_file()
    except OSError:
        return False


def find_mapping(name: str) -> Path:
    """Return the path of a mapping: of a file, or of one that comes with armbulk; FileError if it does not exist."""
    path = Path(name)
    if path.suffix == ".toml" or is_file(path):
        return path
    if name in _list_ready_made():
        return data_path("templates") / "mappings" / f"{name}.toml"
    raise FileError(
        "no-such-mapping",
        _("There is no mapping called '{name}'", name=name),
        _("Use the name of a .toml file, or one of {names}", names=", ".join(_list_ready_made())),
    )


def load_mappings(options: ReadOptions) -> LoadedMapping | None:
    """Return the entries of the mapping that the options name, or of those saved for such headers; None for none.

    Raises:
        FileError: A mapping cannot be read.
    """
    if options.mapping is not None:
        return load_mapping(options.mapping)
    if not options.saved_mappings:
        return None
    loaded = [(index, *load_mapping(path)) for index, path in options.saved_mappings]
    sha256 = hashlib.sha256("".join(digest for _index, _entries, digest in loaded).encode()).hexdigest()
    return tuple(replace(entry, index=index) for index, entries, _digest in loaded for entry in entries), sha256


def load_mapping(name: str, resources: Mapping[str, Resource] = RESOURCES) -> tuple[tuple[SheetMapping, ...], str]:
    """Read a mapping, and return (its entries, the hash of the file); FileError names what is wrong in it.

    Args:
        name: A mapping file, or the name of a mapping that comes with armbulk.
        resources: What the mapping may be for.
    """
    path = find_mapping(name)
    try:
        content = path.read_bytes()
        table = parse_toml(content.decode("utf-8-sig"))
    except OSError as error:
        raise FileError(
            "mapping-unreadable",
            _("{name} cannot be read: {strerror}", name=name, strerror=describe_os_error(error)),
            _("Check the file name and the permissions"),
        ) from None
    except TomlTextError as error:
        message = _("{path} is not valid TOML: {reason}", path=name, reason=error.reason)
        raise FileError("mapping-wrong", message, _HINT) from None
    except UnicodeDecodeError:
        raise FileError(
            "mapping-wrong", _("{path} is not a UTF-8 text file", path=name), _("Save the file as UTF-8")
        ) from None
    sheets = table.get("sheet")
    if not isinstance(sheets, list) or not sheets:
        raise FileError("mapping-wrong", _("{name} has no [[sheet]] section", name=name), _HINT)
    entries = tuple(
        _read_entry(entry, _("{name}, sheet {number}", name=name, number=number), resources)
        for number, entry in enumerate(sheets, 1)
    )
    return entries, hashlib.sha256(content).hexdigest()


def _read_entry(content: Any, where: Text, resources: Mapping[str, Resource]) -> SheetMapping:
    table = content if isinstance(content, dict) else {}
    unknown = [key for key in table if key not in _KEYS]
    if unknown:
        raise FileError(
            "mapping-wrong",
            _("{where}: unknown key {keys}", where=where, keys=", ".join(unknown)),
            _("Use only these keys: {keys}", keys=", ".join(sorted(_KEYS))),
        )
    row, ignored = table.get("header_row"), table.get("ignore", [])
    if not (row is None or (type(row) is int and row > 0)) or not isinstance(ignored, list):
        raise FileError(
            "mapping-wrong",
            _("{where}: header_row must be a row number, and ignore a list of headers", where=where),
            _HINT,
        )
    resource = table.get("resource")
    if not isinstance(resource, str) or resource not in resources:
        raise FileError(
            "mapping-wrong",
            _("{where}: there is no resource '{resource}'", where=where, resource=resource),
            _("Use one of {resources}", resources=", ".join(resources)),
        )
    value_lists = table.get("values", {})
    if not isinstance(value_lists, dict):
        raise FileError("mapping-wrong", _("{where}: values must be a table", where=where), _HINT)
    values = {target: _read_values(texts, _at(where, f"values.{target}")) for target, texts in value_lists.items()}
    entry = SheetMapping(
        resource=resource,
        name=str(table.get("name", "")),
        header_row=row,
        rename=_read_texts(table.get("rename", {}), _at(where, "rename")),
        constant=_read_texts(table.get("constant", {}), _at(where, "constant")),
        values=values,
        fallback=_read_fallbacks(table.get("otherwise", {}), values, resources[resource], where),
        expression=_read_texts(table.get("expression", {}), _at(where, "expression")),
        from_title=_read_texts(table.get("from_title", {}), _at(where, "from_title")),
        ignore=tuple(str(header) for header in ignored),
        skip_totals=_read_flag(table, "skip_totals", where),
        repeated=_read_flag(table, "repeated", where),
        headers=_read_choice(table, "headers", None, where),
        dates=_read_choice(table, "dates", DATE_ORDERS, where),
        decimal=_read_choice(table, "decimal", DECIMAL_SEPARATORS, where),
        credit_due_dates=_read_choice(table, "credit_due_dates", CREDIT_DUE_DATES, where),
        continuation_rows=_read_choice(table, "continuation_rows", CONTINUATION_ROWS, where),
    )
    if entry.repeated and resource != "customers":
        raise FileError(
            "mapping-wrong", _('{where}: repeated can only be used with resource = "customers"', where=where), _HINT
        )
    _check_targets(entry, resources[resource], where)
    _check_templates(entry, where)
    return entry


def _read_choice(table: Mapping[str, Any], key: str, words: tuple[str, ...] | None, where: Text) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or (value and words and value not in words):
        raise FileError(
            "mapping-wrong",
            _("{where}, {key}: '{value}' is not allowed", where=where, key=key, value=value),
            _("Use one of {words}", words=", ".join(words)) if words else _HINT,
        )
    return value


def _read_flag(table: Mapping[str, Any], key: str, where: Text) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise FileError("mapping-wrong", _("{where}: {key} must be true or false", where=where, key=key), _HINT)
    return value


def _at(where: Text, key: str) -> Text:
    return join_texts(where, quote_text(key), separator=", ")


def _read_texts(table: Any, where: Text) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(text, str) for text in table.values()):
        raise FileError(
            "mapping-wrong",
            _("{where}: every value must be a text", where=where),
            _('Put quotation marks around every value, for example "0192"'),
        )
    return dict(table)


def _read_values(table: Any, where: Text) -> dict[str, str]:
    """Read a value list; its values are compared without case and spaces, so no two may be the same."""
    values = _read_texts(table, where)
    by_folded: dict[str, str] = {}
    for value in values:
        other = by_folded.setdefault(fold_value(value), value)
        if other != value:
            raise FileError(
                "mapping-wrong",
                _("{where}: '{other}' and '{value}' count as the same value", where=where, other=other, value=value),
                _("Keep only one of them. Upper and lower case and spaces make no difference."),
            )
    return values


def _read_fallbacks(table: Any, values: Mapping[str, Any], resource: Resource, where: Text) -> dict[str, str]:
    """Read what happens to values that are not listed, under the target's name in `values`."""
    names = _index_targets(resource)
    fallbacks = {}
    for target, word in _read_texts(table, _at(where, "otherwise")).items():
        if word not in {"keep", "error"}:
            raise FileError(
                "mapping-wrong",
                _("{where}, otherwise.{target}: '{word}' is not allowed", where=where, target=target, word=word),
                _('Use "keep" or "error"'),
            )
        field = names.get(fold_header(target))
        listed = next((name for name in values if field and names.get(fold_header(name)) is field), None)
        if listed is None:
            raise FileError(
                "mapping-wrong",
                _("{where}: otherwise.{target} needs a table values.{target}", where=where, target=target),
                _("Add the table values.{target}, or remove otherwise.{target}", target=target),
            )
        fallbacks[listed] = word
    return fallbacks


def _index_targets(resource: Resource) -> dict[str, Field]:
    """Return folded header → field of a resource and its lines."""
    return {**(index_headers(resource.lines) if resource.lines else {}), **index_headers(resource)}


def _check_targets(entry: SheetMapping, resource: Resource, where: Text) -> None:
    """Refuse targets that are no column of the resource or its lines."""
    names = _index_targets(resource)
    for target in [*entry.rename.values(), *entry.constant, *entry.values, *entry.expression, *entry.from_title]:
        if fold_header(target) not in names:
            raise FileError(
                "mapping-wrong",
                _(
                    "{where}: {resource} has no column '{target}'",
                    where=where,
                    target=target,
                    resource=entry.resource,
                ),
                _("Use a column from `armbulk fields {resource}`", resource=entry.resource),
            )


def _check_templates(entry: SheetMapping, where: Text) -> None:
    if not entry.expression:
        return
    from armbulk.mapping.expressions import ExpressionEngine  # noqa: PLC0415 - few mappings need Jinja2

    for target, template in entry.expression.items():
        try:
            ExpressionEngine().check(template)
        except ExpressionError as error:
            raise FileError(
                "mapping-wrong",
                _("{where}, expression.{target}: {reason}", where=where, target=target, reason=error.reason),
                _HINT,
            ) from None
