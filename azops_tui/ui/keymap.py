"""The user's keys: ``[keys]`` in ``config.toml`` gives a command's id other keys (``"run.next" = "ctrl+n"``)."""

from __future__ import annotations

import tomllib
from pathlib import Path

from azops_tui import paths
from azops_tui.ui.commands import COMMANDS, KEY_NAMES

_SIGNS = {sign: name for name, sign in KEY_NAMES.items() if len(sign) == 1}


def load(path: Path | None = None) -> tuple[dict[str, str], list[str]]:
    """Keys by command id, and a sentence for each invalid entry; both empty if the file does not exist.

    Args:
        path: the configuration file; the user's if None.
    """
    path = path or paths.config() / "config.toml"
    if not path.is_file():
        return {}, []
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"{path}: {error}"]
    table = content.get("keys", {})
    if not isinstance(table, dict):
        return {}, [f"{path}: [keys] must be a table of command ids and keys"]
    known = {item.id for item in COMMANDS}
    keys: dict[str, str] = {}
    problems: list[str] = []
    for identifier, value in table.items():
        if identifier not in known:
            problems.append(f"{path}: there is no command {identifier}; `azops keys` lists them")
        elif not isinstance(value, str) or not value.strip():
            problems.append(f"{path}: the keys of {identifier} must be a text such as 'ctrl+n'")
        else:
            keys[identifier] = ",".join(_name(key) for key in value.split(",")) if value != "," else "comma"
    return keys, problems


def _name(key: str) -> str:
    """Textual's name for a key, which may be written as its character."""
    key = key.strip()
    return _SIGNS.get(key, key)
