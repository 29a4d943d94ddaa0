"""``@options`` of a resource: when it is deployed, deployed again, and taken as done.

Bicep writes them for the decorators ``@onlyIfNotExists``, ``@retryOn`` and ``@waitUntil``; each holds the arguments of
its decorator as a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from azops_tui.arm.errors import ExpressionError, ParseError
from azops_tui.arm.evaluator import compile_node
from azops_tui.arm.parser import parse
from azops_tui.arm.sections import get
from azops_tui.arm.syntax import FunctionCall, Literal
from azops_tui.durations import parse_iso_duration
from azops_tui.json_types import Json

if TYPE_CHECKING:
    from azops_tui.arm.expanded_resource import ExpandedResource


@dataclass(frozen=True, slots=True)
class DeploymentOptions:
    """How one resource is deployed."""

    only_if_not_exists: bool = False
    """Leave an existing resource as it is."""
    retry_codes: frozenset[str] = frozenset()
    """Error codes, in lower case, after which the resource is sent again."""
    retries: int = 0
    """How often it is sent again."""
    predicate: str = ""
    """A ``lambda`` expression; the resource is done when it returns true for the resource. Empty: at once."""
    patience_s: float = 0.0
    """Seconds until the predicate must be true."""

    def retries_after(self, code: str) -> bool:
        """Whether an error is one to try again after."""
        return code.lower() in self.retry_codes


def options_of(resource: ExpandedResource) -> DeploymentOptions:
    """Read the options of a resource. Members that are not valid are left out, as if they were not there."""
    written = get(resource.definition, "@options", {})
    if not isinstance(written, Mapping):
        return DeploymentOptions()
    codes, count = _arguments(written, "retryOn")
    predicate, patience = _arguments(written, "waitUntil")
    names = [code.lower() for code in codes if isinstance(code, str)] if isinstance(codes, list) else []
    return DeploymentOptions(
        only_if_not_exists=get(written, "onlyIfNotExists") is not None,
        retry_codes=frozenset(names),
        retries=count if isinstance(count, int) and not isinstance(count, bool) else int(bool(names)),
        predicate=predicate if isinstance(predicate, str) else "",
        patience_s=parse_iso_duration(patience) if isinstance(patience, str) else 0.0,
    )


def is_ready(resource: ExpandedResource, live: Json) -> bool:
    """Whether the predicate of ``@waitUntil`` holds for the resource as it is; a missing property is not yet true.

    Raises:
        ExpressionError: the predicate is not a lambda of one argument that returns true or false.
    """
    options = options_of(resource)
    if not options.predicate:
        return True
    assert resource.environment is not None
    environment = resource.environment.at(run=resource.environment.run.live(None))
    condition = compile_node(FunctionCall("map", (Literal([live]), parse(options.predicate))))
    try:
        [value] = condition(environment)
    except ParseError:
        raise
    except ExpressionError as error:
        if "doesn't exist" in error.message:
            return False
        raise
    if not isinstance(value, bool):
        raise ExpressionError("The predicate of 'waitUntil' must return true or false.")
    return value


def _arguments(written: Mapping[str, Json], name: str) -> tuple[Json, Json]:
    """The two arguments of a decorator; None for each that is missing."""
    arguments = get(written, name)
    first, second = ([*arguments, None, None] if isinstance(arguments, list) else [None, None])[:2]
    return first, second
