"""Script blocks with ``ssh=TARGET``: run on hosts instead of here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.problems import problem
from azops_tui.engine.run_command_carrier import RUN_COMMAND
from azops_tui.engine.steps.ssh import captured, find, run_on
from azops_tui.runbook.model import StepKind
from azops_tui.runbook.native import SshStep

_TOKEN = re.compile(
    r"\\.|'[^']*'|\"|\$(?:\{(?P<braced>[A-Za-z_]\w*)(?P<default>:?[-+?=])?|(?P<plain>[A-Za-z_]\w*))|'", re.DOTALL
)
_QUOTED_DOCUMENT = re.compile(r"<<-?\s*(['\"\\])(\w+)\1?[^\n]*\n.*?^\s*\2$", re.DOTALL | re.MULTILINE)
_OF_HOST = frozenset(
    {"HOME", "USER", "LOGNAME", "PATH", "PWD", "OLDPWD", "SHELL", "HOSTNAME", "HOSTTYPE", "MACHTYPE"}
    | {"OSTYPE", "LANG", "LC_ALL", "TERM", "UID", "EUID", "PPID", "RANDOM", "SECONDS", "LINENO", "IFS", "BASH"}
    | {"BASH_VERSION", "BASHPID", "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "TMPDIR", "MAIL", "SUDO_USER"}
    | {"REPLY", "PIPESTATUS", "OPTARG", "OPTIND", "FUNCNAME", "BASH_SOURCE", "BASH_REMATCH", "EPOCHSECONDS"}
    | {"XDG_RUNTIME_DIR"}
)
"""Variables that a login has on any host."""


def sent_variables(code: str, variables: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, int] | None]:
    """Variables of the run that a block uses on a host, and the first name that has no value.

    Args:
        code: the block.
        variables: of the run, by name.

    Returns:
        The values to send, and ``(name, row)`` of a variable that is set neither by the run nor by the block nor by a
        login, with its row from 0; None if there is none, or if a file that the block sources may set it.
    """
    sources = re.search(r"(?m)(?:^|[;&|])\s*(?:\.|source)\s+\S", code) is not None
    values: dict[str, str] = {}
    unset: tuple[str, int] | None = None
    for name, has_default, row in _uses(code):
        if name in _OF_HOST:
            continue
        if name in variables:
            values[name] = variables[name]
        elif not (has_default or sources or unset or _is_set(name, code)):
            unset = name, row
    return values, unset


def _uses(code: str) -> Iterator[tuple[str, bool, int]]:
    """Names that the shell expands, whether ``${NAME-…}`` allows for no value, and their rows from 0."""
    # Nothing is expanded in a here-document whose delimiter is quoted.
    code = _QUOTED_DOCUMENT.sub(lambda match: "\n" * match[0].count("\n"), code)
    is_quoted = False
    at = 0
    while match := _TOKEN.search(code, at):
        at = match.end()
        if match[0] == '"':
            is_quoted = not is_quoted
        elif is_quoted and match[0].startswith("'"):
            at = match.start() + 1  # an apostrophe
        elif name := match["braced"] or match["plain"]:
            yield name, bool(match["default"]), code.count("\n", 0, match.start())


def _is_set(name: str, code: str) -> bool:
    """True if a block may set a variable: by assignment, as a loop's variable, or by a builtin."""
    word = re.escape(name)
    return bool(
        re.search(rf"(?<![\w$]){word}(?:\[[^\]]*\])?\+?=", code)
        or re.search(rf"\b(?:for|select)\s+{word}\b", code)
        or re.search(rf"\b(?:read|mapfile|readarray|getopts|printf\s+-v)\b[^\n;|]*\b{word}\b", code)
    )


async def execute(context: StepContext[str]) -> Outcome:
    """Run the block in a shell on every host, with the variables of the run that it uses.

    The key is the variable ``SSH_KEY`` if it is set, else the user's usual keys.
    """
    attributes = context.step.attributes
    if context.step.kind is not StepKind.SHELL:
        raise problem("NotAvailable", "Only shell blocks can run on other hosts.", target="ssh")
    expand = context.variables.expand
    own = {name: expand(value) for name, value in attributes.env.items()}
    values, unset = sent_variables(context.body, {**context.variables, **own})
    if unset is not None:
        name, row = unset
        raise problem(
            "VariableNotSet",
            f"{context.runbook.path.name}:{context.step.line + 1 + row}: {name} is used on the host and has no value.",
            f"Set it in a step before, or write ${{{name}-}} where it may be empty.",
        )
    settings = [f"{name}={shlex.quote(value)}" for name, value in {**values, **own}.items()]
    before = ["export " + " ".join(settings)] if settings else []
    if attributes.cwd:
        before.append(f"cd {shlex.quote(expand(attributes.cwd))} || exit")
    command = "\n".join([*before, "set -e", context.body])
    targets = SshStep(
        command=command,
        hosts=expand(attributes.ssh),
        user=expand(attributes.user),
        via=expand(attributes.via),
        key=context.variables.get("SSH_KEY", ""),
    )
    outcome = await run_on(
        context,
        await find(context, targets),
        command,
        serial=attributes.serial,
        max_fail=attributes.max_fail,
        limit=attributes.timeout,
        by_run_command=targets.via == RUN_COMMAND,
    )
    # Captures and expectations of a script are about its output.
    is_used = outcome.has_value and (attributes.capture or context.step.expectations)
    text = captured(outcome.value) if is_used else ""
    return Outcome(outcome.state, outcome.status, outcome.failure, outcome.summary, value=text, has_value=True)
