"""SSH: hosts, their keys, and commands on many of them. What needs asyncssh is loaded when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azops_tui.ssh.host_keys import HostKeyQuestion, HostKeys
from azops_tui.ssh.keys import ensure_keypair, valid_public_key
from azops_tui.ssh.targets import Target, resolve

if TYPE_CHECKING:
    from azops_tui.ssh.fleet import Fleet, HostResult
    from azops_tui.ssh.folding import Fold, fold

__all__ = [
    "Fleet",
    "Fold",
    "HostKeyQuestion",
    "HostKeys",
    "HostResult",
    "Target",
    "ensure_keypair",
    "fold",
    "resolve",
    "valid_public_key",
]

_LATER = {"Fleet": "fleet", "HostResult": "fleet", "Fold": "folding", "fold": "folding"}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        import importlib

        return getattr(importlib.import_module(f"azops_tui.ssh.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
