"""Write the evidence bundle of a run: complete or not at all, readable by its owner only, the same bytes each time."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armbulk.app.evidence.archive import INPUT_FOLDER, MANIFEST, MAX_UNPACKED_BYTES, README, pack
from armbulk.app.evidence.parts import FORMAT, write_parts
from armbulk.app.evidence.readme import write_readme
from armbulk.app.evidence.snapshot import RunSnapshot, take_snapshot
from armbulk.app.runs import list_run_files
from armbulk.clock import Clock
from armbulk.errors import FileError, UsageError, describe_os_error
from armbulk.i18n import _
from armbulk.model.outcome import Outcome
from armbulk.store import Run, Store
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.inputs import find_input

_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class EvidenceBundle:
    """A bundle that was written.

    Attributes:
        path: The file.
        run: The number of the run.
        manifest_sha256: The hash of its manifest, to be written down or signed.
        parts: The names of its parts.
        state: The state of the run: only a `finished` one does not change any more.
        records: How many records the run has.
        unconfirmed: How many of them ARM has not confirmed.
        hashes_recorded: Whether there are hashes of what was sent; not if an earlier version of armbulk sent it.
        has_input: Whether it has copies of the input files, and so personal data.
    """

    path: Path
    run: int
    manifest_sha256: str
    parts: tuple[str, ...]
    state: str
    records: int
    unconfirmed: int
    hashes_recorded: bool
    has_input: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as the JSON of `armbulk evidence` has it."""
        return {
            "run": str(self.run),
            "state": self.state,
            "records": self.records,
            "unconfirmed": self.unconfirmed,
            "hashes_recorded": self.hashes_recorded,
            "has_input": self.has_input,
            "manifest_sha256": self.manifest_sha256,
            "parts": list(self.parts),
            "file": str(self.path),
        }


def write_bundle(
    store: Store, run_id: int, target: Path, lang: str, clock: Clock, *, with_input: bool = False
) -> EvidenceBundle:
    """Write the evidence bundle of a run. Another file of this name is kept as .bak.

    Args:
        store: where the run is.
        run_id: its number.
        target: the bundle.
        lang: the language of explanations and messages.
        clock: for waiting a little while the target is open elsewhere.
        with_input: whether the input files are in it, and the key with which the hashes can be calculated again.

    Raises:
        StoreError: there is no such run, or its data was deleted.
        Unfinished: another process is sending it at this moment.
        UsageError: the target is one of the run's files.
        FileError: it cannot be written, or an input file was changed.
    """
    snapshot = take_snapshot(store, run_id)
    run = snapshot.run
    files = [Path(name.partition("#")[0]) for name in list_run_files(run)]
    _verify_target(target, files, run)
    parts = write_parts(snapshot, lang, _describe_result(run, store), with_key=with_input)
    copies = _name_copies(run) if with_input else {}
    readme = write_readme(snapshot, [*parts, *copies], lang)
    contents: dict[str, bytes | Path] = {README: readme, **parts, **copies}
    manifest = _write_manifest(snapshot, contents)
    packed = {README: contents.pop(README), MANIFEST: manifest, **contents}
    path = _write(target, packed, clock)
    return EvidenceBundle(
        path,
        run.id,
        hashlib.sha256(manifest).hexdigest(),
        tuple(packed),
        run.state,
        snapshot.items.height,
        snapshot.result.count_outcomes()[Outcome.IN_DOUBT.value],
        snapshot.has_hashes,
        with_input,
    )


def _verify_target(target: Path, files: list[Path], run: Run) -> None:
    """Make sure that the bundle replaces no file of the run."""
    if find_input(target, files):
        raise UsageError(
            "replaces-input",
            _("{target} is an input file and would be overwritten", target=target),
            _("Choose another name with -o"),
        )
    if run.result and target.exists() and Path(run.result).exists() and target.samefile(run.result):
        raise UsageError(
            "replaces-result",
            _("{target} is the result workbook of the run and would be overwritten", target=target),
            _("Choose another name with -o"),
        )


def _describe_result(run: Run, store: Store) -> dict[str, Any] | None:
    """Return what identifies the result workbook of a run; None if there is none (any more)."""
    if not run.result or not (path := Path(run.result)).is_file():
        return None
    digest, size = _hash_content(path)
    return {"file": path.name, "sha256": digest, "bytes": size, "as_written": digest in store.written_files.digests()}


def _name_copies(run: Run) -> dict[str, Path]:
    """Return name → file of the copies of input files; FileError where one was changed since."""
    copies: dict[str, Path] = {}
    for name, recorded in run.sha256.items():
        path = Path(name)
        if not path.is_file() or _hash_content(path)[0] != recorded[:64]:
            raise FileError(
                "input-changed",
                _("{file} was changed or removed after the import and cannot be used as evidence", file=path),
                _("Use the command without --with-input, or put the unchanged file back"),
            )
        part = f"{INPUT_FOLDER}{path.name}"
        copies[part if part not in copies else f"{INPUT_FOLDER}{len(copies) + 1}-{path.name}"] = path
    return copies


def _hash_content(content: bytes | Path) -> tuple[str, int]:
    """Return the SHA-256 and the size of a part."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest(), len(content)
    try:
        with content.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), content.stat().st_size
    except OSError as error:
        raise FileError(
            "unreadable",
            _("{path} cannot be read: {reason}", path=content, reason=describe_os_error(error)),
            _("Check the file name and the permissions"),
        ) from None


def _write_manifest(snapshot: RunSnapshot, contents: Mapping[str, bytes | Path]) -> bytes:
    hashes = {name: _hash_content(content) for name, content in contents.items()}
    manifest = {
        "armbulk_evidence": FORMAT,
        "run": str(snapshot.run.id),
        "client_no": snapshot.run.account.client_no,
        "parts": {name: {"sha256": digest, "bytes": size} for name, (digest, size) in hashes.items()},
    }
    if sum(size for _digest, size in hashes.values()) > MAX_UNPACKED_BYTES:
        raise FileError(
            "too-large", _("The bundle would be larger than 1 GB"), _("Use the command without --with-input")
        )
    return (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()


def _write(target: Path, parts: Mapping[str, bytes | Path], clock: Clock) -> Path:
    """Write the file atomically; the same content as before replaces it without a copy."""
    with temporary_file(target) as temporary:
        handle = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            pack(file, parts)
        return replace_atomically(temporary, target, clock, own=frozenset({_hash_content(temporary)[0]}))
