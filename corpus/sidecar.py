"""Sidecars: a small file beside a document that says what the document does not.

``report.pdf`` takes ``report.pdf.meta.yaml`` or ``report.meta.yaml`` (also
``.yml`` and ``.json``); the longer name wins.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

import yaml

from corpus.errors import BrokenDocument

SUFFIXES = (".meta.yaml", ".meta.yml", ".meta.json")
MAX_BYTES = 65_536
_MAX_DEPTH = 5


def is_sidecar(name: str) -> bool:
    """Tell whether a file name is that of a sidecar."""
    return name.lower().endswith(SUFFIXES)


def find(name: str, siblings: Collection[str]) -> str | None:
    """Return the name of the sidecar of the file ``name`` among its siblings, or ``None``."""
    stem = name.rpartition(".")[0]
    for base in (name, stem) if stem else (name,):
        for suffix in SUFFIXES:
            if base + suffix in siblings:
                return base + suffix
    return None


def parse(data: bytes, name: str) -> Mapping[str, object]:
    """Read a sidecar.

    YAML values stay text: a country code ``no`` is not ``False`` and a date
    ``2024-05`` keeps its precision. Empty values and ``null`` become ``None``.

    Raises:
        BrokenDocument: it is not YAML/JSON, not a mapping, too long, or uses
            YAML aliases (a few lines of them unfold to gigabytes).
    """
    if len(data) > MAX_BYTES:
        raise BrokenDocument(f"The sidecar {name} is longer than {MAX_BYTES:,} bytes; shorten it.")
    try:
        text = data.decode("utf-8-sig")
        values = json.loads(text) if name.lower().endswith(".json") else _yaml(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BrokenDocument(
            f"The sidecar {name} cannot be read ({reason}); mend it or remove it."
        ) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise BrokenDocument(f"The sidecar {name} has to be lines of 'key: value'; mend it or remove it.")
    return {str(key): None if value in ("", "null", "~") else value for key, value in values.items()}


def _yaml(text: str) -> object:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("aliases such as *name are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:  # PyYAML needs half a minute for 5,000 open brackets
            raise ValueError(f"nested more than {_MAX_DEPTH} deep")
    loader = yaml.BaseLoader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
