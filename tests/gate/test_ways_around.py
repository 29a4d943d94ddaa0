"""Ways around a read-only run that its classifier takes for reads: the fence holds them all."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import socket
import subprocess
import textwrap
from pathlib import Path

import pytest

from azops_tui.azure.profiles import BUILT_IN
from azops_tui.enforcement import Sandbox
from azops_tui.engine import sandbox, step_runner
from azops_tui.engine.open import open_runbook
from azops_tui.engine.run import Policy, Run
from azops_tui.gate.fence import can_fence
from azops_tui.journal.store import Journal
from azops_tui.runbook.sure_reads import why_unsure
from azops_tui.ui.live import LiveController
from tests.cli.azops import azops

WRITES = {
    "redirection": "echo x >> $F",
    "function": "echo() { command tee -a $F; }; builtin echo x | echo",
    "eval": "c='tee -a'; eval \"echo x | $c $F\"",
    "here-string": 'bash <<< "echo x >> $F"',
    "here-document": "sh <<E\necho x >> $F\nE",
    "env -S": 'env -S "tee -a $F" <<< x',
    "awk": 'awk \'BEGIN { system("echo x >> " ENVIRON["F"]) }\'',
    "perl": 'perl -e \'open(A, ">>", $ENV{F}) and print A "x"\'',
    "python": "python3 - <<E\nopen('$F', 'a').write('x')\nE",
    "truncate": "truncate -s 0 $F",
    "dd": "dd if=/dev/null of=$F",
    "move": "mv $F $F.moved",
    "symbolic link": "ln -s /etc/passwd $F.link",
    "hard link": "ln $F $F.link",
    "new folder": "mkdir $F.folder",
    "background": "(sleep 0.05; echo x >> $F) & wait",
    "setsid": "setsid --wait sh -c 'echo x >> $F'",
    "xargs": "echo $F | xargs -I{} sh -c 'echo x >> {}'",
    "find": "find $F -exec sh -c 'echo x >> $F' \\;",
    "trap": "trap 'echo x >> $F' USR1; kill -USR1 $$",
    "descriptor": "exec 9>> $F; echo x >&9",
    "sed": "sed -i s/as/x/ $F",
    "mode": "chmod 777 $F",
    "mode by descriptor": "python3 -c 'import os; os.fchmod(os.open(os.environ[\"F\"], 0), 0o777)'",
    "extended attribute": 'python3 -c \'import os; os.setxattr(os.environ["F"], "user.x", b"x")\'',
    "file flags": "chattr +d $F || python3 -c 'import fcntl, os, struct; "
    'fcntl.ioctl(os.open(os.environ["F"], 0), 0x40086602, struct.pack("l", 64))\'',
    "start file": "echo x >> $HOME/.bashrc",
    "cron": "echo '* * * * * x' | crontab -",
    "copy": "cp /etc/passwd $F",
    "archive": "tar -cf $F /etc/hostname",
    "TMPDIR": "TMPDIR=${F%/*} mktemp -p ${F%/*}",
}
CONNECTS = {
    "/dev/tcp": "exec 9<> /dev/tcp/127.0.0.1/$P",
    "python socket": "python3 - <<E\nimport socket; socket.create_connection(('127.0.0.1', $P))\nE",
    "curl": "curl -s --noproxy '*' http://127.0.0.1:$P/",
    "ssh": "ssh -o BatchMode=yes -o StrictHostKeyChecking=no -p $P 127.0.0.1 true",
    "perl socket": "perl -MIO::Socket::INET -e 'IO::Socket::INET->new(PeerAddr => \"127.0.0.1:$ENV{P}\")'",
    "mptcp": 'python3 -c \'import os, socket; socket.socket(2, 1, 262).connect(("127.0.0.1", int(os.environ["P"])))\'',
    "fast open": "python3 - <<E\nimport socket; socket.socket().sendto(b'x', 0x20000000, ('127.0.0.1', $P))\nE",
    "fast open by message": "python3 - <<E\nimport socket; socket.socket().sendmsg([b'x'], [], 0x20000000, "
    "('127.0.0.1', $P))\nE",
    "fast open by option": "python3 - <<E\nimport socket\ns = socket.socket()\ns.setsockopt(6, 30, 1)\n"
    "s.connect(('127.0.0.1', $P))\ns.send(b'x')\nE",
    "raw socket": "python3 -c 'import socket; socket.socket(2, 3, 6)' && exec 9<> /dev/tcp/127.0.0.1/$P",
    "packet socket": "python3 -c 'import socket; socket.socket(17, 3)' && exec 9<> /dev/tcp/127.0.0.1/$P",
    "abstract unix socket": "python3 -c 'import os, socket; socket.socket(1).connect(chr(0) + os.environ[\"U\"])'",
    "static binary": "$STATIC $P",
    "datagram pair": 'python3 -c \'import os, socket; socket.socketpair(1, 2)[0].sendto(b"x", os.environ["M"])\'',
    "raw pair": 'python3 -c \'import os, socket; socket.socketpair(1, 3)[0].sendto(b"x", os.environ["M"])\'',
    "udp": "exec 9<> /dev/udp/127.0.0.1/$P && echo x >&9",
    "unix socket": "python3 -c 'import os, socket; socket.socket(1, 1).connect(os.environ[\"U\"])'",
    "curl to a unix socket": "curl -s --unix-socket $U http://localhost/",
    "node": "node -e 'require(\"net\").connect(process.env.P)'",
    "background connection": "setsid sh -c 'bash -c \"exec 9<> /dev/tcp/127.0.0.1/$P\"' & wait",
}

EVASIONS = (
    *(
        "foo --now",
        "PATH=/tmp ls",
        "LD_PRELOAD=x ls",
        "f() { :; }",
        "alias ls=rm",
        'az() { command az "$@"; }; az group list',
    ),
    *(
        "declare -n x=PATH; x=/tmp",
        "echo $((x))",
        "[[ x -eq 0 ]]",
        "echo ${x@P}",
        "sort -o f f",
        "uniq a b",
        "date -s 1",
    ),
    *("curl -o f https://x", "curl -K f", "az group $VERB -n x", "az rest --meth delete -u x", "az gr delete -n x"),
    *(
        "az bicep build -f x",
        "az aks get-credentials -g x -n y",
        "cat < $F",
        "exec 3>f",
        "printf -v PATH x",
        "x=az; $x",
    ),
    *(
        "kubectl delete pod x",
        "kubectl get x --kubeconfig f",
        "echo $(rm f)",
        "for x in a; do rm $x; done",
        "ssh h true",
    ),
    *("sudo reboot", "systemctl restart nginx", "systemctl status -H other", "ip link set eth0 down", "ip -b file"),
    *(
        "journalctl --rotate",
        "ss -K dst x",
        "rpm -e x",
        "rpm -q --eval x",
        "sysctl -w a=b",
        "sysctl a=b",
        "docker rm x",
    ),
    *("mount /dev/sda1 /x", "crontab -r", "sudo -u x ls", "ss -F file"),
)
READS = (
    *("az group list -o table | grep x", 'az vm show -g "$RG" -n x --query id -o tsv', "export A=$(az group list)"),
    *("systemctl is-active nginx", "sudo -n journalctl --no-pager --lines=5", "ip -br addr"),
    *("rpm -qa | wc -l", "ss -tln", "docker ps", "squeue -u me"),
    *("if az group exists -n x; then echo yes; fi", "uname -a; df -h > /dev/null", "for x in a b; do echo $x; done"),
    *(
        "curl -sSf https://management.azure.com/",
        "date +%F",
        "cat file | sort -u | head -1",
        "kubectl get pods -o json",
    ),
)

fenced = pytest.mark.skipif(not can_fence(), reason="the kernel has no Landlock 4")


async def _run(tmp_path: Path, code: str, language: str = "bash") -> Run:
    document = tmp_path / "runbook.md"
    document.write_text(f"```{language} {{name=x}}\n{code}\n```\n")
    with Journal(tmp_path / "journal.db") as journal:
        run = Run(open_runbook(document), journal=journal, policy=Policy(read_only=True))
        try:
            await run.run_all()
        finally:
            await run.close()
    return run


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE", "CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


def _guarded(ways: dict[str, str]) -> str:
    """All ways in one step, each in a subshell, whose failure does not matter."""
    return "set +e\n" + "\n".join(f"(\n{way}\n) < /dev/null > /dev/null 2>&1" for way in ways.values()) + "\ntrue"


def _flags(path: Path) -> bytes:
    """What ``lsattr`` shows of a file; empty where its file system has no flags."""
    with path.open() as file:
        try:
            return fcntl.ioctl(file, 0x80086601, bytes(8))
        except OSError:
            return b""


@fenced
async def test_no_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The classifier is switched off, so that only the fence stands in the way."""
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "file").write_text("as it was")
    monkeypatch.setenv("F", str(folder / "file"))
    monkeypatch.setenv("HOME", str(folder))
    mode, flags = (folder / "file").stat().st_mode, _flags(folder / "file")
    monkeypatch.setattr(step_runner, "refusal", lambda *_, **__: None)
    monkeypatch.setattr(step_runner, "need", lambda *_: "none")
    run = await _run(tmp_path, _guarded(WRITES))
    assert run.state.step("x").state == "done"
    assert [path.name for path in folder.iterdir()] == ["file"]
    assert (folder / "file").read_text() == "as it was"
    assert (folder / "file").stat().st_mode == mode
    assert _flags(folder / "file") == flags
    assert os.listxattr(folder / "file") == []


