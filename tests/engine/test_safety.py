"""What must never happen: runs that cannot be stopped, successes that are none, secrets where they can be read."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from azops_tui.azure.cloud import Cloud
from azops_tui.engine.guard import Policy
from azops_tui.events import records as ev
from azops_tui.journal.store import Journal
from azops_tui.runbook.model import StepKind
from tests.engine.conftest import MakeRun

ASKING = Policy(interactive=True)


async def test_a_background_step_that_asks_can_be_stopped(make_run: MakeRun) -> None:
    watched = make_run("# T\n\n```bash {name=serve background confirm=mutate}\nsleep 100\n```\n", policy=ASKING)
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    await asyncio.sleep(0.3)
    async with asyncio.timeout(10):
        await watched.run.stop()
        await running
    assert watched.states() == {"serve": "stopped"}
    assert watched.run.running == ""


async def test_a_run_ends_while_a_background_step_still_asks(make_run: MakeRun) -> None:
    watched = make_run("# T\n\n```bash {name=serve background confirm=mutate}\nsleep 100\n```\n", policy=ASKING)
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    async with asyncio.timeout(10):
        await watched.run.close()
        await running
    assert watched.run.waiting == ()


async def test_a_stop_between_steps_is_no_success(make_run: MakeRun) -> None:
    watched = make_run("# T\n\n```bash {name=a}\ntrue\n```\n\n```bash {name=b}\ntrue\n```\n")
    stops: list[asyncio.Task[None]] = []

    def at_the_end(record: ev.Record) -> None:
        if isinstance(record.event, ev.StepFinished):
            stops.append(asyncio.ensure_future(watched.run.stop()))

    watched.run.subscribe(at_the_end)
    assert await watched.run.run_all() == "stopped"
    await asyncio.gather(*stops)
    await watched.run.close()
    assert watched.states()["b"] == "waiting"
    assert watched.events(ev.RunFinished)[0].state == "stopped"
    assert watched.verdict == "declined"


async def test_a_cloud_that_takes_long_to_open_can_be_given_up(make_run: MakeRun) -> None:
    async def never() -> Cloud:
        await asyncio.sleep(1000)
        raise AssertionError

    watched = make_run("# T\n\n```bash {name=a}\ntrue\n```\n", cloud=never)
    running = asyncio.create_task(watched.run.run_all())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        await watched.run.stop()
        assert await running == "stopped"
    await watched.run.close()
    assert watched.verdict == "declined"
    assert watched.states() == {"a": "waiting"}


async def test_a_journal_that_breaks_ends_the_run(make_run: MakeRun, journal: Journal) -> None:
    watched = make_run("# T\n\n```bash {name=a}\necho one\n```\n\n```bash {name=b}\ntouch ran\n```\n")

    def at_the_start(record: ev.Record) -> None:
        if isinstance(record.event, ev.StepStarted):
            with sqlite3.connect(journal.path) as database:
                database.execute("DROP TABLE IF EXISTS events")

    watched.run.subscribe(at_the_start)
    assert await watched.run.run_all() == "stopped"
    await watched.run.close()
    assert watched.states() == {"a": "done", "b": "waiting"}
    assert watched.verdict == "declined"
    assert any(notice.level == "error" and "journal" in notice.text for notice in watched.events(ev.Notice))


async def test_a_run_that_a_bug_ends_is_not_recorded_as_done(
    make_run: MakeRun, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = journal.append

    def fails_once(run: int, event: ev.AnyEvent) -> ev.Record:
        # Stands for a bug: no event that steps cause makes the journal raise this.
        if isinstance(event, ev.StepFinished):
            monkeypatch.setattr(journal, "append", append)
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")
        return append(run, event)

    monkeypatch.setattr(journal, "append", fails_once)
    watched = make_run("# T\n\n```bash {name=a}\ntrue\n```\n")
    with pytest.raises(UnicodeEncodeError):
        await watched.run.run_all()
    await watched.run.close()
    records = list(journal.records(watched.run.id))
    assert isinstance(records[-1].event, ev.RunFinished)
    assert records[-1].event.state == "failed"
    assert watched.verdict == "failed"


class Drawer(KeyringBackend):
    """A keyring in memory."""

    priority = 1.0

    def __init__(self, **kept: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library has no types there
        self.kept = kept

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username) if service == "azops" else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError


SECRETS = """
---
azops:
  params:
    DEPLOY_TOKEN: {type: secret, from: keyring}
