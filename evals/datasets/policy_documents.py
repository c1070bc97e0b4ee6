"""Five real documents of public bodies, in English, Swedish and Vietnamese, as plain text.

Licence: the bodies' own terms, for reading and quoting. Permitted use: real
input for the whole chain (the answer suite ``policy-five`` asks about them); at
most 20 scalars may be fitted on half of the development documents, nothing is
trained on them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from evals.datasets.reading import DatasetError

_LANGUAGE = re.compile(r"\.([a-z]{2})$")


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A document; the language is the last part of the file's name before ``.txt``."""

    path: Path
    language: str


def list_policy_documents(folder: Path) -> tuple[PolicyDocument, ...]:
    """Return the documents of ``policy-documents``, by name.

    Raises:
        DatasetError: no document there, or a name without a language.
    """
    found = []
    for path in sorted(folder.glob("*.txt")):
        code = _LANGUAGE.search(path.stem)
        if not code:
            raise DatasetError(path, "the name must end in a language and .txt, like report.sv.txt")
        found.append(PolicyDocument(path, code[1]))
    if not found:
        raise DatasetError(folder, "holds no *.txt")
    return tuple(found)
