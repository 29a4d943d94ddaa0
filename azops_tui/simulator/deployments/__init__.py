"""Template deployments of the simulator."""
