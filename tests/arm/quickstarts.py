"""The public quickstart templates beside the project, with the placeholders of their parameter files filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
FOLDER = DATA / "arm" / "quickstarts"
SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/quickstart"
BASE = "https://example.com/quickstart/azuredeploy.json"
VAULT = {"keyVault": {"id": f"{SCOPE}/providers/Microsoft.KeyVault/vaults/vault"}, "secretName": "password"}
PLACEHOLDER = re.compile(r"GEN-UNIQUE(?:-(\d+))?|GEN-GUID")


def folders() -> list[Path]:
    """The quickstarts, empty where the data is missing."""
    return sorted(path for path in FOLDER.glob("*") if (path / "azuredeploy.json").is_file())


def filled(folder: Path) -> dict[str, Any]:
    """The parameter file, with what the quickstarts' own pipeline puts in for its placeholders."""
    path = folder / "azuredeploy.parameters.json"
    text = path.read_text("utf-8-sig") if path.is_file() else "{}"
    count = 0

    def unique(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        if match[0] == "GEN-GUID":
            return f"00000000-0000-0000-0000-{count:012}"
        return f"u{count:07}"[: int(match[1] or 8)]

    text = text.replace('"GEN-KEYVAULT-PASSWORD-REFERENCE"', json.dumps(VAULT))
    # What another template's deployment would have given; the only array among those values.
    text = text.replace('"GET-PREREQ-existingWorkspacesToQuery"', '["workspace"]')
    parameters: dict[str, Any] = json.loads(PLACEHOLDER.sub(unique, text))
    return parameters


def linked(folder: Path) -> Callable[[Mapping[str, Any], str], str]:
    """Finds linked templates in the folder, wherever their address says they are."""

    def find(link: Mapping[str, Any], base: str) -> str:
        address = str(link.get("uri") or link.get("relativePath") or "")
        parts = urlparse(address).path.strip("/").split("/")
        for start in range(len(parts)):
            path = folder.joinpath(*parts[start:])
            if path.is_file() and path != folder / "azuredeploy.json":
                return path.read_text("utf-8-sig")
        raise LookupError(f"{address} is not in {folder.name}")

    return find
