"""Comparison of what a step printed with what its document expects."""
