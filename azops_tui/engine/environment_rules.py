"""Which variables a document may set.

The environment decides which program a name stands for, which code a program loads, and where a tool sends its
requests. Variables that point tools at the run's cloud and through its gate are the engine's alone. The others that
change how commands are found or what they load need trust in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum, auto


class VariableRule(Enum):
    """What it takes to set a variable."""

    ORDINARY = auto()
    """A document may set it."""
    TRUSTED = auto()
    """A document may set it if it is trusted."""
    PINNED = auto()
    """Only azops sets it, so that tools act on the run's cloud and through its gate."""


_PINNED = re.compile(
    r"(?:HTTPS?|ALL|NO|FTP|SOCKS|RSYNC|GRPC|WS|WSS)_PROXY|NODE_USE_ENV_PROXY|NPM_CONFIG_(?:HTTPS?_?)?PROXY|PIP_PROXY"
    r"|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED"
    r"|GIT_SSL_\w+|PIP_CERT|CARGO_HTTP_\w+|AWS_CA_BUNDLE|ADAL_PYTHON_SSL_NO_VERIFY|GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"
    r"|AZURE_CONFIG_DIR|AZURE_CLOUD\w*|AZURE_CORE_\w+|AZURE_CLI_DISABLE_CONNECTION_VERIFICATION|AZURE_ENVIRONMENT"
    r"|AZURE_SUBSCRIPTION_ID|AZURE_TENANT_ID|AZURE_CLIENT_\w+|AZURE_USERNAME|AZURE_PASSWORD|AZURE_\w*AUTHORITY\w*"
    r"|AZURE_\w*ENDPOINT\w*|AZURE_FEDERATED_TOKEN\w*|AZURE_TOKEN_CREDENTIALS|AZURE_HTTP_\w+|AZURE_SDK_\w+"
    r"|ARM_(?:SUBSCRIPTION_ID|TENANT_ID|CLIENT_\w+|ENVIRONMENT|METADATA_HOST\w*|ENDPOINT|USE_\w+|MSI_\w+|OIDC_\w+)"
    r"|(?:IDENTITY|MSI|IMDS)_(?:ENDPOINT|HEADER|SECRET)|AZOPS_\w*",
    re.IGNORECASE,
)
_ORDINARY = re.compile(r"AZURE_(?:\w+_)?(?:NAME|LOCATION|REGION|GROUP|RG|ZONE|SKU|SIZE|VERSION|PREFIX|SUFFIX)")
"""Names with which documents say what to create, and which no tool reads."""
_TRUSTED = re.compile(
    r"PATH|LD_\w+|DYLD_\w+|BASH_\w+|ENV|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|PS[0-4]|IFS|CDPATH|GLOBIGNORE|EXECIGNORE"
    r"|HOME|SHELL|TMPDIR|TMP|TEMP|ZDOTDIR|FPATH|XDG_\w+|VIRTUAL_ENV|CONDA_\w+|GCONV_PATH|GLIBC_TUNABLES|MALLOC_\w+"
    r"|LOCPATH|NLSPATH|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|OPENSSL_\w+|PYTHON\w*|PIP_\w+|PERL\w*|RUBY\w*|GEM_\w+"
    r"|BUNDLE_\w+|NODE_\w+|NPM_\w+|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|LUA_\w+|PHPRC"
    r"|PHP_INI_SCAN_DIR|PSMODULEPATH|DOTNET_\w+|CORECLR_\w+|GO(?:FLAGS|PROXY|PATH|ROOT)|RUSTC?_WRAPPER|RUSTFLAGS"
    r"|GIT_\w+|SSH_\w+|SUDO_\w+|RSYNC_\w+|EDITOR|VISUAL|\w*PAGER|LESS\w*|BROWSER|CURL_HOME|WGETRC|NETRC|DOCKER_\w+"
    r"|TF_CLI_\w+|ANSIBLE_\w+|AZURE_\w+|TERMINFO\w*|TERMCAP",
    re.IGNORECASE,
)
WHERE = frozenset({"AZURE_CONFIG_DIR", "AZURE_CLOUD_NAME", "AZURE_AUTHORITY_HOST"})
"""Variables of the run's cloud that say where tools send requests; the others say as whom, and for what."""


def rule(name: str) -> VariableRule:
    """What it takes to set a variable of this name."""
    if _PINNED.fullmatch(name):
        return VariableRule.PINNED
    if _ORDINARY.fullmatch(name):
        return VariableRule.ORDINARY
    return VariableRule.TRUSTED if _TRUSTED.fullmatch(name) else VariableRule.ORDINARY


def permitted(names: Iterable[str], *, trusted: bool) -> tuple[list[str], list[str], list[str]]:
    """Divide the names that need more than a document: those to set, those that need trust, those that are pinned."""
    set_: list[str] = []
    untrusted: list[str] = []
    pinned: list[str] = []
    for name in names:
        match rule(name):
            case VariableRule.PINNED:
                pinned.append(name)
            case VariableRule.TRUSTED:
                (set_ if trusted else untrusted).append(name)
    return set_, untrusted, pinned


def sentences(where: str, names: Iterable[str], *, trusted: bool) -> list[str]:
    """What to tell people about the variables that a document sets.

    Args:
        where: what sets them, as it begins a sentence: ``The document``.
        names: of all variables that it sets.
        trusted: whether the document is trusted.
    """
    set_, untrusted, pinned = permitted(names, trusted=trusted)
    texts = []
    if set_:
        texts.append(f"{where} sets {', '.join(set_)}, which can change what commands do.")
    if untrusted:
        texts.append(
            f"{where} sets {', '.join(untrusted)}, which can change what commands do; ignored, because the document "
            "is not trusted. “azops trust FILE” trusts it."
        )
    if pinned:
        texts.append(
            f"{where} sets {', '.join(pinned)}; ignored, because azops sets this for the run's cloud. --cloud chooses "
            "the cloud."
        )
    return texts
