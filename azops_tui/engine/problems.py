"""What can go wrong with a step or a run, as exceptions that carry a sentence for people."""

from __future__ import annotations

from azops_tui.errors import AzopsError
from azops_tui.events.azure_views import FailureView


class RunError(AzopsError):
    """A run cannot do what it was asked; the text is for people. Nothing was run."""


class Busy(RunError):  # noqa: N818 - it is a state, and the name says which
    """Another step is running."""


class ParameterError(RunError):
    """A parameter was given a value it cannot have."""


class StepProblem(AzopsError):  # noqa: N818 - it is a step's problem, not the engine's error
    """A step failed, and this is why."""

    def __init__(self, view: FailureView, *, status: int | None = None, lost: bool = False) -> None:
        super().__init__(view.message)
        self.view = view
        self.status = status
        """Exit status, where the step has one."""
        self.lost = lost
        """Whether it is unknown how the step ended, because contact was lost."""


def problem(code: str, message: str, advice: str = "", *, target: str = "", resource: str = "") -> StepProblem:
    """A failure from its parts, to raise."""
    return StepProblem(FailureView(code=code, message=message, advice=advice, target=target, resource=resource))
