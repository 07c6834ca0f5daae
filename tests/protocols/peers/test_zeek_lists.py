"""The lists of events that Zeek's tests print: records of DNS, coils, key shares, heads, contents, in words that both know."""

from __future__ import annotations

import pytest
from protocols.peers.zeek_lists import CASES, Case
from support import needs_data


@needs_data
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.capture}-{case.name}")
def test_the_list_is_that_of_zeek(case: Case) -> None:
    theirs, ours = case.said(), case.told()
    assert theirs
    assert ours == theirs


@needs_data
def test_the_lists_are_long() -> None:
    assert sum(len(case.said()) for case in CASES) > 190
