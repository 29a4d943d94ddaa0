"""The question before a script deletes a resource group names the group that the shell is going to delete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.profiles import profile
from azops_tui.engine.guard import Policy
from azops_tui.simulator import endpoint as simulator
from tests.engine.conftest import MakeRun


@pytest.fixture(scope="module")
def local() -> Iterator[simulator.SimulatorEndpoint]:
    endpoint, process = simulator.start(speed=1000)
    yield endpoint
    simulator.stop(process)


@pytest.fixture
async def cloud(local: simulator.SimulatorEndpoint) -> AsyncIterator[Cloud]:
    opened = await connect(profile("local"), local, poll=0.02)
    for group in ("shop", "demo"):
        await opened.groups.create(group, "japanwest", {})
    yield opened
    await opened.close()


async def question_before(code: str, cloud: Cloud, make_run: MakeRun) -> Any:
    """The question that a step with this code asks, after a step that sets ``RG`` to ``shop``."""
    text = f"```bash {{name=set}}\nexport RG=shop\n```\n\n```bash {{name=rm}}\n{code}\n```\n"
    watched = make_run(text, cloud=cloud, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting or running.done())
    question = watched.run.state.question
    await watched.run.stop()
    await running
    return question


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("az group delete --name demo --yes", "demo"),
        ("az group delete -n $RG --no-wait", "shop"),
        ('az group delete \\\n  --yes \\\n  -g "${RG}"', "shop"),
        ("az group delete --resource-group=demo; az group delete -n demo", "demo"),
        ("# az group delete -n demo\naz group delete -n shop -y", "shop"),
        ("echo az group delete -n demo; az group delete -n shop -y", "shop"),
        ("az group delete -n demo -n shop", "shop"),
        ("bash -c 'az group delete -n shop -y'", "shop"),
        ("remove() { az group delete -n shop -y; }\nremove", "shop"),
        ("az group delete -n shop -y\naz vm delete -g demo -n x --yes", "shop"),
    ],
)
async def test_the_question_names_the_group(code: str, group: str, cloud: Cloud, make_run: MakeRun) -> None:
    question = await question_before(code, cloud, make_run)
    assert (question.kind, question.title, question.typed) == ("destroy", "Delete resource group", group)
    assert question.lines[0].startswith(f"{group} in ")
    assert ("az vm delete" in "\n".join(question.lines)) == ("az vm" in code)


@pytest.mark.parametrize(
    "code",
    [
        "RG=other\naz group delete -n $RG",
        "az group delete -n $(cat name)",
        "read -r UNKNOWN <name; az group delete -n $UNKNOWN",
        "az group delete -n '$RG'",
        "for RG in a b; do az group delete -n $RG; done",
        "az group delete --yes",
        "az vm delete -n x -g shop --yes",
        "az account set -s other; az group delete -n shop",
        "az group delete -n shop --subscription other",
        "source names.sh; az group delete -n $RG",
        "az group delete -n shop; az group delete -n demo",
        "az group deployment delete -n shop -g demo",
    ],
)
async def test_no_group_is_named_if_only_the_shell_can_tell(code: str, cloud: Cloud, make_run: MakeRun) -> None:
    question = await question_before(code, cloud, make_run)
    assert (question.kind, question.title) == ("destroy", "Run rm, which deletes something")
    assert question.lines[1:] == tuple(code.splitlines())


async def test_words_that_delete_nothing_ask_nothing(cloud: Cloud, make_run: MakeRun) -> None:
    assert await question_before("# az group delete -n demo\necho az group delete -n demo", cloud, make_run) is None