STATIC = """
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
int main(int count, char **words) {
  struct sockaddr_in to = {AF_INET, htons(atoi(words[1])), {htonl(INADDR_LOOPBACK)}};
  return connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to) != 0;
}
"""


def _static_binary(folder: Path) -> str:
    """Path of a program without libraries that connects to a port; ``false`` where it cannot be built."""
    compiler = shutil.which("cc")
    if compiler is not None:
        (folder / "connect.c").write_text(STATIC)
        command = [compiler, "-static", "-o", str(folder / "connect"), str(folder / "connect.c")]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return str(folder / "connect")
    return "false"


@fenced
async def test_no_connection_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIC", _static_binary(tmp_path))
    monkeypatch.setattr(step_runner, "refusal", lambda *_, **__: None)
    monkeypatch.setattr(step_runner, "need", lambda *_: "none")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(2, 2) as datagrams,
        socket.socket(1) as local,
        socket.socket(1) as abstract,
        socket.socket(1, 2) as mailbox,
    ):
        mailbox.bind(str(tmp_path / "mailbox"))
        monkeypatch.setenv("M", str(tmp_path / "mailbox"))
        abstract.bind(f"\0{tmp_path}/socket")
        abstract.listen()
        port = server.getsockname()[1]
        datagrams.bind(("127.0.0.1", port))
        local.bind(str(tmp_path / "socket"))
        local.listen()
        monkeypatch.setenv("P", str(port))
        monkeypatch.setenv("U", str(tmp_path / "socket"))
        run = await _run(tmp_path, _guarded({k: v for k, v in CONNECTS.items() if k != "ssh" or shutil.which("ssh")}))
        for listener, receive in (
            (server, server.accept),
            (local, local.accept),
            (abstract, abstract.accept),
            (mailbox, lambda: mailbox.recv(1)),
            (datagrams, lambda: datagrams.recv(1)),
        ):
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                receive()
    assert run.state.step("x").state == "done"


