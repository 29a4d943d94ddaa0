"""Commands about disks and their use."""

from __future__ import annotations

from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.formatting import human_size
from azops_tui.simulator.hosts.options import read

COMMANDS = CommandTable()


@COMMANDS.register("df")
async def df(call: CommandCall) -> int:
    """``df [-h] [PATHS]``."""
    options = read(call.args, "hTkmPiHa", "t", "human-readable total output= type=")
    host, gib = call.host, 1024 * 1024
    memory = host.memory()[0]
    rows = [("/dev/root", 30 * gib - 400_000, host.used + 0.02, "/"), ("tmpfs", memory // 2, 0.0, "/dev/shm")]
    rows += [("tmpfs", memory // 5, 0.004, "/run"), ("tmpfs", 5120, 0.0, "/run/lock")]
    rows += [("/dev/sda15", 106_858, 0.057, "/boot/efi")]
    if host.hardware.temporary_disk:
        rows.append(("/dev/sdb1", host.hardware.temporary_disk * gib - 300_000, 0.0005, "/mnt"))
    if options.words:
        wanted = [call.readable_path(name) for name in options.words]
        mounts = [row[3] for row in rows]
        best = {
            max((m for m in mounts if path == m or path.startswith(m.rstrip("/") + "/")), key=len) for path in wanted
        }
        rows = [row for row in rows if row[3] in best]
    readable = options.has("h", "H", "human-readable")
    titles = ("Filesystem", "Size" if readable else "1K-blocks", "Used", "Avail" if readable else "Available", "Use%")
    table = [[*titles, "Mounted on"]]
    for name, size, share, mount in rows:
        used = int(size * share)
        numbers = [size, used, size - used]
        shown = [human_size(number * 1024) if readable else str(number) for number in numbers]
        table.append([name, *shown, f"{round(100 * used / size)}%", mount])
    widths = [max(14 if column == 0 else 5, *(len(row[column]) for row in table)) for column in range(5)]
    for row in table:
        first = row[0].ljust(widths[0])
        cells = " ".join(cell.rjust(width) for cell, width in zip(row[1:5], widths[1:], strict=True))
        call.out(f"{first} {cells} {row[5]}\n")
    return 0


@COMMANDS.register("du")
async def du(call: CommandCall) -> int:
    """``du [-s] [-h] PATHS``."""
    options = read(call.args, "shacxk", "d", "max-depth= summarize human-readable")
    for name in options.words or ["."]:
        local = call.host.files.local(call.readable_path(name))
        size = 4096 + sum(item.stat().st_size for item in local.rglob("*") if item.is_file())
        call.out(f"{human_size(size) if options.has('h', 'human-readable') else size // 1024}\t{name}\n")
    return 0


@COMMANDS.register("lsblk")
async def lsblk(call: CommandCall) -> int:
    """``lsblk``."""
    rows = ["NAME    MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS", "sda       8:0    0   30G  0 disk "]
    rows += ["├─sda1    8:1    0 29.9G  0 part /", "└─sda15   8:15   0  106M  0 part /boot/efi"]
    if call.host.hardware.temporary_disk:
        size = f"{call.host.hardware.temporary_disk}G"
        rows += [f"sdb       8:16   0 {size:>5}  0 disk ", f"└─sdb1    8:17   0 {size:>5}  0 part /mnt"]
    call.out("".join(f"{row}\n" for row in rows))
    return 0
