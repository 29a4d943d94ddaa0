"""A live run as a controller. Everything heavy is imported and opened after the first paint, in workers.

Long because every command that a live run takes is one method of one class.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui.engine.watch_scope import WatchScope
from azops_tui.events.records import Notice, Record, SignInAsked, SignInEnded
from azops_tui.events.run_view import RunView
from azops_tui.runbook.model import Runbook
from azops_tui.ui.by_hand import CloudByHand
from azops_tui.ui.controller import Listener, Place
from azops_tui.ui.opening_choices import OpeningChoices
from azops_tui.ui.problems import UserError
from azops_tui.ui.writing.working import WorkingDocument

if TYPE_CHECKING:
    from azops_tui.azure.profiles import Profile
    from azops_tui.enforcement import Sandbox
    from azops_tui.engine.contexts import Context
    from azops_tui.engine.earlier import EarlierResult
    from azops_tui.engine.run import Run
    from azops_tui.engine.watch import CloudWatch
    from azops_tui.journal.store import Journal
    from azops_tui.replay.tape import Tape

_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 60.0
"""Seconds before the cloud is opened again after a failure."""


class LiveController(CloudByHand):
    """Runs a document.

    Args:
        path: the document.
        profile: the cloud to act on, and what may be done there.
        parameters: values that override the document's own.
        journal_path: the journal; the user's if None.
        hand_over: gives the terminal to an interactive step while the context is entered.
        untagged: run the fences that look like shell and do not say so; None asks, unless a person agreed earlier.
        sandbox: what scripts may do inside the fence; None for no fence.
        last: show what came of the steps in earlier runs; None shows it if the last run was not done to its end.
        whole_subscription: show all groups and machines, however many there are.
        is_dashboard: show outputs and forms without code; neither the document nor the cloud is changed by hand.
        tape: opens the cassette that answers a run in place of a cloud.
    """

    def __init__(
        self,
        path: Path,
        *,
        profile: Profile,
        parameters: dict[str, str],
        journal_path: Path | None = None,
        hand_over: Callable[[], AbstractContextManager[object]] = nullcontext,
        untagged: bool | None = None,
        sandbox: Sandbox | None = None,
        last: bool | None = None,
        whole_subscription: bool = False,
        is_dashboard: bool = False,
        tape: Callable[[], Tape] | None = None,
    ) -> None:
        self.path = path
        self._opening = OpeningChoices(untagged)
        self._shows_earlier = last
        self.is_dashboard = is_dashboard
        self._new_tape = tape
        self.profile = profile
        self._sandbox = sandbox
        self.parameters = dict(parameters)
        self.hand_over = hand_over
        self.runbook: Runbook | None = None
        self._journal_path = journal_path
        self._journal: Journal | None = None
        self._run: Run | None = None
        self._run_lock = asyncio.Lock()
        self._view_before_run = RunView()
        self._watch: CloudWatch | None = None
        self._problem = ""
        """Why the cloud cannot be opened; empty if it was not tried or is open."""
        self._sign_in_failed = False
        self._listeners: list[Listener] = []
        self._subscription = profile.subscription
        self._scope = WatchScope(everything=whole_subscription, machines=whole_subscription)
        self.writing: WorkingDocument | None = None

    @property
    def live(self) -> LiveController:
        """Itself: a live run takes commands."""
        return self

    @property
    def view(self) -> RunView:
        """Current state of the run."""
        return self._run.state if self._run else self._view_before_run

    @property
    def place(self) -> Place:
        """Cloud that the run acts on."""
        from azops_tui.gate.fence import fence_kind

        profile = self.profile
        return Place(
            profile.name,
            self._subscription,
            profile.read_only,
            profile.production,
            profile.gate,
            fence_kind(read_only=profile.read_only, sandbox=self._sandbox is not None),
        )

    @property
    def file_name(self) -> str:
        return self.path.name

    @property
    def busy(self) -> bool:
        """True while a step runs."""
        return bool(self._run and self._run.running)

    def detected_secrets(self) -> list[tuple[str, str]]:
        """The secrets that tools printed unasked: the mask of each, and its value."""
        return self._run.detected_secrets() if self._run is not None else []

    def meter(self) -> list[str]:
        """Counts of the run's requests by service, and what is left of the limits, as lines."""
        return self._run.meter() if self._run is not None else []

    @property
    def unread(self) -> str:
        """Why nothing is known of the cloud yet; empty once it was read."""
        if self._watch is not None and self._watch.read_at is not None:
            return ""
        problem = self._problem or (self._watch.problem if self._watch is not None else "")
        again = "r tries again." if self._sign_in_failed else "azops tries again."
        if problem:
            return f"{problem} {again}"
        if self._watch is not None:
            return "Azure is being read."
        is_local = self.profile.cloud == "local"
        return "The local Azure is starting." if is_local else f"Signing in with the profile {self.profile.name}."

    @property
    def waits_for(self) -> str:
        """What azops waits for while the cloud cannot be read, as a sentence; empty while it can."""
        return self._problem or (self._watch.problem if self._watch is not None else "")

    @property
    def stale_since(self) -> float | None:
        """Time of the last successful read while the cloud is unreachable; None when data is live."""
        return None if self._watch is None or self._watch.live else self._watch.read_at

    def now(self) -> float:
        """Current time in seconds since the epoch."""
        return time.time()

    def subscribe(self, listener: Listener) -> None:
        """Call ``listener`` with every record from now on."""
        self._listeners.append(listener)

    def _notify(self, record: Record) -> None:
        for listener in self._listeners:
            listener(record)

    async def load(self) -> Runbook | None:
        """Read the document, once. The run is created when it is first needed."""
        if self.runbook is not None:
            return self.runbook
        self.runbook = await asyncio.to_thread(self._read)
        if self.runbook.prerequisites:
            await self._open_run()
        else:
            from azops_tui.engine.plan import Planned

            book = self.runbook
            self._view_before_run.announce(Planned(step.name, step, book).info for step in book.steps)
        return self.runbook

    def _read(self) -> Runbook:
        # Imported here, in a thread, so that keys work meanwhile.
        from azops_tui.engine.document_file import DocumentFile

        file = DocumentFile(self.path)
        text = file.read()
        self.writing = WorkingDocument(file, self._adopt)
        return self._opening.parse(self.path, text)

    @property
    def guesses(self) -> str:
        """What the document leaves open about its fences, for a question; empty if nothing is to be asked."""
        return self._opening.sentence

    @property
    def guessed(self) -> frozenset[str]:
        """Names of the steps that run only after the question about guesses."""
        return self._opening.guessed(self.runbook)

    @property
    def to_fetch(self) -> tuple[str, ...]:
        """Addresses of prerequisites that may be fetched; empty once a person has answered."""
        return self._opening.to_fetch(self.runbook)

    @property
    def untrusted(self) -> bool:
        """True if a person must trust the document before its first step."""
        return self._opening.untrusted

    async def trust_lines(self) -> tuple[str, ...]:
        """What a person is told of the document before trusting it."""
        from azops_tui.engine.trust_summary import trust_lines

        return await asyncio.to_thread(trust_lines, self._opening.documents)

    async def trust(self, *, guesses: bool) -> None:
        """Trust the document as it is now, fetch its prerequisites, and take guessed steps or leave them."""
        await self._opening.trust()
        if self.to_fetch:
            await self.fetch_prerequisites(True)
        if self.guesses:
            await self.take_guesses(guesses)

    async def fetch_prerequisites(self, agreed: bool) -> None:
        """Fetch the prerequisites, trust their present content and add their steps; or leave them out."""
        await self._opening.fetch(self.runbook, agreed)
        if agreed and self.runbook is not None:
            await self._adopt(self.runbook.text)

    async def take_guesses(self, agreed: bool) -> None:
        """Run guessed steps from now on, also when the document is opened again; or leave them out this time."""
        await self._opening.take_guesses(self.runbook, agreed)
        if not agreed and self.runbook is not None:
            await self._adopt(self.runbook.text)

    async def earlier(self, *, always: bool) -> Mapping[str, EarlierResult]:
        """What came of the steps in earlier runs, by name; with ``always`` also if it was not to be shown by itself."""
        if self._shows_earlier is False and not always:
            return {}
        from azops_tui.engine.earlier import earlier_results

        always = always or bool(self._shows_earlier)
        return await asyncio.to_thread(earlier_results, self.path, self._journal_path, always=always)

    async def save_as(self, name: str) -> None:
        """Give a scratch page a name; the run goes on."""
        if self.writing is not None:
            self.path = await self.writing.save_as(name)
            await self._opening.trust_own(self.path, self.writing.in_file)

    async def _adopt(self, text: str) -> None:
        """Show another text of the document; the run goes on with it."""
        is_own = self.writing is not None and not self.writing.is_taking_over
        runbook = await asyncio.to_thread(self._opening.parse, self.path, text, is_own=is_own)
        if self._run is not None or runbook.prerequisites:
            run = await self._open_run()
            await run.update(runbook)
            self.runbook = run.runbook
        elif self.runbook is not None:
            from azops_tui.engine.document_version import version_event
            from azops_tui.engine.plan import Planned
            from azops_tui.runbook.versions import new_version

            version = new_version(self.runbook, runbook)
            book = self.runbook = version.runbook
            event = version_event(version, [Planned(step.name, step, book).info for step in book.steps])
            record = Record(run=0, seq=0, event=event)
            self._view_before_run.apply(record)
            self._notify(record)

    async def _open_run(self) -> Run:
        """The run that steps belong to, created once."""
        if self.runbook is None:
            raise UserError("The document is still being read.")
        async with self._run_lock:
            if self._run is None:
                await asyncio.to_thread(_preload, "azops_tui.engine.run", "azops_tui.journal.store")
                from azops_tui.engine.cloud import cloud_opener
                from azops_tui.engine.run import Policy, Run
                from azops_tui.journal.store import Journal

                self._journal = self._journal or Journal(self._journal_path)
                tape = self._new_tape() if self._new_tape is not None else None
                self._run = Run(
                    self.runbook,
                    journal=self._journal,
                    cloud=cloud_opener(self.profile, self._show_code, self._code_done, tape),
                    policy=Policy(read_only=self.profile.read_only, interactive=True, sandbox=self._sandbox),
                    parameters=self.parameters,
                    profile=self.profile,
                    hand_over=self.hand_over,
                    tape=tape,
                )
                self._run.subscribe(self._notify)
        return self._run

    def _show_code(self, url: str, code: str, expires: float) -> None:
        event = SignInAsked(at=time.time(), url=url, code=code, expires=expires)
        self._notify(Record(run=0, seq=0, event=event))

    def _code_done(self) -> None:
        self._notify(Record(run=0, seq=0, event=SignInEnded(at=time.time())))

    async def watch(self) -> None:
        """Open the cloud and watch it, and the file.

        A failure is shown once; azops tries again unless sign-in failed, which is tried once.
        """
        if self.writing is not None:
            self.writing.follow()
        pause = _FIRST_PAUSE
        while not await self._open_watch() and not self._sign_in_failed:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _open_watch(self) -> bool:
        if self._watch is not None:
            return True
        run = await self._open_run()
        await asyncio.to_thread(_preload, "azops_tui.engine.watch")
        from azops_tui.engine.cloud import is_sign_in_failure, preload
        from azops_tui.engine.watch import CloudWatch

        await asyncio.to_thread(preload)
        try:
            cloud = await run.cloud()
        except Exception as error:
            self._sign_in_failed = is_sign_in_failure(error)
            if self._problem != str(error):
                self._problem = str(error)
                self._notify(Record(run=0, seq=0, event=Notice(at=time.time(), text=str(error), level="error")))
            return False
        self._problem = ""
        self._subscription = cloud.subscription_name
        self._watch = CloudWatch(cloud, run.observe, interest=run.groups, scope=self._scope)
        self._watch.start()
        return True

    async def refresh(self) -> None:
        """Read the cloud again now."""
        if self._watch is None:
            await self._open_watch()
        else:
            await self._watch.look()

    async def look_at(self, group: str) -> None:
        """Read the resources of a group from now on, also in a large subscription; of all groups if it is empty."""
        if group:
            self._scope.groups.add(group)
        else:
            self._scope.everything = True
        if self._watch is not None:
            await self._watch.look()

    async def run_step(self, name: str, *, by_key: bool = True, hosts: Sequence[str] = ()) -> None:
        """Run a step. On the local cloud, where nothing can be lost, the key press is agreement to changes."""
        agreed = by_key and self.profile.cloud == "local"
        await (await self._open_run()).run_step(name, agreed=agreed, hosts=frozenset(hosts))

    async def run_on_hosts(self, hosts: str, command: str) -> None:
        """Run a typed command on hosts, as a step of its own."""
        await (await self._open_run()).run_on_hosts(hosts, command)

    async def save_hosts(self, step: str, hosts: Sequence[str], folder: Path) -> None:
        """Write the output of hosts to files, from the journal."""
        from azops_tui.journal.host_outputs import write_host_outputs

        run = await self._open_run()
        if self._journal is not None:
            await asyncio.to_thread(write_host_outputs, self._journal, run.id, step, hosts, folder)

    async def run_all(self) -> None:
        """Run all steps that are not done."""
        await (await self._open_run()).run_all()

    async def run_from(self, name: str) -> None:
        """Run a step and all that follow."""
        await (await self._open_run()).run_from(name)

    async def restart_session(self) -> None:
        """End the sessions; the next step begins with the variables of the run's beginning."""
        await (await self._open_run()).restart_session()

    async def run_anew(self) -> None:
        """End this run and run everything in a new one."""
        if self.busy:
            raise UserError("A step is running; s stops it.")
        await self._close_run()
        await self._open_run()
        await self.watch()
        await self.run_all()

    async def contexts(self) -> list[Context]:
        """Profiles, and the subscriptions that the current one can see, as places to switch to."""
        from azops_tui.engine.contexts import list_contexts

        return await list_contexts(self.profile, await self._open_run() if self._watch is not None else None)

    async def switch(self, context: Context) -> None:
        """Go on in another profile or subscription, with a new run; the page stays open."""
        if self.busy:
            raise UserError("A step is running; s stops it.")
        from azops_tui.engine.contexts import profile_of

        profile = profile_of(context, self.profile)
        await self._close_run()
        self.profile, self._subscription, self._problem = profile, profile.subscription, ""
        self._view_before_run = RunView()
        if self.runbook is not None:
            from azops_tui.engine.plan import Planned

            book = self.runbook
            self._view_before_run.announce(Planned(step.name, step, book).info for step in book.steps)
        self._notify(Record(run=0, seq=0, event=Notice(at=time.time(), text=f"The cloud is now {context.label}.")))
        await self.watch()

    async def _close_run(self) -> None:
        run, watch = self._run, self._watch
        self._run = self._watch = None
        if watch is not None:
            await watch.close()
        if run is not None:
            await run.close()

    async def stop(self) -> None:
        """Stop the running step."""
        await (await self._open_run()).stop()

    async def answer(
        self,
        question: str,
        accepted: bool,
        *,
        typed: str = "",
        note: str = "",
        values: Mapping[str, str] | None = None,
    ) -> None:
        if not (await self._open_run()).answer(question, accepted, typed=typed, note=note, values=values):
            raise UserError("The question is no longer pending, or the name does not match.")

    async def set_parameters(self, values: dict[str, str]) -> None:
        """Change parameter values; steps that have run are not run again."""
        await (await self._open_run()).set_parameters(values)
        self.parameters.update(values)

    async def choices(self, source: str) -> list[str]:
        """Current values of a parameter's dynamic source."""
        from azops_tui.engine.choices import read_choices

        return await read_choices(source, self.path.resolve().parent, (await self._open_run()).cloud)

    async def close(self) -> None:
        """End the watch and the run, then close the journal, even if ending fails."""
        if self.writing is not None:
            self.writing.close()
        try:
            if self._watch is not None:
                await self._watch.close()
        finally:
            try:
                if self._run is not None:
                    await self._run.close()
            finally:
                if self._journal is not None:
                    journal, self._journal = self._journal, None
                    journal.close()


def _preload(*modules: str) -> None:
    """Import modules, in a thread, so that keys work meanwhile."""
    for module in modules:
        importlib.import_module(module)
