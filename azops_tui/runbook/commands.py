"""Words that begin a shell command."""

from __future__ import annotations

import re

from azops_tui.runbook.tools import QUIET, is_tool
from azops_tui.runbook.verbs import words as name_set

_COMMANDS = QUIET | name_set("""
    alias apt apt-get base64 bash brew bunzip2 bzip2 chgrp chmod chown cp curl dnf eval gpg gunzip gzip install kill
    less ln logger make mkdir mktemp mv nohup openssl pip pip3 pipx pkill popd pushd python python3 read rm rmdir rsync
    scp screen sed service sh source ssh ssh-copy-id ssh-keygen sudo systemctl tar tee tmux touch trap umask unalias
    unset unzip vi vim nano wget xargs yum zip zypper snap dpkg rpm kubelogin kustomize bicep jq yq node gcc cmake
    azcopy minikube kind k9s istioctl linkerd cilium velero vault consul nomad packer vagrant ansible-galaxy
    ansible-vault virtualenv conda poetry uv git-lfs ab hey nc telnet iperf iperf3 ethtool losetup resize2fs xfs_growfs
    lvextend vgs lvs pvs blkid e2fsck fsck local declare typeset readonly shopt exec sqlite3 iptables-save
""")
_WORDS = name_set("""
    cat column command cut date file find free head host install join kill last less local look make more read screen
    service set sleep sort source split tail tee test time top touch true false type uniq wait watch which who yes
    export exit kind wc w id trap vault node hey ping
""")
"""Commands that are also English words: their line must look like a command, too."""
_LINE_OF_COMMAND = re.compile(r"(?:^|\s)-{1,2}\w|[/$|=~*]|\w\.\w|&&|^\S+$")
_CONTROL = frozenset({"if", "for", "while", "until", "case", "function", "[", "[[", "{", "!"})


def is_command(word: str, following: str) -> bool:
    """True if a word begins a command. ``following`` is the text after it: some commands are also English words."""
    if word in _CONTROL or word.startswith(("./", "../", "~/")):
        return True
    if word.startswith("/"):
        return re.fullmatch(r"(?:/[\w.+-]+)+", word) is not None
    if word not in _COMMANDS and not is_tool(word):
        return False
    return word not in _WORDS or _LINE_OF_COMMAND.search(following.strip()) is not None or not following.strip()
