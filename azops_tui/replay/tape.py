"""The edge of a run's process: records what crosses it, or answers it from a cassette.

Each kind of thing that crosses it asks its own method: requests to Azure :meth:`Tape.answer` and :meth:`Tape.keep`,
sessions, hosts and values of this machine :meth:`Tape.find` and :meth:`Tape.add`. Requests may come from any thread.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeVar

from azops_tui import __version__
from azops_tui.http_edge import HttpAnswer, HttpCall
from azops_tui.json_types import Json
from azops_tui.replay import matching
from azops_tui.replay.cassette import Cassette
from azops_tui.replay.cleaning import compared, shown
from azops_tui.replay.fakes import MANAGER, SUBSCRIPTION, TENANT, Fakes
from azops_tui.replay.headers import header_lists, replayed_headers
from azops_tui.replay.reading import read_cassette
from azops_tui.replay.sign_in import sign_in_answer
from azops_tui.replay.tracks import CassetteHeader, HttpExchange, NotRecordedError, Payload, Reading, Track
from azops_tui.replay.writing import check_writable, write_cassette

RecordMode = Literal["none", "once", "new_episodes", "all"]
RECORD_MODES: tuple[RecordMode, ...] = ("none", "once", "new_episodes", "all")
"""As in vcrpy: only replay; record if there is no cassette; record what is new; record everything anew."""

_TURNS = 200
"""Turns of the loop, of a millisecond or more, for which a response waits for those that were recorded before it.

