"""How long a long runbook takes to read, next to the Markdown parser alone, and how long real ones take to check."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SHELL = "## Heading {0}\n\nSome *text*, `code`, [link](x).\n\n```bash\nexport A{0}=1\naz vm start -n $A{0}\n```\n\n\n"
NATIVE = "## Heading {0}\n\n```yaml {{azops=deploy}}\ngroup: ${{G}}\ntemplate: x.json\nmode: incremental\n```\n\n\n\n"


def seconds(call: Callable[[], object], times: int = 5) -> float:
    """The best of several runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def imported(modules: str) -> float:
    """Seconds that a new interpreter takes for imports, without its own start."""
    code = f"import time; t = time.perf_counter(); import {modules}; print(time.perf_counter() - t)"
    return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))


def check_shared_documents() -> None:
    """Print how long ``azops check`` takes for all shared documents, in a process of its own."""
    documents = sorted(Path(__file__).resolve().parents[2].glob("../shared/data/runbooks/azure-docs/*.md"))
    if documents:
        command = [sys.executable, "-m", "azops_tui", "check", *map(str, documents)]
        whole = seconds(lambda: subprocess.run(command, capture_output=True, check=False), times=3)
        print(f"azops check of {len(documents)} documents in {whole:.2f} s (aim 2 s)")


def main() -> None:
    from markdown_it import MarkdownIt

    from azops_tui.runbook import parse

    here = Path("book.md")
    for name, piece in (("shell", SHELL), ("native", NATIVE)):
        text = "".join(piece.format(number) for number in range(1000))
        alone = seconds(lambda text=text: MarkdownIt("commonmark").parse(text))  # type: ignore[misc]  # bound in the loop
        whole = seconds(lambda text=text: parse(text, here))  # type: ignore[misc]  # bound in the loop
        print(f"{name}: 10,000 lines, 1,000 steps in {whole:.3f} s, {whole / alone:.1f}x markdown-it alone")
    check_shared_documents()
    base = imported("msgspec, yaml, markdown_it")
    parser = imported("msgspec, yaml, markdown_it, azops_tui.runbook.parsing")
    print(f"import of the parser: {(parser - base) * 1000:.0f} ms, and {base * 1000:.0f} ms for the libraries")
    print(f"import of the model alone: {imported('azops_tui.runbook.model') * 1000:.0f} ms")


if __name__ == "__main__":
    main()
