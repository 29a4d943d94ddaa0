"""What a cassette holds: no secret that passed through a run, and what the verbs say of it."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from click.testing import CliRunner

from azops_tui.cli.main import cli
from azops_tui.replay.reading import read_cassette
from azops_tui.replay.review import review
from tests.replay.conftest import RunTaped

JWT = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJwbGFudGVkIn0.cGxhbnRlZHNpZ25hdHVyZQ"
KEY = base64.b64encode(bytes(range(64))).decode()
PEM = "-----BEGIN OPENSSH PRIVATE KEY-----\nYm9yaW5nIHBsYW50ZWQga2V5\n-----END OPENSSH PRIVATE KEY-----"
PLANTED = {
    "a token in output": JWT,
    "a storage key": KEY,
    "a private key": "Ym9yaW5nIHBsYW50ZWQga2V5",
    "a parameter": "param-Tr0ub4dor",
    "a parameter in base64": base64.b64encode(b"param-Tr0ub4dor").decode(),
    "an exported password": "exported-hunter2",
    "a password of Python": "python-hunter3",
    "a token in a header": "headerheaderheader123456",
    "a signature in a URL": "c2lnc2lnc2lnc2lnc2lnc2lnc2ln",
    "a function key in a URL": "functionkeyfunctionkey1234",
    "a field of a body": "body-Passw0rd-9",
    "a field of an answer": "answer-Passw0rd-9",
    "a connection string": "Y29ubmVjdGlvbnN0cmluZ2tleQ==",
    "a client secret": "abc8Q~made_up.made-up~made_up.made-up~xy",
    "a password in a URL": "urlpassw0rd",
    "a token of GitHub": "ghp_" + "a1B2" * 9,
    "an e-mail address": "jane.doe@contoso.com",
    "a subscription": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "a tenant": "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
    "the run's subscription": "5a1c0de0-0000-4000-8000-00000000a20b",
}
DOCUMENT = f"""\
---
azops:
  params:
    HIDDEN: {{type: secret}}
---

```bash {{name=shell}}
export DB_PASSWORD=exported-hunter2 MAIL=jane.doe@contoso.com
echo "token {JWT}"; echo "key {KEY}" >&2
printf 'half of param-Tr0'; printf 'ub4dor and $HIDDEN'; echo; echo "$HIDDEN" | base64; echo $DB_PASSWORD
cat <<'END'
{PEM}
END
echo "AccountKey=Y29ubmVjdGlvbnN0cmluZ2tleQ==;x" "https://me:urlpassw0rd@db" "postgres://me:urlpassw0rd@db/x"
echo "ghp_{"a1B2" * 9}" "abc8Q~made_up.made-up~made_up.made-up~xy"
echo '{{"tenantId": "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"}}' /subscriptions/3f2504e0-4f89-41d3-9a0c-0305e82c3301/x
echo again 3f2504e0-4f89-41d3-9a0c-0305e82c3301 to jane.doe@contoso.com
```

```python {{name=python}}
import os
os.environ["API_TOKEN"] = "python-hunter3"
print(os.environ["API_TOKEN"])
```

