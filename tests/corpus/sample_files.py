"""Files that the loader tests make for themselves."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def shared(*parts: str) -> Path:
    """Return a file or folder of the shared data; skip the test where it is missing."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the shared data is not here ({'/'.join(parts)})")
    return path


Line = tuple[float, float, float, str]
"""x and y in points from the lower left, type size, text."""


def pdf(pages: Sequence[Sequence[Line]], *, info: str = "", catalog: str = "") -> bytes:
    """Return a PDF that shows lines in any script: one font whose codes are mapped to Unicode."""
    characters = sorted({char for page in pages for line in page for char in line[3] if char != " "})
    if len(characters) > 220:
        raise ValueError("too many different characters for one font")
    codes = {char: code for code, char in enumerate(characters, start=33)} | {" ": 32}
    mapping = "\n".join(f"<{code:02x}> <{char.encode('utf-16-be').hex()}>" for char, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def "
        f"1 begincodespacerange <00> <ff> endcodespacerange {len(codes)} beginbfchar\n{mapping}\nendbfchar "
        "endcmap end end"
    )
    kids = " ".join(f"{5 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /FirstChar 32 /LastChar 255 "
        f"/Widths [{' '.join(['600'] * 224)}] /ToUnicode 4 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    ]
    for number, lines in enumerate(pages):
        content = "".join(
            f"BT /F1 {size} Tf {x} {y} Td <{''.join(f'{codes[c]:02x}' for c in text)}> Tj ET\n"
            for x, y, size, text in lines
        )
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {6 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}endstream")
    objects.append(f"<< {info} >>")
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n".encode()
    out += f"startxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def column(lines: Sequence[str], *, top: float = 700, size: float = 10, left: float = 72) -> list[Line]:
    """Return lines one below the other at an ordinary distance; an empty one leaves a gap."""
    return [(left, top - 1.2 * size * i, size, text) for i, text in enumerate(lines) if text]


def docx(build: object) -> bytes:
    """Return the bytes of a python-docx or python-pptx file."""
    stream = io.BytesIO()
    build.save(stream)  # type: ignore[attr-defined] # both libraries' files have it
    return stream.getvalue()
