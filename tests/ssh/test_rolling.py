"""Batches and failures, worked out before launch."""

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
        (0, "", "", (), 0),
    ],
)
def test_plans(total: int, serial: str, max_fail: str, batches: tuple[int, ...], allowed: int) -> None:
    made = plan(total, serial, max_fail)
    assert (made.batches, made.allowed) == (batches, allowed)


def test_the_plan_can_be_shown() -> None:
    assert plan(10, "3", "1").sentence == (
        "10 hosts in 4 batches of 3, 1; no further host starts after more than 1 failed."
    )
    assert plan(1).sentence == "1 host at once; failures stop nothing."
    assert "after the first failure" in plan(4, "1").sentence


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "101%", "0", ","])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="serial must be"):
        plan(10, text)


@given(st.integers(0, 300), st.integers(1, 100), st.booleans())
def test_batches_add_up(total: int, amount: int, percent: bool) -> None:
    made = plan(total, f"{amount}%" if percent else str(amount))
    assert sum(made.batches) == total
    assert all(size > 0 for size in made.batches)
