"""Check a bundle: its structure, its manifest, its parts with each other, the input files, and the local store."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from armbulk.app.evidence import parts as names
from armbulk.app.evidence.archive import (
    INPUT_FOLDER,
    MANIFEST,
    README,
    BundleRefusedError,
    OpenBundle,
    copy_part,
    open_bundle,
)
from armbulk.app.evidence.consistency import (
    FAILED,
    MALFORMED,
    OK,
    SKIPPED,
    BundleContent,
    EvidenceCheck,
    check_consistency,
    parse_parts,
)
from armbulk.app.evidence.recalculate import recalculate_hashes
from armbulk.app.evidence.store_comparison import compare_with_store
from armbulk.errors import FileError, StoreError, describe_os_error
from armbulk.i18n import Text, _, ngettext
from armbulk.model.plain_text import show_safely
from armbulk.store import Store

_REQUIRED = {
    README, MANIFEST, names.RUN, names.INPUT, names.PAYLOAD_TABLE, names.ANSWERS, names.OUTCOME_TABLE, names.TOTALS,
    names.EVENTS,
}  # fmt: skip
_IDENTITY = ("armbulk_evidence", "run", "client_no")
"""What the manifest and run.json both say of the run."""


@dataclass(slots=True)
class EvidenceReport:
    """What the check of a bundle found.

    Attributes:
        path: The bundle.
        lang: The language of `to_json`.
        checks: Every check, in order.
        manifest_sha256: The hash of the manifest; "" when it cannot be read.
        run: What run.json says of the run; empty when it cannot be read.
    """

    path: Path
    lang: str
    checks: list[EvidenceCheck] = field(default_factory=list)
    manifest_sha256: str = ""
    run: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return all(check.state != FAILED for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return it as the JSON of `armbulk evidence --check` has it."""
        shown = ("run", "client_no", "address", "state", "started", "records", "unconfirmed")
        return {
            "file": str(self.path),
            "ok": self.ok,
            "manifest_sha256": self.manifest_sha256 or None,
            **{name: self.run.get(name) for name in shown},
            "checks": [
                {"name": check.name, "state": check.state, "message": check.message.text(self.lang)}
                for check in self.checks
            ],
        }


def check_bundle(
    path: Path, inputs: Sequence[Path], manifest: str | None, store: Store | None, lang: str
) -> EvidenceReport:
    """Return what is right and wrong in a bundle.

    Args:
        path: the bundle.
        inputs: files to compare with those that were read.
        manifest: the SHA-256 of the manifest that was written down; None: it is not compared.
        store: the store of this computer; None: there is none.
        lang: the language of the report.

    Raises:
        FileError: a file cannot be read.
    """
    report = EvidenceReport(path, lang)
    hashes = {name: _hash_file(name) for name in inputs}
    try:
        bundle = open_bundle(path)
    except OSError as error:
        raise _unreadable(path, error) from None
    except BundleRefusedError as refused:
        report.checks.append(EvidenceCheck("archive", FAILED, refused.reason))
        return report
    report.checks.append(_report_archive(bundle))
    if not report.ok:
        return report
    report.manifest_sha256 = bundle.hashes[MANIFEST]
    report.checks.append(_check_manifest(bundle))
    if manifest is not None:
        report.checks.append(_compare_manifest(bundle, manifest))
    try:
        content = parse_parts(bundle.parts)
        report.run = {name: _show(value) for name, value in content.run.items()}
    except MALFORMED:
        message = _("This version of armbulk does not know the format of the bundle. Use a newer version of armbulk")
        damaged = _("A changed part cannot be read. The contents of the parts were not compared.")
        report.checks.append(EvidenceCheck("format", FAILED, message if report.ok else damaged))
        return report
    report.checks += check_consistency(content)
    for check in (_check_files(path, bundle, content, hashes, store), _check_store(bundle, content, store)):
        try:
            report.checks += check
        except MALFORMED:
            report.checks.append(EvidenceCheck("format", FAILED, _("The parts are not in armbulk's format")))
    return report


def _show(value: object) -> object:
    return show_safely(value) if isinstance(value, str) else value


def _report_archive(bundle: OpenBundle) -> EvidenceCheck:
    missing = sorted(_REQUIRED - set(bundle.hashes))
    if missing:
        message = _("It is not an evidence bundle, or parts were removed: {names}", names=", ".join(missing))
        return EvidenceCheck("archive", FAILED, message)
    message = ngettext(
        "The file has {count:number} part, and nothing else",
        "The file has {count:number} parts, and nothing else",
        count=len(bundle.hashes),
    )
    return EvidenceCheck("archive", OK, message)


