"""Every recorded error of Azure as azops prints it: code, and one sentence with the subject and what to do.

Usage: ``python -m tests.bench.bench_errors``. tests/azure/test_errors.py holds that every row is complete.
"""

from __future__ import annotations

from collections import Counter

from azops_tui.text import format_table
from tests.azure.test_errors import error_rows


def main() -> None:
    rows = error_rows()
    print(format_table([(row.code, row.sentence) for row in rows], ("CODE", "SENTENCE")))
    codes = Counter(row.code for row in rows)
    commonest = ", ".join(code for code, _ in codes.most_common(5))
    print(f"{len(rows)} errors of {len(codes)} codes; the commonest: {commonest}")


if __name__ == "__main__":
    main()
