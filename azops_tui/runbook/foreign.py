"""Effects of Python and PowerShell code, as far as the code shows them.

Each reading takes the reading of shell code as an argument, for the commands that such code starts.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable

from azops_tui.runbook.model import Effect
from azops_tui.runbook.verbs import words as name_set

R, M, D = Effect.READS, Effect.MUTATES, Effect.DESTROYS

_REACHING = name_set("""
    azure boto3 botocore google msrest requests httpx aiohttp urllib urllib3 http subprocess paramiko asyncssh
    fabric kubernetes docker ansible_runner pymongo psycopg psycopg2 sqlalchemy redis openai smtplib socket ftplib
    telnetlib
""")
"""Modules through which code reaches beyond its process."""
_LOCAL = frozenset({"urllib.parse", "http.HTTPStatus", "azure.identity", "azure.core"})
_RUNNING = frozenset({"system", "popen", "exec", "eval", "execv", "execvp", "spawn"})
_STARTING = frozenset({"run", "call", "check_call", "check_output", "getoutput", "getstatusoutput", "Popen"})
"""Functions of ``subprocess``. Its import counts as a change; the command started may do more."""
_CMDLET = re.compile(r"\b([A-Za-z]+)-([A-Za-z]\w+)\b")
_CMDLET_READS = name_set("""
    get show test find measure select where format convertto convertfrom write out read compare sort group join
    split
""")
_CMDLET_DESTROYS = name_set("remove clear uninstall reset")
_CMDLET_CHANGES = name_set("""
    add approve assert block complete confirm connect copy deny disable disconnect dismount edit enable enter
    grant import initialize install invoke lock merge mount move new optimize protect publish push redo register
    rename repair request restart restore resume revoke save send set start stop submit suspend switch sync undo
    unblock unlock unprotect unpublish unregister update use
""")
"""Approved verbs of PowerShell for changes."""
_CMDLET_LOCAL = name_set("""
    object item content variable location string module path csv json host output childitem date guid
""")


ShellReading = Callable[[str], Effect]
"""The effects of shell code."""


def python_effect(code: str, shell_effect: ShellReading) -> Effect:
    """Effects of Python code: destroys if it calls a function named for it, mutates if it reaches outside."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return M if code.strip() else Effect.NONE
    effect = R if tree.body else Effect.NONE
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            if any(name.partition(".")[0] in _REACHING and not _is_local(name) for name in names):
                effect |= M
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            called = name.removeprefix("begin_")
            if name in _RUNNING or name in _STARTING:
                effect |= _started(node, shell_effect) | (M if name in _RUNNING else Effect.NONE)
            elif isinstance(node.func, ast.Attribute) and (
                called == "rmtree" or re.match(r"(?:delete|purge)(?:_|$)", called)
            ):
                effect |= D
    return effect


def _started(call: ast.Call, shell_effect: ShellReading) -> Effect:
    """Effects of a command that is written out in a call, as text or as a list of words."""
    first = call.args[0] if call.args else None
    words = first.elts if isinstance(first, (ast.List, ast.Tuple)) else [first]
    texts = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    return shell_effect(" ".join(texts)) & (M | D)


def _is_local(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in _LOCAL)


def powershell_effect(code: str, shell_effect: ShellReading) -> Effect:
    """Effects of PowerShell code, by the verbs of its cmdlets and of any ``az`` it calls."""
    text = re.sub(r"<#.*?#>|(?m:#.*$)", "", code, flags=re.DOTALL)
    if not text.strip():
        return Effect.NONE
    effect = R
    for verb, noun in _CMDLET.findall(text):
        action, thing = verb.casefold(), noun.casefold()
        if action in _CMDLET_READS:
            continue
        if action in _CMDLET_DESTROYS:
            effect |= M if thing in _CMDLET_LOCAL and "-recurse" not in text.casefold() else D
        elif thing not in _CMDLET_LOCAL and action in _CMDLET_CHANGES:
            effect |= M
    if re.search(r"(?:^|[\s;|&({=])az\s", text):
        for call in re.findall(r"(?:^|[\s;|&({=])(az\s[^\n;|)}]*)", text.replace("`\n", " ")):
            effect |= shell_effect(call)
    return effect
