"""Writes the generated pages: findings, fields, commands, exit codes and promises, derived from armbulk itself.

A new code of the catalogue needs an example in `armbulk/app/finding_examples.py` if its texts have placeholders.
Everything else follows.
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import click

from armbulk import errors
from armbulk.app.fields import describe_read_only_fields, describe_resource
from armbulk.app.finding_examples import render_example
from armbulk.cli import cli
from armbulk.findings.catalogue import CATALOGUE
from armbulk.model.fields import Severity
from armbulk.resources import EXPORTS, RESOURCES

FOLDER = Path(__file__).resolve().parent
GENERATED = "<!-- Written by `make docs`; do not edit by hand. -->"
GAP = re.compile(r"\{(value|header|detail|row|count)(?::\w+)?\}")
MANY = 2  # a number of which the texts have their plural
ADJUSTING = (
    "A finding marked **adjustable** can be made an error or a warning, or switched off: "
    "[settings](settings.md#rules-about-values)."
)
STILLING = (
    "*Et funn merket **kan stilles**, kan gjøres til feil eller varsel, eller slås av: "
    "[innstillinger](settings.md#rules-about-values).*"
)
ADJUSTABLE = (" · adjustable", " · kan stilles")
SEVERITIES = {Severity.ERROR: ("error", "feil"), Severity.WARNING: ("warning", "varsel")}

RECOGNISED = (
    "armbulk recognises a column by its English or Norwegian header, by one of its other names, or by its name in ARM. "
    "Case, spaces, dots, hyphens and underscores are ignored. Columns in **bold** are required."
)
KJENNES_IGJEN = (
    "*armbulk kjenner igjen en kolonne på engelsk eller norsk overskrift, på et av de andre navnene eller på navnet i "
    "ARM. Store bokstaver, mellomrom, punktum og streker har ingen betydning. Kolonner i **fet skrift** er påkrevd.*"
)

UNVERIFIED = (
    "*Unverified* names are inferred from ARM's documentation. If a value has an unexpected type, its column is "
    "exported as text."
)

PROMISED = (
    "**armbulk never creates an invoice twice on its own, and never loses track of one. If it cannot know whether ARM "
    "has an invoice, it names the invoice and tells you how to settle it.** No program can promise more, because an "
    "answer of the server can be lost. The figures are those of the tests that every change must pass. `make promises` "
    "runs them again, `make soak` runs the long ones."
)


def gaps(code: str) -> set[str]:
    """Return the placeholders in the texts of a code."""
    entry = CATALOGUE[code]
    texts = [text.text(lang) for text in (entry.message, entry.fix) for lang in ("en", "nb")]
    return {f"{{{name}}}" for text in texts for name in GAP.findall(text)}


def plain(text: str) -> str:
    """Return a text with "…" for its placeholders."""
    return GAP.sub("…", text)


def meaning(code: str, lang: str) -> str:
    """What a code means, without values: the words for a finding without a detail, if there are such."""
    entry = CATALOGUE[code]
    message = entry.without_detail or entry.message
    if message.plural:
        return cell(plain(message.fill(count=MANY).text(lang)).replace(str(MANY), "…", 1))
    return cell(plain(message.text(lang)))


def cell(text: str) -> str:
    """A text for a cell of a Markdown table."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;").replace("\n", " ")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """A Markdown table."""
    return [f"| {' | '.join(row)} |" for row in (head, tuple("---" for _ in head), *rows)]


def findings_page() -> str:
    """Every code armbulk can report: meaning, example, what to do."""
    lines = [
        "# Findings", "", GENERATED, "",
        "All errors and warnings of `armbulk check`. *Alle feil og varsler fra `armbulk check`.*", "",
        "An **error** stops the record (an invoice with all its lines). A **warning** stops nothing.", "",
        "*En **feil** stopper posten (en faktura med alle linjene). Et **varsel** stopper ingenting.*", "",
        ADJUSTING, "", STILLING, "",
        *table(("Code", "", "Meaning", "Betydning"), [overview(code) for code in CATALOGUE]), "",
    ]  # fmt: skip
    for code in CATALOGUE:
        lines += one_finding(code)
    return "\n".join(lines) + "\n"


def overview(code: str) -> tuple[str, ...]:
    """A code's line in the list at the top."""
    entry = CATALOGUE[code]
    meanings = [meaning(code, lang) for lang in ("en", "nb")]
    return (f"[`{code}`](#{code})", entry.severity.value, *meanings)


