"""Values that a parameter's dynamic source offers: what the cloud has, or what a command prints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui.engine.commands import command_output
from azops_tui.engine.problems import ParameterError, RunError
from azops_tui.errors import AzopsError
from azops_tui.runbook.model import Parameter
from azops_tui.runbook.references import replace_references
from azops_tui.runbook.suggest import did_you_mean

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

COMMAND = "command:"
MOST = 500
"""Maximum number of choices."""
_SHOWN = 10
SECONDS = 20.0
"""Time limit of a command."""


async def read_choices(source: str, folder: Path, open_cloud: Callable[[], Awaitable[Cloud]]) -> list[str]:
    """The choices of a source, at most :data:`MOST`.

    Args:
        source: ``azure.locations``, ``azure.resource_groups``, ``azure.scale_sets``, ``ssh.targets`` or ``command: …``;
            ``azure.scale_sets of GROUP`` are those of a resource group.
        folder: working directory of a command.
        open_cloud: opens the cloud.

    Raises:
        RunError: the source is unknown, or its command fails or may change something.
        AzureFailure: the cloud cannot be read.
    """
    if source.startswith(COMMAND):
        cloud = await open_cloud()
        return (await _printed(source.removeprefix(COMMAND).strip(), folder, cloud.environment))[:MOST]
    cloud = await open_cloud()
    source, _, group = source.partition(" of ")
    match source:
        case "azure.locations":
            values = await cloud.locations()
        case "azure.resource_groups":
            values = [group.name for group in await cloud.groups.list()]
        case "azure.scale_sets":
            values = [scale_set.name for scale_set in await cloud.scale_sets.list(group or None)]
        case "ssh.targets":
            groups = [group] if group else [view.name for view in (await cloud.groups.list())[:MOST]]
            machines = [machine for name in groups for machine in await cloud.machines.list(name)]
            values = [machine.fqdn or machine.public_address or machine.name for machine in machines]
        case _:
            raise RunError(f"'{source}' is not a known source of choices.")
    return list(dict.fromkeys(values))[:MOST]


async def check_choices(
    parameters: Iterable[Parameter],
    values: Mapping[str, str],
    folder: Path,
    open_cloud: Callable[[], Awaitable[Cloud]],
    *,
    commands: bool,
) -> list[str]:
    """Check values against the dynamic sources of their parameters, and the folders of paths.

    Args:
        parameters: those of the run.
        values: their values.
        folder: folder of the document.
        open_cloud: opens the cloud.
        commands: also run the commands that list choices.

    Returns:
        Sentences about sources that could not be read.

    Raises:
        ParameterError: a value is not one of the choices, or the folder of a path does not exist.
    """
    notes: list[str] = []
    for parameter in parameters:
        value = values.get(parameter.name)
        if not value:
            continue
        if parameter.type == "path":
            _check_folder(parameter, folder, value)
        if not parameter.source or (parameter.source.startswith(COMMAND) and not commands):
            continue
        try:
            choices = await read_choices(replace_references(parameter.source, values), folder, open_cloud)
        except (AzopsError, LookupError) as error:
            notes.append(
                f"The choices of parameter {parameter.name} cannot be read, so '{value}' is not checked: {error}"
            )
            continue
        if _folded(value) not in {_folded(choice) for choice in choices}:
            hint = did_you_mean(value, choices)
            shown = ", ".join(choices[:_SHOWN]) + (
                f" and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else ""
            )
            what = f"is not one of its choices{hint or ': ' + (shown or 'there are none')}"
            raise ParameterError(f"parameter {parameter.name}: '{value}' {what}")
    return notes


def _check_folder(parameter: Parameter, folder: Path, value: str) -> None:
    path = folder / Path(value).expanduser()
    if not path.parent.is_dir():
        raise ParameterError(f"parameter {parameter.name}: the folder {path.parent} does not exist.")


def _folded(text: str) -> str:
    """Names of Azure have no case, and a location is ``japanwest`` or ``Japan West``."""
    return text.replace(" ", "").casefold()


async def _printed(command: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Lines that a command prints, sanitised."""
    from azops_tui.runbook.model import Effect
    from azops_tui.runbook.shell_effects import shell_effect
    from azops_tui.sanitise import clean

    if shell_effect(command) & (Effect.MUTATES | Effect.DESTROYS):
        raise RunError("The command may change something, so it is not run to list choices.")
    output = await command_output(command, folder, environment, SECONDS)
    return [line.strip() for line in clean(output).splitlines() if line.strip()]
