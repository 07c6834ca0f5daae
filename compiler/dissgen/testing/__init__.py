"""The `examples` of specs: parsed, run in every cut, compared with what they expect; what of the spec they reach."""

from dissgen.testing.coverage import Coverage
from dissgen.testing.runner import ExampleResult, measure, run_examples

__all__ = ["Coverage", "ExampleResult", "measure", "run_examples"]
