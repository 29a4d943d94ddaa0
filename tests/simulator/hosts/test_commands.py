"""The simulated shell, and the commands of simulated machines."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azops_tui.simulator.hosts.command import StepBudget
from azops_tui.simulator.hosts.commands import COMMANDS
from azops_tui.simulator.hosts.machine import Machine
from azops_tui.simulator.hosts.parser import parse
from azops_tui.simulator.hosts.shell import Shell
from azops_tui.simulator.hosts.spec import HostSpec
from azops_tui.simulator.hosts.streams import Streams, TextSink, no_input
from azops_tui.simulator.hosts.syntax import ShellSyntaxError

SPEC = HostSpec(
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-1",
    *("web-1", "azureuser", [], "10.1.2.3"),
    size="Standard_D4s_v3",
    image="Canonical:0001-com-ubuntu-server-focal:20_04-lts-gen2:latest",
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(SPEC, tmp_path / "root", 1000.0, lambda: None)


async def run(machine: Machine, text: str) -> tuple[int, str, str]:
    """Status, output and errors of a script."""
    out, err = TextSink(), TextSink()
    variables = {"USER": "azureuser", "HOME": machine.home, "SHELL": "/bin/bash", "PATH": "/usr/bin"}
    task = asyncio.current_task()
    assert task is not None
    shell = Shell(machine, machine.processes.add("sshd", task), variables, set(variables), machine.home, COMMANDS)
    status = await shell.run(text, Streams(no_input, out, err))
    return status, out.text(), err.text()


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("echo a  'b  c' \"d $USER\" \\e", "a b  c d azureuser e\n"),
        ("echo -n x; echo -e 'a\\tb'; printf '%s-%03d|' a 5 b 6", "xa\tb\na-005|b-006|"),
        ("x=1; y=$x$x; echo ${y} ${z:-none} ${#y} ${y%1} ${y/1/2}", "11 none 2 1 21\n"),
        ("p=/a/b/c.tar.gz; echo ${p##*/} ${p%.*} ${p%%.*} ${p#*/}", "c.tar.gz /a/b/c.tar /a/b/c a/b/c.tar.gz\n"),
        ("echo $(echo $(echo deep)) `echo old`", "deep old\n"),
        ("echo $((1 + 2 * 3)) $(( (1+2)*3 )) $((7/2)) $((7%2)) $((2>1))", "7 9 3 1 1\n"),
        ("false || echo or; true && echo and; ! false; echo $?", "or\nand\n0\n"),
        ("true | false; echo $?; set -o pipefail; false | true; echo $?", "1\n1\n"),
        ("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done", "1\n3\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i = 2 ] && break; done; echo $i", "2\n"),
        ("if [ -f /etc/hosts ] && [[ web-1 == w* ]]; then echo yes; else echo no; fi", "yes\n"),
        ("case $USER in a*|b*) echo ab;; *) echo other;; esac", "ab\n"),
        ('f() { echo "$1-$#"; return 3; }; f x y; echo $?', "x-2\n3\n"),
        ("cat <<E\na $USER\nE\ncat <<'E'\n$USER\nE\ncat <<< here", "a azureuser\n$USER\nhere\n"),
        ("echo one > f; echo two >> f; cat f; wc -l < f; cat nope 2>/dev/null; echo $?", "one\ntwo\n2\n1\n"),
        ("{ echo out; echo err >&2; } > both 2>&1; sort both", "err\nout\n"),
        ("(cd /; pwd; x=1); pwd; echo ${x-unset}", "/\n/home/azureuser\nunset\n"),
        ("while read -r a b; do echo $b; done < /etc/hosts", "localhost\nweb-1\n"),
        ("echo {a,b}{1..3}; cd /etc; echo host*", "a1 a2 a3 b1 b2 b3\nhostname hosts\n"),
        ("set -- a 'b c'; for x; do echo $x; done; echo \"$@\" $#", "a\nb c\na b c 2\n"),
        ("sleep 0.5 & wait; echo $!x | grep -c x", "1\n"),
        ("bash -c 'echo $0 $1 $$' name arg | cut -d' ' -f1,2", "name arg\n"),
        ("seq 5 | head -3 | tail -1; seq 3 | tac | tr '\\n' ,", "3\n3,2,1,"),
        ("printf 'b\\na\\nb\\n' | sort | uniq -c | sort -rn | awk '{print $2, $1}'", "b 2\na 1\n"),
        ("echo a:b:c | cut -d: -f2-; echo x=1 | sed 's/\\(.\\)=/\\1 is /; s/1/one/'", "b:c\nx is one\n"),
        ("seq 10 | sed -n '2,3p;$p'; seq 3 | sed 2d; echo aXb | sed -E 's/[A-Z]+/-/g'", "2\n3\n10\n1\n3\na-b\n"),
        ("seq 4 | awk 'NR>1 {s+=$1} END {print s, NR}'; echo 'a b' | awk -F' ' '{print $NF\"!\"}'", "9 4\nb!\n"),
        ("awk 'BEGIN {print 1+2*3, 7/2}'; echo '4 5' | awk '{printf \"%d%%\\n\", $1*100/$2}'", "7 3.5\n80%\n"),
        ("echo Abc | grep -io B; echo abc | grep -v b; echo $?; printf 'x1\\nx2\\n' | grep -c 'x[12]'", "b\n1\n2\n"),
        ("printf 'a  b\\0c' | xargs -0 echo; printf 'a\\r\\n' >crlf; wc -c <crlf", "a  b c\n3\n"),
        ("seq 3 | xargs echo n; seq 2 | xargs -I{} echo '<{}>'", "n 1 2 3\n<1>\n<2>\n"),
        ("A=1 env | grep ^A=; sudo whoami; whoami; echo $HOME", "A=1\nroot\nazureuser\n/home/azureuser\n"),
        ("timeout 1 sleep 9; echo $?; timeout 5 echo in", "124\nin\n"),
        ("echo secret | sudo tee /etc/made > /dev/null; cat /etc/made", "secret\n"),
        ("echo aGk= | base64 -d; echo; printf x | sha256sum | cut -c1-8; basename /a/b.c .c", "hi\n2d711642\nb\n"),
        ("exec /bin/sh -c 'exec \"${SHELL:-/bin/sh}\" -c \"$1\"' n 'echo in; exit 0'", "in\n"),
    ],
)
async def test_the_shell(machine: Machine, text: str, out: str) -> None:
    assert (await run(machine, text))[1] == out


@pytest.mark.parametrize(
    ("text", "status", "err"),
    [
        ("nope -x", 127, "bash: nope: command not found\n"),
        ("exit 300", 44, ""),
        ("echo x > /etc/y", 1, "bash: /etc/y: Permission denied\n"),
        ("cat /nope", 1, "cat: /nope: No such file or directory\n"),
        ("cat /etc", 1, "cat: /etc: Is a directory\n"),
        ("cd /nope", 1, "bash: cd: /nope: No such file or directory\n"),
        ("uname -Z", 2, "uname: invalid option -- 'Z'\n"),
        ("if true", 2, "bash: -c: line 1: syntax error unexpected end of file\n"),
        ("echo )", 2, "bash: -c: line 1: syntax error near unexpected token `)'\n"),
        ("set -e; false; echo no", 1, ""),
        ("set -u; echo $nope", 1, "bash: nope: unbound variable\n"),
        ("echo $((1/0))", 1, "bash: 1/0: division by 0\n"),
        ("ping nowhere", 2, "ping: nowhere: Name or service not known\n"),
        ("apt-get update", 100, None),
        ("systemctl restart ssh", 1, None),
        ("systemctl is-active nothing", 3, ""),
        ("f() { f; }; f", 1, "bash: f: maximum function nesting level exceeded (40)\n"),
        ("ls /nope", 2, "ls: cannot access '/nope': No such file or directory\n"),
        ("./nope.sh", 127, "bash: ./nope.sh: No such file or directory\n"),
    ],
)
async def test_failures(machine: Machine, text: str, status: int, err: str | None) -> None:
    found = await run(machine, text)
    assert found[0] == status
    assert err is None or found[2] == err


async def test_properties_of_a_machine(machine: Machine) -> None:
    _, out, err = await run(
        machine, "uname -sn; hostname; nproc; lsb_release -ds; . /etc/os-release; echo $VERSION_ID; id -un; hostname -I"
    )
    assert (out, err) == ("Linux web-1\nweb-1\n4\nUbuntu 20.04.6 LTS\n20.04\nazureuser\n10.1.2.3 \n", "")
    assert "inet 10.1.2.3  netmask" in (await run(machine, "ifconfig eth0"))[1]
    assert "inet 10.1.2.3/24" in (await run(machine, "ip -4 addr show eth0"))[1]
    assert re.search(r"^Mem: +159\d\d ", (await run(machine, "free -m"))[1], re.MULTILINE)
    assert re.fullmatch(
        r" \d\d:\d\d:\d\d up 0 min,  \d users?,  load average: [\d., ]+\n", (await run(machine, "uptime"))[1]
    )
    assert (await run(machine, "df -h / | tail -1 | awk '{print $6}'"))[1] == "/\n"
    assert re.fullmatch(r"[\d.]+ [\d.]+\n", (await run(machine, "cat /proc/uptime"))[1])
    assert (await run(machine, "ps -ef | grep -c sshd"))[1].strip().isdigit()


async def test_equal_machines_answer_alike(tmp_path: Path) -> None:
    command = "ifconfig eth0 | grep ether; free | head -2; df; cat /etc/machine-id; sudo apt list --upgradable"
    first, second = (Machine(SPEC, tmp_path / name, 1000.0, lambda: None) for name in "ab")
    assert (await run(first, command))[1] == (await run(second, command))[1]
    assert first.boot_id != second.boot_id


async def test_upgrades_and_services_have_an_effect(machine: Machine) -> None:
    assert (await run(machine, "test -f /var/run/reboot-required"))[0] == 1
    status, out, _ = await run(machine, "sudo apt-get update -qq && sudo apt-get -y upgrade")
    assert status == 0
    assert "0 newly installed" in out
    assert (await run(machine, "test -f /var/run/reboot-required && cat /var/run/reboot-required"))[1].startswith("***")
    assert "0 upgraded" in (await run(machine, "sudo DEBIAN_FRONTEND=noninteractive apt-get -y upgrade"))[1]
    assert (await run(machine, "sudo apt-get install -y nginx; systemctl is-active nginx"))[1].endswith("active\n")
    assert (await run(machine, "sudo systemctl stop nginx; systemctl is-active nginx"))[1] == "inactive\n"


async def test_nothing_leads_out_of_the_machine(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("outside")
    (machine.files.root / "home/azureuser/link").symlink_to(tmp_path / "outside")
    _, out, err = await run(machine, "cat ../../../../../../../../outside link; ls -la")
    assert "outside" not in out.replace("../outside", "")
    assert "Permission denied" in err
    assert (await run(machine, "sudo rm -rf /"))[0] != 0


async def test_loops_give_way_and_can_be_ended(machine: Machine) -> None:
    task = asyncio.create_task(run(machine, "while true; do :; done"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab $(){}`'\"\\|&;<>\n#!=*[]~0-{}", max_size=30))
def test_any_text_is_a_script_or_a_syntax_error(text: str) -> None:
    with contextlib.suppress(ShellSyntaxError):
        parse(text)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(COMMANDS)),
    st.lists(st.sampled_from(["-", "--", "-x", "-n", "a", "/etc", "0", "", "-c", "{"]), max_size=3),
)
async def test_no_command_breaks(tmp_path_factory: pytest.TempPathFactory, name: str, words: list[str]) -> None:
    machine = Machine(SPEC, tmp_path_factory.mktemp("m"), 1e6, lambda: None)
    line = " ".join([name, *(f"'{word}'" for word in words)])
    status, _, _ = await asyncio.wait_for(run(machine, line), 10)
    assert 0 <= status < 256


async def test_large_expansions_stop_with_the_message_of_the_shell(machine: Machine) -> None:
    status, out, errors = await run(machine, "echo {1..1000000000}; echo after")
    assert (status, out) == (0, "after\n")
    assert errors == "bash: brace expansion: failed to allocate memory for `1000000000' elements\n"
    status, out, errors = await run(machine, "x=aaaaaaaa; while true; do x=$x$x; done; echo after")
    assert (status, out) == (2, "")
    assert errors.startswith("bash: xrealloc: cannot allocate ")


async def test_patterns_take_linear_time_and_endless_loops_end(machine: Machine) -> None:
    subject = "a" * 2000 + "!"
    for command in (f"echo {subject} | grep -E '^(a+)+$'", f"p='^(a+)+$'; [[ {subject} =~ $p ]]"):
        assert (await run(machine, command))[0] == 1
    assert (await run(machine, f"echo {subject} | sed -E 's/^(a+)+$/x/'"))[1] == subject + "\n"
    assert (await run(machine, f"echo {subject} | awk '/^(a+)+$/ {{print 1}}'"))[1] == ""
    assert (await run(machine, "echo a1b22c | awk -F '[0-9]+' '{print $3}'"))[1] == "c\n"
    task = asyncio.current_task()
    assert task is not None
    shell = Shell(machine, 1, {}, set(), machine.home, COMMANDS, budget=StepBudget(1000))
    err = TextSink()
    assert await shell.run("while true; do :; done", Streams(no_input, TextSink(), err)) == 137
    assert err.text() == "Killed\n"
