"""A document cannot decide which programs run and where they act."""

from __future__ import annotations

from pathlib import Path

import pytest

from azops_tui.engine.environment_rules import VariableRule, rule
from azops_tui.engine.open import open_runbook
from azops_tui.engine.run import Policy, Run
from azops_tui.engine.trust import document_digest, trust
from azops_tui.events import records as ev
from azops_tui.journal.store import Journal
from tests.cli.azops import azops


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE", "CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


async def _run(document: Path) -> tuple[str, str]:
    """Output and notices of a run of all steps."""
    output: list[str] = []
    notices: list[str] = []

    def show(record: ev.Record) -> None:
        if isinstance(record.event, ev.OutputWritten):
            output.append(record.event.text)
        elif isinstance(record.event, ev.Notice):
            notices.append(record.event.text)

    with Journal(document.parent / "journal.db") as journal:
        run = Run(open_runbook(document), journal=journal, policy=Policy())
        run.subscribe(show)
        try:
            await run.run_all()
        finally:
            await run.close()
    return "".join(output), " ".join(notices)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, VariableRule.PINNED) for name in ("AZURE_CONFIG_DIR", "https_proxy", "ALL_PROXY", "SSL_CERT_FILE")),
        *(
            (name, VariableRule.PINNED)
            for name in ("AZURE_AUTHORITY_HOST", "AZURE_CLIENT_SECRET", "ARM_METADATA_HOSTNAME")
        ),
        *(
            (name, VariableRule.TRUSTED)
            for name in ("PATH", "LD_PRELOAD", "BASH_ENV", "ENV", "PYTHONPATH", "GIT_SSH_COMMAND")
        ),
        *(
            (name, VariableRule.TRUSTED)
            for name in ("SSH_ASKPASS", "PROMPT_COMMAND", "BASH_FUNC_az", "AZURE_STORAGE_KEY")
        ),
        *(
            (name, VariableRule.ORDINARY)
            for name in ("RESOURCE_GROUP", "AZURE_LOCATION", "MY_PATH", "KUBECONFIG", "LDAP")
        ),
    ],
)
def test_what_it_takes_to_set_a_variable(name: str, expected: VariableRule) -> None:
    assert rule(name) is expected


DOCUMENT = """---
azops:
  params:
    PERL5LIB: {default: /tmp/other}
    AZURE_CONFIG_DIR: {default: /tmp/login}
    HTTPS_PROXY: http://192.0.2.1:1
    COLOUR: red
---
```bash {name=show env="PYTHONPATH=/tmp/code AZURE_CLOUD_NAME=Other SHADE=dark"}
echo "$COLOUR $SHADE ${AZURE_CONFIG_DIR##*/} ${PYTHONPATH-none} ${AZURE_CLOUD_NAME-none} ${HTTPS_PROXY-none}"
```

```python {name=python}
import os
print(os.environ.get("PERL5LIB"))
```
"""


async def test_an_untrusted_document_sets_ordinary_variables_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "PYTHONPATH", "PERL5LIB"):
        monkeypatch.delenv(name, raising=False)
    document = tmp_path / "runbook.md"
    document.write_text(DOCUMENT)
    output, notices = await _run(document)
    assert output.splitlines() == ["red dark az none none none", "None"]
    for name in ("PERL5LIB", "AZURE_CONFIG_DIR, HTTPS_PROXY", "PYTHONPATH", "AZURE_CLOUD_NAME"):
        assert f"sets {name}" in notices
    trust(document, document_digest(DOCUMENT))
    output, notices = await _run(document)
    assert output.splitlines() == ["red dark az /tmp/code none none", "/tmp/other"]
    assert "sets PERL5LIB, which can change what commands do." in notices


async def test_a_step_cannot_point_the_next_one_elsewhere(tmp_path: Path) -> None:
    document = tmp_path / "runbook.md"
    document.write_text(
        "```bash {name=x capture=LD_PRELOAD}\nexport AZURE_CONFIG_DIR=/tmp/login\necho /tmp/library.so\n```\n\n"
        "```bash {name=y}\necho ${AZURE_CONFIG_DIR##*/} ${LD_PRELOAD-none}\n```\n"
    )
    output, notices = await _run(document)
    assert output.splitlines() == ["/tmp/library.so", "az none"]
    assert "sets LD_PRELOAD" in notices


def test_naming_a_file_is_trust_for_ordinary_things(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "greet").write_text("#!/bin/sh\necho hello\n")
    (tools / "greet").chmod(0o700)
    (tmp_path / "runbook.ini").write_text(f"AZURE_CONFIG_DIR={tmp_path}\n")
    document = tmp_path / "runbook.md"
    document.write_text(f'```bash {{env="PATH={tools}:/usr/bin:/bin"}}\ngreet\necho ${{AZURE_CONFIG_DIR##*/}}\n```\n')
    result = azops("run", document)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "hello" in result.stdout
    assert tmp_path.name not in result.stdout.split("hello")[1].splitlines()[1]
    assert "The step sets PATH, which can change what commands do." in result.stdout
    assert "sets AZURE_CONFIG_DIR; ignored" in result.stdout


@pytest.mark.parametrize(
    ("fence", "expected"),
    [
        ("```bash {interpreter='az group delete -n x --yes; /usr/bin/python3'}\nprint(1)\n```", "D"),
        ("```bash {when='! az group delete -n x --yes'}\necho\n```", "D"),
        ("```bash {when='$(az group delete -n x --yes)'}\necho\n```", "D"),
        ("```yaml {azops=wait when='! az group delete -n x'}\ncommand: az group list\nuntil: '@'\n```", "D"),
        ("```bash {interpreter='env python3'}\nprint(1)\n```", "R"),
        ("```bash {interpreter=awk}\nBEGIN { system() }\n```", "M"),
        ("```yaml {azops=keypair}\npath: k\n```", "M"),
    ],
)
def test_attributes_count_as_what_they_run(tmp_path: Path, fence: str, expected: str) -> None:
    document = tmp_path / "runbook.md"
    document.write_text(fence + "\n")
    assert expected in str(open_runbook(document).steps[0].effects)


@pytest.mark.parametrize(
    ("path", "reason"), [("../k", "outside the folder"), ("~/k", "outside the folder"), ("./k", "not overwritten")]
)
async def test_key_pairs_stay_below_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    document = tmp_path / "book" / "runbook.md"
    document.parent.mkdir()
    (document.parent / "k.pub").write_text("mine")
    document.write_text(f"```yaml {{azops=keypair}}\npath: {path}\n```\n")
    with Journal(tmp_path / "journal.db") as journal:
        run = Run(open_runbook(document), journal=journal, policy=Policy(yes=True))
        await run.run_all()
        await run.close()
    failure = run.state.failed[0].failure
    assert failure is not None
    assert reason in failure.message
    assert [file.name for file in document.parent.iterdir() if file.name != "runbook.md"] == ["k.pub"]
    assert (document.parent / "k.pub").read_text() == "mine"
