"""Make ``azops_tui/simulator/provider_facts.json`` from recorded lists of resource providers.

    python -m tests.bench.make_provider_facts --inventory RECORDING.yaml --sessions SESSIONS --out FILE

RECORDING is a recording in vcrpy's format with the whole list of providers of a subscription, SESSIONS a folder of
recorded conversations with single providers: newer ones, in part cut to their first types. For each namespace the file
has what no client library knows: the applications that act for the service, the types with no client, and the
capabilities, zones and edge zones of types.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_SHOW = re.compile(r"/subscriptions/[^/]+/providers/[^/?]+(?:/register)?\?", re.I)


def listed(path: Path) -> list[dict[str, Any]]:
    """The providers of the first whole list in a recording."""
    recording = yaml.safe_load(path.read_text(encoding="utf-8"))
    for interaction in recording.get("http_interactions") or recording["interactions"]:
        if interaction["request"]["uri"].split("?")[0].endswith("/providers"):
            value: list[dict[str, Any]] = json.loads(interaction["response"]["body"]["string"])["value"]
            return value
    return []


def shown(folder: Path) -> Iterator[tuple[dict[str, Any], bool]]:
    """Single providers, each with whether it was cut; oldest first."""
    sessions = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*/*.json"))]
    for session in sorted(sessions, key=lambda s: str(s["recorded"])):
        for request in session["requests"]:
            body = request.get("response")
            if _SHOW.search(request["url"]) and isinstance(body, dict) and "resourceTypes" in body:
                yield body, bool(request.get("trimmed"))


class Facts:
    """What is collected about one namespace."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.document: dict[str, Any] = {}
        self.types: dict[str, dict[str, Any]] = {}
        self.is_whole = False

    def add(self, body: dict[str, Any], *, is_cut: bool, is_new: bool) -> None:
        """Add a recorded document; newer ones replace what older ones say."""
        for key in ("authorization", "authorizations"):
            if key in body:
                self.document = {**{k: v for k, v in self.document.items() if "authorization" not in k}, key: body[key]}
        if body.get("registrationPolicy") == "RegistrationFree":
            self.document["isFree"] = True
        if is_new and not is_cut:
            newest = max((v for t in body["resourceTypes"] for v in t["apiVersions"]), default="")
            known = max((v for t in self.types.values() for v in t["versions"]), default="")
            if self.is_whole and newest < known:
                return
            self.types, self.is_whole = {}, True
        for kind in body["resourceTypes"]:
            if is_cut and self.is_whole:
                continue
            self._add_type(kind, is_cut=is_cut)

    def _add_type(self, kind: dict[str, Any], *, is_cut: bool) -> None:
        name = kind["resourceType"]
        own = self.types.setdefault(name.lower(), {"name": name, "versions": []})
        own["versions"] = sorted({*own["versions"], *kind["apiVersions"]}, reverse=True)
        own["isGlobal"] = not kind["locations"]
        for key, flag in (("zoneMappings", "hasZones"), ("locationMappings", "hasEdgeZones")):
            if key in kind:
                own[flag] = True
        if "capabilities" in kind:
            own["capabilities"] = kind["capabilities"]
        if "apiProfiles" in kind:
            profiles = self.document.setdefault("profiles", {})
            profiles |= {p["profileVersion"]: p["apiVersion"] for p in kind["apiProfiles"]}

    def as_json(self, texts: list[str]) -> dict[str, Any]:
        """The namespace as the file has it; lists of versions and capabilities are numbers of rows of ``texts``."""
        rows = []
        for own in sorted(self.types.values(), key=lambda t: str(t["name"])):
            flags = "".join(mark for mark, flag in (("g", "isGlobal"), ("z", "hasZones"), ("e", "hasEdgeZones"))
                            if own.get(flag))  # fmt: skip
            numbers = [_number(texts, ",".join(own["versions"])), _number(texts, own.get("capabilities", ""))]
            rows.append([own["name"], *numbers, flags])
        return {"name": self.name, **self.document, "isWhole": self.is_whole, "types": rows}


def _number(texts: list[str], text: str) -> int:
    if text not in texts:
        texts.append(text)
    return texts.index(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inventory", type=Path, required=True)
    parser.add_argument("--sessions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    namespaces: dict[str, Facts] = {}
    for body in listed(options.inventory):
        name = body["namespace"]
        namespaces.setdefault(name.lower(), Facts(name)).add(body, is_cut=False, is_new=False)
    for body, is_cut in shown(options.sessions):
        name = body["namespace"]
        namespaces.setdefault(name.lower(), Facts(name)).add(body, is_cut=is_cut, is_new=True)
    texts: list[str] = [""]
    rows = [facts.as_json(texts) for _, facts in sorted(namespaces.items())]
    lines = ["{", f'"texts": {json.dumps(texts, separators=(",", ":"))},', '"namespaces": [']
    lines.append(",\n".join(json.dumps(row, separators=(",", ":")) for row in rows))
    options.out.write_text("\n".join([*lines, "]}"]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
