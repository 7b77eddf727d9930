"""The catalogues of messages: complete, compiled, and made of whole sentences."""

import ast
from pathlib import Path

import pytest

from armbulk.i18n import Text, find_language, list_languages
from docs import messages

CODE = sorted((messages.ROOT / "armbulk").rglob("*.py"))


@pytest.mark.parametrize("lang", [lang for lang in list_languages() if lang != "en"])
def test_every_message_is_translated(lang: str) -> None:
    """No message is untranslated, fuzzy, or without one of its placeholders; the catalogues are those of the code."""
    template = messages.extract_messages()
    catalog = messages.merge_catalogs(messages.read_catalog(lang), template)
    assert messages.find_problems(catalog) == []
    assert messages.list_stale(lang, catalog) == []


@pytest.mark.parametrize("path", CODE, ids=[str(path.relative_to(messages.ROOT)) for path in CODE])
def test_messages_can_be_extracted(path: Path) -> None:
    """`_` is called with a plain text, and is nothing else in a function that calls it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "_"]
    assert [ast.unparse(call) for call in calls if not isinstance(call.args[0], ast.Constant)] == []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.Lambda) and any(
            call in set(ast.walk(function)) for call in calls
        ):
            bound = [n for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
            assert "_" not in {name.id for name in bound}, function.lineno


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


def test_a_plural_follows_its_count() -> None:
    """The count chooses the words; without a count the singular stays."""
    text = Text("{count} row", plural="{count} rows")
    assert [str(text.fill(count=count)) for count in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert str(text) == "{count} row"
