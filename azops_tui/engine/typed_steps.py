"""Steps that a person types on the screen instead of writing them into the document."""

from __future__ import annotations

import json

from azops_tui.engine.plan import Planned
from azops_tui.engine.problems import RunError
from azops_tui.runbook.model import Runbook
from azops_tui.runbook.parsing import parse_document


def ssh_step(name: str, hosts: str, command: str, runbook: Runbook) -> Planned:
    """A step that runs a command on hosts.

    Args:
        name: of the step.
        hosts: expression.
        command: command line.
        runbook: the document of the run, whose folder and variables the step uses.

    Raises:
        RunError: there is no command, or the expression is not valid in a step.
    """
    if not hosts.strip() or not command.strip():
        raise RunError("Name hosts and a command, for example: web[1-3] uptime")
    # The key is the one that shell blocks with ssh= use.
    body = f"hosts: {json.dumps(hosts)}\ncommand: {json.dumps(command)}\nkey: ${{SSH_KEY:-}}\n"
    document = parse_document(f"```yaml {{azops=ssh name={name}}}\n{body}```\n", runbook.path)
    if not document.steps:
        raise RunError(f"'{hosts}' is not a valid expression for hosts.")
    return Planned(name, document.steps[0], document)
