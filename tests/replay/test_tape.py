"""A run recorded on the local cloud, and replayed with no cloud, no host and no shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
import yaml

from azops_tui.replay.tape import Tape
from azops_tui.replay.tracks import CassetteError
from tests.cli.azops import ROOT
from tests.replay.conftest import RunTaped

WORLD = """\
    # A bit of everything

    ```bash {name=shell}
    export PLACE=japanwest
    echo "to $PLACE"; echo careful >&2
    printf 'no line end'
    ```

    ```python {name=python}
    import os
    os.environ["GROUP"] = "taped-" + os.environ["PLACE"]
    print(os.environ["GROUP"])
    ```

    ```yaml {azops=group name=create}
    group: ${GROUP}
    location: ${PLACE}
    ```

    ```yaml {azops=keypair name=keypair}
    path: taped
    public: PUBLIC
    ```

    ```yaml {azops=wait name=wait}
    command: echo '{"ready":true}'
    until: ready
    ```

    ```bash {name=curl}
    curl --silent --fail "$AZURE_AUTHORITY_HOST/simulator/aliases.json" | head -c 1
    ```

    ```bash {name=fails}
    echo before; false
    ```
    """


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any program."""
    monkeypatch.setenv("PATH", "/nonexistent")


async def test_a_run_replays_with_the_same_events(
    run_taped: RunTaped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = tmp_path / "world.yaml"
    recorded = await run_taped(WORLD, cassette, "all")
    assert set(recorded.states.values()) == {"done", "failed"}
    monkeypatch.setenv("PATH", "/nonexistent")
    replayed = await run_taped(WORLD, cassette)
    assert replayed.events == recorded.events
    assert "to japanwest" in replayed.output("shell")
    text = cassette.read_text()
    document = yaml.safe_load(text)
    assert document["version"] == 1
    methods = [item["request"]["method"] for item in document["interactions"]]
    assert "PUT" in methods
    assert "Bearer" not in text
    for private in ("5a1c0de0-0000-4000-8000-00000000a20b", "7e4a4700-0000-4000-8000-00000000a20b"):
        assert private not in text


async def test_what_was_not_recorded_fails_with_the_nearest(run_taped: RunTaped, tmp_path: Path) -> None:
    cassette = tmp_path / "world.yaml"
    await run_taped(WORLD, cassette, "all")
    changed = WORLD.replace("echo before; false", "echo after; false").replace("location: ${PLACE}", "location: eastus")
    replayed = await run_taped(changed, cassette)
    assert replayed.states["create"] == "failed"
    assert 'body.location: "japanwest" → "eastus"' in replayed.summary("create")


async def test_only_the_part_of_a_changed_step_is_recorded_anew(run_taped: RunTaped, tmp_path: Path) -> None:
    cassette, document = (
        tmp_path / "steps.yaml",
        "```bash {name=one}\nexport A=$RANDOM\n```\n```bash {name=two}\necho $A\n```\n",
    )
    first = await run_taped(document, cassette, "all", local=False)
    again = await run_taped(document.replace("echo $A", "echo $A$A"), cassette, "new_episodes", local=False)
    assert again.output("two").strip() == first.output("two").strip() * 2
    assert (await run_taped(document, cassette, "once", local=False)).output("two") == first.output("two")


async def test_a_step_that_is_new_finds_the_cloud_as_the_recording_left_it(run_taped: RunTaped, tmp_path: Path) -> None:
    cassette = tmp_path / "cloud.yaml"
    create = "```yaml {azops=group name=create}\ngroup: taped\nlocation: japanwest\n```\n"
    await run_taped(create, cassette, "all")
    number = len(yaml.safe_load(cassette.read_text())["interactions"])
    added = create + "```yaml {azops=wait name=look}\ngroup: taped\ntimeout: 5s\ninterval: 1s\n```\n"
    again = await run_taped(added, cassette, "new_episodes")
    assert again.states == {"create": "done", "look": "done"}, again.summary("look")
    interactions = yaml.safe_load(cassette.read_text())["interactions"]
    assert len(interactions) > number
    assert {item["azops"]["step"] for item in interactions[number:]} == {"look"}
    assert (await run_taped(added, cassette)).states == again.states


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("- a\n", "mapping"),
        ("a: 1\n", "no “interactions”"),
        ("interactions:\n- request: {method: GET\n", "cut off|not YAML"),
        ("interactions:\n- {request: {method: GET, uri: 'https://x/'}}\n", "no response"),
        ("interactions:\n- !!python/object/apply:os.system ['true']\n", "python/object/apply:os.system is not allowed"),
        ("interactions: " + "[" * 5000, "deep|not YAML"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
            )
            + "interactions: []\n",
            "values, with those that its aliases repeat",
        ),
        (
            "interactions:\n- {request: {method: GET, uri: 'https://x/'}, response: {status: {code: 200}, headers: "
            "{Content-Encoding: [gzip]}, body: {string: !!binary H4sIAAAAAAAA/w==}}}\n",
            "damaged|cut off",
        ),
        (
            "interactions:\n- {request: {method: GET, uri: 'https://x/'}, response: {status: {code: 200}, body: "
            "{string: !!binary '***'}}}\n",
            "not base64",
        ),
        (
            "interactions:\n- {request: {method: GET, uri: 'https://[x/'}, response: {status: {code: 200}}}\n",
            "not a URL",
        ),
        ("azops: {format: 1, version: '1', entries: 2}\ninteractions: []\n", "cut off"),
        ("azops: {format: 99, version: '1'}\ninteractions: []\n", "newer azops"),
    ],
)
def test_a_file_that_is_no_cassette_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(CassetteError, match=problem):
        Tape(path)


def test_memory_is_bounded_however_large_a_cassette_is(tmp_path: Path) -> None:
    """A text of 80 MB is refused before it is whole; bodies of 24 MB in all are not held in memory."""
    path = tmp_path / "large.yaml"
    start = "interactions:\n- request: {method: GET, uri: 'https://management.azure.com/x'}\n"
    end = "  response: {status: {code: 200}, body: {string: '"
    with path.open("w") as file:
        file.write(start + end)
        for _ in range(80):
            file.write("x" * (1 << 20))
        file.write("'}}\n")
    with pytest.raises(CassetteError, match="larger than 64 MB"):
        Tape(path)
    with path.open("w") as file:
        file.write("interactions:\n")
        for number in range(24):
            file.write(start.partition("\n")[2].replace("/x", f"/x{number}") + end + "x" * (1 << 20) + "'}}\n")
    tape = Tape(path)
    tracemalloc.start()
    again = Tape(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(tape.cassette.tracks) == 24
    # The buffer keeps 16 MB; while one body is read, it exists a few times.
    assert peak < 40 << 20
    for opened in (tape, again):
        opened.close()


@pytest.mark.skipif(shutil.which("unshare") is None, reason="there is no unshare")
def test_a_replay_needs_no_network(tmp_path: Path) -> None:
    """Steps of the journey in a namespace without any network, with an empty PATH."""
    words = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare --net is not permitted")
    cassette = Path(__file__).parent / "cassettes/generic-cluster.yaml"
    command = [sys.executable, "-m", "azops_tui", "run", "generic-cluster", "--yes", "--quiet", "--step", "names"]
    command += ["--step", "create-group"]
    result = subprocess.run(
        [shutil.which("unshare") or "", *words[1:], *command, "--replay", str(cassette)],
        env={**os.environ, "PATH": "/nonexistent", "PYTHONWARNINGS": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Created cluster-demo at japanwest" in result.stdout
