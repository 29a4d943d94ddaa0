"""Runs of real documents through a real bash and a real journal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from azops_tui.engine.run import Busy, ParameterError, Policy, RunError
from azops_tui.events import records as ev
from azops_tui.events.run_view import RunView
from azops_tui.journal.store import Journal, JournalError
from azops_tui.runbook import parse
from azops_tui.runbook.edits import replace_code
from tests.engine.conftest import MakeRun

DATA = Path(__file__).resolve().parents[2] / "../shared/data/runbooks/innovation-engine"

TWO = """
    # Two
    ```bash {name=one}
    greeting=hello
    shout() { echo "${1^^}"; }
    ```
    ```bash {name=two}
    shout "$greeting"
    ```
    """


async def test_steps_share_one_session_and_all_is_journalled(make_run: MakeRun, journal: Journal) -> None:
    watched = make_run(TWO)
    assert watched.run.id == 0
    assert await watched.run.run_all() == "done"
    assert watched.output("two") == "HELLO\n"
    assert watched.states() == {"one": "done", "two": "done"}
    await watched.run.close()
    kept = list(journal.records(watched.run.id))
    assert kept == watched.records
    assert isinstance(kept[0].event, ev.RunStarted)
    assert isinstance(kept[-1].event, ev.RunFinished)
    assert kept[-1].event.state == "done"
    row = journal.run(watched.run.id)
    assert row is not None
    assert (row.state, row.done, row.steps) == ("done", 2, 2)
    again = RunView().apply_all(kept)
    assert {name: step.state for name, step in again.steps.items()} == watched.states()
    assert again.steps["two"].tail(1) == ["HELLO"]


async def test_opening_makes_no_run(make_run: MakeRun, journal: Journal) -> None:
    watched = make_run(TWO)
    await watched.run.start()
    await watched.run.close()
    assert journal.runs(10) == []
    assert watched.records == []


async def test_a_failing_step_stops_the_rest_and_a_second_all_goes_on(make_run: MakeRun, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    watched = make_run(
        f"""
        ```bash {{name=first}}
        echo once >> {flag}.count
        ```
        ```bash {{name=second}}
        test -e {flag}
        ```
        ```bash {{name=third}}
        true
        ```
        """
    )
    assert await watched.run.run_all() == "failed"
    assert watched.states() == {"first": "done", "second": "failed", "third": "waiting"}
    end = watched.end("second")
    assert end.status == 1
    assert "exit status 1" in end.summary
    assert watched.verdict == "failed"
    flag.touch()
    assert await watched.run.run_all() == "done"
    assert (tmp_path / "flag.count").read_text() == "once\n"
    assert watched.verdict == "done"


async def test_on_error_continue(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=bad on-error=continue}
        false
        ```
        ```bash {name=good}
        true
        ```
        """
    )
    assert await watched.run.run_all() == "failed"
    assert watched.states() == {"bad": "failed", "good": "done"}


async def test_excluded_and_conditional_steps(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=set}
        STAGE=test
        ```
        ```bash {name=yes when="$STAGE = test"}
        echo ran
        ```
        ```bash {name=no when="$STAGE = production"}
        echo ran
        ```
        ```bash {name=never excludeFromRunAll=true}
        echo ran
        ```
        ```bash {name=odd when="-z ((" on-error=continue}
        echo ran
        ```
        """
    )
    await watched.run.run_all()
    assert watched.states() == {"set": "done", "yes": "done", "no": "skipped", "never": "waiting", "odd": "failed"}
    assert watched.end("odd").failure.code == "InvalidCondition"  # type: ignore[union-attr]  # it failed
    assert await watched.run.run_step("never") == "done"


async def test_retries(make_run: MakeRun, tmp_path: Path) -> None:
    watched = make_run(
        f"""
        ```bash {{name=flaky retries=3 retry-delay=0.01s}}
        echo x >> {tmp_path}/tries
        [ $(wc -l < {tmp_path}/tries) -ge 3 ]
        ```
        ```bash {{name=hopeless retries=1 retry-delay=0.01s}}
        exit 7
        ```
        """
    )
    assert await watched.run.run_all() == "failed"
    attempts = [(e.step, e.attempt) for e in watched.events(ev.StepStarted)]
    assert attempts == [("flaky", 1), ("flaky", 2), ("flaky", 3), ("hopeless", 1), ("hopeless", 2)]
    assert watched.end("hopeless").status == 7
    assert len(watched.events(ev.StepFinished)) == 2


async def test_timeout(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=slow timeout=300ms}
        sleep 30
        ```
        ```bash {name=after}
        echo alive
        ```
        """
    )
    assert await watched.run.run_step("slow") == "failed"
    end = watched.end("slow")
    assert end.failure is not None
    assert end.failure.code == "TimedOut"
    assert end.duration < 8
    assert await watched.run.run_step("after") == "done"


async def test_stop_ends_the_step_and_the_queue(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=slow}
        echo begun; sleep 60
        ```
        ```bash {name=after}
        true
        ```
        """
    )
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.output("slow"))
    with pytest.raises(Busy, match="slow is running"):
        await watched.run.run_step("after")
    await watched.run.stop()
    assert await running == "stopped"
    assert watched.states() == {"slow": "stopped", "after": "waiting"}
    assert watched.verdict == "declined"
    assert await watched.run.run_step("after") == "done"


