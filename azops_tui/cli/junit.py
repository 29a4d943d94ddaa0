"""Results of documents as JUnit XML, one test case for each step."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from azops_tui.events.run_view import RunView
from azops_tui.events.step_view import StepView
from azops_tui.sanitise import clean

_FAILED = ("failed", "unknown")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAIL = 200
"""Lines of a failed step's output in the report."""


@dataclass(slots=True)
class DocumentResult:
    """How the test of a document went."""

    path: str
    problems: list[str] = field(default_factory=list)
    """Why it could not be run, or what is wrong with it, each as one sentence."""
    view: RunView | None = None
    """The run; None if nothing was run."""

    @property
    def failed(self) -> bool:
        """True if a step failed, or was stopped before its end."""
        return self.view is not None and self.view.verdict not in ("done", "empty")


def junit(results: Sequence[DocumentResult]) -> str:
    """The report: a suite for each document, a case for each step; what kept a document from running is an error."""
    root = ET.Element("testsuites", name="azops test")
    for result in results:
        suite = ET.SubElement(root, "testsuite", name=_text(result.path))
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for problem in result.problems:
            case = ET.SubElement(suite, "testcase", classname=_text(result.path), name="document", time="0.000")
            ET.SubElement(case, "error", message=_text(problem), type="Document")
            counts["tests"] += 1
            counts["errors"] += 1
        view = result.view
        for step in view.steps.values() if view is not None else ():
            kind = _case(suite, result.path, step)
            counts["tests"] += 1
            if kind:
                counts[kind] += 1
        suite.attrib |= {name: str(number) for name, number in counts.items()}
        if view is not None and view.started is not None:
            suite.set("time", f"{view.duration or 0:.3f}")
            suite.set("timestamp", datetime.fromtimestamp(view.started, UTC).isoformat(timespec="seconds"))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, path: str, step: StepView) -> str:
    """Add the case of a step; returns what it counts as besides a test."""
    duration = f"{step.duration or 0:.3f}"
    case = ET.SubElement(suite, "testcase", classname=_text(path), name=_text(step.name), time=duration)
    case.set("file", _text(path))
    case.set("line", str(step.line))
    if step.state in _FAILED:
        code = step.failure.code if step.failure is not None else step.state
        failure = ET.SubElement(case, "failure", message=_text(step.summary), type=_text(code))
        failure.text = _text("\n".join([f"{path}:{step.line}: {step.summary}", *step.tail(_TAIL)]))
        return "failures"
    if step.state != "done":
        reason = step.summary or "It was not run: a step before it failed."
        ET.SubElement(case, "skipped", message=_text(reason))
        return "skipped"
    return ""


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", clean(text))
