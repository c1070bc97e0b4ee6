"""An answer suite made by rule: many short decisions alike but for their number, in three languages.

Only the words of a question tell which decision it is about, so the suite shows whether they are searched.
All of it is invented. ``evals/suites/identifiers`` is what this writes; a test compares them.
"""

import itertools
import json
from pathlib import Path

N_EACH = 20
"""Decisions in each language."""

DOCUMENTS = {
    "en": "Decision {code} of the county board is about support for digital services in its towns. "
    "A grant of {amount} euro was paid to the towns. They report once a year what the money was used for. "
    "The decision applies until the end of {year}.",
    "sv": "Länsstyrelsens beslut {code} handlar om stöd till digitala tjänster i länets kommuner. "
    "Ett bidrag på {amount} euro betalades till kommunerna. De redovisar en gång om året hur pengarna "
    "har använts. Beslutet gäller till slutet av {year}.",
    "vi": "Quyết định {code} của Ủy ban nhân dân tỉnh nói về việc hỗ trợ dịch vụ số tại các huyện. "
    "Một khoản hỗ trợ {amount} euro đã được chi cho các huyện. Các huyện báo cáo mỗi năm một lần về việc sử "
    "dụng tiền. Quyết định có hiệu lực đến hết năm {year}.",
}
QUESTIONS = {
    "en": "How large a grant was paid to the towns by decision {code} about digital services?",
    "sv": "Hur stort bidrag betalades till kommunerna enligt beslut {code} om digitala tjänster?",
    "vi": "Khoản hỗ trợ chi cho các huyện theo quyết định {code} về dịch vụ số là bao nhiêu?",
}
FAR = {
    "en": (
        "Who painted the ceiling of the Sistine Chapel?",
        "Which bird lays the largest egg?",
        "How do I bake bread with rye flour?",
        "When did the last ice age end?",
    ),
    "sv": (
        "Vem målade taket i Sixtinska kapellet?",
        "Vilken fågel lägger det största ägget?",
        "Hur bakar jag bröd på rågmjöl?",
        "När slutade den senaste istiden?",
    ),
    "vi": (
        "Ai đã vẽ trần nhà nguyện Sistine?",
        "Loài chim nào đẻ trứng lớn nhất?",
        "Làm bánh mì bằng bột lúa mạch đen như thế nào?",
        "Kỷ băng hà cuối cùng kết thúc khi nào?",
    ),
}
HEAD = """# Made by rule: tests/evals/identifier_suite.py.
name = "identifiers"
description = "Grants by the numbers of decisions, invented and made by rule (en, sv, vi)."
documents = ["documents"]
measures = [
  "document_hit", "quote_hit", "abstention_precision", "abstention_recall", "abstention_f1", "span_validity",
]

[gate]
alpha = 0.05
correction = "holm"

[gate.minimum]
span_validity = 1.0

[gate.smallest_difference]
document_hit = 0.05
quote_hit = 0.05
abstention_f1 = 0.05
"""


CODES = ["".join(digits) for digits in itertools.permutations("247901", 6)][::7]
"""The same digits in another order: alike to a model, different words to an index."""


def code_of(number: int) -> str:
    """Return the number of a decision, such as ``247901/QD``."""
    return f"{CODES[number]}/QD"


def amount_of(number: int) -> str:
    """Return an amount that no other decision has."""
    return str(11_013 + number * 1_907)


def write_identifier_suite(folder: Path, n_each: int = N_EACH) -> Path:
    """Write documents, ``suite.toml`` and ``cases.jsonl`` into a folder that is made."""
    (folder / "documents").mkdir(parents=True)
    cases = []
    for place in range(n_each):
        for offset, language in enumerate(DOCUMENTS):
            number = 3 * place + offset
            code, amount = code_of(number), amount_of(number)
            source = f"{number:03}.{language}.md"
            text = DOCUMENTS[language].format(code=code, amount=amount, year=2026 + number % 7)
            head = f"---\ntitle: {number:03}\nlanguage: {language}\n---\n"
            (folder / "documents" / source).write_text(f"{head}{text}\n", encoding="utf-8")
            cases.append(
                {
                    "id": f"{language}-{number:03}",
                    "question": QUESTIONS[language].format(code=code),
                    "language": language,
                    "answerable": True,
                    "expected_documents": [source],
                    "expected_quotes": [amount],
                    "tags": ["identifier"],
                }
            )
    for language, questions in FAR.items():
        for place, question in enumerate(questions):
            cases.append(
                {
                    "id": f"{language}-far-{place}",
                    "question": question,
                    "language": language,
                    "answerable": False,
                    "tags": ["far"],
                }
            )
    (folder / "suite.toml").write_text(HEAD, encoding="utf-8")
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    (folder / "cases.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
