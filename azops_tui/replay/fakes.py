"""Stable fakes: what stands in a cassette for ids of subscriptions and tenants, e-mail addresses and local addresses.

The fake of a value depends on the value alone, so that a cassette that is recorded anew differs only where Azure
answered differently. Secrets are hidden first, by the redactor of the run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from azops_tui.secrets.redact import MASK

GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
"""The run's subscription in every cassette."""
TENANT = "00000000-0000-0000-0000-000000000002"
"""The tenant of the run's subscription in every cassette."""
MANAGER = "https://127.0.0.1:8443"
"""The resource manager of a local cloud in every cassette."""

_ZEROS = "00000000-0000-0000-0000-"
_GUID = re.compile(rf"(?<![0-9A-Za-z-]){GUID}(?![0-9A-Za-z-])")
_NAMED_ID = re.compile(
    r"(?:/subscriptions/|%2[fF]subscriptions%2[fF]|/tenants/|sts\.windows\.net/|login\.(?:microsoftonline|chinacloudapi)"
    r"\.[a-z]{2,3}/|(?i:subscription_?(?:id)?|(?:home_?)?tenant_?(?:id)?|\btid)[\"'\\]{0,4}\s{0,2}[=:]\s{0,2}[\"'\\]{0,4})"
    rf"({GUID})(?![0-9A-Za-z-])",
    re.IGNORECASE,
)
"""Ids that the text around them names as ids of a subscription or a tenant."""
_EMAIL = re.compile(
    r"(?<![\w.+%-])(?!git@)(?P<name>[\w.+-]{1,64}(?:#EXT#)?)(?P<at>@|%40)(?P<domain>(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})"
    r"(?![\w-])"
)
_NO_PERSON = re.compile(
    r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid|local|cloudapp\.azure\.com)$", re.IGNORECASE
)
"""Domains of which an address tells nothing about a person."""
_SECRET_NAME = (
    r"(?:[A-Za-z0-9]{0,64}_){0,8}(?i:[a-z0-9]{0,64}(?:passw(?:or)?d|passphrase|secret|(?:access|account|api|primary|secondary|shared|master|admin|"
    r"host|function|storage|private|subscription)[_-]?key|connection[_-]?string|(?:access|refresh|id|sas|auth|bearer|"
    r"session|api|client|deploy)[_-]?token|sas|_token|_pat))"
)
_NAMED_SECRET = re.compile(
    rf"(?P<before>(?:\\?\"{_SECRET_NAME}\\?\"\s{{0,3}}:\s{{0,3}}\\?\"|(?<![A-Za-z0-9_]){_SECRET_NAME}=[\"']?))"
    r"(?P<value>[^\s\"'\\&;<>$\[{(•*]{6,4096})"
)
"""A value that the name before it says to be secret: in JSON, in a variable, in a form or a query."""
_QUERY_SECRET = re.compile(
    r"(?P<before>[?&](?i:sig|sv_sig|code|key|token|api[_-]?key|subscription-key|password|secret)=)(?P<value>[^&\s\"'•]{8,})"
)


class Fakes:
    """Hides what a cassette must not hold, and puts back what the run uses.

    Args:
        redact: hides secrets.
        own: values of the run and their fixed fakes, such as its subscription; both ways.
    """

    def __init__(self, redact: Callable[[str], str] = str, own: Mapping[str, str] | None = None) -> None:
        self._redact = redact
        self._known: set[str] = set()
        """Ids of subscriptions and tenants, in lower case."""
        self._fakes: set[str] = set()
        self._own: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        for value, fake in (own or {}).items():
            self.add(value, fake)

    @property
    def ids(self) -> list[str]:
        """Fakes of the ids that were hidden."""
        return sorted(self._fakes | {fake_id(known) for known in self._known} - {SUBSCRIPTION, TENANT})

    def add(self, value: str, fake: str) -> None:
        """Hide a value of the run by a fixed fake, and put it back for the run."""
        if value and value.lower() != fake:
            self._own[value.lower()] = fake
            self._shown[fake] = value

    def remember(self, fakes: list[str]) -> None:
        """Know the fakes of ids that another process hid."""
        self._fakes.update(fakes)

    def look(self, text: str) -> None:
        """Learn the ids that a text names, so that they are hidden where nothing names them, too."""
        self._known.update(match[1].lower() for match in _NAMED_ID.finditer(text) if not match[1].startswith(_ZEROS))

    def hide(self, text: str) -> str:
        """The text as it may stand in a cassette."""
        text = _NAMED_SECRET.sub(_masked, self._redact(text))
        return self.hide_ids(_QUERY_SECRET.sub(_masked, text))

    def hide_ids(self, text: str) -> str:
        """The text without ids and addresses; secrets stay as they are."""
        self.look(text)
        for value, fake in self._own.items():
            if "://" in value:
                place, hidden = value.partition("://")[2], fake.partition("://")[2]
                text = text.replace(place, hidden).replace(place.replace(":", "%3A"), hidden.replace(":", "%3A"))
        text = _GUID.sub(self._hidden_id, text)
        return _EMAIL.sub(_hidden_email, text) if "@" in text or "%40" in text else text

    def show(self, text: str) -> str:
        """The text with the values of the run in place of their fakes."""
        for fake, value in self._shown.items():
            if "://" in fake:
                place, hidden = value.partition("://")[2], fake.partition("://")[2]
                text = text.replace(hidden, place).replace(hidden.replace(":", "%3A"), place.replace(":", "%3A"))
            else:
                text = text.replace(fake, value)
        return text

    def _hidden_id(self, match: re.Match[str]) -> str:
        guid = match[0].lower()
        if guid in self._own:
            return self._own[guid]
        if guid in self._known or fake_id(guid) in self._fakes:
            return fake_id(guid)
        return match[0]


def fake_id(guid: str) -> str:
    """The fake of an id; a fake is its own."""
    if guid.startswith(_ZEROS):
        return guid
    return _ZEROS + hashlib.sha256(guid.lower().encode()).hexdigest()[:12]


def named_ids(text: str) -> list[str]:
    """Ids of subscriptions and tenants in a text that are not fakes."""
    return [match[1] for match in _NAMED_ID.finditer(text) if not match[1].startswith(_ZEROS)]


def named_secrets(text: str) -> list[str]:
    """Values that their name says to be secret."""
    return [match["value"] for rule in (_NAMED_SECRET, _QUERY_SECRET) for match in rule.finditer(text)]


def emails(text: str) -> list[str]:
    """E-mail addresses in a text that are not fakes."""
    return [match[0] for match in _EMAIL.finditer(text) if not _NO_PERSON.search(match["domain"])]


def _masked(match: re.Match[str]) -> str:
    return f"{match['before']}{MASK}"


def _hidden_email(match: re.Match[str]) -> str:
    if _NO_PERSON.search(match["domain"]):
        return match[0]
    address = f"{match['name']}@{match['domain']}".lower()
    return f"user-{hashlib.sha256(address.encode()).hexdigest()[:8]}{match['at']}example.com"
