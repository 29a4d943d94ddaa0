"""What may run, who agrees, and that both are written down."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from azops_tui.engine.guard import Policy
from azops_tui.events import records as ev
from tests.engine.conftest import MakeRun

STEPS = """
    ```bash {name=read}
    az group list --help >/dev/null 2>&1 || true
    ```
    ```bash {name=mutate confirm=mutate}
    echo changed
    ```
    ```bash {name=destroy confirm=destroy}
    echo destroyed
    ```
    """


@pytest.mark.parametrize(
    ("policy", "states"),
    [
        (Policy(), ["done", "failed", "waiting"]),
        (Policy(yes=True), ["done", "done", "failed"]),
        (Policy(yes_destroy=True), ["done", "failed", "waiting"]),
        (Policy(yes=True, yes_destroy=True), ["done", "done", "done"]),
        (Policy(yes=True, yes_destroy=True, read_only=True), ["done", "failed", "waiting"]),
    ],
)
async def test_policies_without_a_person(policy: Policy, states: list[str], make_run: MakeRun) -> None:
    watched = make_run(STEPS, policy=policy)
    await watched.run.run_all()
    assert list(watched.states().values()) == states
    assert watched.verdict == ("done" if states[-1] == "done" else "declined")


async def test_a_refusal_names_the_flag_and_runs_nothing(make_run: MakeRun) -> None:
    watched = make_run(STEPS, policy=Policy(yes=True))
    await watched.run.run_all()
    end = watched.end("destroy")
    assert end.failure is not None
    assert end.failure.code == "ConfirmationMissing"
    assert "--yes-destroy" in end.summary
    assert watched.output("destroy") == ""
    answers = {e.step: (e.accepted, e.by) for e in watched.events(ev.ConfirmationAnswered)}
    assert answers == {"mutate": (True, "--yes"), "destroy": (False, "policy")}
    assert watched.run.waiting == ()


async def test_read_only_is_absolute(make_run: MakeRun) -> None:
    document = "```bash {name=x confirm=none}\naz group delete -n x --yes\n```\n"
    watched = make_run(document, policy=Policy(read_only=True, yes=True, yes_destroy=True, interactive=True))
    await watched.run.run_step("x", agreed=True)
    end = watched.end("x")
    assert end.failure is not None
    assert end.failure.code == "ReadOnly"
    assert watched.events(ev.ConfirmationAsked) == []


async def test_a_person_answers(make_run: MakeRun) -> None:
    watched = make_run(STEPS, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    assert watched.states()["mutate"] == "asking"
    question: Any = watched.run.state.question
    assert (question.kind, question.step, question.typed) == ("mutate", "mutate", "")
    assert watched.run.answer(question.id, True, note="go")
    await watched.until(lambda: watched.run.waiting and watched.run.waiting[0] != question.id)
    question = watched.run.state.question
    assert question.kind == "destroy"
    assert not watched.run.answer(question.id, True)
    assert not watched.run.answer(question.id, True, typed="wrong")
    assert watched.run.waiting == (question.id,)
    assert watched.run.answer(question.id, True, typed=question.typed)
    assert await running == "done"
    answers = watched.events(ev.ConfirmationAnswered)
    assert [(e.accepted, e.by, e.note) for e in answers] == [(True, "user", "go"), (True, "user", "")]
    assert not watched.run.answer(question.id, True, typed=question.typed)


async def test_declining_stops_and_changes_nothing(make_run: MakeRun) -> None:
    watched = make_run(STEPS, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    watched.run.answer(watched.run.waiting[0], False, note="not today")
    assert await running == "stopped"
    assert watched.states() == {"read": "done", "mutate": "stopped", "destroy": "waiting"}
    assert watched.output("mutate") == ""
    assert "not today" in watched.end("mutate").summary
    assert watched.verdict == "declined"


MANY = """
    ```bash {name=read}
    true
    ```
    ```bash {name=first confirm=mutate}
    echo first
    ```
    ```bash {name=second confirm=mutate}
    echo second
    ```
    ```bash {name=away confirm=destroy}
    echo away
    ```
    """


async def test_all_changes_are_asked_about_once_and_deletions_apart(make_run: MakeRun) -> None:
    watched = make_run(MANY, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    question: Any = watched.run.state.question
    assert (question.kind, question.step, question.steps) == ("mutate", "first", ("first", "second"))
    assert watched.states()["read"] == "waiting"
    assert "away deletes something and asks when it comes." in question.lines
    assert watched.run.answer(question.id, True)
    await watched.until(lambda: watched.run.waiting and watched.run.waiting[0] != question.id)
    question = watched.run.state.question
    assert (question.kind, question.step) == ("destroy", "away")
    watched.run.answer(question.id, False)
    assert await running == "stopped"
    answers = [(e.step, e.accepted, e.by) for e in watched.events(ev.ConfirmationAnswered)]
    assert answers == [
        ("first", True, "user"),
        ("first", True, "list"),
        ("second", True, "list"),
        ("away", False, "user"),
    ]
    assert [e.by for e in watched.events(ev.ConfirmationAsked)] == ["", "list", "list", ""]


@pytest.mark.parametrize("how", ["declined", "stopped"])
async def test_without_agreement_to_the_list_nothing_runs(make_run: MakeRun, how: str) -> None:
    watched = make_run(MANY, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    if how == "declined":
        watched.run.answer(watched.run.waiting[0], False)
    else:
        await watched.run.stop()
    assert await running == "stopped"
    assert set(watched.states().values()) == {"waiting"}
    assert watched.run.waiting == ()


async def test_stopping_closes_an_open_question(make_run: MakeRun) -> None:
    watched = make_run(STEPS, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_step("mutate"))
    await watched.until(lambda: watched.run.waiting)
    await watched.run.stop()
    assert await running == "stopped"
    assert watched.run.waiting == ()
    assert watched.run.state.question is None
    assert not watched.events(ev.ConfirmationAnswered)[0].accepted


async def test_pressing_the_key_on_a_step_agrees_to_changes_only(make_run: MakeRun) -> None:
    watched = make_run(STEPS, policy=Policy())
    assert await watched.run.run_step("mutate", agreed=True) == "done"
    assert await watched.run.run_step("destroy", agreed=True) == "failed"
    answers = [(e.step, e.accepted, e.by) for e in watched.events(ev.ConfirmationAnswered)]
    assert answers == [("mutate", True, "key"), ("destroy", False, "policy")]


async def test_agreeing_to_a_step_is_not_agreeing_to_what_runs_before_it(make_run: MakeRun, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "base.md").write_text("```bash {name=make confirm=mutate}\necho made\n```\n")
    watched = make_run(
        """
        # Main
        ## Prerequisites
        - [the base](base.md)

        ## Use it
        ```bash {name=use confirm=mutate}
        echo used
        ```
        """
    )
    assert await watched.run.run_step("use", agreed=True) == "failed"
    assert watched.states() == {"base/make": "failed", "use": "waiting"}


async def test_a_condition_is_guarded_as_the_step_is(make_run: MakeRun) -> None:
    document = '```bash {name=x when="$(az group delete -n y --yes) = z"}\ntrue\n```\n'
    watched = make_run(document, policy=Policy(read_only=True))
    assert await watched.run.run_all() == "failed"
    end = watched.end("x")
    assert end.failure is not None
    assert end.failure.code == "ReadOnly"


GATE = """
    ```yaml {azops=gate name=gate}
    message: Is the backup there?
    ```
    ```bash {name=after}
    echo on
    ```
    """


async def test_gates(make_run: MakeRun) -> None:
    watched = make_run(GATE)
    assert await watched.run.run_all() == "failed"
    assert "--yes" in watched.end("gate").summary
    watched = make_run(GATE, policy=Policy(yes=True))
    assert await watched.run.run_all() == "done"
    watched = make_run(GATE, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    question: Any = watched.run.state.question
    assert (question.kind, question.lines) == ("gate", ("Is the backup there?",))
    watched.run.answer(question.id, True, note="checked", by="ann")
    assert await running == "done"
    assert watched.end("gate").summary == "Approved by ann: checked"


async def test_only_approvers_approve(make_run: MakeRun) -> None:
    gate = "```yaml {azops=gate name=gate}\nask: Go?\napprovers: [ann, bob]\n```\n"
    watched = make_run(gate, policy=Policy(yes=True))
    assert await watched.run.run_all() == "failed"
    assert "ann, bob may" in watched.end("gate").summary
    watched = make_run(gate, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    watched.run.answer(watched.run.waiting[0], True, by="bob")
    assert await running == "done"


async def test_native_steps_without_a_cloud_fail_clearly(make_run: MakeRun) -> None:
    watched = make_run("```yaml {azops=group name=g}\ngroup: x\nlocation: y\n```\n", policy=Policy(yes=True))
    assert await watched.run.run_all() == "failed"
    end = watched.end("g")
    assert end.failure is not None
    assert end.failure.code == "NoCloud"
    assert "--cloud" in end.summary
    assert watched.verdict == "no-cloud"


async def test_a_cloud_that_cannot_be_opened_is_a_sentence(make_run: MakeRun) -> None:
    async def refuse() -> Any:
        raise OSError(111, "nobody answers")

    watched = make_run(STEPS, cloud=refuse)
    assert await watched.run.run_all() == "failed"
    end = watched.end("read")
    assert end.failure is not None
    assert end.failure.code == "NoCloud"
    assert "nobody answers" in end.summary
