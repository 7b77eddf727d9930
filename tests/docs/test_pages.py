"""README, LESMEG and docs: short, the same in both languages, with links that work and commands that exist."""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal
from typing import TYPE_CHECKING

import click
import openpyxl
import pytest
from support.pages import (
    DOCS,
    LESMEG,
    PAGES,
    README,
    SITE_PAGES,
    anchors_of,
    commands_in_sentences,
    commands_to_type,
    links_of,
    name_of,
)
from support.paths import ROOT

import armbulk
from armbulk.cli import cli
from armbulk.errors import EXIT_MEANINGS
from armbulk.model.posting_form import write_postings
from armbulk.resources.auto_postings import POSTINGS_FORM
from armbulk.resources.due_dates import DUE_DATE_FORM
from armbulk.resources.payment_reservations import RESERVATION_FORM
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists
from armbulk.settings.names import DEFAULT_SETTINGS, NAMES

if TYPE_CHECKING:
    from pathlib import Path

PLACEHOLDERS = {
    "RUN": "1",
    "KJØRING": "1",
    "N": "1",
    "FILE": "f.xlsx",
    "LIST": "customers",
    "FOLDER": "f",
    "NAME": "n",
    "FIL": "f.xlsx",
}
END_OF_COMMAND = {"|", "||", "&&", ";", ">", ">>", "<"}


def read(path: Path) -> str:
    """The text of a page."""
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [README, LESMEG], ids=name_of)
def test_the_first_page_is_short(path: Path) -> None:
    """Two minutes are enough to read it."""
    assert len(read(path).splitlines()) <= 150


def outline(text: str) -> list[str]:
    """What a page consists of: headings by their level, commands without names of files, tables by their rows."""
    parts = []
    for line in text.splitlines():
        if line.startswith("#"):
            parts.append(line.split(" ")[0])
        elif re.match(r" {4,8}(armbulk|make) ", line):
            parts.append(re.sub(r" --lang no|[\w-]+\.xlsx", "", line).strip())
        elif line.startswith("|"):
            parts.append("|")
        elif match := re.match(r"(\d\.|-|!\[) ?", line):
            parts.append(match[1])
    return parts


