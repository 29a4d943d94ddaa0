"""The environment of an expression: run, template, copy loops, lambdas and arguments."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from azops_tui.arm.azure_facts import AzureFacts
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.limits import CALL_DEPTH, STEPS, TEMPLATE_BYTES, VALUE_DEPTH
from azops_tui.arm.resource_id import Scope
from azops_tui.arm.runtime import Runtime
from azops_tui.arm.syntax import Node
from azops_tui.json_types import Json

REFERENCE = 1
"""Flag of places that allow `reference` and ``list…``: resource bodies and outputs."""
GENERATE = 2
"""Flag of places that allow `newGuid` and `utcNow`: default values of parameters."""


FollowLink = Callable[[Mapping[str, Any], str], Mapping[str, Any] | str]
"""Returns the template or parameter file of a link; called with the link and its base address."""


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """A use of `reference` or ``list…``: an implicit dependency if the same template defines the resource."""

    id: str
    api_version: str = ""
    action: str = ""


class EvaluationRun:
    """State of one expansion with its nested deployments: mode, limits used, evaluated values."""

    __slots__ = (
        "allow_missing",
        "assumes_defaults",
        "clock",
        "compile_node",
        "depth",
        "facts",
        "generated",
        "linked",
        "memo",
        "mode",
        "new_guid",
        "now",
        "problems",
        "resource_count",
        "runtime",
        "settled_level",
        "settler",
        "size",
        "steps",
        "values",
    )

    def __init__(
        self,
        facts: AzureFacts,
        compile_node: Callable[[Node], Compiled],
        *,
        mode: Literal["plan", "now"],
        runtime: Runtime | None = None,
        clock: Callable[[], datetime] | None = None,
        new_guid: Callable[[], str] | None = None,
        linked: FollowLink | None = None,
        allow_missing: bool = False,
    ) -> None:
        self.facts = facts
        self.compile_node = compile_node
        """Turns a node of a syntax tree into the closure that evaluates it."""
        self.linked = linked
        self.allow_missing = allow_missing
        """True if parameters without a value become symbolic, and loops whose count is not known one resource."""
        self.assumes_defaults = True
        """False if parameters with a default become symbolic too: any value may be passed for them."""
        self.resource_count = 0
        """Resources so far, those of nested deployments too."""
        self.mode = mode
        self.runtime = runtime
        self.clock = clock
        self.new_guid = new_guid
        self.now: datetime | None = None
        self.problems: list[TemplateError] | None = None
        """Collects errors of an expansion that goes on after them; None if the first error ends it."""
        self.settler: EvaluationRun | None = None
        """For a plan made during the deployment: the run that resolves its parameters."""
        self.settled_level = 0
        """Level of the nested deployment that begins; parameters of deeper levels are not resolved yet."""
        self.generated: dict[tuple[object, str, str], Json] = {}
        """Generated default values, kept for later runs, by deployment, kind and name."""
        self.steps = 0
        self.size = 0
        self.depth = 0
        self.memo: dict[int, tuple[int, int, Json]] = {}
        self.values: dict[tuple[object, str, str], Json] = {}
        """Evaluated variables and parameters by deployment, kind and name."""

    def live(self, runtime: Runtime | None) -> EvaluationRun:
        """A run that queries `runtime` and keeps generated values such as `newGuid`."""
        run = EvaluationRun(
            self.facts, self.compile_node, mode="now", runtime=runtime, clock=self.clock, new_guid=self.new_guid
        )
        run.generated = self.generated
        run.now = self.now
        return run

    def later(self, runtime: Runtime, level: int) -> EvaluationRun:
        """A plan made when a nested deployment of this level begins.

        Its parameters are resolved. Its own references stay symbolic, and so do parameters of deeper levels, because
        they can refer to resources that do not exist yet.
        """
        run = EvaluationRun(
            self.facts, self.compile_node, mode="plan", clock=self.clock, new_guid=self.new_guid, linked=self.linked
        )
        run.generated = self.generated
        run.now = self.now
        run.settler = self.live(runtime)
        run.settled_level = level
        return run

    def tolerates(self, error: TemplateError) -> bool:
        """Collect an error if this run goes on after errors. Returns whether it does."""
        if self.problems is None:
            return False
        if all(error.message != known.message for known in self.problems):
            self.problems.append(error)
        return True

    def step(self) -> None:
        """Count one evaluation. Raises ExpressionError past the limit."""
        self.steps += 1
        if self.steps > STEPS:
            raise ExpressionError("The template needs more evaluations than are allowed.", code="JobSizeExceeded")

    def charge(self, steps: int) -> None:
        """Count several evaluations. Raises ExpressionError past the limit."""
        self.steps += steps - 1
        self.step()

    def spend(self, characters: int) -> None:
        """Count the size of a result. Raises ExpressionError past the limit."""
        self.size += characters
        if self.size > 4 * TEMPLATE_BYTES:
            raise ExpressionError(
                f"The expanded template exceeds the maximum size of {TEMPLATE_BYTES // 1024 // 1024} MB.",
                code="JobSizeExceeded",
            )

    def account(self, value: Json) -> Json:
        """Count size and depth of a function's value, and return the value."""
        kind = type(value)
        if kind is str:
            if len(value) > 64:
                self.spend(len(value))
        elif kind is list or kind is dict:
            size, depth = self.measure(value)
            if depth > VALUE_DEPTH:
                raise ExpressionError(f"A value is nested more than {VALUE_DEPTH} levels deep.")
            if size > TEMPLATE_BYTES:
                self.spend(5 * TEMPLATE_BYTES)
        return value

    def measure(self, value: Json) -> tuple[int, int]:
        """Approximate size in characters and depth of a list or dict; cached, so growing values cost little."""
        known = self.memo.get(id(value))
        if known is not None:
            return known[0], known[1]
        size, depth = 2, 0
        items: Iterable[Json] = value.values() if type(value) is dict else value
        if type(value) is dict:
            for key in value:
                size += len(key) + 4
        for item in items:
            kind = type(item)
            if kind is str:
                size += len(item) + 3
            elif kind is list or kind is dict:
                inner = self.measure(item)
                size += inner[0]
                if inner[1] > depth:
                    depth = inner[1]
            else:
                size += 5
        self.steps += len(value) >> 3
        self.memo[id(value)] = (size, depth + 1, value)
        return size, depth + 1

    def enter(self) -> None:
        """Begin a nested evaluation. Raises ExpressionError past the depth limit."""
        if self.is_deep():
            raise ExpressionError("Evaluations are nested too deeply, or refer to each other in a circle.")
        self.depth += 1

    def leave(self) -> None:
        """End a nested evaluation."""
        self.depth -= 1

    def is_deep(self) -> bool:
        """True at the depth limit of nested evaluations."""
        return self.depth >= CALL_DEPTH

    def instant(self) -> datetime:
        """Time of this run, the same for every `utcNow`."""
        if self.now is None:
            self.now = self.clock() if self.clock else datetime.now(UTC)
        return self.now

    def guid(self) -> str:
        return self.new_guid() if self.new_guid else str(uuid.uuid4())


