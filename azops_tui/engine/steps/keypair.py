"""An SSH key pair, made once and kept."""

from __future__ import annotations

import asyncio
import getpass
import socket
from pathlib import Path

from azops_tui import paths
from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.problems import problem


async def execute(context: StepContext) -> Outcome:
    """Make the pair where it is not there; give the variables its public key and the private one's path.

    A plain name means azops' own folder of keys; anything with a slash is a path.
    """
    from azops_tui.ssh.keys import KeyProblem, ensure_keypair

    body = context.native
    own = "/" not in body.path and not body.path.startswith("~")
    path: Path = paths.private(paths.data() / "keys") / body.path if own else context.path(body.path)
    if not body.path.strip() or path.name in (".", ".."):
        raise problem("InvalidPath", f"'{body.path}' is not a file's name.", target="path")
    there = await asyncio.to_thread(path.exists)
    comment = body.comment or f"{getpass.getuser()}@{socket.gethostname()}"
    try:
        public = await asyncio.to_thread(ensure_keypair, path, body.kind, comment)
    except KeyProblem as error:
        raise problem("InvalidKeyPair", str(error), resource=str(path)) from None
    if body.public:
        await context.assign(body.public, public, "output")
    if body.private:
        await context.assign(body.private, str(path), "output")
    return Outcome(
        "done",
        summary=f"{'Found' if there else 'Made'} the {public.split(' ', 1)[0]} key pair {path}.",
        value={"public": public, "private": str(path)},
        has_value=True,
    )
