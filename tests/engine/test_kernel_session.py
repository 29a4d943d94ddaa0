"""Steps in real Jupyter kernels: names stay, variables are the run's, an interrupt leaves the kernel alive."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from azops_tui.cli.main import cli
from azops_tui.engine.document_check import check_document
from azops_tui.engine.sessions.kernel import KernelSession
from azops_tui.engine.sessions.process import SessionError
from azops_tui.gate.fence import Fence, can_fence
from azops_tui.runbook import parse
from azops_tui.runbook.model import Effect, StepKind

pytest.importorskip("ipykernel")
pytest.importorskip("jupyter_client")


@pytest.fixture
async def kernel(tmp_path: Path) -> AsyncIterator[KernelSession]:
    session = KernelSession(python=sys.executable)
    await session.start({**os.environ, "GIVEN": "a"}, tmp_path)
    yield session
    await session.close()


async def test_one_kernel_from_step_to_step(kernel: KernelSession, tmp_path: Path) -> None:
    written: dict[str, str] = {"stdout": "", "stderr": ""}

    def take(text: str, stream: str) -> None:
        written[stream] += text

    # Values as in a notebook, tables, magics, the variables of the run by name, and those of Python for the shell.
    result = await kernel.run("x = [{'a': 1}, {'a': 22}]\ntext = GIVEN + 'b'\n%env NEW=1\nx", on_output=take, keep=99)
    assert (result.status, written["stderr"]) == (0, "")
    assert written["stdout"] == "env: NEW=1\na\n--\n1\n22\n"
    assert result.stdout == written["stdout"].encode()
    variables = await kernel.variables()
    assert (variables["text"], json.loads(variables["x"]), variables["NEW"]) == ("ab", [{"a": 1}, {"a": 22}], "1")
    assert not {"JPY_PARENT_PID", "MPLBACKEND"} & variables.keys()  # the kernel's own
    # An error names its line; the session goes on.
    await kernel.set("text", "from the shell")
    result = await kernel.run("y = 1\nraise ValueError(text)", on_output=take)
    assert (result.status, result.line) == (1, 2)
    assert "ValueError: from the shell" in written["stderr"]
    assert "\x1b" not in written["stderr"]
    assert (await kernel.run("import sys; sys.exit(3)", on_output=take)).status == 3
    # What is for one step only.
    (tmp_path / "sub").mkdir()
    written["stdout"] = ""
    await kernel.run(
        "import os; os.getcwd(), os.environ['ONLY']", on_output=take, cwd=tmp_path / "sub", env={"ONLY": "here"}
    )
    await kernel.run(f"os.getcwd() == {str(tmp_path)!r}, 'ONLY' in os.environ, y", on_output=take)
    # IPython breaks a long line.
    assert "".join(written["stdout"].split()) == f"('{tmp_path}/sub','here')(True,False,1)"
    # Interrupted, by a person and by its time limit, it lives with its names; killed, the next step starts anew.
    begun = asyncio.Event()
    running = asyncio.create_task(
        kernel.run("print('go', flush=True); import time; time.sleep(60)", on_output=lambda *_: begun.set())
    )
    await begun.wait()
    await kernel.stop()
    assert (await running).stopped
    result = await kernel.run("time.sleep(60)", on_output=take, timeout=0.2)
    assert result.timed_out
    written["stdout"] = ""
    await kernel.run("y", on_output=take)
    assert written["stdout"] == "1\n"
    assert (await kernel.run("os.kill(os.getpid(), 9)", on_output=take)).died
    written["stdout"] = ""
    assert (await kernel.run("text, 'y' in dir()", on_output=take)).status == 0
    assert written["stdout"] == "('from the shell', False)\n"


async def test_figures_of_a_kernel_are_pictures(kernel: KernelSession) -> None:
    pytest.importorskip("matplotlib")
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('drawn')"
    result = await kernel.run(code, on_output=lambda *_: None)
    assert [picture[:4] for picture in result.pictures] == [b"\x89PNG"]


async def test_a_kernel_that_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match=r"kernel 'cobol' is not installed\. Installed: .*python3"):
        await KernelSession("cobol").start(dict(os.environ), tmp_path)


def test_a_check_names_kernels_that_are_not_installed(tmp_path: Path) -> None:
    text = "```python {kernel=python3}\n1\n```\n\n```cobol {kernel=cobol name=old}\n1\n```\n"
    findings = check_document(parse(text, tmp_path / "x.md"))
    assert [(finding.rule, finding.line) for finding in findings] == [("missing-tool", 5)]
    assert findings[0].message.startswith(
        "step 'old' runs in the Jupyter kernel 'cobol', which is not installed; installed: "
    )


@pytest.mark.skipif(not can_fence(), reason="the kernel has no fence")
async def test_a_kernel_in_a_fence_reads_and_does_not_write(tmp_path: Path) -> None:
    session, written = KernelSession(python=sys.executable), []
    (tmp_path / "scratch").mkdir()
    session.fence = Fence(writable=(tmp_path / "scratch",))
    await session.start({**os.environ, "TMPDIR": str(tmp_path / "scratch")}, tmp_path)
    try:
        code = "try:\n    open('evil', 'w')\nexcept OSError:\n    print('denied')"
        await session.run(code, on_output=lambda text, stream: written.append(text))
    finally:
        await session.close()
    assert "".join(written) == "denied\n"


def test_a_run_with_a_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = """\
```bash
export NAME=shell
```

```python {kernel=python3}
from_kernel = NAME + "+kernel"
```

```bash
echo "$from_kernel"
```
"""
    runbook = parse(document + "```julia {kernel=julia}\n1\n```\n", tmp_path / "x.md")
    assert [step.kind for step in runbook.steps] == [
        *[StepKind.SHELL, StepKind.PYTHON, StepKind.SHELL],
        StepKind.KERNEL,
    ]
    assert runbook.steps[3].effects == Effect.MUTATES
    (error,) = parse("```r {kernel=ir ssh=web1}\n1\n```\n", tmp_path / "y.md").errors
    assert str(error).endswith(":1: error: attribute 'ssh' has no meaning for a step in a Jupyter kernel")
    (tmp_path / "x.md").write_text(document)
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(cli, ["run", "x.md"])
    assert run.exit_code == 0, run.output
    assert "shell+kernel" in run.output


def test_python_steps_use_ipykernel_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZOPS_IPYKERNEL")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.md").write_text("```python\nget_ipython().kernel.implementation\n```\n")
    run = CliRunner().invoke(cli, ["run", "x.md"])
    assert "'ipython'" in run.output