async def test_a_cancelled_caller_leaves_the_run_consistent(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=slow}
        echo begun; sleep 60
        ```
        """
    )
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.output("slow"))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert watched.end("slow").state == "stopped"
    assert watched.run.running == ""


async def test_run_from_runs_what_was_done_again(make_run: MakeRun) -> None:
    watched = make_run(TWO)
    await watched.run.run_all()
    assert await watched.run.run_from("two") == "done"
    assert [e.step for e in watched.events(ev.StepFinished)] == ["one", "two", "two"]


async def test_unknown_step_and_broken_documents(make_run: MakeRun) -> None:
    watched = make_run(TWO)
    with pytest.raises(RunError, match="Step 'three' does not exist"):
        await watched.run.run_step("three")
    broken = make_run("```yaml {azops=group}\nwrong: 1\n```\n")
    with pytest.raises(RunError, match="wrong"):
        await broken.run.run_all()
    lacking = make_run("---\nazops: {requires: {tools: [no-such-tool]}}\n---\n```bash\ntrue\n```\n")
    with pytest.raises(RunError, match="no-such-tool"):
        await lacking.run.run_all()


async def test_parameters_reach_the_shell_and_win_over_the_document(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ---
        azops:
          params:
            STAGE: {choices: [test, production], default: test}
            COUNT: {type: int, default: 2, max: 5}
        ---
        ```bash {name=show}
        export REGION=here
        echo "$STAGE $COUNT $REGION $EXTRA"
        ```
        """,
        parameters={"COUNT": "3", "REGION": "it's there", "EXTRA": "more"},
    )
    await watched.run.run_all()
    assert watched.output("show") == "test 3 it's there more\n"
    started = watched.events(ev.RunStarted)[0]
    assert started.parameters["COUNT"] == "3"
    text = "---\nazops: {params: {COUNT: {type: int, max: 5}}}\n---\n"
    with pytest.raises(ParameterError, match="COUNT"):
        make_run(text, parameters={"COUNT": "9"})


async def test_variables_are_announced_when_they_change(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=one}
        export A=1; cd /tmp
        ```
        ```bash {name=two}
        export B=2
        ```
        """
    )
    await watched.run.run_all()
    assert [(e.step, e.name, e.value) for e in watched.events(ev.VariableSet)] == [("one", "A", "1"), ("two", "B", "2")]


async def test_groups_that_variables_name(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=x}
        export RESOURCE_GROUP=one MY_RG=two myResourceGroup=three ARGS=no LARGE=no GROUP_TEXT="not a group"
        ```
        """
    )
    assert watched.run.groups() == set()
    await watched.run.run_all()
    assert watched.run.groups() & {"one", "two", "three", "no", "not a group"} == {"one", "two", "three"}


