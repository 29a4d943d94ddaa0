"""Real documents with the real az on the local cloud: which run to their end, and what ends the others.

    python tests/bench/conformance.py [WORD…]

Runs the documents in ``../shared/data/runbooks/azure-docs``, or in the folder that ``AZOPS_DOCUMENTS`` names, whose
names hold one of the words; ``AZOPS_TEST_AZ`` names az. Each gets a local cloud of its own, a file of answers as a
person would write it, and a stand-in for kubectl, because the local cloud has no Kubernetes behind its clusters. Prints
one line for each document, what becomes of the scenarios of Innovation Engine under ``azops test``, and how well the
results of the documents are told apart.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "../shared/data/runbooks"
DOCUMENTS = Path(os.environ.get("AZOPS_DOCUMENTS") or SHARED / "azure-docs")
LEAST = 12
"""Documents that run to their end."""
_CLUSTER = {
    name: value
    for value, names in (
        ("existing-rg", "RESOURCE_GROUP RESOURCE_GROUP_NAME RG_NAME MY_RESOURCE_GROUP MY_AKS_RESOURCE_GROUP"),
        ("existing-aks", "CLUSTER_NAME AKS_CLUSTER_NAME MY_AKS_CLUSTER MY_AKS_CLUSTER_NAME"),
    )
    for name in names.split()
}
ANSWERS: dict[str, dict[str, str]] = {
    "AIChatApp": {"OPENAI_API_KEY": "0123456789abcdef"},
    "AKSDNSLookup": _CLUSTER,
    "client-ip-address": _CLUSTER | {"CLIENT_IP": "20.40.0.4"},
    "tcp-timeouts": _CLUSTER | {"POD_NAME": "tunnel-0"},
    "badrequest": _CLUSTER,
    "upgrading-or-scaling": _CLUSTER,
    "cost-analysis": _CLUSTER,
    "delete-cluster": _CLUSTER,
    "enable-host-encryption": _CLUSTER,
    "migrate-from-pod-identity": {
        name: value for name, value in _CLUSTER.items() if name in ("MY_AKS_RESOURCE_GROUP", "MY_AKS_CLUSTER_NAME")
    },
}
"""Values for a document, by a part of its name."""
_NEEDS_CLUSTER = """# Before

