"""A runbook as a model: what the document says, before anything is run. Pure data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, Flag, StrEnum, auto
from pathlib import Path
from typing import Any


class Role(StrEnum):
    """What a fence is to azops."""

    STEP = "step"
    RESULT = "result"
    """The expected result of the step before it."""
    OTHER = "other"


class StepKind(StrEnum):
    """Where a step runs."""

    SHELL = "shell"
    PYTHON = "python"
    POWERSHELL = "powershell"
    NATIVE = "native"


class Effect(Flag):
    """What a step does to the world; shown as ``R``, ``M``, ``D``."""

    NONE = 0
    READS = auto()
    MUTATES = auto()
    DESTROYS = auto()

    def __str__(self) -> str:
        return " ".join(letter for letter, effect in zip("RMD", Effect, strict=True) if effect in self)


class Severity(Enum):
    """How bad a problem is: an error keeps the runbook from running."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a document, at a line (from 1; 0 where it has none)."""

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
    interpreter: str = ""
    azops: str = ""
    """Kind of a native step: ``group``, ``deploy`` …"""
    extra: dict[str, str] = field(default_factory=dict)
    """Attributes that are kept and not ours: ``id``, ``promptEnv``, unknown ones."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fence, executable or not."""

    role: Role
    language: str
    """First word of the info string, as written; empty where there is none."""
    info: str
    heading: str
    """The nearest heading above it, as written (its text without markup is the step's title)."""
    depth: int
    """Containers (lists, items, quotes) that it stands in."""
    line: int
    """Line of the opening fence, from 1."""
    end_line: int
    """Line of the closing fence (or the last line of the document)."""
    text: str
    attributes: Attributes = field(default_factory=Attributes)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a step must yield (``expected_similarity`` and the ``expect`` forms)."""

    line: int
    similarity: float | None = None
    pattern: str = ""
    """The quoted regular expression of ``expected_similarity="…"``."""
    expected: str = ""
    """Text of the result block that follows."""
    language: str = ""
    exit: int | None = None
    contains: str | None = None
    regex: str | None = None
    jmespath: str = ""
    equals: str | None = None
    error: str | None = None
    """The error code the step must fail with; empty string for ``<!-- expect failed -->``."""


@dataclass(frozen=True, slots=True)
class Step:
    """An executable block."""

    name: str
    """Unique in the runbook; from ``name=``, else made from the heading."""
    title: str
    kind: StepKind
    block: Block
    code: str
    """What is run: the block's text, or for ``console`` fences the lines behind prompts."""
    effects: Effect
    native: Any = None
    """The decoded body of a native step, a struct of ``runbook.native``; None for others."""
    native_kind: str = ""
    expectations: tuple[Expectation, ...] = ()
    runnable: str = ""
    """Why the step cannot be run here; empty where it can."""

    @property
    def attributes(self) -> Attributes:
        """The fence's attributes."""
        return self.block.attributes

    @property
    def line(self) -> int:
        """Line of the opening fence, from 1."""
        return self.block.line

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
    """A dynamic source of choices, such as ``azure.locations`` or ``command: …``."""
    pattern: str = ""
    minimum: float | None = None
    maximum: float | None = None
    help: str = ""
    secret_from: str = ""
    line: int = 0
    literal: bool = False
    """Whether it is a literal ``export`` of the document, which a value set by the user wins over."""


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
    line: int


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
        """The step of that name, or None."""
        return next((step for step in self.steps if step.name == name), None)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep it from running."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)
