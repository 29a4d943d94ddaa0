"""A command on a host: it can be ended, and its output is drained continuously."""

from __future__ import annotations

import asyncio
import re
import secrets
import shlex
from collections.abc import Callable
from typing import Literal, NamedTuple

import asyncssh

from azops_tui.sanitise import Sanitiser, clean

Stream = Literal["stdout", "stderr"]

# With a wide window and a slow reader, asyncssh buffers gigabytes; this size is as fast in constant memory.
_WINDOW = 32 * 1024
_SIGNALS = {"ABRT": 6, "ALRM": 14, "FPE": 8, "HUP": 1, "ILL": 4, "INT": 2, "KILL": 9, "PIPE": 13, "QUIT": 3, "SEGV": 11}
_SIGNALS |= {"TERM": 15, "USR1": 10, "USR2": 12, "BUS": 7, "TRAP": 5, "SYS": 31, "XCPU": 24, "XFSZ": 25}
_GRACE = 2.0
"""Seconds between TERM and KILL."""
_MARK = "AZOPS_COMMAND"
"""Environment variable that all processes of a command inherit, also those that leave its session."""

# Ends the processes of a command: those of its session and process group, their children, and all that inherited the
# mark. A process counts by its id and start time, since ids are used again. Arguments: mark, id and start time of the
# command's shell. Prints the processes that are left. Without /proc only the process group can be ended.
_KILLER = rf"""
mark=$1 p=$2 began=$3 seen=
send() {{
    kill -s "$1" "$2" 2>/dev/null || {{ [ -d "/proc/$2" ] && sudo -n kill -s "$1" "$2" 2>/dev/null; }}
}}
kin() {{
    marked=$(grep -ls "{_MARK}=$mark" /proc/[0-9]*/environ 2>/dev/null | tr -c '0-9\n' ' ' | tr -s ' \n' ' ')
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v p="$p" -v began="$began" -v marked="$marked" -v seen="$seen" -v me=$$ '
    BEGIN {{ n = split(marked, m, " "); for (i = 1; i <= n; i++) is_marked[m[i]] = 1
            n = split(seen, s, " "); for (i = 1; i <= n; i++) was_seen[s[i]] = 1; reused = 0 }}
    {{ pid = $1; sub(/^[0-9]+ \(.*\) /, ""); if ($1 == "Z" || pid == me || $2 == me) next
      up[pid] = $2; start[pid] = $20; group[pid] = $3; session[pid] = $4
      if (pid == p && $20 != began) reused = 1 }}
    END {{ for (q in up) if (q in is_marked || (q ":" start[q]) in was_seen ||
              (!reused && (q == p || group[q] == p || session[q] == p))) own[q] = 1
          do {{ more = 0; for (q in up) if (!(q in own) && up[q] in own) {{ own[q] = 1; more = 1 }} }} while (more)
          for (q in own) printf "%s:%s ", q, start[q] }}'
}}
if [ ! -r /proc/self/stat ]; then
    kill -s TERM -- "-$p" 2>/dev/null; sleep 2; kill -s KILL -- "-$p" 2>/dev/null; exit 0
fi
for signal in TERM KILL; do
    i=0
    while seen=$(kin); [ -n "$seen" ] && [ $i -lt {int(_GRACE * 10)} ]; do
        [ $i -gt 0 ] || for q in $seen; do send $signal "${{q%:*}}"; done
        sleep 0.1; i=$((i + 1))
    done
done
for q in $(kin); do q=${{q%:*}}; printf '%s %s\n' "$q" "$(tr '\0' ' ' <"/proc/$q/cmdline" 2>/dev/null)"; done
"""
_WATCH = """
while read -r line; do :; done
kill -s 0 "$2" 2>/dev/null || exit 0
"""


class Ended(NamedTuple):
    """How the end of a command went."""

    reached: bool
    """True if the host received the signals; False if the connection is lost."""
    left: str = ""
    """Processes that still run, as ``PID COMMAND``."""


