"""What workers tell the screen. Workers never touch a widget; they post one of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from azops_tui.events.azure_views import GroupView, ResourceView
from azops_tui.events.records import Record
from azops_tui.runbook.model import Runbook

if TYPE_CHECKING:
    from azops_tui.arm.describe import Description


class DocumentRead(Message):
    """The runbook has been read."""

    def __init__(self, runbook: Runbook | None) -> None:
        super().__init__()
        self.runbook = runbook


class Trouble(Message):
    """Something could not be done."""

    def __init__(self, text: str, *, fatal: bool = False) -> None:
        super().__init__()
        self.text = text
        self.fatal = fatal
        """Whether the screen has nothing to show without it."""


class Told(Message):
    """Something was done; one sentence."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class RecordsArrived(Message):
    """Records to show, in order."""

    def __init__(self, records: list[Record]) -> None:
        super().__init__()
        self.records = records


class JsonRead(Message):
    """A resource as the service has it."""

    def __init__(self, identifier: str, text: str) -> None:
        super().__init__()
        self.identifier = identifier
        self.text = text


class LinkMade(Message):
    """Where a page shows something."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


class TemplateRead(Message):
    """A template is understood."""

    def __init__(self, name: str, description: Description) -> None:
        super().__init__()
        self.name = name
        self.description = description


class ChoicesRead(Message):
    """What a parameter may be, or why that is not known."""

    def __init__(self, number: int, choices: list[str], problem: str, wanted: bool) -> None:
        super().__init__()
        self.number = number
        """Of the field."""
        self.choices = choices
        self.problem = problem
        self.wanted = wanted
        """Whether somebody asked for the list."""


class DeletionRead(Message):
    """What a deletion would delete, read now."""

    def __init__(self, item: GroupView | ResourceView, lines: tuple[str, ...]) -> None:
        super().__init__()
        self.item = item
        self.lines = lines