def test_both_languages_say_the_same() -> None:
    """LESMEG has the headings, commands, tables and lists of README."""
    assert outline(read(LESMEG)) == outline(read(README))


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    """Each relative link names a file, and its anchor a heading; pages of the site link to nothing outside of docs."""
    for link in links_of(read(path)):
        if re.match(r"https?:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(read(target)), link
        assert path not in SITE_PAGES or target.is_relative_to(DOCS), f"{link} is not part of the site"


@pytest.mark.parametrize("path", SITE_PAGES, ids=name_of)
def test_every_page_is_in_the_menu(path: Path) -> None:
    """The site's menu names the page."""
    assert f": {path.relative_to(DOCS).as_posix()}\n" in read(ROOT / "mkdocs.yml")


@pytest.mark.parametrize("path", sorted((DOCS / "nb").glob("*.md")), ids=name_of)
def test_norwegian_pages_and_their_twins_are_linked(path: Path) -> None:
    """A Norwegian page leads to the English one, and that back."""
    english = re.search(r"^\*\[English\]\((.+)\)\*$", read(path), flags=re.MULTILINE)
    assert english
    twin = (path.parent / english[1]).resolve()
    norwegian = re.search(r"^\*\[På norsk\]\((.+)\)\*$", read(twin), flags=re.MULTILINE)
    assert norwegian
    assert (twin.parent / norwegian[1]).resolve() == path


def arguments_of(line: str) -> list[str]:
    """The words of a command line, with something to read in place of placeholders."""
    words = []
    for word in shlex.split(re.sub(r"\[|\]", "", line), comments=True)[1:]:
        if word in END_OF_COMMAND:
            break
        words.append(PLACEHOLDERS.get(word, word))
    return words


def read_command_line(line: str, *, whole: bool) -> None:
    """Fail if the command line does not know a command, an option or a value; `whole`: or if an argument is missing."""
    group = click.Context(cli, info_name="armbulk")
    name, *words = arguments_of(line)
    if "--help" in words or name in {"COMMAND", "--help", "--version"}:
        return
    command = cli.get_command(group, name)
    assert command is not None, line
    options = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    assert {word for word in words if word.startswith("-")} <= options, line
    try:
        command.make_context(name, [word for word in words if word != "…"], parent=group)
    except click.MissingParameter:
        assert not whole, line


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_command_exists(path: Path) -> None:
    """Each command that a page shows is one of today's command line, with its options and their values."""
    for line in commands_to_type(read(path)):
        read_command_line(line, whole=True)
    for line in commands_in_sentences(read(path)):
        read_command_line(line, whole=False)


@pytest.mark.parametrize("line", ["armbulk chek f.xlsx", "armbulk check f.xlsx --replace", "armbulk results x"])
def test_a_wrong_command_is_noticed(line: str) -> None:
    """A command, an option or a value that does not exist fails."""
    with pytest.raises((AssertionError, click.UsageError)):
        read_command_line(line, whole=True)


def test_each_kind_of_command_line_is_seen() -> None:
    """Commands in blocks, lists and sentences are found, and read up to the end of the command."""
    blocks = "```sh\narmbulk a # x\n```\n1. x\n\n        armbulk b\n\n```console\n$ armbulk d\nx\n```\n"
    page = f"{blocks}\nUse `armbulk c [RUN]`.\n"
    assert [arguments_of(line) for line in commands_to_type(page)] == [["a"], ["d"], ["b"]]
    assert [arguments_of(line) for line in commands_in_sentences(page)] == [["c", "1"]]
    assert arguments_of("armbulk x --json > f && echo") == ["x", "--json"]


def table_after(text: str, head: str) -> list[list[str]]:
    """The rows of the table with this head."""
    rows = text[text.index(head) :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@pytest.mark.parametrize(
    ("page", "head", "lang"),
    [("guides/month-end.md", "| sheet |", "en"), ("nb/manedsavslutning.md", "| ark |", "no")],
)
def test_the_sheets_of_the_month_end_pack(page: str, head: str, lang: str, tmp_path: Path) -> None:
    """The page lists the sheets of the pack, in their order."""
    with (
        Sandbox(lists=build_lists(CLIENT_NO, 20)) as arm,
        armbulk.connect(settings={**arm.settings, "ARMBULK_LANG": lang}) as session,
    ):
        session.export("close", period="2025-02").write(tmp_path / "close.xlsx")
    named = [name for row in table_after(read(DOCS / page), head) for name in row[0].split(", ")]
    assert named == openpyxl.load_workbook(tmp_path / "close.xlsx").sheetnames


def test_every_setting_is_explained() -> None:
    """The page of settings names each variable and its default."""
    page = read(DOCS / "settings.md")
    named = re.findall(r"`ARMBULK_(\w+)`", page)
    assert {name.upper() for name in NAMES} <= set(named)
    rows = {row[0]: row[-1] for row in table_after(page, "| variable |")}
    for name, value in DEFAULT_SETTINGS.items():
        cell = next(last for first, last in rows.items() if f"`ARMBULK_{name.upper()}`" in first)
        shown = "2 MiB" if name == "batch_bytes" else value
        assert shown in cell.replace("`", ""), name


def test_every_exit_code_is_in_the_page_and_linked() -> None:
    """README leads to the exit codes."""
    assert "(docs/exit-codes.md)" in read(README)
    assert "(docs/exit-codes.md)" in read(LESMEG)
    assert all(f"| {int(code)} |" in read(DOCS / "exit-codes.md") for code in EXIT_MEANINGS)


@pytest.mark.parametrize("path", [DOCS / "questions-for-amili.md", DOCS / "nb" / "sporsmal-til-amili.md"], ids=name_of)
def test_the_mail_to_amili_shows_the_requests_that_armbulk_sends(path: Path) -> None:
    """Who confirms the form of a request has seen it; the mail has all questions, and two gaps to fill in."""
    mail = path.read_text(encoding="utf-8").partition("```text\n")[2].partition("```")[0]
    values = {"user_id": "…", "payment_id": "P-1", "document_no": "88776655", "amount": Decimal("625.00")}
    values |= {"currency": "NOK", "ar_item_id": "2218-500002-35078-0", "due_date": "2026-12-31"}
    posting = values | {"customer_no": "543210", "posting_date": "2026-11-30", "ar_item_id": None}
    text = re.search(r'"text": "(\w+)"', mail)
    assert text
    forms = [
        ("POST", POSTINGS_FORM, write_postings(POSTINGS_FORM, values, [posting | {"text": text[1]}], {})),
        ("POST", RESERVATION_FORM, RESERVATION_FORM.write(values | {"ar_item_id": None})),
        ("PUT", DUE_DATE_FORM, DUE_DATE_FORM.write(values)),
    ]
    requests = re.findall(r"\n +(POST|PUT) /clients/\{clientNo\}/(\S+)\n( +\{(?:.*\n)+?)    \w", mail)
    assert [(method, address, json.loads(body)) for method, address, body in requests] == [
        (method, form.path, json.loads(body)) for method, form, body in forms
    ]
    assert re.findall(r"^ ?(\d+)\. ", mail, re.MULTILINE) == [str(number) for number in range(1, 29)]
    assert mail.count("____") == 2
    assert max(map(len, mail.splitlines())) <= 95
