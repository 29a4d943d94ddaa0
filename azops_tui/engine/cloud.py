"""Opens the cloud of a profile, and the local simulator where that is the cloud."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from azops_tui.runbook.model import Effect, Runbook, StepKind

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.profiles import Profile

_CLOUDLESS = frozenset({"keypair", "gate"})
_CLOUD_TOOLS = re.compile(r"(?<![\w/.-])(az|azcopy|bicep|terraform|pulumi|ansible[\w-]*|packer)(?![\w-])")


def acts_on_cloud(runbook: Runbook) -> bool:
    """Whether running it needs a cloud: a native step that acts on one, or a script that may.

    Scripts may that name a tool for clouds, or that change something: what they start is not known, and without the
    run's cloud it would act on whichever the user is signed in to. So may prerequisites.
    """
    return bool(runbook.prerequisites) or any(
        step.native_kind not in _CLOUDLESS
        if step.kind is StepKind.NATIVE
        else bool(step.effects & (Effect.MUTATES | Effect.DESTROYS) or _CLOUD_TOOLS.search(step.code))
        for step in runbook.steps
    )


async def open_cloud(profile: Profile) -> Cloud:
    """The cloud of a profile. Closing it also ends a simulator that was started for it.

    Raises:
        AzureFailure: there is no token, no such subscription, nobody answers, or the simulator cannot be started.
    """
    from azops_tui.azure.connect import connect
    from azops_tui.azure.errors import AzureFailure
    from azops_tui.events.azure_views import FailureView

    if profile.cloud != "local":
        return await connect(profile)
    from azops_tui.simulator.endpoint import open_local

    try:
        local = await open_local()
    except (RuntimeError, OSError) as error:
        said = str(error)
        raise AzureFailure(FailureView(code="NoLocalCloud", message=f"{said[:1].upper()}{said[1:]}")) from error
    try:
        cloud = await connect(profile, local.endpoint)
    except BaseException:
        await local.close()
        raise
    cloud.on_close = local.close
    return cloud
