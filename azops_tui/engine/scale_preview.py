"""What a change of a scale set's capacity would do, read from the cloud just before a person is asked to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from azops_tui.azure.errors import AzureFailure
from azops_tui.events.azure_views import InstanceView, ScaleSetView

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

_NAMED = 12
_COMPUTE = "2024-07-01"
_LIMITS = {"Uniform": 1000, "Flexible": 1000}
"""Maximum number of instances by orchestration mode; 600 with an image of one's own."""


async def scale_lines(cloud: Cloud, group: str, name: str, capacity: int) -> list[str]:
    """Instances that go or come, limits, quota, and the autoscale profile that would undo it.

    Raises:
        AzureFailure: the scale set cannot be read.
    """
    scale_set = await cloud.scale_sets.get(group, name)
    lines = [f"from {scale_set.capacity} to {capacity} instances of {scale_set.sku}, read just now"]
    limit = _LIMITS.get(scale_set.orchestration, 1000)
    if capacity > limit:
        lines.append(f"Azure allows at most {limit} instances in a scale set.")
    if capacity < scale_set.capacity:
        lines += _going(scale_set, scale_set.capacity - capacity)
    elif capacity > scale_set.capacity:
        lines += await _quota(cloud, scale_set.location)
    if scale_set.autoscale:
        lines += ["", scale_set.autoscale]
    return lines


def _going(scale_set: ScaleSetView, number: int) -> list[str]:
    """The instances that Azure removes first under its default policy: balanced over zones, then the highest ids."""
    going: list[InstanceView] = []
    remaining = list(scale_set.instances)
    while remaining and len(going) < number:
        zones = [instance.zone for instance in remaining]
        fullest = max(sorted(set(zones)), key=zones.count)
        last = [instance for instance in remaining if instance.zone == fullest][-1]
        going.append(last)
        remaining.remove(last)
    if not going:
        return []
    names = ", ".join(f"{item.name}{f' ({item.address})' if item.address else ''}" for item in going[:_NAMED])
    more = f" and {len(going) - _NAMED} more" if len(going) > _NAMED else ""
    return [f"Deleted with their disks, unless the scale-in policy says otherwise: {names}{more}"]


async def _quota(cloud: Cloud, location: str) -> list[str]:
    """Cores that are left in the region; nothing where the usage cannot be read."""
    path = f"/subscriptions/{cloud.subscription}/providers/Microsoft.Compute/locations/{location}/usages"
    try:
        usages = (await cloud.get(path, _COMPUTE)).get("value") or []
    except AzureFailure:
        return []
    for usage in usages:
        if str((usage.get("name") or {}).get("value", "")).lower() == "cores":
            used, limit = int(usage.get("currentValue") or 0), int(usage.get("limit") or 0)
            return [f"Quota: {limit - used} of {limit} cores are left in {location}."]
    return []
