"""A run of a document on its cassette, or on a local cloud: how documents are tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from azops_tui.azure.profiles import profile
from azops_tui.engine.cloud import acts_on_cloud, open_cloud
from azops_tui.engine.guard import Policy
from azops_tui.engine.recorded_cloud import recorded_profile
from azops_tui.engine.run import Run

if TYPE_CHECKING:
    from azops_tui.journal.store import Journal
    from azops_tui.replay.tape import Tape
    from azops_tui.runbook.model import Runbook

TEST_POLICY = Policy(yes=True, yes_destroy=True, trust_new_hosts=True, strict=True, fill_from_output=True)
"""Everything is agreed to, and the examples of the document are expectations."""


def taped_run(
    runbook: Runbook, journal: Journal, tape: Tape | None, *, parameters: Mapping[str, str] | None = None
) -> Run:
    """A run with :data:`TEST_POLICY` on the cloud of a cassette; on a local one while it records, or without a tape.

    Raises:
        ParameterError: a value is not valid for its parameter.
        RunError: the runbook has more prerequisites than any run needs.
    """
    if tape is not None and tape.is_offline:
        target, has_cloud = recorded_profile(tape), bool(tape.header.cloud)
    else:
        target, has_cloud = profile("local"), acts_on_cloud(runbook)
    return Run(
        runbook,
        journal=journal,
        cloud=(lambda: open_cloud(target, tape)) if has_cloud else None,
        profile=target if has_cloud else None,
        policy=TEST_POLICY,
        parameters=parameters,
        tape=tape,
    )
