"""A controller without a cloud: it plays a list of events, and writes down what it was asked to do. Times are fixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from azops_tui.engine.cleanup import CleanupPlan
from azops_tui.engine.contexts import Context
from azops_tui.engine.earlier import EarlierResult
from azops_tui.engine.resource_detail import ActivityEntry, ResourceDetail
from azops_tui.events import records as ev
from azops_tui.events.azure_views import (
    DeploymentView,
    FailureView,
    GroupView,
    InstanceView,
    OperationView,
    ResourceView,
    ScaleSetView,
)
from azops_tui.events.run_view import RunView
from azops_tui.runbook import parse
from azops_tui.runbook.model import Runbook
from azops_tui.ui.controller import Listener, Place
from azops_tui.ui.writing.working import WorkingDocument

START = 1_795_000_000.0
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/cluster-demo"

DOCUMENT = """\
---
title: A small cluster
azops:
  params:
    RESOURCE_GROUP: {default: cluster-demo, help: Where everything lives}
    AGENTS: {type: int, default: 2, min: 1, max: 100}
    STAGE: {choices: [test, production], default: test}
    TOKEN: {type: secret}
---

# A small cluster

This runbook makes a **resource group**, deploys a base into it, and looks at what came of it. Nothing has been
run yet.

## Make the group

Everything lives in one resource group:

- it is tagged, so that it can be found;
- it is deleted in the last step.

```yaml {azops=group name=create-group}
group: ${RESOURCE_GROUP}
location: japanwest
```

## Deploy the base

The base is a virtual network with two subnets, the masters and their public address.

```yaml {azops=deploy name=deploy-base}
group: ${RESOURCE_GROUP}
template: base.json
parameters: {adminKey: bad}
mode: incremental
```

| resource | how many |
|---|---|
| masters | 1 |
| agents | 2 to 5 |

## Look at it

```bash {name=uname}
uname -a
for i in 1 2 3; do echo "line $i"; done
```

