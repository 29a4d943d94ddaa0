"""Make ``azops_tui/simulator/service_facts.json`` from the Azure SDK and az: what the services' own clients know.

    python tests/bench/make_service_facts.py --sdk SITE_PACKAGES ... [--az SITE_PACKAGES] [--measured FILE] --out FILE

``--sdk`` names folders that hold ``azure/mgmt`` packages, ``--az`` those of an installed az. For each namespace the
file has its types with API versions, the statuses that clients accept, the lists and actions below each type, and the
spelling of property names and enumeration values. The packages' code is parsed, never imported. ``--measured`` names a
table of what the services answered (type, method, statuses, operation headers, state): which of the accepted statuses
a type really uses.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SCOPES = {"subscriptionId", "resourceGroupName"}
_VERSION = re.compile(r"\d{4}-\d\d-\d\d(?:-\w+)?\Z")
_AZ_CLASS = re.compile(r"^ {4}class \w+\(AAZHttpOperation\):\n(.*?)(?=^ {4}class |\Z)", re.M | re.S)


@dataclass
class Namespace:
    """What is collected about one namespace."""

    versions: set[str] = field(default_factory=set)
    types: dict[str, dict[str, Any]] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    maps: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    other: set[str] = field(default_factory=set)
    enums: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def type(self, name: str) -> dict[str, Any]:
        """The record of a type; spellings that differ in case are one type."""
        return self.types.setdefault(self.spellings.setdefault(name.lower(), name), {})


def main() -> None:
    """Collect and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk", type=Path, nargs="+", required=True)
    parser.add_argument("--az", type=Path)
    parser.add_argument("--measured", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    namespaces: dict[str, Namespace] = {}
    for site in options.sdk:
        for package in sorted((site / "azure" / "mgmt").iterdir()):
            if package.is_dir() and package.name not in ("core", "__pycache__"):
                used = {n for path in _operation_files(package) for n in _read_operations(path, namespaces)}
                _read_models(package, [namespaces[n] for n in sorted(used)])
    if options.az:
        for path in sorted((options.az / "azure" / "cli" / "command_modules").glob("*/aaz/latest/**/_*.py")):
            _read_az(path.read_text(encoding="utf-8"), namespaces)
    if options.measured:
        _read_measured(options.measured.read_text(encoding="utf-8"), namespaces)
    rows = [f"{json.dumps(k)}: {json.dumps(_shown(v), separators=(',', ':'))}" for k, v in sorted(namespaces.items())]
    options.out.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def _operation_files(package: Path) -> Iterator[Path]:
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).parts
        if "aio" not in parts and "operations" in parts and path.name not in ("__init__.py", "_patch.py"):
            yield path


def _record(namespaces: dict[str, Namespace], method: str, url: str, version: str, statuses: set[int], slow: bool,
            answers: bool = True, pages: bool = False) -> str:  # fmt: skip
    """Record one operation. Returns the lower-case name of its namespace; empty for paths without one."""
    _scope, mark, tail = url.strip("/").rpartition("providers/")
    parts = [p for p in tail.split("/") if p]
    if not mark or not parts or "{" in parts[0] or not re.fullmatch(r"[\w.]+", parts[0]):
        return ""
    key = parts[0].lower()
    namespace = namespaces.setdefault(key, Namespace())
    namespace.spellings.setdefault("", parts[0])
    if _VERSION.fullmatch(version):
        namespace.versions.add(version)
    pieces, kinds = parts[1:], []
    while len(pieces) >= 2 and "{" not in pieces[0] and ("{" in pieces[1] or pieces[1] in ("default", "current")):
        kinds.append(pieces[0])
        pieces = pieces[2:]
    if any("{" in p for p in pieces) or len(pieces) > 1:
        return key
    if not pieces and kinds:
        record = namespace.type("/".join(kinds))
        if method in ("PUT", "PATCH", "DELETE"):
            old = record.get(method, [[], False])
            record[method] = [sorted({*old[0], *statuses}), old[1] or slow]
        elif method == "GET":
            record["GET"] = True
    elif pieces and method == "GET" and kinds:
        namespace.type("/".join(kinds)).setdefault("lists" if pages else "reads", set()).add(pieces[0])
    elif pieces and method == "GET" and pages:
        namespace.type(pieces[0])
    elif pieces and method == "POST" and kinds:
        actions = namespace.type("/".join(kinds)).setdefault("actions", {})
        actions[pieces[0]] = [sorted(statuses), slow, answers]
    if kinds and _VERSION.fullmatch(version):
        namespace.type("/".join(kinds)).setdefault("versions", set()).add(version)
    return key


