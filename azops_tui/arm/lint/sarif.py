"""Findings as a SARIF 2.1.0 log, which code hosts and editors read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from azops_tui import __version__
from azops_tui.arm.lint.findings import RULES, Finding
from azops_tui.json_types import Json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(findings_by_file: Mapping[str, Iterable[Finding]]) -> dict[str, Json]:
    """Return a log with one run.

    Args:
        findings_by_file: path of a file -> its findings.
    """
    order = {id: index for index, id in enumerate(RULES)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "azops",
                        "semanticVersion": __version__,
                        "rules": [
                            {
                                "id": rule.id,
                                "shortDescription": {"text": rule.title},
                                "help": {"text": rule.help},
                                "defaultConfiguration": {"level": rule.severity.value},
                            }
                            for rule in RULES.values()
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(file, finding, order[finding.rule]) for file, findings in findings_by_file.items()
                    for finding in findings
                ],
            }
        ],
    }  # fmt: skip


def _result(file: str, finding: Finding, index: int) -> dict[str, Json]:
    location: dict[str, Json] = {"artifactLocation": {"uri": quote(file.replace("\\", "/"))}}
    if finding.line:
        location["region"] = {"startLine": finding.line, "startColumn": max(finding.column, 1)}
    place: dict[str, Json] = {"physicalLocation": location}
    if finding.target:
        place["logicalLocations"] = [{"fullyQualifiedName": finding.target}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": finding.message},
        "locations": [place],
    }
