"""Effects of the commands of common tools.

The rule: a command that changes a cloud, another host, or this machine as a system (packages, services, users, disks)
mutates; one that only reads, or works on files here, reads; one that deletes what it cannot bring back destroys.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from azops_tui.runbook.model import Effect
from azops_tui.runbook.verbs import Words, az_effect, cloud_effect, method_effect, option, union
from azops_tui.runbook.verbs import words as name_set

R, M, D = Effect.READS, Effect.MUTATES, Effect.DESTROYS


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool whose first non-option words decide its effect. A pair of words is written ``state_list``."""

    reads: str = ""
    changes: str = ""
    destroys: str = ""
    other: Effect = M
    """Effect of any other verb."""
    values: str = ""
    """Options before the verb whose value is the next word."""
    dry: str = ""
    """Options for a dry run."""
    forced: str = ""
    """Options that turn a change into a deletion."""

    def effect(self, words: Words) -> Effect:
        """Effect of the tool with the words after its name."""
        plain, values = [], name_set(self.values)
        skip = False
        for word in words:
            if skip:
                skip = False
            elif word is not None and word.startswith("-"):
                skip = word in values
            else:
                plain.append(word)
            if len(plain) == 2:
                break
        if not plain:
            return R
        if plain[0] is None:
            return M
        two = " ".join(word or "" for word in plain)
        effect: Effect | None = None
        for names, named in ((self.reads, R), (self.changes, M), (self.destroys, D)):
            known = name_set(names)
            if two in known or plain[0] in known:
                effect = named
        if effect is None:
            # The first word may be the value of an option that is not known.
            effect = D if name_set(self.destroys).intersection(word for word in words if word) else self.other
        options = {word.partition("=")[0] for word in words if word is not None}
        if options & name_set(self.dry) and "--dry-run=none" not in words:
            return R
        return D if effect is M and options & name_set(self.forced) else effect


def _rm(words: Words) -> Effect:
    letters = "".join(w for w in words if w is not None and w.startswith("-") and not w.startswith("--"))
    return D if "r" in letters.casefold() or "--recursive" in words else M


def _dd(words: Words) -> Effect:
    targets = [word for word in words if word is not None and word.startswith("of=")]
    device = any(word.startswith("of=/dev/") and word not in {"of=/dev/null", "of=/dev/stdout"} for word in targets)
    return D if device or None in words else R


_SHORT_METHOD = re.compile(r"-[A-Za-z]*X(.*)")
_SHORT_DATA = re.compile(r"-[A-Za-z]*[dFT]")


def _curl(words: Words) -> Effect:
    methods = option(words, "--request")
    for at, word in enumerate(words):
        match = _SHORT_METHOD.fullmatch(word) if word is not None else None
        if match:
            methods.append(match[1] or (words[at + 1] if at + 1 < len(words) else None))
    if methods:
        return union(map(method_effect, methods))
    if any(word in {"--get", "-G", "--head", "-I"} for word in words):
        return R
    sends = ("--data", "--form", "--json", "--upload-file")
    sending = any(word is not None and (word.startswith(sends) or _SHORT_DATA.match(word)) for word in words)
    return M if sending else R


def _wget(words: Words) -> Effect:
    methods = option(words, "--method")
    if methods:
        return union(map(method_effect, methods))
    return M if any(word is not None and word.startswith(("--post-", "--body-")) for word in words) else R


def _copy(words: Words) -> Effect:
    """``scp`` and ``rsync``: a copy to another host changes that host."""
    if any(word is not None and word.startswith("--del") for word in words):
        return D
    plain = [word for word in words if word is None or not word.startswith("-")]
    target = plain[-1] if plain else ""
    return M if target is None or ":" in target.partition("/")[0] or "://" in target else R


def _constant(effect: Effect) -> Callable[[Words], Effect]:
    return lambda _words: effect


_KUBECTL = Tool(
    reads="""
        get describe logs top explain version cluster-info api-resources api-versions config diff wait options
        completion events kustomize plugin port-forward proxy auth_can-i auth_whoami rollout_status
        rollout_history help
    """,
    destroys="delete drain",
    values="-n --namespace --context --kubeconfig --cluster --user -s --server --token --as --request-timeout -v",
    dry="--dry-run",
    forced="--prune --force",
)
_TERRAFORM = Tool(
    reads="""
        plan show output validate fmt init version providers graph console get metadata test state_list state_show
        state_pull workspace_list workspace_show workspace_select login logout help
    """,
    destroys="destroy state_rm workspace_delete",
    forced="-destroy --destroy",
)
_CONTAINERS = Tool(
    changes="""
        push rm rmi prune kill system_prune volume_rm volume_prune image_rm image_prune image_push container_rm
        container_prune network_rm network_prune stack swarm service node compose_down compose_rm compose_push
        context_rm
    """,
    other=R,
    values="-H --host -c --context --config -l --log-level",
)
_RUNNERS = Tool(changes="run start exec publish unpublish deploy release", other=R)
"""Build tools, whose project scripts may do anything."""
_PACKAGES = Tool(reads="list show search info policy query history check help download", values="-o -c -t")
_SERVICES = Tool(
    reads="""
        status show cat list-units list-unit-files list-timers is-active is-enabled is-failed get-default help
    """,
    values="-H --host -M --machine -t --type -p --property",
)

