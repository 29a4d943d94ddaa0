"""An SSH key pair, made once and kept."""

from __future__ import annotations

import asyncio
import getpass
import socket
from functools import partial
from pathlib import Path

from azops_tui import paths
from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.problems import problem
from azops_tui.runbook.native import KeypairStep


async def prepare(context: StepContext[KeypairStep]) -> Prepared:
    """A key pair is never overwritten: there is nothing to ask."""
    return Prepared(partial(_execute, context))


async def _execute(context: StepContext[KeypairStep]) -> Outcome:
    """Create the pair if it does not exist; set the variables for its public key and the private key's path.

    A plain name means azops' own folder of keys; anything with a slash is a path.
    """
    from azops_tui.ssh.keys import KeyProblem, ensure_keypair

    body = context.body
    own = "/" not in body.path and not body.path.startswith("~")
    path: Path = paths.private(paths.data() / "keys") / body.path if own else context.path(body.path)
    if not body.path.strip() or path.name in (".", ".."):
        raise problem("InvalidPath", f"'{body.path}' is not a valid file name.", target="path")
    folder = paths.data() / "keys" if own else context.folder
    if not await asyncio.to_thread(_lies_below, path, folder):
        raise problem(
            "InvalidPath",
            f"The key pair {path} would lie outside the folder {folder}; it was not created.",
            "Name a path below the document, or a name without a slash for azops' own folder of keys.",
            target="path",
        )
    there = await asyncio.to_thread(path.exists)
    public = ""
    if context.tape is None or not context.tape.is_offline:
        comment = body.comment or f"{getpass.getuser()}@{socket.gethostname()}"
        try:
            public = await asyncio.to_thread(ensure_keypair, path, body.kind, comment)
        except KeyProblem as error:
            raise problem("InvalidKeyPair", str(error), resource=str(path)) from None
    # On replay hosts are answered from the cassette, so nobody needs the private half.
    known = context.reading(f"key pair {body.path}", lambda: {"public": public, "existed": there})
    public, there = str(known["public"]), bool(known["existed"])
    if body.public:
        await context.assign(body.public, public, "output")
    if body.private:
        await context.assign(body.private, str(path), "output")
    return Outcome(
        "done",
        summary=f"{'Found' if there else 'Created'} the {public.split(' ', 1)[0]} key pair {path}.",
        value={"public": public, "private": str(path)},
        has_value=True,
    )


def _lies_below(path: Path, folder: Path) -> bool:
    """Whether a path leads into a folder, also through symbolic links."""
    return path.resolve().is_relative_to(folder.resolve())
