# RFC 1035, section 4: the sections that the benchmark compares; RFC 3596 for AAAA.
meta:
  id: dns_message
  endian: be
seq:
  - {id: id, type: u2}
  - {id: flags, type: u2}
  - {id: question_count, type: u2}
  - {id: answer_count, type: u2}
  - {id: authority_count, type: u2}
  - {id: additional_count, type: u2}
  - {id: questions, type: question, repeat: expr, repeat-expr: question_count}
  - {id: answers, type: resource_record, repeat: expr, repeat-expr: answer_count}
  - {id: authorities, type: resource_record, repeat: expr, repeat-expr: authority_count}
  - {id: additionals, type: resource_record, repeat: expr, repeat-expr: additional_count}
types:
  name:
    seq:
      - {id: labels, type: label, repeat: until, repeat-until: _.length == 0 or _.length >= 192}
  label:
    seq:
      - {id: length, type: u1}
      - {id: text, type: str, size: length, encoding: ASCII, if: length < 192}
      - {id: low, type: u1, if: length >= 192}
    instances:
      pointed: {io: _root._io, pos: length - 192 << 8 | low, type: name, if: length >= 192}
  question:
    seq:
      - {id: name, type: name}
      - {id: type, type: u2}
      - {id: of_class, type: u2}
  resource_record:
    seq:
      - {id: name, type: name}
      - {id: type, type: u2}
      - {id: of_class, type: u2}
      - {id: ttl, type: u4}
      - {id: size, type: u2}
      - id: data
        size: size
        type:
          switch-on: type
          cases: {2: name, 5: name, 12: name}
