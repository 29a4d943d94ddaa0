"""The text of a new runbook."""

from __future__ import annotations

_TEMPLATE = """\
---
title: {title}
azops:
  params:
    RESOURCE_GROUP: {{default: {group}, help: Where everything lives}}
    LOCATION: {{choices: azure.locations, default: westeurope}}
---

# {title}

What this runbook is for, and when to run it.

## Prepare

```yaml {{azops=group name=create-group}}
group: ${{RESOURCE_GROUP}}
location: ${{LOCATION}}
```

## Check

```bash {{name=show-group}}
az group show --name "$RESOURCE_GROUP" --output table
```
"""


def new_runbook(stem: str, title: str = "") -> str:
    """A runbook with parameters, a step that makes a resource group, and a step that looks at it.

    Args:
        stem: name of the file without its suffix.
        title: title; by default made from the name.
    """
    words = title or stem.replace("-", " ").replace("_", " ").strip().capitalize() or "Runbook"
    group = "".join(c if c.isalnum() else "-" for c in stem.casefold()).strip("-") or "demo"
    shown = f'"{words}"' if not words.replace(" ", "").isalnum() else words
    return _TEMPLATE.format(title=shown, group=group).replace(f"# {shown}", f"# {words}", 1)
