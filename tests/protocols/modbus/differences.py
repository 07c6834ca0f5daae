"""Where `specs/modbus.yaml` and tshark's oracle differ, and why ours is right: (capture, frame) -> what ours reports
there, and the reason.

tshark decodes what it can of a frame that is wrong; here such a frame is a parse error, reported by the alert `malformed`.
"""

from __future__ import annotations

_EXCESS = "one octet behind the object id of Read Device Identification (V1.1b3, section 6.21): the frame is malformed"
EXCEPTION_BIT = "a request with the exception bit: function 129, which no request has (V1.1b3, section 4.1); tshark takes the bit off"

DIFFERENCES: dict[tuple[str, int], tuple[list[str], str]] = {
    ("suricata-verify__modbus__modbus.pcap", 32): (["up malformed request at byte 11"], _EXCESS),
    ("suricata-verify__modbus__modbus.pcap", 34): (["up malformed request at byte 23"], _EXCESS),
    **{("suricata-verify__modbus__modbus.pcap", frame): (["up request"], EXCEPTION_BIT) for frame in (91, 93, 95, 97)},
    ("suricata-verify__modbus__modbus.pcap", 99): (["up request", "down one_sided"], EXCEPTION_BIT),
    ("zeek__modbus__4SICS-GeekLounge-151022-min.pcap", 1): (
        ["up malformed request.registers at byte 207"],
        "191 octets of registers, an odd number, where 8466 registers are announced: the frame is malformed",
    ),
}
