"""Asks a run's questions on a terminal without a screen, one at a time. Anything but a clear yes is a no."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
from typing import TYPE_CHECKING

from azops_tui.cli.out import echo
from azops_tui.events import records as ev
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.engine.run import Run


class Asker:
    """Reads answers from standard input, but only while a question waits: interactive steps read it too."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._open: list[ev.ConfirmationAsked] = []
        self._terminal = sys.stdin.fileno()
        self._entered: dict[str, str] = {}
        """Values of the open question so far."""

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._terminal)

    def show(self, record: ev.Record) -> None:
        """Ask the question of a record that waits for a person; drop a question that was answered elsewhere."""
        event = record.event
        if isinstance(event, ev.ConfirmationAsked) and event.id in self._run.waiting:
            self._open.append(event)
            if len(self._open) == 1:
                # What was typed before the question is no answer to it.
                termios.tcflush(self._terminal, termios.TCIFLUSH)
                asyncio.get_running_loop().add_reader(self._terminal, self._read)
                self._prompt()
        elif isinstance(event, ev.ConfirmationAnswered):
            self._open = [question for question in self._open if question.id != event.id]
            if not self._open:
                asyncio.get_running_loop().remove_reader(self._terminal)

    def _prompt(self) -> None:
        question = self._open[0]
        if question.values:
            self._prompt_value(question.values[len(self._entered)])
            return
        answers = f"Type {question.typed} to agree" if question.typed else "Agree? [y/N]"
        echo(clean(f"  {answers}: "), nl=False)

    def _read(self) -> None:
        # Not through sys.stdin, which would buffer lines that are for an interactive step.
        data = os.read(self._terminal, 4096)
        text = data.decode(errors="replace").strip()
        question = self._open[0]
        if question.values and data:
            self._take_value(question.values, text)
            if len(self._entered) < len(question.values):
                self._prompt()
                return
        entered, self._entered = self._entered, {}
        self._open.pop(0)
        if not self._open:
            asyncio.get_running_loop().remove_reader(self._terminal)
        accepted = text == question.typed if question.typed else text.lower() in ("y", "yes")
        if question.values:
            self._run.answer(question.id, bool(data), values=entered)
        else:
            self._run.answer(question.id, accepted, typed=text)
        if self._open:
            self._prompt()

    def _prompt_value(self, value: ev.AskedValue) -> None:
        offer = value.value or ("•••" if value.secret and value.source else "")
        echo(clean(f"  {clean(value.help)}" + (f" (from {value.source})" if value.source else "")))
        echo(clean(f"  {value.name}{f' [{clean(offer)}]' if offer else ''}: "), nl=False)
        self._echo(not value.secret)

    def _take_value(self, values: tuple[ev.AskedValue, ...], text: str) -> None:
        value = values[len(self._entered)]
        if value.secret:
            self._echo(True)
            echo()
        self._entered[value.name] = text or value.value

    def _echo(self, shown: bool) -> None:
        """Show what is typed, or hide it."""
        mode = termios.tcgetattr(self._terminal)
        mode[3] = mode[3] | termios.ECHO if shown else mode[3] & ~termios.ECHO
        termios.tcsetattr(self._terminal, termios.TCSADRAIN, mode)
