"""Modbus/TCP frames against parsers that people use; see README.md beside this file."""

from __future__ import annotations

import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "generated")]

import modbus_dissector  # noqa: E402
from kaitai_peer import MISSING, kaitai_parser  # noqa: E402

from dissgen_runtime import DOWN, UP  # noqa: E402

RUNS = 9
COUNT = 400
Values = list[tuple[object, ...]]


def frames() -> list[bytes]:
    """Answers of four kinds, as a controller that is polled sends them: 1 to 20 registers, coils, a write, an exception."""
    found = []
    for index in range(COUNT):
        registers = struct.pack(f">{index % 20 + 1}H", *range(index, index + index % 20 + 1))
        bodies = (
            b"\x01\x03" + bytes((len(registers),)) + registers,
            b"\x01\x01\x02" + struct.pack(">H", index),
            b"\x01\x10" + struct.pack(">HH", index, 2),
            b"\x01\x83\x02",
        )
        body = bodies[index % 4]
        found.append(struct.pack(">HHH", index, 0, len(body)) + body)
    return found


def bits(data: bytes) -> list[bool]:
    return [byte >> bit & 1 == 1 for byte in data for bit in range(8)]


def ours(data: list[bytes]) -> Values:
    """Through the scan of the committed module, one frame after the other."""
    scan = modbus_dissector._scan_response
    found: Values = []
    for frame in data:
        got = scan(frame, 0, len(frame))
        assert got is not None
        m = got[0]
        found.append((m.transaction, m.unit, m.function, m.code, m.registers, m.coils, m.address, m.quantity))
    return found


def session(data: list[bytes]) -> int:
    """A whole session: the answers after one request each, with the machine, its maps and its events."""
    one = modbus_dissector.Session()
    events = 0
    for frame in data:
        function = frame[7] & 0x7F
        request = frame[:4] + (
            b"\0\x06\x01" + bytes((function,)) + b"\0\0\0\x10"
            if function < 16
            else b"\0\x0b\x01\x10\0\0\0\x02\x04\0\0\0\0"
        )
        events += len(one.feed(UP, request)) + len(one.feed(DOWN, frame))
    return events


def kaitai(parse: Callable[[bytes], Any]) -> Callable[[list[bytes]], Values]:
    """What Kaitai's compiler makes of `kaitai/modbus_adu.ksy`."""

    def run(data: list[bytes]) -> Values:
        found: Values = []
        for frame in data:
            adu = parse(frame)
            pdu = adu.pdu
            body, function = pdu.body, pdu.function & 0x7F
            failed = pdu.function & 0x80
            found.append(
                (
                    adu.transaction,
                    pdu.unit,
                    function,
                    body.code if failed else None,
                    body.values if not failed and function == 3 else None,
                    body.values if not failed and function == 1 else None,
                    getattr(body, "address", None),
                    getattr(body, "quantity", None),
                )
            )
        return found

    return run


def construct() -> Callable[[list[bytes]], Values]:
    """construct's declarative form, compiled."""
    import construct as c

    registers = c.Struct("size" / c.Int8ub, "values" / c.Array(c.this.size // 2, c.Int16ub))
    coils = c.Struct("size" / c.Int8ub, "values" / c.Bytes(c.this.size))
    span = c.Struct("address" / c.Int16ub, "quantity" / c.Int16ub)
    failure = c.Struct("code" / c.Int8ub)
    adu = c.Struct(
        "transaction" / c.Int16ub,
        "protocol" / c.Int16ub,
        "length" / c.Int16ub,
        "unit" / c.Int8ub,
        "function" / c.Int8ub,
        "body" / c.Switch(c.this.function, {1: coils, 3: registers, 16: span, 0x83: failure}),
    ).compile()

    def run(data: list[bytes]) -> Values:
        found: Values = []
        for frame in data:
            m = adu.parse(frame)
            body, function = m.body, m.function
            found.append(
                (
                    m.transaction,
                    m.unit,
                    function & 0x7F,
                    body.get("code"),
                    list(body["values"]) if function == 3 else None,
                    bits(body["values"]) if function == 1 else None,
                    body.get("address"),
                    body.get("quantity"),
                )
            )
        return found

    return run


def scapy() -> Callable[[list[bytes]], Values]:
    """scapy.contrib.modbus."""
    import logging

    logging.getLogger("scapy").setLevel(logging.ERROR)
    from scapy.contrib.modbus import ModbusADUResponse

    def run(data: list[bytes]) -> Values:
        found: Values = []
        for frame in data:
            adu = ModbusADUResponse(frame)
            pdu = adu.payload
            fields, function = pdu.fields, pdu.funcCode
            code = fields.get("exceptCode")
            coils = fields.get("coilStatus")
            found.append(
                (
                    adu.transId,
                    adu.unitId,
                    function & 0x7F,
                    code,
                    fields.get("registerVal") if code is None else None,
                    bits(bytes(coils)) if coils is not None else None,
                    fields.get("startAddr"),
                    fields.get("quantityRegisters"),
                )
            )
        return found

    return run


def timed(run: Callable[[list[bytes]], object], data: list[bytes]) -> float:
    start = time.process_time()
    run(data)
    return time.process_time() - start


def main() -> None:
    data = frames()
    expected = ours(data)
    peers = {"construct compiled": (construct(), 4), "scapy": (scapy(), 25)}
    parser = kaitai_parser("modbus_adu")
    if parser is None:
        print(f"kaitai: {MISSING}")
    else:
        peers["kaitai"] = (kaitai(parser), 5)
    for name, (run, _) in peers.items():
        for mine, theirs in zip(expected, run(data), strict=True):
            assert tuple(mine) == tuple(theirs), (name, mine, theirs)
    more = data * 5
    for run in (ours, session, *(run for run, _ in peers.values())):
        run(data)  # warm up
    times: dict[str, list[float]] = {}
    for _ in range(RUNS):
        for name, run in (("ours", ours), ("session", session), *((name, run) for name, (run, _) in peers.items())):
            times.setdefault(name, []).append(timed(run, more))
    mine = times["ours"]
    print(f"ours: {median(mine) / len(more) * 1e6:.2f} us a frame")
    whole = median(times["session"]) / len(more) * 1e6
    print(f"a whole session, request and answer: {whole:.2f} us an exchange")
    for name, (_, bar) in peers.items():
        ratios = sorted(theirs / us for theirs, us in zip(times[name], mine, strict=True))
        worse = ratios[1]
        print(
            f"{name}: {median(ratios):.1f} times slower (worse end {worse:.1f}, bar {bar}): {'met' if worse >= bar else 'MISSED'}"
        )


if __name__ == "__main__":
    main()