async def test_captures(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=text capture=TEXT}
        echo hello; echo noise >&2
        ```
        ~~~bash {name=part capture=PART query="items[?size > `1`].name" format=tsv}
        echo '{"items": [{"name": "a", "size": 1}, {"name": "b", "size": 2}, {"name": "c", "size": 3}]}'
        ~~~
        ```bash {name=scalar capture=SCALAR query=ready}
        echo '{"ready": true}'
        ```
        ```bash {name=use}
        printf '[%s]' "$TEXT" "$PART" "$SCALAR"
        ```
        ```bash {name=bad capture=BAD query=x}
        echo no json
        ```
        """
    )
    await watched.run.run_all()
    assert watched.output("use") == "[hello][b\nc][true]"
    assert watched.end("bad").failure.code == "OutputNotJson"  # type: ignore[union-attr]  # it failed


async def test_an_output_that_differs_from_an_example_is_a_warning_unless_strict(make_run: MakeRun) -> None:
    text = "```bash {name=a}\necho b\n```\n<!-- expected_similarity=1.0 -->\n```\na\n```\n"
    watched = make_run(text)
    assert await watched.run.run_all() == "done"
    (notice,) = watched.events(ev.Notice)
    assert notice.text.startswith("differs from the example at line 4: ")
    assert await make_run("---\nazops: {strict: true}\n---\n" + text).run.run_all() == "failed"


async def test_expectations(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=same on-error=continue}
        echo '{"name": "x", "provisioningState": "Succeeded"}'
        ```
        <!-- expected_similarity=0.9 -->
        ```json
        {"name": "x", "provisioningState": "Succeeded"}
        ```

        ```bash {name=other on-error=continue}
        echo '{"name": "x", "provisioningState": "Failed"}'
        ```
        <!-- expected_similarity=0.1 -->
        ```json
        {"name": "x", "provisioningState": "Succeeded"}
        ```

        ```bash {name=meant on-error=continue}
        echo "ERROR: (InvalidParameter) no" >&2; exit 3
        ```
        <!-- expect error="InvalidParameter" -->

        ```bash {name=otherwise on-error=continue}
        echo "ERROR: (Conflict) no" >&2; exit 3
        ```
        <!-- expect error="InvalidParameter" -->

        ```bash {name=well on-error=continue}
        true
        ```
        <!-- expect failed -->

        ```bash {name=three on-error=continue}
        exit 3
        ```
        <!-- expect exit=3 -->
        """,
        policy=Policy(strict=True),
    )
    await watched.run.run_all()
    assert watched.states() == {
        "same": "done",
        "other": "failed",
        "meant": "done",
        "otherwise": "failed",
        "well": "failed",
        "three": "done",
    }
    assert "InvalidParameter" in watched.end("otherwise").summary


async def test_python_and_shell_share_variables(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=set}
        export FROM_SHELL=one
        ```
        ```python {name=py}
        import os
        kept = os.environ["FROM_SHELL"] + " two"
        os.environ["FROM_PYTHON"] = kept
        ```
        ```python {name=again}
        print(kept)
        ```
        ```bash {name=back}
        echo "$FROM_PYTHON"
        ```
        ```python {name=bad}
        1 / 0
        ```
        """
    )
    assert await watched.run.run_all() == "failed"
    assert watched.output("again") == "one two\n"
    assert watched.output("back") == "one two\n"
    assert "ZeroDivisionError" in watched.end("bad").summary


async def test_prerequisites_run_once_where_they_are_linked(make_run: MakeRun, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "base.md").write_text("```bash {name=make}\nexport BASE=${BASE:-}ready\n```\n")
    watched = make_run(
        """
        # Main
        ## Prerequisites
        ```bash {name=before}
        export BASE=
        ```
        - [the base](base.md)
        - [again](./base.md)

        ## Use it
        ```bash {name=use}
        echo "$BASE"
        ```
        """
    )
    assert [planned.name for planned in watched.run.steps] == ["before", "base/make", "use"]
    assert await watched.run.run_step("use") == "done"
    assert watched.output("use") == "ready\n"
    await watched.run.run_all()
    assert [e.step for e in watched.events(ev.StepFinished)] == ["base/make", "use", "before"]


async def test_only_an_unreadable_prerequisite_keeps_a_document_from_running(make_run: MakeRun, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "odd.md").write_bytes(b"\xff\xfe")
    text = "## Prerequisites\n[x]({})\n## Do\n```bash {{name=a}}\ntrue\n```\n"
    watched = make_run(text.format("missing.md"))
    assert await watched.run.run_all() == "done"
    watched = make_run(text.format("odd.md"))
    assert [planned.name for planned in watched.run.steps] == ["a"]
    with pytest.raises(RunError, match=r"odd\.md"):
        await watched.run.run_all()


async def test_background_steps_end_with_the_run(make_run: MakeRun, tmp_path: Path) -> None:
    watched = make_run(
        f"""
        ```bash {{name=server background=true}}
        trap 'echo gone > {tmp_path}/gone; exit' INT TERM
        echo up; touch {tmp_path}/up; while :; do sleep 0.05; done
        ```
        ```bash {{name=use}}
        while [ ! -e {tmp_path}/up ]; do sleep 0.01; done; echo used
        ```
        """
    )
    assert await watched.run.run_all() == "done"
    assert watched.states() == {"server": "running", "use": "done"}
    await watched.run.close()
    assert watched.states() == {"server": "done", "use": "done"}
    assert watched.verdict == "done"
    assert (tmp_path / "gone").exists()


