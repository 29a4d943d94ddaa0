"""What-if: predicts what deploying an expanded template would change in the existing resources.

Predictions have the shape of the service's own what-if (``changeType``, ``delta`` with property paths), so both can be
shown and compared in the same way. Noise (server-set values, case, the order of sets) is marked and omitted by default.
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
