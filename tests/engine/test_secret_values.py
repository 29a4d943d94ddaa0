"""Where the secrets of a run come from, and which steps get them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keyring
import pytest

from azops_tui.engine.run import Policy
from azops_tui.events import records as ev
from azops_tui.journal.store import Journal
from azops_tui.secrets.encrypted_file import EncryptedFile
from azops_tui.secrets.redact import Secret
from azops_tui.secrets.store import SecretStore
from tests.engine.conftest import MakeRun, Watched

VALUE = "v4lue-of-the-secret"


def document(source: str, body: str) -> str:
    return f"---\nazops:\n  params:\n    TOKEN: {{type: secret, from: '{source}'}}\n---\n# T\n\n{body}\n"


ONE = f'```bash {{name=one}}\n[ "$TOKEN" = {VALUE} ] && echo right\n```\n'
TRUSTED = Policy(trust_documents=True)


async def test_a_command_prints_it(make_run: MakeRun) -> None:
    watched = make_run(document(f"command: printf %s {VALUE}", ONE), policy=TRUSTED)
    await watched.run.run_all()
    assert watched.output("one") == "right\n"


async def test_a_command_that_fails_and_one_that_may_not_run_fail_the_step_that_names_the_secret(
    make_run: MakeRun, tmp_path: Path
) -> None:
    other = "```bash {name=other}\ntrue\n```\n"
    failing = make_run(document("command: echo no such entry >&2; exit 3", other + ONE), policy=TRUSTED)
    await failing.run.run_all()
    assert failing.states() == {"other": "done", "one": "failed"}
    assert "no such entry" in failing.end("one").summary
    mark = tmp_path / "mark"
    for policy, reason in ((Policy(), "you trust"), (Policy(trust_documents=True, read_only=True), "read-only")):
        watched = make_run(document(f"command: touch {mark}; echo x", ONE), policy=policy)
        await watched.run.run_all()
        failure = watched.end("one").failure
        assert failure is not None
        assert failure.code == "SecretMissing"
        assert reason in watched.end("one").summary
    assert not mark.exists()


async def test_a_variable_of_the_environment_reaches_only_the_step_that_names_the_secret(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_TOKEN", VALUE)
    show = "env; declare -p; tr '\\0' '\\n' </proc/$$/environ; cat /proc/$$/cmdline"
    watched = make_run(
        document(
            "env:CI_TOKEN",
            f"""
```bash {{name=before}}
{show}
```

```bash {{name=uses}}
call() {{ [ "$TOKEN" = {VALUE} ] && python3 -c 'import os; assert os.environ["TOKEN"]' && echo called; }}
call
plain=$TOKEN
export HEADER="Bearer $TOKEN"
```

```bash {{name=after}}
{show}
```

```bash {{name=calls}}
call
```

```bash {{name=derived}}
[ "$HEADER" = "Bearer {VALUE}" ] && echo derived
```

```python {{name=python}}
import os
assert os.environ["TOKEN"] == TOKEN == "{VALUE}"
mine = os.environ["TOKEN"]
os.environ["ADDED"] = "x" + mine
print("python")
```

```python {{name=quiet}}
import os
print(dict(os.environ), "TOK" + "EN" in __builtins__, mine == "{VALUE}")
```

```bash {{name=last}}
{show}
```
""",
        )
    )
    await watched.run.run_all()
    assert set(watched.states().values()) == {"done"}, {n: watched.end(n).summary for n in watched.states()}
    assert (watched.output("calls"), watched.output("derived"), watched.output("python")) == (
        "called\n",
        "derived\n",
        "python\n",
    )
    assert watched.output("quiet").endswith("False True\n")
    for step in ("before", "after", "quiet", "last"):
        assert "•••" not in watched.output(step).replace("TOKEN_CACHE", ""), step


async def test_no_session_file_has_it_while_the_step_runs_or_after(make_run: MakeRun, tmp_path: Path) -> None:
    search = '! find "$FOLDER" -type f ! -name step -exec grep -l "$TOKEN" {} +'
    body = f'```bash {{name=one}}\n[ "$TOKEN" = {VALUE} ] && {search}\n```\n'
    watched = make_run(document("prompt", body), parameters={"TOKEN": VALUE})
    from azops_tui.engine.sessions import folder

    await watched.run.set_parameters({"FOLDER": str(folder.sessions_folder({}))})
    await watched.run.run_all()
    assert watched.states() == {"one": "done"}
    files = [file for file in folder.sessions_folder({}).rglob("*") if file.is_file()]
    assert files
    # Other runs on this machine have folders there, too; this value is in none of them.
    assert [file for file in files if VALUE.encode() in file.read_bytes() and file.name != "step"] == []


async def test_a_placeholder_for_a_secret_is_named_and_not_written_into_the_code(make_run: MakeRun) -> None:
    watched = make_run(
        "# T\n\n```bash {name=one}\nprintf '%s|%s' \"<app-password>\" '<app-password>' <app-password>\n```\n",
        parameters={"APP_PASSWORD": VALUE},
    )
    await watched.run.run_all()
    [start] = watched.events(ev.StepStarted)
    assert VALUE not in start.code


async def _answers(watched: Watched, values: list[dict[str, str]], run: Any) -> None:
    """Run, and answer the questions in turn."""
    import asyncio

    task = asyncio.ensure_future(run)
    answered = ""
    for answer in values:
        await watched.until(lambda: {*watched.run.waiting} - {answered})  # noqa: B023 - awaited before it changes
        [answered] = watched.run.waiting
        assert watched.run.answer(answered, True, values=answer)
    await task


async def test_a_missing_one_is_asked_for_once_and_kept(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring, "get_keyring", Keyring)
    monkeypatch.setattr("azops_tui.secrets.encrypted_file._COST", 16)
    source = EncryptedFile(cost=16)
    source.unlock(Secret("correct horse"))
    source.set_password("azops", "OTHER", "x")
    watched = make_run(document("keyring", ONE + ONE.replace("one", "two")), policy=Policy(interactive=True))
    answers = [{"PASSPHRASE": "wrong horse"}, {"PASSPHRASE": "correct horse"}, {"TOKEN": VALUE, "KEEP": "yes"}]
    await _answers(watched, answers, watched.run.run_all())
    assert watched.output("two") == "right\n"
    [asked] = [e for e in watched.events(ev.ConfirmationAsked) if e.values[0].name == "TOKEN"]
    assert "has no such secret" in asked.values[0].help
    store = SecretStore()
    store.unlock(Secret("correct horse"))
    kept = store.get("TOKEN")
    assert kept is not None
    assert kept.reveal() == VALUE


async def test_a_restart_of_the_session_keeps_what_was_read(make_run: MakeRun) -> None:
    watched = make_run(document(f"command: printf %s {VALUE}", ONE), policy=TRUSTED)
    await watched.run.run_all()
    await watched.run.restart_session()
    await watched.run.run_all(force=True)
    assert watched.states() == {"one": "done"}
    assert watched.verdict == "done"


async def test_nothing_of_it_is_journalled(make_run: MakeRun, journal: Journal, tmp_path: Path) -> None:
    body = f"```bash {{name=one}}\necho $TOKEN; TOKEN=mine; export TOKEN=other; [ $TOKEN = {VALUE} ]\n```\n"
    watched = make_run(document("prompt", body), parameters={"TOKEN": VALUE})
    await watched.run.run_all()
    assert watched.states() == {"one": "done"}
    [start] = watched.events(ev.StepStarted)
    assert 'TOKEN="$TOKEN"; export TOKEN="$TOKEN"' in start.code