A step sends several requests at a time. On a busy machine a turn is longer, and so is what is waited for."""
_NEAREST = 3
_QUESTION = re.compile(r"/(?:validate|whatIf|exportTemplate|calculateTemplateHash|list\w*|check\w*)$", re.IGNORECASE)
P = TypeVar("P", bound=Payload)


class Tape:
    """Records or replays the edge of one run.

    Args:
        path: the cassette.
        mode: what is recorded.
        live_shell: really run scripts, and answer only their requests to Azure and the steps' hosts.

    Raises:
        CassetteError: the cassette cannot be read.
    """

    def __init__(self, path: Path, mode: RecordMode = "none", *, live_shell: bool = False) -> None:
        self.path = path
        if mode == "once":
            mode = "none" if path.exists() else "all"
        self.records = mode in ("all", "new_episodes")
        self.is_offline = mode == "none"
        """True if nothing but the cassette is reached."""
        self.replays = mode == "none" or (mode == "new_episodes" and path.exists())
        self.live_shell = live_shell
        if self.records:
            check_writable(path)
        self.cassette = read_cassette(path) if self.replays else Cassette()
        self.fakes = Fakes()
        self.fakes.remember(self.cassette.header.ids)
        self.step = ""
        """Name of the step in progress."""
        self.played: set[int] = set()
        """Orders of the tracks that were answered."""
        self.before_live: Callable[[], Awaitable[None]] | None = None
        """Called on the loop of the run before the first request that is sent."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._notes: list[tuple[str, str]] = []
        self._began = time.monotonic()
        self._lock = threading.RLock()
        self._released: dict[str, int] = {}
        """Order of the last request of each step that was answered."""
        self._names: dict[str, str] = {}
        """Names that clients make up: recorded to those of this run."""
        self._queues: dict[str, list[Track]] = {}
        self._requests: dict[str, list[int]] = {}
        """Orders of the requests of each step."""
        self._done: set[int] = set()
        """Orders of the requests whose responses were passed on."""
        for track in self.cassette.tracks:
            self._queues.setdefault(track.key, []).append(track)
            if track.kind == "http":
                self._requests.setdefault(track.step, []).append(track.order)

    @property
    def header(self) -> CassetteHeader:
        """About the recorded run."""
        return self.cassette.header

    @property
    def plays_sessions(self) -> bool:
        """True if scripts are answered from the cassette."""
        return self.replays and not self.live_shell

    def begin(self, *, redact: Callable[[str], str], runbook: str) -> None:
        """Begin with a run, whose redactor hides its secrets."""
        with suppress(RuntimeError):
            self._loop = asyncio.get_running_loop()
        self.fakes = Fakes(redact)
        self.fakes.remember(self.header.ids)
        if self.records:
            self.header.version, self.header.runbook = __version__, runbook

    def know_cloud(
        self, *, cloud: str, profile: str, subscription: str, name: str, tenant: str, manager: str = ""
    ) -> None:
        """Learn what the open cloud is; in the cassette, its ids and the address of a local cloud are fakes."""
        fakes = self.fakes
        for value, fake in ((subscription, SUBSCRIPTION), (tenant, TENANT), (manager, MANAGER)):
            fakes.add(value, fake)
        if self.records:
            header = self.header
            header.cloud, header.profile, header.subscription_name = cloud, profile, name
            header.subscription, header.tenant = SUBSCRIPTION, TENANT if tenant else ""

    async def answer(self, call: HttpCall) -> HttpAnswer | None:
        """The recorded response to a request, in the order in which responses were recorded; None to send it.

        Raises:
            NotRecordedError: nothing is sent, and the request was not recorded.
        """
        if not self.replays:
            return None
        if matching.is_sign_in(call.url):
            return sign_in_answer(call, self.fakes.show(self.header.tenant or TENANT)) if self.is_offline else None
        step = call.step or self.step
        new = HttpExchange(method=call.method, uri=call.url, sent=call.body)
        track = self._find(new, step)
        if track is None:
            if not self.is_offline:
                await self.catch_up()
                return None
            raise self._missing(new, step)
        await self._turn(track)
        recorded = self.cassette.load(track)
        assert isinstance(recorded, HttpExchange)
        version = matching.api_version(call.url)
        if version != track.version:
            self.note(step, f"{track.label} was recorded with API version {track.version}; now it asks for {version}.")
        recorded = shown(recorded, self.fakes)
        assert isinstance(recorded, HttpExchange)
        return HttpAnswer(
            recorded.status,
            recorded.reason,
            tuple((name, self._named(value)) for name, value in replayed_headers(recorded)),
            self._named(recorded.received.decode("latin-1")).encode("latin-1") if self._names else recorded.received,
        )

    async def catch_up(self) -> None:
        """Before the first thing that is really done, have what was only answered done in the cloud, too."""
        before, self.before_live = self.before_live, None
        if before is None or not self.played:
            return
        loop = self._loop
        if loop is None or loop is asyncio.get_running_loop():
            await before()
        else:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_run(before), loop))

    def played_writes(self) -> list[HttpExchange]:
        """The writes that were answered from the cassette, in order, with the values of this run."""
        writes = []
        for track, payload in self.cassette.payloads():
            if track.order in self.played and isinstance(payload, HttpExchange) and _is_write(payload):
                show = self.fakes.show
                body = show(payload.sent.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
                writes.append(HttpExchange(method=payload.method, uri=show(payload.uri), sent=body))
        return writes

    def keep(self, call: HttpCall, answer: HttpAnswer, seconds: float) -> None:
        """Record a request that was sent and its response; requests for tokens are left out."""
        if not self.records or matching.is_sign_in(call.url):
            return
        exchange = HttpExchange(
            method=call.method,
            uri=call.url,
            sent_headers=header_lists(call.headers),
            sent=call.body,
            status=answer.status,
            reason=answer.reason,
            headers=header_lists(answer.headers),
            received=answer.body,
        )
        self.add(exchange, seconds=seconds, step=call.step)

    def find(self, new: P) -> P | None:
        """The recorded track that counts as the same as a new one; None if it must be executed, and recorded.

        Raises:
            NotRecordedError: nothing is executed, and there is no such track.
        """
        if not self.replays:
            return None
        track = self._find(new, self.step)
        if track is None:
            if self.is_offline:
                raise self._missing(new, self.step)
            return None
        return shown(self.cassette.load(track), self.fakes)  # type: ignore[return-value]  # a key has one kind

    def add(self, payload: Payload, *, seconds: float = 0.0, step: str = "") -> None:
        """Record a track of the step in progress, or of the step that is named."""
        with self._lock:
            at = time.monotonic() - self._began - seconds
            self.cassette.add(payload, step=step or self.step, at=at, seconds=seconds, is_new=True)

    def reading(self, name: str, read: Callable[[], Json]) -> Json:
        """A value of this machine, such as the clock's: the recorded one on replay, else the one that is read."""
        if self.replays:
            track = self._find(Reading(name=name, value=None), self.step)
            if track is not None:
                recorded = shown(self.cassette.load(track), self.fakes)
                assert isinstance(recorded, Reading)
                return recorded.value
        value = read()
        if self.records:
            self.add(Reading(name=name, value=value))
        return value

    async def pause(self, seconds: float) -> None:
        """Wait, but not on replay."""
        await asyncio.sleep(0 if self.is_offline else seconds)

    def note(self, step: str, text: str) -> None:
        """Tell people something about a step, once."""
        with self._lock:
            if (step, text) not in self._notes:
                self._notes.append((step, text))

    def take_notes(self, step: str) -> list[str]:
        """What is to be told about a step that ends."""
        with self._lock:
            texts = [text for name, text in self._notes if name == step]
            self._notes = [note for note in self._notes if note[0] != step]
        return texts

    def close(self) -> None:
        """Write what was recorded.

        Raises:
            CassetteError: the cassette cannot be written.
        """
        if self.records:
            write_cassette(self.path, self.cassette, self.fakes)
        self.cassette.close()

    def _find(self, new: Payload, step: str) -> Track | None:
        """Take the track that answers: of the same step if there is one, in order; reads may repeat the last."""
        _, key = matching.keys(compared(new, self.fakes))
        repeats = isinstance(new, HttpExchange) and matching.is_reading(new.method)
        with self._lock:
            track = self._next(self._queues.get(key, ()), step, repeats=repeats)
            if track is None and isinstance(new, HttpExchange):
                track = self._renamed(new, step, repeats=repeats)
            if track is None:
                track = self._masked(new, step)
            if track is not None:
                self.played.add(track.order)
        return track

    def _next(self, tracks: Iterable[Track], step: str, *, repeats: bool) -> Track | None:
        tracks = [track for track in tracks if not track.is_new]
        own = [track for track in tracks if track.step == step]
        # Where requests can be sent, a new one is not answered by what another step was told at another time.
        has_others = self.is_offline or not repeats
        for same in (own, tracks) if has_others else (own,):
            waiting = [track for track in same if track.order not in self.played]
            # What was passed over is older than what was answered already.
            ahead = [track for track in waiting if track.order > self._released.get(step, 0)]
            if waiting:
                return (ahead or waiting)[0]
            if same and repeats:
                return same[-1]
        return None

    def _renamed(self, new: HttpExchange, step: str, *, repeats: bool) -> Track | None:
        """A request that differs only in a name that its client made up, such as that of a deployment of az."""
        named = self._known(new)
        if named is not None:
            _, key = matching.keys(compared(named, self.fakes))
            track = self._next(self._queues.get(key, ()), step, repeats=repeats)
            if track is not None:
                return track
        for track in self.cassette.tracks:
            if track.kind != "http" or track.is_new or track.step != step or track.order in self.played:
                continue
            if not track.group.startswith(f"{new.method.upper()} "):
                continue
            recorded = self.cassette.load(track)
            assert isinstance(recorded, HttpExchange)
            names = matching.made_up_names(recorded, new)
            if not names:
                continue
            before = self._names
            self._names = {**before, **names}
            named = self._known(new)
            if named is not None and matching.keys(compared(named, self.fakes))[1] == track.key:
                return track
            self._names = before
        return None

    def _masked(self, new: Payload, step: str) -> Track | None:
        """A track of the step in which a secret is masked that the run does not know as a secret yet."""
        asked = compared(new, self.fakes)
        group, _ = matching.keys(asked)
        for track in self.cassette.tracks:
            if track.step != step or track.group != group or track.is_new or track.order in self.played:
                continue
            if matching.same_but_masked(compared(self.cassette.load(track), self.fakes), asked):
                return track
        return None

    def _known(self, new: HttpExchange) -> HttpExchange | None:
        """A request with the recorded names in place of those of this run; None if nothing changes."""
        uri, body = new.uri, new.sent.decode("utf-8", "surrogateescape")
        for recorded, name in self._names.items():
            uri, body = uri.replace(name, recorded), body.replace(name, recorded)
        if uri == new.uri and body == new.sent.decode("utf-8", "surrogateescape"):
            return None
        return HttpExchange(method=new.method, uri=uri, sent=body.encode("utf-8", "surrogateescape"))

    def _named(self, text: str) -> str:
        for recorded, name in self._names.items():
            text = text.replace(recorded, name)
        return text

    async def _turn(self, track: Track) -> None:
        """Wait until the requests of the step that were answered before are answered, so that events come in order."""
        for _ in range(_TURNS):
            with self._lock:
                if not self._is_early(track):
                    break
            await asyncio.sleep(0.001)
        with self._lock:
            self._done.add(track.order)
            self._released[track.step] = max(track.order, self._released.get(track.step, 0))

    def _is_early(self, track: Track) -> bool:
        orders, passed = self._requests[track.step], self._released.get(track.step, 0)
        between = orders[bisect_right(orders, passed) : bisect_left(orders, track.order)]
        return not self._done.issuperset(between)

    def _missing(self, new: Payload, step: str) -> NotRecordedError:
        """The error for a track that does not exist: what was asked for, and what is nearest to it."""
        asked = compared(new, self.fakes)
        what = matching.label(asked)
        kind = new.__struct_config__.tag
        near = [track for track in self.cassette.tracks if track.kind == kind and not track.is_new]
        group, key = matching.keys(asked)
        same = [track for track in near if track.key == key]
        message, lines = f"{what} is not in the cassette {self.path}.", []
        if same:
            message = f"{what} is in the cassette {self.path} {len(same)} times, and all of these were used."
        else:
            ranked = sorted(
                near[:2000],
                key=lambda track: (track.group == group, track.step == step, matching.similarity(track.label, what)),
                reverse=True,
            )
            for track in ranked[:_NEAREST]:
                recorded = compared(self.cassette.load(track), self.fakes)
                differences = "; ".join(matching.difference(recorded, asked)) or "it differs in its place only"
                lines.append(
                    f"Nearest (entry {track.order}, step {track.step or 'none'}): {track.label}: {differences}."
                )
        lines.append(f"--record {self.path} --record-mode new_episodes records what is missing.")
        return NotRecordedError(message, " ".join(lines))


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def _is_write(exchange: HttpExchange) -> bool:
    """True for a request that changed something: no read, no question by POST, nothing that failed."""
    asks = exchange.method == "POST" and _QUESTION.search(exchange.uri.partition("?")[0])
    return not (matching.is_reading(exchange.method) or asks) and exchange.status < 400
