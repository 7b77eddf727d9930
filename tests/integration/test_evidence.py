"""The evidence bundle of a run: what was sent, when, on which file's basis, what ARM answered; and its check."""

import hashlib
import hmac
import io
import json
import os
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.commands import call, called
from support.journey import journey, sample_files, write_files

from armbulk.sandbox import Sandbox

Parts = dict[str, bytes]


def unpack(path: Path) -> Parts:
    """The parts of a bundle."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, parts: Parts) -> None:
    """Pack parts as armbulk does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def sign(parts: Parts) -> Parts:
    """Parts with a manifest that fits them, as somebody makes it who changes a bundle."""
    listed = {name: {"sha256": hashlib.sha256(part).hexdigest(), "bytes": len(part)} for name, part in parts.items()}
    listed.pop("manifest.json")
    manifest = {**json.loads(parts["manifest.json"]), "parts": listed}
    return {**parts, "manifest.json": json.dumps(manifest).encode()}


def failures(path: Path, *words: str, env: dict[str, str]) -> list[str]:
    """The names of the checks that failed; the exit code says whether there are any."""
    code, said = called("evidence", "--check", str(path), *words, env=env)
    failed = [check["name"] for check in said["checks"] if check["state"] == "failed"]
    assert (code, said["ok"]) == ((1, False) if failed else (0, True)), said
    return failed


# ── what is recorded ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_intent_has_a_hash_of_each_record(tmp_path: Path) -> None:
    """Each submit is stored with the HMAC of the exact JSON of each record, in order, and with what ARM answered."""
    with journey(tmp_path, faults=["429:POST:documents/batches:1"]) as way:
        run = way.begin(sample_files())
        batches = {batch.id: way.store.open_records(batch.id) for batch in way.store.batches(run)}
        key = (way.store.hash_key(run) or "").encode()
        assert way.carry_on(run) == "finished"
        events = way.store.run_events(run)
    submits = [(event.batch, event.sent) for event in events if event.sent is not None]
    assert [batch for batch, _ in submits] == [1, 2, 2]
    assert len(key) == 64
    for batch, sent in submits:
        payloads = [(record.no, record.payload) for record in batches[batch or 0]]
        assert sent == tuple((no, hmac.digest(key, text.encode(), "sha256").hex()) for no, text in payloads)
    answers = [event for event in events if event.status is not None]
    assert [(event.status, bool(event.uuid)) for event in answers] == [(202, True), (429, False), (202, True)]
    assert all(abs((event.arm_time or 0) - event.when) <= 1 for event in answers)
    assert sum(event.why.startswith("ARM's limits are used up") for event in events) == 1


