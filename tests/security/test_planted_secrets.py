"""Fifty secrets are planted in a run of twenty steps, in all forms that programs print; then they are looked for."""

from __future__ import annotations

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from azops_tui import paths
from azops_tui.journal.store import Journal
from azops_tui.secrets.shapes import SHAPES
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.replay import ReplayController
from tests.cli.azops import azops
from tests.ui.test_main import ready

DECLARED = {
    f"S{number:02}": f"{text}-{number:02}-{os.urandom(4).hex()}"
    for number, text in enumerate(
        (
            "plainword-secret",
            "with space and 'quote'",
            'with "double" & <angle>',
            "percent%41 $dollar `tick`",
            "back\\slash\\n",
            "ünïcödé-sécret",
            "emoji-🔑-secret",
            "equals=and+plus/slash==",
            "{json: [1, 2]}",
            "semi;colon|pipe>file",
        )
        * 2
    )
}
MULTILINE = {
    "PEM": "-----BEGIN THING-----\nbGluZS1vbmUtb2YtdGhlLXNlY3JldA\nbGluZS10d28tb2YtdGhlLXNlY3JldA\n-----END THING-----"
}
SECURE = "secure-by-its-type-" + os.urandom(4).hex()
"""Value of a secureString in a parameter file; only the template says that it is one."""
SHAPED = [shape.example for shape in SHAPES][:30]
TEMPLATE: dict[str, Any] = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"password": {"type": "securestring"}},
    "resources": [
        {
            "type": "Microsoft.KeyVault/vaults",
            "apiVersion": "2023-07-01",
            "name": "planted-vault",
            "location": "westeurope",
            "tags": {"note": "[concat('made with ', parameters('password'))]"},
            "properties": {
                "tenantId": "00000000-0000-0000-0000-000000000000",
                "sku": {"name": "standard", "family": "A"},
            },
        }
    ],
    "outputs": {"back": {"type": "string", "value": "[parameters('password')]"}},
}


def _document(folder: Path) -> Path:
    """Twenty steps that print, pass on, leak and crash with secrets."""
    names = list(DECLARED)
    values = "".join(f"    {name}: {{type: secret, from: env}}\n" for name in (*DECLARED, *MULTILINE))
    every = " ".join(f'"${name}"' for name in names)
    shapes = "\n".join(SHAPED)
    (folder / "shapes.txt").write_text(shapes + "\n")
    (folder / "template.json").write_text(json.dumps(TEMPLATE))
    vault = {**TEMPLATE["resources"][0], "location": "[parameters('password')]"}
    (folder / "fails.json").write_text(json.dumps({**TEMPLATE, "resources": [vault]}))
    plain = {**TEMPLATE, "parameters": {"password": {"type": "string"}}}
    (folder / "values.json").write_text(json.dumps({"password": {"value": SECURE}}))
    (folder / "plain.json").write_text(json.dumps(plain))
    other = "env >>others.txt; tr '\\0' '\\n' </proc/$$/environ >>others.txt; declare -p >>others.txt"
    deploy = "group: planted\ntemplate: template.json\nparameters: {password: '${S00}'}"
    in_file = "group: planted\ntemplate: template.json\nparameters: values.json"
    steps = {
        "look-1": ("bash", other),
        "plain": ("bash", f"printf '%s\\n' {every}"),
        "errors": ("bash on-error=continue", f"printf '%s\\n' {every} >&2; exit 3"),
        "base64": ("bash", f'for x in {every}; do printf %s "$x" | base64 -w 12; printf "a$x" | base64; done'),
        "hex": (
            "bash",
            f'for x in {every}; do printf %s "$x" | xxd -p 2>/dev/null || printf %s "$x" | od -An -tx1; done',
        ),
        "quoted": ("bash", f"printf '%q\\n' {every}; declare -p S01 S04"),
        "reversed": ("bash", f'for x in {every}; do printf "%s\\n" "$x" | rev; done'),
        "coloured": (
            "bash",
            f"""for x in {every}; do printf '\\033[1m%s\\033[31m%s\\033[0m\\n' "${{x:0:5}}" "${{x:5}}"; done""",
        ),
        "pieces": (
            "bash",
            f"""for x in {every}; do printf %s "${{x:0:7}}"; sleep 0.06; printf '%s\\n' "${{x:7}}"; done""",
        ),
        "traced": ("bash on-error=continue", f"set -x; : {every}; set +x; cat $S00"),
        "multiline": ("bash", 'echo "$PEM"; echo "$PEM" | base64'),
        "look-2": ("bash", other),
        "python": (
            "python",
            "import os, json, urllib.parse\n"
            + f"for name in {names!r}:\n    x = os.environ[name]\n"
            + "    print(json.dumps(x), urllib.parse.quote(x), ascii(x), {'k': x}, x.encode('utf-16'))\n"
            + "    print(urllib.parse.quote(urllib.parse.quote(x)), x.replace('&', '&amp;').replace('<', '&lt;'))",
        ),
        "crashes": (
            "python on-error=continue",
            "import os\nraise RuntimeError('cannot use ' + os.environ['S03'] + os.environ['S05'])",
        ),
        "derived": ("bash", 'export HEADER="Bearer $S00"; kept=$S01; echo "$HEADER $kept"'),
        "shapes": ("bash", "cat shapes.txt"),
        "dies": ("bash on-error=continue", 'echo "$S00"; kill -9 $$'),
        "look-3": ("bash", other),
        "deploys-a-file": ("yaml azops=deploy", f"{in_file}\noutputs: {{back: FROM_FILE}}"),
        "deploys": ("yaml azops=deploy", f"{deploy}\noutputs: {{back: BACK}}"),
        "deploys-badly": ("yaml azops=deploy on-error=continue", deploy.replace("template.json", "fails.json")),
        "deploys-plainly": ("yaml azops=deploy on-error=continue", deploy.replace("template.json", "plain.json")),
    }
    text = f"---\nazops:\n  params:\n{values}---\n# Planted\n\n"
    text += "```yaml {azops=group name=group}\ngroup: planted\nlocation: westeurope\n```\n\n"
    for name, (word, code) in steps.items():
        language, _, attributes = word.partition(" ")
        text += f"```{language} {{name={name} {attributes}}}\n{code}\n```\n\n"
    path = folder / "planted.md"
    path.write_text(text)
    return path


