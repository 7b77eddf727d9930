"""The catalogues of messages: `make messages` extracts, updates and compiles; `--check` only looks.

English is the message's id. Sources: `_()` and `ngettext()` in the code and in the templates, the
docstrings of commands (their help), and click's own words.
"""

import ast
import inspect
import io
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "armbulk" / "locale"
KEYWORDS = {"_": None, "ngettext": (1, 2)}
_KEYWORD = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\(|\btrans\b")  # a file without one has no message to look for
_PLACEHOLDER = re.compile(r"\{\w+(?::\w+)?\}|%\(\w+\)s|%s")


def extract_messages() -> Catalog:
    """Return a catalogue of every message, without translations. Click's have the comment `click`."""
    catalog = Catalog(project="armbulk", charset="utf-8")
    for path, message, is_clicks in (*_list_own(), *_list_help(), *_list_clicks()):
        if message and message != ("", ""):
            catalog.add(message, locations=[(path, 0)], auto_comments=["click"] if is_clicks else [])
    return catalog


def _list_own() -> Iterator[tuple[str, str | tuple[str, ...], bool]]:
    for path in sorted((ROOT / "armbulk").rglob("*.py")):
        yield from _extract(path, "python")
    for path in sorted(path for name in ("report", "web") for path in (ROOT / "templates" / name).glob("*.j2")):
        yield from _extract(path, "jinja2.ext:babel_extract")


def _extract(path: Path, method: str) -> Iterator[tuple[str, str | tuple[str, ...], bool]]:
    if not _KEYWORD.search(path.read_text(encoding="utf-8")):
        return
    for _, message, *_rest in extract_from_file(method, path, keywords=KEYWORDS, options={"trimmed": "true"}):
        yield str(path.relative_to(ROOT)), message, False


def _list_help() -> Iterator[tuple[str, str, bool]]:
    """Yield the help of each command: the docstring of its function."""
    for path in sorted((ROOT / "armbulk" / "cli").glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(_is_command(mark) for mark in function.decorator_list):
                yield str(path.relative_to(ROOT)), inspect.cleandoc(ast.get_docstring(function) or ""), False


def _is_command(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).startswith("click.command(")


def _list_clicks() -> Iterator[tuple[str, str | tuple[str, ...], bool]]:
    for path in sorted(Path(click.__file__).parent.glob("*.py")):
        for _, message, *_rest in extract_from_file("python", path, keywords=KEYWORDS):
            yield "click", message, True


def read_catalog(lang: str) -> Catalog:
    """Return the catalogue of a language as it is."""
    with (LOCALES / lang / "LC_MESSAGES" / "armbulk.po").open("rb") as file:
        return read_po(file, locale=lang)


def merge_catalogs(translated: Catalog, template: Catalog) -> Catalog:
    """Return the messages of the code with their translations: what is gone is dropped, and nothing is guessed."""
    merged = _PlainCatalog(
        locale=translated.locale,
        fuzzy=False,
        header_comment="# The messages of armbulk: `make messages` writes this file.",
    )
    for message in template:
        if message.id:
            known = translated.get(message.id)
            merged.add(
                message.id, known.string if known else "", message.locations, auto_comments=message.auto_comments
            )
    return merged


class _PlainCatalog(Catalog):
    """A catalogue whose header has no time and no program's version: the same messages give the same file."""

    mime_headers = property(  # type: ignore[assignment]
        lambda self: [
            ("Project-Id-Version", "armbulk"),
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]
    )


def find_problems(catalog: Catalog) -> list[str]:
    """Return what is wrong with a catalogue: untranslated, fuzzy, or with other placeholders than in English."""
    return [
        f"{what}: {message.id!r}"
        for message in catalog
        if message.id and not _is_clicks(message) and (what := _find_problem(message))
    ]


def _find_problem(message: Message) -> str:
    ids, strings = to_tuple(message.id), to_tuple(message.string)
    if not all(strings):
        return "untranslated"
    if message.fuzzy:
        return "fuzzy"
    expected = set(_PLACEHOLDER.findall(ids[-1]))
    actual = set(_PLACEHOLDER.findall(strings[-1]))
    return f"placeholders {sorted(expected ^ actual)}" if expected != actual else ""


def _write(path: Path, catalog: Catalog) -> None:
    buffer = io.BytesIO()
    if path.suffix == ".po":
        write_po(buffer, catalog, width=118, sort_output=True, include_lineno=False)
    else:
        write_mo(buffer, catalog)
    path.write_bytes(buffer.getvalue())


def list_stale(lang: str, catalog: Catalog) -> list[str]:
    """Return the files of a language that are not those of its catalogue."""
    stale = [path for path in _list_files(lang) if not _is_fresh(path, catalog)]
    return [f"{path.relative_to(ROOT)} is not up to date: make messages" for path in stale]


def _list_files(lang: str) -> tuple[Path, Path]:
    folder = LOCALES / lang / "LC_MESSAGES"
    return folder / "armbulk.po", folder / "armbulk.mo"


def _is_fresh(path: Path, catalog: Catalog) -> bool:
    """Whether a file has the messages of the catalogue, and their translations. Click's may be of another version."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        there = read_po(file) if path.suffix == ".po" else read_mo(file)
    return _list_strings(there, catalog) == _list_strings(catalog, catalog)


def _list_strings(catalog: Catalog, template: Catalog) -> dict[object, object]:
    """Return the translated messages: English → translation, without click's."""
    clicks = {to_tuple(message.id) for message in template if _is_clicks(message)}
    return {
        to_tuple(message.id): to_tuple(message.string)
        for message in catalog
        if any(message.id) and any(message.string) and to_tuple(message.id) not in clicks
    }


def to_tuple(text: str | Sequence[str]) -> tuple[str, ...]:
    """Return the forms of a message: one, or the singular and the plural."""
    return (text,) if isinstance(text, str) else tuple(text)


def _is_clicks(message: Message) -> bool:
    return "click" in message.auto_comments


def main(arguments: list[str]) -> int:
    """Update and compile every catalogue; with `--check`, only report what is not as it should be."""
    template, problems = extract_messages(), []
    for folder in sorted(path.parent for path in LOCALES.glob("*/LC_MESSAGES/armbulk.po")):
        catalog = merge_catalogs(read_catalog(folder.parent.name), template)
        problems += [f"{folder.parent.name}: {problem}" for problem in find_problems(catalog)]
        if "--check" in arguments:
            problems += list_stale(folder.parent.name, catalog)
        else:
            for path in _list_files(folder.parent.name):
                _write(path, catalog)
    print("\n".join(problems) or "every message is translated")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
