"""A run as JSON, for programs."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from azops_tui.journal.export.results import ExportedStep, RunResults


def data(results: RunResults) -> dict[str, Any]:
    """The run as JSON objects; times are seconds since the epoch, durations seconds. Secrets are masked."""
    view = results.view
    return {
        "run": results.run,
        "path": results.path,
        "title": results.title,
        "state": view.phase,
        "verdict": view.verdict,
        "summary": view.summary(),
        "started": results.started,
        "duration": view.duration,
        "cloud": results.cloud,
        "subscription": results.subscription,
        "parameters": results.parameters,
        "variables": {variable.name: variable.value for variable in view.variables.values()},
        "steps": [_step(step) for step in results.steps.values()],
        "notices": [{"at": notice.at, "level": notice.level, "text": notice.text} for notice in results.notices],
        "requests": [
            {
                "step": entry.step,
                "method": entry.method,
                "resource": entry.resource,
                "effect": entry.effect,
                "status": entry.status,
                "outcome": entry.outcome,
            }
            for entry in view.requests.values()
        ],
        "document": results.document,
    }


def _step(step: ExportedStep) -> dict[str, Any]:
    return {
        "name": step.info.name,
        "title": step.info.title,
        "kind": step.info.kind,
        "effects": step.info.effects,
        "line": step.info.line,
        "code": step.code,
        "edited": step.is_edited,
        "order": step.order,
        "state": step.state,
        "started": step.started,
        "duration": step.duration,
        "status": step.status,
        "summary": step.summary,
        "failure": msgspec.to_builtins(step.failure),
        "output": [{"stream": piece.stream, "host": piece.host, "text": piece.text} for piece in step.pieces],
        "left_out": step.kept.left_out,
        "tables": [{"columns": table.columns, "rows": table.rows} for table in step.tables],
        "pictures": [base64.b64encode(picture.png).decode() for picture in step.pictures],
        "checks": [
            {
                "passed": check.passed,
                "text": check.text,
                "score": check.score,
                "difference": check.whole_difference or check.difference,
            }
            for check in step.checks
        ],
        "hosts": [
            {"host": host.host, "status": host.status, "duration": host.duration, "problem": host.problem}
            for host in step.hosts
        ],
        "deployments": msgspec.to_builtins(list(step.deployments.values())),
    }