def _read_operations(path: Path, namespaces: dict[str, Namespace]) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    requests = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("build_"):
            texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            url = next((t for t in texts if "/providers/" in t), "")
            version = next((t for t in texts if _VERSION.fullmatch(t)), "")
            method = next((t for t in texts if t in ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")), "")
            requests[node.name] = (method, url, version)
    used = set()
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        for function in node.body:
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = [n.func.id for n in ast.walk(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
            name = next((c for c in calls if c in requests), "")
            if not name or not requests[name][1]:
                continue
            statuses: set[int] = set()
            for test in (n for n in ast.walk(function) if isinstance(n, ast.Compare)):
                if isinstance(test.ops[0], ast.NotIn) and isinstance(test.comparators[0], ast.List):
                    statuses |= {int(ast.unparse(e)) for e in test.comparators[0].elts}
            slow = function.name.endswith("_initial")
            returned = ast.unparse(function.returns) if function.returns else ""
            answers = returned not in ("None", "") and not slow
            used.add(_record(namespaces, *requests[name], statuses, slow, answers, "ItemPaged" in calls))
    return used - {""}


def _read_az(text: str, namespaces: dict[str, Namespace]) -> None:
    for match in _AZ_CLASS.finditer(text):
        body = match[1]
        url = re.search(r'format_url\(\s*"([^"]+)"', body)
        method = re.search(r'def method\(self\):\n\s+return "(\w+)"', body)
        version = re.search(r'"api-version", "([^"]+)"', body)
        if url and method:
            statuses = {int(s) for group in re.findall(r"status_code in \[([\d, ]+)\]", body) for s in group.split(",")}
            key = _record(
                namespaces, method[1], url[1], version[1] if version else "", statuses, "build_lro_polling" in body,
                "on_200" in body, '"nextLink"' in body or "next_link" in body,
            )  # fmt: skip
            if key:
                pairs = re.findall(r'set_prop\("([\w.]+)", (AAZ\w+Type)', body)
                namespaces[key].names |= {name for name, _ in pairs}
                namespaces[key].flags |= {name for name, kind in pairs if kind == "AAZBoolType"}
                namespaces[key].other |= {name for name, kind in pairs if kind not in ("AAZBoolType",)}


def _read_measured(text: str, namespaces: dict[str, Namespace]) -> None:
    """Read rows ``| type | method | item | requests | 201×3 200×1 | async-operation; location | Creating×3 | ...``."""
    for line in text.splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if len(cells) < 7 or cells[2] != "item" or cells[1] not in ("PUT", "PATCH", "DELETE") or "/" not in cells[0]:
            continue
        name, _, kind = cells[0].partition("/")
        if not kind or name == "subscriptions":
            continue
        counts = {int(s): int(n) for s, n in (pair.split("×") for pair in cells[4].split()) if int(s) < 300}
        if not counts:
            continue
        usual = max(counts, key=lambda s: counts[s])
        states = {s: int(n) for s, n in (pair.split("×") for pair in cells[6].split())}
        state = max(states, key=lambda s: states[s]) if states else ""
        first = 201 if 201 in counts and cells[1] == "PUT" else usual
        later = 200 if first == 201 and 200 in counts else usual if first != 201 else 0
        headers = cells[5].replace("async-operation", "a").replace("location", "l").replace("; ", "")
        if (cells[1] == "PATCH" and state == "Succeeded") or (cells[1] != "DELETE" and 201 in counts and usual == 200):
            headers = ""
        namespace = namespaces.setdefault(name.lower(), Namespace())
        namespace.spellings.setdefault("", name)
        namespace.type(kind).setdefault("measured", {})[cells[1]] = [first, later, headers, state]


def _read_models(package: Path, namespaces: list[Namespace]) -> None:
    enums: dict[str, list[str]] = {}
    members: list[tuple[str, str, str, str]] = []
    for path in sorted(package.rglob("models/*.py")):
        if "aio" in path.parts or path.name == "__init__.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(b) for b in node.bases):
                assigned = (
                    n.value for n in node.body if isinstance(n, ast.Assign) and isinstance(n.value, ast.Constant)
                )
                enums[node.name] = [str(value.value) for value in assigned]
            elif isinstance(node, ast.ClassDef):
                members += ((node.name, *m) for m in _members(node))
    holders = defaultdict(set)
    for _, name, kind, _ in members:
        for target in re.findall(r"\w+", kind):
            holders[target].add(name)
    plain = {name for _, name, kind, _ in members if not any(e in enums for e in re.findall(r"\w+", kind))}
    for namespace in namespaces:
        for model, name, kind, holder in members:
            namespace.names.add(name)
            if kind == "bool":
                namespace.flags.add(name)
            else:
                namespace.other.add(name)
            if kind.startswith(("dict[", "{")):
                namespace.maps.add(name)
            else:
                namespace.objects.add(name)
            values = [v for e in re.findall(r"\w+", kind) for v in enums.get(e, ()) if isinstance(v, str)]
            if values:
                holding = {holder} if holder else holders[model] or {""}
                for key in [name] if name not in plain else [f"{h}.{name}" for h in holding]:
                    namespace.enums[key] |= set(values)


def _members(node: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Name in JSON, kind and, where it is flattened into the model, parent of each member.

    A kind is the name of a model or an enumeration, ``bool``, ``dict[...]`` and the like.
    """
    described = dict(re.findall(r":vartype (\w+): ((?:.|\n(?!\s*:))+)", ast.get_docstring(node) or ""))
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            call = statement.value
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("rest_field", "rest_discriminator"):
                name = next((ast.literal_eval(k.value) for k in call.keywords if k.arg == "name"), statement.target.id)
                kind = re.sub(r"Optional\[|Union\[str, |_models\.|['\"]", "", ast.unparse(statement.annotation))
                yield str(name), kind.rstrip("]") if not kind.lower().startswith(("dict", "list")) else kind, ""
        elif isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "_attribute_map":
            for attribute, fact in ast.literal_eval(statement.value).items():
                kind = fact["type"]
                if kind in ("str", "[str]"):
                    kind = next(iter(re.findall(r"models\.(\w+)", described.get(attribute, ""))), kind)
                parts = [part.replace("\\", "") for part in re.split(r"(?<!\\)\.", fact["key"])]
                yield from ((part, "object", "") for part in parts[:-1])
                yield parts[-1], kind, parts[-2] if len(parts) > 1 else ""


def _shown(namespace: Namespace) -> dict[str, Any]:
    types = {}
    for kind, record in sorted(namespace.types.items()):
        types[kind] = {
            k: sorted(v) if isinstance(v, set) else dict(sorted(v.items())) if k == "actions" else v
            for k, v in sorted(record.items())
        }
    spelled = defaultdict(set)
    for name in namespace.names:
        spelled[name.lower()].add(name)
    return {
        "name": namespace.spellings[""],
        "versions": sorted(namespace.versions, reverse=True),
        "types": types,
        "names": sorted(next(iter(n)) for n in spelled.values() if len(n) == 1 and not next(iter(n)).islower()),
        "flags": sorted(namespace.flags - namespace.other),
        "maps": sorted(namespace.maps - namespace.objects),
        "enums": {k: sorted(v) for k, v in sorted(namespace.enums.items())},
    }


if __name__ == "__main__":
    main()
