"""Send recorded writes to a cloud again."""

from __future__ import annotations

import asyncio
import json

from azops_tui.azure.client import Clients

_PAUSE = 0.1
_LONGEST = 300.0
"""Seconds that one operation may take."""
_GOES_ON = frozenset({"accepted", "running", "inprogress", "creating", "updating", "deleting"})


async def repeat_write(clients: Clients, method: str, url: str, body: bytes) -> None:
    """Send a request as it was recorded, past the gate and the tape, and wait until its operation has ended.

    An answer that reports a failure is left alone: the step that needs the result tells of it.

    Raises:
        TimeoutError: the operation does not end.
    """
    session = clients.transport.session
    assert session is not None, "only an open cloud can be sent to"
    token = await clients.credential.get_token_info(clients.scope)
    headers = {"Authorization": f"Bearer {token.token}", "Content-Type": "application/json"}
    async with session.request(method, url, data=body or None, headers=headers) as answer:
        await answer.read()
        address = answer.headers.get("Azure-AsyncOperation") or answer.headers.get("Location") or ""
    async with asyncio.timeout(_LONGEST):
        while address:
            async with session.get(address, headers=headers) as answer:
                if answer.status != 202 and not _goes_on(await answer.read()):
                    return
            await asyncio.sleep(_PAUSE)


def _goes_on(content: bytes) -> bool:
    try:
        status = json.loads(content).get("status")
    except (ValueError, AttributeError):
        return False
    return isinstance(status, str) and status.lower() in _GOES_ON