def _check_manifest(bundle: OpenBundle) -> EvidenceCheck:
    """Whether each part has the size and the hash that the manifest says."""
    try:
        manifest = json.loads(bundle.parts[MANIFEST])
        listed: Mapping[str, Any] = manifest["parts"]
        identity = [manifest[name] for name in _IDENTITY]
        listed_hashes = {str(name): (part["sha256"], part["bytes"]) for name, part in listed.items()}
    except MALFORMED:
        return EvidenceCheck("parts", FAILED, _("The manifest cannot be read"))
    actual = {name: (digest, bundle.sizes[name]) for name, digest in bundle.hashes.items() if name != MANIFEST}
    for text, wrong in (
        (_("Parts were removed: {names}"), [name for name in listed_hashes if name not in actual]),
        (_("Parts were added: {names}"), [name for name in actual if name not in listed_hashes]),
        (
            _("Parts were changed: {names}"),
            [name for name in listed_hashes if name in actual and listed_hashes[name] != actual[name]],
        ),
    ):
        if wrong:
            shown = ", ".join(show_safely(name) for name in sorted(wrong))
            return EvidenceCheck("parts", FAILED, text.fill(names=shown))
    try:
        run = json.loads(bundle.parts[names.RUN])
        is_same = identity == [run[name] for name in _IDENTITY]
    except MALFORMED:
        is_same = True  # the format is checked next
    if not is_same:
        return EvidenceCheck("parts", FAILED, _("The manifest is for another run than run.json"))
    return EvidenceCheck("parts", OK, _("Every part has the size and the SHA-256 listed in the manifest"))


def _compare_manifest(bundle: OpenBundle, expected: str) -> EvidenceCheck:
    if "".join(expected.split()).lower() == bundle.hashes[MANIFEST]:
        return EvidenceCheck("manifest", OK, _("The manifest has the SHA-256 that was written down"))
    return EvidenceCheck("manifest", FAILED, _("The manifest does not have the SHA-256 that was written down"))


# ── the files that were read ────────────────────────────────────────────────────────────────────────────────────────


def _check_files(
    path: Path, bundle: OpenBundle, content: BundleContent, hashes: Mapping[Path, str], store: Store | None
) -> Iterator[EvidenceCheck]:
    """Compare files, and the copies in the bundle, with those that were read; then calculate what they give."""
    read = {str(file["file"]): str(file["sha256"]) for file in content.input["files"]}
    files: dict[str, Path] = {}
    for file, digest in hashes.items():
        name = next((name for name, expected in read.items() if expected == digest), None)
        if name is None:
            message = _("{file} is not one of the files that were read: its SHA-256 differs", file=file)
            yield EvidenceCheck("input", FAILED, message)
            continue
        files[name] = file
        yield EvidenceCheck("input", OK, _("{file} is the file that was read", file=file))
    copies = {name: digest for name, digest in bundle.hashes.items() if name.startswith(INPUT_FOLDER)}
    if copies:
        if sorted(copies.values()) != sorted(read.values()):
            yield EvidenceCheck("copies", FAILED, _("The copies of the files are not the files that were read"))
            return
        yield EvidenceCheck("copies", OK, _("The copies of the files are the files that were read"))
    if not hashes and not copies:
        message = _("The files that were read were not compared. Use --input FILE")
        yield EvidenceCheck("input", SKIPPED, message)
        return
    key = content.run["payload_hashes"].get("key") or _find_key(content, store)
    if not key or not content.payloads:
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, (part, digest) in enumerate(copies.items()):
            name = next(name for name, expected in read.items() if expected == digest)
            target = Path(folder) / f"{number}{Path(name).suffix}"
            copy_part(path, part, target)
            files.setdefault(name, target)
        if set(files) == set(read):
            yield recalculate_hashes(content, files, str(key))


def _find_key(content: BundleContent, store: Store | None) -> str | None:
    """The key of the hashes in the store of this computer; None where it does not have the run."""
    if store is None or store.identity() != content.run["store"]:
        return None
    return store.hash_key(int(content.run["run"]))


def _hash_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> FileError:
    return FileError(
        "unreadable",
        _("{path} cannot be read: {reason}", path=path, reason=describe_os_error(error)),
        _("Check the file name and the permissions"),
    )


# ── the store of this computer ──────────────────────────────────────────────────────────────────────────────────────


def _check_store(bundle: OpenBundle, content: BundleContent, store: Store | None) -> Iterator[EvidenceCheck]:
    """Compare the bundle with the store, if it has the run."""
    if store is None or store.identity() != content.run["store"]:
        message: Text = _("Not compared with armbulk's database: the records were sent from another computer or user")
        yield EvidenceCheck("store", SKIPPED, message)
        return
    try:
        yield compare_with_store(bundle.parts, list(bundle.hashes), content, store)
    except StoreError as error:
        yield EvidenceCheck("store", SKIPPED, _("Not compared with armbulk's database: {reason}", reason=error.message))
