"""The shell session, through a real bash: what stays, what ends a step, what ends nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from azops_tui.engine.sessions.bash import ShellSession
from azops_tui.engine.sessions.process import SessionError, SessionResult


class Shell:
    """A session with its output collected."""

    def __init__(self, session: ShellSession) -> None:
        self.session = session
        self.out = ""
        self.err = ""
        self._begun: asyncio.Event | None = None

    async def run(self, code: str, **options: Any) -> SessionResult:
        """Runs a step; its output is in ``out`` and ``err`` afterwards."""
        self.out = self.err = ""
        return await self.session.run(code, on_output=self._take, **options)

    async def says(self, code: str, **options: Any) -> str:
        """Runs a step that must not fail; returns its standard output."""
        result = await self.run(code, **options)
        assert result.status == 0, (code, result, self.err)
        return self.out

    async def begins(self, code: str) -> asyncio.Task[SessionResult]:
        """Runs a step up to where it has said that it has begun."""
        running = asyncio.create_task(self.run(f"echo begun\n{code}"))
        await asyncio.sleep(0)
        self._begun = asyncio.Event()
        if "begun" not in self.out:
            await self._begun.wait()
        return running

    def _take(self, text: str, stream: str) -> None:
        assert 0 < len(text) <= 64 * 1024
        if stream == "stdout":
            self.out += text
            if self._begun is not None:
                self._begun.set()
        else:
            self.err += text


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    session = ShellSession()
    await session.start(dict(os.environ), tmp_path)
    yield Shell(session)
    await session.close()


STATE = """
exported=1; export exported; plain="two words"; indexed=(a "b c"); declare -A named=([k]="v w"); declare -i number=4
greet() { local who=$1; echo "hello $who $plain"; }
alias shout='echo SHOUT'
shopt -s nullglob; set -o noclobber; trap 'echo usr1' USR1; cd /; umask 027
"""
QUESTIONS = """
echo "$exported|$plain|${indexed[1]}|${#indexed[@]}|${named[k]}|$number"; greet you; shout
shopt -q nullglob && echo nullglob; [[ -o noclobber ]] && echo noclobber; pwd; umask; number+=3; echo $number
kill -USR1 $$; sh -c 'echo "[$exported][$plain]"'
"""
ANSWERS = """1|two words|b c|2|v w|4
hello you two words
SHOUT
nullglob
noclobber
/
0027
7
usr1
[1][]
"""


@pytest.mark.parametrize(
    ("code", "status", "output"),
    [
        ("echo $((1)); }; { echo SMUGGLED", 2, ""),
        ("echo $((1)) }\n{ echo SMUGGLED\n", 2, "1 }\n"),
        ("cat <<E\nyes $((1))\n", 0, "yes 1\n"),
        ("echo yes $((1))\nfi\necho no", 2, "yes 1\n"),
        ("echo yes $((1))\nalias no=echo\nfi", 2, "yes 1\n"),
        ("echo yes $((1)) \\", 0, "yes 1\n"),
        ("shopt -s extglob\ncase $((1)) in +([0-9])) echo yes;; esac", 0, "yes\n"),
        ("echo $((1))\necho $LINENO", 0, "1\n2\n"),
        ("echo $((1))\n(exit 4)\necho no", 4, "1\n"),
    ],
)
async def test_a_step_with_arithmetic_runs_as_if_it_were_typed(
    shell: Shell, code: str, status: int, output: str
) -> None:
    result = await shell.run(code)
    assert (result.status, shell.out) == (status, output), shell.err
    assert "SMUGGLED" not in shell.out


async def test_debug_traps_stay_for_the_next_step(shell: Shell) -> None:
    await shell.says("trap 'n=$((n + 1))' DEBUG")
    assert int(await shell.says("n=0; true; true; echo $n")) >= 3
    await shell.says("trap - DEBUG; n=0")
    assert await shell.says("true; echo $n") == "0\n"


async def test_a_step_that_disables_read_does_not_end_the_session(shell: Shell) -> None:
    await shell.says("enable -n read")
    assert await shell.says("echo yes", timeout=5) == "yes\n"


@pytest.mark.parametrize(
    "code",
    [
        "eval 'set -n'; echo no",
        "n=set; $n -n; echo no",
        "builtin() { echo intruder; }; read() { :; }; printf() { :; }; trap() { :; }; declare() { :; }",
        "enable -n read builtin printf",
        "readonly -f read 2>/dev/null; exec true",
    ],
)
async def test_no_step_hangs_or_blinds_the_session(shell: Shell, code: str) -> None:
    await shell.says("kept=before")
    result = await shell.run(code, timeout=30)
    assert not result.timed_out
    assert "no" not in shell.out
    assert "intruder" not in shell.out
    assert await shell.says("echo $kept", timeout=30) == "before\n"
    assert (await shell.run("(exit 3)")).status == 3


async def test_a_step_sees_nothing_of_the_driver(shell: Shell) -> None:
    await shell.says("mine() { echo $kept; }; kept=1; export kept; trap 'true' USR1; (exit 3) || exit 0")
    listing = "declare -F; declare -f; compgen -A function; compgen -v; set; declare -p; alias; (set -o posix; set)"
    assert "__azops" not in await shell.says(f"false || {{ {listing}; }}")
    await shell.run("set +e; false; no_such_command\nset -e; false")
    assert "__azops" not in await shell.says(listing)
    await shell.says("trap - USR1")
    assert await shell.says("declare -F") == "declare -f mine\n"
    await shell.run("kill -9 $$")
    assert await shell.says("declare -F; mine") == "declare -f mine\n1\n"


@pytest.mark.parametrize("end", ["stop", "timeout"])
async def test_the_tree_of_an_interactive_step_ends_with_it(shell: Shell, tmp_path: Path, end: str) -> None:
    code = "setsid sh -c 'echo $$ > a; exec sleep 301' & sleep 302 & echo $! > b; kept=1; touch c; sleep 303"
    if end == "timeout":
        assert (await shell.run(code, interactive=True, timeout=1)).timed_out
    else:
        running = asyncio.create_task(shell.run(code, interactive=True))
        while not ((tmp_path / "a").exists() and (tmp_path / "c").exists()):  # noqa: ASYNC110 - files tell
            await asyncio.sleep(0.02)
        await shell.session.stop()
        assert (await running).stopped
    assert [name for name in "ab" if _runs(int((tmp_path / name).read_text()))] == []
    assert await shell.says("echo $kept") == "1\n"


@pytest.mark.parametrize("end", ["stop", "timeout"])
async def test_what_an_interactive_step_starts_at_once_ends_with_it(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    start = asyncio.create_subprocess_exec

    async def start_and_tell_late(*args: Any, **options: Any) -> asyncio.subprocess.Process:
        process = await start(*args, **options)
        while not (tmp_path / "b").exists():  # noqa: ASYNC110 - the file tells
            await asyncio.sleep(0.02)
        if end == "stop":
            await shell.session.stop()
        return process

    code = "sleep 301 & echo $! > a; mv a b; sleep 302"
    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "create_subprocess_exec", start_and_tell_late)
        result = await shell.run(code, interactive=True, timeout=60 if end == "stop" else 0.1)
    assert (result.stopped, result.timed_out) == (end == "stop", end == "timeout")
    assert not _runs(int((tmp_path / "b").read_text()))


async def test_everything_stays_for_the_next_step(shell: Shell) -> None:
    await shell.says(STATE)
    assert await shell.says(QUESTIONS) == ANSWERS


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when processes began")
async def test_what_a_step_left_ends_with_it_though_the_step_killed_its_shell(shell: Shell, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    earlier = "sleep 300 & echo $! > pids"
    await shell.run(earlier, cwd=tmp_path)
    code = "setsid sh -c 'echo $$ >> pids; exec sleep 300' &\n(sleep 300 & echo $! >> pids)\n"
    code += "until [ $(wc -l < pids) = 3 ]; do sleep 0.05; done\nkill -9 $$"
    await shell.run(code, cwd=tmp_path)
    job, *left = (int(line) for line in pids.read_text().split())
    assert [_runs(pid) for pid in left] == [False, False]
    assert _runs(job)  # a job of an earlier step goes on until the run ends
    await shell.session.close()
    assert not _runs(job)


@pytest.mark.parametrize(
    "end", ["kill -9 $$", "exec false", "exit 3", "set -u; echo $NOT_THERE", "builtin exit 4", "false"]
)
async def test_everything_stays_whatever_ends_a_step(shell: Shell, end: str) -> None:
    await shell.says(STATE)
    await shell.run(end)
    await shell.run("set +u")
    assert await shell.says(QUESTIONS) == ANSWERS


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("exit 3; echo no", 3),
        ("exit; echo no", 0),
        ("(exit 5); echo no", 5),
        ("f() { exit 6; }; f || true; echo no", 6),
        ("f() { exit 6; }; g() { f; echo no; }; for i in 1 2; do g && echo no || echo no; done; echo no", 6),
        ("while true; do exit 0; done; echo no", 0),
        ("if exit 7; then echo no; fi; echo no", 7),
        ("eval 'exit 8; echo no'; echo no", 8),
        ("source /dev/stdin <<< 'exit 9; echo no'; echo no", 9),
        ("false || exit 10; echo no", 10),
        ("x=$(exit 11); echo no", 11),
        ("{ exit 12; } > /dev/null; echo no", 12),
        ("return 13; echo no", 13),
        ("builtin exit 14; echo no", 14),
        ("exit 256; echo no", 0),
        ("exit nonsense; echo no", 2),
        ("set -u; echo $NOT_THERE; echo no", 1),
        (": ${NOT_THERE:?needed}; echo no", 1),
        ("false; echo no", 1),
        ("f() { false; echo no; }; f; echo no", 1),
        ("f() { g; echo no; }; g() { (exit 15); echo no; }; f; echo no", 15),
        ("cd /not/there; echo no", 1),
        ("no_such_command; echo no", 127),
        ("true | false; echo no", 1),
        ("set -o pipefail; false | true; echo no", 1),
        ("for i in 1 2; do false; done; echo no", 1),
        ("case x in x) false;; esac; echo no", 1),
        ("readonly R=1; R=2; echo no", 1),
        ("sh -c 'exit 16'; echo no", 16),
        ("trap 'true' ERR; false; echo no", 1),
        ("trap 'exit 17' ERR; false; echo no", 17),
        ("cat <<X | sh\nexit 18\nX\necho no", 18),
        ("echo $((1 / 0))\necho no", 1),
        ("f() { local x=$((08 + 1)); echo no; }\nf || true\necho no", 1),
        ("x=$((1 + 1))\nfalse \\\n\necho no $((1))", 1),
        ("if then", 2),
        ("echo yes >/dev/null\nfi\necho no", 2),
    ],
)
async def test_a_step_ends_the_session_does_not(shell: Shell, code: str, status: int) -> None:
    await shell.says("kept=before; (sleep 0.01) &")
    result = await shell.run(f"kept=after\n{code}" if status != 2 else code)
    assert (result.status, result.died, shell.out) == (status, False, "")
    assert (
        await shell.says("echo $kept; [[ $- == *e* ]] && echo strict")
        == f"{'after' if status != 2 else 'before'}\nstrict\n"
    )


@pytest.mark.parametrize(
    "code",
    [
        "if false; then :; elif false; then :; fi; echo yes",
        "false || true; ! true; false && true || echo yes",
        "while false; do :; done; until true; do :; done; echo yes",
        "f() { false; echo yes; }; f || true",
        "f() { false; echo yes; }; if f; then :; fi",
        "false | true; echo yes",
        "set +e; false; echo yes",
        "x=$(false; echo fine); echo yes",
        "export X=$(false) || true; echo yes",
        "if export X=$(false); then echo yes; fi",
        "f() { local x=$(false); echo yes; }; f || true",
        "export X=$(false; true); echo yes",
        'echo "$(false)" > /dev/null; echo yes',
        "export X=$(date); (sleep 0.02; false) & wait $! || echo yes",
        "export X=$(date); { sleep 0.02; false; } > /dev/null & wait; echo yes",
        "set -e; { false; } || echo yes",
        "trap 'echo -n' DEBUG; echo yes; trap - DEBUG",
        "read -r line || echo yes",
        "echo yes # $((1))",
        "cat <<E\nyes\nE\n: $((1 + 1)) \\",
        "cat; echo yes",
        "(exit 3) || echo yes",
        "set -o pipefail; if ! false | true; then echo yes; fi",
        "[[ -n '' ]] || echo yes; ((0)) || true",
    ],
)
async def test_what_must_not_end_a_step(shell: Shell, code: str) -> None:
    assert await shell.says(code) == "yes\n"


@pytest.mark.parametrize("word", ["export", "declare", "readonly", "typeset", "declare -x"])
@pytest.mark.parametrize("failing", ["$(exit 7)", "`exit 7`", '"$(sh -c "exit 7")"', "$(f)", "$(true; (exit 7))"])
async def test_a_failure_in_an_exported_substitution_is_noticed(shell: Shell, word: str, failing: str) -> None:
    result = await shell.run(f"f() {{ return 7; }}\ntrue\n{word} X={failing}\necho no")
    assert (result.status, shell.out, result.line) == (7, "", 3)
    assert "command substitution" in shell.err
    await shell.says("true")


async def test_a_failure_in_a_local_substitution_is_noticed(shell: Shell) -> None:
    result = await shell.run("f() { local x=$(exit 4); echo no; }\nf\necho no")
    assert (result.status, shell.out, result.line) == (4, "", None if result.line is None else 2)


async def test_values_of_every_kind_survive(shell: Shell) -> None:
    value = "a\nb=c 'd' \"e\" $f `g` \\h\té\n\n"
    await shell.session.set("GIVEN", value)
    assert (await shell.session.variables())["GIVEN"] == value
    assert await shell.says('printf %s "$GIVEN"') == value.replace("\r", "\n")
    assert await shell.says("sh -c 'printf %s \"$GIVEN\"'") == value
    await shell.says("made=$GIVEN; export MADE=$'x\\ny=\\x01z'; unset GIVEN")
    variables = await shell.session.variables()
    assert (variables["made"], variables["MADE"], "GIVEN" in variables) == (value, "x\ny=\x01z", False)
    assert not any(name.startswith("__azops") for name in variables)
    await shell.run("kill -9 $$")
    assert await shell.says('printf %s "$made"; sh -c "printf %s \\"\\$MADE\\""') == value + "x\ny=z"


async def test_a_variable_that_cannot_be_is_refused(shell: Shell) -> None:
    with pytest.raises(ValueError, match="not a valid name"):
        await shell.session.set("a b", "")
    with pytest.raises(ValueError, match="NUL"):
        await shell.session.set("A", "\0")


async def test_what_is_for_one_step_alone(shell: Shell, tmp_path: Path) -> None:
    await shell.says("OLD=1")
    (tmp_path / "sub").mkdir()
    options = {"cwd": tmp_path / "sub", "env": {"OLD": "2", "NEW": "3\n'"}}
    assert await shell.says("pwd; sh -c 'echo $OLD $NEW'", **options) == f"{tmp_path}/sub\n2 3 '\n"
    assert await shell.says("pwd; echo $OLD ${NEW-none}; declare -p OLD") == f'{tmp_path}\n1 none\ndeclare -- OLD="1"\n'
    await shell.run("exit 2", **options)
    assert await shell.says("pwd; echo $OLD ${NEW-none}") == f"{tmp_path}\n1 none\n"
    result = await shell.run("echo no", cwd=tmp_path / "missing")
    assert (result.status, shell.out) == (1, "")
    assert "missing: No such file" in shell.err


async def test_another_interpreter_sees_the_variables(shell: Shell) -> None:
    await shell.says("export A=1")
    assert await shell.says("import os\nprint(os.environ['A'] * 3)", interpreter="python3") == "111\n"
    assert await shell.says("echo $A; B=2", interpreter="zsh") == "1\n"
    assert await shell.says("echo $B") == "2\n"


async def test_messages_name_bash_and_no_file_of_ours(shell: Shell) -> None:
    await shell.run("true\nno_such_command")
    assert shell.err == "bash: line 2: no_such_command: command not found\n"
    await shell.run("if then")
    assert shell.err.startswith("bash: line 1: syntax error near unexpected token `then'\n")


async def test_the_failing_line_is_told(shell: Shell) -> None:
    assert (await shell.run("true\n\nfalse\n")).line == 3
    assert (await shell.run("f() {\n false\n}\n\nf\n")).line == 5
    assert (await shell.run("true")).line is None


async def test_traps_of_the_user(shell: Shell, tmp_path: Path) -> None:
    await shell.says(f"trap 'echo bye > {tmp_path}/bye' EXIT; trap 'echo caught $?' ERR")
    await shell.run("exit 3")
    assert not (tmp_path / "bye").exists(), "the session goes on"
    await shell.run("true\n(exit 4)")
    assert shell.out == "caught 4\n"
    assert f"trap -- 'echo bye > {tmp_path}/bye' EXIT" in await shell.says("trap -p")
    await shell.session.close()
    assert (tmp_path / "bye").read_text() == "bye\n"


async def test_strictness_is_the_users_to_change(shell: Shell) -> None:
    assert await shell.says("set +e; false; echo on") == "on\n"
    assert await shell.says("false; echo on") == "on\n"
    assert (await shell.run("set -e; false; echo no")).status == 1
    assert "+ echo traced" in [await shell.says("set -x; echo traced; set +x"), shell.err][1]


async def test_output_is_sanitised_and_kept_as_it_was(shell: Shell) -> None:
    result = await shell.run("printf 'a\\e]0;title\\ab\\e[31mc\\377'; printf 'x\\ry\\n' >&2", keep=100)
    assert (shell.out, shell.err) == ("abc\ufffd", "x\ny\n")
    assert result.stdout == b"a\x1b]0;title\x07b\x1b[31mc\xff"


async def test_much_output_neither_grows_memory_nor_stalls(shell: Shell) -> None:
    size = 50_000_000
    counted = 0
    longest = 0.0

    def count(text: str, stream: str) -> None:
        nonlocal counted
        counted += len(text)

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            longest = max(longest, time.perf_counter() - before)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    watching = asyncio.create_task(watch())
    result = await shell.session.run(f"yes 'some line' | head -c {size}", on_output=count)
    watching.cancel()
    assert (result.status, counted) == (0, size)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000, "KiB"
    assert longest < 1.0


async def test_what_outlives_a_step_does_not_keep_it(shell: Shell) -> None:
    result = await shell.run("(sleep 30; echo late) & echo now")
    assert (result.status, shell.out) == (0, "now\n")
    assert result.duration < 10
    assert await shell.says("jobs -r | wc -l") == "1\n"


@pytest.mark.parametrize(
    "code",
    [
        "sleep 60; echo no",
        "sleep 60 || true; sleep 60; echo no",
        "while :; do :; done",
        "f() { while sleep 0.01; do :; done; }; f || true; echo no",
        "sleep 60 | cat; echo no",
        "x=$(sleep 60); echo no",
        "sleep 60 & wait; echo no",
        "sh -c 'sleep 60; echo no'; echo no",
    ],
)
async def test_stop(shell: Shell, code: str) -> None:
    await shell.says("kept=1")
    running = await shell.begins(f"kept=2\n{code}")
    await shell.session.stop()
    result = await running
    assert (result.stopped, result.timed_out, result.died, shell.out) == (True, False, False, "begun\n")
    assert result.status != 0
    assert await shell.says("echo $kept") == "2\n"


async def test_stop_of_what_does_not_listen(shell: Shell) -> None:
    await shell.says("sleep 40 &")
    await asyncio.sleep(0.03)
    running = await shell.begins("(trap '' INT TERM; while :; do sleep 0.05; done)")
    await shell.session.stop()
    assert (await running).stopped
    assert await shell.says("jobs -r | grep -c 'sleep 40'") == "1\n", "a job of a step before is no part of it"


async def test_timeout(shell: Shell) -> None:
    result = await shell.run("sleep 60", timeout=0.2)
    assert (result.timed_out, result.stopped, result.died) == (True, False, False)
    assert result.duration < 10


async def test_a_cancelled_step_is_stopped(shell: Shell) -> None:
    running = await shell.begins("sleep 60")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await shell.says("echo on") == "on\n"


async def test_one_step_at_a_time(shell: Shell) -> None:
    running = asyncio.create_task(shell.run("sleep 60"))
    await asyncio.sleep(0.05)
    with pytest.raises(RuntimeError):
        await shell.run("true")
    await shell.session.stop()
    await running


async def test_close_ends_what_was_left_running(tmp_path: Path) -> None:
    session = ShellSession()
    await session.start(dict(os.environ), tmp_path)
    await session.run("sleep 300 & echo $! > pid", on_output=lambda text, stream: None)
    pid = int((tmp_path / "pid").read_text())
    assert _runs(pid)
    await session.close()
    await asyncio.sleep(0.1)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Whether the process is there and has not ended; who adopted it may take a while to notice that."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(shown.strip()) and not shown.startswith("Z")


async def test_interrupts_work_where_they_are_ignored(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        session = ShellSession()
        await session.start(dict(os.environ), tmp_path)
        running = asyncio.create_task(session.run("sleep 60", on_output=lambda text, stream: None))
        await asyncio.sleep(0.2)
        await session.stop()
        assert (await running).duration < 2
        await session.close()
    finally:
        signal.signal(signal.SIGINT, before)


async def test_no_bash(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="none is on PATH"):
        await ShellSession().start({"PATH": str(tmp_path)}, tmp_path)


async def test_an_old_bash_is_told_by_its_version(tmp_path: Path) -> None:
    old = tmp_path / "bash"
    old.write_text('#!/bin/sh\necho "old 3.2.57(1)-release" > "$4/reports"\n')
    old.chmod(0o755)
    with pytest.raises(SessionError, match=r"3\.2\.57\(1\)-release is too old.*4\.4"):
        await ShellSession().start({**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}, tmp_path)


async def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="is not a folder"):
        await ShellSession().start(dict(os.environ), tmp_path / "missing")


_ON_TERMINAL = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from azops_tui.engine.sessions.bash import ShellSession

async def main():
    session = ShellSession()
    await session.start(dict(os.environ), "/")
    say = lambda text, stream: print(f"<{text.strip()}>", flush=True)
    await session.run("kept=1; f() { echo f$kept; }", on_output=say)
    code = 'test -t 0 && test -t 1 && echo tty $TERM; read -r answer; kept=$answer; f; exit 3'
    result = await session.run(code, interactive=True, on_output=say)
    print("status", result.status, flush=True)
    await session.run('echo $kept; f; echo $TERM', on_output=say)
    await session.close()

asyncio.run(main())
"""


