"""The cloud of a run: whether a runbook needs one, and its only owner, which opens it once and closes it."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from azops_tui.engine.problems import StepProblem, explain, problem
from azops_tui.engine.targets import names_cloud
from azops_tui.events.azure_views import FailureView
from azops_tui.runbook.model import Effect, Runbook, Step, StepKind
from azops_tui.runbook.native import HostsStep
from azops_tui.runbook.verbs import words

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.credentials import Prompt
    from azops_tui.azure.profiles import Profile
    from azops_tui.replay.tape import Tape
    from azops_tui.simulator.endpoint import LocalCloud

_CLOUDLESS = frozenset({"keypair", "gate", "chart"})
_IMPORTS = re.compile(
    r"^\s*(?:import|from)\s+([\w.]+(?:\s*,\s*[\w.]+)*)|__import__|import_module|^\s*[!%]", re.MULTILINE
)
_LOCAL_MODULES = words("""
    argparse ast base64 collections csv dataclasses datetime decimal enum fractions functools glob hashlib io
    itertools json logging math operator os pathlib pprint random re shutil statistics string sys tempfile textwrap
    time typing uuid
""")
"""Modules of Python that send no requests; ``os`` counts by what is called."""
_STARTS = re.compile(r"\bos\s*\.\s*(?:system|popen|exec|spawn|posix_spawn)|\b(?:exec|eval|compile)\s*\(")
_LOCAL_COMMANDS = words("""
    . : [ [[ alias apt apt-get awk base64 basename bash break brew cat cd chgrp chmod chown cmp comm command
    continue cp curl cut date dd declare df diff dig dirname dnf docker du echo egrep envsubst env eval exec exit
    export expr false fgrep file find free git grep groups gunzip gzip head hostname id install ip jobs jq kill less
    let ln local ls lscpu man md5sum mapfile mkdir mktemp more mv nano nc nl nslookup openssl patch ping pip pip3
    popd printenv printf ps pushd pwd read readarray readlink readonly realpath return rm rmdir sed seq set sh
    sha256sum shift shopt sleep sort source split ssh-keygen stat sudo tail tar tee test time timeout touch tr trap
    tree true truncate type typeset ulimit umask uname uniq unset unzip uptime vi vim wait watch wc wget which
    whoami xargs yes yum yq zip
""")
"""Commands that call no cloud tool unless their arguments name it."""
_CLOUD_TOOLS = re.compile(r"(?<![\w/.-])(az|azcopy|bicep|terraform|pulumi|ansible[\w-]*|packer)(?![\w-])")


def acts_on_cloud(runbook: Runbook) -> bool:
    """Whether a runbook needs a cloud: it has a native step that acts on one, or a script that may.

    A script may act on a cloud if it names a cloud tool, changes anything, starts a program that is not known, or
    imports a module that can send requests: without the run's cloud it would act on the one that the user is signed in
    to, or on none. The same holds for prerequisites, and for secrets in a key vault.
    """
    if any(parameter.secret_from.startswith("keyvault:") for parameter in runbook.parameters):
        return True
    return bool(runbook.prerequisites) or any(
        step.native_kind not in _CLOUDLESS and not on_plain_hosts(step)
        if step.kind is StepKind.NATIVE
        else not on_plain_hosts(step)
        and bool(
            step.effects & (Effect.MUTATES | Effect.DESTROYS) or _CLOUD_TOOLS.search(step.code) or _starts_unknown(step)
        )
        for step in runbook.steps
    )


def _starts_unknown(step: Step) -> bool:
    """Whether a script starts a program, or imports a module, of which it is not known that it calls no cloud."""
    if step.kind is StepKind.PYTHON:
        names = [match[1] for match in _IMPORTS.finditer(step.code)]
        modules = {name.strip().partition(".")[0] for text in names if text for name in text.split(",")}
        return None in names or not modules <= {"__future__", *_LOCAL_MODULES} or bool(_STARTS.search(step.code))
    if step.kind is not StepKind.SHELL or step.attributes.interpreter:
        return True
    from azops_tui.runbook.shell import read

    script = read(step.code)
    commands = [*script.commands, *(command for body in script.functions.values() for command in body)]
    known = _LOCAL_COMMANDS | script.functions.keys()
    return script.unknown or any(word not in known for command in commands if (word := _program(command.words)))


def program_names(step: Step) -> list[str]:
    """Names of the programs that a shell step starts, in order; builtins and the common tools of a system left out."""
    from azops_tui.runbook.shell import read

    script = read(step.code)
    commands = [*script.commands, *(command for body in script.functions.values() for command in body)]
    names = [name for command in commands if (name := _program(command.words))]
    return [name for name in dict.fromkeys(names) if name not in _LOCAL_COMMANDS | script.functions.keys()]


def _program(command: tuple[str | None, ...]) -> str:
    """Name of the program that a command starts; empty if it only assigns variables."""
    for word in command:
        if word is None:
            return "?"
        if not re.match(r"[A-Za-z_]\w*\+?=", word):
            return word.rpartition("/")[2] if word.startswith(("/bin/", "/usr/bin/")) else word
    return ""


def on_plain_hosts(step: Step) -> bool:
    """True for a step that runs on hosts named by address: no cloud is opened for it, and no login asked."""
    hosts = step.native.hosts if isinstance(step.native, HostsStep) else step.attributes.ssh
    return bool(hosts) and not names_cloud(hosts)


class RunCloud:
    """Owner of a run's cloud: opens it when it is first needed, shares it, and closes it with the run.

    Args:
        opener: opens the cloud, such as ``lambda: open_cloud(profile)``; or an open cloud, which remains its caller's
            to close; None for a run without a cloud.
        profile: profile of the cloud, if it is known before the cloud is open.
    """

    def __init__(self, opener: Callable[[], Awaitable[Cloud]] | Cloud | None, profile: Profile | None = None) -> None:
        self._opener = opener
        self._profile = profile
        self._lock = asyncio.Lock()
        self.opened: Cloud | None = None
        """The cloud once it is open; None before."""

    @property
    def exists(self) -> bool:
        """Whether the run has a cloud, open or not."""
        return self._opener is not None

    @property
    def profile(self) -> Profile | None:
        """Profile of the cloud; None if it is not known yet."""
        return self._profile or (self.opened.profile if self.opened is not None else None)

    @property
    def has_gate(self) -> bool:
        """False if the profile turns the gate off."""
        return self.profile is None or self.profile.gate

    @property
    def label(self) -> str:
        """Subscription and profile, as ``Demo subscription (local)``; empty before the cloud is open."""
        cloud = self.opened
        return f"{cloud.subscription_name or cloud.subscription} ({cloud.profile.name})" if cloud is not None else ""

    async def open(self) -> Cloud:
        """Return the cloud, opening it on the first call. A failed attempt is repeated by the next call.

        Raises:
            StepProblem: the run has no cloud, or it cannot be opened (``NoCloud``).
        """
        async with self._lock:
            if self.opened is None:
                if self._opener is None:
                    raise problem(
                        "NoCloud",
                        "This step acts on Azure, and the run has no cloud.",
                        "Choose one: --cloud local for the simulator, or a profile of config.toml.",
                    )
                if not callable(self._opener):
                    self.opened = self._opener
                    return self.opened
                try:
                    cloud = self._opener()
                    self.opened = await cloud if inspect.isawaitable(cloud) else cloud
                except StepProblem:
                    raise
                except Exception as error:
                    view = explain(error).view
                    name = self._profile.name if self._profile is not None else "run's"
                    text = f"The {name} cloud cannot be opened: {view.message}"
                    raise StepProblem(FailureView(code="NoCloud", message=text, advice=view.advice)) from error
            return self.opened

    async def close(self) -> None:
        """Close a cloud that was opened here; one that was passed in open belongs to the caller."""
        cloud, self.opened = self.opened, None
        if cloud is not None and cloud is not self._opener:
            await cloud.close()


def preload() -> None:
    """Import what :func:`open_cloud` needs, which takes a while: call it in a thread."""
    import azops_tui.azure.connect  # noqa: F401 - for its effect


async def open_cloud(profile: Profile, tape: Tape | None = None, *, prompt: Prompt | None = None) -> Cloud:
    """Open the cloud of a profile. Closing it also stops a simulator that was started for it.

    Args:
        profile: the cloud.
        tape: records the requests or answers them; while it only answers, no cloud is needed.
        prompt: shows the code to sign in with, for the credential ``device``.

    Raises:
        AzureFailure: there is no token or no such subscription, the cloud does not answer, or the simulator cannot be
            started.
    """
    from azops_tui.azure.connect import connect
    from azops_tui.azure.errors import AzureFailure
    from azops_tui.net.upstream import is_simulator_proxy

    if tape is not None and tape.is_offline:
        from azops_tui.engine.recorded_cloud import open_recorded

        return await open_recorded(profile, tape)
    if profile.cloud != "local":
        if is_simulator_proxy(os.environ.get("HTTPS_PROXY", "")):
            text = f"This shell points at the local cloud (azops sim env): '{profile.name}' cannot be opened in it."
            raise AzureFailure(FailureView(code="LocalEnvironment", message=text, advice="Open another shell."))
        return known_to(tape, await connect(profile, edge=tape, prompt=prompt, secret=await _principal_secret(profile)))
    from azops_tui.simulator.endpoint import SimulatorError, open_local

    try:
        local = await open_local()
    except (SimulatorError, OSError) as error:
        text = str(error)
        raise AzureFailure(FailureView(code="NoLocalCloud", message=f"{text[:1].upper()}{text[1:]}")) from error
    return await connect_local(profile, local, tape)


async def connect_local(profile: Profile, local: LocalCloud, tape: Tape | None = None) -> Cloud:
    """Open a local cloud; closing the result closes it, too, and so does a failure.

    Raises:
        AzureFailure: the simulator does not answer.
    """
    from azops_tui.azure.connect import connect

    try:
        if tape is not None:
            # Before the first request, whose answer names them.
            endpoint = local.endpoint
            tape.know_cloud(
                cloud="local",
                profile=profile.name,
                subscription=endpoint.subscription,
                name=endpoint.subscription_name,
                tenant=endpoint.tenant,
                manager=endpoint.url,
            )
        cloud = await connect(profile, local.endpoint, edge=tape)
        if tape is not None and tape.replays:
            from azops_tui.engine.recorded_cloud import repeat_writes

            tape.before_live = partial(repeat_writes, cloud, tape)
    except BaseException:
        await local.close()
        raise
    cloud.on_close = local.close
    return cloud


def cloud_opener(
    profile: Profile, show: Prompt, done: Callable[[], None], tape: Tape | None = None
) -> Callable[[], Awaitable[Cloud]]:
    """An opener of a cloud for a screen.

    Args:
        profile: the cloud.
        show: shows the code to sign in with.
        done: called when a sign-in with a code has ended, one way or the other.
        tape: records the requests or answers them.
    """

    async def open_it() -> Cloud:
        shown: list[str] = []

        def prompt(url: str, code: str, expires: float) -> None:
            shown.append(code)
            show(url, code, expires)

        try:
            return await open_cloud(profile, tape, prompt=prompt)
        finally:
            if shown:
                done()

    return open_it


def is_sign_in_failure(error: BaseException) -> bool:
    """True if a cloud cannot be opened because nobody is signed in: trying again does not help."""
    view = getattr(error.__cause__, "view", None) or getattr(error, "view", None)
    return isinstance(view, FailureView) and (view.code == "AuthenticationFailed" or view.code.startswith("AADSTS"))


async def _principal_secret(profile: Profile) -> str:
    """The secret of a profile's service principal; empty if it has none."""
    if profile.credential != "principal" or not profile.secret or profile.certificate:
        return ""
    from azops_tui.secrets.store import SecretStore

    secret = await asyncio.to_thread(SecretStore().get, profile.secret)
    return secret.reveal() if secret is not None else ""


def known_to(tape: Tape | None, cloud: Cloud) -> Cloud:
    """The cloud, whose ids are fakes in what the tape records."""
    if tape is not None:
        tape.know_cloud(
            cloud=cloud.profile.cloud,
            profile=cloud.profile.name,
            subscription=cloud.subscription,
            name=cloud.subscription_name,
            tenant=cloud.profile.tenant,
        )
    return cloud