```yaml {azops=group name=delete-group}
group: ${RESOURCE_GROUP}
state: absent
```
"""


class FakeController:
    """Plays events one by one when told to."""

    def __init__(
        self,
        text: str = DOCUMENT,
        events: Iterable[ev.Event] = (),
        *,
        place: Place | None = None,
        path: str = "cluster.md",
    ) -> None:
        self._text = text
        self._path = Path(path)
        self._runbook: Runbook | None = None
        self._view = RunView()
        self._listeners: list[Listener] = []
        self._events = list(events)
        self._seq = 0
        self.place = place or Place("local", "Demo subscription")
        self.parameters: dict[str, str] = {}
        self.busy = False
        self.writing: WorkingDocument | None = None
        self.asked: list[tuple[object, ...]] = []
        """Commands, in order."""
        self.trouble: Exception | None = None
        """Raised by the next command."""
        self.clock: float | None = None
        self.stale_since: float | None = None
        self.unread = ""
        self.metered: list[str] = []
        self.watched = False
        """Whether the events were played."""

    @property
    def live(self) -> FakeController:
        return self

    @property
    def runbook(self) -> Runbook | None:
        return self._runbook

    @property
    def view(self) -> RunView:
        return self._view

    @property
    def file_name(self) -> str:
        return self._path.name

    def now(self) -> float:
        return self.clock if self.clock is not None else max(self._view.now, START)

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def load(self) -> Runbook | None:
        if self.trouble is not None:
            raise self.trouble
        self._runbook = parse(self._text, self._path)
        self._view.announce(infos(self._runbook))
        return self._runbook

    def detected_secrets(self) -> list[tuple[str, str]]:
        return []

    def meter(self) -> list[str]:
        return self.metered

    async def watch(self) -> None:
        self.play(self._events)
        self.watched = True

    def play(self, events: Iterable[ev.Event]) -> None:
        """Let these events happen."""
        for event in events:
            self._seq += 1
            record = ev.Record(run=12, seq=self._seq, event=event)  # type: ignore[arg-type]  # all are of the union
            self._view.apply(record)
            if isinstance(event, ev.StepStarted):
                self.busy = True
            elif isinstance(event, ev.StepFinished | ev.RunFinished):
                self.busy = False
            for listener in self._listeners:
                listener(record)

    async def refresh(self) -> None:
        self._command("refresh")

    waits_for = ""

    async def contexts(self) -> list[Context]:
        self._command("contexts")
        return [Context("local", current=True), Context("prod", production=True), Context("local", "s-2", "Second")]

    async def switch(self, context: Context) -> None:
        self._command("switch", context.label)

    async def look_at(self, group: str) -> None:
        self._command("look", group)

    def _command(self, *what: object) -> None:
        self.asked.append(what)
        if self.trouble is not None:
            raise self.trouble

    is_dashboard = False

    async def run_step(self, name: str, *, by_key: bool = True, hosts: Sequence[str] = ()) -> None:
        self._command("run", name, *hosts)

    async def run_on_hosts(self, hosts: str, command: str) -> None:
        self._command("on hosts", hosts, command)

    async def save_hosts(self, step: str, hosts: Sequence[str], folder: Path) -> None:
        self._command("save hosts", step, *hosts)

    async def run_all(self) -> None:
        self._command("all")

    async def run_from(self, name: str) -> None:
        self._command("from", name)

    async def earlier(self, *, always: bool) -> Mapping[str, EarlierResult]:
        return {}

    async def save_as(self, name: str) -> None:
        self._command("save", name)

    async def restart_session(self) -> None:
        self._command("restart")

    async def run_anew(self) -> None:
        self._command("anew")

    async def stop(self) -> None:
        self._command("stop")

    guesses = ""
    guessed: frozenset[str] = frozenset()
    to_fetch: tuple[str, ...] = ()
    untrusted = False

    async def trust_lines(self) -> tuple[str, ...]:
        return ("1 step: 1 only reads.",)

    async def trust(self, *, guesses: bool) -> None:
        self._command("trust", guesses)

    async def fetch_prerequisites(self, agreed: bool) -> None:
        self._command("fetch", agreed)

    async def take_guesses(self, agreed: bool) -> None:
        self._command("guesses", agreed)

    async def answer(
        self,
        question: str,
        accepted: bool,
        *,
        typed: str = "",
        note: str = "",
        values: Mapping[str, str] | None = None,
    ) -> None:
        self._command("answer", question, accepted, typed, note, *([dict(values)] if values else []))
        self.play([ev.ConfirmationAnswered(at=self.now(), id=question, accepted=accepted, note=note)])

    async def set_parameters(self, values: dict[str, str]) -> None:
        self._command("parameters", values)
        self.parameters.update(values)

    async def choices(self, source: str) -> list[str]:
        self._command("choices", source)
        return ["japaneast", "japanwest", "westeurope"]

    async def resource(self, identifier: str) -> str:
        self._command("resource", identifier)
        return '{\n  "name": "vnet",\n  "properties": {"provisioningState": "Succeeded"}\n}'

    async def act(self, identifier: str, action: str, argument: str) -> str:
        self._command("act", identifier.rpartition("/")[2], action, argument)
        return "up 3 days\n" if action == "run-command" else ""

    async def detail(self, identifier: str) -> ResourceDetail:
        self._command("detail", identifier)
        subnet = _id("vnet", "Microsoft.Network/virtualNetworks") + "/subnets/a"
        return ResourceDetail(
            identifier,
            {
                "id": identifier,
                "location": "japanwest",
                "tags": {"purpose": "demo"},
                "properties": {"provisioningState": "Succeeded", "ipConfigurations": [{"subnet": {"id": subnet}}]},
            },
            locks=("keep (CanNotDelete, on cluster-demo)",),
            roles=("Contributor on cluster-demo: may *, not Microsoft.Authorization/*/write",),
            activity=(ActivityEntry("2026-11-24 10:00:00", "Create or Update", "Succeeded", "op@contoso.example"),),
            refers_to=(_id("vnet", "Microsoft.Network/virtualNetworks"),),
            problems={"referred by": "It may not be read."},
        )

    async def would_delete(self, identifier: str) -> tuple[str, ...]:
        self._command("would-delete", identifier)
        return (identifier.rpartition("/")[2], "6 resources, read just now")

    async def delete(self, identifier: str) -> None:
        self._command("delete", identifier)

    async def plan_cleanup(self) -> CleanupPlan:
        self._command("plan cleanup")
        return CleanupPlan()

    async def clean_up(self, agreed: CleanupPlan) -> str:
        self._command("clean up")
        return "Deleted."

    async def tag(self, identifier: str, tags: dict[str, str]) -> None:
        self._command("tag", identifier, tags)

    async def lock(self, group: str, locked: bool) -> None:
        self._command("lock", group, locked)

    async def export(self, identifier: str) -> str:
        self._command("export", identifier)
        return '{\n  "resources": []\n}'

    async def portal(self, identifier: str) -> str:
        return f"https://portal.example/#@/resource{identifier}"

    async def would_scale(self, group: str, name: str, capacity: int) -> tuple[str, ...]:
        scale_set = next(iter(self._view.scale_sets.values()))
        return (f"from {scale_set.capacity} to {capacity} instances of {scale_set.sku}", "Deleted: agents_4")

    async def scale(self, group: str, name: str, capacity: int) -> None:
        self._command("scale", group, name, capacity)

    async def close(self) -> None:
        self._command("close")


def infos(runbook: Runbook) -> list[ev.StepInfo]:
    """What a run announces of a document's steps."""
    return [
        ev.StepInfo(name=s.name, title=s.title, kind=s.label, effects=str(s.effects), line=s.line, code=s.code)
        for s in runbook.steps
    ]


