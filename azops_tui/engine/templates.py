"""Templates and parameter files of deploy steps: read, merged, and fitted to what the template declares."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from azops_tui.engine.problems import StepProblem, problem
from azops_tui.json_types import Json

_COMPILE_SECONDS = 120


async def read_template(path: Path) -> dict[str, Json]:
    """A template as an object, from JSON or through the Bicep compiler.

    Raises:
        StepProblem: it is not there, not a template, or there is no compiler for it.
    """
    if path.suffix.lower() in (".bicep", ".bicepparam"):
        text: str | bytes = await _compiled(path)
    else:
        text = _bytes(path, "template")
    template = _json(text, path, "template")
    if not isinstance(template, dict) or "resources" not in template:
        raise problem("InvalidTemplate", f"{path} is no template: it has no resources.", resource=str(path))
    return template


def read_json(path: Path, what: str) -> Json:
    """A JSON file as the service takes it: comments and trailing commas are passed over.

    Raises:
        StepProblem: it is not there or not JSON; says where.
    """
    return _json(_bytes(path, what), path, what)


async def merged(
    given: str | Mapping[str, Json] | Sequence[str | Mapping[str, Json]], path_of: Callable[[str], Path]
) -> dict[str, dict[str, Json]]:
    """Parameters as the service takes them, from files and maps of values; later ones win.

    Args:
        given: a file's name, a map, or a list of both.
        path_of: where a named file is.

    Raises:
        StepProblem: a file is not there or is no parameter file.
    """
    sources = [given] if isinstance(given, str | Mapping) else given
    parameters: dict[str, dict[str, Json]] = {}
    for source in sources:
        if isinstance(source, str):
            found = await _from_file(path_of(source))
        else:
            found = {name: {"value": value} for name, value in source.items()}
        for name, value in found.items():
            # Names are compared without case by the service, which refuses the same one twice.
            known = next((one for one in parameters if one.lower() == name.lower()), name)
            parameters[known] = value
    return parameters


def fitted(template: Mapping[str, Json], parameters: Mapping[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """The parameters with text turned into what the template declares: a variable's ``"2"`` into the number 2.

    Raises:
        StepProblem: a value cannot be what the template wants, or the template has no such parameter.
    """
    declared = template.get("parameters") or {}
    known = {name.lower(): declaration for name, declaration in declared.items()}
    fit: dict[str, dict[str, Json]] = {}
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
            fit[name] = {**entry, "value": _fit(name, value, str(declaration.get("type", "")).lower())}
        else:
            fit[name] = dict(entry)
    return fit


def only_declared(
    template: Mapping[str, Json], parameters: Mapping[str, dict[str, Json]]
) -> dict[str, dict[str, Json]]:
    """The parameters that a template has: one of several layers need not have those of the others."""
    known = {name.lower() for name in template.get("parameters") or {}}
    return {name: value for name, value in parameters.items() if name.lower() in known}


def _fit(name: str, text: str, kind: str) -> Json:
    match kind:
        case "int":
            try:
                return int(text)
            except ValueError:
                raise _unfit(name, text, "a whole number") from None
        case "bool":
            if text.strip().lower() not in ("true", "false"):
                raise _unfit(name, text, "true or false")
            return text.strip().lower() == "true"
        case "object" | "secureobject" | "array":
            try:
                value = json.loads(text)
            except ValueError:
                raise _unfit(name, text, f"JSON of the type {kind}") from None
            if not isinstance(value, list if kind == "array" else dict):
                raise _unfit(name, text, f"JSON of the type {kind}")
            return value
    return text


def _unfit(name: str, text: str, wanted: str) -> StepProblem:
    return problem("InvalidParameter", f"The parameter {name} must be {wanted}, not '{text[:80]}'.", target=name)


async def _from_file(path: Path) -> dict[str, dict[str, Json]]:
    if path.suffix.lower() == ".bicepparam":
        document: Any = _json(await _compiled(path), path, "parameter file")
        if isinstance(document, dict) and isinstance(document.get("parametersJson"), str):
            document = _json(document["parametersJson"], path, "parameter file")
    else:
        document = read_json(path, "parameter file")
    if not isinstance(document, dict):
        raise problem("InvalidParameterFile", f"{path} is no parameter file: it is not an object.", resource=str(path))
    found = document.get("parameters") if "parameters" in document else document
    if not isinstance(found, dict) or not all(
        isinstance(entry, dict) and ("value" in entry or "reference" in entry) for entry in found.values()
    ):
        raise problem(
            "InvalidParameterFile",
            f'{path} is no parameter file: each parameter must be {{"value": …}} or {{"reference": …}}.',
            resource=str(path),
        )
    return found


def _bytes(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise problem(
            "FileNotFound",
            f"The {what} {path} is not there.",
            "Paths start in the runbook's folder.",
            resource=str(path),
        ) from None
    except OSError as error:
        raise problem("FileUnreadable", f"The {what} {path} cannot be read: {error.strerror}.") from None


def _json(text: str | bytes, path: Path, what: str) -> Json:
    """JSON as the service takes it.

    Raises:
        StepProblem: it is none; says where.
    """
    from azops_tui.arm import TemplateError
    from azops_tui.arm.reader import read

    try:
        return read(text, what=what).value
    except TemplateError as error:
        where = f"{path}:{error.line}" if error.line else str(path)
        # The service's sentence has its reason in quotes, before a path and a line that are said already.
        reason = error.message.partition("'")[2].partition(". Path '")[0] or error.message
        at = f" at column {error.column}" if error.column else ""
        message = f"{where}: the {what} is not JSON: {reason.rstrip(chr(39) + '.')}{at}."
        raise problem("InvalidJson", message, resource=str(path)) from None


async def _compiled(path: Path) -> str:
    """What the Bicep compiler makes of a file.

    Raises:
        StepProblem: there is none on PATH, or the file has errors.
    """
    if not await asyncio.to_thread(path.is_file):
        raise problem("FileNotFound", f"The template {path} is not there.", "Paths start in the runbook's folder.")
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
    with tempfile.TemporaryFile() as said:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=said
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), _COMPILE_SECONDS)
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        said.seek(0)
        errors = said.read().decode("utf-8", "replace")
    if process.returncode:
        first = next((line for line in errors.splitlines() if "error" in line.lower()), errors.strip()[:300])
        raise problem("InvalidBicep", f"{path.name} cannot be compiled: {first.strip()}", resource=str(path))
    return output.decode("utf-8", "replace")
