"""A run's own configuration folder for ``az``, made from the user's login.

``az`` in a step then acts on the run's subscription, and ``az account set`` changes nothing outside of the run. Tokens
are shared through symbolic links, not copied, so that a token that is renewed in the run is renewed for the user.
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

from azops_tui import paths
from azops_tui.json_types import Json

_TOKENS = (
    "msal_token_cache.json",
    "msal_token_cache.bin",
    "service_principal_entries.json",
    "service_principal_entries.bin",
)
_LINKED = (*_TOKENS, "cliextensions", "bin")
_COPIED = ("config", "clouds.config", "commandIndex.json", "versionCheck.json")


def make_az_config(folder: Path, user: Path, subscription: str) -> Path:
    """Make the folder and return it; what the user's folder does not have is left out.

    Args:
        folder: the new folder.
        user: configuration folder of the user.
        subscription: id of the subscription that is the default in the run.

    Raises:
        OSError: the folder cannot be made.
    """
    paths.private(folder)
    for name in _LINKED:
        if (user / name).exists():
            (folder / name).symlink_to((user / name).resolve())
    for name in _COPIED:
        with suppress(FileNotFoundError):
            shutil.copyfile(user / name, folder / name)
    with suppress(OSError, ValueError):
        profile = json.loads((user / "azureProfile.json").read_text("utf-8-sig"))
        _set_default(profile, subscription)
        file = folder / "azureProfile.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(profile), "utf-8")
    return folder


def token_files(folder: Path) -> list[Path]:
    """The user's files of tokens that a folder of :func:`make_az_config` shares."""
    return [(folder / name).resolve() for name in _TOKENS if (folder / name).is_symlink()]


def _set_default(profile: Json, subscription: str) -> None:
    """Make a subscription the only default of an ``azureProfile.json``."""
    known = profile.get("subscriptions") if isinstance(profile, dict) else None
    for entry in known if isinstance(known, list) else []:
        entry["isDefault"] = str(entry.get("id", "")).lower() == subscription.lower()
