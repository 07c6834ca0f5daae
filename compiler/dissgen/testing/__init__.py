"""The `examples` of specs: parsed, run in every cut, compared with what they expect."""

from dissgen.testing.runner import ExampleResult, run_examples

__all__ = ["ExampleResult", "run_examples"]
