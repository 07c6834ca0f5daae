"""The alerts of the shipped specs in the captures are those of the table: one more, one less or elsewhere fails."""

from __future__ import annotations

import pytest
from protocols.alerts.expected_alerts import EXPECTED
from protocols.captures import described, dissect
from support import SHARED_DATA, needs_data, shipped

from dissgen_runtime import Alert


@needs_data
@pytest.mark.parametrize("protocol", EXPECTED)
def test_the_alerts_are_those_of_the_table(protocol: str) -> None:
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for path in sorted((SHARED_DATA / protocol).glob("*.pcap*")):
        for number, flow in dissect(path, shipped(protocol)).items():
            alerts = tuple(described(event) for event in flow.events if isinstance(event, Alert))
            if alerts:
                found[path.name, number] = alerts
    assert found == {place: tuple(alert for alert, _ in rows) for place, rows in EXPECTED[protocol].items()}
