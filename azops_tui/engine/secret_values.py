"""The secrets of a run: read from their sources when a step needs them, and handed to the steps that name them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.commands import command_output
from azops_tui.engine.document_rights import DocumentRights
from azops_tui.engine.environment import RunEnvironment
from azops_tui.engine.event_recorder import EventRecorder
from azops_tui.engine.guard import Proposal, Questions
from azops_tui.engine.plan import Planned
from azops_tui.engine.problems import problem
from azops_tui.errors import AzopsError
from azops_tui.events import records as ev
from azops_tui.runbook.model import Parameter, Runbook, Step, StepKind
from azops_tui.runbook.secret_sources import SecretSource, source_of
from azops_tui.secrets.redact import MASK, Secret

if TYPE_CHECKING:
    from azops_tui.secrets.store import SecretStore

_SECONDS = 60.0
"""Time limit of a command that prints a secret."""
_TRIES = 3
"""Times that a passphrase is asked for."""
_FUNCTION = re.compile(r"\b(?:function|def|class)\s+([A-Za-z_][\w-]*)|([A-Za-z_][\w-]*)\s*\(\s*\)\s*[{(]")
"""Definitions of functions in shell and Python."""


class SecretValues:
    """Reads the secrets that steps name, and knows which steps name them.

    Args:
        environment: gets the values.
        questions: asks for a passphrase.
        cloud: the run's, for key vaults.
        rights: says whether the commands of a document may run.
        recorder: takes notices.
        read_only: whether the run may only read.
        replays: True if a cassette answers in place of the sources; then no value is needed.
    """

    def __init__(
        self,
        environment: RunEnvironment,
        questions: Questions,
        cloud: RunCloud,
        rights: DocumentRights,
        recorder: EventRecorder,
        read_only: Callable[[], bool],
        *,
        replays: bool = False,
    ) -> None:
        self._environment = environment
        self._questions = questions
        self._cloud = cloud
        self._rights = rights
        self._recorder = recorder
        self._read_only = read_only
        self._replays = replays
        self._store: SecretStore | None = None
        self._missing: dict[str, tuple[Parameter, str]] = {}
        """Secrets without a value, and why."""
        self._functions: dict[str, set[str]] = {}
        """Functions of earlier steps -> secrets that their steps name."""

    async def fetch(self, steps: Sequence[Planned], documents: Iterable[Runbook]) -> list[tuple[Parameter, str]]:
        """Read the secrets that the steps name; returns those without a value, and why."""
        missing: list[tuple[Parameter, str]] = []
        for document in documents:
            for parameter in document.parameters:
                source = source_of(parameter)
                if source is None or parameter.name in self._environment.variables.withheld:
                    continue
                if not any(_names(planned.step, parameter.name) for planned in steps):
                    continue
                try:
                    value = MASK if self._replays else await self._read(source, document, steps[0].name)
                    reason = ""
                except (AzopsError, OSError) as error:
                    value, reason = None, str(error)
                if value is not None and "\0" not in value:
                    await self.take(parameter.name, value)
                else:
                    self._missing[parameter.name] = parameter, reason or _absent(source)
                    missing.append(self._missing[parameter.name])
        return missing

    async def hide_known(self, documents: Iterable[Runbook]) -> None:
        """Hide what the keyring has, before the run records its document: a document may repeat a value."""
        for document in documents:
            for parameter in document.parameters:
                source = source_of(parameter)
                if source is not None and source.kind == "keyring" and not self._replays:
                    with contextlib.suppress(AzopsError):
                        if (value := await self._unlocked(_reads(source.name), asks=False)) is not None:
                            self._recorder.hide(value)

    async def take(self, name: str, value: str) -> None:
        """Give a secret its value, for the steps that name it."""
        self._missing.pop(name, None)
        self._environment.fetched[name] = value
        await self._environment.assign(name, value, "parameter", secret=True)

    async def keep(self, values: Mapping[str, str]) -> None:
        """Keep what a person entered for secrets of the keyring, for later runs."""
        for name, value in values.items():
            try:
                await self._unlocked(lambda store, name=name, value=value: store.set(name, Secret(value)))  # type: ignore[misc]
            except AzopsError as error:
                self._recorder.record(ev.Notice(at=time.time(), text=f"{name} was not kept: {error}", level="warning"))

    def environment(self, step: Step, code: str) -> dict[str, str]:
        """The secrets that a step names, or that functions of earlier steps name which it calls.

        Args:
            step: the step.
            code: its code as it is executed.
        """
        secrets = self._environment.variables.withheld
        if not secrets or step.kind is StepKind.NATIVE:
            return {}
        words = set(re.findall(r"[A-Za-z_][\w-]*", code))
        names = {name for name in secrets if _names(step, name, code)}
        for function in words & self._functions.keys():
            names |= self._functions[function]
        for match in _FUNCTION.finditer(code) if names else ():
            self._functions.setdefault(match[1] or match[2], set()).update(names)
        return {name: secrets[name] for name in sorted(names & secrets.keys())}

    def check(self, step: Step) -> None:
        """Refuse a step that names a secret without a value.

        Raises:
            StepProblem: it names one (``SecretMissing``); says why there is no value.
        """
        for name, (_, reason) in self._missing.items():
            if _names(step, name) and name not in self._environment.variables.withheld:
                raise problem(
                    "SecretMissing",
                    f"The secret {name} has no value, so the step was not run: {reason}",
                    f"Keep it with “azops secret set {name}”, or enter it for this run with --set {name}.",
                )

    async def _read(self, source: SecretSource, document: Runbook, step: str) -> str | None:
        match source.kind:
            case "env":
                return os.environ.get(source.name)
            case "keyring":
                return await self._unlocked(_reads(source.name), step)
            case "keyvault":
                cloud = await self._cloud.open()
                return await cloud.vault_secret(source.vault, source.name, source.version)
            case "command":
                if not self._rights.trusts(document):
                    raise problem("NotTrusted", "its command runs only for a document that you trust.")
                if self._read_only():
                    raise problem("ReadOnly", "the run is read-only, and azops cannot fence in its command.")
                folder = document.path.resolve().parent
                output = (await command_output(source.name, folder, {}, _SECONDS)).decode("utf-8", "replace")
                return output.rstrip("\r\n") or None
        return None

    async def _unlocked(
        self, action: Callable[[SecretStore], str | None], step: str = "", *, asks: bool = True
    ) -> str | None:
        """The result of an action on the store; asks for the passphrase of the encrypted file where it needs it.

        Raises:
            SecretStoreError: the store refuses, or nobody can be asked.
        """
        from azops_tui.secrets.problems import SecretStoreLocked
        from azops_tui.secrets.store import SecretStore

        self._store = store = self._store or SecretStore()
        try:
            return await asyncio.to_thread(action, store)
        except SecretStoreLocked:
            if not (asks and self._questions.policy.interactive):
                raise
        lines: tuple[str, ...] = ()
        for attempt in range(1, _TRIES + 1):
            field = ev.AskedValue(name="PASSPHRASE", help=store.place, secret=True, required=True)
            title = "Passphrase of the encrypted file"
            answer = await self._questions.ask(step, Proposal("values", title, lines, values=(field,)))
            passphrase = answer.values.get("PASSPHRASE", "") if answer.accepted else ""
            if not passphrase:
                break
            self._recorder.hide(passphrase)
            try:
                await asyncio.to_thread(store.unlock, Secret(passphrase))
                return await asyncio.to_thread(action, store)
            except AzopsError as error:
                if attempt == _TRIES:
                    raise
                lines = (str(error),)
        raise SecretStoreLocked("the encrypted file stays locked.")


def _reads(name: str) -> Callable[[SecretStore], str | None]:
    def read(store: SecretStore) -> str | None:
        secret = store.get(name)
        return None if secret is None else secret.reveal()

    return read


def _absent(source: SecretSource) -> str:
    match source.kind:
        case "env":
            return f"the environment has no variable {source.name}."
        case "keyring":
            return "the keyring has no such secret."
        case "command":
            return "its command printed nothing."
    return "nobody entered it."


def _names(step: Step, name: str, code: str = "") -> bool:
    """Whether a step's code or one of its attributes names a variable."""
    attributes = step.attributes
    texts = (code or step.code, attributes.when, attributes.cwd, attributes.ssh, attributes.user, attributes.via)
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.ASCII)
    return any(word.search(text) for text in (*texts, attributes.interpreter, *attributes.env.values()))
