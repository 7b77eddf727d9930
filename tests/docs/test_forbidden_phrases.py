"""Words and turns that no page may have: metaphors, archaic turns, calques. PHRASES has better words for each."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from support.pages import name_of, without_code
from support.paths import ROOT
from support.syntax import parse_module

from docs.messages import read_catalog, to_tuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GLOBS = (
    "README.md",
    "LESMEG.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    ".github/**/*.md",
    ".github/**/*.yml",
    "mkdocs.yml",
    "docs/*.md",
    "docs/guides/*.md",
    "docs/nb/*.md",
    "docs/promises.toml",
    "docs/*.py",
    "armbulk/**/*.py",
    "templates/report/*.j2",
    "tests/**/*.py",
    "samples/*.py",
    "benchmarks/**/*.py",
)
GENERATED = {"docs/findings.md", "docs/fields.md", "docs/commands.md", "docs/exit-codes.md", "docs/promises.md"}
"""Pages that are made of texts elsewhere: the program's, and the docstrings of tests."""

PHRASES = {
    # metaphors
    r"\b(?i:heed|mend|nought|whom)\w*\b": "use a standard word",
    r"\b(?:hears?|heard)\b": "receives, reads",
    r"\b(?:wants?|wanting) (?:of|from)\b": "needs",
    r"\bholds?\b(?! (?:back|back whole|Shift)\b)": "has, contains, keeps",
    r"\b(?:lies|lie|lying) (?:in|on|ready|beside|there|at)\b": "is in, is",
    r"\bstands? (?:in|on|there|beside|here|for|at|by|alone|as)\b": "is in, is",
    r"\bgo(?:es)? home\b": "ends",
    r"\bany moment to die\b": "survives a crash at any point",
    r"\bblam\w+": "use the name of the field or row",
    r"\bat fault\b": "with errors",
    r"\brun over\b": "overwritten",
    r"\b(?:takes?|taken|took) away\b": "deletes, removes",
    r"\bcarr(?:y|ies|ied) on\b": "continue",
    r"\bgoes on\b": "continues",
    r"\bstand-in\b": "sandbox, test server",
    r"\bcome[s]? back\b": "is returned",
    r"\bhonest sentence\b": "promise",
    # archaic turns and inverted order
    r"\b(?:is|are|was|were|be) (?:told|said)\b": "is shown, armbulk says so",
    r"\btells? (?:of|by|from)\b": "shows",
    r"\b(?:where|if) there (?:is|are) none\b": "if it is missing",
    r"\b(?:nobody's|somebody's|nobody can)\b": "other people's; it cannot be known",
    r"\bnobody\b(?!'s| can)": "no one; better: subject first",
    r"\bis no (?:period|token|number|day|finding|missing)\b": "is not a valid …",
    r"\b(?:anew|beforehand|besides|thereof|therein|whatsoever|forthwith)\b": "again, before, also",
    r"\bas it stands\b": "as it is",
    r"\bwhatever became of\b": "whatever happens to",
    r"\bwhat became of (?:it|them)\b": "how it ended",
    r"\b(?:by itself|by themselves)\b": "on its own, automatically",
    r"\bto begin with\b": "to start with",
    r"\bmust not stand\b": "is not allowed",
    r"\bas many as\b": "the same number as",
    r"\b(?:not|nor) (?:well|in order)\b": "with errors",
    # wording of messages
    r"(?:\bSay|\bor say|, say) (?:`|--)": "use --option",
    r"\bsays? --": "use --option",
    r"\b[Ll]eave (?:it|them) out\b": "remove",
    r"\bevery (?:record|row) (?:is )?well\b": "all records were accepted",
    r"\bcertainly (?:has|none|new)\b": "has none of these records yet",
    r"\bnonsense\b": "cannot be read",
    r"\bit (?:does not fit at once|fits within|can never fit)\b": "this exceeds your limit",
    r"\bties? out\b": "is reconciled, agrees",
    r"\bin doubt\b": "unconfirmed",
    r"\b(?:priced?|prices) (?:what|it|of|in)\b": "usage of your limits",
    r"\bthe library's\b": "name it",
    # Norwegian
    r"\b[Ss]i (?:`|--)": "bruk --valg",
    r"\bi tvil\b": "ubekreftet",
    r"\b(?:uttrekk|minner om)\b": "eksport",
    r"\bbatch(?:er|en)?\b(?=[^\n]*[æøå])": "pulje",
    r"\bhar ikke formen til\b": "er ikke en gyldig",
    r"\btas ikke for\b": "er ikke koblet",
    r"\b(?:hver|alle) (?:post|poster) er i orden\b": "alle poster er godkjent",
    r"\ben ledende null\b": "en null foran",
    r"\b(?:leste|skrevne) poster\b": "poster lest, poster skrevet",
    r"\bspurt om\b(?=[^\n]*komplett)": "stemmer med ARM",
    r"\bav seg selv\b": "automatisk",
    r"\bnøkkelringen svarer\b": "nøkkelringen er utilgjengelig",
}


