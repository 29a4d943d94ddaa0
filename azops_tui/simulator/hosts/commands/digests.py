"""Commands that compute digests and encode text."""

from __future__ import annotations

import base64
import hashlib

from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.options import read

COMMANDS = CommandTable()


@COMMANDS.register("sha256sum", "sha1sum", "md5sum")
async def digest(call: CommandCall) -> int:
    """``sha256sum``, ``sha1sum``, ``md5sum``."""
    for name in read(call.args, "b").words or ["-"]:
        text = await call.text(name)
        made = hashlib.new(
            call.name.removesuffix("sum"), text.encode("utf-8", "surrogateescape"), usedforsecurity=False
        )
        call.out(f"{made.hexdigest()}  {name}\n")
    return 0


@COMMANDS.register("base64")
async def base64_(call: CommandCall) -> int:
    """``base64 [-d] [-w N] [FILE]``."""
    options = read(call.args, "di", "w", "decode wrap=")
    name = options.words[0] if options.words else "-"
    text = await call.text(name)
    raw = text.encode("utf-8", "surrogateescape")
    if options.has("d", "decode"):
        try:
            call.out(base64.b64decode(raw).decode("utf-8", "surrogateescape"))
        except ValueError:
            return call.fail("invalid input")
        return 0
    made = base64.b64encode(raw).decode()
    width = int(options.value("w", "wrap", default="76")) or len(made) or 1
    call.out("".join(f"{made[at : at + width]}\n" for at in range(0, len(made), width)))
    return 0
