"""Each case of a failed script has its advice, and a failure names the command and what differs."""

from __future__ import annotations

import pytest

from azops_tui.engine.guard import Policy
from azops_tui.engine.script_failures import CASES, advise_script
from tests.engine.conftest import MakeRun

SAID = {
    "az is missing": ("bash: line 3: az: command not found", "aka.ms/azure-cli"),
    "pwsh is missing": ("/bin/sh: 1: pwsh: not found", "PowerShell 7"),
    "kubectl is missing": ("kubectl: command not found", "az aks install-cli"),
    "docker is missing": ("bash: docker: command not found", "Install Docker"),
    "python is missing": ("bash: python: command not found", "python3"),
    "program is missing": ("bash: line 1: jq: command not found", "Install jq,"),
    "not signed in": ("ERROR: Please run 'az login' to setup account.", "“az login”"),
    "CLI extension is missing": (
        "The command requires the extension aks-preview. Do you want to install it?",
        "az extension add --name aks-preview",
    ),
    "CLI does not know the command": (
        "ERROR: 'agf' is misspelled or not recognized by the system.",
        "az upgrade",
    ),
    "standard input": ("EOFError: EOF when reading a line", "{interactive}"),
    "name is taken": ("ERROR: (StorageAccountAlreadyTaken) The storage account named x is already taken.", "another"),
    "quota": ("Operation could not be completed as it results in exceeding approved Total Cores quota.", "quota"),
    "policy": ("(RequestDisallowedByPolicy) Resource 'x' was disallowed by policy.", "exemption"),
    "no role": ("(AuthorizationFailed) The client does not have authorization", "role"),
    "provider is not registered": (
        "(MissingSubscriptionRegistration) The subscription is not registered to use namespace 'Microsoft.Web'.",
        "--namespace Microsoft.Web",
    ),
    "does not exist": ("(ResourceGroupNotFound) Resource group 'x' could not be found.", "Check name"),
    "name resolution": ("curl: (6) Could not resolve host: nowhere.example", "VPN"),
    "host key": ("Host key verification failed.", "known_hosts"),
    "SSH sign-in": ("azureuser@10.0.0.4: Permission denied (publickey).", "key"),
    "Docker daemon": ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "Start Docker"),
    "port is in use": ("OSError: [Errno 98] Address already in use", "port"),
    "connection": ("curl: (7) Failed to connect: Connection refused", "running"),
    "disk is full": ("tee: x: No space left on device", "disk"),
    "variable is not set": ("bash: line 2: NAME: unbound variable", "--set NAME=VALUE"),
    "permission": ("cat: /etc/shadow: Permission denied", "mode"),
    "path": ("cat: missing.txt: No such file or directory", "document's folder"),
}


@pytest.mark.parametrize("case", [case for case in CASES if case.name in SAID], ids=lambda case: case.name)
def test_each_case_has_its_advice(case: object) -> None:
    written, words = SAID[case.name]  # type: ignore[attr-defined]  # a FailureCase
    assert words in advise_script(f"something else first\n{written}\n")


def test_all_cases_are_tested_and_others_have_no_advice() -> None:
    assert {case.name for case in CASES} == {*SAID, "standard input of read"}
    assert "{interactive}" in advise_script("", "read ANSWER", 1)
    assert advise_script("something odd happened", "grep x y", 1) == ""
    assert "memory" in advise_script("Killed", "make", 137)


async def test_a_failure_names_the_command_and_what_to_do(make_run: MakeRun) -> None:
    watched = make_run("```bash {name=x}\ntrue\nno-such-program --now\n```\n")
    await watched.run.run_all()
    failure = watched.end("x").failure
    assert failure is not None
    assert failure.command == "no-such-program --now"
    assert "Install no-such-program," in failure.advice


async def test_what_differs_comes_first(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=x}
        echo '{"name": "web", "size": 3, "state": "on"}'
        ```
        <!-- expected_similarity=1.0 -->
        ```json
        {"name": "web", "size": 5, "state": "on"}
        ```
        """,
        policy=Policy(strict=True),
    )
    await watched.run.run_all()
    failure = watched.end("x").failure
    assert failure is not None
    assert failure.difference == ("- size: 5", "+ size: 3")
