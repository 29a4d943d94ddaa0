"""The Python session, through a real Python: names stay, errors are short, the environment is the run's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from azops_tui.engine.sessions.process import SessionError, SessionResult
from azops_tui.engine.sessions.python import PythonSession, find_python


class Python:
    """A session with its output collected."""

    def __init__(self, session: PythonSession) -> None:
        self.session = session
        self.out = ""
        self.err = ""

    async def run(self, code: str, **options: Any) -> SessionResult:
        """Runs a step; its output is in ``out`` and ``err`` afterwards."""
        self.out = self.err = ""
        return await self.session.run(code, on_output=self._take, **options)

    async def says(self, code: str, **options: Any) -> str:
        """Runs a step that must not fail; returns its standard output."""
        result = await self.run(code, **options)
        assert result.status == 0, (result, self.err)
        return self.out

    def _take(self, text: str, stream: str) -> None:
        if stream == "stdout":
            self.out += text
        else:
            self.err += text


@pytest.fixture
async def python(tmp_path: Path) -> AsyncIterator[Python]:
    session = PythonSession()
    await session.start(dict(os.environ), tmp_path)
    yield Python(session)
    await session.close()


async def test_names_stay_and_the_last_value_is_shown(python: Python) -> None:
    assert (
        await python.says("import json\nx = {'é': 1}\nprint('said')\njson.dumps(x)") == "said\n'{\"\\\\u00e9\": 1}'\n"
    )
    assert await python.says("x['é'] + 1") == "2\n"
    assert await python.says("x = 5\nNone") == ""
    assert await python.says("import asyncio\nawait asyncio.sleep(0)\nx") == "5\n"
    assert await python.says("from dataclasses import dataclass\n@dataclass\nclass A:\n    a: int\nA(1)") == "A(a=1)\n"


async def test_an_error_is_told_by_the_steps_own_lines(python: Python) -> None:
    result = await python.run("def f():\n    return 1 / 0\n\nf()")
    assert (result.status, result.line) == (1, 4)
    assert python.err.startswith('Traceback (most recent call last):\n  File "<step>", line 4, in <module>\n')
    assert python.err.endswith("ZeroDivisionError: division by zero\n")
    assert "driver" not in python.err
    assert (await python.run("x = (\n")).status == 1
    assert "SyntaxError" in python.err
    assert (await python.run("import sys; sys.exit(3)")).status == 3
    assert (await python.run("raise SystemExit('because')")).status == 1
    assert python.err == "because\n"
    assert (await python.run("input()")).status == 1


async def test_one_environment(python: Python, tmp_path: Path) -> None:
    await python.session.set("GIVEN", "a\nb=c")
    assert await python.says("import os; os.environ['GIVEN']") == "'a\\nb=c'\n"
    await python.says("os.environ['MADE'] = 'x\\ny'")
    assert (await python.session.variables())["MADE"] == "x\ny"
    assert await python.says("import subprocess; subprocess.run(['printenv', 'MADE']).returncode") == "x\ny\n0\n"
    (tmp_path / "sub").mkdir()
    options: dict[str, Any] = {"cwd": tmp_path / "sub", "env": {"ALONE": "1"}}
    assert await python.says("print(os.getcwd(), os.environ['ALONE'])", **options) == f"{tmp_path}/sub 1\n"
    assert await python.says("print(os.getcwd(), os.environ.get('ALONE'))") == f"{tmp_path} None\n"
    assert (await python.run("1", cwd=tmp_path / "missing")).status == 1


async def test_stop_and_timeout_leave_the_names(python: Python) -> None:
    await python.says("x = 1")
    running = asyncio.create_task(python.run("import time\nx = 2\ntime.sleep(60)"))
    await asyncio.sleep(0.3)
    await python.session.stop()
    result = await running
    assert (result.stopped, result.status, python.err) == (True, 130, "KeyboardInterrupt\n")
    result = await python.run("import subprocess; subprocess.run(['sleep', '60'])", timeout=0.2)
    assert (result.timed_out, result.stopped) == (True, False)
    assert await python.says("x") == "2\n"


async def test_one_that_dies_is_started_again(python: Python) -> None:
    await python.says("import os; os.environ['KEPT'] = '1'")
    result = await python.run("os._exit(4)")
    assert (result.status, result.died) == (None, True)
    assert await python.says("import os; os.environ['KEPT']") == "'1'\n"


async def test_which_python(tmp_path: Path) -> None:
    assert find_python({"VIRTUAL_ENV": str(tmp_path), "PATH": os.environ["PATH"]}).endswith("python3")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin" / "python").chmod(0o755)
    chosen = find_python({"VIRTUAL_ENV": str(tmp_path)})
    assert chosen == f"{tmp_path}/bin/python"
    with pytest.raises(SessionError, match="did not start"):
        await PythonSession(chosen).start(dict(os.environ), tmp_path)


async def test_a_list_of_objects_is_shown_as_a_table(python: Python) -> None:
    shown = await python.says("[{'name': 'web', 'size': 2}, {'name': 'database', 'zone': None}]")
    assert shown == "name      size  zone\n--------  ----  ----\nweb       2\ndatabase        None\n"
    assert await python.says("[{'a': 1}, 2]") == "[{'a': 1}, 2]\n"
    assert await python.says("_") == "[{'a': 1}, 2]\n"


async def test_an_interrupted_session_lives(python: Python) -> None:
    await python.says("kept = 1")
    running = asyncio.ensure_future(python.run("print('on', flush=True)\nimport time\ntime.sleep(60)"))
    async with asyncio.timeout(20):
        while not python.out:  # noqa: ASYNC110 - the output has no event
            await asyncio.sleep(0.01)
    await python.session.stop()
    assert (await running).stopped
    assert await python.says("kept") == "1\n"
