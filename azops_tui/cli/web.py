"""The web server of ``azops serve``: one page, on the loopback interface, behind a token in its address."""

from __future__ import annotations

import asyncio
import html
import secrets
import signal
from collections.abc import Awaitable, Callable
from importlib.resources import files

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

HOST = "127.0.0.1"
_MOST_CELLS = 500
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="static/css/xterm.css">
<script src="static/js/textual.js"></script>
<script src="focus.js"></script>
<style>
@font-face {{ font-family: "Roboto Mono"; src: url("static/fonts/RobotoMono-VariableFont_wght.ttf"); }}
html, body {{ margin: 0; height: 100%; background: #0c0c10; color: #d0d0d0; font-family: "Roboto Mono", monospace; }}
.closed {{ display: none; padding: 2em; }}
body.-closed .closed {{ display: block; }}
body.-closed .textual-terminal {{ display: none; }}
</style>
</head>
<body>
<p class="closed">The session has ended. Reload the page to begin another.</p>
<div id="terminal" class="textual-terminal" data-session-websocket-url="{socket}" data-font-size="16"></div>
</body>
</html>
"""
_FOCUS = """// Textual's script waits for a click before it takes keys.
const looking = setInterval(() => {
  const field = document.querySelector("textarea");
  if (field) { field.focus(); clearInterval(looking); }
}, 100);
"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' {socket}; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class WebPages:
    """Serves a program that draws with Textual; every visit starts a process of its own.

    Args:
        command: starts the program, as a line of shell.
        title: title of the page.
    """

    def __init__(self, command: str, title: str) -> None:
        self._command = command
        self._title = title
        self._token = secrets.token_urlsafe(24)
        self._hosts: frozenset[str] = frozenset()
        self._downloads = DownloadManager()

    def serve(self, port: int, tell: Callable[[str], None]) -> int:
        """Serve until a signal ends it; returns the exit code.

        Args:
            port: port on the loopback interface; 0 for a free one.
            tell: called with the address once the page can be opened.

        Raises:
            OSError: the port cannot be used.
        """
        return asyncio.run(self._serve(port, tell))

    async def _serve(self, port: int, tell: Callable[[str], None]) -> int:
        application = web.Application(middlewares=[self._guard])
        prefix = f"/{self._token}"
        application.add_routes(
            [
                web.get(f"{prefix}/", self._page),
                web.get(f"{prefix}/focus.js", self._focus),
                web.get(f"{prefix}/ws", self._socket),
                web.static(f"{prefix}/static", str(files("textual_serve") / "static")),
            ]
        )
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, port)
            await site.start()
            port = runner.addresses[0][1]
            self._hosts = frozenset({f"{HOST}:{port}", f"localhost:{port}"})
            tell(f"http://{HOST}:{port}{prefix}/")
            await _signal()
        finally:
            await runner.cleanup()
        return 0

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Refuse other names of this machine, and pages of other sites: a browser sends both for an attacker."""
        origin = request.headers.get("Origin")
        if request.host not in self._hosts or (origin is not None and origin != f"http://{request.host}"):
            raise web.HTTPForbidden(text="azops serves 127.0.0.1 only.\n")
        return await handler(request)

    async def _page(self, request: web.Request) -> web.Response:
        socket = f"ws://{request.host}"
        page = _PAGE.format(title=html.escape(self._title), socket=f"{socket}/{self._token}/ws")
        headers = {name: value.format(socket=socket) for name, value in _HEADERS.items()}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _focus(self, request: web.Request) -> web.Response:
        return web.Response(text=_FOCUS, content_type="text/javascript")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        """Run the program for as long as the page is open."""
        socket = web.WebSocketResponse(heartbeat=15)
        await socket.prepare(request)

        async def close() -> None:
            await socket.close()

        service = AppService(
            self._command,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            download_manager=self._downloads,
        )
        await service.start(_cells(request, "width", 80), _cells(request, "height", 24))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await _take(service, socket, message.json())
        finally:
            await service.stop()
        return socket


async def _take(service: AppService, socket: web.WebSocketResponse, message: object) -> None:
    """Pass a message of the page on to the program."""
    match message:
        case ["stdin", str(keys)]:
            await service.send_bytes(keys.encode())
        case ["resize", {"width": int(width), "height": int(height)}]:
            await service.set_terminal_size(min(width, _MOST_CELLS), min(height, _MOST_CELLS))
        case ["ping", data]:
            await socket.send_json(["pong", data])
        case ["focus", *_]:
            await service.focus()
        case ["blur", *_]:
            await service.blur()


def _cells(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return min(int(text), _MOST_CELLS) if text.isdecimal() and int(text) else default


async def _signal() -> None:
    """Wait for ctrl+c or SIGTERM."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