def started(text: str = DOCUMENT) -> list[ev.Event]:
    """A run that began."""
    runbook = parse(text, Path("cluster.md"))
    return [
        ev.RunStarted(
            at=START,
            path="cluster.md",
            title=runbook.title,
            digest="0" * 64,
            document=text,
            cloud="local",
            subscription="Demo subscription",
            parameters={"RESOURCE_GROUP": "cluster-demo", "AGENTS": "2", "TOKEN": "•••"},
            steps=tuple(infos(runbook)),
        )
    ]


def group_made() -> list[ev.Event]:
    """The first step, done."""
    group = GroupView(id=GROUP, name="cluster-demo", location="japanwest", tags={"purpose": "demo"})
    return [
        ev.StepStarted(at=START + 1, step="create-group", code="group: cluster-demo\nlocation: japanwest\n"),
        ev.OutputWritten(at=START + 1.5, step="create-group", text="creating cluster-demo\n", stream="system"),
        ev.GroupsChanged(at=START + 1.7, groups=(group,)),
        ev.StepFinished(
            at=START + 1.8,
            step="create-group",
            state="done",
            duration=0.8,
            summary="Created cluster-demo in japanwest.",
        ),
    ]


_RESOURCES: Sequence[tuple[str, str, str, float, float, tuple[str, ...]]] = (
    ("vnet", "Microsoft.Network/virtualNetworks", "Succeeded", 0, 3, ()),
    ("nsg", "Microsoft.Network/networkSecurityGroups", "Succeeded", 0, 3, ()),
    ("storage8x2k", "Microsoft.Storage/storageAccounts", "Succeeded", 0, 21, ()),
    ("pip-master", "Microsoft.Network/publicIPAddresses", "Succeeded", 0, 4, ()),
    ("nic-master-0", "Microsoft.Network/networkInterfaces", "Succeeded", 4, 2, ("vnet", "nsg", "pip-master")),
    ("master-0", "Microsoft.Compute/virtualMachines", "Running", 21, 27, ("nic-master-0", "storage8x2k")),
    ("master-0/ext", "Microsoft.Compute/virtualMachines/extensions", "Waiting", 0, 0, ("master-0",)),
)


def _id(name: str, kind: str) -> str:
    return f"{GROUP}/providers/{kind}/{name}"


