"""A subscription as a recording shows it: answers reads that were not recorded as they are asked, from those that were.

A recording of another program lists machines for the whole subscription, say, where azops asks for those of a group.
The answer is then what the recorded lists say about that group.
"""

from __future__ import annotations

import json
import re
from typing import Any

from azops_tui.http_edge import HttpAnswer, HttpCall
from azops_tui.json_types import Json
from azops_tui.replay import matching
from azops_tui.replay.cassette import Cassette
from azops_tui.replay.tape import Tape
from azops_tui.replay.tracks import HttpExchange, NotRecordedError

_ID = re.compile(
    r"/subscriptions/[^/]+(?:/resourcegroups/(?P<group>[^/]+))?/providers/(?P<namespace>[^/]+)(?P<parts>(?:/[^/]+/[^/]+)+)"
)
_COLLECTION = re.compile(
    r"(?P<scope>/subscriptions/[^/]+(?:/resourcegroups/[^/]+)?)/providers/(?P<type>[^/]+/[^/]+(?:/[^/]+/[^/]+)*)"
)
_OLD_DEPLOYMENTS = re.compile(r"(/resourcegroups/[^/]+)/deployments/")
_NO_RESOURCES = frozenset({"microsoft.resources/deployments", "microsoft.authorization/locks"})


class Inventory:
    """What the recorded answers say about resources. All paths and ids are in lower case."""

    def __init__(self, cassette: Cassette) -> None:
        self._answers: dict[tuple[str, str], Json] = {}
        self._lists: dict[str, dict[str, Json]] = {}
        """Items of each list, of all its pages, by id."""
        self._items: dict[str, Json] = {}
        for track, exchange in cassette.payloads():
            if track.kind == "http" and isinstance(exchange, HttpExchange) and exchange.status == 200:
                self._learn(exchange)
        for identity, item in self._items.items():
            view = self._answers.get(("GET", f"{identity}/instanceview"))
            if isinstance(view, dict) and isinstance(item.get("properties"), dict):
                item["properties"] = {**item["properties"], "instanceView": view}

    def answer(self, method: str, url: str) -> Json:
        """The body of the answer to a request; None if the recording says nothing about it."""
        _, path, _ = matching.place(url)
        path = _place(path)
        if method == "GET" and path in self._lists:
            return {"value": list(self._lists[path].values())}
        known = self._answers.get((method, path))
        if method != "GET" or (known is not None and path not in self._items):
            return known
        if path in self._items:
            return self._items[path]
        match = re.fullmatch(r"(/subscriptions/[^/]+(?:/resourcegroups/[^/]+)?)/resources", path)
        if match:
            return {"value": [item for key, item in self._items.items() if _is_resource(key, match[1])]}
        match = _COLLECTION.fullmatch(path)
        if match is None:
            return None
        return {"value": [item for key, item in self._items.items() if _is_of(key, match["scope"], match["type"])]}

    def has(self, url: str) -> bool:
        """True if the recording has anything of the type that a URL lists."""
        match = _COLLECTION.fullmatch(_place(matching.place(url)[1]))
        kind = match["type"] if match else ""
        return any(_type_of(key) == kind for key in self._items) or any(path.endswith(kind) for path in self._lists)

    def _learn(self, exchange: HttpExchange) -> None:
        try:
            body = json.loads(exchange.received)
        except ValueError:
            return
        path = _place(matching.place(exchange.uri)[1])
        values = body.get("value") if isinstance(body, dict) else None
        if not isinstance(values, list):
            self._answers[exchange.method, path] = body
            self._add(body)
            return
        if exchange.method != "GET":
            self._answers[exchange.method, path] = body
            return
        listed = self._lists.setdefault(path, {})
        for number, item in enumerate(values):
            identity = self._add(item)
            listed[identity or f"{len(listed)} {number}"] = self._items.get(identity, item)

    def _add(self, item: Any) -> str:
        """Keep an item by its id; a fuller one wins. Returns the id, empty if it has none."""
        identity = item.get("id") if isinstance(item, dict) else None
        if not isinstance(identity, str) or not identity.startswith("/"):
            return ""
        key = _place(identity.rstrip("/").lower())
        if len(item) >= len(self._items.get(key, ())):
            self._items[key] = item
        return key


class OfflineTape(Tape):
    """A tape for looking at what was recorded: reads outside of a step are answered from all that the cassette says."""

    _inventory: Inventory | None = None

    async def answer(self, call: HttpCall) -> HttpAnswer | None:
        """The answer of the step's tape, or to a read outside of a step what the recording says.

        Raises:
            NotRecordedError: a step sends a request that was not recorded.
        """
        if matching.is_sign_in(call.url):
            return await super().answer(call)
        if call.step:
            try:
                return await super().answer(call)
            except NotRecordedError:
                # Another program asked in another way than a step does.
                if self.header.version or not matching.is_reading(call.method):
                    raise
        if self._inventory is None:
            self._inventory = Inventory(self.cassette)
        url = self.fakes.hide(call.url)
        body = self._inventory.answer(call.method.upper(), url)
        if body is None or (body == {"value": []} and not self._inventory.has(url)):
            what = matching.label(HttpExchange(method=call.method, uri=url))
            self.note("", f"{what} was not recorded.")
            if body is None:
                return _json(404, {"error": {"code": "NotRecorded", "message": f"{what} was not recorded."}})
        return _json(200, json.loads(self.fakes.show(json.dumps(body))))


def _json(status: int, body: Json) -> HttpAnswer:
    return HttpAnswer(status, "", (("Content-Type", "application/json; charset=utf-8"),), json.dumps(body).encode())


def _place(path: str) -> str:
    """A path with the segment that older versions of the API leave out."""
    return _OLD_DEPLOYMENTS.sub(r"\1/providers/microsoft.resources/deployments/", path)


def _type_of(identity: str) -> str:
    """Type of a resource by its id: ``microsoft.compute/virtualmachines``; empty for a group or a subscription."""
    match = _ID.fullmatch(identity)
    return f"{match['namespace']}/{'/'.join(match['parts'].split('/')[1::2])}" if match else ""


def _is_resource(identity: str, scope: str) -> bool:
    """True for what the list of resources of a scope has: no children, deployments or locks."""
    kind = _type_of(identity)
    is_top = kind.count("/") == 1 and "/resourcegroups/" in identity
    return is_top and kind not in _NO_RESOURCES and identity.startswith(f"{scope}/")


def _is_of(identity: str, scope: str, collection: str) -> bool:
    """True for an item of a collection, such as the subnets of a network or the disks of a group."""
    namespace, *parts = collection.split("/")
    kind = f"{namespace}/{'/'.join(parts[0::2])}"
    if _type_of(identity) != kind or not identity.startswith(f"{scope}/"):
        return False
    parents = parts[1::2]
    return not parents or identity.split("/")[-len(parents) * 2 - 1 : -1 : 2][: len(parents)] == parents
