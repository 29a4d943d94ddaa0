"""Parameters of a document that declares none: from files beside it, from its comments and from its exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from azops_tui.runbook.model import Parameter, Step, StepKind
from azops_tui.runbook.shell import read


def implicit_parameters(
    initial: Mapping[str, str],
    commented: Mapping[str, str],
    exports: Iterable[Parameter],
    configurable: Iterable[Parameter],
) -> list[Parameter]:
    """Merge the sources of parameters; for one name, a comment wins over the ``.ini`` file, and both over an export.

    Args:
        initial: values of the ``.ini`` file.
        commented: values set in comments.
        exports: from :func:`exported_parameters`.
        configurable: from ``metadata.json``; their defaults and descriptions win over all others.
    """
    parameters = {
        name: Parameter(name, default=value, help="From the .ini file beside the document")
        for name, value in initial.items()
    }
    for name, value in commented.items():
        parameters[name] = Parameter(name, default=value, help="From a comment in the document")
    for parameter in exports:
        parameters.setdefault(parameter.name, parameter)
    for parameter in configurable:
        known = parameters.get(parameter.name)
        if known is None:
            # Without a default the document sets it, in its own way.
            parameters[parameter.name] = replace(parameter, literal=parameter.default is None)
        else:
            parameters[parameter.name] = replace(
                known,
                help=parameter.help or known.help,
                default=known.default if parameter.default is None else parameter.default,
                literal=known.literal and parameter.default is None,
            )
    return list(parameters.values())


def exported_parameters(steps: Iterable[Step]) -> list[Parameter]:
    """The literal exports of shell steps, in order; the first of a name counts."""
    exports: list[Parameter] = []
    for step in steps:
        prompts = step.attributes.prompt_env
        if step.kind is StepKind.SHELL and "export" in step.code and prompts != "never":
            for export in read(step.code).exports:
                line = step.line + 1 + export.row if step.code == step.block.text else step.line
                is_asked = prompts == "always"
                exports.append(Parameter(export.name, default=export.value, line=line, literal=True, is_asked=is_asked))
    return exports
