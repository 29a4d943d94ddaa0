"""Whether code is valid bash, by bash itself. Nothing is executed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence

_SCRIPT = r"""
while IFS= read -r -d '' code; do
  (ulimit -t 5; eval "set -n
$code") 2>&1 < /dev/null
  printf '\0%d\0' $?
done
"""
"""Reads texts that end with NUL; writes messages and status of each. Only ``set -n`` is executed."""
_MESSAGE = re.compile(r"^[^\n]*?line (\d+): (.*)$", re.MULTILINE)
_SECONDS = 20.0
_CALIBRATION = ")"
"""Its error is at its line 1; the line that bash reports tells what bash counts before a text."""


def syntax_problems(texts: Sequence[str]) -> list[tuple[int, str] | None]:
    """Line (from 1) and message for each text that bash cannot parse, None for each that it can.

    The list is shorter than the texts if bash does not end in time, and empty without bash.
    """
    bash = shutil.which("bash")
    if bash is None or not texts:
        return []
    with tempfile.TemporaryFile() as file:
        # A file, because bash reads a pipe byte by byte.
        for text in (_CALIBRATION, *texts):
            file.write(text.encode("utf-8", "surrogateescape").replace(b"\0", b"") + b"\0")
        file.seek(0)
        command = [bash, "--norc", "--noprofile", "-O", "extglob", "-c", _SCRIPT]
        try:
            done = subprocess.run(
                command, stdin=file, capture_output=True, env={"LC_ALL": "C"}, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return []
    fields = done.stdout.decode(errors="replace").split("\0")
    problems = [_problem(output, status) for output, status in zip(fields[::2], fields[1::2], strict=False)]
    before = problems[0][0] - 1 if problems and problems[0] is not None else 0
    return [(max(1, found[0] - before), found[1]) if found is not None else None for found in problems[1:]]


def _problem(output: str, status: str) -> tuple[int, str] | None:
    if status == "0":
        return None
    match = _MESSAGE.search(output)
    return (int(match[1]), match[2]) if match else (1, "bash cannot parse the code")
