"""microsoft.insights."""
