"""The catalogues of messages: complete, compiled, and made of whole sentences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.syntax import parse_module, walk

from armbulk.i18n import Text, Words, find_language, list_languages, pack_text, unpack_text
from armbulk.settings.names import NAMES
from docs import messages

CODE = sorted((messages.ROOT / "armbulk").rglob("*.py"))


@pytest.mark.parametrize("lang", [lang for lang in list_languages() if lang != "en"])
def test_every_message_is_translated(lang: str) -> None:
    """No message is untranslated, fuzzy, or without one of its placeholders; the catalogues are those of the code."""
    template = messages.extract_messages()
    catalog = messages.merge_catalogs(messages.read_catalog(lang), template)
    assert messages.find_problems(catalog) == []
    assert messages.list_stale(lang, catalog) == []


def test_messages_name_settings_that_exist() -> None:
    """A message that names a setting of the environment names one that armbulk reads.

    The catalogue has every message of the code: `test_every_message_is_translated`.
    """
    known = {f"ARMBULK_{name.upper()}" for name in (*NAMES, "home", "profile")}
    texts = [text for message in messages.read_catalog("nb") if message.id for text in list_texts(message.id)]
    assert {name for text in texts for name in re.findall(r"ARMBULK_[A-Z_]*[A-Z]", text)} - known == set()


def test_no_message_names_a_page_that_an_installed_copy_lacks() -> None:
    """The wheel has no docs/: a message has the text itself, or a command."""
    messages_nb = [message for message in messages.read_catalog("nb") if message.id]
    texts = [text for each in messages_nb for text in (*list_texts(each.id), *list_texts(each.string))]
    assert [text for text in texts if "docs/" in text] == []


def list_texts(message_id: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return a message, or its singular and plural."""
    return (message_id,) if isinstance(message_id, str) else tuple(message_id)


def test_messages_can_be_extracted() -> None:
    """`_` is called with a plain text, and is nothing else in a function that calls it."""
    wrong = [f"{path.relative_to(messages.ROOT)}:{line}" for path in CODE for line in list_wrong_uses(path)]
    assert wrong == []


def list_wrong_uses(path: Path) -> Iterator[int]:
    """Yield the lines where a text cannot be extracted, or where `_` is a variable beside a message."""
    source = path.read_text(encoding="utf-8")
    if "_(" not in source:
        return
    for function in walk(parse_module(path)):
        if isinstance(function, ast.Module | ast.FunctionDef | ast.Lambda):
            nodes = list(walk(function))
            calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "_"]
            yield from (call.lineno for call in calls if not isinstance(call.args[0], ast.Constant))
            if calls and not isinstance(function, ast.Module):
                stored = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
                yield from (name.lineno for name in stored if name.id == "_")


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("no", "nb"), ("nb", "nb"), ("nn", "nb"), ("nb_NO.UTF-8", "nb"), ("NO", "nb"), ("nb-NO", "nb"), ("en", "en"),
        ("en_GB", "en"), ("sv", None), ("C", None), ("", None), ("nob", None),
    ],
)  # fmt: skip
def test_a_language_has_several_names(name: str, language: str | None) -> None:
    """`no`, `nb`, `nn` and locales mean the same language."""
    assert find_language(name) == language


def test_values_are_written_as_the_language_writes_them() -> None:
    """Numbers, amounts and days; braces in a value stay; a message as a value is translated."""
    text = Text(
        "{n:number} · {a:amount} · {d:date} · {x}", {"n": 12345, "a": "825259.59", "d": "2026-11-29", "x": "{n}"}
    )
    assert str(text) == "12 345 · 825 259.59 · 2026-11-29 · {n}"
    assert text.text("nb") == "12 345 · 825 259,59 · 29.11.2026 · {n}"
    assert Text("{kind}", {"kind": Text("yes or no")}).text("nb") == "ja eller nei"
    assert Text("{a:amount} {d:date} {n:number}", {"a": "", "d": "••", "n": "x"}).text("nb") == " •• x"
    cells = ("2026-11-29", "2026-11-29T13:45", "13:45:00", "29.11.2026 13:45", "••••••••29")
    assert [Text("{d:moment}", {"d": cell}).text("nb") for cell in cells] == [
        "29.11.2026",
        "29.11.2026 13:45",
        "13:45:00",
        "29.11.2026 13:45",
        "••••••••29",
    ]
    assert Text("{n:decimal} {w}", {"n": "1000.125", "w": Words("yes", "ja")}).text("nb") == "1 000,125 ja"


def test_a_packed_message_is_the_same() -> None:
    """Messages, their plurals, names and values come through a column of a frame; other texts stay."""
    values = {"count": 2, "kind": Text("yes or no"), "header": Words("Due date", "Forfallsdato")}
    text = Text("{count} row: {kind} {header}", values, "{count} rows: {kind} {header}")
    unpacked = unpack_text(pack_text(text))
    assert isinstance(unpacked, Text)
    assert [unpacked.text(lang) for lang in ("en", "nb")] == [text.text(lang) for lang in ("en", "nb")]
    assert [pack_text(plain) for plain in ("plain", "", Text(""))] == ["plain", "", ""]


def test_a_plural_follows_its_count() -> None:
    """The count chooses the words; without a count the singular stays."""
    text = Text("{count} row", plural="{count} rows")
    assert [str(text.fill(count=count)) for count in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert str(text) == "{count} row"
