"""`armbulk validate postings`: off until somebody at Amili is named; nothing leaves without validateOnly."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.commands import call, called

from armbulk.cli import dialog as dialog_module
from armbulk.cli.command import CommandContext
from armbulk.sandbox import Sandbox

HEADER = "Posting no;Customer no;Amount;Currency;Posting date;Text;Counter-account\n"
TWO = HEADER + "1;;100,50;nok;2026-11-30;{amount};0150\n2;;-7;NOK;;;1999\n"
CONFIRMED = (
    '[experimental.auto_postings]\nconfirmed_by = "Kari at Amili"\nconfirmed_on = 2026-11-30\n'
    'columns = { "Counter-account" = "offsetAccountNo" }\n'
)
YES = ("--yes", "--expect-count", "2")


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """A sandbox for tests that do not change what it does."""
    with Sandbox() as arm:
        yield arm


def validate(arm: Sandbox, folder: Path, text: str = TWO, *options: str, config: str = CONFIRMED) -> Any:
    """Validate a file with these rows; returns (exit code, report)."""
    arguments = prepare(folder, text, config)
    return called("validate", "postings", *arguments, *(options or YES), env=settings(arm, folder))


def prepare(folder: Path, text: str = TWO, config: str = CONFIRMED) -> tuple[str, ...]:
    """The file and the method, with a config.toml."""
    path = folder / "postings.csv"
    path.write_text(text, encoding="utf-8")
    (folder / "config.toml").write_text(config, encoding="utf-8")
    return str(path), "--method", "write off/1"


def settings(arm: Sandbox, folder: Path) -> dict[str, str]:
    """The settings to reach the sandbox."""
    return {**arm.settings, "ARMBULK_HOME": str(folder), "ARMBULK_POLL_SECONDS": "0.01"}


def sent(arm: Sandbox) -> list[Any]:
    """What came to the endpoint, in its order."""
    return [each for each in arm.state.requests if "/autopostings" in each.path]


def outcomes(report: Mapping[str, Any]) -> list[str]:
    """The outcome of each row."""
    return [each["outcome"] for each in report["records"]]


@pytest.mark.parametrize(
    ("config", "code"), [("", "not-confirmed"), (CONFIRMED[:30] + "x = 1\n", "experimental-wrong")]
)
def test_nothing_is_sent_before_somebody_is_named(tmp_path: Path, shared: Sandbox, config: str, code: str) -> None:
    """The error says what to ask and what to write."""
    before = len(sent(shared))
    exit_code, report = validate(shared, tmp_path, config=config)
    assert (exit_code, report["error"]["code"], len(sent(shared))) == (5, code, before)


def test_a_set_is_validated_and_nothing_is_posted(tmp_path: Path, shared: Sandbox) -> None:
    """One request, exact amounts, own columns as text under their keys; the cost is counted and shown."""
    before = len(sent(shared))
    code, report = validate(shared, tmp_path)
    assert (code, report["state"], outcomes(report), report["run"]) == (0, "finished", ["valid", "valid"], None)
    (request,) = sent(shared)[before:]
    assert request.path.endswith("/autopostings/write%20off%2F1") or request.path.endswith("/autopostings/write off/1")
    assert '"amount":100.50,' in request.body.decode()
    assert json.loads(request.body)["autoPostings"] == [
        {
            "validateOnly": True, "amount": 100.5, "currency": "NOK", "postingDate": "2026-11-30", "text": "{amount}",
            "offsetAccountNo": "0150",
        },
        {"validateOnly": True, "amount": -7, "currency": "NOK", "offsetAccountNo": "1999"},
    ]  # fmt: skip
    assert shared.state.auto_postings == []
    assert report["cost"] == {"requests": 1, "reads": 0, "writes": 2}
    hour = [row for row in called("usage", env=settings(shared, tmp_path))[1]["meters"] if row["window"] == "hour"]
    assert {row["meter"]: row["used"] for row in hour} == report["cost"]
    rows = list(openpyxl.load_workbook(report["result"]).worksheets[0].iter_rows(min_row=5, values_only=True))
    assert [(row[2], row[8]) for row in rows] == [("1", "valid"), ("2", "valid")]


def test_a_failed_posting_rejects_the_set(tmp_path: Path, shared: Sandbox) -> None:
    """ARM's words are with the posting that failed; the good one is called what it is, also in Norwegian."""
    text = TWO.replace("2;;", "2;NO-SUCH;")
    code, report = validate(shared, tmp_path, text)
    assert (code, outcomes(report)) == (1, ["batch_rejected", "failed"])
    assert report["records"][1]["message"] == "customerNo: Customer not found"
    arguments = ("validate", "postings", *prepare(tmp_path, text), *YES)
    code, out, _err = call(*arguments, "--lang", "no", env=settings(shared, tmp_path))
    assert (code, "gyldig, men en annen postering i settet feilet" in out) == (1, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TWO + "2;;7;NOK;;;1\n", "named-twice"),
        (TWO.replace("-7", "x"), "not-a-number"),
        (TWO.replace("\n2;", "\n;"), "required"),
    ],
)
def test_a_set_with_an_error_is_not_sent(tmp_path: Path, shared: Sandbox, text: str, code: str) -> None:
    """Without the row it would be another set: the others are not sent."""
    before = len(sent(shared))
    exit_code, report = validate(shared, tmp_path, text)
    assert (exit_code, report["state"], outcomes(report)[:2]) == (1, "stopped", ["not_sent", "held_back"])
    assert (report["findings"][0]["code"], len(sent(shared))) == (code, before)


