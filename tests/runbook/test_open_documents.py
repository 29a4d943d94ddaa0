"""Documents that leave things open: prompts, fences without a language, files to save, tabs."""

from __future__ import annotations

from pathlib import Path

import pytest

from azops_tui.engine.open_values import open_parameters
from azops_tui.runbook import parse
from azops_tui.runbook.model import Role
from tests.runbook.shared import book, problems

WIKI = """
# Cluster

Sign in and create the group:

```
az group create --name demo --location westus2
```

Output:

```
{"name": "demo"}
```

Save this as `config.yaml`:

```
kind: Pod
metadata: {name: web}
```

Then apply it.

```
$ kubectl apply -f config.yaml
pod/web created
$ kubectl get pods \\
>   -o wide
NAME READY
```

The folder then is:

```
cluster/
  config.yaml
```

```
The quick brown fox.
```
"""


def test_untagged_fences_run_only_after_agreement() -> None:
    runbook = book(WIKI)
    assert runbook.steps == ()
    assert [(block.role, block.file) for block in runbook.blocks] == [
        (Role.GUESSED, ""),
        (Role.RESULT, ""),
        (Role.GUESSED, "config.yaml"),
        (Role.GUESSED, ""),
        (Role.OTHER, ""),
        (Role.OTHER, ""),
    ]
    create, save, apply = book(WIKI, untagged=True).steps
    assert create.code == "az group create --name demo --location westus2\n"
    assert [item.expected for item in create.expectations] == ['{"name": "demo"}\n']
    assert "cat > 'config.yaml'" in save.code
    assert apply.code == "kubectl apply -f config.yaml\nkubectl get pods \\\n  -o wide\n"
    assert [apply.document_line(row) for row in (1, 2, 3)] == [25, 27, 28]
    assert book(f"---\nazops: {{untagged: bash}}\n---\n{WIKI}").steps[0].code == create.code


@pytest.mark.parametrize(
    ("fence", "code"),
    [
        ("$ echo a\na\n", "echo a\n"),
        ("# list\n$ ls\n", "ls\n"),
        ("# This is prose\necho a\n", "# This is prose\necho a\n"),
        ("user@host:~/dir$ ls\nfile\n", "ls\n"),
        ("[root@node ~]# uptime\n up 3 days\n", "uptime\n"),
        ("$ cat <<EOF > f\n$ kept\nEOF\nout\n", "cat <<EOF > f\n$ kept\nEOF\n"),
        ("$ cat <<EOF > f\n> a\n> > quoted\n> EOF\nout\n$ ls\n", "cat <<EOF > f\na\n> quoted\nEOF\nls\n"),
        ("$ cat <<A; cat <<B\n> kept\nA\n> b\n> B\nout\n", "cat <<A; cat <<B\n> kept\nA\nb\nB\n"),
    ],
)
def test_prompts_are_stripped_in_any_shell_fence(fence: str, code: str) -> None:
    (step,) = book(f"```bash\n{fence}```\n").steps
    assert step.code == code


@pytest.mark.parametrize("text", ["test the cluster well\n", "find the id\n", "NAME  READY\nweb   1/1\n", "a: b\n"])
def test_prose_and_output_are_not_guessed(text: str) -> None:
    assert book(f"```\n{text}```\n").guessed == ()


def test_powershell_beside_a_bash_tab_is_skipped() -> None:
    text = """
    ## [Azure CLI](#tab/cli)
    ```azurecli
    az group list
    ```
    ## [PowerShell](#tab/ps)
    ```azurepowershell
    Get-AzResourceGroup
    ```
    ---
    """
    assert [step.runnable for step in book(text).steps] == ["", "The bash tab beside it does the same"]


def test_a_bad_expected_pattern_is_a_warning_at_its_line() -> None:
    runbook = book('```bash\ntrue\n```\n<!-- expected_similarity="(" -->\n```\nx\n```\n')
    assert not runbook.errors
    ((line, message),) = problems(runbook)
    assert line == 4
    assert "regular expression" in message


def test_names_come_from_the_sentence_before_the_step() -> None:
    fence = "```bash\ntrue\n```\n"
    text = f"# Setup\n{fence}\nRun the following command to create a **resource group**:\n\n{fence}\nDo it:\n\n{fence}"
    assert [step.name for step in book(text).steps] == ["setup", "create-resource-group", "setup-2"]


def test_the_help_of_a_placeholder_has_no_markup() -> None:
    text = (
        "![Portal (new)](images/a.png) Paste the **id** of [your app](https://example.org/app_(x)) <!-- internal -->\n"
        "![b][ref] from `az ad app list`:\n\n```bash\necho <app-id>\n```\n"
    )
    (parameter,) = open_parameters([parse(text, Path("a.md"))], {})
    assert parameter.help == "<app-id>: Paste the id of your app from az ad app list:"
