"""Control totals as the terminal and the HTML report show them."""

from typing import Any

from armbulk.i18n import join_texts
from armbulk.model.record_kinds import count_records
from armbulk.planning.plan import ImportPlan
from armbulk.results.control_totals import GROUP, READ_BACK, STAGES, ControlTotal, calculate_planned
from armbulk.results.read_back import describe_read_back
from armbulk.results.run_result import RunResult
from armbulk.results.totals_words import (
    MEANING,
    READ_BACK_MEANING,
    STAGE_WORDS,
    describe_stages,
    name_group,
    write_amount,
    write_difference,
    write_equations,
    write_explanation,
)

MAX_SHOWN = 10
"""How many differences from ARM a terminal lists."""

MAX_ON_PAGE = 200
"""The same for the HTML report."""


def describe_plan_totals(plan: ImportPlan, lang: str) -> dict[str, Any]:
    """Return what a plan shows of its control totals: `lines` and, for details, `rows`."""
    totals = calculate_planned(plan.items)
    lines = [line.text(lang) for _, line in write_equations(totals, is_plan=True)]
    return {"lines": lines, "rows": describe_stages(totals, lang, is_plan=True), "meaning": MEANING.text(lang)}


def describe_run_totals(result: RunResult, lang: str, max_shown: int = MAX_SHOWN) -> dict[str, Any]:
    """Return what the report of a run shows of its control totals, and of what was read back."""
    totals = result.control_totals
    report: dict[str, Any] = {
        "lines": [
            {"symbol": "good" if is_equal else "bad", "text": line.text(lang)}
            for is_equal, line in write_equations(totals)
        ],
        "rows": describe_stages(totals, lang),
        "meaning": MEANING.text(lang),
        "read_back": None,
    }
    if result.run is None or result.verification is None:
        return report
    agrees, text = describe_read_back(result.verification, totals, result.run.id)
    shown = totals.differences[:max_shown]
    is_unfinished = result.verification.ended is None
    report["read_back"] = {
        "symbol": "good" if agrees else "unsure" if is_unfinished else "bad",
        "text": text.text(lang),
        "differences": [write_difference(difference, lang) for difference in shown],
        "more": len(totals.differences) - len(shown),
        "meaning": READ_BACK_MEANING.text(lang),
    }
    return report


def describe_totals_page(result: RunResult, lang: str, *, by_period: bool = True) -> dict[str, Any]:
    """Return what the HTML report shows: a row for each type, currency and period, the explanations, the read-back."""
    totals = result.control_totals
    groups = totals.totals if by_period else totals.sum_up(*(name for name in GROUP if name != "period"))
    stages = STAGES if totals.is_read_back else STAGES[:-1]
    return {
        **describe_run_totals(result, lang, MAX_ON_PAGE),
        "columns": [(name, STAGE_WORDS[name].text(lang)) for name in stages],
        "groups": [_describe_group(total, lang) for total in groups],
        "explained": [write_explanation(part).text(lang) for part in totals.explained],
        "done_before": [write_explanation(part).text(lang) for part in totals.done_before],
    }


def _describe_group(total: ControlTotal, lang: str) -> dict[str, Any]:
    differences = [total.unaccepted, *([total.unread] if READ_BACK in total.stages else [])]
    words = [
        join_texts(count_records(rest.records, total.kind), write_amount(rest.amount, lang), separator=", ").text(lang)
        for rest in differences
        if not rest.is_nothing
    ]
    return {
        "kind": total.kind,
        "name": name_group(total).text(lang),
        "stages": {
            name: {
                "records": figure.records,
                "amount": "" if figure.amount is None else str(figure.amount),
                "sum": write_amount(figure.amount, lang),
            }
            for name, figure in total.stages.items()
        },
        "difference": "; ".join(words),
    }