def test_an_interactive_step_has_the_terminal() -> None:
    leader, follower = pty.openpty()
    project = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", _ON_TERMINAL, str(project)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
    ) as process:
        os.close(follower)
        os.write(leader, b"typed\n")
        shown = b""
        with contextlib.suppress(OSError):
            while data := os.read(leader, 4096):
                shown += data
        assert process.wait() == 0, shown
    os.close(leader)
    lines = shown.decode().replace("\r", "").split("\n")
    assert lines[lines.index("tty xterm") :] == ["tty xterm", "ftyped", "status 3", "<typed", "ftyped", "dumb>", ""]


_KILLED = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from azops_tui.engine.sessions.python import PythonSession
from azops_tui.engine.sessions.bash import ShellSession

async def main():
    printing = ShellSession(), PythonSession(), ShellSession()
    for session in printing:
        await session.start(dict(os.environ), "/")
        print(session._process.pid, session._folder, flush=True)
    said = asyncio.Event()
    code = ("while :; do echo x; done", "while True: print('x')", "trap '' INT TERM; while :; do echo x; done")
    tasks = [
        asyncio.create_task(session.run(text, on_output=lambda text, stream: said.set()))
        for session, text in zip(printing, code)
    ]
    await said.wait()
    print("printing", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_nothing_is_left_when_azops_is_killed(tmp_path: Path) -> None:
    project = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", _KILLED, str(project)]
    environment = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**environment, "XDG_STATE_HOME": str(tmp_path)}
    ) as process:
        assert process.stdout is not None
        children = [process.stdout.readline().split() for _ in range(3)]
        process.stdout.readline()
        process.kill()
    deadline = time.monotonic() + 30
    while any(_runs(int(pid)) or Path(folder).exists() for pid, folder in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [(_runs(int(pid)), Path(folder).exists()) for pid, folder in children] == [(False, False)] * 3


async def test_the_state_is_for_the_user_alone_and_what_a_killed_azops_left_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    left = tmp_path / "azops" / "session-left"
    left.mkdir(parents=True)
    (left / "state.0").write_text('declare -x TOKEN="secret"')
    first, second = ShellSession(), ShellSession()
    for session in (first, second):
        await session.start(dict(os.environ), tmp_path)
    await first.run("umask 0; export TOKEN=secret; exit 3", on_output=lambda text, stream: None)
    folders = sorted((tmp_path / "azops").iterdir())
    assert len(folders) == 2, "one for each session that lives"
    assert left not in folders
    for folder in folders:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir() if path.stat().st_mode & 0o77} == {}
    for session in (first, second):
        await session.close()
    assert list((tmp_path / "azops").iterdir()) == []


