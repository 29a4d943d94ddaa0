"""azops: literate DevOps for Azure in a terminal."""

__version__ = "0.1.0"
