"""The command about documents in doubt."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from armbulk.cli.command import CommandContext, command
from armbulk.errors import Exit, FileError, QuestionError, UsageError

if TYPE_CHECKING:
    from armbulk.app.resolve import DocumentSelection
    from armbulk.store import Store, UnresolvedDocument

_ANSWERS = {"c": "mark-created", "g": "give-up", "s": "resend", "l": ""}


@click.command()
@click.argument("run", required=False, type=int)
@click.option("--mark-created", "decision", flag_value="mark-created", help="ARM has them: you have seen them there.")
@click.option("--give-up", "decision", flag_value="give-up", help="They are settled elsewhere; nothing is sent.")
@click.option("--resend", "decision", flag_value="resend", help="ARM does not have them: send them once more.")
@click.option("--keys-file", type=click.Path(path_type=Path), help="The document numbers meant, one a line.")
@click.option("--expect-count", type=int, help="Stop unless so many documents are meant.")
@click.option("--expect-total", help="Stop unless they add up to this amount incl. VAT.")
@click.option("--no-ask", is_flag=True, help="Do not ask ARM again first.")
@click.option("--yes", is_flag=True, help="Ask no questions.")
@command
def resolve(
    desk: CommandContext,
    run: int | None,
    decision: str | None,
    keys_file: Path | None,
    expect_count: int | None,
    expect_total: str | None,
    *,
    no_ask: bool,
    yes: bool,
) -> Exit:
    """Name the documents in doubt (of RUN), ask ARM again, and let you decide.

    \b
    Example:  armbulk resolve
              armbulk resolve 12 --mark-created --keys-file seen-in-arm.txt --yes
    """
    from armbulk.app import resolve as resolving

    store = desk.bench.open_store()
    account = desk.profile.account
    resolving.verify_same_client(store, run, account)
    before = {one.run for one in store.unresolved_documents(account, run)}
    if not no_ask:
        desk = desk.reachable()
        with desk.report.working("asking ARM …"):
            resolving.look_up_again(desk.bench, store, run)
    documents = store.unresolved_documents(account, run)
    decided: dict[str, int] = {}
    if decision and documents:
        chosen = resolving.select_documents(documents, keys_file)
        _expect(chosen, expect_count, expect_total)
        _confirm(desk, chosen, decision, yes=yes)
        resolving.save_decision(store, chosen, decision)
        decided = {decision: len(chosen.documents)}
    elif documents and desk.can_ask:
        decided = _one_by_one(desk, store, documents)
    left = store.unresolved_documents(account, run)
    _conclude(desk, store, before - {one.run for one in left})
    desk.report.show("resolve", resolving.to_json(store, left, decided))
    return Exit.UNFINISHED if left or decided.get("resend") else Exit.OK


def _conclude(desk: CommandContext, store: "Store", runs: set[int]) -> None:
    """The workbooks of runs that have come to their end say so too; one that cannot be written now, can be later."""
    from armbulk.app import resolve as resolving

    try:
        for path in resolving.finish(store, runs, desk.report.lang):
            desk.report.say(f"→ {path}")
    except FileError as error:
        desk.report.warn(error.message, error.hint)


def _expect(chosen: "DocumentSelection", count: int | None, total: str | None) -> None:
    from armbulk.app.imports import parse_amount

    if count is not None and count != len(chosen.documents):
        raise UsageError(
            "count-differs", f"{len(chosen.documents)} documents are meant, {count} were expected", "Nothing was done"
        )
    if total is not None and parse_amount(total) != chosen.total:
        raise UsageError("total-differs", f"They add up to {chosen.total}, {total} was expected", "Nothing was done")


def _confirm(desk: CommandContext, chosen: "DocumentSelection", decision: str, *, yes: bool) -> None:
    """A decision is confirmed by typing the count and the total; a script says --yes."""
    if yes:
        return
    question = f"{decision}: type the count and the total ({chosen.phrase})"
    if not desk.can_ask:
        raise QuestionError("question", question, "Answer with --yes (and --expect-count, --expect-total)")
    if click.prompt(question, default="", show_default=False, err=True).split() != chosen.phrase.split():
        raise UsageError("not-confirmed", "That is not the count and the total", "Nothing was done")


def _one_by_one(desk: CommandContext, store: "Store", documents: "list[UnresolvedDocument]") -> dict[str, int]:
    from armbulk.app import resolve as resolving

    decided: dict[str, int] = {}
    for one in resolving.redact_documents(documents):
        told = (
            f"{one.key} · customer {one.customer} · {one.amount or '?'} {one.currency} · run {one.run}, row {one.row}"
        )
        desk.report.say(f"{told}: {one.message}")
        choice = click.Choice(list(_ANSWERS))
        answer = click.prompt("(c)reated, (g)ive up, (s)end again, (l)ater", type=choice, default="l", err=True)
        decision = _ANSWERS[answer]
        if decision:
            chosen = resolving.DocumentSelection([one])
            if decision == "resend":
                _confirm(desk, chosen, decision, yes=False)
            resolving.save_decision(store, chosen, decision)
            decided[decision] = decided.get(decision, 0) + 1
    return decided
