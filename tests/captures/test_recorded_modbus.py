"""The recorded Modbus/TCP captures with the shipped spec, against what the client asked and the server holds."""

from __future__ import annotations

from recorded import alerts, dissected, octets, payloads


def register(address: int) -> int:
    """What the server holds at an address before anybody has written (`record_modbus.SERVER`)."""
    return address * 257


def test_every_function() -> None:
    lines = dissected("modbus-functions", "modbus")
    responses = payloads(lines, "response")
    assert [line["function_name"] for line in responses] == [
        line["function_name"] for line in payloads(lines, "request")
    ]
    found = {response["function_name"]: response for response in responses}
    assert len(found) == 17
    assert found["READ_COILS"]["coils"] == [number % 3 == 0 for number in range(19)]
    assert found["READ_DISCRETE_INPUTS"]["coils"] == [number % 3 == 0 for number in range(3, 11)]
    assert found["READ_HOLDING_REGISTERS"]["registers"] == [register(address) for address in range(4)]
    assert found["READ_INPUT_REGISTERS"]["registers"] == [register(8), register(9)]
    assert octets(found["DIAGNOSTICS"]["data"]) == b"\x12\x34"
    assert found["MASK_WRITE_REGISTER"]["and_mask"] == 0xF2
    masked = register(4) & 0xF2 | 0x25 & ~0xF2
    registers = found["READ_WRITE_MULTIPLE_REGISTERS"]["registers"]
    assert registers == [register(3), masked, 10, 258, register(7), register(8)]
    objects = found["ENCAPSULATED_INTERFACE"]["objects"]
    assert [(entry["id"], entry["text"]) for entry in objects] == [(0, "Example"), (1, "X1"), (2, "1.0")]
    written = {request["function_name"]: request for request in payloads(lines, "request")}
    assert written["WRITE_MULTIPLE_COILS"]["coils"] == [True, False, True, True]
    assert written["READ_WRITE_MULTIPLE_REGISTERS"]["registers"] == [255, 255, 255]
    assert alerts(lines) == []


def test_exceptions_find_their_requests() -> None:
    """This server answers what it cannot read with function 0: that is not the one that was asked for."""
    lines = dissected("modbus-exceptions", "modbus")
    refused = [(line["transaction"], line["function"], line["code_name"]) for line in payloads(lines, "exception")]
    assert refused == [(1, 3, "ILLEGAL_DATA_ADDRESS"), (2, 0, "ILLEGAL_FUNCTION"), (3, 0, "ILLEGAL_FUNCTION")]
    assert alerts(lines) == [(0, "mismatch"), (0, "mismatch")]


def test_pieces() -> None:
    lines = dissected("modbus-pieces", "modbus")
    assert [request["transaction"] for request in payloads(lines, "request")] == [1, 2, 3]
    answers = [(response["transaction"], response["registers"]) for response in payloads(lines, "response")]
    assert answers == [(1, [3]), (3, [register(3)])]  # the first capture wrote 3 to address 1
