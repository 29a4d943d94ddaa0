"""The notes of someone who built a cluster once: untagged fences, values to paste, a file to save, an output shown."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

NOTES = """\
# Our cluster, as I built it in March

First make the service principal. Output:

```
az ad sp create-for-rbac --name cluster-sp
```

Output:

```
{
  "appId": "00000000-0000-0000-0000-000000000000",
  "displayName": "cluster-sp",
  "tenant": "xxxx"
}
```

Then the cluster, with the appId from above and the name that you like:

```
$ az aks create --resource-group <your-resource-group> --name web-cluster \\
    --service-principal <appId>
{
  "name": "web-cluster"
}
```

Save this as `values/ingress.yaml`:

```
controller:
  replicaCount: 2
```

Deploy the ingress into the region:

```
helm install ingress ingress-nginx --values values/ingress.yaml --set region=$REGION
```

Look whether it came up:

```
kubectl get pods --namespace ingress
```

You should see output like this:

```
NAME        READY   STATUS
ingress-0   1/1     Running
```
"""

_STAND_IN = """#!/bin/sh
printf '%s' "$(basename "$0")" >> "$STAND_IN_LOG"
printf ' %s' "$@" >> "$STAND_IN_LOG"
echo >> "$STAND_IN_LOG"
case "$(basename "$0") $1 $2" in
"az ad sp") echo '{"appId": "5d1f2a60-77aa-4b7e-9e0c-1f2e3d4c5b6a", "displayName": "cluster-sp", "tenant": "t1"}' ;;
"az aks create") echo '{"name": "web-cluster"}' ;;
"kubectl get pods") printf 'NAME        READY   STATUS\\ningress-0   1/1     Running\\n' ;;
esac
"""

CALLS = [
    "az ad sp create-for-rbac --name cluster-sp",
    "az aks create --resource-group team-rg --name web-cluster --service-principal "
    "5d1f2a60-77aa-4b7e-9e0c-1f2e3d4c5b6a",
    "helm install ingress ingress-nginx --values values/ingress.yaml --set region=westeurope",
    "kubectl get pods --namespace ingress",
]
"""What a person's answers make of the document."""


def write_notes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the document, and stand-ins for its tools that record their arguments in ``calls``."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("az", "helm", "kubectl"):
        tool = tools / name
        tool.write_text(_STAND_IN)
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("STAND_IN_LOG", str(folder / "calls"))
    monkeypatch.delenv("REGION", raising=False)
    document = folder / "notes.md"
    document.write_text(NOTES)
    return document


def calls(folder: Path) -> list[str]:
    """The recorded calls, with single spaces."""
    file = folder / "calls"
    return [" ".join(line.split()) for line in file.read_text().splitlines()] if file.exists() else []
