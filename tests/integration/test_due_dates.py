"""`armbulk change due-dates`: off until somebody at Amili is named; read before and after, the first surprise stops."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.commands import call, called
from support.program import finish, start, when

from armbulk.arm.client import ArmClient
from armbulk.cli import dialog as dialog_module
from armbulk.cli.command import CommandContext
from armbulk.model.environment import Environment
from armbulk.sandbox import Sandbox
from armbulk.sandbox.lists import build_lists

LISTS = build_lists(2218, 20)
ITEMS = [item for item in LISTS.ar_items if item["voucherType"] == 3 and item["currencyBalance"]][:2]
HEADER = "AR item id;Customer no;Document no;New due date\n"
ROWS = [
    f"{item['arItemId']};{item['customerNo']};{item['documentNo']};2027-03-0{no}\n" for no, item in enumerate(ITEMS, 1)
]
CONFIRMED = '[experimental.due_dates]\nconfirmed_by = "Kari at Amili"\nconfirmed_on = 2026-11-30\n'
YES = ("--yes", "--expect-count", "2")


def sheet(folder: Path, *rows: str) -> str:
    """A file with due dates."""
    path = folder / "postponed.csv"
    path.write_text(HEADER + "".join(rows or ROWS), encoding="utf-8")
    return str(path)


def settings(arm: Sandbox, folder: Path, config: str = CONFIRMED) -> dict[str, str]:
    """The settings to reach the sandbox, with a config.toml."""
    (folder / "config.toml").write_text(config, encoding="utf-8")
    return {**arm.settings, "ARMBULK_HOME": str(folder), "ARMBULK_POLL_SECONDS": "0.01"}


def bodies(arm: Sandbox) -> list[dict[str, Any]]:
    """What changes came to the server, in its order."""
    return [json.loads(each.body) for each in arm.state.requests if each.method == "PUT"]


def outcomes(report: Mapping[str, Any]) -> list[str]:
    """The outcome of each row."""
    return [each["outcome"] for each in report["records"]]


def due_dates(arm: Sandbox) -> list[str | None]:
    """The new due dates of both items at the server."""
    return [arm.state.item_changes.get(item["arItemId"], {}).get("dueDate") for item in ITEMS]


def test_nothing_is_sent_before_somebody_is_named(tmp_path: Path) -> None:
    """The error says what to ask and what to write; a reservation's confirmation is none for this."""
    other = CONFIRMED.replace("due_dates", "payment_reservations")
    with Sandbox(lists=LISTS) as arm:
        for config in ("", other):
            code, report = called("change", "due-dates", sheet(tmp_path), *YES, env=settings(arm, tmp_path, config))
            assert (code, report["error"]["code"]) == (5, "not-confirmed")
            assert "experimental.due_dates" in report["error"]["hint"]
        code, report = called("change", "due-dates", sheet(tmp_path), "--yes", env=settings(arm, tmp_path))
        assert (code, report["error"]["code"]) == (2, "needs-count")
        assert arm.state.requests == []