---
# T

```bash {name=use capture=COPIED}
export ADMIN_PASSWORD="tr0ub4dor&3"
echo "token: $DEPLOY_TOKEN, in base64: $(printf %s "$DEPLOY_TOKEN" | base64)"
[ "$DEPLOY_TOKEN" = k3y-from-the-ring ]
```

```python {name=python}
import os
print(os.environ["DEPLOY_TOKEN"])
```

```bash {name=fail on-error=continue}
echo "cannot sign in with $DEPLOY_TOKEN" >&2; exit 1
```
"""


def written(folder: Path, secret: str) -> list[Path]:
    """Files that have the secret in them, documents left out."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".md"]
    return [file for file in files if secret.encode() in file.read_bytes()]


async def test_a_secret_of_the_keyring_is_used_and_never_seen(
    make_run: MakeRun, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: Drawer(DEPLOY_TOKEN="k3y-from-the-ring"))
    watched = make_run(SECRETS)
    await watched.run.run_all()
    await watched.run.close()
    assert watched.states() == {"use": "done", "python": "done", "fail": "failed"}
    assert [event.value for event in watched.events(ev.VariableSet) if event.name == "DEPLOY_TOKEN"] == ["•••"]
    said = "".join(map(str, watched.records)) + json.dumps([str(record) for record in journal.records(watched.run.id)])
    for secret in ("k3y-from-the-ring", "azN5LWZyb20tdGhlLXJpbm", "tr0ub4dor&3"):
        assert secret not in said
        assert written(tmp_path, secret) == []
    assert "token: •••" in watched.output("use")


async def test_why_a_secret_is_not_there_is_said(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring, "get_keyring", Keyring)
    watched = make_run(SECRETS)
    await watched.run.run_step("fail")
    said = [notice.text for notice in watched.events(ev.Notice) if notice.level == "warning"]
    assert "The secret DEPLOY_TOKEN has no value: the keyring has no such secret." in said
    assert "azops secret set DEPLOY_TOKEN" in watched.end("fail").summary


async def test_what_is_unset_stays_unset_in_every_session(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=one}
        export GONE=1 KEPT=2; PLAIN=3
        ```

        ```python {name=two}
        import os
        assert os.environ["GONE"] == "1"
        ```

        ```bash {name=three}
        unset GONE
        ```

        ```python {name=four}
        import os
        assert "GONE" not in os.environ, "there"
        del os.environ["KEPT"]
        ```

        ```bash {name=five}
        echo "${GONE-gone} ${KEPT-gone} $PLAIN"
        ```
        """
    )
    assert await watched.run.run_all() == "done"
    assert watched.output("five") == "gone gone 3\n"
    assert "PLAIN" in watched.run.variables
    assert "KEPT" not in watched.run.variables


async def test_another_interpreter_is_judged_by_its_own_language(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=python interpreter=python3}
        import os; os.system("az group delete -n x")
        ```

        ```bash {name=other interpreter=node}
        require("child_process")
        ```
        """,
        policy=Policy(read_only=True),
    )
    assert await watched.run.run_step("python") == "failed"
    assert await watched.run.run_step("other") == "failed"
    for name in ("python", "other"):
        failure = watched.end(name).failure
        assert failure is not None
        assert failure.code == "ReadOnly"
    effects = {planned.name: str(planned.step.effects) for planned in watched.run.steps}
    assert "D" in effects["python"]
    assert all(planned.step.kind is StepKind.SHELL for planned in watched.run.steps)