def deployment(state: str = "Running", failure: FailureView | None = None) -> DeploymentView:
    """The base, as far as it has come, or failed."""
    kinds = {name: kind for name, kind, *_ in _RESOURCES}
    begin = START + 10
    operations = []
    for number, (name, kind, now, began, took, needs) in enumerate(_RESOURCES):
        bad = failure is not None and name == "master-0"
        operations.append(
            OperationView(
                id=f"op-{number}",
                name=name,
                type=kind,
                resource_id=_id(name, kind),
                state="Failed" if bad else "Succeeded" if state == "Succeeded" else now,
                started=None if now == "Waiting" and state != "Succeeded" else begin + began,
                duration=took,
                failure=failure if bad else None,
                depends_on=tuple(_id(n, kinds[n]).lower() for n in needs),
            )
        )
    return DeploymentView(
        id=f"{GROUP}/providers/Microsoft.Resources/deployments/base-0312",
        name="base-0312",
        group="cluster-demo",
        state=state,
        started=begin,
        duration=48,
        correlation_id="6a1c3f1e-5f0f-4c5e-9f53-0d6f0a4b8a11",
        operations=tuple(operations),
        failure=failure,
    )


def resources() -> list[ev.Event]:
    """What the deployment made so far."""
    made = [r for r in _RESOURCES if r[2] != "Waiting"]
    return [
        ev.ResourcesChanged(
            at=START + 40,
            group="cluster-demo",
            resources=tuple(
                ResourceView(
                    id=_id(name, kind),
                    name=name,
                    type=kind,
                    group="cluster-demo",
                    location="japanwest",
                    state="Creating" if state == "Running" else "Succeeded",
                )
                for name, kind, state, *_ in made
            ),
        )
    ]


def deploying() -> list[ev.Event]:
    """The base half way."""
    return [
        *started(),
        *group_made(),
        ev.StepStarted(at=START + 10, step="deploy-base"),
        ev.OutputWritten(at=START + 11, step="deploy-base", text="validated\nstarted base-0312\n", stream="system"),
        *resources(),
        ev.DeploymentChanged(at=START + 58, step="deploy-base", deployment=deployment()),
    ]


BAD_KEY = FailureView(
    code="InvalidParameter",
    message="The value of parameter linuxConfiguration.ssh.publicKeys.keyData is invalid.",
    target="linuxConfiguration.ssh.publicKeys.keyData",
    resource=_id("master-0", "Microsoft.Compute/virtualMachines"),
    correlation_id="6a1c3f1e-5f0f-4c5e-9f53-0d6f0a4b8a11",
    advice="Give a whole SSH public key, as `ssh-ed25519 AAAA…`.",
)


def failed() -> list[ev.Event]:
    """The base, failed for a bad key."""
    return [
        *deploying(),
        ev.DeploymentChanged(at=START + 60, step="deploy-base", deployment=deployment("Failed", BAD_KEY)),
        ev.StepFinished(at=START + 61, step="deploy-base", state="failed", duration=51, failure=BAD_KEY),
    ]


def scale_set(capacity: int = 5, ready: int = 3) -> ScaleSetView:
    """Agents, some of them ready."""
    return ScaleSetView(
        id=_id("agents", "Microsoft.Compute/virtualMachineScaleSets"),
        name="agents",
        group="cluster-demo",
        location="japanwest",
        sku="Standard_B1s",
        capacity=capacity,
        state="Updating",
        instances=tuple(
            InstanceView(
                id=f"i-{n}",
                name=f"agents_{n}",
                instance_id=str(n),
                state="Succeeded" if n < ready else "Creating",
                power="running" if n < ready else "",
                fault_domain=n % 5,
                update_domain=n % 5,
                address=f"10.0.1.{n + 4}",
                latest_model=n != 0,
            )
            for n in range(capacity)
        ),
    )


def hosts() -> list[ev.Event]:
    """A command on three hosts, one of which answers otherwise and one of which was lost."""
    events: list[ev.Event] = [ev.StepStarted(at=START + 70, step="uname")]
    for number in range(3):
        host = f"agents-{number}"
        release = "5.15.0-1053" if number < 2 else "5.15.0-1049"
        events += [
            ev.HostStarted(at=START + 70, step="uname", host=host, address=f"10.0.1.{number + 4}"),
            ev.OutputWritten(at=START + 71, step="uname", text=f"Linux {release}\nup 3 days\n", host=host),
            ev.HostFinished(at=START + 71, step="uname", host=host, status=0, duration=0.4),
        ]
    events += [
        ev.HostStarted(at=START + 70, step="uname", host="agents-3", address="10.0.1.7"),
        ev.HostFinished(
            at=START + 75, step="uname", host="agents-3", status=None, duration=5.0, problem="Contact was lost."
        ),
    ]
    return events
