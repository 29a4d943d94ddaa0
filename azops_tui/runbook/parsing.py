"""Markdown to runbook.

Fences count at any nesting depth. The block structure comes from a CommonMark parser; inline text is parsed only where
it matters: headings, links under ``Prerequisites``, and comments.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from markdown_it.token import Token

from azops_tui.runbook.attributes import parse_attributes
from azops_tui.runbook.classify import condition_effect, step_effects, with_confirm
from azops_tui.runbook.expectations import Comment, comments, read_comment
from azops_tui.runbook.frontmatter import FrontMatter, read_front_matter
from azops_tui.runbook.guessing import code_that_saves, guess_role
from azops_tui.runbook.implicit_parameters import exported_parameters, implicit_parameters
from azops_tui.runbook.inline import inline_parser, plain_text
from azops_tui.runbook.languages import PROMPTED, YAML, has_prompt, kind_of, prompted_code, shebang
from azops_tui.runbook.model import (
    Block,
    Effect,
    Expectation,
    Parameter,
    Prerequisite,
    Problem,
    Role,
    Runbook,
    Severity,
    Step,
    StepKind,
)
from azops_tui.runbook.names import step_names
from azops_tui.runbook.native import NativeStep, native_effects
from azops_tui.runbook.native_reader import decode_native
from azops_tui.runbook.parameters import from_metadata
from azops_tui.runbook.sections import divide
from azops_tui.runbook.shell import read, read_ahead, unreadable
from azops_tui.runbook.shell_effects import Definitions
from azops_tui.runbook.tabs import tabs_beside_bash
from azops_tui.runbook.tokens import block_tokens, first_line, is_closed, normal_lines

_INFO = re.compile(r"([^\s{]*)\s*(.*)", re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_NOT_RUN = -2
_EXAMPLE = 0.8
"""Similarity that an output must have to one that a sentence introduces ("Output:")."""
_VARIABLES = re.compile(r"^[ \t]*```variables[ \t]*\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE)


@dataclass(slots=True)
class _Pending:
    """An expectation whose result block has not been read yet."""

    comment: Comment
    step: int
    """Index of its step; -1 if there is none."""
    section: str


@dataclass(slots=True)
class _Draft:
    """A step during parsing."""

    kind: StepKind
    block: Block
    title: str
    code: str
    rows: tuple[int, ...] = ()
    native: NativeStep | None = None
    expectations: list[Expectation] = field(default_factory=list)


def parse_document(
    text: str,
    path: Path,
    *,
    metadata: str = "",
    initial: Mapping[str, str] | None = None,
    tools: Collection[str] | None = None,
    untagged: bool = False,
    variables: Collection[str] | None = None,
) -> Runbook:
    """See :func:`azops_tui.runbook.parse`."""
    reader = DocumentReader(text, path, metadata, initial or {}, tools, untagged=untagged, variables=variables)
    return reader.runbook()


class DocumentReader:
    """One pass over a document's blocks."""

    def __init__(
        self,
        text: str,
        path: Path,
        metadata: str,
        initial: Mapping[str, str],
        tools: Collection[str] | None,
        *,
        untagged: bool,
        variables: Collection[str] | None,
    ) -> None:
        self._untagged = untagged
        self._variables = variables
        self._before = ""
        """The paragraph before the next fence."""
        self._last = -1
        """Index of the step that the next expectation is about; ``_NOT_RUN`` after a guessed fence that is no step."""
        self._text = text
        self._path = path
        self._metadata = metadata
        self._initial = initial
        self._tools = tools
        self._lines = normal_lines(text)
        self._problems: list[Problem] = []
        self._blocks: list[Block] = []
        self._drafts: list[_Draft] = []
        self._headings: list[tuple[int, str, int]] = []
        """Level, title and line of the headings that divide the document."""
        self._heading = ""
        """The nearest heading as written; ``_title`` is its text."""
        self._title = ""
        self._pending: _Pending | None = None
        self._prerequisites: list[Prerequisite] = []
        self._prerequisite_level = 0
        """Level of the enclosing Prerequisites heading; 0 elsewhere."""
        self._commented: dict[str, str] = {}
        """Variables set in comments, a convention of Innovation Engine."""

    def runbook(self) -> Runbook:
        front = read_front_matter(self._lines)
        self._problems.extend(front.problems)
        self._untagged = self._untagged or front.untagged
        tokens = block_tokens(self._lines, front.lines)
        for at, token in enumerate(tokens):
            match token.type:
                case "heading_open":
                    self._head(token, tokens[at + 1])
                    self._before = ""
                case "fence":
                    self._fence(token)
                    self._before = ""
                case "html_block":
                    self._comments(token.content, token)
                case "inline" if tokens[at - 1].type != "heading_open":
                    self._before = token.content
                    if "<!--" in token.content or self._prerequisite_level:
                        self._inline_text(token)
        self._drop_pending()
        return self._assemble(front)

    def _warn(self, line: int, message: str) -> None:
        self._problems.append(Problem(Severity.WARNING, line, message))

    # Blocks

    def _head(self, token: Token, content: Token) -> None:
        level, line = int(token.tag[1:]), first_line(token)
        title = plain_text(content.content)
        self._heading, self._title = content.content.strip(), title
        if token.level == 0:
            self._headings.append((level, title, line))
        if title.casefold() == "prerequisites":
            self._prerequisite_level = level
        elif level <= self._prerequisite_level:
            self._prerequisite_level = 0

    def _fence(self, token: Token) -> None:
        line = first_line(token)
        end = token.map[1] if token.map else line
        if not is_closed(token):
            self._warn(line, "this code fence is never closed; it ends where the text around it ends")
        match = _INFO.fullmatch(token.info.strip())
        language, rest = (match[1], match[2]) if match else ("", "")
        folded = language.casefold()
        attributes, problems = parse_attributes(rest, line)
        kind = StepKind.NATIVE if folded in YAML and attributes.azops else kind_of(language)
        if attributes.kernel and kind is not StepKind.PYTHON:
            kind = StepKind.KERNEL
        if kind is StepKind.SHELL and not attributes.interpreter and not attributes.ssh:
            attributes = replace(attributes, interpreter=shebang(token.content))
        if attributes.azops and kind is not StepKind.NATIVE:
            problems.append(Problem(Severity.ERROR, line, f"azops={attributes.azops} belongs on a yaml fence"))
        code = token.content
        rows: tuple[int, ...] = ()
        file = ""
        if kind is StepKind.SHELL and (folded in PROMPTED or has_prompt(token.content)):
            code, rows = prompted_code(token.content, line)
        is_step = kind is not None and not attributes.ignore and (folded not in PROMPTED or bool(code))
        is_example = False
        role = Role.STEP if is_step else Role.RESULT if self._awaits() else Role.OTHER
        if role is Role.OTHER and not attributes.azops and not attributes.ignore:
            role, file = guess_role(self._before, folded, token.content, follows_step=self._last != -1)
            is_example = role is Role.RESULT
            if role is Role.GUESSED and self._untagged:
                role, kind, is_step = Role.STEP, StepKind.SHELL, True
                if file:
                    code, rows = code_that_saves(file, token.content), (line,)
                elif has_prompt(token.content):
                    code, rows = prompted_code(token.content, line)
        if is_step or folded in YAML:
            self._problems.extend(problems)
        block = Block(
            role,
            language,
            token.info.strip(),
            self._heading,
            token.level,
            line,
            end,
            token.content,
            attributes,
            file,
            self._before,
        )
        self._blocks.append(block)
        if kind is not None and is_step:
            self._drop_pending()
            self._drafts.append(_Draft(kind, block, self._title, code, rows))
            self._last = len(self._drafts) - 1
        elif role is Role.GUESSED:
            self._drop_pending()
            self._last = _NOT_RUN
        elif is_example:
            if self._last >= 0:
                example = Expectation(line, similarity=_EXAMPLE, expected=block.text, language=language)
                self._drafts[self._last].expectations.append(example)
        elif role is Role.RESULT:
            self._attach(block)

    # Expectations

    def _awaits(self) -> bool:
        pending = self._pending
        return pending is not None and (pending.comment.compares or pending.section == self._heading)

    def _attach(self, block: Block) -> None:
        pending, self._pending = self._pending, None
        if pending is None:
            return
        if not pending.comment.compares:
            return
        expectation = replace(pending.comment.expectation, expected=block.text, language=block.language)
        if pending.step == _NOT_RUN:
            return
        if pending.step < 0:
            self._warn(expectation.line, "this expected result has no step above it")
        else:
            self._drafts[pending.step].expectations.append(expectation)

    def _drop_pending(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None and pending.comment.compares:
            self._warn(pending.comment.expectation.line, "no result block follows this expectation; it is not checked")

    def _comments(self, text: str, token: Token) -> None:
        if text.rfind("<!--") > text.rfind("-->"):
            line = first_line(token) + text.count("\n", 0, text.rfind("<!--"))
            self._warn(line, "this comment is never closed; what follows it is part of it")
        line, counted = first_line(token), 0
        for start, content in comments(text):
            line, counted = line + text.count("\n", counted, start), start
            for variables in _VARIABLES.finditer(content.lstrip("-")):
                self._commented.update({export.name: export.value for export in read(variables[1]).exports})
            comment, problems = read_comment(content, line)
            self._problems.extend(problems)
            if comment is None:
                continue
            self._drop_pending()
            last = self._last
            if not comment.compares:
                if last == _NOT_RUN:
                    pass
                elif last < 0:
                    self._warn(line, "this expectation has no step above it")
                else:
                    self._drafts[last].expectations.append(comment.expectation)
            self._pending = _Pending(comment, last, self._heading)

    def _inline_text(self, token: Token) -> None:
        """Comments within a paragraph, and links under Prerequisites."""
        children = inline_parser().parseInline(token.content)[0].children or []
        line = first_line(token)
        for child in children:
            if child.type in {"softbreak", "hardbreak"}:
                line += 1
            elif child.type == "html_inline" and child.content.startswith("<!--"):
                holder = Token("html_inline", "", 0, map=[line - 1, line])
                self._comments(child.content, holder)
                line += child.content.count("\n")
            elif child.type == "link_open" and self._prerequisite_level:
                self._prerequisite(str(child.attrs.get("href", "")), line)

    def _prerequisite(self, href: str, line: int) -> None:
        target = href.partition("#")[0].partition("?")[0]
        if not target.casefold().endswith(".md"):
            return
        if _SCHEME.match(target):
            if target.startswith("https://"):
                self._prerequisites.append(Prerequisite(href, Path(), line, href))
            else:
                self._warn(line, f"the prerequisite {href} is not a file and not an HTTPS address, and is not run")
            return
        relative = unquote(target)
        self._prerequisites.append(Prerequisite(relative, self._path.parent / relative, line))

    # The whole

    def _assemble(self, front: FrontMatter) -> Runbook:
        title = front.values.get("title")
        if not isinstance(title, str) or not title.strip():
            title = next((name for level, name, _ in self._headings if level == 1 and name), self._path.stem)
        steps = self._steps(title.strip())
        parameters = front.parameters if front.declared else self._implicit_parameters(steps)
        problems = sorted(self._problems, key=lambda problem: problem.line)
        return Runbook(
            path=self._path,
            text=self._text,
            title=title.strip(),
            front_matter=front.values,
            parameters=tuple(parameters),
            requires=front.requires,
            sections=divide(self._lines, self._headings, front.lines, steps),
            blocks=tuple(self._blocks),
            steps=tuple(steps),
            prerequisites=tuple(self._prerequisites),
            problems=tuple(replace(problem, path=self._path) for problem in problems),
        )

    def _steps(self, title: str) -> list[Step]:
        names, trouble = step_names(
            [(d.block.attributes.name, d.title, d.block.line, d.block.before) for d in self._drafts]
        )
        beside_bash = tabs_beside_bash([draft.block for draft in self._drafts])
        self._problems.extend(trouble)
        read_ahead(draft.code for draft in self._drafts if draft.kind is StepKind.SHELL)
        known = Definitions()
        steps: list[Step] = []
        for draft, name in zip(self._drafts, names, strict=True):
            block = draft.block
            native: NativeStep | None = None
            if draft.kind is StepKind.NATIVE:
                decoded = decode_native(block.attributes.azops, block.text, block.line + 1)
                if isinstance(decoded, Problem):
                    self._problems.append(decoded)
                else:
                    native = decoded
            effects = _effects(draft, native, known)
            if block.attributes.refresh is not None and effects & (Effect.MUTATES | Effect.DESTROYS):
                self._warn(block.line, f"refresh= is for steps that only read; {name} is not run again by itself")
            self._problems += unreadable(draft.code, block.line) if draft.kind is StepKind.SHELL else ()
            steps.append(
                Step(
                    name=name,
                    title=draft.title or title,
                    kind=draft.kind,
                    block=block,
                    code=draft.code,
                    effects=effects,
                    native=native,
                    native_kind=block.attributes.azops if draft.kind is StepKind.NATIVE else "",
                    expectations=tuple(draft.expectations),
                    runnable=self._runnable(draft.kind, beside_bash=block in beside_bash),
                    rows=draft.rows,
                )
            )
        return steps

    def _runnable(self, kind: StepKind, *, beside_bash: bool) -> str:
        if kind is StepKind.POWERSHELL and beside_bash:
            return "The bash tab beside it does the same"
        if kind is StepKind.POWERSHELL and self._tools is not None and "pwsh" not in self._tools:
            return "PowerShell (pwsh) is not on PATH"
        return ""

    def _implicit_parameters(self, steps: list[Step]) -> list[Parameter]:
        return implicit_parameters(self._initial, self._commented, exported_parameters(steps), self._configurable())

    def _configurable(self) -> list[Parameter]:
        if not self._metadata.strip():
            return []
        try:
            return from_metadata(self._metadata, self._path.name)
        except ValueError as error:
            self._warn(0, f"metadata.json beside it is not JSON: {error}")
            return []


def _effects(draft: _Draft, native: NativeStep | None, known: Definitions) -> Effect:
    """Effects of a step; a native step that is not valid may do anything."""
    if draft.kind is not StepKind.NATIVE:
        return step_effects(draft.kind, draft.code, draft.block.attributes, known)
    effects = native_effects(native) if native is not None else Effect.MUTATES | Effect.DESTROYS
    return condition_effect(draft.block.attributes.when, known) | with_confirm(effects, draft.block.attributes)
