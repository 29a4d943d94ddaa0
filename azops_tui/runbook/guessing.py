"""What an untagged fence is: shell, the output of a command, or a file. A guess, which a person confirms."""

from __future__ import annotations

import json
import re

from azops_tui.runbook.commands import is_command
from azops_tui.runbook.languages import PROMPTED, has_prompt
from azops_tui.runbook.model import Role, Runbook
from azops_tui.runbook.placeholders import without_placeholders
from azops_tui.runbook.shell import read

_FIRST = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:(?:[A-Za-z_]\w*=)|(?P<word>[^\s;|&()<>$\"'`=]+))")
_SPEAKS_OF_OUTPUT = re.compile(
    r"\b(?:outputs?|returns?|results? (?:is|are|in|should)|responses?|prints?|displays?|looks? like|resembles?"
    r"|(?:should|will|can) (?:now )?(?:see|get|look|show)|shows?|similar to|as follows)\b[^.]*[:.]?\s*$",
    re.IGNORECASE,
)
_ONLY_OUTPUT = re.compile(
    r"^(?:(?:the|an?|example|sample|expected|command|console|your)\s+)*(?:outputs?|results?|responses?)\s*[:.]?$"
    r"|\b(?:should|will) (?:now )?(?:see|get)\b[^.]*\b(?:outputs?|results?|similar|like|following)\b[^.]*[:.]?\s*$"
    r"|\boutputs? (?:is|should|will|looks?|resembles?)\b[^.]*[:.]?\s*$"
    r"|\b(?:following|sample|example) (?:example )?output\b",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"(?:`|\*\*|\b)(?P<name>(?:[\w.-]+/)*[\w.-]*\w\.(?:ya?ml|json|toml|ini|conf|cfg|env|xml|tf|tfvars|properties))(?:`|\*\*|\b)"
)
_WRITES_FILE = re.compile(
    r"\b(?:creat|sav|copy|past|add|writ|put|make|open|named|called|contents?|edit|generat)\w*\b", re.IGNORECASE
)
_FILE_LANGUAGES = frozenset({"", "yaml", "yml", "json", "toml", "ini", "xml", "hcl", "tf", "conf", "properties"})


def guess_role(sentence: str, language: str, text: str, *, follows_step: bool) -> tuple[Role, str]:
    """Role of a fence that does not say what it is, and the name of the file that it shows, if any.

    Args:
        sentence: the paragraph before the fence.
        language: of the fence, in lower case.
        text: of the fence.
        follows_step: a step stands above it, whose output it may show.
    """
    file = introduced_file(sentence, language, text)
    if file:
        return Role.GUESSED, file
    if language and language not in PROMPTED:
        return Role.OTHER, ""
    if follows_step and introduces_output(sentence, strictly=True):
        return Role.RESULT, ""
    if has_prompt(text) or looks_like_shell(text):
        return Role.GUESSED, ""
    return (Role.RESULT if follows_step and introduces_output(sentence) else Role.OTHER), ""


def looks_like_shell(text: str) -> bool:
    """True if a text parses as shell and begins with a builtin, an assignment or a known command."""
    match = _FIRST.match(text)
    if match is None:
        return False
    word = match["word"] or ""
    if word and not is_command(word, text[match.end("word") :].split("\n", 1)[0]):
        return False
    script = read(without_placeholders(text))
    if script.broken:
        return False
    names = [command.words[0] for command in script.commands if command.words and command.words[0]]
    known = sum(is_command(name, "-") or name in script.functions for name in names)
    return 2 * known >= len(names)


def introduces_output(sentence: str, *, strictly: bool = False) -> bool:
    """True if a sentence says that the output of a command follows.

    Args:
        sentence: the words before the fence.
        strictly: accept only sentences that cannot introduce a command, such as "Output:".
    """
    last = re.split(r"(?<=[.!?])\s+(?=[A-Z`*])", sentence.strip())[-1].strip("*_ ")
    if _ONLY_OUTPUT.search(last):
        return True
    return not strictly and _SPEAKS_OF_OUTPUT.search(last) is not None


def introduced_file(sentence: str, language: str, text: str) -> str:
    """Name of the file that a sentence introduces and the fence shows; empty if there is none.

    Args:
        sentence: the words before the fence.
        language: of the fence, in lower case.
        text: of the fence; without a language it must be YAML or JSON.
    """
    if language not in _FILE_LANGUAGES or not text.strip():
        return ""
    names = [match for match in _FILE.finditer(sentence) if ".." not in match["name"].split("/")]
    if not names:
        return ""
    name = names[-1]
    ends_with_name = not sentence[name.end() :].strip("`*_: .")
    if not (_WRITES_FILE.search(sentence) or ends_with_name):
        return ""
    return name["name"] if language or _is_data(text) else ""


def _is_data(text: str) -> bool:
    """True for a YAML or JSON text that holds more than a scalar."""
    if text.lstrip().startswith(("{", "[")):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            return True
    import yaml

    try:
        return any(isinstance(value, (dict, list)) for value in yaml.safe_load_all(text))
    except (yaml.YAMLError, ValueError, RecursionError):
        return False


def code_that_saves(name: str, text: str) -> str:
    """Shell code that writes a file as the document shows it, and leaves a file with other content alone."""
    end = "AZOPS_FILE"
    while re.search(rf"^{end}$", text, re.MULTILINE):
        end += "_"
    body = text if text.endswith("\n") else text + "\n"
    folder = f"mkdir -p '{name.rpartition('/')[0]}'\n" if "/" in name else ""
    return (
        f"{folder}if [ -e '{name}' ] && ! cmp -s '{name}' - <<'{end}'\n{body}{end}\nthen\n"
        f"  echo '{name} exists with other content and is not overwritten' >&2\n  false\nelse\n"
        f"  cat > '{name}' <<'{end}'\n{body}{end}\nfi\n"
    )


def guessed_sentence(runbook: Runbook) -> str:
    """What a document leaves open: "27 untagged fences, 21 look like shell; 1 file to save"."""
    untagged = sum(not block.language for block in runbook.blocks)
    files = [block.file for block in runbook.guessed if block.file]
    shell = len(runbook.guessed) - len(files)
    parts: list[str] = []
    if shell:
        parts.append(f"{untagged} untagged fence{'s' * (untagged != 1)}, {shell} look{'s' * (shell == 1)} like shell")
    if files:
        parts.append(f"{len(files)} file{'s' * (len(files) != 1)} to save: {', '.join(files)}")
    return "; ".join(parts)
