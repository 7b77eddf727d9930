"""Answers to questions about files: the check is done again with them."""

from starlette.responses import Response

from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.web.checking import find_check
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def answer_file_question(visit: Visit) -> Response:
    """Store the answer to a question about the files of a draft; it can be changed later."""
    from armbulk.app.file_questions import answer_question

    drafts = visit.workspace.drafts
    draft = drafts.load(visit.path("draft"))
    checked = find_check(visit, draft)
    questions = {} if checked is None else {each.key: each for each in checked.list_questions(draft)}
    question = questions.get(visit.field("question"))
    with drafts.changing(draft.id) as changed:
        if question is None or not answer_question(question, visit.field("answer"), changed.options, changed.answers):
            raise UsageError(
                "no-question",
                _("This is not asked any more: the files or the answers were changed in another window"),
                _("Open the check again"),
            )
    return visit.go(f"/imports/{draft.id}/check")


PAGES = (WebPage("/imports/{draft}/answers", answer_file_question, "POST"),)
