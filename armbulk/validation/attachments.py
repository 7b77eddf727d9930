"""Attachments of documents: each name in the column is found beside the workbook, read, and paired with its document.

Nothing is sent of them: how ARM takes files is not documented (ARMrest API, "POST files": title and codes only).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from armbulk.findings.frame import empty_findings, make_finding, merge_findings
from armbulk.i18n import Text, _, join_texts, ngettext, pack_text
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.sheet import Sheet, Table
from armbulk.readers.attachments import Attachment, AttachmentFolder, AttachmentProblem
from armbulk.validation.cell_findings import make_cell_findings

ATTACHMENT_SCHEMA = pl.Schema(
    {
        "sheet": pl.UInt16,  # index into the sheets of the check
        "row": pl.Int64,
        "document_no": pl.String,
        "name": pl.String,  # as it is in the cell
        "path": pl.String,  # below the folder of the workbook
        "bytes": pl.Int64,
        "sha256": pl.String,
    }
)
"""Columns and dtypes of the attachments of a check: one row for each file of a document."""

_COLUMN = "attachments"
_READ_SCHEMA = {"sheet": pl.UInt16, "value": pl.String, "path": pl.String, "bytes": pl.Int64, "sha256": pl.String,
                "code": pl.String, "detail": pl.String}  # fmt: skip
_MAX_NAMED = 5
_MEGABYTE = 1024 * 1024


def no_attachments() -> pl.DataFrame:
    """Return attachments without a row."""
    return pl.DataFrame(schema=ATTACHMENT_SCHEMA)


def check_attachments(
    documents: Table | None, sheets: Sequence[Sheet], matches: Sequence[HeaderMatch]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the attachments that documents name.

    Args:
        documents: The typed documents; None: there are none.
        sheets: The sheets: attachments are below the folder of their file.
        matches: The columns of the sheets.

    Returns:
        The attachments that can be used (columns of ATTACHMENT_SCHEMA), and the findings.
    """
    if documents is None or documents.rows[_COLUMN].null_count() == documents.rows.height:
        return no_attachments(), empty_findings()
    named = (
        documents.rows.select("sheet", "row", document_no=documents.resource.key, value=_COLUMN)
        .explode("value")
        .drop_nulls("value")
    )
    folders = {folder: AttachmentFolder(Path(folder)) for folder in {_folder_of(sheet) for sheet in sheets}}
    read = [
        (index, name, *_read(folders[_folder_of(sheets[index])], name))
        for index, name in named.select("sheet", "value").unique(maintain_order=True).iter_rows()
    ]
    rows = named.join(
        pl.DataFrame(read, schema=_READ_SCHEMA, orient="row"), on=["sheet", "value"], maintain_order="left"
    )
    usable = rows.filter(pl.col("code").is_null())
    field = documents.resource.field(_COLUMN)
    findings = [
        make_cell_findings(documents, rows.filter(code=code), code, field, pl.col("detail"))
        for code in rows["code"].drop_nulls().unique(maintain_order=True)
    ]
    findings.append(
        make_cell_findings(documents, _find_repeated(usable, sheets), "attachment-repeated", field, pl.col("detail"))
    )
    findings += _report_sheets(named, usable, folders, sheets, matches)
    return usable.rename({"value": "name"}).select(list(ATTACHMENT_SCHEMA)), merge_findings(findings)


def _folder_of(sheet: Sheet) -> str:
    return str(Path(sheet.file).parent)


def _read(folder: AttachmentFolder, name: str) -> tuple[str | None, int | None, str | None, str | None, str | None]:
    """Return the path, bytes and hash of a file; or the code and the detail of what is wrong."""
    result = folder.read(name)
    match result:
        case Attachment():
            return result.path, result.size, result.sha256, None, None
        case AttachmentProblem():
            return None, None, None, result.code, pack_text(result.detail) or None


def _find_repeated(usable: pl.DataFrame, sheets: Sequence[Sheet]) -> pl.DataFrame:
    """Return the first row of each content that several rows have, with the others in `detail`."""
    once = usable.unique(["sheet", "row", "sha256"], keep="first", maintain_order=True)
    groups = once.group_by("sha256", maintain_order=True).agg("sheet", "row", "value")
    groups = groups.filter(pl.col("row").list.len() > 1)
    rows = [
        (own[0], lines[0], names[0], pack_text(_name_rows(own, lines, names, sheets)))
        for own, lines, names in groups.select("sheet", "row", "value").iter_rows()
    ]
    schema = {"sheet": pl.UInt16, "row": pl.Int64, "value": pl.String, "detail": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _name_rows(own: Sequence[int], rows: Sequence[int], names: Sequence[str], sheets: Sequence[Sheet]) -> Text:
    """Return the other rows with a file: the first of them by sheet, row and name."""
    others: list[Text | str] = []
    for index, row, name in list(zip(own, rows, names, strict=True))[1 : _MAX_NAMED + 1]:
        sheet = sheets[index].name if index != own[0] else ""
        text = _("{sheet} row {row}", sheet=sheet, row=row) if sheet else _("row {row}", row=row)
        others.append(text if name == names[0] else _("{row} as {name}", row=text, name=name))
    if len(rows) > _MAX_NAMED + 1:
        others.append(_("{count:number} more", count=len(rows) - _MAX_NAMED - 1))
    return join_texts(*others, separator=", ")


def _report_sheets(
    named: pl.DataFrame,
    usable: pl.DataFrame,
    folders: Mapping[str, AttachmentFolder],
    sheets: Sequence[Sheet],
    matches: Sequence[HeaderMatch],
) -> list[pl.DataFrame]:
    """Return for each sheet that nothing is sent of its attachments, and the files beside them that no row names."""
    findings = []
    reported: set[str] = set()
    for index in named["sheet"].unique().sort():
        match = matches[index]
        header = {"row": match.header_row, "column": match.columns.get(_COLUMN), "field": _COLUMN}
        count = usable.filter(pl.col("sheet") == index).height
        if count:
            findings.append(make_finding(index, "attachments-not-sent", value=str(count), **header))
        folder = _folder_of(sheets[index])
        unused = folders[folder].list_unused() if folder not in reported else []
        reported.add(folder)
        if unused:
            shown = ", ".join(unused[:_MAX_NAMED]) + (", …" if len(unused) > _MAX_NAMED else "")
            findings.append(make_finding(index, "attachment-unused", value=str(len(unused)), detail=shown, **header))
    return findings


def describe_attachments(attachments: pl.DataFrame) -> Text:
    """Return how many files are attached to how many documents, and their size."""
    files, documents = attachments["sha256"].n_unique(), attachments.select("sheet", "row").n_unique()
    size = int(attachments.unique("sha256")["bytes"].sum() or 0)
    shown = f"{size / _MEGABYTE:.1f} MB" if size >= _MEGABYTE else f"{-(-size // 1024)} kB"
    of_documents = ngettext("{count:number} document", "{count:number} documents", count=documents)
    return ngettext(
        "{count:number} file for {documents} ({size})",
        "{count:number} files for {documents} ({size})",
        count=files,
        documents=of_documents,
        size=shown,
    )