```bash {{name=requests}}
at="$AZURE_AUTHORITY_HOST/subscriptions/$AZURE_SUBSCRIPTION_ID/resourcegroups"
curl -s "$at?api-version=2022-09-01&sig=c2lnc2lnc2lnc2lnc2lnc2lnc2ln&code=functionkeyfunctionkey1234" -o /dev/null \\
  -H "Authorization: Bearer headerheaderheader123456"
curl -s -X POST "$at/g/providers/Microsoft.Resources/deployments/d/validate?api-version=2022-09-01" -o /dev/null \\
  -H "Content-Type: application/json" -d '{{"adminPassword": "body-Passw0rd-9", "clientSecret": "answer-Passw0rd-9"}}'
```
"""


async def test_no_secret_of_a_run_is_in_its_cassette(run_taped: RunTaped, tmp_path: Path) -> None:
    cassette = tmp_path / "secrets.yaml"
    recorded = await run_taped(DOCUMENT, cassette, "all", parameters={"HIDDEN": "param-Tr0ub4dor"})
    assert set(recorded.states.values()) == {"done"}, [step.summary for step in recorded.run.state.failed]
    text = cassette.read_text()
    assert {name for name, secret in PLANTED.items() if secret in text} == set()
    with_secrets = read_cassette(cassette)
    assert len([track for track in with_secrets.tracks if track.step == "requests"]) == 3
    assert review(with_secrets, cassette) == []
    with_secrets.close()
    replayed = await run_taped(DOCUMENT, cassette, parameters={"HIDDEN": "param-Tr0ub4dor"})
    assert replayed.states == recorded.states


@pytest.mark.parametrize("secret", [name for name in PLANTED if name not in ("a parameter", "a parameter in base64")])
def test_check_finds_what_was_put_in_by_hand(secret: str, tmp_path: Path) -> None:
    value = PLANTED[secret]
    before = {
        "a private key": "-----BEGIN OPENSSH PRIVATE KEY-----\\n",
        "an exported password": "DB_PASSWORD=",
        "a password of Python": "API_TOKEN=",
        "a token in a header": "Authorization: Bearer ",
        "a signature in a URL": "https://x.blob.core.windows.net/?sig=",
        "a function key in a URL": "https://x.azurewebsites.net/api/f?code=",
        "a field of a body": '\\"adminPassword\\": \\"',
        "a field of an answer": '\\"clientSecret\\":\\"',
        "a connection string": "AccountName=x;AccountKey=",
        "a password in a URL": "postgres://me:",
        "a subscription": "/subscriptions/",
        "a tenant": "tenantId=",
        "the run's subscription": "/subscriptions/",
    }.get(secret, "")
    after = {"a password in a URL": "@db/x"}.get(secret, "")
    file = tmp_path / "planted.yaml"
    file.write_text(
        "version: 1\ninteractions:\n"
        "- request: {method: GET, uri: 'https://management.azure.com/x', body: null, headers: {}}\n"
        "  response:\n    status: {code: 200, message: OK}\n    headers: {}\n"
        f'    body: {{string: "{before}{value}{after}"}}\n'
    )
    result = CliRunner().invoke(cli, ["cassette", "check", str(file)])
    assert result.exit_code == 1, result.output
    assert "entry 1: " in result.output
    assert value not in result.output


async def test_verbs_tell_what_a_cassette_holds(run_taped: RunTaped, tmp_path: Path) -> None:
    first, second, document = tmp_path / "1.yaml", tmp_path / "2.yaml", "```bash {name=say}\necho $RANDOM$RANDOM\n```\n"
    await run_taped(document, first, "all", local=False)
    await run_taped(document + "```bash {name=more}\ntrue\n```\n", second, "all", local=False)

    async def azops(*words: str, code: int = 0) -> str:
        # A verb has an event loop of its own.
        result = await asyncio.to_thread(CliRunner().invoke, cli, ["cassette", *words])
        assert result.exit_code == code, result.output
        return result.output

    assert "shell: echo $RANDOM$RANDOM" in await azops("show", str(first))
    assert "  echo $RANDOM$RANDOM\n" in await azops("show", str(first), "--entry", "2")
    assert '"scripts": 1' in await azops("stats", str(first), "-o", "json")
    difference = await azops("diff", str(first), str(second), code=1)
    assert "~ say: shell: echo" in difference
    assert "+ more: shell: true" in difference
    assert await azops("diff", str(first), str(first)) == ""
    (tmp_path / "document.md").write_text(document)
    assert "1 of 3 entries were dropped" in await azops("trim", str(second), "--unused", str(tmp_path / "document.md"))
    assert "more" not in await azops("show", str(second))
    await azops("check", str(tmp_path / "none.yaml"), code=3)
