"""Parameters of a deployment: bind values to declarations, check them, and echo them as the service does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from azops_tui.arm.deployment import ParameterValue, TemplateDeployment
from azops_tui.arm.environment import Environment
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.reader import Path
from azops_tui.arm.sections import get, section
from azops_tui.arm.symbolic import Symbolic, plain
from azops_tui.arm.syntax import FunctionCall, Literal
from azops_tui.arm.types import USAGE, TypeProblem, display_type, is_secure
from azops_tui.arm.values import builder
from azops_tui.json_types import Json


def merged(files: Iterable[Mapping[str, Json]]) -> dict[str, Json]:
    """Merge parameter files or maps; later ones win, names ignore case.

    >>> merged([{"a": {"value": 1}}, {"parameters": {"A": {"value": 2}}, "contentVersion": "1.0.0.0"}])
    {'A': {'value': 2}}
    """
    result: dict[str, Json] = {}
    for file in files:
        for name, value in entries(file).items():
            for known in [known for known in result if known.lower() == name.lower()]:
                del result[known]
            result[name] = value
    return result


def entries(passed: Mapping[str, Json]) -> Mapping[str, Json]:
    """The parameters of a parameter file or a plain map."""
    lowered = {name.lower() for name in passed}
    if "parameters" in lowered and lowered & {"$schema", "contentversion"}:
        inside = get(passed, "parameters")
        return inside if isinstance(inside, Mapping) else {}
    return passed


def bind(deployment: TemplateDeployment, passed: Mapping[str, Json], *, allow_missing: bool = False) -> None:
    """Set the parameters of a deployment. Raises TemplateError.

    With `allow_missing`, a parameter without value becomes symbolic: ``[parameters('name')]``.
    """
    declared = section(deployment.template, "parameters")
    assumes_defaults = deployment.run.assumes_defaults or not allow_missing
    names = {name.lower(): name for name in declared}
    passed = entries(passed)
    extra = [name for name in passed if name.lower() not in names and not name.startswith("$")]
    if extra:
        listed = ", ".join(extra)
        raise deployment.invalid(
            f"The template parameters '{listed}' in the parameters file are not valid; they are not present in the "
            "original template and can therefore not be provided at deployment time. The only supported parameters for "
            f"this template are '{', '.join(declared)}'. "
            "Please see https://aka.ms/arm-pass-parameter-values for usage details.",
            ("parameters",),
        )
    by_name = {name.lower(): value for name, value in passed.items()}
    for name, definition in declared.items():
        path: Path = ("parameters", name)
        if not isinstance(definition, dict):
            raise deployment.invalid(f"The template parameter '{name}' {deployment.where(path)} is not valid.", path)
        schema = settled(deployment, definition, path)
        entry = by_name.get(name.lower())
        passed_value = None if entry is None else read_entry(deployment, name, entry)
        written = [key for key in definition if len(key) == 12 and key.lower() == "defaultvalue"]
        has_default = bool(written)
        if has_default:
            default = definition[written[0]]
            build = deployment.guarded((*path, "defaultValue"), builder, default)
            deployment.parameter_builders[name.lower()] = build
        if passed_value is not None and passed_value.is_given:
            deployment.parameter_values[name.lower()] = passed_value
        elif has_default and assumes_defaults:
            continue
        elif schema.get("nullable") is True and assumes_defaults:
            deployment.parameter_values[name.lower()] = ParameterValue(None)
        elif allow_missing:
            deployment.parameter_builders.pop(name.lower(), None)
            node = FunctionCall("parameters", (Literal(name),))
            deployment.parameter_values[name.lower()] = ParameterValue(
                Symbolic(node, Environment(deployment.run, deployment))
            )
        else:
            raise deployment.invalid(
                f"The value for the template parameter '{name}' {deployment.where(path)} is not provided. {USAGE}",
                path,
                violation=True,
            )
    if deployment.outer is None:
        for name, definition in declared.items():
            try:
                check(deployment, name, definition)
            except TemplateError as error:
                if not deployment.run.tolerates(error):
                    raise
                node = FunctionCall("parameters", (Literal(name),))
                unknown = Symbolic(node, Environment(deployment.run, deployment))
                deployment.run.values[deployment, "parameters", name.lower()] = unknown


def settled(deployment: TemplateDeployment, definition: dict[str, Json], path: Path) -> dict[str, Json]:
    try:
        return deployment.types.settled(definition)
    except TypeProblem as error:
        raise deployment.invalid(str(error), path) from None


def read_entry(deployment: TemplateDeployment, name: str, entry: Json) -> ParameterValue:
    """Read the value or secret reference passed for a parameter. Raises TemplateError."""
    if isinstance(entry, Mapping):
        keys = {key.lower(): value for key, value in entry.items()}
        if isinstance(keys.get("reference"), Mapping):
            return ParameterValue(secret=keys["reference"])
        if "value" in keys:
            return ParameterValue(keys["value"])
        if not keys:
            return ParameterValue(None)
    if isinstance(entry, Symbolic):
        return ParameterValue(entry)
    shown = str(plain(entry))[:100]
    raise TemplateError(
        "InvalidRequestContent",
        f'The request content was invalid and could not be deserialized: \'Error converting value "{shown}" to type '
        "'Azure.Deployments.Core.Definitions.DeploymentParameterDefinition'. Path "
        f"'properties.parameters.{name}', line 1, position 1.'.",
        target=f"properties.parameters.{name}",
    )


def check(deployment: TemplateDeployment, name: str, definition: dict[str, Json]) -> None:
    """Evaluate a parameter and check its type. Raises TemplateError."""
    path: Path = ("parameters", name)
    try:
        value = deployment.parameter(name, Environment(deployment.run, deployment))
    except ExpressionError as error:
        if error.located is deployment:
            raise deployment.invalid(error.message, tuple(error.path), error) from None
        raise deployment.invalid(
            f"The template parameter '{name}' is not valid: {error.message}", path, error
        ) from None
    try:
        problem = deployment.types.problem(value, definition)
    except TypeProblem as error:
        raise deployment.invalid(str(error), path) from None
    if not problem:
        return
    if "allowed value" in problem:
        message = f"The provided value for the template parameter '{name}' {deployment.where(path)} is not valid. "
    elif problem.startswith("Expected"):
        message = f"The provided value for the template parameter '{name}' is not valid. "
    else:
        message = f"The provided value for the template parameter '{name}' {deployment.where(path)} is not valid. "
    raise deployment.invalid(message + problem, path, violation=True)


def camel(name: str) -> str:
    """Convert a name as the service echoes it: leading capitals become lower case.

    >>> camel("StorageAccountName"), camel("VMSS"), camel("VMName"), camel("a-B")
    ('storageAccountName', 'vmss', 'vmName', 'a-B')
    """
    letters = list(name)
    for index, letter in enumerate(letters):
        if index == 1 and not letter.isupper():
            break
        following = letters[index + 1] if index + 1 < len(letters) else ""
        if index > 0 and following and not following.isupper():
            if following.isspace():
                letters[index] = letter.lower()
            break
        letters[index] = letter.lower()
    return "".join(letters)


def echo(deployment: TemplateDeployment) -> dict[str, Json]:
    """The parameters as the service returns them: type and value, secrets without a value."""
    result: dict[str, Json] = {}
    environment = Environment(deployment.run, deployment)
    for name, definition in section(deployment.template, "parameters").items():
        type = str(settled(deployment, definition, ("parameters", name)).get("type", ""))
        shown: dict[str, Json] = {"type": display_type(type)}
        passed = deployment.parameter_values.get(name.lower())
        if passed is not None and passed.secret is not None:
            shown["reference"] = plain(dict(passed.secret))
        elif not is_secure(type):
            value = own_value(deployment, name, environment)
            shown["value"] = plain(value)
        result[camel(name)] = shown
    return result


def own_value(deployment: TemplateDeployment, name: str, environment: Environment) -> Json:
    """Value of a parameter of this template, even if its expressions are evaluated in the outer scope."""
    if deployment.outer is None:
        return deployment.parameter(name, environment)
    passed = deployment.parameter_values.get(name.lower())
    if passed is not None:
        return passed.value
    return deployment.parameter_builders[name.lower()](deployment.environment())
