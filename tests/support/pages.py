"""The pages that people read, and what tests take out of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

README, LESMEG = ROOT / "README.md", ROOT / "LESMEG.md"
DOCS = ROOT / "docs"
SITE_PAGES = sorted(DOCS.rglob("*.md"))
ROOT_PAGES = [README, LESMEG, *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"))]
PAGES = [*ROOT_PAGES, *SITE_PAGES]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_INDENTED = re.compile(r"^(?: {4}){1,2}(armbulk .+|make .+)$", re.MULTILINE)


def name_of(path: Path) -> str:
    """Return a page's path in the project."""
    return path.relative_to(ROOT).as_posix()


def without_code(text: str) -> str:
    """Return a text without blocks of code and comments; code in sentences is `x`."""
    text = _FENCED.sub("", text)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return _INLINE.sub("`x`", _INDENTED.sub("", text))


def commands_to_type(text: str) -> list[str]:
    """Return the commands of armbulk in the blocks of a page: people type them as they are."""
    fenced = [line for _, block in _FENCED.findall(text) for line in block.splitlines()]
    lines = [re.sub(r"^\s*(?:\$ )?", "", line) for line in fenced] + _INDENTED.findall(text)
    return [line for line in lines if line.startswith("armbulk ")]


def commands_in_sentences(text: str) -> list[str]:
    """Return the commands of armbulk that sentences and tables mention, perhaps without their files."""
    return [words for words in _INLINE.findall(_FENCED.sub("", text)) if re.match(r"armbulk \w", words)]


def anchors_of(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#{1,6} (.+)$", _FENCED.sub("", text), flags=re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading).strip().lower() for heading in headings]
    return {re.sub(r"[ -]+", "-", heading) for heading in plain}


def links_of(text: str) -> list[str]:
    """Return the targets of a page's links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", _INLINE.sub("", _FENCED.sub("", text)))
