"""Programs that shell steps call and that are not on PATH."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from azops_tui.runbook.check.finding import DocumentFinding
from azops_tui.runbook.model import Runbook, StepKind
from azops_tui.runbook.shell import read
from azops_tui.runbook.verbs import words as name_set

_INSTALLED_BY: dict[str, str] = {
    "az": "curl -sL https://aka.ms/InstallAzureCLIDeb | sudo bash (macOS: brew install azure-cli)",
    "azd": "curl -fsSL https://aka.ms/install-azd.sh | bash",
    "azcopy": "https://aka.ms/downloadazcopy-v10-linux",
    "bicep": "az bicep install",
    "kubectl": "az aks install-cli",
    "kubelogin": "az aks install-cli",
    "func": "npm install --global azure-functions-core-tools@4",
    "pwsh": "https://aka.ms/powershell-release?tag=lts",
    "helm": "curl -fsSL https://raw.githubusercontent.com/helm/helm/main/scripts/get-helm-3 | bash",
    "terraform": "https://developer.hashicorp.com/terraform/install",
    "ansible": "python3 -m pip install ansible",
    "ansible-playbook": "python3 -m pip install ansible",
    "docker": "https://docs.docker.com/engine/install",
    "gh": "https://cli.github.com",
    "dotnet": "https://dot.net",
    "psql": "sudo apt-get install postgresql-client (macOS: brew install libpq)",
    "mysql": "sudo apt-get install mysql-client (macOS: brew install mysql-client)",
    "node": "sudo apt-get install nodejs (macOS: brew install node)",
    "npm": "sudo apt-get install npm (macOS: brew install node)",
    "ssh": "sudo apt-get install openssh-client",
    "scp": "sudo apt-get install openssh-client",
    "ssh-keygen": "sudo apt-get install openssh-client",
    "dig": "sudo apt-get install dnsutils (macOS: brew install bind)",
    "envsubst": "sudo apt-get install gettext-base (macOS: brew install gettext)",
}
"""Program -> what installs it, where its package has another name or a better source."""
_SAME_NAME = name_set("jq git curl wget unzip zip make tree rsync openssl golang maven screen tmux nmap")
"""Programs whose package has their name, for apt and for brew."""
_BUILTINS = name_set("""
    . : [ [[ alias bg bind break builtin caller case cd command compgen complete compopt continue coproc declare dirs
    disown do done echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash help
    history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set
    shift shopt source suspend test then time times trap true type typeset ulimit umask unalias unset until wait
    while { } !
""")
_PROGRAM = re.compile(r"[A-Za-z0-9][\w.+-]*")


def missing_tools(runbook: Runbook, has_tool: Callable[[str], bool]) -> Iterator[DocumentFinding]:
    """Report each missing program at the first step that calls it, with what installs it."""
    defined: set[str] = set()
    reported: set[str] = set()
    for step in runbook.steps:
        if step.kind is not StepKind.SHELL or step.attributes.ssh:
            continue
        script = read(step.code)
        defined.update(script.functions)
        for command in [*script.commands, *(inner for body in script.functions.values() for inner in body)]:
            words = [word for word in command.words if word is not None]
            if words[:1] == ["alias"]:
                defined.update(word.partition("=")[0] for word in words[1:])
            for name in words[: 2 if words[:1] == ["sudo"] else 1]:
                if (
                    name in reported | defined | _BUILTINS
                    or not _PROGRAM.fullmatch(name)
                    or (script.broken and not installed_by(name))
                    or has_tool(name)
                ):
                    continue
                reported.add(name)
                how = f"; install it: {installed_by(name)}" if installed_by(name) else ""
                message = f"step '{step.name}' calls {name}, which is not on PATH{how}"
                yield DocumentFinding.warning("missing-tool", step.line, message)


def installed_by(name: str) -> str:
    """The command or page that installs a program; empty if none is known."""
    if name in _SAME_NAME:
        return f"sudo apt-get install {name} (macOS: brew install {name})"
    return _INSTALLED_BY.get(name, "")