class Remote:
    """A running command on a host."""

    def __init__(self, connection: asyncssh.SSHClientConnection, on_text: Callable[[str, Stream], object]) -> None:
        self._connection = connection
        self._on_text = on_text
        self._process: asyncssh.SSHClientProcess[bytes] | None = None
        self._token = ""
        self._pid = 0
        self._began = ""
        self._over = False

    async def run(self, command: str) -> int | None:
        """Run the command with an empty standard input and wait for its end.

        Unix hosts get it through their standard input, so that no secret in it stands among the arguments of a process.

        Returns:
            The exit status; 128 plus the signal's number if a signal ended it; None if the connection was lost.

        Raises:
            asyncssh.Error: the command cannot be started.
        """
        is_unix = self._is_unix()
        text = command.encode("utf-8", "surrogateescape")
        self._process = await self._connection.create_process(
            self._launcher(len(text)) if is_unix else command,
            stdin=asyncssh.PIPE if is_unix else asyncssh.DEVNULL,
            encoding=None,
            window=_WINDOW,
            max_pktsize=_WINDOW,
        )
        if is_unix:
            # Left open: its end tells the host that azops or the connection is gone.
            self._process.stdin.write(text)
        await asyncio.gather(self._drain(self._process.stdout, "stdout"), self._drain(self._process.stderr, "stderr"))
        await self._process.wait_closed()
        self._over = True
        if self._process.exit_signal:
            return 128 + _SIGNALS.get(self._process.exit_signal[0], 0)
        return self._process.exit_status

    async def end(self) -> Ended:
        """End the command and all its processes, ``setsid`` ones too: with TERM, and after two seconds with KILL."""
        process = self._process
        if process is None or self._over:
            return Ended(True)
        try:
            async with asyncio.timeout(2 * _GRACE + 5):
                if self._pid:
                    return Ended(True, await self._kill())
                process.send_signal("TERM")
                try:
                    await asyncio.wait_for(process.wait_closed(), _GRACE)
                except TimeoutError:
                    process.send_signal("KILL")
        except (OSError, asyncssh.Error, TimeoutError):
            return Ended(False)
        finally:
            process.close()
        return Ended(True)

    async def _kill(self) -> str:
        """Signal the processes from a second session, until none is left; return those that stay."""
        words = shlex.join(["/bin/sh", "-c", _KILLER, "azops", self._token, str(self._pid), self._began])
        done = await self._connection.run(words, stdin=asyncssh.DEVNULL, stderr=asyncssh.DEVNULL, errors="replace")
        text = str(done.stdout or "")
        return ", ".join(clean(line.strip())[:80] for line in text.splitlines() if line.strip())

    def _is_unix(self) -> bool:
        version = str(self._connection.get_extra_info("server_version", "")).lower()
        return "openssh" in version and "windows" not in version and not version.endswith(" azops")

    def _launcher(self, size: int) -> str:
        """A command line that reads a command of a size in bytes from standard input and runs it in the user's shell.

        Before that it prints a line on stderr with the id and start time of its process: without a terminal, closing
        the connection leaves a command running, and only signals end it. A second process waits for the end of
        standard input: if the command still runs then, azops or the connection is gone, and it ends the command.
        A shell that is not of the Bourne family gets the command as an argument, since it reads ``eval`` in its own
        way.
        """
        self._token = f"azops-{secrets.token_hex(4)}"
        script = f"""
exec 3<&0
began=; if read -r stat 2>/dev/null </proc/$$/stat; then set -- $stat; began=${{22}}; fi
echo {self._token}:$$:$began >&2
command=$(head -c {size})
export {_MARK}={self._token}
(unset {_MARK}; exec /bin/sh -c {shlex.quote(_WATCH + _KILLER)} azops {self._token} $$ "$began") \\
    <&3 3<&- >/dev/null 2>&1 &
exec 3<&-
case "${{SHELL:-/bin/sh}}" in
*/sh|*/bash|*/dash|*/ash|*/zsh|*/ksh) exec "${{SHELL:-/bin/sh}}" -c 'eval "$(cat)"' <<AZOPS-END
$command
AZOPS-END
;;
*) exec "$SHELL" -c "$command" </dev/null ;;
esac"""
        return f"exec /bin/sh -c {shlex.quote(script)} azops"

    async def _drain(self, reader: asyncssh.SSHReader[bytes], stream: Stream) -> None:
        sanitiser = Sanitiser()
        waiting = b"" if stream == "stderr" and self._token else None
        while True:
            try:
                data = await reader.read(_WINDOW)
            except (OSError, asyncssh.Error):
                break  # the connection is lost; the missing exit status reports it
            if not data:
                break
            if waiting is not None:
                waiting += data
                # A profile's output may precede the line.
                match = re.search(rb"%b:(\d+):(\d*)\n" % self._token.encode(), waiting)
                if match:
                    self._pid, self._began = int(match[1]), match[2].decode()
                    data, waiting = waiting[: match.start()] + waiting[match.end() :], None
                elif len(waiting) > 64 * 1024:
                    data, waiting = waiting, None
                else:
                    continue
            self._emit(sanitiser.feed(data), stream)
        if waiting:
            self._emit(sanitiser.feed(waiting), stream)
        self._emit(sanitiser.flush(), stream)

    def _emit(self, text: str, stream: Stream) -> None:
        if text:
            self._on_text(text, stream)
