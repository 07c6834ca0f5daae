"""`python -m dissgen.schema`: write the committed schema file again."""

from pathlib import Path

from dissgen.schema.build import render

Path(__file__).with_name("dissgen-1.schema.json").write_text(render(), encoding="utf-8", newline="\n")