class ReferencedResource(Protocol):
    """A resource of the template that an expression names."""

    id: str
    type: str
    name: str
    api_version: str


class TemplateContext(Protocol):
    """What an expression can read: parameters, variables, functions and resources of its template."""

    name: str
    scope: Scope
    function_scope: Scope
    """Scope that functions such as `resourceGroup` return; with outer expression scope, that of the parent."""

    def parameter(self, name: str, environment: Environment) -> Json:
        """Value of a parameter. Raises ExpressionError."""
        raise NotImplementedError

    def variable(self, name: str, environment: Environment) -> Json:
        """Value of a variable. Raises ExpressionError."""
        raise NotImplementedError

    def user_function(self, name: str) -> Any:
        """The user-defined function ``namespace.name`` (lower case), or None."""
        raise NotImplementedError

    def find(self, text: str) -> ReferencedResource | None:
        """Resource of this template with this name, symbol or id, or None."""
        raise NotImplementedError

    def known_reference(self, resource: ReferencedResource, full: bool) -> Json:
        """Known part of a reference to a resource of this template, or None."""
        raise NotImplementedError

    def collection(self, symbol: str) -> Sequence[ReferencedResource] | None:
        """Resources of the copy loop with this symbol, or None."""
        raise NotImplementedError

    def details(self) -> dict[str, Json]:
        """Value of `deployment()`."""
        raise NotImplementedError


class Environment:
    """Everything that the value of an expression depends on besides its text."""

    __slots__ = ("arguments", "context", "copies", "lambdas", "place", "run", "uses")

    def __init__(
        self,
        run: EvaluationRun,
        context: TemplateContext,
        *,
        place: int = 0,
        copies: Mapping[str, int] | None = None,
        lambdas: Mapping[str, Json] | None = None,
        arguments: Mapping[str, Json] | None = None,
        uses: list[ResourceUse] | None = None,
    ) -> None:
        self.run = run
        self.context = context
        self.place = place
        self.copies = copies
        """Index by loop name in lower case; ``""`` is the loop of ``copyIndex()`` without a name."""
        self.lambdas = lambdas
        self.arguments = arguments
        """Arguments of the user-defined function being evaluated."""
        self.uses = uses
        """Collects uses of `reference` and ``list…``; None if not needed."""

    def at(self, **changes: Any) -> Environment:
        """A copy with the given attributes replaced."""
        copy = Environment.__new__(Environment)
        for name in Environment.__slots__:
            setattr(copy, name, changes[name] if name in changes else getattr(self, name))
        return copy

    def with_copy(self, name: str, index: int, *, main: bool) -> Environment:
        """A copy for one iteration of a loop; with `main`, ``copyIndex()`` without a name returns its index."""
        copies = dict(self.copies or {})
        copies[name.lower()] = index
        if main or "" not in copies:
            copies[""] = index
        return self.at(copies=copies)


Compiled = Callable[[Environment], Json]
"""Evaluates one node of a syntax tree; raises ExpressionError."""
