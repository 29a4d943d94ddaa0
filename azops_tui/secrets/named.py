"""Values of JSON that are secrets by the names they stand under, such as ``adminPassword``."""

from __future__ import annotations

import re

from azops_tui.json_types import Json
from azops_tui.secrets.redact import MASK

_SECRET_NAME = re.compile(
    r"password|passphrase|secret(?!.*(?:uri|url|id|name|version)$)|connectionstring|accountkey|(?:access|shared|api|"
    r"primary|secondary|private|storage)_?-?key$|sastoken|^token$|access_?-?token|customdata|protectedsettings",
    re.IGNORECASE,
)


def hide_named_secrets(value: Json, name: str = "") -> Json:
    """The value with a mask for each text whose name says that it is a secret."""
    if isinstance(value, dict):
        return {key: hide_named_secrets(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [hide_named_secrets(item, name) for item in value]
    return MASK if isinstance(value, str) and value and _SECRET_NAME.search(name) else value
