"""Redaction with 50 secrets: throughput and time to register them, in processor time.

Run it with ``python -m tests.bench.bench_redaction``.
"""

from __future__ import annotations

import random
import string
import time

from azops_tui.sanitise import clean
from azops_tui.secrets.redact import Redactor

PLAIN = "2026-11-24T12:00:00Z INFO module[1234]: applied configuration to instance web-0042 in 0.31 s, status=ok\n"
JSON = '    "id": "/subscriptions/0/resourceGroups/shop/providers/Microsoft.Compute/disks/a", "state": "C:\\\\x",\n'
SIZE = 20_000_000
PIECE = 64 * 1024


def main() -> None:
    """Print MB/s of plain and of escaped text, and the milliseconds of registration."""
    choice = random.Random(1)
    letters = string.ascii_letters + string.digits + "+/=!$&"
    secrets = ["".join(choice.choices(letters, k=choice.choice([12, 24, 40, 88]))) for _ in range(50)]
    Redactor(["warm up"]).redact("import the library")
    began = time.process_time()
    redactor = Redactor(secrets)
    redactor.redact("build the automaton")
    print(f"register 50 secrets: {(time.process_time() - began) * 1000:.0f} ms")
    for name, line in (("plain", PLAIN), ("escaped", JSON), ("secret in every line", f"x {secrets[0]}\n" + PLAIN)):
        text = line * (SIZE // 10 // len(line) if name != "plain" else SIZE // len(line))
        stream = redactor.stream()
        began = time.process_time()
        for at in range(0, len(text), PIECE):
            stream.feed(text[at : at + PIECE])
        stream.flush()
        print(f"redact {name}: {len(text) / 1e6 / (time.process_time() - began):.0f} MB/s")
    text = PLAIN * (SIZE // len(PLAIN))
    began = time.process_time()
    for at in range(0, len(text), PIECE):
        clean(text[at : at + PIECE].encode(), colours=True)
    print(f"sanitise plain: {len(text) / 1e6 / (time.process_time() - began):.0f} MB/s")


if __name__ == "__main__":
    main()
