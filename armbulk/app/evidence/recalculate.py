"""Calculate the hashes of what was sent again, from the input files: what was sent is what the files say."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from armbulk._version import __version__
from armbulk.app.evidence.consistency import FAILED, OK, SKIPPED, BundleContent, EvidenceCheck
from armbulk.errors import ArmbulkError
from armbulk.i18n import Text, _, ngettext
from armbulk.model.read_options import ReadOptions
from armbulk.planning.items import build_items
from armbulk.store.payload_hashes import hash_payload
from armbulk.validation.check import check_files

_NAME = "recalculated"


def recalculate_hashes(content: BundleContent, files: Mapping[str, Path], key: str) -> EvidenceCheck:
    """Return whether the files give the documents exactly as they were sent.

    A customer may have been sent otherwise: an update is completed with ARM's values.

    Args:
        content: the bundle.
        files: name → input file, each with the hash of the bundle.
        key: the key of the hashes.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            payloads = _encode_again(content, files, Path(folder))
    except ArmbulkError as error:
        return _skip(error.message)
    wrong: dict[str, list[str]] = {"customers": [], "documents": []}
    equal = 0
    for row in content.payloads:
        payload = payloads.get(int(row["record"]))
        if payload is not None and hash_payload(key, payload) == row["hmac_sha256"]:
            equal += 1
        else:
            wrong[row["resource"]].append(row["number"])
    if wrong["documents"]:
        return _report_difference(content, wrong["documents"])
    result = ngettext(
        "{count:number} record was sent exactly as it is in the files",
        "{count:number} records were sent exactly as they are in the files",
        count=equal,
    )
    if wrong["customers"]:
        result = ngettext(
            "{result}; {count:number} customer was completed with ARM's values first",
            "{result}; {count:number} customers were completed with ARM's values first",
            count=len(wrong["customers"]),
            result=result,
        )
    return EvidenceCheck(_NAME, OK, result)


def _encode_again(content: BundleContent, files: Mapping[str, Path], folder: Path) -> dict[int, str]:
    """Return record number → JSON, as this version of armbulk makes it of the files."""
    options = replace(_restore_options(content, folder), attachments=False)  # they are not in the bundle
    checked = check_files(_name_files(content, files), options)
    return dict(build_items(checked).drop_nulls("payload").select("no", "payload").iter_rows())


def _name_files(content: BundleContent, files: Mapping[str, Path]) -> list[str]:
    names = []
    for named in content.input["named"]:
        name, mark, selector = named.partition("#")
        names.append(f"{files[name]}{mark}{selector}")
    return names


def _restore_options(content: BundleContent, folder: Path) -> ReadOptions:
    """Return how the files were read, with the mappings of the bundle as files in a folder."""
    options: dict[str, Any] = dict(content.input["read_with"])
    options["unread_columns"] = tuple(options.get("unread_columns", ()))
    paths = [folder / f"{number}.toml" for number in range(len(content.mappings))]
    for path, mapping in zip(paths, content.mappings, strict=True):
        path.write_bytes(mapping)
    sheets = (content.input["mapping"] or {}).get("sheets", [])
    if sheets:
        options["saved_mappings"] = tuple(zip(sheets, map(str, paths), strict=True))
    elif paths:
        options["mapping"] = str(paths[0])
    return ReadOptions(**options)


def _report_difference(content: BundleContent, numbers: list[str]) -> EvidenceCheck:
    count, first = len(numbers), ", ".join(numbers[:3])
    differs = ngettext(
        "{count:number} document was not sent as it is in the files: {numbers}",
        "{count:number} documents were not sent as they are in the files: {numbers}",
        count=count,
        numbers=first,
    )
    began = ((content.run["versions"] or {}).get("when_it_began") or {}).get("armbulk")
    if began == __version__:
        return EvidenceCheck(_NAME, FAILED, differs)
    return _skip(_("armbulk {version} sent them, and this version writes documents differently", version=began or "?"))


def _skip(reason: Text) -> EvidenceCheck:
    message = _("The hashes of what was sent could not be calculated again: {reason}", reason=reason)
    return EvidenceCheck(_NAME, SKIPPED, message)