@pytest.mark.parametrize("end", ["stop", "timeout", "killed"])
async def test_the_whole_tree_of_a_step_ends_with_it(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    await shell.says("(while :; do sleep 0.05; done) & echo $! > earlier")
    code = (
        f"cd {tmp_path}; sleep 301 & echo $! > a; "
        "setsid sh -c 'echo $$ > b; exec sleep 302' & sh -c 'setsid sleep 303 & echo $! > c'\n"
        "(trap '' INT TERM; echo $BASHPID > d; while :; do sleep 0.1; done) &\n"
        "until [[ -s b && -s c && -s d ]]; do sleep 0.02; done; echo ready\nsleep 304"
    )
    if end == "timeout":
        assert (await shell.run(code, timeout=3)).timed_out
        assert "ready" in shell.out
    else:
        ready = asyncio.Event()
        if end == "killed":
            monkeypatch.setattr("azops_tui.engine.sessions.process.GRACE", (0.1, 0.1, 0.1))
            code = code.replace("sleep 304", "trap '' INT TERM; while :; do :; done")
        running = asyncio.create_task(shell.session.run(code, on_output=lambda text, stream: ready.set()))
        await ready.wait()
        await shell.session.stop()
        assert (await running).stopped
    assert [name for name in "abcd" if _runs(int((tmp_path / name).read_text()))] == []
    if end != "killed":
        assert _runs(int((tmp_path / "earlier").read_text())), "a job of an earlier step is no part of this one"