_TOOLS: dict[str, Callable[[Words], Effect]] = {
    "az": az_effect,
    "kubectl": _KUBECTL.effect,
    "oc": _KUBECTL.effect,
    "helm": Tool(
        reads="""
            list ls status get history search show template version repo lint env pull dependency plugin
            completion verify package create registry_login registry_logout help
        """,
        destroys="uninstall delete del un",
        values="-n --namespace --kube-context --kubeconfig",
        dry="--dry-run",
    ).effect,
    "terraform": _TERRAFORM.effect,
    "tofu": _TERRAFORM.effect,
    "pulumi": Tool(
        reads="preview about logs whoami version stack_ls stack_output config_get plugin login logout help",
        destroys="destroy stack_rm",
        values="-C --cwd -s --stack",
    ).effect,
    "docker": _CONTAINERS.effect,
    "podman": _CONTAINERS.effect,
    "nerdctl": _CONTAINERS.effect,
    "git": Tool(
        changes="push clean reset_--hard",
        other=R,
        values="-C -c --git-dir --work-tree",
        dry="--dry-run",
        forced="--force --force-with-lease -f --delete --mirror --prune",
    ).effect,
    "azcopy": Tool(reads="list login logout jobs env", destroys="remove rm", forced="--delete-destination").effect,
    "azd": Tool(reads="auth config env init show version template package help", destroys="down").effect,
    "ansible": Tool(reads="--version", dry="--check -C", values="-i -m -u").effect,
    "ansible-playbook": Tool(dry="--check -C --syntax-check --list-tasks --list-hosts").effect,
    "systemctl": _SERVICES.effect,
    "service": Tool(reads="--status-all").effect,
    "npm": _RUNNERS.effect,
    "yarn": _RUNNERS.effect,
    "pnpm": _RUNNERS.effect,
    "go": _RUNNERS.effect,
    "cargo": _RUNNERS.effect,
    "dotnet": _RUNNERS.effect,
    "mvn": _RUNNERS.effect,
    "make": _constant(M),
    "just": _constant(M),
    "npx": _constant(M),
    "rm": _rm,
    "unlink": _constant(M),
    "truncate": _constant(M),
    "dd": _dd,
    "curl": _curl,
    "wget": _wget,
    "scp": _copy,
    "rsync": _copy,
}
for _name in ("apt", "apt-get", "yum", "dnf", "apk", "zypper", "snap"):
    _TOOLS[_name] = _PACKAGES.effect
for _name in ("aws", "gcloud", "gh", "doctl", "oci", "ibmcloud", "openstack", "func", "eksctl", "flux", "argocd"):
    _TOOLS[_name] = cloud_effect
for _name in sorted(
    name_set("""
    reboot shutdown halt poweroff useradd usermod groupadd groupmod passwd chpasswd mount umount modprobe sysctl
    iptables ip6tables nft ufw firewall-cmd crontab hostnamectl timedatectl swapon swapoff dpkg rpm adduser visudo
    update-alternatives mysql psql sqlcmd mongosh mongo redis-cli cqlsh sftp mosh pdsh clush kubeadm
""")
):
    _TOOLS[_name] = _constant(M)
for _name in sorted(
    name_set("""
    mkfs wipefs fdisk sfdisk parted sgdisk shred userdel groupdel deluser pvremove vgremove lvremove mkswap
""")
):
    _TOOLS[_name] = _constant(D)

QUIET = name_set("""
    [ [[ : awk basename cat cd column command comm cut date df diff dig dirname dmesg du echo egrep env expr false
    fgrep file free getent grep head host hostname id ifconfig iostat ip journalctl jq last ls lsblk lscpu lsof
    md5sum netstat nproc nslookup pgrep ping printenv printf ps pwd readlink realpath seq set sha256sum sleep sort
    ss stat tail test top tr traceroute true type ulimit uname uniq uptime vmstat w wc wait which who whoami yes
    export exit
""")
"""Commands that only read; on another host, every other command counts as a change."""


def tool_effect(name: str, words: Words) -> Effect | None:
    """Effect of a tool with the words after its name; None for an unknown tool."""
    if len(words) == 1 and words[0] in {"--help", "--version", "-h", "-V", "version", "help"}:
        return R
    if name.startswith("mkfs."):
        return D
    known = _TOOLS.get(name)
    return known(words) if known is not None else None


def is_tool(name: str) -> bool:
    """True for a known tool that a machine may lack, unlike ``rm``."""
    return name in _TOOLS and name not in {"rm", "unlink", "truncate", "dd"}
