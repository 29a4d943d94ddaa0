"""The model of a runbook: the contents of the document before it is run. Pure data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, Flag, StrEnum, auto
from pathlib import Path
from typing import Any


class Role(StrEnum):
    """Role of a fence: step, expected result or document."""

    STEP = "step"
    RESULT = "result"
    """Expected result of the preceding step."""
    GUESSED = "guessed"
    """Looks like shell and does not say so: a step once a person agreed."""
    OTHER = "other"


class StepKind(StrEnum):
    """What executes a step."""

    SHELL = "shell"
    PYTHON = "python"
    POWERSHELL = "powershell"
    NATIVE = "native"
    KERNEL = "kernel"
    """Code in another language than Python, in a Jupyter kernel."""


class Effect(Flag):
    """Effects of a step on clouds and hosts; shown as ``R``, ``M``, ``D``."""

    NONE = 0
    READS = auto()
    MUTATES = auto()
    DESTROYS = auto()

    def __str__(self) -> str:
        return " ".join(letter for letter, effect in zip("RMD", Effect, strict=True) if effect in self)


class Severity(Enum):
    """Severity of a problem: an error prevents the runbook from running."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a document at a line (from 1; 0 without a line)."""

    severity: Severity
    line: int
    message: str
    path: Path | None = None

    def __str__(self) -> str:
        place = f"{self.path or 'runbook'}:{self.line}" if self.line else str(self.path or "runbook")
        return f"{place}: {self.severity.value}: {self.message}"


@dataclass(frozen=True, slots=True)
class Attributes:
    """Attributes of a fence, as ``parse_attributes`` reads them. Durations are seconds."""

    name: str = ""
    timeout: float | None = None
    retries: int = 0
    retry_delay: float = 5.0
    on_error: str = "stop"
    when: str = ""
    confirm: str = ""
    """``none``, ``mutate``, ``destroy``, or empty: the classifier decides."""
    capture: str = ""
    query: str = ""
    format: str = ""
    interactive: bool = False
    background: bool = False
    hide: str = ""
    refresh: float | None = None
    """A dashboard runs the step again after so many seconds."""
    ssh: str = ""
    serial: str = ""
    max_fail: str = ""
    user: str = ""
    via: str = ""
    cwd: str = ""
    env: dict[str, str] = field(default_factory=dict)
    exclude_from_run_all: bool = False
    tags: tuple[str, ...] = ()
    ignore: bool = False
    id: str = ""
    """Names the step as well, in all versions of the document."""
    prompt_env: str = ""
    """``always`` or ``never``: whether to ask for variables that the step exports; otherwise if one has no value."""
    interpreter: str = ""
    kernel: str = ""
    """Name of the Jupyter kernel that executes the code."""
    azops: str = ""
    """Kind of a native step: ``group``, ``deploy`` …"""
    extra: dict[str, str] = field(default_factory=dict)
    """Unknown attributes, kept without effect."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fence, executable or not."""

    role: Role
    language: str
    """First word of the info string, as written; may be empty."""
    info: str
    heading: str
    """The heading above it, as written; without markup it is the title of the step."""
    depth: int
    """Number of containers (lists, items, quotes) around it."""
    line: int
    """Line of the opening fence, from 1."""
    end_line: int
    """Line of the closing fence (or the last line of the document)."""
    text: str
    attributes: Attributes = field(default_factory=Attributes)
    file: str = ""
    """Name of the file that the text before the fence introduces; a guessed step saves it."""
    before: str = ""
    """The paragraph before the fence, as written; empty if a heading or another fence is nearer."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Expected outcome of a step (``expected_similarity`` and the ``expect`` forms)."""

    line: int
    similarity: float | None = None
    pattern: str = ""
    """The quoted regular expression of ``expected_similarity="…"``."""
    expected: str = ""
    """Text of the result block."""
    language: str = ""
    exit: int | None = None
    contains: str | None = None
    regex: str | None = None
    jmespath: str = ""
    equals: str | None = None
    error: str | None = None
    """Error code with which the step must fail; empty for ``<!-- expect failed -->``."""


