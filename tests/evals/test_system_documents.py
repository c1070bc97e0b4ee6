"""Which document of the suite a foreign citation means."""

import pytest

from evals.systems.documents import SuiteDocuments

ROWS = [
    {"source": "reports/ai.sv.pdf", "title": "AI i offentlig sektor", "url": "https://www.example.org/ai/"},
    {"source": "reports/dich-vu.vi.txt", "title": "Dịch vụ công", "url": None},
    {"source": "old/plan.en.txt", "title": "Plan", "url": "https://example.org/plan?year=2023"},
    {"source": "new/plan.en.txt", "title": "Plan", "url": "https://example.org/plan?year=2024"},
    {"source": "https://example.org/web/page.html#top", "title": "A page", "url": None},
]


@pytest.mark.parametrize(
    ("named", "source"),
    [
        ({"source": "reports/ai.sv.pdf"}, "reports/ai.sv.pdf"),
        ({"url": "http://example.org/ai#part-2"}, "reports/ai.sv.pdf"),
        ({"source": "/data/uploads/AI.SV.pdf"}, "reports/ai.sv.pdf"),
        ({"source": "C:\\files\\ai.sv.pdf"}, "reports/ai.sv.pdf"),
        ({"url": "https://storage.example/bucket/ai.sv.pdf?signature=abc"}, "reports/ai.sv.pdf"),
        ({"title": "ai i  OFFENTLIG sektor"}, "reports/ai.sv.pdf"),
        ({"title": "ai.sv"}, "reports/ai.sv.pdf"),
        ({"title": "Di\u0323ch vu\u0323 co\u0302ng"}, "reports/dich-vu.vi.txt"),
        ({"source": "file:///x/dich-vu.vi.txt"}, "reports/dich-vu.vi.txt"),
        ({"url": "https://example.org/plan?year=2024"}, "new/plan.en.txt"),
        (
            {"source": "17", "url": "https://example.org/web/page.html"},
            "https://example.org/web/page.html#top",
        ),
        ({"title": "Plan"}, None),  # two have that title: no guess
        ({"source": "plan.en.txt"}, None),
        ({"source": "plan.en.txt", "url": "https://example.org/plan?year=2023"}, "old/plan.en.txt"),
        ({"source": "unknown.pdf", "title": ""}, None),
        ({}, None),
        ({"url": "http://[broken"}, None),
    ],
)
def test_what_a_citation_names(named, source):
    found = SuiteDocuments(ROWS).find(**named)
    assert (found["source"] if found else None) == source
