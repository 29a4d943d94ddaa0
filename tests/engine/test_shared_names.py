"""One set of variables for shell and Python steps, and shells in the background that know what the session knows."""

from __future__ import annotations

import asyncio

from azops_tui.events import records as ev
from tests.engine.conftest import MakeRun


def fences(*steps: tuple[str, str]) -> str:
    return "\n".join(f"```{info}\n{code}\n```\n" for info, code in steps)


async def test_shell_and_python_share_text_and_json_by_name(make_run: MakeRun) -> None:
    watched = make_run(
        fences(
            ("bash {name=a}", "export GROUP='my group'\nexport ITEMS='[1, 2]'"),
            (
                "python {name=b}",
                "import json\nprint(GROUP, json.loads(ITEMS))\ncount = 2\nnames = ['x', 'y']\nword = 'w'",
            ),
            ("bash {name=c}", 'echo "$count $names $word"\nexport count=5 names=\'["z"]\' word=v'),
            ("python {name=d}", "print(count + 1, names, word)\ndel word\nGROUP = 'mine'"),
            ("bash {name=e}", 'echo "${word-gone} $GROUP"'),
        )
    )
    assert await watched.run.run_all() == "done", watched.events(ev.StepFinished)[-1].summary
    assert watched.output("b") == "my group [1, 2]\n"
    assert watched.output("c") == '2 ["x", "y"] w\n'
    assert watched.output("d") == "6 ['z'] v\n"
    assert watched.output("e") == "gone mine\n"


async def test_a_background_step_sees_functions_and_arrays(make_run: MakeRun) -> None:
    watched = make_run(
        fences(
            ("bash {name=a}", "greet() { echo hello $1; }\nLIST=(x y)\nPLAIN=z\nalias hi='greet'"),
            ("bash {name=b background}", 'hi "${LIST[1]} $PLAIN"; sleep 60'),
            ("bash {name=c}", "greet again"),
        )
    )
    assert await watched.run.run_all() == "done"
    await watched.until(lambda: "hello y" in watched.output("b"))
    assert watched.output("c") == "hello again\n"


async def test_what_would_silence_the_shell_cannot_hang_it(make_run: MakeRun) -> None:
    watched = make_run(
        fences(
            ("bash {name=a on-error=continue}", "echo before\nset -n\necho after"),
            ("bash {name=b}", "enable -n read printf . declare; echo 'set -n'"),
            ("bash {name=c}", "read -r x <<<here; printf '%s\\n' \"$x\""),
        )
    )
    async with asyncio.timeout(20):
        await watched.run.run_all()
    finished = {event.step: event for event in watched.events(ev.StepFinished)}
    assert "`set -n`" in finished["a"].summary
    assert [finished[name].state for name in "abc"] == ["failed", "done", "done"]
    assert [watched.output(name) for name in "abc"] == ["before\n", "set -n\n", "here\n"]


async def test_a_script_runs_in_the_program_of_its_shebang(make_run: MakeRun) -> None:
    watched = make_run(
        fences(
            ("bash", "export N=4"),
            ("bash {name=b}", "#!/usr/bin/env python3\nimport os\nprint(int(os.environ['N']) + 1)"),
        )
    )
    assert await watched.run.run_all() == "done"
    assert watched.output("b") == "5\n"