async def test_edits_are_run_and_journalled(make_run: MakeRun) -> None:
    watched = make_run(TWO)
    book = watched.run.runbook
    text = replace_code(book.text, book.steps[0].block, "greeting=edited; shout() { echo $1; }")
    await watched.run.update(parse(text, book.path))
    await watched.run.run_all()
    assert watched.output("two") == "edited\n"
    assert watched.events(ev.StepStarted)[0].code.startswith("greeting=edited")


async def test_an_interactive_step_gets_the_terminal(make_run: MakeRun) -> None:
    handed: list[str] = []

    @contextlib.contextmanager
    def hand_over() -> Iterator[None]:
        handed.append("given")
        yield
        handed.append("back")

    document = """
        ```bash {name=talk interactive=true}
        answer=42
        ```
        ```bash {name=use}
        echo "$answer"
        ```
        """
    watched = make_run(document, policy=Policy(interactive=True), hand_over=hand_over)
    assert await watched.run.run_all() == "done"
    assert handed == ["given", "back"]
    assert watched.output("use") == "42\n"
    alone = make_run(document, hand_over=hand_over)
    assert await alone.run.run_all() == "done"
    assert handed == ["given", "back"]


async def test_a_shell_that_dies_is_started_again(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=before}
        kept=yes
        ```
        ```bash {name=dies on-error=continue}
        kept=no; kill -9 $$
        ```
        ```bash {name=after}
        echo "$kept"
        ```
        """,
        policy=Policy(yes=True),
    )
    assert await watched.run.run_all() == "failed"
    assert watched.states() == {"before": "done", "dies": "failed", "after": "done"}
    assert watched.end("dies").failure.code == "SessionDied"  # type: ignore[union-attr]  # it failed
    assert watched.output("after") == "yes\n"


async def test_what_is_told_of_an_output_comes_after_it(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=x}
        printf hello
        ```
        <!-- expect contains="hello" -->
        """
    )
    await watched.run.run_all()
    kinds = [type(e).__name__ for e in watched.events()]
    assert kinds[-3:] == ["OutputWritten", "ExpectationChecked", "StepFinished"]


async def test_a_journal_that_cannot_be_written_stops_the_run(
    make_run: MakeRun, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise JournalError("The disk is full.")

    watched = make_run(TWO)
    await watched.run.run_step("one")
    monkeypatch.setattr(journal, "append", full)
    assert await watched.run.run_from("one") == "stopped"
    notices = watched.events(ev.Notice)
    assert [(notice.level, "disk is full" in notice.text) for notice in notices] == [("error", True)]
    assert watched.states() == {"one": "done", "two": "waiting"}
    begun = make_run(TWO)
    monkeypatch.setattr(journal, "begin", full)
    with pytest.raises(RunError, match="disk is full"):
        await begun.run.run_all()


async def test_a_subscriber_that_fails_harms_nobody(make_run: MakeRun) -> None:
    watched = make_run(TWO)
    said: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: said.append(context["exception"]))
    end = watched.run.subscribe(lambda record: 1 / 0)
    assert await watched.run.run_step("one") == "done"
    assert said
    assert all(isinstance(error, ZeroDivisionError) for error in said)
    end()
    said.clear()
    assert await watched.run.run_step("two") == "done"
    assert said == []


async def test_azops_is_on_the_path_of_steps(make_run: MakeRun) -> None:
    watched = make_run("```bash {name=which}\ncommand -v python; echo $AZOPS_RUN\n```\n")
    await watched.run.run_all()
    import sys

    assert watched.output("which").splitlines() == [str(Path(sys.executable).parent / "python"), str(watched.run.id)]


@pytest.mark.parametrize("name", ["CodeBlocks", "CommentTest", "fuzzyMatchTest", "reporting", "variables"])
async def test_scenarios_of_another_tool_pass(name: str, make_run: MakeRun) -> None:
    path = DATA / f"{name}.md"
    if not path.exists():
        pytest.skip("the data folder ../shared/data is not here")
    watched = make_run(path, policy=Policy(yes=True))
    assert await watched.run.run_all() == "done", [step.summary for step in watched.run.state.failed]
    assert set(watched.states().values()) == {"done"}


@pytest.mark.parametrize(
    "name", ["environmentVariables", "prerequisitesAndIncludes", "helloWorldDemo", "brokenMarkdown"]
)
async def test_other_documents_run_to_an_end(name: str, make_run: MakeRun) -> None:
    path = DATA / f"{name}.md"
    if not path.exists():
        pytest.skip("the data folder ../shared/data is not here")
    watched = make_run(path, policy=Policy(yes=True))
    await watched.run.run_all()
    assert watched.run.running == ""
