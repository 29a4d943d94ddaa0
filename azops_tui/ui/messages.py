"""What workers tell the screen. Workers never touch a widget; they post one of these."""

from __future__ import annotations

from textual.message import Message

from azops_tui.azure.views import GroupView, ResourceView
from azops_tui.engine.events import Record
from azops_tui.runbook.model import Runbook


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


class DeletionRead(Message):
    """What a deletion would delete, read now."""

    def __init__(self, item: GroupView | ResourceView, lines: tuple[str, ...]) -> None:
        super().__init__()
        self.item = item
        self.lines = lines
