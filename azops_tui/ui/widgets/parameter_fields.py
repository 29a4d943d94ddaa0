"""Inputs for the types of parameters: choices that keys go through, numbers that keys change, paths that complete."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual import events
from textual.suggester import Suggester, SuggestFromList

from azops_tui.runbook.model import Parameter
from azops_tui.ui.widgets.field import Field

_FEW = 10
"""Number of choices up to which keys go through them in the field itself."""


class PathSuggester(Suggester):
    """Completes a path with the first file or folder that begins so.

    Args:
        folder: where relative paths start.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._folder = folder

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(self._complete, value)

    def _complete(self, value: str) -> str | None:
        before, slash, begun = value.rpartition("/")
        parent = self._folder / Path(before or slash or ".").expanduser()
        try:
            names = sorted(
                path.name + ("/" if path.is_dir() else "") for path in parent.iterdir() if path.name.isprintable()
            )
        except OSError:
            return None
        hidden = begun.startswith(".")
        found = next((n for n in names if n.startswith(begun) and (hidden or not n.startswith("."))), None)
        return f"{before}{slash}{found}" if found is not None and value else None


class ChoiceField(Field):
    """Holds one of a few values; space and arrows go through them, a letter goes to the next that begins with it."""

    def __init__(self, value: str, choices: Sequence[str], *, id: str) -> None:
        super().__init__(value, id=id)
        self._choices = tuple(choices)

    async def _on_key(self, event: events.Key) -> None:
        letter = (event.character or "").casefold()
        if event.key in ("space", "right", "left"):
            self._go(-1 if event.key == "left" else 1, self._choices)
        elif event.is_printable and letter:
            self._go(1, [choice for choice in self._choices if choice.casefold().startswith(letter)])
        elif event.key not in ("backspace", "delete"):
            await super()._on_key(event)
            return
        event.prevent_default()
        event.stop()

    def _go(self, by: int, among: Sequence[str]) -> None:
        if among:
            at = among.index(self.value) if self.value in among else -1 if by > 0 else 0
            self.value = among[(at + by) % len(among)]
            self.cursor_position = len(self.value)


class NumberField(Field):
    """Holds a number; ``+`` and ``-`` change it within its bounds where a sign cannot stand."""

    def __init__(self, value: str, parameter: Parameter, *, id: str) -> None:
        super().__init__(value, id=id)
        self._low, self._high = parameter.minimum, parameter.maximum

    async def _on_key(self, event: events.Key) -> None:
        step = {"+": 1, "-": -1}.get(event.character or "", 0)
        if not step or not self.value.lstrip("-").isdigit():
            await super()._on_key(event)
            return
        number = int(self.value) + step
        if (self._low is None or number >= self._low) and (self._high is None or number <= self._high):
            self.value = str(number)
            self.cursor_position = len(self.value)
        event.prevent_default()
        event.stop()


def field_of(parameter: Parameter, value: str, folder: Path, *, id: str) -> Field:
    """The input for a parameter, with its value in it."""
    if parameter.type == "secret":
        return Field(value, password=True, id=id)
    if parameter.type == "bool":
        return ChoiceField(value, ("true", "false"), id=id)
    if parameter.choices and len(parameter.choices) <= _FEW:
        return ChoiceField(value, parameter.choices, id=id)
    if parameter.type == "int":
        return NumberField(value, parameter, id=id)
    if parameter.type == "path":
        return Field(value, suggester=PathSuggester(folder), id=id)
    offered = [choice for choice in parameter.choices if choice.isprintable()]
    suggester = SuggestFromList(offered, case_sensitive=False) if offered else None
    return Field(value, suggester=suggester, id=id)


def keys_of(parameter: Parameter) -> str:
    """What keys do in the input of a parameter, for its help line; empty if they only type."""
    if parameter.type == "bool" or 0 < len(parameter.choices) <= _FEW:
        return "space changes it"
    if parameter.type == "int":
        return "+ and - change it"
    return "right completes it" if parameter.type == "path" else ""
