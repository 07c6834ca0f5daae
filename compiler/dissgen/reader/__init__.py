"""YAML text to nodes with spans: a strict subset of YAML 1.2 in which every node knows its place."""

from dissgen.reader.files import read_file
from dissgen.reader.nodes import MappingNode, Node, ScalarNode, SequenceNode, Value, plain
from dissgen.reader.reader import MAXIMUM_DEPTH, MAXIMUM_SIZE, read

__all__ = [
    "MAXIMUM_DEPTH",
    "MAXIMUM_SIZE",
    "MappingNode",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "Value",
    "plain",
    "read",
    "read_file",
]
