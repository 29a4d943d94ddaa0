"""IPython's magics and shell escapes as plain shell and Python."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

_CELL = re.compile(r"\A\s*%%(\w+)[ \t]*([^\n]*)(?:\n|\Z)")
_SHELL_MAGICS = frozenset({"bash", "sh", "cmd", "system", "sx"})
_LINE = re.compile(r"^(?P<indent>[ \t]*)(?P<target>[A-Za-z_][\w., ]*=\s*)?(?P<mark>!!?|%)(?P<text>[^\n]*)$")
_ENV = re.compile(r"(?:set_)?env\s+([A-Za-z_]\w*)(?:\s*=\s*|\s+)(.*)")
_BRACES = re.compile(r"\{[A-Za-z_][\w.\[\]'\"]*\}")
_HELP = re.compile(r"^\s*\?{1,2}[\w.]+\s*$|^\s*[\w.]+\?{1,2}\s*$")


def convert_cell(source: str, language: str) -> list[tuple[str, str]]:
    """Return the fences of a code cell: info word and code of each.

    Args:
        source: the cell.
        language: language of the kernel.
    """
    if language != "python":
        word = {"bash": "bash", "sh": "bash", "shell": "bash", "pwsh": "powershell"}.get(language, language)
        return [(word, source)]
    match = _CELL.match(source)
    if match is not None:
        return _cell_magic(match[1], match[2].strip(), source[match.end() :])
    lines = source.split("\n")
    shell = [_as_shell(line) for line in lines]
    if all(text is not None for text in shell) and any(text and not text.startswith("#") for text in shell):
        return [("bash", "\n".join(text for text in shell if text is not None))]
    return [("python", "\n".join(_python_lines(lines)))]


def _cell_magic(name: str, words: str, body: str) -> list[tuple[str, str]]:
    if name in _SHELL_MAGICS:
        return [("bash", body)]
    if name == "script":
        program = words.split()[0].rsplit("/", 1)[-1] if words.split() else "bash"
        return [("bash" if program in ("bash", "sh", "zsh") else f"bash {{interpreter={program}}}", body)]
    if name in ("writefile", "file"):
        append = words.startswith("-a ")
        path = shlex.quote(words.removeprefix("-a ").strip())
        mark = "EOF"
        while re.search(rf"^{mark}$", body, re.MULTILINE):
            mark += "_"
        ending = "" if body.endswith("\n") else "\n"
        return [("bash", f"cat {'>>' if append else '>'} {path} <<'{mark}'\n{body}{ending}{mark}")]
    if name in ("time", "timeit", "capture", "prun"):
        return convert_cell(body, "python")
    if name in ("python", "python3", "py"):
        return [("python", body)]
    if name in ("pwsh", "powershell"):
        return [("powershell", body)]
    return [(name, body)]  # of another language (html, javascript): shown, not executed


def _as_shell(line: str) -> str | None:
    """The line as shell, where a line alone is enough to tell; None for Python."""
    text = line.strip()
    if not text or text.startswith("#"):
        return text
    if text.startswith("!") and not _BRACES.search(text):
        return text.lstrip("!").strip()
    match = re.fullmatch(r"%(\w+)[ \t]*(.*)", text)
    if match is None:
        return None
    environment = _ENV.fullmatch(text[1:])
    if environment is not None:
        return f"export {environment[1]}={_quoted(environment[2])}"
    if match[1] == "cd":
        return f"cd {match[2]}".rstrip()
    if match[1] in ("pip", "conda"):
        return f"{'python3 -m pip' if match[1] == 'pip' else 'conda'} {match[2]}"
    if match[1] in ("sx", "system"):
        return match[2]
    return None


def _quoted(value: str) -> str:
    """A value of ``%env`` for the shell; ``$NAME`` and ``{name}`` stand for variables."""
    value = value.strip().strip("'\"")
    value = re.sub(r"\{([A-Za-z_]\w*)\}", r"${\1}", value)
    if "$" in value:
        return '"' + re.sub(r'([\\`"])', r"\\\1", value) + '"'
    return shlex.quote(value)


def _python_lines(lines: list[str]) -> Iterator[str]:
    imports = {name for line in lines for name in _needed(line)}
    yield from (f"import {name}" for name in sorted(imports))
    for line in lines:
        match = _LINE.match(line)
        if match is None:
            yield f"# {line.strip()}" if _HELP.match(line) else line
        elif match["mark"] == "%":
            yield match["indent"] + (match["target"] or "") + _line_magic(match["text"])
        else:
            yield match["indent"] + _escape(match["target"] or "", match["text"])


def _needed(line: str) -> Iterator[str]:
    match = _LINE.match(line)
    if match is None:
        return
    if match["mark"] != "%":
        yield "subprocess"
    elif re.match(r"(?:set_)?env\b|cd\b", match["text"]):
        yield "os"


def _literal(text: str) -> str:
    return ("f" if _BRACES.search(text) else "") + repr(text)


def _escape(target: str, command: str) -> str:
    """``!command`` and ``names = !command`` in the middle of Python."""
    literal = _literal(command.strip())
    if target:
        return f"{target}subprocess.run({literal}, shell=True, text=True, stdout=subprocess.PIPE).stdout.splitlines()"
    return f"subprocess.run({literal}, shell=True)"


def _line_magic(text: str) -> str:
    environment = _ENV.fullmatch(text)
    if environment is not None:
        return f"os.environ[{environment[1]!r}] = {_literal(environment[2])}"
    name, _, words = text.partition(" ")
    if name == "cd":
        return f"os.chdir({_literal(words.strip())})"
    if name in ("time", "timeit"):
        return words.strip()
    return f"# %{text}"
