"""Simulated machines that answer over real SSH."""

from azops_tui.simulator.hosts.network import HostNetwork
from azops_tui.simulator.hosts.spec import HostSpec

__all__ = ["HostNetwork", "HostSpec"]
