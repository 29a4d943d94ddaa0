"""``az vm run-command``: scripts that run on a machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from azops_tui.json_types import Json
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.providers.compute.profiles import status
from azops_tui.simulator.providers.documents import get

LONGEST = 4096
"""Number of characters of each stream that are kept, from the end."""
_NAMED = {"ifconfig": ["ifconfig"]}
"""Scripts of the predefined commands."""


def run_command(
    cloud: SimulatedCloud, key: str, body: Json
) -> tuple[Callable[[], Awaitable[None]], Callable[[], Json]]:
    """The work of a command on the machine ``key``, and the result of its operation.

    The script runs on the machine's simulated host; without hosts its output is empty.
    """
    statuses: list[Json] = []
    lines = get(body, "script") or _NAMED.get(str(get(body, "commandId") or "").lower(), [])
    parameters = [(str(get(p, "name") or ""), str(get(p, "value") or "")) for p in get(body, "parameters") or []]
    arguments = [value for name, value in parameters if not name or name.lower().startswith("arg")]
    variables = {name: value for name, value in parameters if name.isidentifier()}

    async def work() -> None:
        await cloud.clock.sleep(20)
        _, out, errors = await cloud.hosts.execute(key, "\n".join(lines) + "\n", arguments, variables)
        text = f"Enable succeeded: \n[stdout]\n{out[-LONGEST:]}\n[stderr]\n{errors[-LONGEST:]}"
        statuses.append(status("ProvisioningState/succeeded", "Provisioning succeeded", "", text))

    return work, lambda: {"value": statuses}