def test_each_row_has_an_outcome(tmp_path: Path) -> None:
    """Only items with the customer and the document of the row are changed; each is read before and after."""
    first, second = ITEMS
    rows = (
        *ROWS, "2218-1-999-0;1;2;2027-01-01\n", "2218-1-998-0;1;2;soon\n", *["2218-1-997-0;1;2;2027-01-01\n"] * 2,
    )  # fmt: skip
    wrong = f"{second['arItemId']};{first['customerNo']};{first['documentNo']};2027-03-02\n"
    with Sandbox(lists=LISTS) as arm:
        env = settings(arm, tmp_path)
        words = ("--yes", "--expect-count", "3")
        report = called("change", "due-dates", sheet(tmp_path, *rows), *words, env=env)[1]
        assert (report["error"]["code"], bodies(arm)) == ("expect-count", [])
        arm.state.requests.clear()
        code, report = called("change", "due-dates", sheet(tmp_path, *rows), *YES, env=env)
        assert (code, report["state"]) == (1, "finished")
        assert outcomes(report) == ["updated", "updated", "not_found", *["held_back"] * 3]
        assert {(each["cell"], each["code"]) for each in report["findings"]} == {
            ("postponed!D5", "not-a-date"), ("postponed!A6", "named-twice"), ("postponed!A7", "named-twice"),
        }  # fmt: skip
        assert bodies(arm)[0]["arItem"] == {"arItemId": first["arItemId"], "dueDate": "2027-03-01"}
        assert due_dates(arm) == ["2027-03-01", "2027-03-02"]
        assert [each.method for each in arm.state.requests if "aritems" in each.path] == [
            "GET", "GET", "GET", *["GET", "PUT", "GET"] * 2,
        ]  # fmt: skip
        written = list(openpyxl.load_workbook(report["result"]).worksheets[0].iter_rows(min_row=5, values_only=True))
        assert str(written[0][5])[:10] == first["dueDate"]
        assert called("show", report["run"], env=env)[1]["outcomes"] == report["outcomes"]
        assert called("verify", report["run"], env=env)[1]["error"]["code"] == "no-import"
        code, report = called("change", "due-dates", sheet(tmp_path, wrong), "--yes", "--expect-count", "1", env=env)
        assert (code, outcomes(report)) == (1, ["conflict"])
        assert first["documentNo"] not in report["records"][0]["message"]
        code, report = called("change", "due-dates", sheet(tmp_path), *YES, env=env)
        assert (code, outcomes(report)) == (0, ["unchanged", "unchanged"])
        assert len(bodies(arm)) == 2
        assert called("purge", "--older-than", "0d", "--yes", env=env)[1]["runs"] == 1


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("list", 'body.metadata = { userId = "{user_id}" }\nbody.arItems = [ { MEMBERS } ]\n'),
        ("flat", 'body = { metadata = { userId = "{user_id}" }, MEMBERS }\n'),
    ],
)
def test_the_form_is_replaced_without_code(tmp_path: Path, dialect: str, body: str) -> None:
    """An ARM with another form refuses armbulk's; a body in config.toml serves it."""
    members = 'arItemId = "{ar_item_id}", dueDate = "{due_date}"'
    with Sandbox(lists=LISTS, dialect={"due_date_body": dialect}) as arm:
        report = called("change", "due-dates", sheet(tmp_path), *YES, env=settings(arm, tmp_path))[1]
        assert (outcomes(report), due_dates(arm)) == (["rejected", "rejected"], [None, None])
        env = settings(arm, tmp_path, CONFIRMED + body.replace("MEMBERS", members))
        assert outcomes(called("change", "due-dates", sheet(tmp_path), *YES, env=env)[1]) == ["updated", "updated"]


@pytest.mark.parametrize(
    ("effect", "seen"),
    [("balance", "item's balance was"), ("credit_note", "documentNo C"), ("nothing", "is still")],
)
def test_the_first_surprise_stops_the_run(tmp_path: Path, effect: str, seen: str) -> None:
    """What was seen is in the row; resume sends nothing until a person has settled it."""
    with Sandbox(lists=LISTS, dialect={"due_date_effect": effect}) as arm:
        env = settings(arm, tmp_path)
        assert ITEMS[0]["currencyBalance"] != 0
        code, report = called("change", "due-dates", sheet(tmp_path), *YES, env=env)
        for _ in range(2):
            assert (code, report["state"], outcomes(report)) == (3, "in_doubt", ["in_doubt", "not_sent"])
            assert seen in report["records"][0]["message"]
            assert len(bodies(arm)) == 1
            code, report = called("resume", env=env)
        again = called("change", "due-dates", sheet(tmp_path), *YES, env=env)
        assert again[1]["error"]["code"] == "change-unfinished"
        run = report["run"]
        assert called("resolve", run, "--resend", "--yes", env=env)[1]["error"]["code"] == "never-again"
        keys = called("resolve", run, "--give-up", "--keys-file", "x", "--yes", env=env)
        assert keys[1]["error"]["code"] == "all-at-once"
        assert called("resolve", run, "--mark-created", "--yes", "--expect-count", "2", env=env)[0] == 2
        report = called("resolve", run, "--mark-created", "--yes", "--expect-count", "1", env=env)[1]
        assert outcomes(report) == ["updated", "not_sent"]
        code, report = called("resolve", run, "--give-up", "--yes", env=env)
        assert (code, report["state"], "decided" in report["records"][1]["message"]) == (1, "finished", True)
        assert len(bodies(arm)) == 1


