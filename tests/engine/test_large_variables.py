"""Large variables of a shell session: exact whenever they are used, and no burden for other steps."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from azops_tui.engine.sessions.bash import ShellSession
from azops_tui.engine.sessions.pool import Sessions
from azops_tui.engine.variables import Namespace

MAKE = "BIG=$(head -c 300000 /dev/zero | tr '\\0' {letter}); small={letter}"
FUNCTION = "swap() { local -n what=$1; what=b${what:1}; }; grow() { local -n what=$1; what+=c; }; name=BIG"


def ignore(text: str, stream: str) -> None:
    """The output does not matter."""


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[ShellSession]:
    session = ShellSession()
    await session.start(dict(os.environ), tmp_path)
    yield session
    await session.close()


async def step(shell: ShellSession, code: str) -> dict[str, str]:
    """Run a step and read the variables as the engine does after each step."""
    result = await shell.run(code, on_output=ignore)
    assert result.status == 0, code
    return await shell.variables(exact=False)


async def test_every_change_of_a_large_variable_is_seen(shell: ShellSession) -> None:
    big = "a" * 300_000
    assert (await step(shell, MAKE.format(letter="a")))["BIG"] == big
    assert (await step(shell, FUNCTION))["BIG"] == big
    assert (await step(shell, "true"))["BIG"] == big
    assert (await step(shell, "grow $name"))["BIG"] == big + "c", "its length tells"
    assert (await step(shell, "BIG=b${BIG:1}"))["BIG"] == "b" + "a" * 299_999 + "c", "its name in the code tells"
    await step(shell, "BIG=a${BIG:1}")
    await step(shell, "swap $name")
    await step(shell, "true")
    assert (await shell.variables())["BIG"] == "b" + "a" * 299_999 + "c", "read exactly on demand"
    await shell.set("BIG", "d" * 300_000)
    assert (await shell.variables(exact=False))["BIG"] == "d" * 300_000
    assert (await step(shell, "true"))["BIG"] == "d" * 300_000
    assert (await step(shell, "BIG=short"))["BIG"] == "short"
    assert (await step(shell, "true"))["BIG"] == "short"
    await step(shell, MAKE.format(letter="e"))
    assert "BIG" not in await step(shell, "unset BIG")
    assert "BIG" not in await step(shell, "true")


@pytest.mark.parametrize("end", ["kill -9 $$", "set -u; echo $NOT_THERE", "builtin exit 4", "exit 3", "exec false"])
async def test_a_large_variable_survives_the_shell(shell: ShellSession, end: str) -> None:
    await step(shell, MAKE.format(letter="a"))
    await step(shell, "true")
    await step(shell, "BIG=b${BIG:1}")
    await step(shell, "true")
    await shell.run(end, on_output=ignore)
    await shell.run("set +u", on_output=ignore)
    assert await step(shell, "[[ ${#BIG} == 300000 && $BIG == b* && $small == a ]]")
    assert (await shell.variables())["BIG"] == "b" + "a" * 299_999


async def test_a_large_variable_after_a_stop(shell: ShellSession) -> None:
    await step(shell, MAKE.format(letter="a"))
    await step(shell, FUNCTION)
    begun = asyncio.Event()
    running = asyncio.create_task(
        shell.run("swap $name; echo begun; sleep 60", on_output=lambda text, stream: begun.set())
    )
    await begun.wait()
    await shell.stop()
    assert (await running).stopped
    assert (await shell.variables())["BIG"] == "b" + "a" * 299_999
    assert await step(shell, "[[ $BIG == b* ]]")


async def test_jobs_are_the_users_alone(shell: ShellSession) -> None:
    await step(shell, MAKE.format(letter="a"))
    await step(shell, "sleep 0.1 & pid=$!")
    assert await step(shell, "[[ $! == $pid ]]; wait; [[ -z $(jobs) ]]; [[ -z ${what-} ]]")


async def test_python_has_the_exact_value(tmp_path: Path) -> None:
    variables = Namespace(lambda value: None)
    for name, value in os.environ.items():
        variables.set(name, value)
    sessions = Sessions(variables, tmp_path)
    shell = await sessions.shell()
    for code in (MAKE.format(letter="a"), FUNCTION, "swap $name"):
        await shell.run(code, on_output=ignore)
        await sessions.after_shell()
    assert [change.name for change in await sessions.refresh()] == ["BIG"]
    assert variables["BIG"] == "b" + "a" * 299_999
    python = await sessions.python()
    result = await python.run("import os; assert os.environ['BIG'][:1] == 'b'", on_output=ignore)
    assert result.status == 0
    await sessions.close()


@pytest.mark.parametrize("change", ["unset BIG", "BIG=short", "grow $name"])
async def test_a_changed_variable_is_as_it_was_last_in_a_shell_that_starts_again(
    shell: ShellSession, change: str
) -> None:
    for code in (MAKE.format(letter="a"), FUNCTION, "true", change, "true"):
        await step(shell, code)
    before = await shell.variables()
    await shell.run("kill -9 $$", on_output=ignore)
    assert await step(shell, "true")
    assert (await shell.variables()).get("BIG") == before.get("BIG")
    assert before.get("BIG", "") in ("", "short", "a" * 300_000 + "c")
