"""Steps that run Ansible playbooks, with the real ``ansible-playbook`` against a real sshd."""

from __future__ import annotations

import json
import shutil

import pytest

from azops_tui.engine.guard import Policy
from azops_tui.events import records as ev
from azops_tui.ssh import Target
from tests.engine.conftest import MakeRun
from tests.ssh.conftest import key, sshd  # noqa: F401 - fixtures

_ARGUMENTS = "-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no"


def step(target: Target, plays: object) -> str:
    body = {
        "hosts": [f"127.0.0.1:{target.port}", f"localhost:{target.port}"],
        "user": target.user,
        "key": target.key,
        "plays": plays,
        "vars": {"ansible_ssh_common_args": _ARGUMENTS},
    }
    before = "```bash\nexport WORD=hello API_TOKEN=s3cretvalue\n```\n"
    return f"{before}```yaml {{azops=ansible name=play}}\n{json.dumps(body)}\n```\n"


@pytest.mark.skipif(shutil.which("ansible-playbook") is None, reason="ansible-playbook is not installed")
async def test_a_playbook_shows_its_hosts_and_gets_the_variables(sshd: Target, make_run: MakeRun) -> None:  # noqa: F811
    tasks = [
        {"name": "reach", "ansible.builtin.raw": "echo reached"},
        {"name": "say", "debug": {"msg": "{{ WORD }} from {{ inventory_hostname }} {{ API_TOKEN }}"}},
        {"name": "stumble", "fail": {"msg": "not here"}, "when": "inventory_hostname == 'localhost'"},
    ]
    plays = [{"hosts": "all", "gather_facts": False, "tasks": tasks}]
    watched = make_run(step(sshd, plays), policy=Policy(yes=True))
    assert await watched.run.run_all() == "failed"
    hosts = watched.run.state.step("play").hosts
    assert {name: view.state for name, view in hosts.items()} == {"127.0.0.1": "done", "localhost": "failed"}
    text = watched.output("play")
    assert "hello from 127.0.0.1" in text
    assert "s3cretvalue" not in text
    assert any("not here" in line for line in hosts["localhost"].output.tail())
    assert watched.end("play").summary == "The playbook failed on localhost."
    finished = watched.events(ev.HostFinished)
    assert sorted((event.host, event.status) for event in finished) == [("127.0.0.1", 0), ("localhost", 2)]


async def test_without_ansible_the_step_says_what_to_install(
    make_run: MakeRun,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, *_: None)
    target = Target("nowhere", "127.0.0.1", 9)
    watched = make_run(step(target, [{"hosts": "all"}]), policy=Policy(yes=True))
    assert await watched.run.run_step("play") == "failed"
    assert "ansible-playbook is not installed" in watched.end("play").summary


async def test_a_playbook_step_is_checked(make_run: MakeRun) -> None:
    for body, problem in (
        ("hosts: a", "needs either 'playbook' or 'plays'"),
        ("hosts: a\nplaybook: x.yml\nserial: 2", "stand in its plays"),
        ("hosts: a\nplaybook: x.yml\nvia: run-command", "connects over SSH"),
    ):
        watched = make_run(f"```yaml {{azops=ansible}}\n{body}\n```\n")
        assert any(problem in str(found) for found in watched.run.runbook.problems)
