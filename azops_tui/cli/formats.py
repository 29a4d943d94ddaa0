"""Values in the output formats of ``az``: JSON, table, tab-separated values, YAML."""

from __future__ import annotations

import json

from azops_tui.json_types import Json
from azops_tui.sanitise import clean
from azops_tui.text import format_table

FORMATS = ("table", "json", "tsv", "yaml")


def formatted(value: Json, form: str) -> str:
    """The text of a value, without a line feed at the end; control characters of others are not passed on."""
    if form == "json":
        return json.dumps(value, indent=2, ensure_ascii=False)
    if form == "yaml":
        import yaml

        return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False)).rstrip("\n")
    rows = value if isinstance(value, list) else [] if value is None else [value]
    if form == "tsv":
        return "\n".join("\t".join(map(_plain, _cells(row))) for row in rows)
    if not rows:
        return ""
    if all(isinstance(row, dict) for row in rows):
        names = [name for name in dict.fromkeys(name for row in rows for name in row) if _is_shown(name, rows)]
        header = [name[:1].upper() + name[1:] for name in names]
        return format_table([[_plain(row.get(name, "")) for name in names] for row in rows], header)
    cells = [[_plain(cell) for cell in _cells(row)] for row in rows]
    widest = max(map(len, cells))
    header = ["Result"] if widest == 1 else [f"Column{n}" for n in range(1, widest + 1)]
    return format_table(cells, header)


def _is_shown(name: str, rows: list[dict[str, Json]]) -> bool:
    """Whether a table has room for a key: ids and what is nested are left out, as ``az`` does."""
    return name not in ("id", "type") and not any(isinstance(row.get(name), dict | list) for row in rows)


def _cells(row: Json) -> list[Json]:
    if isinstance(row, dict):
        return list(row.values())
    return row if isinstance(row, list) else [row]


def _plain(value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return str(len(value)) if isinstance(value, list) else ""
    return "" if value is None else " ".join(clean(str(value)).split("\n")).replace("\t", " ")
