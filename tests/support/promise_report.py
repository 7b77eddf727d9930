"""Gathers from every process what the tests of each promise showed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class PromiseReport:
    """Writes which tests prove which promise, how many of their cases passed, and the figures they showed."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.cases: dict[str, pytest.TestReport] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Send along, to whoever gathers, which promises a test proves and what its docstring says."""
        report: Any = yield
        promises = [name for mark in item.iter_markers("promise") for name in mark.args]
        if call.when == "call" and promises:
            words = (getattr(item, "obj", None).__doc__ or "").partition("\n\n")[0]
            report.user_properties += [("promises", promises), ("says", " ".join(words.split()))]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the report of a case; the process that started the others sees those of all."""
        if report.when == "call" and "promises" in dict(report.user_properties):
            self.cases[report.nodeid] = report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write it all down, in the order of the tests' names."""
        if hasattr(session.config, "workerinput"):  # one of several processes
            return
        proofs: dict[str, dict[str, dict[str, Any]]] = {}
        for nodeid, report in sorted(self.cases.items()):
            properties: dict[str, Any] = dict(report.user_properties)
            test = nodeid.partition("[")[0]
            for name in properties["promises"]:
                proof = proofs.setdefault(name, {}).setdefault(
                    test, {"test": test, "says": properties["says"], "cases": 0, "passed": 0, "figures": []}
                )
                proof["cases"] += 1
                proof["passed"] += report.passed
                proof["figures"] += [value for key, value in report.user_properties if key == "figure"]
        ordered = {name: list(proofs[name].values()) for name in sorted(proofs, key=lambda name: int(name[1:]))}
        self.target.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
