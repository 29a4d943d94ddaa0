"""Event records, and the views folded from them: a run, deployments, scale sets, hosts."""
