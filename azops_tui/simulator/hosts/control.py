"""Exceptions by which control leaves a command of the simulated shell."""

from __future__ import annotations


class ShellExit(Exception):  # noqa: N818 - control flow, not an error
    """The shell ends with this status (``exit``)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class FunctionReturn(ShellExit):
    """The function or sourced script ends (``return``)."""


class LoopExit(Exception):  # noqa: N818 - control flow, not an error
    """``break`` and ``continue``, out of ``levels`` loops."""

    def __init__(self, levels: int, again: bool) -> None:
        super().__init__(levels)
        self.levels, self.again = levels, again

    def leaves(self) -> bool:
        """True if the innermost loop ends; raises the exit for the next loop if it is meant for an outer one."""
        if self.levels > 1:
            raise LoopExit(self.levels - 1, self.again)
        return not self.again


class ExpansionError(Exception):
    """A word cannot be expanded. A fatal error ends the script."""

    def __init__(self, message: str, *, fatal: bool = False, status: int = 1) -> None:
        super().__init__(message)
        self.fatal, self.status = fatal, status
