"""Record the Modbus/TCP captures of this folder: the server and the client of pymodbus.

    sudo python record_modbus.py [SCENARIO...]

README.md says what has to be installed and what each file holds.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from loopback import Scenario, record, running

HOST, PORT = "127.0.0.1", 502

SERVER = """
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusDeviceContext, ModbusServerContext
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import StartTcpServer

def block(size):
    return ModbusSequentialDataBlock(1, [number * 257 %% 65536 for number in range(size)])

def bits(size):
    return ModbusSequentialDataBlock(1, [not number %% 3 for number in range(size)])

device = ModbusDeviceContext(di=bits(40), co=bits(40), hr=block(40), ir=block(40))
identity = ModbusDeviceIdentification(
    info_name={"VendorName": "Example", "ProductCode": "X1", "MajorMinorRevision": "1.0", "VendorUrl": "http://example.org"}
)
StartTcpServer(ModbusServerContext(devices=device, single=True), identity=identity, address=("%s", %d))
"""


@contextlib.contextmanager
def server(_root: Path) -> Iterator[None]:
    with running([sys.executable, "-c", SERVER % (HOST, PORT)], HOST, PORT):
        yield


def functions() -> None:
    """Every public function that the library has, in one connection."""
    from pymodbus.client import ModbusTcpClient

    with ModbusTcpClient(HOST, port=PORT) as client:
        client.read_coils(0, count=19, device_id=1)
        client.read_discrete_inputs(3, count=8, device_id=1)
        client.read_holding_registers(0, count=4, device_id=1)
        client.read_input_registers(8, count=2, device_id=1)
        client.write_coil(2, True, device_id=1)
        client.write_register(1, 3, device_id=1)
        client.read_exception_status(device_id=1)
        client.diag_query_data(b"\x12\x34", device_id=1)
        client.diag_get_comm_event_log(device_id=1)
        client.diag_get_comm_event_counter(device_id=1)
        client.write_coils(4, [True, False, True, True], device_id=1)
        client.write_registers(5, [10, 258], device_id=1)
        client.report_device_id(device_id=1)
        client.mask_write_register(address=4, and_mask=0xF2, or_mask=0x25, device_id=1)
        client.readwrite_registers(read_address=3, read_count=6, write_address=14, values=[255, 255, 255], device_id=1)
        client.read_fifo_queue(address=1, device_id=1)
        client.read_device_information(read_code=1, object_id=0, device_id=1)


def exceptions() -> None:
    """What the server refuses: an address that is not there, a function that nobody has, too many registers."""
    requests = (
        "0001 0000 0006 01 03 0fff 0002",
        "0002 0000 0002 01 41",
        "0003 0000 0006 01 03 0000 00ff",
    )
    with socket.create_connection((HOST, PORT), timeout=10) as client:
        for request in requests:
            client.sendall(bytes.fromhex(request))
            client.recv(260)


def pieces() -> None:
    """Two requests in one segment, of which this server answers the first; a third one byte by byte."""
    first, second, third = (bytes.fromhex(f"000{n} 0000 0006 01 03 000{n} 0001") for n in (1, 2, 3))
    with socket.create_connection((HOST, PORT), timeout=10) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(first + second)
        client.recv(260)
        for byte in third:
            client.sendall(bytes((byte,)))
            time.sleep(0.01)
        client.recv(260)


AT_SERVER = f"host {HOST} and tcp port {PORT}"
SCENARIOS: dict[str, Scenario] = {
    "functions": (AT_SERVER, functions),
    "exceptions": (AT_SERVER, exceptions),
    "pieces": (AT_SERVER, pieces),
}

if __name__ == "__main__":
    record("modbus", SCENARIOS, server)
