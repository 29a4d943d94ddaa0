"""SSH: hosts, their keys, and commands on many hosts. Names that need asyncssh are imported on first use."""

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

_LAZY = {"Fleet": "fleet", "HostResult": "fleet", "Fold": "folding", "fold": "folding"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        import importlib

        return getattr(importlib.import_module(f"azops_tui.ssh.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
