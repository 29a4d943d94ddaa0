"""Types of Microsoft.DBforPostgreSQL."""

from __future__ import annotations

from azops_tui.simulator.providers.flexible_servers import flexible_servers

REGISTRATION = flexible_servers("Microsoft.DBforPostgreSQL")
