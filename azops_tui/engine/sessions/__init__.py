"""The processes in which shell and Python steps run."""