CODE_TERMS = frozenset({
    r"\bin doubt\b", r"\b(?:priced?|prices) (?:what|it|of|in)\b", r"\b(?:where|if) there (?:is|are) none\b",
})  # fmt: skip
"""In code `in_doubt` is a state and the price a plan's usage of the limits; "None if there is none" is usual."""


TEXT_OR_COMMENT = re.compile(
    r"""\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}"""
    r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\#(?P<comment>[^\n]*)""",
    re.DOTALL,
)
"""A text or a comment of Python 3.11, where a text has no quotes of its own kind in it; much faster than tokens."""


def prose_of_code(source: str, tree: ast.Module) -> str:
    """The docstrings and comments of a Python file."""
    comments = [match["comment"].lstrip("# ") for match in TEXT_OR_COMMENT.finditer(source) if match["comment"]]
    return "\n".join([*comments, *(ast.get_docstring(node) or "" for node in list_documented(tree))])


def list_documented(node: ast.AST) -> Iterator[ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """What has a docstring; only statements contain it, so that expressions are not searched."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from list_documented(child)


def prose_of(path: Path) -> str:
    """What people read in a file: of Python its docstrings and comments, of other files all but code."""
    text = path.read_text(encoding="utf-8")
    return prose_of_code(text, parse_module(path)) if path.suffix == ".py" else text


@cache
def any_phrase(terms: frozenset[str]) -> re.Pattern[str]:
    """Finds the texts that have one of the phrases: most begin with a word, and a text has few beginnings of words."""
    phrases = [phrase for phrase in PHRASES if phrase not in terms]
    words = "|".join(phrase.removeprefix(r"\b") for phrase in phrases if phrase.startswith(r"\b"))
    return re.compile("|".join([rf"\b(?:{words})", *(each for each in phrases if not each.startswith(r"\b"))]))


def find_phrases(text: str, terms: frozenset[str] = frozenset()) -> list[str]:
    """The forbidden phrases of a text but `terms`, with their lines and better words; code in it does not count."""
    prose = without_code(text)
    if not any_phrase(terms).search(prose):
        return []
    phrases = {phrase: better for phrase, better in PHRASES.items() if phrase not in terms}
    matches = [(match, better) for phrase, better in phrases.items() for match in re.finditer(phrase, prose)]
    lines = [(match[0], prose[: match.start()].rpartition("\n")[2] + match[0], better) for match, better in matches]
    return [f'"{phrase}" ({better}): {line[-70:]}' for phrase, line, better in lines]


PAGES = sorted({path for pattern in GLOBS for path in ROOT.glob(pattern)} - {ROOT / name for name in GENERATED})


@pytest.mark.parametrize("path", [path for path in PAGES if path.suffix != ".py"], ids=name_of)
def test_no_forbidden_phrase(path: Path) -> None:
    """A page is written in plain words."""
    assert find_phrases(prose_of(path)) == []


def test_no_forbidden_phrase_in_code() -> None:
    """Docstrings and comments are written in plain words."""
    code = [path for path in PAGES if path.suffix == ".py"]
    found = {name_of(path): find_phrases(prose_of(path), CODE_TERMS) for path in code}
    assert {name: phrases for name, phrases in found.items() if phrases} == {}


def test_no_forbidden_phrase_in_messages() -> None:
    """The messages of the program are written in plain words, in both languages."""
    texts = [text for message in read_catalog("nb") for ids in (message.id, message.string) for text in to_tuple(ids)]
    plain = [re.sub(r"\{.*?\}|\bhold (?:de|resten)\b", "", text) for text in texts]
    assert [phrase for text in plain for phrase in find_phrases(text)] == []


def test_of_code_only_its_prose_is_searched() -> None:
    """A docstring and a comment count, a name and a text of the program do not."""
    source = '"""It heeds."""\nblamed = "in doubt"  # nobody\'s\n\ndef f():\n    """Whom."""\n'
    assert [each.partition(" (")[0] for each in find_phrases(prose_of_code(source, ast.parse(source)))] == [
        '"heeds"', '"Whom"', '"nobody\'s"',
    ]  # fmt: skip


def test_a_phrase_is_found_and_code_is_not_searched() -> None:
    """The search finds a phrase in a sentence, and none in a block, in code, or in a word of another meaning."""
    assert [each.partition(" (")[0] for each in find_phrases("Nobody's work is run over.\nSay `--update`.")] == [
        '"run over"', '"Say `"',
    ]  # fmt: skip
    assert find_phrases("The row is held back. Hold Shift.\n\n```text\nin doubt\n```\n\n`in doubt`") == []
