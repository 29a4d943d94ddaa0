"""What a check reports."""

from __future__ import annotations

from dataclasses import dataclass

from azops_tui.runbook.model import Problem, Severity


@dataclass(frozen=True, slots=True)
class DocumentFinding:
    """A problem of a document, with the rule that detected it."""

    rule: str
    severity: Severity
    line: int
    """Line from 1; 0 for the whole document."""
    message: str

    @classmethod
    def warning(cls, rule: str, line: int, message: str) -> DocumentFinding:
        return cls(rule, Severity.WARNING, line, message)

    @classmethod
    def of(cls, problem: Problem) -> DocumentFinding:
        """The finding of a problem that the parser reported."""
        text = problem.message
        rule = "unknown-attribute" if text.startswith("unknown attribute") else "document"
        if text.endswith("has no value; set it"):
            rule = "unset-variable"
        return cls(rule, problem.severity, problem.line, problem.message)


RULES: dict[str, str] = {
    "document": "The document does not follow the format.",
    "unknown-attribute": "An attribute of a fence is not known.",
    "syntax": "Bash cannot parse a step.",
    "unset-variable": "A step uses a variable that nothing sets.",
    "lost-failure": "The failure of a command substitution is lost.",
    "missing-tool": "A step needs a program that is not on PATH, or a Jupyter kernel that is not installed.",
    "broken-link": "A link leads to a file or heading that does not exist.",
    "plain-secret": "A secret stands in the document in plain text.",
    "hidden-character": "The document has a character that is not visible.",
}
"""Rule -> what it means, for reports."""
