"""Questions of a run asked on a terminal without a screen, one after the other. Anything but a clear yes is a no."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from azops_tui.events import records as ev

if TYPE_CHECKING:
    from azops_tui.engine.run import Run


class Asker:
    """Reads answers from standard input while a run's loop goes on. Use as a context."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._asked: list[ev.ConfirmationAsked] = []

    def __enter__(self) -> Asker:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._read)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())

    def show(self, record: ev.Record) -> None:
        """Take in a record: a question that waits for a person is put to one."""
        event = record.event
        if isinstance(event, ev.ConfirmationAsked) and event.id in self._run.waiting:
            self._asked.append(event)
            if len(self._asked) == 1:
                self._prompt()
        elif isinstance(event, ev.ConfirmationAnswered):
            self._asked = [asked for asked in self._asked if asked.id != event.id]

    def _prompt(self) -> None:
        asked = self._asked[0]
        wanted = f"Type {asked.typed} to agree" if asked.typed else "Agree? [y/N]"
        click.echo(f"  {wanted}: ", nl=False)

    def _read(self) -> None:
        line = sys.stdin.readline()
        if not self._asked:
            return
        asked, text = self._asked.pop(0), line.strip()
        accepted = text == asked.typed if asked.typed else text.lower() in ("y", "yes")
        self._run.answer(asked.id, accepted, typed=text)
        if self._asked:
            self._prompt()