def test_a_hidden_row_is_not_validated_unseen(tmp_path: Path, shared: Sandbox) -> None:
    """A person may not have seen it: the set waits until the row is shown or deleted."""
    book, before = openpyxl.Workbook(), len(sent(shared))
    for line in TWO.splitlines():
        book.active.append(line.split(";"))
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "postings.xlsx")
    prepare(tmp_path)
    words = ("validate", "postings", str(tmp_path / "postings.xlsx"), "--method", "x", *YES)
    code, report = called(*words, env=settings(shared, tmp_path))
    assert (code, report["state"], outcomes(report)) == (1, "stopped", ["not_sent", "held_back"])
    assert [(each["cell"], each["code"]) for each in report["findings"]] == [("Sheet!A3", "posting-hidden")]
    assert len(sent(shared)) == before


def test_every_column_is_sent_or_refused(tmp_path: Path, shared: Sandbox) -> None:
    """A column without a key stops the command, by its name."""
    before, config = len(sent(shared)), CONFIRMED.replace('"Counter-account"', '"Project"')
    code, report = validate(shared, tmp_path, config=config)
    assert (code, report["error"]["code"]) == (2, "column-without-key")
    assert "Counter-account" in report["error"]["message"]
    code, report = validate(shared, tmp_path, TWO, "--yes", "--expect-count", "3")
    assert (code, report["error"]["code"], len(sent(shared))) == (2, "expect-count", before)


@pytest.mark.parametrize(
    ("fault", "dialect", "code", "expected", "calls"),
    [
        ("lose-after", {}, 3, "in_doubt", 1),
        ("html", {}, 3, "in_doubt", 1),
        ("", {"posting_answer": "reverse"}, 3, "in_doubt", 1),
        ("", {"posting_answer": "absent"}, 3, "in_doubt", 1),
        ("", {"posting_body": "postings"}, 1, "failed", 1),
        ("429", {}, 4, "not_sent", 1),
        ("401", {}, 0, "valid", 2),
    ],
)  # fmt: skip
def test_an_unclear_answer_is_unknown(
    tmp_path: Path, fault: str, dialect: dict[str, str], code: int, expected: str, calls: int
) -> None:
    """What validateOnly does is only documented in part: without a plain answer nothing is claimed."""
    faults = [f"{fault}:POST:autopostings:1"] if fault else []
    with Sandbox(faults=faults, dialect=dialect) as arm:
        exit_code, report = validate(arm, tmp_path, TWO, *YES, "--no-wait")
        assert (exit_code, outcomes(report), len(sent(arm))) == (code, [expected] * 2, calls)
        assert (report["resume_at"] is not None) == (code == 4)
        assert ("only documented in part" in report["records"][0]["message"]) == (expected == "in_doubt")
        assert arm.state.auto_postings == []


def test_the_form_is_replaced_without_code(tmp_path: Path) -> None:
    """An ARM with another form is served by a body in config.toml."""
    body = (
        'body.metadata = { userId = "{user_id}" }\n'
        'body.postings = [ { validateOnly = true, amount = "{amount}", accountRef = "{customer_no}" } ]\n'
    )
    with Sandbox(dialect={"posting_body": "postings"}) as arm:
        code, report = validate(arm, tmp_path, config=CONFIRMED + body)
        assert (code, outcomes(report)) == (0, ["valid", "valid"])


@pytest.mark.parametrize(("answer", "count"), [(True, 1), (False, 0)])
def test_a_person_confirms(
    tmp_path: Path, shared: Sandbox, monkeypatch: pytest.MonkeyPatch, *, answer: bool, count: int
) -> None:
    """The cost, the method, and whose word the form rests on are shown."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    monkeypatch.setattr(dialog_module, "confirm", lambda *_, **__: answer)
    before = len(sent(shared))
    code, out, err = call("validate", "postings", *prepare(tmp_path), env=settings(shared, tmp_path))
    assert (code, len(sent(shared)) - before) == (0, count)
    assert "Kari at Amili confirmed it on 2026-11-30" in err
    assert "write off/1" in err
    assert "counts as 2 records written" in err
    assert ("Nothing was sent" in out) == (not answer)
