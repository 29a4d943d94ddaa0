"""What an expression sees while it is evaluated: the run, its deployment, loops, lambdas and arguments."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from azops_tui.arm.azure_facts import AzureFacts
from azops_tui.arm.errors import ExpressionError
from azops_tui.arm.limits import CALL_DEPTH, STEPS, TEMPLATE_BYTES, VALUE_DEPTH
from azops_tui.arm.resource_id import Scope
from azops_tui.arm.runtime import Runtime
from azops_tui.arm.syntax import Node
from azops_tui.json_types import Json

REFERENCE = 1
"""Where `reference` and ``list…`` may stand: resource bodies and outputs."""
GENERATE = 2
"""Where `newGuid` and `utcNow` may stand: defaults of parameters."""


FollowLink = Callable[[Mapping[str, Any], str], Mapping[str, Any] | str]
"""Gives the template (or parameter file) of a link: called with the link and the address it is relative to."""


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """One use of `reference` or ``list…``: an implicit dependency if the resource is of the same template."""

    id: str
    api_version: str = ""
    action: str = ""


class EvaluationRun:
    """One expansion with everything nested in it: its mode, and what it has spent of the limits."""

    __slots__ = (
        "allow_missing",
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
        "resource_count",
        "runtime",
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
        """True if parameters without a value become symbolic."""
        self.resource_count = 0
        """Resources so far, those of nested deployments too."""
        self.mode = mode
        self.runtime = runtime
        self.clock = clock
        self.new_guid = new_guid
        self.now: datetime | None = None
        self.settler: EvaluationRun | None = None
        """In a plan that is made while the deployment runs: what makes the values given to it known."""
        self.generated: dict[tuple[object, str, str], Json] = {}
        """Defaults that were made up once, by deployment, kind and name."""
        self.steps = 0
        self.size = 0
        self.depth = 0
        self.memo: dict[int, tuple[int, int, Json]] = {}
        self.values: dict[tuple[object, str, str], Json] = {}
        """Variables and parameters that were evaluated, by deployment, kind and name."""

    def live(self, runtime: Runtime | None) -> EvaluationRun:
        """The same run later, when `runtime` can be asked; what was made up once (`newGuid`) stays."""
        run = EvaluationRun(
            self.facts, self.compile_node, mode="now", runtime=runtime, clock=self.clock, new_guid=self.new_guid
        )
        run.generated = self.generated
        run.now = self.now
        return run

    def later(self, runtime: Runtime) -> EvaluationRun:
        """A plan made while the deployment runs: what it is given is known, what it asks itself is not yet."""
        run = EvaluationRun(
            self.facts, self.compile_node, mode="plan", clock=self.clock, new_guid=self.new_guid, linked=self.linked
        )
        run.generated = self.generated
        run.now = self.now
        run.settler = self.live(runtime)
        return run

    def step(self) -> None:
        """Counts one evaluation. Raises ExpressionError past the limit."""
        self.steps += 1
        if self.steps > STEPS:
            raise ExpressionError("The template needs more evaluations than are allowed.", code="JobSizeExceeded")

    def charge(self, steps: int) -> None:
        """Counts as many evaluations. Raises ExpressionError past the limit."""
        self.steps += steps - 1
        self.step()

    def spend(self, characters: int) -> None:
        """Counts what an evaluation produced. Raises ExpressionError past the limit."""
        self.size += characters
        if self.size > 4 * TEMPLATE_BYTES:
            raise ExpressionError(
                f"The expanded template exceeds the maximum size of {TEMPLATE_BYTES // 1024 // 1024} MB.",
                code="JobSizeExceeded",
            )

    def account(self, value: Json) -> Json:
        """The value of a function, after its size and depth have been counted."""
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
        """Size in characters (about) and depth of a list or dict; remembered, so that growing values cost little."""
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
        """Begins an evaluation inside another one. Raises ExpressionError where they are too many."""
        if self.is_deep():
            raise ExpressionError("Evaluations are nested too deeply, or refer to each other in a circle.")
        self.depth += 1

    def leave(self) -> None:
        """Ends it."""
        self.depth -= 1

    def is_deep(self) -> bool:
        """Whether there are as many evaluations inside each other as may be."""
        return self.depth >= CALL_DEPTH

    def instant(self) -> datetime:
        """The time of this run: one and the same for every `utcNow` in it."""
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
    """What the names in an expression mean: its template and deployment."""

    name: str
    scope: Scope

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
        """The resource of this template that a name, symbol or id means, or None."""
        raise NotImplementedError

    def known_reference(self, resource: ReferencedResource, full: bool) -> Json:
        """What a reference to a resource of this template gives already, or None."""
        raise NotImplementedError

    def collection(self, symbol: str) -> Sequence[ReferencedResource] | None:
        """The resources that a symbol with a copy loop stands for, or None."""
        raise NotImplementedError

    def details(self) -> dict[str, Json]:
        """What `deployment()` tells."""
        raise NotImplementedError


class Environment:
    """Where an expression stands."""

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
        """Index by name of the loop in lower case; that of the loop meant by ``copyIndex()`` under ``""``."""
        self.lambdas = lambdas
        self.arguments = arguments
        """Of the user-defined function that is being evaluated."""
        self.uses = uses
        """Where uses of `reference` and ``list…`` are noted; None where nobody asks."""

    def at(self, **changes: Any) -> Environment:
        """The same with other `run`, `place`, `copies`, `lambdas`, `arguments` or `uses`."""
        copy = Environment.__new__(Environment)
        for name in Environment.__slots__:
            setattr(copy, name, changes[name] if name in changes else getattr(self, name))
        return copy

    def with_copy(self, name: str, index: int, *, main: bool) -> Environment:
        """Inside one turn of a loop; `main` if ``copyIndex()`` without a name means it."""
        copies = dict(self.copies or {})
        copies[name.lower()] = index
        if main or "" not in copies:
            copies[""] = index
        return self.at(copies=copies)


Compiled = Callable[[Environment], Json]
"""Evaluates one node of a syntax tree; raises ExpressionError."""
