"""A simulated machine: hardware, files, processes, boots."""

from __future__ import annotations

import hashlib
import random
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from azops_tui.simulator.hosts.facts import distribution, hardware, os_release
from azops_tui.simulator.hosts.files import Files
from azops_tui.simulator.hosts.processes import Processes
from azops_tui.simulator.hosts.spec import HostSpec

_FOLDERS = (
    "tmp",
    "var/run",
    "var/log",
    "var/lib",
    "var/tmp",
    "etc/ssh",
    "etc/apt/sources.list.d",
    "etc/apt/trusted.gpg.d",
    "opt",
    "mnt",
    "root",
    "home",
    "usr/bin",
    "usr/local/bin",
)
_INSTALLED = ("openssh-server", "bash", "coreutils", "curl", "walinuxagent", "cloud-init", "net-tools", "python3")


class Machine:
    """A simulated machine. Its properties depend only on its id and specification."""

    def __init__(self, spec: HostSpec, root: Path, speed: float, reboot: Callable[[], None]) -> None:
        """``root`` is the folder for its files; ``reboot`` is called when a command on it reboots it."""
        seed = hashlib.sha256(spec.id.lower().encode()).digest()
        self.spec = spec
        self.speed = speed
        self.reboot = reboot
        self.neighbour: Callable[[str], str | None] = lambda name: None
        """Returns the private address of another machine by name or address."""
        self.random = random.Random(seed)
        self.hardware = hardware(spec.size)
        self.system = distribution(spec.image)
        self.mac = "00:0d:3a:" + ":".join(f"{byte:02x}" for byte in seed[:3])
        self.machine_id = seed[:16].hex()
        self.packages = set(_INSTALLED)
        self.upgradable = 12 + seed[3] % 30
        """Number of packages that ``apt-get upgrade`` would upgrade."""
        self.services: dict[str, str] = dict.fromkeys(
            ("ssh", "cron", "rsyslog", "walinuxagent", "systemd-resolved"), "active"
        )
        self.processes = Processes(900 + seed[4] * 3)
        self.used = 0.055 + seed[5] / 255 * 0.05
        """Used share of memory and of the system disk."""
        self.files = Files(root, self._generated())
        self.boot_id = ""
        self.booted = 0.0
        self._boots = 0
        self.boot()
        self._first_files()

    @property
    def home(self) -> str:
        return f"/home/{self.spec.user}"

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def boot(self) -> None:
        """Boot the machine: a new boot id, and an uptime of zero."""
        self._boots += 1
        self.boot_id = str(uuid.uuid5(uuid.UUID(hex=self.machine_id), f"{self._boots} {time.time_ns()}"))
        self.booted = self.now()

    def shut_down(self) -> None:
        """End all processes and empty ``/tmp`` and ``/var/run``."""
        self.processes.end_all()
        for folder in ("/tmp", "/var/run"):
            for name in self.files.names(folder):
                self.files.remove(f"{folder}/{name}")

    def uptime(self) -> float:
        """Seconds since the last boot."""
        return max(0.0, self.now() - self.booted)

    def load(self) -> tuple[float, float, float]:
        """Load averages: some load after a boot, little later."""
        busy = 0.6 * 0.5 ** (self.uptime() / 120)
        base = self.mac.encode()[-1] / 2000
        return (base + busy, base + busy / 2, base + busy / 4)

    def may_write(self, path: str, user: str) -> bool:
        """True if a user may write there without ``sudo``."""
        return user == "root" or path.startswith((f"/home/{user}/", "/tmp/", "/var/tmp/", "/dev/"))

    def users(self) -> list[tuple[str, int, str, str]]:
        """Name, number, home and shell of the machine's users."""
        return [
            ("root", 0, "/root", "/bin/bash"),
            ("daemon", 1, "/usr/sbin", "/usr/sbin/nologin"),
            ("www-data", 33, "/var/www", "/usr/sbin/nologin"),
            ("sshd", 105, "/run/sshd", "/usr/sbin/nologin"),
            (self.spec.user, 1000, self.home, "/bin/bash"),
        ]

    def _first_files(self) -> None:
        for folder in (*_FOLDERS, self.home.lstrip("/"), self.home.lstrip("/") + "/.ssh"):
            self.files.make_folder("/" + folder, parents=True)
        name, spec = self.spec.name, self.spec
        short = [f"{address} {name}" for address in spec.addresses[:1]]
        texts = {
            "/etc/os-release": os_release(self.system),
            "/etc/hostname": f"{name}\n",
            "/etc/hosts": "127.0.0.1 localhost\n" + "".join(f"{line}\n" for line in short),
            "/etc/machine-id": f"{self.machine_id}\n",
            "/etc/timezone": "Etc/UTC\n",
            "/etc/passwd": "".join(f"{user}:x:{n}:{n}::{home}:{shell}\n" for user, n, home, shell in self.users()),
            "/etc/issue": f"{self.system.pretty} \\n \\l\n",
            "/etc/lsb-release": self._lsb_release(),
            "/etc/resolv.conf": "nameserver 168.63.129.16\nsearch internal.cloudapp.net\n",
            "/var/log/syslog": f"{self.stamp()} {name} systemd[1]: Reached target Multi-User System.\n",
            f"{self.home}/.ssh/authorized_keys": "".join(f"{key.strip()}\n" for key in spec.public_keys),
        }
        if self.system.id == "debian":
            texts["/etc/debian_version"] = f"{self.system.version_id}.0\n"
        for path, text in texts.items():
            self.files.write(path, text)

    def _lsb_release(self) -> str:
        pairs = {"ID": self.system.id.title(), "RELEASE": self.system.version_id, "CODENAME": self.system.codename}
        return "".join(f"DISTRIB_{name}={value}\n" for name, value in pairs.items()) + (
            f'DISTRIB_DESCRIPTION="{self.system.pretty}"\n'
        )

    def stamp(self) -> str:
        """The current time in the format of the system log."""
        return datetime.fromtimestamp(self.now(), UTC).strftime("%b %e %H:%M:%S")

    def memory(self) -> tuple[int, int, int, int]:
        """Total, used, free and cached memory in KiB."""
        total = int(self.hardware.memory * 1024 * 0.972)
        used = 180_000 + int(total * self.used / 2)
        cached = int(total * 0.11)
        return total, used, total - used - cached, cached

    def _generated(self) -> dict[str, Callable[[], str]]:
        return {
            "/proc/uptime": lambda: f"{self.uptime():.2f} {self.uptime() * self.hardware.processors * 0.97:.2f}\n",
            "/proc/loadavg": lambda: "{:.2f} {:.2f} {:.2f} 1/142 {}\n".format(*self.load(), 1000),
            "/proc/sys/kernel/random/boot_id": lambda: f"{self.boot_id}\n",
            "/proc/sys/kernel/hostname": lambda: f"{self.spec.name}\n",
            "/proc/sys/kernel/osrelease": lambda: f"{self.system.kernel}\n",
            "/proc/version": lambda: f"Linux version {self.system.kernel} {self.system.build}\n",
            "/proc/meminfo": self._meminfo,
            "/proc/cpuinfo": self._cpuinfo,
            "/dev/null": lambda: "",
        }

    def _meminfo(self) -> str:
        total, _, free, cached = self.memory()
        rows = {"MemTotal": total, "MemFree": free, "MemAvailable": free + cached, "Buffers": cached // 12}
        rows |= {"Cached": cached, "SwapTotal": 0, "SwapFree": 0}
        return "".join(f"{name + ':':<15}{value:>9} kB\n" for name, value in rows.items())

    def _cpuinfo(self) -> str:
        return "\n".join(
            f"processor\t: {number}\nvendor_id\t: GenuineIntel\nmodel name\t: {self.hardware.model}\n"
            f"cpu MHz\t\t: 2593.906\ncache size\t: 36608 KB\ncpu cores\t: {max(1, self.hardware.processors // 2)}\n"
            "flags\t\t: fpu vme de pse tsc msr pae mce cx8 apic sse sse2 ht syscall nx lm hypervisor avx avx2 avx512f\n"
            for number in range(self.hardware.processors)
        )
