"""Values that are secrets by their names: of variables, and in JSON, such as ``adminPassword``."""

from __future__ import annotations

import re
from pathlib import Path

from azops_tui.json_types import Json
from azops_tui.secrets.redact import MASK

_JSON_NAME = re.compile(
    r"password|passphrase|secret(?!.*(?:uri|url|id|name|version)$)|connectionstring|accountkey|(?:access|shared|api|"
    r"primary|secondary|private|storage)_?-?key$|sastoken|^token$|access_?-?token|customdata|protectedsettings",
    re.IGNORECASE,
)
_VARIABLE_NAME = re.compile(
    r"password|passwd|passphrase|secret|token|api_?key|access_?key|account_?key|connection_?string|credential",
    re.IGNORECASE,
)
_SHORTEST_SECRET = 6


def may_name_secret(text: str) -> bool:
    """Whether a text has a word in it that names of secrets have."""
    return _VARIABLE_NAME.search(text) is not None


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable's name says that its value must not be shown. Paths of files may be."""
    if not _VARIABLE_NAME.search(name) or len(value) < _SHORTEST_SECRET:
        return False
    return not (value.startswith(("/", "~", "./")) and "\n" not in value and Path(value).expanduser().exists())


def hide_named_secrets(value: Json, name: str = "") -> Json:
    """The value with a mask for each text whose name says that it is a secret."""
    if isinstance(value, dict):
        return {key: hide_named_secrets(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [hide_named_secrets(item, name) for item in value]
    return MASK if isinstance(value, str) and value and _JSON_NAME.search(name) else value
