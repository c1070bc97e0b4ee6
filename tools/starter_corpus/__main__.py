"""``python -m tools.starter_corpus``: rebuild the binary files and their sidecars.

A source lies at ``sources/FOLDER/NAME.EXT.md`` and becomes ``FOLDER/NAME.EXT`` and
``FOLDER/NAME.EXT.meta.yaml`` under the output folder.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import yaml

from tools.starter_corpus import office, pdf
from tools.starter_corpus.source import Source, read

HERE = Path(__file__).resolve().parent
DOCUMENTS = HERE.parents[1] / "corpus" / "documents"
FONTS = Path("/usr/share/fonts/truetype/dejavu")  # where Debian's fonts-dejavu-core puts them

WRITERS = {".pdf": pdf.write, ".docx": office.write_docx, ".pptx": office.write_pptx}


def sidecar(source: Source) -> str:
    """The metadata of a binary file as YAML; ``footer`` is the page's, not the document's."""
    metadata = {name: value for name, value in source.metadata.items() if name != "footer"}
    return yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False, width=1000)


def main(argv: list[str] | None = None) -> int:
    """Write every file; 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m tools.starter_corpus", description=__doc__)
    parser.add_argument("--out", type=Path, default=DOCUMENTS, help="the folder of the starter corpus")
    parser.add_argument("--fonts", type=Path, default=FONTS, help="the folder with the DejaVu fonts")
    options = parser.parse_args(argv)
    pdf.register_fonts(options.fonts)
    sources = sorted((HERE / "sources").rglob("*.md"))
    for path in sources:
        target = options.out / path.relative_to(HERE / "sources").with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        source = read(path)
        WRITERS[target.suffix](source, target)
        target.with_name(f"{target.name}.meta.yaml").write_text(sidecar(source), encoding="utf-8")
        sys.stdout.write(f"{target.relative_to(options.out)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