# ── a bundle, and its check ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Sent:
    """A run that was sent, its bundle, its files, and the settings."""

    bundle: Path
    files: list[str]
    env: dict[str, str]
    said: dict[str, Any]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Customers that were created, documents of which one was rejected and the others got lost; a person decided."""
    folder = tmp_path_factory.mktemp("decided")
    files = write_files(folder)[:2]
    mapping = folder / "books.toml"
    columns = '[[sheet]]\nresource = "documents"\n\n[sheet.rename]\n"Bilag" = "document_no"\n'
    mapping.write_text(columns, encoding="utf-8")
    text = Path(files[1]).read_text(encoding="utf-8").replace("Document no;", "Bilag;")
    Path(files[1]).write_text(text.replace("F6;IN;0001", "F6;IN;9999"), encoding="utf-8")
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_SETTLE_SECONDS": "0"}
        env |= {"ARMBULK_HOME": str(folder / "home"), "ARMBULK_LANG": "en", "ARMBULK_BATCH_DOCUMENTS": "5"}
        arm.add_fault("lose-before:POST:documents/batches:1")
        words = ("--mapping", str(mapping), "--yes", "--first-import")
        code, _ = called("import", *files, *words, env=env)
        assert code == 3
        unfinished = folder / "unfinished.zip"
        code, said = called("evidence", "1", "-o", str(unfinished), env=env)
        assert (code, said["state"], said["unconfirmed"]) == (0, "in_doubt", 5)
        assert failures(unfinished, env=env) == []
        assert called("resolve", "--give-up", "--no-ask", "--yes", env=env)[0] == 0
        assert called("resume", "1", env=env)[0] == 1
        code, said = called("evidence", "1", "-o", str(folder / "run.zip"), env=env)
        assert (code, said["state"], said["unconfirmed"], said["hashes_recorded"]) == (0, "finished", 0, True)
        later = called("evidence", "--check", str(unfinished), env=env)[1]["checks"][-1]
        assert (later["state"], "later events" in later["message"]) == ("ok", True)
    return Sent(folder / "run.zip", files, env, said)


def test_a_bundle_shows_what_happened(decided: Sent) -> None:
    """Submits, answers, the lost one, the decision, outcomes, sums; the hashes of files, mapping, plan and result."""
    parts = unpack(decided.bundle)
    run, basis, plan = (json.loads(parts[name]) for name in ("run.json", "input.json", "plan.json"))
    assert (run["client_no"], run["records"], run["outcomes"]["created"]) == ("2218", 9, 3)
    assert run["outcomes"] | {"not_sent": 5, "rejected": 1} == run["outcomes"]
    assert run["versions"]["when_it_began"]["armbulk"]
    assert run["result_workbook"]["as_written"]
    hashes = {Path(file).name: hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in decided.files}
    assert {file["file"]: file["sha256"] for file in basis["files"]} == hashes == plan["files"]
    assert [file["bytes"] for file in basis["files"]] == [Path(file).stat().st_size for file in decided.files]
    assert basis["files"][1]["sheets"][0]["rows"] == 6
    assert hashlib.sha256(parts["mapping.toml"]).hexdigest() == basis["mapping"]["sha256"] == plan["mapping"]
    events = [json.loads(line) for line in parts["events.jsonl"].splitlines()]
    assert [event["records"] for event in events if event["kind"] == "submit"] == [3, 5, 1]
    assert [event.get("http_status") for event in events if event["kind"] == "answer"] == [202, None, 202]
    assert [event["text"] for event in events if event["kind"] == "decision"] == ["Given up by a person: 5 documents"]
    every_total = json.loads(parts["totals.json"])
    totals, groups = every_total["by_outcome"], every_total["control_totals"]["groups"]
    assert [(group["in_file"]["records"], group["accepted"]["records"]) for group in groups] == [(3, 3), (6, 0)]
    assert [(total["outcome"], total["records"], total["amount"]) for total in totals] == [
        ("created", 3, None), ("not_sent", 5, "1250.00"), ("rejected", 1, "250.00"),
    ]  # fmt: skip
    outcomes = parts["outcomes.csv"].decode("utf-8-sig").splitlines()
    assert outcomes[-1].split(",")[:7] == ["9", "documents.csv", "documents", "7", "documents", "F6", "9999"]
    assert "Customer not found" in outcomes[-1]
    payloads = parts["payloads.csv"].decode("utf-8-sig").splitlines()
    assert len(payloads) == 1 + 3 + 5 + 1
    assert decided.said["manifest_sha256"] == hashlib.sha256(parts["manifest.json"]).hexdigest()


def test_a_bundle_is_the_same_each_time_and_replaces_nothing(decided: Sent, tmp_path: Path) -> None:
    """The same run gives the same bytes, for the owner only; another file is kept as .bak, an input is refused."""
    again = tmp_path / "again.zip"
    for _attempt in range(2):
        assert called("evidence", "1", "-o", str(again), env=decided.env)[0] == 0
    assert again.read_bytes() == decided.bundle.read_bytes()
    assert os.name != "posix" or stat.S_IMODE(again.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.zip"]
    again.write_bytes(b"mine")
    code, out, _ = call("evidence", "1", "-o", str(again), "--lang", "no", env=decided.env)
    assert (code, "Skriv ned denne SHA-256" in out) == (0, True)
    assert (tmp_path / "again.zip.bak").read_bytes() == b"mine"
    assert "Hva som ligger i pakken" in unpack(again)["README.txt"].decode()
    assert b"9;documents.csv;documents;7;documents;F6;9999;IN;2026-11-01;NOK;250;" in unpack(again)["outcomes.csv"]
    assert failures(again, env=decided.env) == []
    for words, code in (
        (("1", "-o", decided.files[0]), "replaces-input"),
        (("7", "-o", str(again)), "no-such-run"),
        (("--check", str(again), "-o", str(again)), "options-conflict"),
        (("1", "-o", str(again), "--input", decided.files[0]), "options-conflict"),
        (("-o", str(again)), "nothing-to-do"),
        (("--check", str(tmp_path / "none.zip")), "unreadable"),
    ):
        done, said = called("evidence", *words, env=decided.env)
        assert (done, said["error"]["code"]) == (2, code)


def test_what_was_sent_follows_from_the_files(decided: Sent, tmp_path: Path) -> None:
    """With the files the hashes are calculated again: on the sender's computer, elsewhere from copies in the bundle."""
    inputs = [word for file in decided.files for word in ("--input", file)]
    code, said = called("evidence", "--check", str(decided.bundle), *inputs, env=decided.env)
    states = {check["name"]: check["state"] for check in said["checks"]}
    assert (code, states["recalculated"], states["store"]) == (0, "ok", "ok")
    assert "9 records were sent exactly as they are in the files" in [check["message"] for check in said["checks"]]
    complete, auditor = tmp_path / "complete.zip", {**decided.env, "ARMBULK_HOME": str(tmp_path / "auditor")}
    assert called("evidence", "1", "-o", str(complete), "--with-input", env=decided.env)[1]["has_input"]
    code, said = called("evidence", "--check", str(complete), env=auditor)
    states = {check["name"]: check["state"] for check in said["checks"]}
    assert (code, states["recalculated"], states["store"]) == (0, "ok", "skipped")
    assert not (tmp_path / "auditor" / "armbulk.db").exists()
    other = tmp_path / "documents.csv"
    other.write_bytes(Path(decided.files[1]).read_bytes() + b"\n")
    assert failures(decided.bundle, "--input", str(other), env=auditor) == ["input"]
    text = call("evidence", "--check", str(decided.bundle), "--input", str(other), env=auditor)[1]
    assert ("The bundle itself was not changed" in text, "Do not rely on it" in text) == (True, False)
    parts = unpack(complete)
    rows = parts["payloads.csv"].decode().split("\r\n")
    rows[4] = rows[4][:-64] + "0" * 64  # another record was sent, and every hash of a hash fits
    digests = "".join(f"{row[-64:]}\n" for row in rows[4:9])
    lines = [json.loads(line) for line in parts["events.jsonl"].splitlines()]
    next(line for line in lines if line.get("submit") == 2)["hash"] = hashlib.sha256(digests.encode()).hexdigest()
    parts["payloads.csv"] = "\r\n".join(rows).encode()
    parts["events.jsonl"] = "".join(json.dumps(line) + "\n" for line in lines).encode()
    pack(complete, sign(parts))
    assert failures(complete, env=auditor) == ["recalculated"]
    assert failures(complete, env=decided.env) == ["recalculated", "store"]