@fenced
async def test_the_machine_and_the_terminal_are_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for root. What is tried would change nothing even if it were allowed."""
    code = textwrap.dedent("""
        import fcntl, os, socket, termios, time
        master, terminal = os.openpty()
        tries = {
            "terminal": lambda: fcntl.ioctl(terminal, termios.TIOCSTI, b"x"),
            "name": lambda: socket.sethostname(socket.gethostname()),
            "clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
        }
        for name, attempt in tries.items():
            try:
                attempt()
                print("did", name)
            except PermissionError:
                print("held", name)
    """)
    monkeypatch.setattr(step_runner, "refusal", lambda *_, **__: None)
    monkeypatch.setattr(step_runner, "need", lambda *_: "none")
    run = await _run(tmp_path, code, "python")
    assert run.state.step("x").output.tail(3) == ["held terminal", "held name", "held clock"]


@fenced
async def test_python_steps_are_inside_and_have_a_scratch_folder(tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import os, tempfile
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x")
        try:
            open({str(tmp_path / "new")!r}, "w")
        except PermissionError:
            print("held")
    """)
    run = await _run(tmp_path, code, "python")
    assert run.state.step("x").state == "done"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("code", [*WRITES.values(), *CONNECTS.values(), *EVASIONS])
def test_without_a_fence_what_is_not_known_to_read_is_refused(code: str) -> None:
    assert why_unsure(code, lambda name: name not in ("PATH", "LD_PRELOAD", "TMPDIR"))


