"""Templates: workbooks to fill in, with the steps to take, drop-downs, a guide and (optional) example rows."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from armbulk.app.fields import describe_resource
from armbulk.errors import FileError, UsageError
from armbulk.i18n import ENGLISH, NORWEGIAN, Text, _
from armbulk.model.command_line import write_command
from armbulk.model.fields import Resource
from armbulk.model.known_codes import KnownCodes
from armbulk.model.result_columns import GUIDE, SUMMARY
from armbulk.resources import list_template_resources
from armbulk.resources.example_rows import list_example_rows
from armbulk.writers.atomic import verify_writable
from armbulk.writers.template import TemplateBook, TemplateTable
from armbulk.writers.template_guide import ONLY_FULL, OPTIONAL, REQUIRED, GuideRow
from armbulk.writers.template_start import ExampleRow, StartPage, StartStep
from armbulk.writers.workbooks import write_template


def create_template(
    resource: str,
    target: Path | None,
    lang: str,
    *,
    full: bool,
    examples: bool,
    replace: bool,
    codes: KnownCodes | None = None,
) -> dict[str, Any]:
    """Write the template of a resource; return what was written, as the JSON of `armbulk template` has it.

    Args:
        resource: One of `list_template_resources`.
        target: The workbook; None: a name in this folder.
        lang: Of headers and texts.
        full: Whether it has every column, or those that are required or common.
        examples: Whether a few rows are filled in.
        replace: Whether a file of that name may be replaced; it is kept as .bak.
        codes: ARM's codes, for the drop-downs.

    Raises:
        UsageError: The target is no .xlsx.
        FileError: The file exists and may not be replaced, or cannot be written.
    """
    resources = [codes.complete(each) if codes else each for each in list_template_resources()[resource]]
    path = target or Path(name_template(resource, lang))
    if path.suffix.lower() != ".xlsx":
        raise UsageError(
            "not-xlsx", _("{path} does not end in .xlsx", path=path), _("Use a file name that ends in .xlsx with -o")
        )
    verify_writable(path)
    if path.exists() and not replace:
        raise FileError(
            "file-exists",
            _("{path} already exists", path=path),
            _("Choose another file with -o, or replace this one with --yes"),
        )
    tables = [
        TemplateTable(each, each.list_template_fields(full=full), list_example_rows(each, lang) if examples else [])
        for each in resources
    ]
    notes = list(_list_notes(resource, full=full, examples=examples))
    written, sheets = write_template(path, build_template(tables, path.name, notes, lang), lang)
    return {
        "resource": resource,
        "file": str(written),
        "sheets": sheets,
        "examples": examples,
        "full": full,
        "columns": {table.resource.name: len(table.columns) for table in tables},
    }


def build_template(tables: Sequence[TemplateTable], file: str, notes: Sequence[Text], lang: str) -> TemplateBook:
    """Return the workbook with these sheets to fill in, and the sheets that explain it.

    Args:
        tables: The sheets to fill in.
        file: The name of the workbook, for the commands on its first sheet.
        notes: What else to know about it.
        lang: Of its texts.
    """
    sheets = [table.resource.title.text(lang) for table in tables]
    start = StartPage(_list_steps(file, sheets), notes, [_show_example(table, lang) for table in tables])
    return TemplateBook(start, tables, list(list_guide_rows(tables, lang)))


def name_template(resource: str, lang: str) -> str:
    """Return the file name of a template: the titles of its resources, without those of lines."""
    resources = list_template_resources()[resource]
    lines = [resource.lines.name for resource in resources if resource.lines]
    titles = [resource.title for resource in resources if resource.name not in lines]
    names = _("-and-").text(lang).join(title.text(lang).lower() for title in titles)
    return _("{names}-template.xlsx", names=names).text(lang)


def _list_steps(file: str, sheets: Sequence[str]) -> list[StartStep]:
    """Return the five steps from a template to the result."""
    result = f"{Path(file).stem}.result.xlsx"
    return [
        StartStep(
            _("Fill in"),
            _(
                "Each row of {sheets} is one record. Click a cell to see what belongs in it. Columns with a dark "
                "header are required.",
                sheets=", ".join(sheets),
            ),
        ),
        StartStep(
            _("Save"),
            _(
                "The commands below use the name {file}. If you choose another name, type that one. Do not rename "
                "the sheets or the headers.",
                file=file,
            ),
        ),
        StartStep(
            _("Check"),
            _(
                "Open a terminal in the folder of the workbook, and type the command below. It finds every error, and "
                "sends nothing. Correct the cells, save, and check again. To get a copy in which the wrong cells are "
                "red, add: -o marked.xlsx"
            ),
            write_command("check", [file]),
        ),
        StartStep(
            _("Import"),
            _("armbulk shows what it will send, and asks before it sends. The first time, sign in with: armbulk login"),
            write_command("import", [file]),
        ),
        StartStep(
            _("Open the result"),
            _(
                "{result} has your rows, each with its outcome. The sheet {summary} says what to do next.",
                result=result,
                summary=SUMMARY,
            ),
        ),
    ]


def _list_notes(resource: str, *, full: bool, examples: bool) -> Iterator[Text]:
    """Yield what else to know about a template."""
    if examples:
        yield _("The rows in this workbook are examples. Replace them with your own before you import.")
    if full:
        yield _("You may delete columns that you do not need. The sheet {guide} explains every column.", guide=GUIDE)
    else:
        command = f"{write_command('template', [resource])} --full"
        yield _(
            "This is the short form. The sheet {guide} lists every column. To get all of them: {command}",
            guide=GUIDE,
            command=command,
        )


def _show_example(table: TemplateTable, lang: str) -> ExampleRow:
    """Return an example row of a sheet: of its required and common columns."""
    row = list_example_rows(table.resource, lang)[0]
    fields = [field for field in table.resource.list_template_fields(full=False) if row.get(field.name)]
    return ExampleRow(
        sheet=table.resource.title.text(lang),
        cells=tuple((field.header.text(lang), field.write_value(row[field.name], lang)) for field in fields),
        required=tuple(field.header.text(lang) for field in fields if field.required),
    )


def list_guide_rows(tables: Sequence[TemplateTable], lang: str) -> Iterator[GuideRow]:
    """Yield the explanation of each column: first of those on the sheets, then of those only the full template has."""
    for table in tables:
        yield from _explain_fields(table.resource, {field.name for field in table.columns}, lang)
    for table in tables:
        on_sheet = {field.name for field in table.columns}
        others = {field.name for field in table.resource.list_template_fields(full=True)} - on_sheet
        yield from _explain_fields(table.resource, others, lang, only_full=True)


def _explain_fields(
    resource: Resource, names: AbstractSet[str], lang: str, *, only_full: bool = False
) -> Iterator[GuideRow]:
    """Yield the explanation of some fields, in the template's language first."""
    other_lang = NORWEGIAN if lang == ENGLISH else ENGLISH
    first, second = (describe_resource(resource.name, language)["fields"] for language in (lang, other_lang))
    for field, translated in zip(first, second, strict=True):
        if field["field"] in names:
            use = REQUIRED if field["required"] else OPTIONAL
            yield GuideRow(
                sheet=resource.title.text(lang),
                headers=(field["header"], translated["header"]),
                use=ONLY_FULL if only_full else use,
                meanings=(field["help"], translated["help"]),
                rules=(_join_rules(field), _join_rules(translated)),
                example=field["example"],
                path=field["path"],
            )


def _join_rules(field: dict[str, Any]) -> str:
    return "; ".join([field["kind"], *field["rules"]])
