"""What the help of the pages shows: findings, columns and exit codes, and a search through them."""

from collections.abc import Iterable
from typing import Any

from armbulk.app.choices import name_described_resources
from armbulk.app.explain import explain_finding
from armbulk.app.fields import describe_resource
from armbulk.app.finding_examples import render_example
from armbulk.errors import EXIT_MEANINGS
from armbulk.findings.catalogue import CATALOGUE
from armbulk.mapping.header_text import fold_header


def list_findings(lang: str, words: str = "") -> list[dict[str, Any]]:
    """Return every error and warning in the order of the catalogue: code, title, severity.

    Args:
        lang: The language of the titles.
        words: Only those whose code, title or sentences have each of these words; "" for all.
    """
    explained = (explain_finding(code, lang) for code in CATALOGUE)
    return [
        {name: each[name] for name in ("code", "title", "severity")}
        for each in explained
        if _has_words(words, (each["code"], each["title"], each["message"], each["fix"]))
    ]


def explain_with_example(code: str, lang: str) -> dict[str, Any]:
    """Return what a code means, as `explain_finding` has it, with `example`: a finding at an invented cell.

    Raises:
        UsageError: There is no such code.
    """
    explained = explain_finding(code, lang)
    return {**explained, "example": render_example(explained["code"], lang)}


def list_field_tables(lang: str, words: str = "") -> list[dict[str, Any]]:
    """Return the columns of every sheet and list, as `describe_resource` has them, with the `title`.

    Args:
        lang: The language.
        words: Only the columns that have each of these words; lists without one are left out. "" for all.
    """
    tables = []
    for name in name_described_resources():
        described = describe_resource(name.name, lang)
        fields = [field for field in described["fields"] if _has_words(words, _list_texts(field))]
        if fields:
            tables.append({**described, "fields": fields, "title": name.title.text(lang)})
    return tables


def list_exit_codes(lang: str, words: str = "") -> list[dict[str, Any]]:
    """Return each exit code and what it means; with `words`, only those that have each of them."""
    meanings = {int(code): meaning.text(lang) for code, meaning in EXIT_MEANINGS.items()}
    return [{"code": code, "meaning": text} for code, text in meanings.items() if _has_words(words, (str(code), text))]


def _list_texts(field: dict[str, Any]) -> list[str]:
    return [field["header"], field["field"], field["path"], field["help"], *field["also"], *field["rules"]]


def _has_words(words: str, texts: Iterable[str]) -> bool:
    """Return whether the texts have each word; case, spaces and punctuation in them are ignored."""
    folded = fold_header(" ".join(texts))
    return all(fold_header(word) in folded for word in words.split())
