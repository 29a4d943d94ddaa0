"""How long templates take: the public quickstarts next to the JSON parser alone, large ones, hostile ones, the import.

Run from the project's root: ``python -m tests.bench.bench_arm``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from azops_tui.arm import TemplateError, evaluate, expand, read
from tests.arm import test_hostile as hostile
from tests.arm.quickstarts import BASE, SCOPE, filled, folders, linked


def seconds(call: Callable[[], object], times: int = 5) -> float:
    """The best of several runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def attempt(template: Any, parameters: Any = None, **options: Any) -> None:
    """Expands, and takes a refusal for an answer."""
    try:
        expand(template, parameters, scope=SCOPE, location="westus", **options).as_deployment()
    except TemplateError:
        return


def main() -> None:
    quickstarts = [(path, (path / "azuredeploy.json").read_text("utf-8-sig"), filled(path)) for path in folders()]
    if quickstarts:

        def all_of_them() -> None:
            for path, text, given in quickstarts:
                attempt(text, given, linked=linked(path), base_uri=BASE)

        plain = [json.dumps(read(text).value) for _, text, _ in quickstarts]  # some have comments
        alone = seconds(lambda: [json.loads(text) for text in plain])
        whole = seconds(all_of_them)
        print(f"{len(quickstarts)} quickstarts in {whole:.3f} s, {whole / alone:.0f}x json.loads of their templates")
    else:
        print("the quickstart templates are not beside the project")
    resources = [
        {"type": "A.B/c", "apiVersion": "1", "name": f"n{index}", "properties": {"list": ["[concat('a', 'b')]"] * 200}}
        for index in range(790)
    ]
    large = json.dumps({"resources": resources})
    alone = seconds(lambda: json.loads(large), 3)
    whole = seconds(lambda: attempt(large), 3)
    print(f"{len(large) / 1e6:.1f} MB with 158,000 expressions in {whole:.3f} s, {whole / alone:.0f}x json.loads")
    expression = "[format('{0}-{1}', toUpper(parameters('a')), add(1, 2))]"
    once = seconds(lambda: [evaluate(expression, parameters={"a": "x"}) for _ in range(1000)])
    print(f"an expression of four functions: {once * 1000:.1f} us each")
    slowest = sorted(
        ((seconds(partial(attempt, case), 1), name) for name, case in hostile.REFUSED.items()), reverse=True
    )
    for took, name in slowest[:5]:
        print(f"hostile: {name}: {took:.2f} s")
    code = "import time; t = time.perf_counter(); import azops_tui.arm; print(time.perf_counter() - t)"
    took = min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))
    print(f"import: {took * 1000:.0f} ms")


if __name__ == "__main__":
    main()
