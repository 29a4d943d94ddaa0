"""Folding of equal output, and short forms of host names."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from azops_tui.ssh.fleet import HostResult
from azops_tui.ssh.folding import compress, fold
from azops_tui.ssh.output import OutputRing


def test_equal_hosts_form_a_group_and_others_show_a_difference() -> None:
    results = [HostResult(host=f"web-{number}", status=0, stdout="kernel 6.1\nup\n") for number in range(5)]
    results.insert(2, HostResult(host="db", status=0, stdout="kernel 6.2\nup\n"))
    first, odd = fold(results)
    assert first.label == "web-[0-4]"
    assert first.diff == ()
    assert odd.hosts == ("db",)
    assert odd.diff == ("-kernel 6.1", "+kernel 6.2")


def test_failed_hosts_come_before_different_ones() -> None:
    same = [HostResult(host=f"h{number}", status=0, stdout="a\n") for number in range(3)]
    odd = [HostResult(host=name, status=0, stdout="b\n") for name in ("x", "y")]
    failed = [HostResult(host="z", status=1, stderr="no\n")]
    assert [group.hosts for group in fold([*odd, *failed, *same])] == [("h0", "h1", "h2"), ("z",), ("x", "y")]


def test_hosts_with_the_same_problem_are_one_group() -> None:
    results = [HostResult(host=f"a{n}", problem=f"The connection to a{n} was lost.") for n in range(3)]
    (only,) = fold(results)
    assert only.problem == "The connection to the host was lost."
    assert only.status is None


def test_nothing_folds_to_nothing() -> None:
    assert fold([]) == []


def test_compress() -> None:
    assert compress(["web-1", "web-2", "web-3", "web-7", "db"]) == "web-[1-3,7], db"
    assert compress(["n08", "n09", "n10"]) == "n[08-09], n10"
    assert compress(["a1.x", "a2.x", "a1.y"]) == "a[1-2].x, a1.y"
    assert compress([]) == ""


@given(
    st.lists(
        st.tuples(st.text(max_size=5), st.sampled_from([0, 1, None]), st.text(max_size=8)), unique_by=lambda t: t[0]
    )
)
def test_every_host_is_in_one_group(hosts: list[tuple[str, int | None, str]]) -> None:
    results = [HostResult(host=name, status=status, stdout=text) for name, status, text in hosts]
    folded = fold(results)
    assert sorted(host for group in folded for host in group.hosts) == sorted(name for name, _, _ in hosts)


async def test_long_outputs_are_compared_whole(tmp_path: Path) -> None:
    lines = [f"line {number}" for number in range(20_000)]
    odd = [*lines[:2], "something else", *lines[3:]]
    results = []
    for number in range(50):
        ring = OutputRing(10_000, tmp_path / f"{number}.stdout")
        ring.write("\n".join(odd if number == 7 else lines) + "\n")
        ring.close()
        results.append(
            HostResult(host=f"h{number}", status=0, stdout=ring.text, stdout_file=ring.spilled, digest=ring.digest)
        )
    most, other = fold(results)
    assert most.label == "h[0-6,8-49]"
    assert other.hosts == ("h7",)
    assert other.diff == ("-line 2", "+something else")


def test_a_file_of_output_says_where_it_was_cut(tmp_path: Path) -> None:
    ring = OutputRing(4, tmp_path / "out", limit=10)
    for piece in ("12345", "67890", "more"):
        ring.write(piece)
    ring.close()
    assert (tmp_path / "out").read_text() == (
        "1234567890\n… the output is longer than this file may be; the rest was not kept\n"
    )
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600
