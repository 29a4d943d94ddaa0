"""Commands that show a machine's properties and state, or restart it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.formatting import human_size
from azops_tui.simulator.hosts.options import read

COMMANDS = CommandTable()


@COMMANDS.register("uname")
async def uname(call: CommandCall) -> int:
    """``uname [-asnrvmpio]``."""
    options = read(
        call.args, "asnrvmpio", "", "all kernel-name nodename kernel-release kernel-version machine operating-system"
    )
    system = call.host.system
    values = {"s": "Linux", "n": call.host.spec.name, "r": system.kernel, "v": system.build, "m": "x86_64"}
    values |= {"p": "x86_64", "i": "x86_64", "o": "GNU/Linux"}
    long = {"kernel-name": "s", "nodename": "n", "kernel-release": "r", "kernel-version": "v", "machine": "m"}
    long["operating-system"] = "o"
    asked = {long.get(name, name) for name in options.given} or {"s"}
    everything = asked & {"a", "all"}
    call.out(" ".join(value for letter, value in values.items() if everything or letter in asked) + "\n")
    return 0


@COMMANDS.register("hostname")
async def hostname(call: CommandCall) -> int:
    """``hostname [-fsdIiA]``."""
    options = read(call.args, "fsdIiA", "", "fqdn short all-ip-addresses")
    spec = call.host.spec
    if options.has("I", "i", "all-ip-addresses"):
        call.out(f"{spec.private_address} \n" if not options.has("i") else f"{spec.private_address}\n")
    elif options.has("f", "A", "fqdn"):
        call.out(f"{spec.name}.{_domain(call)}\n")
    elif options.has("d"):
        call.out(f"{_domain(call)}\n")
    elif options.words:
        return call.fail("you must be root to change the host name") if call.user != "root" else 0
    else:
        call.out(f"{spec.name}\n")
    return 0


def _domain(call: CommandCall) -> str:
    letters = "".join(chr(97 + int(digit, 16)) for digit in call.host.machine_id)
    return f"{letters}.bx.internal.cloudapp.net"


@COMMANDS.register("hostnamectl")
async def hostnamectl(call: CommandCall) -> int:
    """``hostnamectl``."""
    host = call.host
    rows = {"Static hostname": host.spec.name, "Icon name": "computer-vm", "Chassis": "vm"}
    rows |= {"Machine ID": host.machine_id, "Boot ID": host.boot_id.replace("-", ""), "Virtualization": "microsoft"}
    rows |= {"Operating System": host.system.pretty, "Kernel": f"Linux {host.system.kernel}", "Architecture": "x86-64"}
    call.out("".join(f"{name:>16}: {value}\n" for name, value in rows.items()))
    return 0


def _uptime_words(seconds: float) -> tuple[int, int, int]:
    minutes = int(seconds // 60)
    return minutes // 1440, minutes // 60 % 24, minutes % 60


@COMMANDS.register("uptime")
async def uptime(call: CommandCall) -> int:
    """``uptime [-ps]``."""
    options = read(call.args, "psh", "", "pretty since")
    host = call.host
    days, hours, minutes = _uptime_words(host.uptime())
    if options.has("s", "since"):
        call.out(f"{datetime.fromtimestamp(host.booted, UTC):%Y-%m-%d %H:%M:%S}\n")
        return 0
    if options.has("p", "pretty"):
        parts = [f"{number} {unit}{'s' * (number != 1)}" for number, unit in ((days, "day"), (hours, "hour")) if number]
        if minutes or not parts:
            parts.append(f"{minutes} minute{'s' * (minutes != 1)}")
        call.out(f"up {', '.join(parts)}\n")
        return 0
    call.out(f" {_summary(call)}\n")
    return 0


def _summary(call: CommandCall) -> str:
    host = call.host
    days, hours, minutes = _uptime_words(host.uptime())
    length = f"{days} day{'s' * (days != 1)}, " if days else ""
    length += f"{hours:2}:{minutes:02}" if hours else f"{minutes} min"
    users = sum(process.name == "sshd" for process in host.processes.all())
    load = ", ".join(f"{value:.2f}" for value in host.load())
    now = datetime.fromtimestamp(host.now(), UTC)
    return f"{now:%H:%M:%S} up {length},  {users} user{'s' * (users != 1)},  load average: {load}"


@COMMANDS.register("free")
async def free(call: CommandCall) -> int:
    """``free [-bkmgh]``."""
    options = read(call.args, "bkmghtw", "s", "mega giga human si bytes kilo mebi gibi")
    total, used, empty, cached = call.host.memory()
    scale = 1 if options.has("b", "bytes") else 1024
    divisor = {"m": 1024, "mebi": 1024, "mega": 1024, "g": 1024**2, "gibi": 1024**2, "giga": 1024**2}
    by = next((value for name, value in divisor.items() if options.has(name)), 1)

    def shown(kib: int) -> str:
        if options.has("h", "human"):
            return human_size(kib * 1024, "i") if kib else "0B"
        return str(kib * 1024 if scale == 1 else kib // by)

    names = ("total", "used", "free", "shared", "buff/cache", "available")
    call.out(" " * 7 + "".join(f"{name:>12}" if index else f"{name:>13}" for index, name in enumerate(names)) + "\n")
    row = (total, used, empty, 4 * 1024, cached, empty + cached - 4 * 1024)
    call.out("Mem:    " + "".join(f"{shown(value):>12}" for value in row) + "\n")
    call.out("Swap:   " + "".join(f"{shown(0):>12}" for _ in range(3)) + "\n")
    return 0


@COMMANDS.register("whoami")
async def whoami(call: CommandCall) -> int:
    """``whoami``."""
    call.out(f"{call.user}\n")
    return 0


@COMMANDS.register("id", "groups")
async def id_(call: CommandCall) -> int:
    """``id [-ugn] [USER]``, ``groups``."""
    options = read(call.args, "ugnG")
    user = options.words[0] if options.words else call.user
    known = {name: number for name, number, _, _ in call.host.users()}
    if user not in known:
        return call.fail(f"‘{user}’: no such user")
    number = known[user]
    extra = [("adm", 4), ("sudo", 27)] if number == 1000 else []
    if call.name == "groups":
        call.out(" ".join([user, *(name for name, _ in extra)]) + "\n")
    elif options.has("u", "g", "G"):
        call.out(f"{user if options.has('n') else number}\n")
    else:
        groups = ",".join(f"{value}({name})" for name, value in [(user, number), *extra])
        call.out(f"uid={number}({user}) gid={number}({user}) groups={groups}\n")
    return 0


@COMMANDS.register("who", "w")
async def who(call: CommandCall) -> int:
    """``who`` and ``w``, ``who -b``."""
    host = call.host
    if read(call.args, "abmuqHhs").has("b"):
        call.out(f"         system boot  {datetime.fromtimestamp(host.booted, UTC):%Y-%m-%d %H:%M}\n")
        return 0
    if call.name == "w":
        call.out(f" {_summary(call)}\nUSER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n")
    for index, process in enumerate(item for item in host.processes.all() if item.name == "sshd"):
        since = datetime.fromtimestamp(process.started, UTC)
        call.out(f"{host.spec.user:<8} pts/{index}        {since:%Y-%m-%d %H:%M}\n")
    return 0


@COMMANDS.register("date")
async def date(call: CommandCall) -> int:
    """``date [-u] [-Is] [-d TEXT] [+FORMAT]``."""
    words = [word for word in call.args if word not in ("-u", "--utc", "--universal")]
    moment = datetime.fromtimestamp(call.host.now(), UTC)
    form = "%a %b %e %H:%M:%S UTC %Y"
    while words:
        word = words.pop(0)
        if word.startswith("+"):
            form = word[1:]
        elif word.startswith(("-I", "--iso-8601", "--rfc-3339")):
            form = "%Y-%m-%dT%H:%M:%S+00:00" if "s" in word[2:3] or "sec" in word else "%Y-%m-%d"
        elif word == "-R":
            form = "%a, %d %b %Y %H:%M:%S +0000"
        elif word in ("-d", "--date") or word.startswith(("--date=", "-d")):
            text = word.partition("=")[2] or word[2:] if word not in ("-d", "--date") else words.pop(0) if words else ""
            parsed = _moment(text, moment)
            if parsed is None:
                return call.fail(f"invalid date ‘{text}’")
            moment = parsed
        else:
            return call.fail(f"invalid date ‘{word}’")
    form = form.replace("%s", str(int(moment.timestamp()))).replace("%N", f"{moment.microsecond * 1000:09d}")
    form = re.sub("%3N", f"{moment.microsecond // 1000:03d}", form)
    call.out(moment.strftime(form) + "\n")
    return 0


def _moment(text: str, now: datetime) -> datetime | None:
    if text.startswith("@"):
        try:
            return datetime.fromtimestamp(float(text[1:]), UTC)
        except ValueError:
            return None
    words = {"now": 0, "today": 0, "yesterday": -86400, "tomorrow": 86400}
    if text in words:
        return now + timedelta(seconds=words[text])
    match = re.fullmatch(r"([+-]?\d+) (second|minute|hour|day|week)s?( ago)?", text.strip())
    if match:
        length = timedelta(**{f"{match[2]}s": int(match[1])})
        return now - length if match[3] else now + length
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return None


@COMMANDS.register("nproc")
async def nproc(call: CommandCall) -> int:
    """``nproc``."""
    call.out(f"{call.host.hardware.processors}\n")
    return 0


@COMMANDS.register("lscpu")
async def lscpu(call: CommandCall) -> int:
    """``lscpu``."""
    hardware = call.host.hardware
    rows = {"Architecture": "x86_64", "CPU(s)": str(hardware.processors), "Vendor ID": "GenuineIntel"}
    rows |= {"Model name": hardware.model, "Hypervisor vendor": "Microsoft", "Virtualization type": "full"}
    call.out("".join(f"{name + ':':<33}{value}\n" for name, value in rows.items()))
    return 0


@COMMANDS.register("lsb_release")
async def lsb_release(call: CommandCall) -> int:
    """``lsb_release [-aidrcs]``."""
    options = read(call.args, "aidrcs", "", "all id description release codename short")
    system = call.host.system
    rows = {"i": ("Distributor ID", system.id.title()), "d": ("Description", system.pretty)}
    rows |= {"r": ("Release", system.version_id), "c": ("Codename", system.codename or "n/a")}
    long = {"id": "i", "description": "d", "release": "r", "codename": "c", "short": "s", "all": "a"}
    asked = {long.get(name, name) for name in options.given}
    if not asked - {"s"}:
        call.out("No LSB modules are available.\n")
    for letter, (name, value) in rows.items():
        if letter in asked or "a" in asked:
            call.out(f"{value}\n" if "s" in asked else f"{name}:\t{value}\n")
    return 0


@COMMANDS.register("ps")
async def ps(call: CommandCall) -> int:
    """``ps``, ``ps aux``, ``ps -ef``, ``ps -p PID``."""
    host = call.host
    users = host.spec.user
    base = [(1, "root", "/sbin/init"), (312, "root", "/lib/systemd/systemd-journald")]
    base += [(640, "root", "/usr/sbin/cron -f"), (702, "root", "/usr/bin/python3 -u /usr/sbin/waagent -daemon")]
    base += [(745, "root", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups")]
    mine = [
        (process.pid, users, f"sshd: {users}@notty" if process.name == "sshd" else "-bash")
        for process in host.processes.all()
    ]
    mine.append((call.shell.pid, users, f"{call.name} {' '.join(call.args)}".strip()))
    words = " ".join(call.args)
    wanted = re.search(r"-p\s*([\d,]+)", words)
    rows = base + mine if re.search("a|e|x", words.replace("-p", "")) and not wanted else mine
    if wanted:
        numbers = {int(number) for number in wanted[1].split(",") if number}
        rows = [row for row in base + mine if row[0] in numbers]
    rows = list({row[0]: row for row in rows}.values())
    if "-f" in words or "-ef" in words:
        call.out("UID          PID    PPID  C STIME TTY          TIME CMD\n")
        call.out("".join(f"{user:<8} {pid:>7}       1  0 00:00 ?        00:00:00 {text}\n" for pid, user, text in rows))
    elif "u" in words:
        call.out("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n")
        line = "{:<8} {:>7}  0.0  0.1  10032  5120 ?        S    00:00   0:00 {}\n"
        call.out("".join(line.format(user, pid, text) for pid, user, text in rows))
    else:
        call.out("    PID TTY          TIME CMD\n")
        call.out(
            "".join(
                f"{pid:>7} ?        00:00:00 {text.split()[0].strip(':-').split('/')[-1]}\n" for pid, _, text in rows
            )
        )
    return int(bool(wanted) and not rows)


@COMMANDS.register("pgrep", "pidof")
async def pgrep(call: CommandCall) -> int:
    """``pgrep [-f] NAME`` and ``pidof NAME``."""
    names = {"sshd": 745, "cron": 640, "systemd": 1, "init": 1, "waagent": 702}
    words = [word for word in call.args if not word.startswith("-")]
    pids = [str(number) for name, number in names.items() if words and words[0] in name]
    call.out("\n".join(pids) + "\n" if pids else "")
    return int(not pids)


@COMMANDS.register("reboot", "shutdown")
async def reboot(call: CommandCall) -> int:
    """``reboot`` and ``shutdown -r now``: connections drop, and the machine boots with a new boot id."""
    if call.user != "root":
        call.streams.err("Failed to set wall message, ignoring: Interactive authentication required.\n")
        call.streams.err("Failed to reboot system via logind: Interactive authentication required.\n")
        return 1
    words = set(call.args)
    if call.name == "shutdown" and "-c" in words:
        return 0
    if call.name == "shutdown" and not words & {"-r", "--reboot"}:
        return call.fail("powering off is done with the machine's own operation in the cloud, not in here")
    loop = asyncio.get_running_loop()
    delay = next((int(word.lstrip("+")) * 60 for word in words if re.fullmatch(r"\+\d+", word)), 0)
    loop.call_later(delay / call.host.speed + 0.05, call.host.reboot)
    return 0


@COMMANDS.register("getent")
async def getent(call: CommandCall) -> int:
    """``getent passwd|hosts|group [NAME]``."""
    database, *names = [*call.args, ""]
    names = [name for name in names if name]
    if database == "hosts":
        entries = [f"{call.host.spec.private_address:<15} {name}" for name in names if name == call.host.spec.name]
    else:
        users = call.host.users()
        rows = [(user, f"{user}:x:{n}:{n}::{home}:{shell}") for user, n, home, shell in users]
        if database == "group":
            rows = [(user, f"{user}:x:{number}:") for user, number, _, _ in users]
        entries = [row for user, row in rows if not names or user in names]
    call.out("".join(f"{row}\n" for row in entries))
    return 0 if entries else 2


@COMMANDS.register("getconf")
async def getconf(call: CommandCall) -> int:
    """``getconf NAME``."""
    values = {"_NPROCESSORS_ONLN": str(call.host.hardware.processors), "PAGESIZE": "4096", "LONG_BIT": "64"}
    value = values.get(call.args[0] if call.args else "")
    if value is None:
        return call.fail("Unrecognized variable")
    call.out(f"{value}\n")
    return 0


@COMMANDS.register("vmstat")
async def vmstat(call: CommandCall) -> int:
    """``vmstat``."""
    _, _, empty, cached = call.host.memory()
    call.out("procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n")
    call.out(" r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n")
    call.out(f" 1  0      0 {empty:>6} {cached // 12:>6} {cached:>6}    0    0    11    25  120  210  1  1 98  0  0\n")
    return 0


@COMMANDS.register("sync", "logger", "wall")
async def quiet(call: CommandCall) -> int:
    """Succeed without output: ``sync``, ``logger``, ``wall``."""
    return 0


@COMMANDS.register("arch", "tty", "cloud-init", "dmesg", "timedatectl", "last")
async def words(call: CommandCall) -> int:
    """Commands with one line of output: ``arch``, ``tty``, ``cloud-init``, ``python3 --version``."""
    host = call.host
    now, booted = datetime.fromtimestamp(host.now(), UTC), datetime.fromtimestamp(host.booted, UTC)
    texts = {
        "arch": "x86_64",
        "tty": "/dev/pts/0" if call.shell.interactive else "not a tty",
        "cloud-init": "status: done",
        "dmesg": f"[    0.000000] Linux version {host.system.kernel} {host.system.build}",
        "timedatectl": f"               Local time: {now:%a %Y-%m-%d %H:%M:%S} UTC",
        "last": f"reboot   system boot  {host.system.kernel} {booted:%a %b %e %H:%M}",
    }
    call.out(f"{texts[call.name]}\n")
    return int(call.name == "tty" and not call.shell.interactive)
