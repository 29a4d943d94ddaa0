"""Templates and parameter files of deploy steps: read, merged, and converted to the declared types."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from azops_tui.engine.problems import StepProblem, problem
from azops_tui.files import read_file
from azops_tui.json_types import Json

_COMPILE_TIMEOUT_S = 120
_PATHS = "Relative paths start in the folder of the runbook."


async def read_template(path: Path) -> dict[str, Json]:
    """Read a template, from JSON or through the Bicep compiler.

    Raises:
        StepProblem: the file does not exist or is not a template, or there is no Bicep compiler.
    """
    if path.suffix.lower() in (".bicep", ".bicepparam"):
        text: str | bytes = await _compiled(path)
    else:
        text = _bytes(path, "template")
    template = _json(text, path, "template")
    if not isinstance(template, dict) or "resources" not in template:
        raise problem("InvalidTemplate", f"{path} is not a template: it has no resources.", resource=str(path))
    return template


def read_json(path: Path, what: str) -> Json:
    """Read a JSON file as the service does: comments and trailing commas are allowed.

    Raises:
        StepProblem: the file does not exist or is not JSON; says where.
    """
    return _json(_bytes(path, what), path, what)


async def merged(
    sources: str | Mapping[str, Json] | Sequence[str | Mapping[str, Json]], path_of: Callable[[str], Path]
) -> dict[str, dict[str, Json]]:
    """Merge parameters from files and maps of values into the service's form; later sources override earlier ones.

    Args:
        sources: name of a file, a map, or a list of both.
        path_of: returns the path of a named file.

    Raises:
        StepProblem: a file does not exist or is not a parameter file.
    """
    parameters: dict[str, dict[str, Json]] = {}
    for source in [sources] if isinstance(sources, str | Mapping) else sources:
        if isinstance(source, str):
            entries = await _from_file(path_of(source))
        else:
            entries = {name: {"value": value} for name, value in source.items()}
        for name, value in entries.items():
            # The service ignores the case of names, and refuses a name that comes twice.
            known = next((key for key in parameters if key.lower() == name.lower()), name)
            parameters[known] = value
    return parameters


def fitted(template: Mapping[str, Json], parameters: Mapping[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """Convert text to the types that the template declares, for example a variable's ``"2"`` to the number 2.

    Raises:
        StepProblem: a value cannot be converted, or the template has no such parameter.
    """
    declared = template.get("parameters") or {}
    known = {name.lower(): declaration for name, declaration in declared.items()}
    converted: dict[str, dict[str, Json]] = {}
    for name, entry in parameters.items():
        declaration = known.get(name.lower())
        if declaration is None:
            raise problem(
                "InvalidTemplate",
                f"The template has no parameter {name}; it has {', '.join(declared) or 'none'}.",
                target=name,
            )
        value = entry.get("value")
        if isinstance(value, str) and isinstance(declaration, dict):
            converted[name] = {**entry, "value": _converted(name, value, str(declaration.get("type", "")).lower())}
        else:
            converted[name] = dict(entry)
    return converted


def only_declared(
    template: Mapping[str, Json], parameters: Mapping[str, dict[str, Json]]
) -> dict[str, dict[str, Json]]:
    """The parameters that a template declares: a layer need not declare those of the other layers."""
    known = {name.lower() for name in template.get("parameters") or {}}
    return {name: value for name, value in parameters.items() if name.lower() in known}


def _converted(name: str, text: str, kind: str) -> Json:
    match kind:
        case "int":
            try:
                return int(text)
            except ValueError:
                raise _wrong_type(name, text, "a whole number") from None
        case "bool":
            if text.strip().lower() not in ("true", "false"):
                raise _wrong_type(name, text, "true or false")
            return text.strip().lower() == "true"
        case "object" | "secureobject" | "array":
            try:
                value = json.loads(text)
            except ValueError:
                raise _wrong_type(name, text, f"JSON of the type {kind}") from None
            if not isinstance(value, list if kind == "array" else dict):
                raise _wrong_type(name, text, f"JSON of the type {kind}")
            return value
    return text


def _wrong_type(name: str, text: str, expected: str) -> StepProblem:
    return problem("InvalidParameter", f"The parameter {name} must be {expected}, not '{text[:80]}'.", target=name)


async def _from_file(path: Path) -> dict[str, dict[str, Json]]:
    if path.suffix.lower() == ".bicepparam":
        document: Any = _json(await _compiled(path), path, "parameter file")
        if isinstance(document, dict) and isinstance(document.get("parametersJson"), str):
            document = _json(document["parametersJson"], path, "parameter file")
    else:
        document = read_json(path, "parameter file")
    if not isinstance(document, dict):
        raise problem(
            "InvalidParameterFile", f"{path} is not a parameter file: it is not an object.", resource=str(path)
        )
    entries = document.get("parameters") if "parameters" in document else document
    if not isinstance(entries, dict) or not all(
        isinstance(entry, dict) and ("value" in entry or "reference" in entry) for entry in entries.values()
    ):
        raise problem(
            "InvalidParameterFile",
            f'{path} is not a parameter file: each parameter must be {{"value": …}} or {{"reference": …}}.',
            resource=str(path),
        )
    return entries


def _bytes(path: Path, what: str) -> bytes:
    try:
        return read_file(path, 64 << 20)
    except FileNotFoundError:
        raise problem(
            "FileNotFound",
            f"The {what} {path} does not exist.",
            _PATHS,
            resource=str(path),
        ) from None
    except OSError as error:
        raise problem("FileUnreadable", f"The {what} {path} cannot be read: {error.strerror}.") from None


def _json(text: str | bytes, path: Path, what: str) -> Json:
    """Parse JSON as the service does.

    Raises:
        StepProblem: the text is not JSON; says where.
    """
    from azops_tui.arm import TemplateError
    from azops_tui.arm.reader import read

    try:
        return read(text, what=what).value
    except TemplateError as error:
        where = f"{path}:{error.line}" if error.line else str(path)
        # The service's sentence has its reason in quotes, before a path and a line that the message has already.
        reason = error.message.partition("'")[2].partition(". Path '")[0] or error.message
        at = f" at column {error.column}" if error.column else ""
        message = f"{where}: the {what} is not JSON: {reason.rstrip(chr(39) + '.')}{at}."
        raise problem("InvalidJson", message, resource=str(path)) from None


async def _compiled(path: Path) -> str:
    """Compile a Bicep file to JSON.

    Raises:
        StepProblem: there is no compiler on PATH, or the file has errors.
    """
    if not await asyncio.to_thread(path.is_file):
        raise problem("FileNotFound", f"The template {path} does not exist.", _PATHS)
    verb = "build-params" if path.suffix.lower() == ".bicepparam" else "build"
    if bicep := shutil.which("bicep"):
        command = [bicep, verb, str(path), "--stdout"]
    elif az := shutil.which("az"):
        command = [az, "bicep", verb, "--file", str(path), "--stdout"]
    else:
        raise problem(
            "NoBicepCompiler",
            f"{path.name} is Bicep, and there is no compiler for it on PATH.",
            "Install bicep, or az with `az bicep install`; or compile it elsewhere and deploy the JSON.",
            resource=str(path),
        )
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=log
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), _COMPILE_TIMEOUT_S)
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        log.seek(0)
        errors = log.read().decode("utf-8", "replace")
    if process.returncode:
        first = next((line for line in errors.splitlines() if "error" in line.lower()), errors.strip()[:300])
        raise problem("InvalidBicep", f"{path.name} cannot be compiled: {first.strip()}", resource=str(path))
    return output.decode("utf-8", "replace")