def one_finding(code: str) -> list[str]:
    """A code's own section."""
    entry = CATALOGUE[code]
    en, no = SEVERITIES[entry.severity]
    both = [render_example(code, lang) for lang in ("en", "nb")]
    rows = [
        ("Meaning · Betydning", *(meaning(code, lang) for lang in ("en", "nb"))),
        ("Example · Eksempel", *(f"`{one['cell'] or one['sheet']}` {cell(one['message'])}" for one in both)),
        ("What to do · Slik retter du", *(cell(one["fix"]) for one in both)),
    ]
    english, norwegian = ADJUSTABLE if entry.tunable else ("", "")
    return [f"## {code}", "", f"{en}{english} · *{no}{norwegian}*", "", *table(("", "English", "Norsk"), rows), ""]


def fields_page() -> str:
    """Every field that armbulk knows."""
    lines = [
        "# Fields", "", GENERATED, "",
        RECOGNISED, "", KJENNES_IGJEN, "",
        "`armbulk template customers` (or `documents`, or `all`) writes a workbook with the columns that are required",
        "or common. With `--full` it has every column that can be sent.", "",
    ]  # fmt: skip
    head = ("Column · Kolonne", "Other names · Andre navn", "In ARM · I ARM", "Meaning · Betydning", "Rules · Regler",
            "Example · Eksempel")  # fmt: skip
    for name, resource in RESOURCES.items():
        both = [describe_resource(name, lang)["fields"] for lang in ("en", "nb")]
        rows = [one_field(en, no) for en, no in zip(*both, strict=True)]
        lines += [f"## {resource.title.en} · {resource.title.text('nb')}", "", *table(head, rows), ""]
    return "\n".join([*lines, *read_only()]) + "\n"


def read_only() -> list[str]:
    """The fields of exports only."""
    lines = [
        "# Fields in exports only · Felt bare i eksporter", "",
        "`armbulk export` writes the fields above and these. Other fields that ARM returns follow after them.", "",
        UNVERIFIED, "",
        "*`armbulk export` skriver feltene over og disse. Andre felt som ARM returnerer, kommer etter dem.*", "",
    ]  # fmt: skip
    head = ("Column · Kolonne", "In ARM · I ARM", "Meaning · Betydning", "Kind · Slag", "Example · Eksempel")
    for name, resource in EXPORTS.items():
        both = [describe_read_only_fields(name, lang) for lang in ("en", "nb")]
        rows = [one_read_only(en, no) for en, no in zip(*both, strict=True)]
        note = resource.listing.note if resource.listing else None
        said = [f"{note} *{note.text('nb')}*", ""] if note else []
        title = f"## {resource.title.en} · {resource.title.text('nb')} (`armbulk export {name}`)"
        lines += [title, "", *said, *(table(head, rows) if rows else []), ""]
    return lines


def one_read_only(en: dict[str, Any], no: dict[str, Any]) -> tuple[str, ...]:
    """A field's line, where it only comes out."""
    names = " · ".join(cell(name) for name in dict.fromkeys([en["header"], no["header"]]))
    unverified = " *Unverified.*" if en["source"] in {"I", "X"} else ""
    meaning = f"{cell(en['help'])}{unverified}<br>*{cell(no['help'])}*"
    kind = ", ".join(dict.fromkeys([en["kind"], no["kind"]]))
    example = f"`{en['example']}`" if en["example"] else ""
    return (names, f"`{en['path']}`", meaning, cell(kind), example)


def one_field(en: dict[str, Any], no: dict[str, Any]) -> tuple[str, ...]:
    """A field's line."""
    names = dict.fromkeys([en["header"], no["header"]])
    mark = "**" if en["required"] else ""
    rules = ["; ".join(dict.fromkeys([one["kind"], *one["rules"]])) for one in (en, no)]
    example = f"`{en['example'].replace('|', '/')}`" if en["example"] else ""
    return (
        " · ".join(f"{mark}{cell(name)}{mark}" for name in names),
        cell(", ".join(name for name in en["also"] if name not in names)),
        f"`{en['path']}`" if en["path"] else "–",
        f"{cell(en['help'])}<br>*{cell(no['help'])}*",
        f"{cell(rules[0])}<br>*{cell(rules[1])}*",
        example,
    )


