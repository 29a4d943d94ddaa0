"""Errors of steps and runs; each carries a sentence for people."""

from __future__ import annotations

from azops_tui import bugs
from azops_tui.azure.errors import AzureFailure
from azops_tui.errors import AzopsError
from azops_tui.events.azure_views import FailureView
from azops_tui.gate.policy import GateRefusal
from azops_tui.replay.tracks import NotRecordedError

GATE_OFF = "The profile turns the gate off (gate = false), so azops does not see what a run sends; {}."
"""Why something that needs the gate is refused."""
SANDBOX_WITHOUT_GATE = (
    "the sandbox holds files and ports, not what is sent: scripts reach Azure only through a port that --allow-host "
    "opens, and that port is open at every address"
)
_LOST = frozenset({"ConnectionLost", "Timeout"})
"""Failure codes after which it is unknown whether the request took effect."""


class RunError(AzopsError):
    """A run cannot do what was requested; nothing was run."""


class Busy(RunError):  # noqa: N818 - it is a state, and the name says which
    """Another step is running."""


class ParameterError(RunError):
    """A value is not valid for its parameter."""


class StepProblem(AzopsError):  # noqa: N818 - it is a step's problem, not the engine's error
    """A step failed; ``view`` says why."""

    def __init__(self, view: FailureView, *, status: int | None = None, lost: bool = False) -> None:
        super().__init__(view.message)
        self.view = view
        self.status = status
        """Exit status; None if the step has none."""
        self.lost = lost
        """True if the connection was lost, so that it is not known how the step ended."""


def problem(code: str, message: str, advice: str = "", *, target: str = "", resource: str = "") -> StepProblem:
    """A step's failure, ready to raise."""
    return StepProblem(FailureView(code=code, message=message, advice=advice, target=target, resource=resource))


def explain(error: Exception) -> StepProblem:
    """Turn any exception into the problem that a person reads; one that azops does not expect is shown as a bug."""
    match error:
        case StepProblem():
            return error
        case GateRefusal():
            return StepProblem(error.view)
        case AzureFailure():
            return StepProblem(error.view, lost=error.view.code in _LOST)
        case NotRecordedError():
            return problem("NotRecorded", error.message, error.nearest)
        case AzopsError():
            return problem(type(error).__name__, str(error))
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return problem(type(error).__name__, f"{where}{error.strerror or error}")
    return problem(
        "InternalError",
        f"azops failed: {type(error).__name__}: {error}.",
        bugs.report(error),
    )
