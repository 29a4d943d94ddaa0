"""Values are checked against dynamic choices before a run begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.engine.choices import read_choices
from azops_tui.engine.problems import ParameterError
from azops_tui.events import records as ev
from tests.engine.conftest import MakeRun
from tests.engine.test_native import ALL, agents, cloud, document, local, step

__all__ = ["cloud", "local"]


def book(parameter: str) -> str:
    return f"---\nazops:\n  params:\n    RG: rg\n    P: {parameter}\n---\n```bash {{name=a}}\ntrue\n```\n"


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("{choices: azure.locations, default: japanwst}", "did you mean 'japanwest'?"),
        ("{choices: azure.locations, default: Japan West}", ""),
        ("{choices: 'command: printf \"one\\\\ntwo\"', default: three}", "'three' is not one of its choices: one, two"),
        ("{choices: 'command: echo one', default: one}", ""),
        ("{choices: azure.scale_sets, of: '${RG}', default: agents}", "cannot be read"),
        ("{type: path, default: missing/file}", "the folder"),
        ("{type: path, default: file}", ""),
    ],
)
async def test_a_value_is_compared_with_its_choices(
    cloud: Cloud, make_run: MakeRun, tmp_path: Path, parameter: str, message: str
) -> None:
    watched = make_run(document(tmp_path, book(parameter)), cloud=cloud)
    if message and message != "cannot be read":
        with pytest.raises(ParameterError, match="P: ") as raised:
            await watched.run.run_all()
        assert message in str(raised.value)
        assert not watched.events(ev.RunStarted)
    else:
        assert await watched.run.run_all() == "done"
        notices = " ".join(notice.text for notice in watched.events(ev.Notice))
        assert (message in notices) if message else not notices


async def test_choices_depend_on_another_parameter(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    text = step("group", "g", "group: rg", "location: japanwest") + step("deploy", "d", "group: rg", "template: a.json")
    watched = make_run(document(tmp_path, text, a=agents(tmp_path)), cloud=cloud, policy=ALL)
    assert await watched.run.run_all() == "done"
    await cloud.groups.create("empty", "japanwest")
    opener = watched.run.cloud
    assert await read_choices("azure.scale_sets of rg", tmp_path, opener) == ["agents"]
    assert await read_choices("azure.scale_sets of empty", tmp_path, opener) == []
