"""The parts of the simulated Resource Manager that request handlers use."""

from __future__ import annotations

from pathlib import Path

from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.deployments.engine import DeploymentEngine
from azops_tui.simulator.resource_groups import ResourceGroupManager
from azops_tui.simulator.resource_manager import ResourceManager


class ArmServices:
    """One simulated cloud with the managers of its resources, groups and deployments."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud
        self.snapshots: Path | None = None
        """Folder of the snapshots; None where the cloud has none."""
        self.resources = ResourceManager(cloud)
        self.groups = ResourceGroupManager(self.resources)
        self.deployments = DeploymentEngine(self.resources)
        self.groups.on_removed = lambda group: self.deployments.forget(group.id)