@pytest.mark.parametrize("code", READS)
def test_without_a_fence_plain_reads_run(code: str) -> None:
    assert not why_unsure(code, lambda name: name != "PATH")


async def test_without_a_fence_only_known_reads_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "can_fence", lambda: False)
    run = await _run(tmp_path, "print(1)", "python")
    failure = run.state.step("x").failure
    assert failure is not None
    assert "Landlock" in failure.message


async def test_az_of_a_run_without_a_cloud_is_not_signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool of the user's own may call az, and the document's text does not tell."""
    login = tmp_path / "login"
    login.mkdir()
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(login))
    run = await _run(tmp_path, f'test "$AZURE_CONFIG_DIR" != {login} && test ! -e "$AZURE_CONFIG_DIR"')
    assert run.state.step("x").state == "done"


def test_doctor_says_what_holds() -> None:
    result = azops("doctor", PATH="/nowhere")
    assert result.returncode == 0
    assert ("the kernel keeps scripts" if can_fence() else "refuse every script") in result.stdout
    assert "steps that call az fail" in result.stdout


@fenced
def test_a_sandbox_holds_what_is_not_allowed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    document = tmp_path / "runbook.md"
    code = f"echo x > {inside}/file; chmod 600 {inside}/file; (echo x > {outside}/file) || true"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.1", 0)) as other:
        allowed, refused = (listener.getsockname()[1] for listener in (server, other))
        code += f"; for p in {allowed} {refused}; do (exec 9<> /dev/tcp/127.0.0.1/$p) && echo reached $p || true; done"
        code += "; curl -sS https://example.invalid/ || true"
        document.write_text(f"```bash\n{code}\n```\n")
        options = ("--sandbox", "--yes", "--allow-write", inside, "--allow-host", f"127.0.0.1:{allowed}")
        result = azops("run", document, *options)
    assert result.returncode == 0, result.stdout
    assert (inside / "file").exists()
    assert list(outside.iterdir()) == []
    assert f"reached {allowed}" in result.stdout
    assert f"reached {refused}" not in result.stdout
    assert "A connection to example.invalid:443 was refused: the run is in a sandbox." in result.stdout
    assert "sandbox" in result.stdout.splitlines()[1]
    for verb in ("run", "open"):
        assert azops(verb, document, "--allow-write", inside).returncode == 2


@fenced
async def test_a_sandbox_on_the_screen(tmp_path: Path) -> None:
    document = tmp_path / "runbook.md"
    document.write_text(f"```bash {{name=x confirm=none}}\necho x > {tmp_path}/outside\n```\n")
    controller = LiveController(
        document,
        profile=BUILT_IN["local"],
        parameters={},
        journal_path=tmp_path / "journal.db",
        sandbox=Sandbox(allow_write=(str(tmp_path / "inside"),)),
    )
    assert controller.place.fence == "sandbox"
    await controller.load()
    try:
        running = asyncio.ensure_future(controller.run_step("x"))
        async with asyncio.timeout(60):
            while not running.done():
                if question := controller.view.question:
                    await controller.answer(question.id, True)
                await asyncio.sleep(0.01)
        await running
    finally:
        await controller.close()
    assert controller.view.step("x").state == "failed"
    assert not (tmp_path / "outside").exists()