def edit(name: str, old: bytes, new: bytes) -> Callable[[Parts], Parts]:
    """Replace something in a part."""

    def change(parts: Parts) -> Parts:
        assert old in parts[name]
        return {**parts, name: parts[name].replace(old, new, 1)}

    return change


SENT = b'"sent": {\n          "records": 3'
ACCEPTED = b'"accepted": {\n          "records": 3'

FORGERIES: dict[str, tuple[Callable[[Parts], Parts], list[str]]] = {
    "a part is changed": (edit("run.json", b'"2218"', b'"2219"'), ["parts", "basis", "store"]),
    "a part is cut off": (lambda parts: {**parts, "run.json": b"{"}, ["parts", "format"]),
    "a part is missing": (lambda parts: {n: part for n, part in parts.items() if n != "plan.json"}, ["parts", "store"]),
    "a needed part is missing": (lambda parts: {n: p for n, p in parts.items() if n != "run.json"}, ["archive"]),
    "a part is added": (lambda parts: {**parts, "mapping-2.toml": b""}, ["parts", "basis"]),
    "an unknown part is added": (lambda parts: {**parts, "more.txt": b""}, ["archive"]),
    "a path that leads outside": (lambda parts: {**parts, "input/../../x": b""}, ["archive"]),
    "a folder as a name": (lambda parts: {**parts, "input/..": b""}, ["archive"]),
    "a bomb": (lambda parts: {**parts, "input/x": bytes(3_000_000)}, ["archive"]),
    "an outcome": (
        lambda parts: sign(edit("outcomes.csv", b",not_sent,", b",created,")(parts)),
        ["records", "totals", "answers", "store"],
    ),
    "an amount": (
        lambda parts: sign(edit("outcomes.csv", b",NOK,250,", b",NOK,950,")(parts)), ["totals", "store"],
    ),
    "a record that was not sent": (
        lambda parts: sign(edit("payloads.csv", b",F1,", b",F9,")(parts)), ["payloads", "store"],
    ),
    "a hash": (
        lambda parts: sign(edit("payloads.csv", b",documents,F6,", b",documents,F6,0")(parts)), ["payloads", "store"],
    ),
    "an answer": (
        lambda parts: sign(edit("answers.jsonl", b'"http_status": null', b'"http_status": 202')(parts)),
        ["answers", "store"],
    ),
    "a decision": (
        lambda parts: sign(edit("events.jsonl", b"Given up by a person", b"Sent by a computer")(parts)), ["store"],
    ),
    "a file's hash": (
        lambda parts: sign(edit("input.json", b'"sha256": "', b'"sha256": "0')(parts)), ["basis", "store"],
    ),
    "the mapping": (lambda parts: sign(edit("mapping.toml", b"Bilag", b"Nr")(parts)), ["basis", "store"]),
    "no JSON": (lambda parts: sign({**parts, "run.json": b"[" * 100_000}), ["format"]),
    "a control total": (
        lambda parts: sign(edit("totals.json", ACCEPTED, ACCEPTED.replace(b"3", b"4"))(parts)),
        ["totals", "store"],
    ),
    "what was sent": (
        lambda parts: sign(edit("totals.json", SENT, SENT.replace(b"3", b"4"))(parts)), ["totals", "store"],
    ),
    "an explanation": (lambda parts: sign(edit("totals.json", b'"given_up"', b'"hidden"')(parts)), ["store"]),
    "what ARM has": (
        lambda parts: sign(edit("totals.json", b'"agrees_with_arm": false', b'"agrees_with_arm": true')(parts)),
        ["totals", "store"],
    ),
    "the README": (lambda parts: sign(edit("README.txt", b"2218", b"2219")(parts)), ["store"]),
    "the run of the manifest": (lambda parts: sign(edit("manifest.json", b'"2218"', b'"2219"')(parts)), ["parts"]),
    "other kinds of values": (lambda parts: sign({**parts, "totals.json": b'{"by_outcome": 7}'}), ["totals", "format"]),
    "no numbers": (lambda parts: sign(edit("outcomes.csv", b",NOK,250,", b",NOK,x,")(parts)), ["totals", "store"]),
    "a number without an end": (
        lambda parts: sign(edit("run.json", b'"run": "1"', b'"run": "x"')(parts)), ["parts", "format"],
    ),
}  # fmt: skip


