"""The variables of a run: parameters, what the shell exported, captures and deployment outputs in one namespace."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from azops_tui.engine.problems import StepProblem, problem
from azops_tui.events.azure_views import FailureView
from azops_tui.json_types import Json
from azops_tui.secrets.forms import SHORTEST_PART
from azops_tui.secrets.named import looks_secret
from azops_tui.secrets.redact import MASK

Origin = Literal["step", "parameter", "capture", "output"]
T = TypeVar("T")

_NOISE = frozenset(
    {"PWD", "OLDPWD", "_", "SHLVL", "LINENO", "PPID", "UID", "EUID", "COLUMNS", "LINES", "IFS", "OPTIND", "OPTERR"}
    | {"RANDOM", "SRANDOM", "SECONDS", "EPOCHSECONDS", "EPOCHREALTIME", "SHELLOPTS", "TERM", "HISTCMD"}
    | {"PS1", "PS2", "PS4", "PROMPT_COMMAND", "LS_COLORS", "LESSOPEN", "LESSCLOSE"}
)
GATE_VARIABLES = frozenset(
    {"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "NODE_USE_ENV_PROXY", "GIT_SSL_CAINFO"}
    | {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"}
)
"""Names of the variables that lead a step's tools through the gate."""
_NOISE_PREFIXES = ("BASH", "AZOPS_", "COMP_", "_AZOPS", "__")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Surrogates that JSON can bring and that do not stand for a byte, as those of ``surrogateescape`` do."""


def is_noise(name: str) -> bool:
    """Whether a variable is the shell's own business and no news to a person."""
    return name in _NOISE or name in GATE_VARIABLES or name.startswith(_NOISE_PREFIXES) or not name.isidentifier()


@dataclass(frozen=True, slots=True)
class Change:
    """A variable with its new value."""

    name: str
    value: str
    secret: bool
    origin: Origin

    @property
    def shown(self) -> str:
        """The value as people may see it: ``•••`` for a secret, U+FFFD for each byte that is not UTF-8."""
        return MASK if self.secret else _SURROGATE.sub("\ufffd", self.value)


class Namespace(Mapping[str, str]):
    """All variables by name. ``on_secret`` is told every value that must not be shown."""

    def __init__(self, on_secret: Callable[[str], None]) -> None:
        self._values: dict[str, str] = {}
        self._secrets: set[str] = set()
        self._withheld: set[str] = set()
        self._on_secret = on_secret

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def is_secret(self, name: str) -> bool:
        """Whether the value of that name must not be shown."""
        return name in self._secrets

    @property
    def withheld(self) -> dict[str, str]:
        """Secrets that are in no session: a step gets them only if it names them."""
        return {name: self._values[name] for name in self._withheld & self._values.keys()}

    def shared(self) -> dict[str, str]:
        """The variables that every session has."""
        return {name: value for name, value in self._values.items() if name not in self._withheld}

    def withhold(self, name: str, value: str, origin: Origin = "parameter") -> Change | None:
        """Give a secret a value, apart from the variables that sessions have; None where it had it already."""
        self._withheld.add(name)
        return self.set(name, value, origin, secret=True)

    def hide(self, value: str) -> None:
        """Keep a value that is no variable's out of everything that is shown."""
        self._on_secret(value)

    def carriers(self, variables: Mapping[str, str]) -> set[str]:
        """Names of variables that a session has and whose new values have a withheld secret in them."""
        secrets = [value for value in self.withheld.values() if len(value) >= SHORTEST_PART]
        if not secrets:
            return set()
        return {
            name
            for name, value in variables.items()
            if self._values.get(name) != value and any(secret in value for secret in secrets)
        }

    def set(self, name: str, value: str, origin: Origin = "step", *, secret: bool = False) -> Change | None:
        """Give a variable a value; None where it had it already."""
        if self._values.get(name) == value and (not secret or name in self._secrets):
            return None
        value = _NO_BYTE.sub("\ufffd", value)
        secret = secret or name in self._secrets or looks_secret(name, value)
        if secret:
            self._secrets.add(name)
            if value:
                self._on_secret(value)
        if self._values.get(name) == value:
            return None
        self._values[name] = value
        return Change(name, value, secret, origin)

    def take(self, variables: Mapping[str, str]) -> list[Change]:
        """Take over what a session has; returns what changed. What it does not have stays."""
        changes = [self.set(name, value) for name, value in variables.items()]
        return [change for change in changes if change is not None]

    def forget(self, names: Iterable[str]) -> None:
        """Drop variables that a session has unset."""
        for name in names:
            self._values.pop(name, None)
            self._withheld.discard(name)

    def expand(self, text: str) -> str:
        """The text with every ``${NAME}`` replaced; ``$${NAME}`` stays literal.

        Raises:
            StepProblem: a name has no value.
        """
        return self.substitute(text)

    def substitute(self, value: T) -> T:
        """A native step's body, or a text, with every ``${NAME}`` in it replaced.

        Raises:
            StepProblem: a name has no value, or a field does not fit once its value is known.
        """
        from azops_tui.runbook.native_reader import substitute

        try:
            return substitute(value, self._values)
        except LookupError as error:
            message = str(error.args[0])
            raise problem(
                "VariableNotSet",
                f"{message[:1].upper()}{message[1:]}.",
                "Run the step that sets it first, or give it a value with --set NAME=VALUE.",
            ) from None
        except ValueError as error:
            raise problem("InvalidStep", f"The step does not fit its schema: {error}.") from None


def extract(text: str, query: str = "", form: str = "") -> str:
    """What ``capture=`` puts into a variable: the output, or the part of it that a JMESPath query names.

    Args:
        text: the step's output.
        query: JMESPath over the output as JSON; empty takes all of it.
        form: ``json``, ``tsv`` (lists as lines, fields between tabs) or ``text``; empty takes ``text`` without a
            query, and with one a scalar as it is and anything else as JSON.

    Raises:
        StepProblem: the output is not JSON, or the query is none.
    """
    if not query and form in ("", "text"):
        return text.rstrip("\n")
    value = query_json(text, query)
    if form == "tsv":
        return tsv(value)
    if form == "json" or isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return scalar(value)


def query_json(text: str, query: str) -> Json:
    """The value that a JMESPath query finds in a JSON text; all of it without a query.

    Raises:
        StepProblem: the text is not JSON, or the query is none.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise StepProblem(
            FailureView(
                code="OutputNotJson",
                message=f"The output is not JSON: {error}.",
                advice="Have the command print JSON (az: --output json), or capture it with format=text.",
            )
        ) from None
    return search(query, document) if query else document


def search(query: str, document: Json) -> Json:
    """The value that a JMESPath query finds.

    Raises:
        StepProblem: it is no JMESPath, or does not fit the document.
    """
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(query, document)
    except JMESPathError as error:
        raise StepProblem(
            FailureView(code="InvalidQuery", message=f"The query {query} is not valid: {error}", target="query")
        ) from None


def scalar(value: Json) -> str:
    """A JSON scalar as the shell would have it: null is empty, booleans are ``true`` and ``false``."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def tsv(value: Json) -> str:
    """A JSON value as lines of fields between tabs, as ``az --output tsv`` prints it."""
    rows = value if isinstance(value, list) else [value]
    return "\n".join("\t".join(_cells(row)) for row in rows)


def _cells(row: Json) -> list[str]:
    if isinstance(row, dict):
        row = list(row.values())
    if isinstance(row, list):
        return [scalar(cell) for cell in row]
    return [scalar(row)]
