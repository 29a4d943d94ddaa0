"""Batches and tolerated failures, computed before launch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.ssh.rolling import plan


@pytest.mark.parametrize(
    ("total", "serial", "max_fail", "batches", "allowed"),
    [
        (10, "", "", (10,), 10),
        (10, "3", "", (3, 3, 3, 1), 0),
        (10, "25%", "", (2, 2, 2, 2, 2), 0),
        (10, "1,3,50%", "1", (1, 3, 5, 1), 1),
        (3, "10%", "10%", (1, 1, 1), 0),
        (10, "100%", "30%", (10,), 3),
        (2, "5", "0", (2,), 0),
    ],
)
def test_plans(total: int, serial: str, max_fail: str, batches: tuple[int, ...], allowed: int) -> None:
    rolling = plan(total, serial, max_fail)
    assert (rolling.batches, rolling.allowed) == (batches, allowed)


def test_the_plan_can_be_shown() -> None:
    assert plan(10, "3", "1").sentence == (
        "10 hosts in 4 batches of 3, 1; no further host starts after more than 1 failed."
    )
    assert plan(1).sentence == "1 host at once; failures stop nothing."
    assert "after the first failure" in plan(4, "1").sentence


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "101%", "0", ","])
def test_values_that_are_not_valid_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="serial must be"):
        plan(10, text)


@given(st.integers(1, 300), st.integers(1, 100), st.booleans())
def test_batches_add_up(total: int, amount: int, percent: bool) -> None:
    rolling = plan(total, f"{amount}%" if percent else str(amount))
    assert sum(rolling.batches) == total
    assert all(size > 0 for size in rolling.batches)


@pytest.mark.parametrize(
    ("total", "max_fail", "failed", "succeeded"),
    [
        (1, "1", 1, False),
        (3, "100%", 3, False),
        (3, "100%", 2, True),
        (3, "1", 2, False),
        (3, "", 1, False),
        (3, "", 0, True),
    ],
)
def test_success_takes_at_least_one_host(total: int, max_fail: str, failed: int, succeeded: bool) -> None:
    assert plan(total, max_fail=max_fail).succeeded(failed) is succeeded


def test_a_command_on_no_host_is_refused() -> None:
    with pytest.raises(ValueError, match="no host to run the command on"):
        plan(0)