@pytest.mark.proof
def test_each_forgery_is_found(decided: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is changed, added or removed: a check names it, also where the manifest was written again."""
    monkeypatch.setattr("armbulk.app.evidence.archive.MAX_PART_BYTES", 2_000_000)
    target, original = tmp_path / "forged.zip", unpack(decided.bundle)
    found = {}
    for name, (forge, _expected) in FORGERIES.items():
        pack(target, forge(original))
        found[name] = failures(target, env=decided.env)
    assert found == {name: expected for name, (_forge, expected) in FORGERIES.items()}
    sha256 = decided.said["manifest_sha256"]
    assert failures(decided.bundle, "--manifest", sha256.upper(), env=decided.env) == []
    assert failures(decided.bundle, "--manifest", "0" * 64, env=decided.env) == ["manifest"]


def test_nothing_hides_in_the_zip_file(decided: Sent, tmp_path: Path) -> None:
    """Data before, between, behind or twice in the file, a comment, a password, half a file: refused with a reason."""
    sound, target = decided.bundle.read_bytes(), tmp_path / "forged.zip"
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        second = archive.infolist()[1].header_offset
    twice, commented = io.BytesIO(sound), io.BytesIO(sound)
    with zipfile.ZipFile(twice, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("run.json", b"{}")
    with zipfile.ZipFile(commented, "a") as archive:
        archive.comment = b"more"
    locked = bytearray(sound)
    locked[sound.rindex(b"PK\x01\x02") + 8] |= 1
    forged = [b"", b"PK", b"no zip", sound[:-30], sound[: len(sound) // 2], b"x" + sound, sound + b"x"]
    forged += [sound[:second] + b"xx" + sound[second:], twice.getvalue(), commented.getvalue(), bytes(locked)]
    forged += [sound[:50] + bytes([sound[50] ^ 255]) + sound[51:]]
    for content in forged:
        target.write_bytes(content)
        assert failures(target, env=decided.env) == ["archive"], content[:20]


def test_a_run_of_an_earlier_version(tmp_path: Path) -> None:
    """What an earlier version did not record is missing, and the bundle says so; a deleted run is named as such."""
    files = write_files(tmp_path)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_HOME": str(tmp_path / "home")}
        assert called("import", *files, "--yes", "--first-import", env=env)[0] == 0
    with sqlite3.connect(tmp_path / "home" / "armbulk.db") as raw:
        raw.execute("UPDATE run SET hash_key = NULL, options = json_remove(options, '$.origin')")
        raw.execute("UPDATE event SET hashes = NULL, status = NULL, uuid = NULL, arm_time = NULL")
        raw.execute("DELETE FROM event WHERE why = 'personal data removed'")
        raw.execute("UPDATE item SET warnings = 'Kunde 1'")
    raw.close()
    (tmp_path / "customers.csv").unlink()
    target = tmp_path / "run.zip"
    code, said = called("evidence", "1", "-o", str(target), env=env)
    assert (code, said["hashes_recorded"], "plan.json" in said["parts"]) == (0, False, False)
    parts = unpack(target)
    assert b"earlier version" in parts["README.txt"]
    assert parts["payloads.csv"].count(b"\n") == 1
    assert json.loads(parts["input.json"])["files"][0]["sheets"] is None
    assert b"Kunde" not in b"".join(parts.values())
    assert failures(target, env=env) == []
    code, said = called("evidence", "1", "-o", str(target), "--with-input", env=env)
    assert (code, said["error"]["code"]) == (2, "input-changed")
    assert called("purge", "--older-than", "0d", "--yes", env=env)[0] == 0
    code, said = called("evidence", "1", "-o", str(target), env=env)
    assert (code, "was deleted" in said["error"]["message"]) == (2, True)
    code, said = called("evidence", "--check", str(target), env=env)
    assert (code, said["checks"][-1]["state"]) == (0, "skipped")
