"""Unconfirmed documents: what is known of each, ARM is asked again, and a person decides. Nothing is guessed."""

from typing import Any

from starlette.responses import Response

from armbulk.app.decision_phrase import is_phrase, must_be_typed, write_phrase
from armbulk.app.unconfirmed import choose_documents, list_unconfirmed
from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.model.decision import Decision
from armbulk.web.dialog import JobDialog
from armbulk.web.jobs import WebJob
from armbulk.web.routes.page import WebPage
from armbulk.web.run_pages import open_run, read_run_number
from armbulk.web.visit import Visit

_NOTHING_CHOSEN = UsageError("nothing-chosen", _("No document is chosen"), _("Choose the documents you have looked up"))


def name_resolving(number: int) -> str:
    """Return the key of the job that looks up, and decides about, the documents of a run."""
    return f"resolve/{number}"


def show_documents(visit: Visit) -> Response:
    """Show the unconfirmed documents of a run; while ARM is asked, how far that is."""
    number = read_run_number(visit)
    return _show(visit, number)


def _show(visit: Visit, number: int, status: int = 200, **values: Any) -> Response:
    job = visit.workspace.jobs.find(name_resolving(number))
    with open_run(visit, number) as session:
        documents = list_unconfirmed(session, number)
    shown = {"documents": documents, "job": job, "step": "result", "problem": None, **values}
    return visit.page("resolve", status=status, number=number, **shown)


def look_up(visit: Visit) -> Response:
    """Ask ARM again for every unconfirmed document of a run; nothing is decided."""
    number = read_run_number(visit)
    _start(visit, number)
    return visit.go(f"/runs/{number}/resolve")


def decide(visit: Visit) -> Response:
    """Show what a decision means and what is typed to confirm it; with the confirmation, carry it out."""
    number = read_run_number(visit)
    chosen = [value for value in visit.form.getlist("document") if isinstance(value, str)]
    decision = visit.field("decision")
    if decision not in set(Decision):
        return _show(visit, number, 400, problem=_NOTHING_CHOSEN)
    with open_run(visit, number) as session:
        selection = choose_documents(session, chosen, number)
        keys = {document.key for document in selection.documents}
        documents = [each for each in list_unconfirmed(session, number) if each["document_no"] in keys]
    if not selection.documents:
        return _show(visit, number, 400, problem=_NOTHING_CHOSEN)
    typed, needs_typing = visit.field("typed"), must_be_typed(decision, len(selection.documents))
    is_confirmed = visit.field("confirmed") == selection.phrase and (
        not needs_typing or is_phrase(typed, selection.phrase)
    )
    if not is_confirmed:
        return visit.page(
            "decide",
            status=400 if visit.field("confirmed") else 200,
            number=number,
            step="result",
            decision=decision,
            documents=documents,
            chosen=[f"{document.run}/{document.no}" for document in selection.documents],
            phrase=selection.phrase,
            written=write_phrase(selection.phrase, visit.lang),
            needs_typing=needs_typing,
            typed=typed,
            is_wrong=bool(visit.field("confirmed")),
        )
    _start(visit, number, decision, sorted(keys), selection.phrase)
    return visit.go(f"/runs/{number}/resolve")


def _start(
    visit: Visit, number: int, decision: str | None = None, keys: list[str] | None = None, phrase: str = ""
) -> None:
    """Ask ARM again, and carry a decision out; what a person has confirmed must still be so then."""
    workspace, lang = visit.workspace, visit.lang
    with open_run(visit, number) as session:
        profile = session.profile.name
    count, _space, total = phrase.partition(" ")

    def work(job: WebJob) -> dict[str, Any]:
        with workspace.connect(profile, lang) as session:
            job.use(session)
            result = session.resolve(
                number,
                decision=decision,
                documents=keys,
                expect_count=int(count) if count else None,
                expect_total=total or None,
                dialog=JobDialog(job),
            )
            return result.to_json()

    workspace.jobs.start(name_resolving(number), "resolve", work)


PAGES = (
    WebPage("/runs/{run}/resolve", show_documents),
    WebPage("/runs/{run}/look-up", look_up, "POST"),
    WebPage("/runs/{run}/decide", decide, "POST"),
)
