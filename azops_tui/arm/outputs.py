"""Evaluate the outputs of a deployment."""

from __future__ import annotations

from azops_tui.arm.deployment import TemplateDeployment
from azops_tui.arm.environment import EvaluationRun
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.parameters import camel, settled
from azops_tui.arm.sections import get, section
from azops_tui.arm.symbolic import plain
from azops_tui.arm.types import display_type, is_secure
from azops_tui.arm.values import Builder, CopyLoop, builder
from azops_tui.json_types import Json


def evaluated_outputs(deployment: TemplateDeployment, run: EvaluationRun, *, reveal: bool = False) -> dict[str, Json]:
    """The outputs as the service shows them; with `reveal`, secure outputs have their value too."""
    result: dict[str, Json] = {}
    environment = deployment.environment(run)
    for name, definition, build in output_parts(deployment):
        path = ("outputs", name)
        try:
            condition = get(definition, "condition", True)
            if isinstance(condition, str):
                condition = builder(condition)(environment)
            if condition is False or (isinstance(condition, str) and condition.lower() == "false"):
                continue
            value = build.values(environment) if isinstance(build, CopyLoop) else build(environment)
            run.account(value)
        except ExpressionError as error:
            failure = output_error(deployment, name, error, run)
            if not run.tolerates(failure):
                raise failure from None
            value = plain(get(definition, "value"))
        schema = settled(deployment, definition, path)
        type = str(schema.get("type", ""))
        problem = deployment.types.problem(value, definition)
        if problem and run.problems is None:
            raise output_error(deployment, name, ExpressionError(problem), run)
        shown: dict[str, Json] = {"type": display_type(type)}
        if reveal or not is_secure(type):
            shown["value"] = value
        result[camel(name)] = shown
    return result


def output_parts(deployment: TemplateDeployment) -> list[tuple[str, dict[str, Json], Builder | CopyLoop]]:
    """Name, definition and builder of each output."""
    result: list[tuple[str, dict[str, Json], Builder | CopyLoop]] = []
    for name, definition in section(deployment.template, "outputs").items():
        path = ("outputs", name)
        if not isinstance(definition, dict):
            raise deployment.invalid(f"The template output '{name}' is not valid.", path)
        loop = get(definition, "copy")
        build: Builder | CopyLoop
        if isinstance(loop, dict):
            definition_of_loop = {"name": name, **loop}
            build = deployment.guarded((*path, "copy"), CopyLoop, definition_of_loop, 0)
        else:
            build = deployment.guarded((*path, "value"), builder, get(definition, "value"))
        result.append((name, definition, build))
    return result


def output_error(
    deployment: TemplateDeployment, name: str, error: ExpressionError, run: EvaluationRun
) -> TemplateError:
    path = tuple(error.path) if error.located else ("outputs", name, "value", *error.path)
    if run.mode == "plan" and error.code == "InvalidTemplate":
        where = deployment.where(("outputs", name))
        return deployment.invalid(f"The template output '{name}' {where} is not valid: {error.message}", path, error)
    return deployment.error(
        f"The template output '{name}' is not valid: {error.message}.",
        path,
        code="DeploymentOutputEvaluationFailed",
        cause=error,
    )