def exit_codes_page() -> str:
    """The meaning of each exit code, and the errors that end a command."""
    kinds = [errors.ArmbulkError, *branches(errors.ArmbulkError)]
    codes = [
        (str(int(code)), *(errors.EXIT_MEANINGS[code].text(lang) for lang in ("en", "nb"))) for code in errors.Exit
    ]
    stops = [(f"`{one.__name__}`", cell(first(one)), str(int(one.exit))) for one in kinds]
    lines = [
        "# Exit codes", "", GENERATED, "",
        "How a command ended, for scripts. *Hvordan en kommando endte, for skript.*", "",
        *table(("Code", "Means", "Betyr"), codes), "",
        "The errors that end a command, by their names in the [Python API](api.md#errors):", "",
        *table(("Kind", "When", "Code"), stops),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every command with its usage, examples and options; the options of all commands are listed once."""
    group = click.Context(cli, info_name="armbulk", help_option_names=["-h", "--help"])
    commands = {name: command for name in cli.list_commands(group) if (command := cli.get_command(group, name))}
    shared = set.intersection(*({str(each.name) for each in command.params} for command in commands.values()))
    lines = [
        "# Commands", "", GENERATED, "",
        "`armbulk COMMAND --help` shows the same on the screen.", "",
        "## Options of all commands", "",
        *options_table([each for each in next(iter(commands.values())).params if each.name in shared], group), "",
    ]  # fmt: skip
    for name, command in commands.items():
        context = click.Context(command, info_name=name, parent=group, max_content_width=100, terminal_width=100)
        own = [each for each in command.params if each.name not in shared]
        usage = re.split(r"\n(?:General o|O)ptions:\n", command.get_help(context))[0].rstrip()
        lines += [f"## armbulk {name}", "", "```text", usage, "```", "", *options_table(own, context), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def options_table(parameters: list[click.Parameter], context: click.Context) -> list[str]:
    """A table of options; nothing for a command without any."""
    records = [each.get_help_record(context) for each in parameters if isinstance(each, click.Option)]
    rows = [(f"`{cell(record[0])}`", cell(record[1])) for record in records if record]
    return table(("Option", "Meaning"), rows) if rows else []


def promises_page() -> str:
    """The promises, with the results of their tests."""
    promises = tomllib.loads((FOLDER / "promises.toml").read_text(encoding="utf-8"))
    proofs = json.loads((FOLDER / "promises.json").read_text(encoding="utf-8"))
    head = ("", "Promise", "Proofs", "Passed")
    rows = [
        (f"[{name}](#{name.lower()})", cell(one["title"]), str(len(proofs.get(name, []))), passed(proofs.get(name, [])))
        for name, one in promises.items()
    ]
    lines = [
        "# Promises", "",
        GENERATED.replace("make docs", "make promises"), "",
        PROMISED, "",
        *table(head, rows), "",
    ]  # fmt: skip
    for name, one in promises.items():
        lines += one_promise(name, one, proofs.get(name, []))
    return "\n".join(lines).rstrip("\n") + "\n"


def passed(proofs: list[dict[str, Any]]) -> str:
    """How many of the proofs' cases passed."""
    cases = sum(one["cases"] for one in proofs)
    return f"{sum(one['passed'] for one in proofs)} of {cases}" if cases else "–"


def one_promise(name: str, one: dict[str, str], proofs: list[dict[str, Any]]) -> list[str]:
    """The section of a promise: what, how, what is not covered, and its proofs."""
    lines = [f"## {name}", "", f"**{one['title']}.** {one['says']}", "", f"*How:* {one['how']}", ""]
    if "not" in one:
        lines += [f"*Not covered:* {one['not']}", ""]
    if not proofs:
        return [*lines, "*No test of its own.*", ""]
    rows = [
        (cell(proof["says"]), passed([proof]), "<br>".join(map(cell, proof["figures"])), f"`pytest {proof['test']}`")
        for proof in proofs
    ]
    return [*lines, *table(("Proof", "Passed", "Figures", "Command"), rows), ""]


def branches(kind: type[errors.ArmbulkError]) -> list[type[errors.ArmbulkError]]:
    """Every kind of error below `kind`, in the order of the tree."""
    return [one for child in kind.__subclasses__() for one in (child, *branches(child))]


def first(kind: type) -> str:
    """The first line of a docstring."""
    return (kind.__doc__ or "").partition("\n")[0]


PAGES = {
    "findings.md": findings_page,
    "fields.md": fields_page,
    "commands.md": commands_page,
    "exit-codes.md": exit_codes_page,
    "promises.md": promises_page,
}


def main(folder: Path = FOLDER) -> None:
    """Write every page into `folder`."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8", newline="\n")
        print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