@pytest.mark.parametrize(
    ("fault", "expected", "calls"),
    [
        ("lose-after:PUT:aritems:1", ["updated", "updated"], 2),
        ("500-applied:PUT:aritems:1", ["updated", "updated"], 2),
        ("html:PUT:aritems:1", ["in_doubt", "not_sent"], 1),
        ("lose-before:PUT:aritems:1", ["in_doubt", "not_sent"], 1),
        ("401:PUT:aritems:1", ["updated", "updated"], 3),
    ],
)
def test_a_lost_answer_is_looked_up(tmp_path: Path, fault: str, expected: list[str], calls: int) -> None:
    """The new date shows that it was carried out; the old one leaves it open, and nothing is sent twice."""
    with Sandbox(lists=LISTS, faults=[fault]) as arm:
        env = settings(arm, tmp_path)
        code, report = called("change", "due-dates", sheet(tmp_path), *YES, env=env)
        assert (outcomes(report), len(bodies(arm))) == (expected, calls)
        if "in_doubt" in expected:
            assert code == 3
            arm.state.item_changes[ITEMS[0]["arItemId"]] = {"dueDate": "2027-03-01"}  # it comes late
            code, report = called("resume", env=env)
            assert (code, outcomes(report), len(bodies(arm))) == (0, ["updated", "updated"], 2)


