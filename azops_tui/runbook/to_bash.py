"""A runbook as one bash script that does the same without azops.

Steps are sourced one after another into the same shell, so that variables, arrays, functions and options carry over,
and ``exit`` ends a step. The first failing command ends the script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote

from azops_tui.runbook.model import Parameter, Step, StepKind
from azops_tui.runbook.native_script import native_script, quoted

_HEAD = """\
#!/usr/bin/env bash
# {title}
# Made by "azops to-bash" from {path}. Expected results, timeouts and retries are not part of it.
set -e
shopt -s expand_aliases
alias exit=return
azops_work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || :; rm -rf "$azops_work"' EXIT
cd -- {folder}
"""
_PYTHON = """\
import ast, os, shlex, sys, traceback
folder, names = sys.argv[1], {"__name__": "__main__"}
for line in open(folder + "/steps"):
    with open(folder + "/environment", "rb") as file:
        pairs = [item.split(b"=", 1) for item in file.read().split(b"\\0") if b"=" in item]
    os.environb.clear()
    os.environb.update(pairs)
    before, status = dict(os.environ), 0
    try:
        tree = ast.parse(open(line.strip()).read())
        last = [tree.body.pop()] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
        exec(compile(tree, "<step>", "exec"), names)
        exec(compile(ast.Interactive(last), "<step>", "single"), names)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    with open(folder + "/exports", "w") as file:
        for name, value in os.environ.items():
            if before.get(name) != value and name.isidentifier():
                file.write("export %s=%s\\n" % (name, shlex.quote(value)))
    with open(folder + "/ends", "w") as file:
        file.write("%d\\n" % status)
"""
_START_PYTHON = """\
mkfifo "$azops_work/steps" "$azops_work/ends"
exec 7<>"$azops_work/steps" 8<>"$azops_work/ends"
python3 "$azops_work/driver.py" "$azops_work" </dev/null &
azops_python() {
  env -0 >"$azops_work/environment"
  printf '%s\\n' "$1" >&7
  local azops_status
  read -r azops_status <&8
  source "$azops_work/exports"
  return "$azops_status"
}
"""
"""All Python steps run in one Python, which gets the exported variables and gives back what a step exports."""


def to_bash(title: str, path: Path, parameters: Iterable[Parameter], steps: Iterable[tuple[str, Step, Path]]) -> str:
    """Return the script.

    Args:
        title: of the runbook.
        path: of the document.
        parameters: become exported variables, which the environment of the script overrides.
        steps: name, step, and folder of its document, in the order in which they run.
    """
    folder = path.resolve().parent
    parts = [_HEAD.format(title=_comment(title), path=_comment(path.name), folder=quote(str(folder)))]
    parts += [_parameter(parameter) for parameter in parameters if not parameter.literal]
    has_python = False
    for name, step, own_folder in steps:
        attributes = step.attributes
        if attributes.exclude_from_run_all or attributes.ignore:
            parts.append(f"# {_comment(name)}: left out of running the whole document.\n")
            continue
        body = "".join(_step(name, step, has_python))
        has_python = has_python or step.kind is StepKind.PYTHON
        if own_folder != folder:
            body = f"pushd -- {quote(str(own_folder))} >/dev/null\n{body}popd >/dev/null\n"
        parts.append(f"\nprintf '==> %s\\n' {quote(name)} >&2\n{body}")
    return "\n".join(parts[:1]) + "".join(parts[1:])


def _comment(text: str) -> str:
    return " ".join(text.split())


def _parameter(parameter: Parameter) -> str:
    name = parameter.name
    if parameter.default is None:
        help_text = quoted(_comment(parameter.help) or "set it").strip('"')
        return f': "${{{name}:?{help_text}}}"\nexport {name}\n'
    return f"[[ ${{{name}+x}} ]] || {name}={quote(parameter.default)}\nexport {name}\n"


def _step(name: str, step: Step, has_python: bool) -> Iterator[str]:
    attributes = step.attributes
    lines = list(_command(name, step, has_python))
    if attributes.capture:
        lines = [f'{{\n{"".join(lines)}}} >"$azops_work/out"\n', 'cat "$azops_work/out"\n']
        query = f" | jp -u {quote(attributes.query)}" if attributes.query else ""
        lines.append(f'export {attributes.capture}="$(cat "$azops_work/out"{query})"\n')
    for variable, value in attributes.env.items():
        saved = f"azops_saved_{variable}"
        lines.insert(0, f"{saved}=$(declare -p {variable} 2>/dev/null) || true\nexport {variable}={quoted(value)}\n")
        lines.append(f'unset -v {variable}\neval "${{{saved}/#declare -/declare -g}}"\n')
    if attributes.cwd:
        lines.insert(0, f"pushd -- {quoted(attributes.cwd)} >/dev/null\n")
        lines.append("popd >/dev/null\n")
    body = "".join(lines)
    if attributes.on_error == "continue":
        # A shell of its own: bash cannot end a step early and go on in the same one.
        body = f"set +e\n(\nset -e\n{body})\nset -e\n"
    if attributes.background:
        body = f"{{\n{body}}} &\n"
    if attributes.when:
        test = attributes.when.strip()
        condition = test if test.startswith(("[", "((", "test ", "!")) else f"[[ {test} ]]"
        body = f"if {condition}; then\n{body}fi\n"
    yield body


def _command(name: str, step: Step, has_python: bool) -> Iterator[str]:
    attributes = step.attributes
    program = attributes.interpreter
    if step.kind is StepKind.NATIVE:
        yield native_script(name, step.native)
    elif step.kind is StepKind.PYTHON:
        yield from _python(step.code, has_python)
    elif step.kind is StepKind.KERNEL:
        message = f"{name} runs in the Jupyter kernel {attributes.kernel}, which bash cannot start."
        yield f"echo {quote(message)} >&2\nfalse\n"
    elif attributes.ssh:
        user = f"{attributes.user}@" if attributes.user else ""
        via = f" -J {quoted(attributes.via)}" if attributes.via else ""
        yield f"for azops_host in {attributes.ssh.replace(',', ' ')}; do\n"
        yield f'ssh{via} "{user}$azops_host" bash -se {_document("set -e" + chr(10) + step.code)}done\n'
    elif step.kind is StepKind.POWERSHELL or (program and program.split("/")[-1] not in ("bash", "sh", "zsh")):
        suffix = "step.ps1" if step.kind is StepKind.POWERSHELL else "step"
        run = "pwsh -NonInteractive -File" if step.kind is StepKind.POWERSHELL else program
        yield f'cat >"$azops_work/{suffix}" {_document(step.code)}{run} "$azops_work/{suffix}" </dev/null\n'
    else:
        source = "" if attributes.interactive else " </dev/null"
        yield f'cat >"$azops_work/step" {_document(step.code)}source "$azops_work/step"{source}\n'


def _python(code: str, has_python: bool) -> Iterator[str]:
    if not has_python:
        yield f'cat >"$azops_work/driver.py" {_document(_PYTHON)}{_START_PYTHON}'
    yield f'cat >"$azops_work/step.py" {_document(code)}azops_python "$azops_work/step.py"\n'


def _document(text: str) -> str:
    """A here-document with this text as it is."""
    mark = "AZOPS_STEP"
    while re.search(rf"^{mark}$", text, re.MULTILINE):
        mark += "_"
    return f"<<'{mark}'\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{mark}\n"
