"""Templates made to take time or memory: each ends soon, with a result or a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from azops_tui.arm import TemplateError, expand
from azops_tui.arm.limits import EXPRESSION_CHARACTERS

SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
PATIENCE = 5
"""Seconds of processor time that a case may take here; alone on a machine it takes less than one."""


def thing(**more: Any) -> dict[str, Any]:
    return {"type": "My.Rp/things", "apiVersion": "1", "name": "a", **more}


def showing(expression: str, **more: Any) -> dict[str, Any]:
    return {"resources": [], "outputs": {"o": {"type": "", "value": expression}}, **more}


def chain(link: str, last: int, end: Any = "x") -> dict[str, Any]:
    return {
        **{f"v{i}": json.loads(link.replace("NEXT", f"[variables('v{i + 1}')]")) for i in range(last)},
        f"v{last}": end,
    }


def loops(input: Any) -> dict[str, Any]:
    inner = {"copy": [{"name": "p", "count": 800, "input": input}]}
    return {"resources": [thing(name="[concat('a', copyIndex())]", copy={"name": "r", "count": 800}, properties=inner)]}


def inside(levels: int) -> dict[str, Any]:
    template: dict[str, Any] = {"resources": []}
    for level in range(levels):
        deployment = {"mode": "Incremental", "template": template}
        template = {
            "resources": [thing(type="Microsoft.Resources/deployments", name=f"n{level}", properties=deployment)]
        }
    return template


def functions(count: int) -> list[dict[str, Any]]:
    calls = {
        f"f{i}": {"parameters": [], "output": {"type": "int", "value": f"[add(n.f{i + 1}(), n.f{i + 1}())]"}}
        for i in range(count)
    }
    return [
        {"namespace": "n", "members": {**calls, f"f{count}": {"parameters": [], "output": {"type": "int", "value": 1}}}}
    ]


VARIABLE = "lambdaVariables('a')"
ROUND = {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}
BIG = [[1, {}]] * 360_000
MAP = "map(range(0, 10000), lambda('x', {}))"
REFUSED: dict[str, Any] = {
    "lists never closed": "[" * 100_000,
    "lists in lists": '{"resources":' + "[" * 50_000 + "]" * 50_000 + "}",
    "values too deep": json.dumps(showing("[variables('v')]"))[:-1]
    + ', "variables": {"v":'
    + "[" * 900
    + "]" * 900
    + "}}",
    "800 x 800 numbers": loops("[copyIndex('p')]"),
    "800 x 800 objects": loops({"name": "[concat('disk', copyIndex('p'))]", "lun": "[copyIndex('p')]"}),
    "800 large resources": loops("[padLeft('', 16)]"),
    "801 turns": {"resources": [thing(copy={"name": "r", "count": 801})]},
    "variables in a circle": showing("[variables('a')]", variables={"a": "[variables('b')]", "b": "[variables('a')]"}),
    "256 variables in a circle": showing(
        "[variables('v0')]", variables={f"v{i}": f"[variables('v{(i + 1) % 256}')]" for i in range(256)}
    ),
    "text that doubles": showing(
        "[variables('v0')]",
        variables={
            **{f"v{i}": f"[concat(variables('v{i + 1}'), variables('v{i + 1}'))]" for i in range(60)},
            "v60": "x",
        },
    ),
    "objects that double": showing("[string(variables('v0'))]", variables=chain('{"a": "NEXT", "b": "NEXT"}', 80)),
    "lambdas in lambdas": showing(f"[{MAP.format(MAP.format(MAP.format(1)))}]"),
    "reduce to depth": showing(
        "[reduce(range(0, 10000), createArray(), lambda('a', 'b', createArray(lambdaVariables('a'))))]"
    ),
    "reduce to size": showing(
        f"[reduce(range(0, 10000), 'xxxxxxxx', lambda('a', 'b', concat({VARIABLE}, {VARIABLE})))]"
    ),
    "work without result": showing("[reduce(range(0, 10000), 0, lambda('a', 'b', length(string(range(0, 10000)))))]"),
    "an expression too long": showing(f"[concat('{'x' * EXPRESSION_CHARACTERS}')]"),
    "an expression too deep": showing("[" + "not(" * 4000 + "true()" + ")" * 4000 + "]"),
    "properties without end": showing("[createObject()" + ".a" * 8000 + "]"),
    "brackets never closed": showing("[" + "a()[" * 5000 + "]"),
    "definitions in a circle": {
        "definitions": ROUND,
        "parameters": {"p": {"$ref": "#/definitions/a", "defaultValue": 1}},
    },
    "a function that calls itself": showing(
        "[n.f()]", functions=[{"namespace": "n", "members": {"f": {"parameters": [], "output": {"value": "[n.f()]"}}}}]
    ),
    "functions that double": showing("[n.f0()]", functions=functions(39)),
    "resources in a circle": {"resources": [thing(name=f"a{i}", dependsOn=[f"a{(i + 1) % 800}"]) for i in range(800)]},
    "more than 4 MB": " " * (4 * 1024 * 1024 + 1),
    "4 MB that break off": json.dumps({"variables": {"v": BIG}})[:-2],
    "4 MB of expressions": json.dumps(
        showing("[variables('v')]", variables={"v": [f"[concat('a', '{i}')]" for i in range(140_000)]})
    ),
    "nested for ever": inside(18),
    "text deeper than a stack": showing(
        "[json(parameters('p'))]", parameters={"p": {"type": "string", "defaultValue": "[[" + "[" * 90_000}}
    ),
}
ACCEPTED: dict[str, Any] = {
    "800 x 800 of the same": loops("x"),
    "a chain of 256 variables": showing("[variables('v0')]", variables=chain('"NEXT"', 255)),
    "everything waits for everything": {
        "resources": [thing(name=f"a{i}", dependsOn=[f"a{j}" for j in range(i)]) for i in range(400)]
    },
    "4 MB of data": json.dumps({"variables": {"v": BIG}}),
    "4 MB of comments": "// x\n" * 700_000 + '{"resources": []}',
    "4 MB of names without quotes": "{resources: [], " + json.dumps({"variables": {"v": BIG}})[1:],
    "a wide expression": showing("[createArray(" + "1," * 11_000 + "1)]"),
}


def spent(template: Any) -> tuple[float, str]:
    """Seconds of processor time, and the refusal if there is one."""
    begin = time.process_time()
    try:
        expand(template, scope=SCOPE)
    except TemplateError as error:
        return time.process_time() - begin, error.message
    return time.process_time() - begin, ""


@pytest.mark.parametrize("name", REFUSED)
def test_refused_soon_and_in_words(name: str) -> None:
    seconds, refusal = spent(REFUSED[name])
    assert len(refusal) > 20
    assert seconds < PATIENCE


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_soon(name: str) -> None:
    seconds, refusal = spent(ACCEPTED[name])
    assert refusal == ""
    assert seconds < PATIENCE


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_none_of_them_takes_much_memory() -> None:
    # Not getrusage: its peak is that of this process, where this process is the larger one.
    program = (
        "from pathlib import Path\n"
        "from tests.arm.test_hostile import ACCEPTED, REFUSED, spent\n"
        "for template in [*REFUSED.values(), *ACCEPTED.values()]: spent(template)\n"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) / 1024 < 220  # of which the templates themselves and the interpreter are some 60
