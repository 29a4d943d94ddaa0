"""Jupyter notebooks as runbooks, and runbooks as notebooks (nbformat 4.5)."""