class Crash(BaseException):
    """The program dies here."""


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_crash_around_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_sent: bool) -> None:
    """The intent is in the store before the call: resume reads the item, and does not send it again."""
    submit = ArmClient.change_item

    def die(*arguments: Any) -> None:
        if is_sent:
            submit(*arguments)
        raise Crash

    with Sandbox(lists=LISTS) as arm:
        env = settings(arm, tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(ArmClient, "change_item", die)
            with pytest.raises(Crash):
                called("change", "due-dates", sheet(tmp_path), *YES, env=env)
        report = called("resume", env=env)[1]
        if not is_sent:
            assert (outcomes(report), bodies(arm)) == (["in_doubt", "not_sent"], [])
            report = called("resolve", report["run"], "--give-up", "--yes", env=env)[1]
            report = called("resume", env=env)[1]
        assert (report["state"], outcomes(report)) == ("finished", ["updated" if is_sent else "not_sent", "updated"])
        assert len(bodies(arm)) == 1 + is_sent


@pytest.mark.proof
@pytest.mark.parametrize("fault", ["slow=2", "lose-late=1"])
def test_a_killed_program_changes_nothing_twice(tmp_path: Path, fault: str) -> None:
    """After `kill -9` in the middle, each change was sent at most once, whatever is done afterwards."""
    home = tmp_path / "home"
    home.mkdir()
    with Sandbox(lists=LISTS, faults=[f"{fault}:PUT:aritems:1"]) as arm:
        env = settings(arm, home)
        process = start(["change", "due-dates", sheet(tmp_path), *YES], arm, home)
        when(arm, lambda server: bool(bodies(server)), process)
        process.kill()
        process.communicate()
        report = finish(start(["resume"], arm, home))[1]
        if report["state"] != "finished":
            assert outcomes(report) == ["in_doubt", "not_sent"]
            called("resolve", report["run"], "--give-up", "--yes", env=env)
            report = finish(start(["resume"], arm, home))[1]
        assert (report["state"], outcomes(report)[1]) == ("finished", "updated")
        sent = [body["arItem"]["arItemId"] for body in bodies(arm)]
        assert list(dict.fromkeys(sent)) == [item["arItemId"] for item in ITEMS]
        assert sent.count(ITEMS[1]["arItemId"]) == 1
        assert sent.count(ITEMS[0]["arItemId"]) <= 1 + ("late" in fault)  # a call that arrives late is listed twice


@pytest.mark.parametrize(
    ("environment", "answer", "sent"), [("production", "2", 2), ("production", "y", 0), ("sandbox", "n", 0)]
)
def test_a_person_confirms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: str, answer: str, sent: int
) -> None:
    """The items, and whose word the form rests on are shown; in production the number is typed."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    monkeypatch.setattr("armbulk.app.destination.find_environment", lambda _: Environment(environment))
    for name in ("prompt", "confirm"):
        given = answer if name == "prompt" else answer == "y"
        monkeypatch.setattr(dialog_module, name, lambda *_, given=given, **__: given)
    with Sandbox(lists=LISTS) as arm:
        code, out, err = call("change", "due-dates", sheet(tmp_path), env=settings(arm, tmp_path))
        assert (code, len(bodies(arm))) == (0, sent)
        assert "Kari at Amili confirmed it on 2026-11-30" in err
        assert ("Nothing was changed" in out) == (not sent)
        item = ITEMS[0]
        before = date.fromisoformat(item["dueDate"])
        assert f"{item['customerNo']}  {item['documentNo']}  due {before:%Y-%m-%d} → 2027-03-01  NOK" in err


def test_the_question_names_what_is_unusual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dates before today and paid items are counted; a date before the item's own and a hidden row are not sent."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    monkeypatch.setattr(dialog_module, "confirm", lambda *_, **__: False)
    paid = next(item for item in LISTS.ar_items if item["voucherType"] == 3 and not item["currencyBalance"])
    days = (date.fromisoformat(ITEMS[0]["voucherDate"][:10]), date(2027, 3, 1), date(2020, 1, 1))
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(";"))
    for item, day in zip((ITEMS[0], paid, ITEMS[1]), days, strict=True):
        book.active.append([item["arItemId"], item["customerNo"], item["documentNo"], day])
    book.active.append(["2218-1-999-0", "1", "2", date(2027, 3, 1)])
    book.active.row_dimensions[5].hidden = True
    book.save(tmp_path / "postponed.xlsx")
    with Sandbox(lists=LISTS) as arm:
        env = settings(arm, tmp_path)
        code, out, err = call("change", "due-dates", str(tmp_path / "postponed.xlsx"), env=env)
        assert (code, bodies(arm)) == (0, [])
        assert "1 new due date is before today: the item is overdue at once." in err
        assert "1 item has no balance left: it is paid or credited." in err
        assert "Rows that are not sent: held back 2." in err
        assert f"The new due date is before the item's date {ITEMS[1]['voucherDate'][:10]}. Nothing was sent." in out
        assert "Sheet!A5: Excel does not show row 5 (AR item 2218-1-999-0)" in out


def test_an_item_that_changed_since_the_question_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person confirmed another due date or another balance than ARM has when it is sent."""
    with Sandbox(lists=LISTS) as arm:

        def change_meanwhile(*_: Any) -> bool:
            for item, change in zip(ITEMS, ({"dueDate": "2026-12-24"}, {"currencyBalance": 1}), strict=True):
                arm.state.item_changes[item["arItemId"]] = change
            return True

        monkeypatch.setattr(dialog_module.TerminalDialog, "confirm_due_dates", change_meanwhile)
        code, report = called("change", "due-dates", sheet(tmp_path), *YES, env=settings(arm, tmp_path))
        assert (code, outcomes(report), bodies(arm)) == (1, ["conflict", "conflict"], [])
        assert "and is now 2026-12-24" in report["records"][0]["message"]
        assert "balance was" in report["records"][1]["message"]
