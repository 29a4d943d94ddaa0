"""Runbooks as tests: a plugin of pytest that comes with the package.

``pytest runbooks/`` collects each document with a cassette (``NAME.cassette.yaml`` or ``cassettes/NAME.yaml`` beside
it, or the path that ``azops.test`` in its front matter names) and each with ``azops.test: local``, which runs on a
local Azure: one item for each step. ``--azops-record MODE`` records cassettes. Tests in Python use :func:`azops_run`.

Only pytest itself is imported with this module: it is loaded by every run of pytest where azops is installed.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from azops_tui.engine.run import Run
    from azops_tui.events.run_view import RunView
    from azops_tui.journal.store import Journal
    from azops_tui.replay.tape import RecordMode

_MODES = ("none", "once", "new_episodes", "all")
_HEAD = 64 * 1024
_TEST = re.compile(r"\btest\s*:")
_TAIL = 40


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--azops-record``."""
    parser.getgroup("azops").addoption(
        "--azops-record",
        choices=_MODES,
        default="none",
        help="Record the cassettes of runbooks, as vcrpy's modes say. Default: none, which only replays.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> RunbookFile | None:
    """Collect a document that is a test."""
    if file_path.suffix != ".md" or not _is_test(file_path):
        return None
    collected: RunbookFile = RunbookFile.from_parent(parent, path=file_path)
    return collected


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the run of a document after the last of its items."""
    if isinstance(item, StepItem) and (nextitem is None or nextitem.parent is not item.parent):
        item.document.end()


@pytest.fixture
def azops_cassette(request: pytest.FixtureRequest) -> Path:
    """Path of the test's own cassette: ``cassettes/MODULE/TEST.yaml`` beside the module."""
    module = Path(request.node.path)
    name = re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
    return module.parent / "cassettes" / module.stem / f"{name}.yaml"


@pytest.fixture
def azops_run(request: pytest.FixtureRequest, azops_cassette: Path) -> Callable[..., RunView]:
    """Runs a runbook on its cassette and returns the view of the run.

    Called as ``azops_run(path, parameters={...}, cassette=PATH, mode="once")``. Without a cassette the test's own is
    used; with ``cassette=None`` the runbook runs on a local Azure.
    """
    default = request.config.getoption("--azops-record")

    def run(
        path: str | Path,
        *,
        parameters: Mapping[str, str] | None = None,
        cassette: str | Path | None = azops_cassette,
        mode: RecordMode | None = None,
        live_shell: bool = False,
    ) -> RunView:
        async def perform() -> RunView:
            with tempfile.TemporaryDirectory() as folder:
                opened = _open(Path(path), cassette, mode or default, Path(folder), parameters, live_shell=live_shell)
                try:
                    await opened[0].run_all()
                finally:
                    await opened[0].close()
                    opened[1].close()
                return opened[0].state

        # A thread of its own: an asynchronous test has a running event loop.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, perform()).result()

    return run


class StepFailedError(Exception):
    """A step of a document failed; the text is the report."""


class RunbookFile(pytest.File):
    """A document whose steps are tests. They share one run, which begins with the first of them."""

    _run: Run | None = None
    _failed = ""
    """Name of the step that ended the run."""

    def collect(self) -> Iterator[StepItem]:
        """One item for each step."""
        from azops_tui.engine.open import RunbookError, open_runbook

        try:
            runbook = open_runbook(self.path)
        except RunbookError as error:
            raise self.CollectError(str(error)) from None
        if runbook.errors:
            raise self.CollectError("\n".join(map(str, runbook.errors)))
        for step in runbook.steps:
            if not (step.attributes.ignore or step.attributes.exclude_from_run_all):
                yield StepItem.from_parent(self, name=step.name, line=step.line)

    def run_step(self, name: str) -> None:
        """Run a step, after those of prerequisites.

        Raises:
            StepFailedError: it failed, or its output differs from the example of the document.
        """
        if self._failed:
            pytest.skip(f"not run: {self._failed} before it failed")
        if self._run is None:
            self._begin()
        assert self._run is not None
        state = self._loop.run_until_complete(self._run.run_step(name))
        step = self._run.state.step(name)
        if state == "skipped":
            pytest.skip(step.summary)
        if state not in ("done", "running"):
            planned = next(planned for planned in self._run.steps if planned.name == name)
            if planned.step.attributes.on_error != "continue":
                self._failed = name
            raise StepFailedError("\n".join([f"{self.path}:{step.line}: {step.summary or state}", *step.tail(_TAIL)]))

    def end(self) -> None:
        """End the run, and write what was recorded."""
        if self._run is None:
            return
        run, self._run = self._run, None
        try:
            self._loop.run_until_complete(run.close())
        finally:
            self._journal.close()
            self._loop.close()
            self._folder.cleanup()

    def _begin(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._folder = tempfile.TemporaryDirectory()

        async def begin() -> tuple[Run, Journal]:
            cassette, mode = _cassette_of(self.path), self.config.getoption("--azops-record")
            return _open(self.path, cassette, mode, Path(self._folder.name), None)

        self._run, self._journal = self._loop.run_until_complete(begin())


class StepItem(pytest.Item):
    """A step of a document."""

    def __init__(self, *, line: int, **options: Any) -> None:
        super().__init__(**options)
        self._line = line

    @property
    def document(self) -> RunbookFile:
        """The document that it stands in."""
        assert isinstance(self.parent, RunbookFile)
        return self.parent

    def runtest(self) -> None:
        """Run the step."""
        self.document.run_step(self.name)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The step's own report; a traceback would show azops, not the document."""
        from azops_tui.errors import AzopsError

        if isinstance(excinfo.value, StepFailedError | AzopsError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line from 0, and name."""
        return self.path, self._line - 1, f"step {self.name}"


def _open(
    path: Path,
    cassette: str | Path | None,
    mode: RecordMode,
    folder: Path,
    parameters: Mapping[str, str] | None,
    *,
    live_shell: bool = False,
) -> tuple[Run, Journal]:
    """A run of a document on its cassette, or on a local Azure; everything is agreed to.

    Raises:
        AzopsError: the document or the cassette cannot be used, or a parameter has a value that is not valid.
    """
    from azops_tui.engine.open import open_runbook
    from azops_tui.engine.taped_run import taped_run
    from azops_tui.journal.store import Journal
    from azops_tui.replay.tape import Tape

    runbook = open_runbook(path)
    tape = Tape(Path(cassette), mode, live_shell=live_shell) if cassette is not None else None
    journal = Journal(folder / "journal.db")
    return taped_run(runbook, journal, tape, parameters=parameters), journal


def _setting(path: Path) -> str:
    """Value of ``azops.test`` in the front matter; empty without it."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    if not head.startswith("---\n") or not _TEST.search(head):
        return ""
    from azops_tui.runbook.frontmatter import read_front_matter

    value = read_front_matter(head.splitlines()).values.get("azops")
    return str(value.get("test", "")) if isinstance(value, dict) else ""


def _cassette_of(path: Path) -> Path | None:
    """The cassette of a document; None if it runs on a local Azure."""
    setting = _setting(path)
    if setting and setting != "local":
        return path.parent / setting
    beside = (path.with_suffix(".cassette.yaml"), path.parent / "cassettes" / f"{path.stem}.yaml")
    return next((file for file in beside if file.is_file()), None)


def _is_test(path: Path) -> bool:
    return _cassette_of(path) is not None or _setting(path) == "local"
