"""What a person does with work in the background: answer its question, or stop it after its current call."""

from starlette.responses import Response

from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def answer_job(visit: Visit) -> Response:
    """Answer the question of a job; the first answer counts, whichever tab it comes from."""
    job = visit.workspace.jobs.find(visit.path("key"))
    number = visit.field("number")
    if job is not None and number.isascii() and number.isdecimal():
        job.answer(visit.field("answer") == "yes", int(number))
    return visit.go_back()


def stop_job(visit: Visit) -> Response:
    """Stop a job after its current call: a run can be continued."""
    job = visit.workspace.jobs.find(visit.path("key"))
    if job is not None and job.is_running:
        job.stop()
    return visit.go_back()


PAGES = (
    WebPage("/jobs/{key:path}/answer", answer_job, "POST"),
    WebPage("/jobs/{key:path}/stop", stop_job, "POST"),
)
