"""Ask for the values that documents leave open: before the run, and before the step that needs them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from azops_tui.engine.environment import RunEnvironment
from azops_tui.engine.event_recorder import EventRecorder
from azops_tui.engine.guard import Proposal, Questions
from azops_tui.engine.open_values import (
    declared_parameters,
    key_name,
    placeholder_parameters,
    required_parameters,
    shown_in_output,
    unset_parameter,
    unset_uses,
)
from azops_tui.engine.parameters import validate
from azops_tui.engine.plan import Planned
from azops_tui.engine.problems import ParameterError, problem
from azops_tui.engine.remembered import remember_values, remembered_values
from azops_tui.engine.secret_values import SecretValues
from azops_tui.events import records as ev
from azops_tui.json_types import Json
from azops_tui.runbook.model import Parameter, Runbook, Step, StepKind
from azops_tui.runbook.secret_sources import source_of

_GENERIC = frozenset({"VALUE", "OUTPUT", "RESULT"})
_LONGEST_LINE = 500
_KEEP = "KEEP"
"""Field in which a person says whether secrets that were entered are kept."""


@dataclass(frozen=True, slots=True)
class _Printed:
    """A value that a step printed."""

    text: str
    step: str


class ValueQuestions:
    """Finds what has no value, offers what earlier steps printed, and puts the answers into the run.

    Args:
        environment: gets the values.
        questions: puts the question to a person.
        recorder: has the variables of the run so far.
        secrets: reads secrets from their sources, and keeps what a person enters.
    """

    def __init__(
        self, environment: RunEnvironment, questions: Questions, recorder: EventRecorder, secrets: SecretValues
    ) -> None:
        self._documents: tuple[Runbook, ...] = ()
        self._environment = environment
        self._questions = questions
        self._recorder = recorder
        self._secrets = secrets
        self._printed: dict[str, _Printed] = {}
        self._lines: dict[str, _Printed] = {}
        """The last step that printed a single line."""
        self._left_empty: set[str] = set()
        """Unset variables that a person left empty."""
        self._is_without_prerequisites = False
        """True once a person agreed to run without the prerequisites that do not exist."""
        self._last_open: int | None = None
        """Line of the last step of the runbook that has placeholders; 0 without any."""

    @property
    def documents(self) -> tuple[Runbook, ...]:
        """The runbook first, then its prerequisites."""
        return self._documents

    @documents.setter
    def documents(self, documents: tuple[Runbook, ...]) -> None:
        self._documents, self._last_open = documents, None

    def reads(self, step: Step) -> bool:
        """Whether a placeholder below a step may ask for what the step prints."""
        if step.kind is StepKind.NATIVE:
            return False
        if self._last_open is None:
            declared = declared_parameters(self.documents)
            main = self.documents[0].steps if self.documents else ()
            self._last_open = max((one.line for one in main if placeholder_parameters(one, declared)), default=0)
        return step.line < self._last_open

    def learn(self, name: str, output: str) -> None:
        """Keep the values that a step printed as JSON, and a single line of text."""
        from azops_tui.engine.expectations.similarity import documents, plain

        text = plain(output)
        with suppress(RecursionError):
            for value in documents(text):
                self._keep(value, name)
        if text and "\n" not in text and len(text) <= _LONGEST_LINE and not text.startswith(("{", "[")):
            self._lines = {"": _Printed(text.strip('"'), name)}

    def _keep(self, value: Json, step: str, depth: int = 0) -> None:
        """Keep scalars by their keys; those nearer to the root win."""
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, dict) or depth > 6:
            return
        for child in value.values():
            self._keep(child, step, depth + 1)
        for key, child in value.items():
            if isinstance(child, str | int) and not isinstance(child, bool) and child != "":
                self._printed[key_name(key)] = _Printed(str(child), step)

    async def ask_before(self, steps: Sequence[Planned]) -> bool:
        """Ask once for what the steps need and no output is expected to tell; False if the person declines."""
        secrets = await self._secrets.fetch(steps, self.documents)
        if not self._questions.policy.interactive:
            for parameter, reason in secrets:
                text = f"The secret {parameter.name} has no value: {reason}"
                self._recorder.record(ev.Notice(at=time.time(), text=text, level="warning"))
            return True
        if not await self._goes_on_without_prerequisites(steps[0].name):
            return False
        needed: dict[str, Parameter] = {
            parameter.name: replace(parameter, help="; ".join(filter(None, (parameter.help, reason))))
            for parameter, reason in secrets
        }
        declared = declared_parameters(self.documents)
        for parameter in required_parameters(self.documents, os.environ):
            needed[parameter.name] = parameter
        for parameter in declared.values():
            if parameter.is_asked and parameter.name not in self._environment.overrides:
                needed.setdefault(parameter.name, parameter)
        lines = {(planned.runbook.path, planned.step.line) for planned in steps}
        alone = len(steps) == 1
        for planned in steps:
            for parameter in placeholder_parameters(planned.step, declared):
                if alone or not shown_in_output(parameter.name, parameter.line, planned.runbook):
                    needed.setdefault(parameter.name, parameter)
        for name, book, step in unset_uses(self.documents, os.environ):
            if (book.path, step.line) in lines and name not in self._left_empty:
                needed.setdefault(name, unset_parameter(name, step))
        missing = [
            parameter
            for parameter in needed.values()
            if (parameter.is_asked and parameter.name not in self._left_empty) or not self._has_value(parameter.name)
        ]
        if not missing:
            return True
        asked = [parameter.name for parameter in missing]
        title = f"{len(asked)} value{'s' * (len(asked) != 1)} that {self.documents[0].path.name} leaves open"
        if alone:
            title = f"Values for {steps[0].name}"
        agreed = await self._ask(steps[0].name, title, missing, required=alone)
        self._left_empty.update(name for name in asked if not self._has_value(name))
        return agreed

    async def _goes_on_without_prerequisites(self, step: str) -> bool:
        """Ask once whether to run without the prerequisites that do not exist."""
        from azops_tui.engine.open import missing_prerequisites

        missing = [problem for book in self.documents for problem in missing_prerequisites(book)]
        if not missing or self._is_without_prerequisites:
            return True
        lines = tuple(f"line {problem.line}: {problem.message}" for problem in missing)
        title = f"Run without {len(missing)} prerequisite{'s' * (len(missing) != 1)}"
        self._is_without_prerequisites = (await self._questions.ask(step, Proposal("gate", title, lines))).accepted
        return self._is_without_prerequisites

    async def ask_for(self, name: str, step: Step) -> bool:
        """Ask for the placeholders of a step that have no value yet; False if the person declines.

        Raises:
            StepProblem: nobody can be asked (``ValueMissing``).
        """
        parameters = placeholder_parameters(step, declared_parameters(self.documents))
        missing = [parameter for parameter in parameters if not self._has_value(parameter.name)]
        policy = self._questions.policy
        if missing and policy.fill_from_output:
            for parameter in missing:
                printed = self._printed.get(parameter.name)
                if printed is not None:
                    await self._set(parameter, printed.text)
                    text = f"{parameter.name} is taken from the output of {printed.step}."
                    self._recorder.record(ev.Notice(at=time.time(), step=name, text=text))
            missing = [parameter for parameter in missing if not self._has_value(parameter.name)]
        if not missing:
            return True
        if not policy.interactive:
            places = ", ".join(parameter.help.partition(": ")[0] for parameter in missing)
            options = " ".join(f"--set {parameter.name}=VALUE" for parameter in missing)
            raise problem("ValueMissing", f"{places} has no value; the step was not run.", f"Set it: {options}")
        return await self._ask(name, f"Values for {name}", missing, required=True)

    def _has_value(self, name: str) -> bool:
        return name in self._environment.overrides or name in self._recorder.view.variables

    async def _ask(self, step: str, title: str, parameters: list[Parameter], *, required: bool) -> bool:
        """Ask for values until they are valid; False if the person declines."""
        earlier = remembered_values(self.documents[0].path)
        offers = {parameter.name: self._offer(parameter, earlier) for parameter in parameters}
        fields = tuple(self._field(parameter, offers[parameter.name], required) for parameter in parameters)
        sources = {parameter.name: source_of(parameter) for parameter in parameters}
        to_keep = {
            name: source.name for name, source in sources.items() if source is not None and source.kind == "keyring"
        }
        if to_keep:
            fields += (ev.AskedValue(name=_KEEP, help=f"yes keeps {', '.join(to_keep)} for later runs", value="no"),)
        lines: tuple[str, ...] = ()
        while True:
            answer = await self._questions.ask(step, Proposal("values", title, lines, values=fields))
            if not answer.accepted:
                return False
            values: dict[str, str] = {}
            for parameter in parameters:
                offer = offers[parameter.name]
                value = answer.values.get(parameter.name, "")
                if not value and parameter.type == "secret" and offer is not None:
                    value = offer.text
                if value:
                    values[parameter.name] = value
            needed = [field.name for field in fields if field.required and field.name not in values]
            try:
                values = validate(parameters, values)
            except ParameterError as error:
                lines = (str(error),)
                continue
            if not needed:
                break
            lines = (f"Without a value: {', '.join(needed)}.",)
        for parameter in parameters:
            if parameter.name in values:
                await self._set(parameter, values[parameter.name])
        if answer.values.get(_KEEP, "").strip().casefold() in ("yes", "y", "true"):
            await self._secrets.keep({entry: values[name] for name, entry in to_keep.items() if name in values})
        with suppress(OSError):
            remember_values(self.documents[0], values)
        return True

    def _field(self, parameter: Parameter, offer: _Printed | None, required: bool) -> ev.AskedValue:
        secret = parameter.type == "secret"
        return ev.AskedValue(
            name=parameter.name,
            help=parameter.help,
            value="" if secret or offer is None else offer.text,
            source=_source(parameter, offer),
            secret=secret,
            required=(
                (not parameter.origin and not parameter.is_asked) or (required and parameter.origin == "placeholder")
            )
            and not (secret and offer is not None),
        )

    @staticmethod
    def _is_required(parameter: Parameter, required: bool) -> bool:
        return (not parameter.origin and not parameter.is_asked) or (required and parameter.origin == "placeholder")

    def _offer(self, parameter: Parameter, earlier: dict[str, str]) -> _Printed | None:
        """The value to offer: what a step printed under this name, else what was entered last time."""
        name = parameter.name
        printed = self._printed.get(name)
        if printed is None and parameter.origin == "placeholder":
            endings = [key for key in self._printed if name.endswith(f"_{key}")]
            printed = self._printed[max(endings, key=len)] if endings else None
            if printed is None and (name in _GENERIC or "paste" in parameter.help.casefold()):
                printed = self._lines.get("")
        if printed is not None:
            return printed
        if name in earlier:
            return _Printed(earlier[name], "")
        return _Printed(parameter.default, "") if parameter.is_asked and parameter.default else None

    async def _set(self, parameter: Parameter, value: str) -> None:
        secret = parameter.type == "secret"
        if parameter.secret_from:
            await self._secrets.take(parameter.name, value)
            return
        self._environment.overrides[parameter.name] = value
        await self._environment.assign(parameter.name, value, "parameter", secret=secret)


def _source(parameter: Parameter, offer: _Printed | None) -> str:
    """Where the offered value comes from, for people."""
    if offer is None or (parameter.is_asked and offer.text == parameter.default):
        return ""
    return f"the output of {offer.step}" if offer.step else "the last run"
