"""A small library in three languages, written for these tests, and ways to open a helpdesk on it.

What the texts say is invented; only their shape matters.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from corpus import originals
from corpus.loading import Hints, parse
from helpdesk_bot.database import open_database
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.settings import Settings, load_settings
from index.embedding import Embedder
from index.reader import Reader
from index.writing import DocumentWriter, Incoming
from tests.fakes import FakeEmbedder

ROOT = "/library"

TEXTS: Mapping[str, str] = {
    "reports/tablets.en.md": """---
title: Tablets in public libraries
kind: report
publisher: Agency of Libraries
date: 2024-03-01
language: en
themes: [digital inclusion]
url: https://example.org/tablets
---
# Tablets in public libraries

## Results

In the survey, 318 libraries lent tablets to residents. Each loan lasts three weeks and costs nothing.
Staff spent two hours a week on digital coaching.

## Methods

The survey was sent to 400 libraries in the spring of 2023. Answers were collected by telephone.
""",
    "briefs/ai-small-firms.en.md": """---
title: Artificial intelligence in small firms
kind: policy_brief
publisher: Office for Industry
date: 2023-11-20
language: en
themes: [AI adoption, small firms]
---
# Artificial intelligence in small firms

Small firms adopt artificial intelligence more slowly than large ones. Vouchers worth 5,000 euro helped
small firms to buy their first tool. The main barrier was a lack of skills, not of money.

- Voucher schemes reached 1,200 firms in the first year.
- Advice by peers was rated higher than advice by vendors.
""",
    "projects/identitet.sv.md": """---
title: Digital identitet i kommunerna
kind: project
publisher: Myndigheten för identitet
date: 2024-09-15
language: sv
themes: [digital identity]
---
# Digital identitet i kommunerna

## Resultat

Sammanlagt 57 kommuner införde digital identitet för sina invånare. Projektet kostade 12 miljoner kronor.
Äldre invånare fick hjälp på medborgarkontoren.

## Nästa steg

Tjänsten ska omfatta alla kommuner. Gränsöverskridande inloggning prövas tillsammans med Finland.
""",
    "practices/upphandling.sv.md": """---
title: Innovationsupphandling i praktiken
kind: good_practice
date: 2022-05-10
language: sv
themes: [procurement]
---
# Innovationsupphandling i praktiken

Upphandlare kan be om en prototyp innan de köper. Staden lät 9 nystartade företag pröva sina lösningar
under sex månader. Tre av lösningarna används fortfarande av stadens förvaltningar.
""",
    "news/cong-dich-vu.vi.md": """---
title: Cổng dịch vụ công trực tuyến
kind: news
publisher: Sở Thông tin
date: 2024-06-30
language: vi
themes: [digital inclusion]
---
# Cổng dịch vụ công trực tuyến

Cổng dịch vụ công tiếp nhận 84000 hồ sơ trong năm đầu tiên. Người dân có thể nộp hồ sơ bằng điện thoại
di động. Thời gian xử lý giảm từ mười ngày xuống còn ba ngày.
""",
    "webinars/tre-em.vi.md": """---
title: Bảo vệ trẻ em trên mạng
kind: webinar
date: 2023-02-02
language: vi
themes: [safety]
---
# Bảo vệ trẻ em trên mạng

Hội thảo có 640 giáo viên tham gia. Nhà trường nên dạy trẻ em cách nhận biết thông tin sai lệch.
Phụ huynh được hướng dẫn cài đặt ứng dụng an toàn.
""",
    "rules/fees-2021.en.md": """---
title: Fees for land register extracts
kind: document
date: 2021-01-01
language: en
---
# Fees for land register extracts

An extract from the land register costs a fee in euro when ordered online.
""",
    "rules/fees-2025.en.md": """---
title: Fees for land register extracts
kind: document
date: 2025-01-01
language: en
supersedes: fees-2021.en.md
---
# Fees for land register extracts

An extract from the land register costs a fee in euro when ordered online.
""",
}

QUESTIONS: Mapping[str, tuple[str, str, str]] = {
    "How many libraries lent tablets to residents?": ("en", "reports/tablets.en.md", "318"),
    "Was the main barrier for small firms a lack of skills or of money?": (
        "en",
        "briefs/ai-small-firms.en.md",
        "lack of skills",
    ),
    "Hur många kommuner införde digital identitet för sina invånare?": (
        "sv",
        "projects/identitet.sv.md",
        "57",
    ),
    "Vad kan upphandlare be om innan de köper?": ("sv", "practices/upphandling.sv.md", "prototyp"),
    "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?": (
        "vi",
        "news/cong-dich-vu.vi.md",
        "84000",
    ),
    "Nhà trường nên dạy trẻ em điều gì?": ("vi", "webinars/tre-em.vi.md", "thông tin sai lệch"),
}
"""A question of each kind: its language, the document that answers it, words of the answer."""


def settings_for(data_dir: Path, **more: Any) -> Settings:
    """Settings of a data directory that read nothing of this machine's environment."""
    return load_settings(None, data_dir, environment={}, **more)


def incoming(data_dir: Path, source: str, text: str) -> Incoming:
    """A document of the library as the ingest hands it to the index, its original stored."""
    data = text.encode()
    sha256 = originals.store(data_dir, data)
    document = parse(data, Hints(source, None, source.rpartition("/")[0] or None, None))
    return Incoming(ROOT, source, hashlib.sha256(data).hexdigest(), sha256, document)


def fill(settings: Settings, embedder: Embedder, texts: Mapping[str, str] = TEXTS) -> None:
    """Commit documents to the database of these settings (no generation: it is searched exactly).

    A database that is not there yet is copied from one that was made before in this process.
    """
    if settings.database_url is None and not (settings.data_dir / "helpdesk.db").exists():
        if isinstance(embedder, FakeEmbedder):
            made = _made(embedder, tuple(texts.items()), settings.passage_tokens)
            shutil.copytree(made, settings.data_dir, dirs_exist_ok=True)
            return
        shutil.copytree(_empty(), settings.data_dir, dirs_exist_ok=True)
    _commit(settings, embedder, texts.items())


@cache
def _empty() -> Path:
    settings = settings_for(_folder())
    open_database(settings).dispose()
    return settings.data_dir


@cache
def _made(embedder: FakeEmbedder, texts: tuple[tuple[str, str], ...], passage_tokens: int) -> Path:
    settings = settings_for(_folder(), passage_tokens=passage_tokens)
    shutil.copytree(_empty(), settings.data_dir, dirs_exist_ok=True)
    _commit(settings, embedder, texts)
    return settings.data_dir


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="library-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _commit(settings: Settings, embedder: Embedder, texts: Iterable[tuple[str, str]]) -> None:
    engine = open_database(settings)
    writer = DocumentWriter(engine, embedder, settings.passage_tokens)
    writer.claim()
    for _ in writer.commit([incoming(settings.data_dir, *item) for item in texts]):
        pass
    engine.dispose()


def helpdesk(settings: Settings, embedder: Embedder | None = None, reader: Reader | None = None) -> Helpdesk:
    """Open a helpdesk as `open_helpdesk` does; by default with the seeded embedder and without a reader."""
    from helpdesk_bot.helpdesk import open_helpdesk

    return open_helpdesk(
        settings, embedder or FakeEmbedder(), reader=None if reader is None else lambda: reader
    )


def write_files(folder: Path, texts: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
    """Write documents below a folder."""
    for name, text in dict(texts).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
