"""Where `specs/smtp.yaml` and tshark's oracle differ, and why ours is right.

(capture, flow) -> what ours has more or less, with frames and the clause that says so.
"""

from __future__ import annotations

DIFFERENCES: dict[tuple[str, int], str] = {}