```bash
az group create --name existing-rg --location westeurope
export SP=$(az ad sp create-for-rbac --name aks-sp --query appId --output tsv)
az aks create --resource-group existing-rg --name existing-aks --location westeurope --generate-ssh-keys \\
  --service-principal $SP --client-secret not-a-real-secret --enable-oidc-issuer
```
"""
_KUBECTL = """#!/bin/sh
echo "$@" >> "$HOME/kubectl.log"
case " $* " in
*" get service"*) echo 'store-front LoadBalancer 10.0.0.1 203.0.113.7 80/TCP 1m' ;;
esac
"""


def main(words: list[str]) -> int:
    """Run the documents; returns 1 if fewer than ``LEAST`` of all run to their end."""
    az = os.environ.get("AZOPS_TEST_AZ") or shutil.which("az")
    if not DOCUMENTS.is_dir() or not az:
        print("skipped: there is no az, or no ../shared/data")
        return 0
    documents = [
        path for path in sorted(DOCUMENTS.glob("*.md")) if not words or any(word in path.name for word in words)
    ]
    ended = 0
    for path in documents:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="azops-conformance-") as folder:
            code, cause = run(path, Path(folder), az)
        ended += code == 0
        print(f"{'ended ' if code == 0 else 'failed'} {time.monotonic() - began:5.0f} s  {path.stem[-60:]:60}  {cause}")
        sys.stdout.flush()
    print(f"{ended} of {len(documents)} documents ran to their end")
    if not words:
        run_scenarios()
        print_pairs(documents)
    return int(not words and DOCUMENTS.parent == SHARED and ended < LEAST)


def run_scenarios() -> None:
    """Run the scenarios of Innovation Engine under ``azops test``."""
    for path in sorted((SHARED / "innovation-engine").rglob("*.md")):
        with tempfile.TemporaryDirectory(prefix="azops-scenario-") as home:
            folder = shutil.copytree(path.parent, Path(home, "scenario"))
            environment = {**os.environ, "HOME": home, "XDG_STATE_HOME": f"{home}/state"}
            done = azops(environment, folder, "test", path.name)
            print(f"{'passed' if done.returncode == 0 else 'failed'}          {path.name}: {last_line(done)}")


def print_pairs(documents: list[Path]) -> None:
    """Match each expected result with the results of all other steps, nearly all of which must not pass for it."""
    from azops_tui.engine.expectations.check import check
    from azops_tui.engine.open import open_runbook

    steps = [step for path in documents for step in open_runbook(path, environment={}).steps]
    results = [one for step in steps for one in step.expectations if one.expected and one.similarity is not None]
    pairs = [(one, other) for one in results for other in results if one is not other]
    apart = sum(not check(one, stdout=other.expected).passed for one, other in pairs)
    if pairs:
        print(f"{apart / len(pairs):.1%} of {len(pairs)} pairs of expected results are told apart (aim 97%)")


def run(path: Path, folder: Path, az: str) -> tuple[int, str]:
    """Run one document on a local cloud of its own; returns the exit code, and a line about the end."""
    environment = prepare(folder, az)
    answers = next((values for part, values in ANSWERS.items() if part in path.name), {})
    (folder / "answers").write_text("".join(f"{name}={value}\n" for name, value in answers.items()))
    document = folder / "document.md"
    document.write_text(path.read_text("utf-8"))
    agent = subprocess.run(["ssh-agent", "-s"], capture_output=True, encoding="utf-8", check=True).stdout
    environment |= dict(re.findall(r"(SSH_\w+)=([^;]+);", agent))
    try:
        subprocess.run(["ssh-add", "-q", folder / ".ssh/id_rsa"], env=environment, check=True)
        azops(environment, folder, "sim", "up", "--speed", "1000")
        if any(value == "existing-rg" for value in answers.values()):
            (folder / "before.md").write_text(_NEEDS_CLUSTER)
            before = azops(environment, folder, "run", "before.md", "--cloud", "local", "--yes")
            if before.returncode:
                return 1, f"the cluster that it needs cannot be created: {last_line(before)}"
        agreed = ("--cloud", "local", "--yes", "--yes-destroy", "--trust-new-hosts", "--untagged=bash")
        done = azops(environment, folder, "run", document.name, *agreed, "--answers", "answers", "--fill-from-output")
    finally:
        azops(environment, folder, "sim", "down")
        subprocess.run(["ssh-agent", "-k"], env=environment, capture_output=True, check=False)
    return done.returncode, last_line(done)


def prepare(folder: Path, az: str) -> dict[str, str]:
    """Make a home with a key and the tools; returns the environment."""
    tools = folder / "tools"
    (folder / ".ssh").mkdir(mode=0o700)
    tools.mkdir()
    (tools / "kubectl").write_text(_KUBECTL)
    (tools / "kubectl").chmod(0o755)
    (tools / "az").symlink_to(Path(az).resolve())
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", folder / ".ssh/id_rsa"], check=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZ", "XDG_", "PYTHON"))}
    return {**kept, "HOME": str(folder), "PATH": f"{tools}{os.pathsep}{kept['PATH']}"}


def azops(environment: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run azops with nobody at the terminal."""
    return subprocess.run(
        [sys.executable, "-m", "azops_tui", *words],
        env={**environment, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=600,
        check=False,
    )


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """The sentence that says how a run ended."""
    lines = [line.strip() for line in (done.stderr if done.returncode == 3 else done.stdout).splitlines()]
    failures = [line for line in lines if re.search(r"\(line \d+\): ", line)]
    kept = failures or [line for line in lines if line and "azops replay" not in line] or [""]
    return kept[-1][:220]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
