# MODBUS Messaging on TCP/IP, section 3.1.3, and the answers of the functions that the benchmark compares.
meta:
  id: modbus_adu
  endian: be
  bit-endian: le
seq:
  - {id: transaction, type: u2}
  - {id: protocol, type: u2}
  - {id: length, type: u2}
  - {id: pdu, type: pdu, size: length}
types:
  pdu:
    seq:
      - {id: unit, type: u1}
      - {id: function, type: u1}
      - id: body
        type:
          switch-on: function
          cases: {1: coils, 2: coils, 3: registers, 4: registers, 15: span, 16: span, 129: failure, 130: failure, 131: failure, 132: failure}
  coils:
    seq:
      - {id: size, type: u1}
      - {id: values, type: b1, repeat: expr, repeat-expr: size * 8}
  registers:
    seq:
      - {id: size, type: u1}
      - {id: values, type: u2, repeat: expr, repeat-expr: size / 2}
  span:
    seq:
      - {id: address, type: u2}
      - {id: quantity, type: u2}
  failure:
    seq:
      - {id: code, type: u1}
