"""``azops serve``: only on loopback, only with the token, and what a real browser gets of it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("textual_serve", reason="the extra 'web' is not installed")

from aiohttp import ClientSession, ClientWebSocketResponse, WSServerHandshakeError

from tests.cli.azops import azops

BROWSER = shutil.which("chromium-headless-shell") or shutil.which("chromium")
DOCUMENT = """# Health

```bash {name=age refresh=1s}
echo "looked at $((2700 + SECONDS)) of them"
```

```bash {name=change}
az group delete --name demo --yes
```
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "health.md").write_text(DOCUMENT)
    assert azops("trust", tmp_path / "health.md").returncode == 0
    command = [sys.executable, "-m", "azops_tui", "serve", "health.md", "--dashboard"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0


def status(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


async def test_the_token_the_name_and_the_origin_are_needed_and_a_visit_is_a_read_only_run(address: str) -> None:
    scheme, _, host, token, _ = address.split("/")
    assert (scheme, host.split(":")[0]) == ("http:", "127.0.0.1")
    assert len(token) >= 32
    wanted = {
        (address, ()): 200,
        (address + "static/js/textual.js", ()): 200,
        (f"http://{host}/", ()): 404,
        (f"http://{host}/ws", ()): 404,
        (f"http://{host}/{'x' * 32}/", ()): 404,
        (address, (("Host", "attacker.example"),)): 403,
        (address, (("Origin", "https://attacker.example"),)): 403,
    }
    for (url, headers), expected in wanted.items():
        assert await asyncio.to_thread(status, url, **dict(headers)) == expected, (url, headers)
    async with ClientSession() as session:
        socket = f"{address.replace('http', 'ws', 1)}ws?width=100&height=30"
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(socket, origin="https://attacker.example")
        async with session.ws_connect(socket) as page:
            shown = await _until_shown(page, "looked at 2", "read-only", "every")
    assert "az group delete" not in shown


async def _until_shown(page: ClientWebSocketResponse, *words: str) -> str:
    """What the program draws, until each of some words was in it."""
    shown, end = "", time.monotonic() + 60
    while not all(word in shown for word in words):
        assert time.monotonic() < end, shown[-2000:]
        message = await page.receive(60)
        if isinstance(message.data, bytes):
            shown += message.data.decode(errors="replace")
    return shown


@pytest.fixture
def debugger(tmp_path: Path) -> Iterator[str]:
    """Port of a browser's debugging interface."""
    if BROWSER is None:
        pytest.skip("needs chromium-headless-shell (a Debian package of that name)")
    folder = tmp_path / "browser"
    command = [BROWSER, "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}", "--remote-debugging-port=0"]
    with subprocess.Popen(
        [*command, "--window-size=1200,700", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as browser:
        try:
            port = folder / "DevToolsActivePort"
            end = time.monotonic() + 60
            while not port.is_file() or "\n" not in port.read_text():
                assert time.monotonic() < end, "the browser does not start"
                time.sleep(0.05)
            yield port.read_text().split("\n")[0]
        finally:
            os.killpg(browser.pid, signal.SIGKILL)


async def test_a_browser_shows_the_dashboard_and_passes_keys_on(address: str, debugger: str) -> None:
    async with ClientSession() as session:
        async with session.put(f"http://127.0.0.1:{debugger}/json/new") as answer:
            tab = (await answer.json())["webSocketDebuggerUrl"]
        async with session.ws_connect(tab, max_msg_size=0) as page:
            await _visit(page, address)


async def _visit(page: ClientWebSocketResponse, address: str) -> None:
    """Open the dashboard, see its output come, open the help by a key, and see no request to another site."""
    sent = 0
    shown: list[str] = []
    others: list[str] = []
    results: dict[int, object] = {}

    async def call(method: str, **parameters: object) -> int:
        nonlocal sent
        sent += 1
        await page.send_json({"id": sent, "method": method, "params": parameters})
        return sent

    async def result(method: str, **parameters: object) -> object:
        number = await call(method, **parameters)
        while number not in results:
            await take(json.loads((await page.receive(60)).data))
        return results[number]

    async def until(*words: str) -> None:
        end = time.monotonic() + 60
        while not all(word in "".join(shown) for word in words):
            assert time.monotonic() < end, "".join(shown)[-2000:]
            await take(json.loads((await page.receive(60)).data))

    async def take(event: dict[str, object]) -> None:
        parameters = event.get("params")
        if "id" in event:
            results[int(str(event["id"]))] = event.get("result")
        elif isinstance(parameters, dict) and event["method"] == "Network.webSocketFrameReceived":
            frame = parameters["response"]
            if frame["opcode"] == 2:
                shown.append(base64.b64decode(frame["payloadData"]).decode(errors="replace"))
        elif isinstance(parameters, dict) and event["method"] == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if not url.startswith((address, "data:")) and not url.endswith("/favicon.ico"):
                others.append(url)

    await call("Network.enable")
    await result("Emulation.setFocusEmulationEnabled", enabled=True)
    await call("Page.navigate", url=address)
    await until("looked at 2", "read-only")
    await call("Input.insertText", text="?")
    await until("Keys", "States")
    picture = await result("Page.captureScreenshot")
    assert isinstance(picture, dict)
    assert len(base64.b64decode(picture["data"])) > 5_000
    assert others == []


def test_the_command_line_is_checked(tmp_path: Path) -> None:
    (tmp_path / "health.md").write_text(DOCUMENT)
    assert azops("serve", "missing.md", cwd=tmp_path).returncode == 3
    done = azops("serve", "health.md", "--set", "TOKEN", cwd=tmp_path)
    assert (done.returncode, "--set TOKEN=@FILE" in done.stderr) == (2, True)
    done = azops("serve", "health.md", "--read-only", "--read-write", cwd=tmp_path)
    assert done.returncode == 2
