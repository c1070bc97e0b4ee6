"""Files that are hard to read: pypdf's and py-pdf's samples, and manuals with a text twin.

Licences: the sample files CC BY-SA 4.0 (their ``LICENSE``), pypdf's resources
BSD-3, the Debian policy GPL-2 or later, the Filesystem Hierarchy Standard its
own free licence. Permitted use: tests of loaders; not for training.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.reading import DatasetError, Node, read_document


@dataclass(frozen=True, slots=True)
class Manual:
    """A manual as PDF and the same as plain text, to count lost words by."""

    name: str
    pdf: Path
    text: Path


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A sample PDF; ``n_pages`` and ``encrypted`` as its list says, None where it does not say."""

    path: Path
    n_pages: int | None
    encrypted: bool | None


def list_manuals(folder: Path) -> tuple[Manual, ...]:
    """Return the manuals of ``hard-documents/manuals``, by name.

    Raises:
        DatasetError: no manual there, or a text twin is missing.
    """
    manuals = tuple(Manual(pdf.stem, pdf, pdf.with_suffix(".txt")) for pdf in sorted(folder.glob("*.pdf")))
    if not manuals:
        raise DatasetError(folder, "holds no *.pdf")
    for manual in manuals:
        if not manual.text.is_file():
            raise DatasetError(manual.text, "the manual's text is missing")
    return manuals


def list_samples(folder: Path) -> tuple[SampleFile, ...]:
    """Return every PDF below ``hard-documents``' folders of samples, by path.

    What a ``files.json`` beside them says of a file comes with it.

    Raises:
        DatasetError: no PDF there, or ``files.json`` is not as expected.
    """
    paths = sorted(folder.rglob("*.pdf"))
    if not paths:
        raise DatasetError(folder, "holds no *.pdf")
    listed = _listed(folder / "files.json") if (folder / "files.json").is_file() else {}
    return tuple(listed.get(path, SampleFile(path, None, None)) for path in paths)


def _listed(path: Path) -> dict[Path, SampleFile]:
    files = (_sample(item, path.parent) for item in read_document(path)["data"].items())
    return {file.path: file for file in files}


def _sample(item: Node, folder: Path) -> SampleFile:
    pages = item.get("pages")
    n_pages = None if pages is None or pages.value is None else pages.count()
    return SampleFile(folder / item["path"].text(), n_pages, item["encrypted"].flag())