def _needles() -> dict[str, bytes]:
    """What must be nowhere: each secret, and its Base64 and URL forms."""
    needles: dict[str, bytes] = {}
    for name, value in {**DECLARED, **MULTILINE, "SECURE": SECURE}.items():
        for form, text in {
            "plain": value,
            "line": value.splitlines()[1] if "\n" in value else value,
            "base64": base64.b64encode(value.encode()).decode().rstrip("=")[:-2],
            "url": quote(value, safe=""),
            "json": json.dumps(value)[1:-1],
            "hex": value.encode().hex(),
            "reversed": value[::-1],
        }.items():
            needles[f"{name} {form}"] = text.encode()
    return needles


@contextmanager
def watched_arguments(needles: dict[str, bytes]) -> Iterator[set[str]]:
    """Look at the arguments of all processes, again and again; yields what was seen."""
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.03):
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    words = file.read_bytes()
                except OSError:
                    continue
                seen.update(name for name, needle in needles.items() if "plain" in name and needle in words)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def files_with(needles: dict[str, bytes], *folders: Path) -> list[str]:
    found = []
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file() and file.name not in ("shapes.txt", "planted.md", "values.json"):
                content = file.read_bytes()
                found += [f"{file}: {name}" for name, needle in needles.items() if needle in content]
    return found


async def test_no_planted_secret_is_found_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, memory, scratch = tmp_path / "documents", tmp_path / "memory", tmp_path / "tmp"
    for made in (folder, memory, scratch):
        made.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    monkeypatch.setenv("TMPDIR", str(scratch))
    document = _document(folder)
    needles = _needles()
    shaped = {f"shape {number}": example.encode() for number, example in enumerate(SHAPED)}
    for name, value in {**DECLARED, **MULTILINE}.items():
        monkeypatch.setenv(name, value)
    with watched_arguments(needles) as seen:
        done = azops("run", document, "--yes", "--cloud", "local", AZOPS_NO_KERNEL="0")
    for name in (*DECLARED, *MULTILINE):
        monkeypatch.delenv(name)
    assert "17 of 23 steps done, 6 failed" in done.stdout, done.stdout + done.stderr
    assert "has the secret S00 in it" in done.stdout
    printed = (done.stdout + done.stderr).encode()
    assert [name for name, needle in {**needles, **shaped}.items() if needle in printed] == []
    assert seen == set()
    assert (folder / "others.txt").stat().st_size > 1000
    for form in ("md", "html", "ipynb", "json", "azops"):
        exported = azops("export", "1", "--to", form, "-o", folder / f"exported.{form}")
        assert exported.returncode == 0, exported.stderr
    replayed = azops("replay", "1").stdout.encode()
    assert [name for name, needle in needles.items() if needle in replayed] == []
    assert files_with(needles, paths.state(), folder, memory, scratch) == []
    with Journal(paths.state() / "journal.db") as journal:
        records = list(journal.records(1))
    journalled = "".join(map(str, records))
    assert [name for name, needle in {**needles, **shaped}.items() if needle.decode() in journalled] == []
    controller = ReplayController(records)
    app = AzopsApp(controller)
    async with app.run_test(size=(140, 50)) as pilot:
        await ready(pilot)
        for key in ("end", "o", "O", "G"):
            await pilot.press(key)
            await pilot.pause()
            shown = app.export_screenshot().replace("&#160;", " ").encode()
            assert [name for name, needle in needles.items() if needle in shown] == []


def test_nothing_is_left_by_an_azops_that_is_killed_while_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = tmp_path / "memory"
    memory.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    document = tmp_path / "a.md"
    document.write_text(
        "---\nazops:\n  params:\n    TOKEN: {type: secret, from: env}\n---\n"
        '```bash\nwhile :; do echo "printing $TOKEN"; printf %s "$TOKEN" | base64; sleep 0.002; done\n```\n'
    )
    value = "printed-until-the-end-" + os.urandom(4).hex()
    process = subprocess.Popen(
        [sys.executable, "-m", "azops_tui", "run", str(document)],
        env={**os.environ, "TOKEN": value},
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    shown = b""
    while shown.count(b"printing") < 40:
        shown += os.read(process.stdout.fileno(), 65536)
    process.send_signal(signal.SIGKILL)
    shown += process.stdout.read()
    process.stdout.close()
    process.wait()
    needles = {"plain": value.encode(), "base64": base64.b64encode(value.encode())[:-4]}
    assert [name for name, needle in needles.items() if needle in shown] == []
    assert files_with(needles, paths.state(), memory) == []
    with sqlite3.connect(paths.state() / "journal.db") as database:
        assert database.execute("select count(*) from events").fetchone()[0] > 3
    database.close()
    end = time.monotonic() + 20
    while any(value.encode() in _environment(pid) for pid in _processes()) and time.monotonic() < end:
        time.sleep(0.05)


def _processes() -> list[str]:
    return [entry for entry in os.listdir("/proc") if entry.isdigit()]


def _environment(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