@dataclass(frozen=True, slots=True)
class Step:
    """An executable block."""

    name: str
    """Unique in the runbook; from ``name=``, or else derived from the heading."""
    title: str
    kind: StepKind
    block: Block
    code: str
    """Code to execute: the text of the block, or the lines with prompts of a ``console`` fence."""
    effects: Effect
    native: Any = None
    """Body of a native step; None for other steps."""
    native_kind: str = ""
    expectations: tuple[Expectation, ...] = ()
    runnable: str = ""
    """Why the step cannot be executed on this machine, or need not be; empty if it is executed."""
    rows: tuple[int, ...] = ()
    """Line of the document for each line of the code; empty if they follow the opening fence one by one."""

    @property
    def attributes(self) -> Attributes:
        return self.block.attributes

    @property
    def line(self) -> int:
        """Line of the opening fence, from 1."""
        return self.block.line

    @property
    def is_refreshed(self) -> bool:
        """True if an open dashboard runs the step again and again: it asks for that, and only reads."""
        return self.attributes.refresh is not None and not self.effects & (Effect.MUTATES | Effect.DESTROYS)

    def document_line(self, row: int) -> int:
        """Line of the document, from 1, for a line of the code, from 1."""
        if not self.rows:
            return self.line + row
        return self.rows[min(row, len(self.rows)) - 1]

    @property
    def label(self) -> str:
        """The kind as shown: ``shell``, ``python``, ``azops=deploy``."""
        return f"azops={self.native_kind}" if self.native_kind else self.kind.value


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the run, from front matter, a literal ``export`` or ``configurableParams``."""

    name: str
    type: str = "string"
    """``string``, ``int``, ``number``, ``bool``, ``choice``, ``secret`` or ``path``."""
    default: str | None = None
    choices: tuple[str, ...] = ()
    source: str = ""
    """A dynamic source of choices, such as ``azure.locations``, ``azure.scale_sets of ${GROUP}`` or ``command: …``."""
    pattern: str = ""
    minimum: float | None = None
    maximum: float | None = None
    help: str = ""
    secret_from: str = ""
    """Where the value of a secret comes from; :mod:`azops_tui.runbook.secret_sources` reads it."""
    line: int = 0
    origin: str = ""
    """``placeholder`` or ``unset`` (used and never set) for a parameter that the document does not declare."""
    literal: bool = False
    """True for a literal ``export`` in the document; a user-supplied value overrides it."""
    is_asked: bool = False
    """True if a person is asked for it although it has a default (``promptEnv=always``)."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the source lines under it, up to the next heading of any level."""

    level: int
    """1 to 6; 0 for the text before the first heading."""
    title: str
    line: int
    end_line: int
    """Last line, inclusive."""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """A link under ``## Prerequisites`` to another runbook."""

    target: str
    path: Path
    """Its file; for one on the web the cached file, and the empty path as long as there is none that is trusted."""
    line: int
    url: str = ""
    """Address of a prerequisite on the web; empty for a file."""

    @property
    def problem(self) -> str:
        """Why it is not run, if its file does not exist."""
        if self.url:
            return f"the prerequisite {self.url} is on the web, is not fetched yet, and is not run"
        return f"the prerequisite {self.target} does not exist and is not run; its path is {self.path}"


@dataclass(frozen=True, slots=True)
class Requirements:
    """``azops.requires`` of the front matter."""

    tools: tuple[str, ...] = ()
    azops: str = ""


@dataclass(frozen=True, slots=True)
class Runbook:
    """A parsed document."""

    path: Path
    text: str
    title: str
    front_matter: dict[str, Any]
    parameters: tuple[Parameter, ...]
    requires: Requirements
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    steps: tuple[Step, ...]
    prerequisites: tuple[Prerequisite, ...] = ()
    problems: tuple[Problem, ...] = ()

    def step(self, name: str) -> Step | None:
        """The step with a name, or else with this ``id``."""
        named = next((step for step in self.steps if step.name == name), None)
        return named or next((step for step in self.steps if name and step.attributes.id == name), None)

    @property
    def guessed(self) -> tuple[Block, ...]:
        """Fences that look like shell, or show a file to save, and run only after a person agreed."""
        return tuple(block for block in self.blocks if block.role is Role.GUESSED)

    @property
    def is_strict(self) -> bool:
        """True if expected results hold when operating, too (``azops.strict: true``)."""
        own = self.front_matter.get("azops")
        return isinstance(own, dict) and own.get("strict") is True

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that prevent the runbook from running."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)
