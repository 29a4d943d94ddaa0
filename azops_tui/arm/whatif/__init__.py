"""What a deployment would change, before it is deployed: an expanded template against what is there.

The result has the service's own shape (``changeType``, ``delta`` with property paths), so that ours and the one that
``what-if`` of the service gives can be shown and compared alike. What is only noise (server-set values, case, the
order of sets) is marked as such and left out unless asked for.
"""

from azops_tui.arm.whatif.changes import ChangeType, PropertyChange, PropertyChangeType, ResourceChange, hidden
from azops_tui.arm.whatif.difference import difference
from azops_tui.arm.whatif.lines import COLOURS, Line, ShownChange, lines, summary
from azops_tui.arm.whatif.prediction import what_if
from azops_tui.arm.whatif.validation import CloudFacts, Quota, Refusal, validate

__all__ = [
    "COLOURS",
    "ChangeType",
    "CloudFacts",
    "Line",
    "PropertyChange",
    "PropertyChangeType",
    "Quota",
    "Refusal",
    "ResourceChange",
    "ShownChange",
    "difference",
    "hidden",
    "lines",
    "summary",
    "validate",
    "what_if",
]
