"""Follow-ups resolved turn by turn, and new subjects left alone, in real dialogues."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.language import detect
from helpdesk_bot.answers import Turn
from helpdesk_bot.conversation import MOST_TURNS, Earlier, Resolved, resolve, with_shown
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.spoken_language import language_of
from helpdesk_bot.thread import LONGEST_CARRIED
from helpdesk_bot.understanding import understand


def say(*turns: str, earlier: Sequence[Earlier] = (), language: str | None = None) -> Resolved:
    """Resolve the last of these turns after the others."""
    history = [*earlier, *(Earlier(turn) for turn in turns[:-1])]
    return resolve(turns[-1], history, language=language, default_language="en")


DIALOGUES = {
    "en": [
        [
            ("Which regions in Latvia use AI?", None),
            ("And in Lithuania?", "Which regions in Lithuania use AI?"),
            ("And in Poland?", "Which regions in Poland use AI?"),
            ("What does it cost?", "Which regions in Poland use AI? What does it cost?"),
            ("And in Estonia?", "Which regions in Estonia use AI? What does it cost?"),
            ("What is the GDPR?", None),
        ],
        [
            ("What is MOSAICO?", None),
            ("Who funds it?", "Who funds MOSAICO?"),
            ("What is its budget?", "What is its budget (MOSAICO)?"),
            ("And the end date?", "The end date (MOSAICO)?"),
            ("And GRANDIS?", "The end date (GRANDIS)?"),
            ("When did it start?", "When did GRANDIS start?"),
        ],
        [
            ("What was the unemployment rate in Sweden in 2020?", None),
            ("And in Finland in 2021?", "What was the unemployment rate in Finland in 2021?"),
            ("2022?", "What was the unemployment rate in Finland in 2022?"),
        ],
        [
            ("What rules apply for chatbots in schools?", None),
            ("And in hospitals?", "What rules apply for chatbots in hospitals?"),
            ("Why?", "What rules apply for chatbots in hospitals? Why?"),
            ("Thanks!", None),
            ("And in libraries?", "What rules apply for chatbots in hospitals? Why in libraries?"),
        ],
        [
            ("How do I apply for a residence permit?", None),
            ("How long does it take?", "How do I apply for a residence permit? How long does it take?"),
            ("And for my wife?", "How do I apply for a residence permit? How long does it take for my wife?"),
            ("How do I renew my passport?", None),
        ],
        [
            ("How do Swedish municipalities use AI?", None),
            ("And Danish ones?", "How do Danish municipalities use AI?"),
            ("What about Finland?", "How do Finnish municipalities use AI?"),
            ("And the Netherlands and Belgium?", "How do Dutch, Belgium municipalities use AI?"),
        ],
        [
            ("what is e-residency", None),
            ("how much does it cost", "How much does it cost (e-residency)?"),
            ("tell me more", "what is e-residency"),
            ("what is x-road", None),
        ],
        [
            ("WHICH REGIONS IN LATVIA USE AI?", None),
            ("AND IN LITHUANIA?", "WHICH REGIONS IN LITHUANIA USE AI?"),
        ],
    ],
    "sv": [
        [
            ("Vilka kommuner i Lettland använder AI?", None),
            ("Och i Litauen?", "Vilka kommuner i Litauen använder AI?"),
            ("Polen då?", "Vilka kommuner i Polen använder AI?"),
            ("Vad kostade det?", "Vilka kommuner i Polen använder AI? Vad kostade det?"),
            ("Vad är GDPR?", None),
        ],
        [
            ("Vad är projektet MOSAICO?", None),
            ("Vad kostade det?", "Vad kostade MOSAICO?"),
            ("Och slutdatum?", "Slutdatum (MOSAICO)?"),
            ("Vilka är partnerna?", "Vilka är partnerna (MOSAICO)?"),
            ("Hur är det med AI4Citizens?", "Vilka är partnerna (AI4Citizens)?"),
        ],
        [
            ("Vilka lettiska regioner använder AI?", None),
            ("Och i Litauen?", "Vilka litauiska regioner använder AI?"),
            ("Och estniska?", "Vilka estniska regioner använder AI?"),
        ],
        [
            ("Vad säger GDPR om samtycke?", None),
            ("Och om profilering?", "Vad säger GDPR om profilering?"),
            ("Och AI-förordningen?", "Vad säger AI-förordningen om profilering?"),
        ],
        [
            ("Vilket stöd får företag i Skåne?", None),
            ("Och i Västra Götaland?", "Vilket stöd får företag i Västra Götaland?"),
            ("Berätta mer", "Vilket stöd får företag i Västra Götaland?"),
            ("Vad gäller för chatbottar i skolan?", None),
        ],
        [
            ("Vad är innovationsupphandling?", None),
            ("Ge ett exempel", "Ge ett exempel (innovationsupphandling)?"),
            ("Vilka är fördelarna?", "Vilka är fördelarna (innovationsupphandling)?"),
            ("Och riskerna?", "Riskerna (innovationsupphandling)?"),
        ],
        [
            ("vilka länder har regulatoriska sandlådor", None),
            ("och norge då", "vilka länder har regulatoriska sandlådor (norge)"),
            ("vad är e-legitimation", None),
        ],
        [
            ("Hur många anställda hade Lettlands myndigheter 2022?", None),
            ("Och Litauens?", "Hur många anställda hade Litauens myndigheter 2022?"),
            ("Och 2023?", "Hur många anställda hade Litauens myndigheter 2023?"),
        ],
    ],
    "vi": [
        [
            ("Dự án nào ở Latvia hỗ trợ phụ nữ?", None),
            ("Còn ở Lít-va thì sao?", "Dự án nào ở Lít-va hỗ trợ phụ nữ?"),
            ("Còn ở Ba Lan?", "Dự án nào ở Ba Lan hỗ trợ phụ nữ?"),
            ("Ngân sách là bao nhiêu?", "Dự án nào ở Ba Lan hỗ trợ phụ nữ? Ngân sách là bao nhiêu?"),
            ("GDPR là gì?", None),
            ("Nó có hiệu lực khi nào?", "GDPR có hiệu lực khi nào?"),
        ],
        [
            ("Đà Nẵng có bao nhiêu thư viện số?", None),
            ("Thế ở Cần Thơ?", "Cần Thơ có bao nhiêu thư viện số?"),
        ],
        [
            ("Hà Nội có bao nhiêu thư viện số?", None),
            ("Còn Đà Nẵng?", "Đà Nẵng có bao nhiêu thư viện số?"),
            ("Còn Thành phố Hồ Chí Minh thì sao?", "Thành phố Hồ Chí Minh có bao nhiêu thư viện số?"),
        ],
        [
            ("Làm thế nào để đăng ký kinh doanh trực tuyến?", None),
            ("Mất bao lâu?", "Làm thế nào để đăng ký kinh doanh trực tuyến? Mất bao lâu?"),
            ("Có mất phí không?", "Làm thế nào để đăng ký kinh doanh trực tuyến? Có mất phí không?"),
            ("Chính phủ hỗ trợ doanh nghiệp nhỏ như thế nào?", None),
        ],
        [
            ("GDPR nói gì về sự đồng ý?", None),
            ("Còn về trẻ em thì sao?", "GDPR nói gì về trẻ em?"),
            ("Còn Luật AI?", "Luật AI nói gì về trẻ em?"),
        ],
        [
            ("Năm 2023 Việt Nam có bao nhiêu doanh nghiệp số?", None),
            ("Năm 2024 thì sao?", "Năm 2024 Việt Nam có bao nhiêu doanh nghiệp số?"),
            ("Còn Thái Lan?", "Năm 2024 Thái Lan có bao nhiêu doanh nghiệp số?"),
        ],
        [
            ("Luật AI là gì?", None),
            ("Luật đó gồm mấy chương?", "Luật AI gồm mấy chương?"),
            ("Cảm ơn bạn", None),
            ("Ai ban hành?", "Ai ban hành (AI)?"),
        ],
    ],
    "de": [
        [
            ("Welche Regionen in Lettland nutzen KI?", None),
            ("Und in Litauen?", "Welche Regionen in Litauen nutzen KI?"),
            ("Was kostet das?", "Welche Regionen in Litauen nutzen KI? Was kostet das?"),
            ("Was ist die DSGVO?", None),
        ],
        [
            ("Wann tritt die KI-Verordnung in Kraft?", None),
            ("Gilt sie auch für Behörden?", "Gilt KI-Verordnung auch für Behörden?"),
            ("Und für Unternehmen?", "Gilt KI-Verordnung auch für Unternehmen?"),
        ],
    ],
    "fr": [
        [
            ("Quelles régions de Lettonie utilisent l'IA ?", None),
            ("Et en Lituanie ?", "Quelles régions en Lituanie utilisent l'IA ?"),
            ("Combien ça coûte ?", "Quelles régions en Lituanie utilisent l'IA ? Combien ça coûte ?"),
            ("Qu'est-ce que le RGPD ?", None),
        ]
    ],
    "es": [
        [
            ("¿Qué regiones de Letonia usan la IA?", None),
            ("¿Y en Lituania?", "¿Qué regiones en Lituania usan la IA?"),
            ("¿Cuánto costó?", "¿Qué regiones en Lituania usan la IA? ¿Cuánto costó?"),
            ("¿Qué es el RGPD?", None),
        ]
    ],
    "it": [
        [
            ("Quali regioni in Lettonia usano l'IA?", None),
            ("E in Lituania?", "Quali regioni in Lituania usano l'IA?"),
            ("Quanto è costato?", "Quali regioni in Lituania usano l'IA? Quanto è costato?"),
            ("Che cos'è il GDPR?", None),
        ]
    ],
    "pl": [
        [
            ("Które regiony w Polsce używają AI?", None),
            ("A na Litwie?", "Które regiony na Litwie używają AI?"),
            ("Ile to kosztowało?", "Które regiony na Litwie używają AI? Ile to kosztowało?"),
            ("Co to jest RODO?", None),
        ]
    ],
}
"""Turns with what each is understood as; ``None``: it stands alone."""


@pytest.mark.parametrize(
    ("language", "dialogue"), [(code, dialogue) for code, found in DIALOGUES.items() for dialogue in found]
)
def test_a_dialogue_is_understood_turn_by_turn(language: str, dialogue: list[tuple[str, str | None]]) -> None:
    turns = [turn for turn, _ in dialogue]
    for at, (turn, understood) in enumerate(dialogue):
        found = say(*turns[: at + 1])
        assert (found.is_follow_up, found.stand_alone) == (understood is not None, understood or turn)
        if at:
            assert found.language == language
        if not found.is_follow_up:
            assert found.carried.entities == ()


@pytest.mark.parametrize("dialogue", [found[0] for found in DIALOGUES.values()])
def test_decomposed_text_is_understood_the_same(dialogue: list[tuple[str, str | None]]) -> None:
    turns = [turn for turn, _ in dialogue]
    for at in range(len(turns)):
        earlier = [Earlier(unicodedata.normalize("NFD", turn)) for turn in turns[:at]]
        assert say(turns[at], earlier=earlier) == say(*turns[: at + 1])


@pytest.mark.parametrize(
    ("turns", "language", "understood", "written_in"),
    [
        (
            ("Which regions in Latvia use AI?", "Och i Litauen?"),
            "sv",
            "Which regions in Lithuania use AI?",
            "en",
        ),
        (("Which regions in Latvia use AI?", "Còn Ba Lan?"), "vi", "Which regions in Poland use AI?", "en"),
        (
            ("Vilka lettiska regioner använder AI?", "And Lithuania?"),
            "en",
            "Vilka litauiska regioner använder AI?",
            "sv",
        ),
        (
            ("Dự án nào ở Đức hỗ trợ phụ nữ?", "Och i Frankrike?"),
            "sv",
            "Dự án nào ở Pháp hỗ trợ phụ nữ?",
            "vi",
        ),
        (("What is MOSAICO?", "Vad kostade det?"), "sv", "Vad kostade MOSAICO?", "sv"),
        (("Vad är MOSAICO?", "Ngân sách là bao nhiêu?"), "vi", "Ngân sách là bao nhiêu (MOSAICO)?", "vi"),
        (("MOSAICO là gì?", "Who are the partners?"), "en", "Who are the partners (MOSAICO)?", "en"),
        (
            ("Vilka kommuner i Lettland använder AI?", "And in Lithuania?", "What did it cost?"),
            "en",
            "Vilka kommuner i Litauen använder AI? What did it cost?",
            "en",
        ),
    ],
)
def test_a_conversation_may_change_its_language(
    turns: tuple[str, ...], language: str, understood: str, written_in: str
) -> None:
    found = say(*turns)
    assert (found.language, found.stand_alone, found.stand_alone_language) == (
        language,
        understood,
        written_in,
    )


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ("Which regions in Latvia use AI?", "Are there grants for small firms?"),
        ("Which regions in Latvia use AI?", "Is it possible to get a loan for a start-up?"),
        ("Which regions in Latvia use AI?", "What is a regulatory sandbox and how does one join it?"),
        ("Which regions in Latvia use AI?", "How do hospitals protect their patients' data?"),
        ("Which regions in Latvia use AI?", "chatbots for libraries"),
        ("Which regions in Latvia use AI?", "And which Swedish agencies run chatbots in their call centres?"),
        ("What is MOSAICO?", "If a city opens its data, may firms use it?"),
        ("Vad är MOSAICO?", "Finns det bidrag för små företag?"),
        ("Vad är MOSAICO?", "Hur fungerar den nationella strategin för digitalisering?"),
        ("Vad är MOSAICO?", "Vad är en personuppgift?"),
        ("Vad är MOSAICO?", "Är det möjligt för en förening att söka bidrag?"),
        ("Vad är MOSAICO?", "Vad är ett samordningsnummer och hur får man det?"),
        ("Vilka regioner använder AI?", "När infördes tiggeriförbudet i Vellinge?"),
        ("MOSAICO là gì?", "Công chúng góp ý cho dự thảo luật bằng cách nào?"),
        ("MOSAICO là gì?", "Doanh nghiệp nhỏ vay vốn ở đâu?"),
        ("MOSAICO là gì?", "Trẻ em học trực tuyến thế nào?"),
        ("MOSAICO là gì?", "Thẻ căn cước là gì?"),
        ("Was ist MOSAICO?", "Gibt es Zuschüsse für kleine Unternehmen?"),
        ("Was ist MOSAICO?", "Können Sie mir Ihre Öffnungszeiten nennen?"),
        ("Qu'est-ce que MOSAICO ?", "Y a-t-il des subventions pour les associations ?"),
        ("¿Qué es MOSAICO?", "¿Hay subvenciones para las asociaciones?"),
        ("Che cos'è MOSAICO?", "Ci sono contributi per le associazioni?"),
        ("Co to jest MOSAICO?", "Czy są dotacje dla stowarzyszeń?"),
    ],
)
def test_a_new_subject_takes_nothing_from_the_one_before(before: str, asked: str) -> None:
    found = say(before, asked)
    assert (found.is_follow_up, found.stand_alone) == (False, asked)


@pytest.mark.parametrize(
    ("before", "asked", "understood"),
    [
        (
            "Which projects help women entrepreneurs?",
            "Any others?",
            "Which projects help women entrepreneurs?",
        ),
        (
            "Which projects help women entrepreneurs?",
            "Other projects?",
            "Which projects help women entrepreneurs?",
        ),
        (
            "Vilka projekt hjälper kvinnliga företagare?",
            "Fler exempel?",
            "Vilka projekt hjälper kvinnliga företagare?",
        ),
        ("Dự án nào giúp phụ nữ khởi nghiệp?", "Còn các dự án khác?", "Dự án nào giúp phụ nữ khởi nghiệp?"),
        ("Dự án nào giúp phụ nữ khởi nghiệp?", "Cho tôi thêm ví dụ", "Dự án nào giúp phụ nữ khởi nghiệp?"),
        ("Which countries use X-Road?", "Which other countries?", "Which countries use X-Road?"),
        ("What is MOSAICO?", "Other projects?", "Other projects (MOSAICO)?"),
        ("Welche Projekte helfen Frauen?", "Weitere Beispiele?", "Welche Projekte helfen Frauen?"),
        ("Quels projets aident les femmes ?", "D'autres exemples ?", "Quels projets aident les femmes ?"),
        ("¿Qué proyectos ayudan a las mujeres?", "¿Otros proyectos?", "¿Qué proyectos ayudan a las mujeres?"),
        ("Quali progetti aiutano le donne?", "Altri esempi?", "Quali progetti aiutano le donne?"),
        ("Które projekty pomagają kobietom?", "Inne projekty?", "Które projekty pomagają kobietom?"),
    ],
)
def test_more_of_the_same_is_the_same_question_without_what_was_shown(
    before: str, asked: str, understood: str
) -> None:
    found = say(asked, earlier=[Earlier(before, documents=("d1", "d2", "d1"))])
    assert (found.is_follow_up, found.stand_alone) == (True, understood)
    assert found.carried.wants_others
    assert found.carried.documents == ("d1", "d2")


def test_documents_and_filters_are_carried_until_the_subject_changes() -> None:
    swedish = {"language": ("sv",)}
    turns = [
        Earlier("Vad är GDPR?", documents=("gdpr",), filters={"kind": ("report",)}),
        Earlier("Vilka kommuner i Lettland använder AI?", documents=("lv",), filters=swedish),
        Earlier("Och i Litauen?", documents=("lt",)),
    ]
    followed = say("Och i Polen?", earlier=turns).carried
    assert (followed.documents, followed.filters) == (("lv", "lt"), swedish)
    assert not followed.wants_others
    changed = say("Vad är innovationsupphandling?", earlier=turns).carried
    assert (changed.documents, changed.filters) == ((), {})
    narrowed = say(
        "Och i Polen?", earlier=[*turns[:2], Earlier("Och i Litauen?", filters={"year": ("2024",)})]
    )
    assert narrowed.carried.filters == {"year": ("2024",)}


def test_what_is_carried_is_named() -> None:
    found = say("Which regions in Latvia use AI4Citizens?", "And in Lithuania?")
    assert found.carried.entities == ("AI4Citizens",)
    assert say("Vad är MOSAICO?", "Vad kostade det?").carried.entities == ("MOSAICO",)
    assert say("MOSAICO là gì?", "Ai là đối tác?").carried.entities == ("MOSAICO",)


@pytest.mark.parametrize(
    ("question", "answer", "asked", "understood"),
    [
        (
            "Who led the agency when the centre opened?",
            "Danny Aerts was its head then.",
            "Who came after him?",
            "Who led the agency when the centre opened? Who came after Danny Aerts?",
        ),
        (
            "Vem ledde stiftelsen när centret öppnade?",
            "Danny Aerts var vd då.",
            "Vem efterträdde honom?",
            "Vem ledde stiftelsen när centret öppnade? Vem efterträdde Danny Aerts?",
        ),
        (
            "Vem ledde stiftelsen när centret öppnade?",
            "Danny Aerts var vd då. " * 20,
            "Vem efterträdde honom?",
            "Vem ledde stiftelsen när centret öppnade? Vem efterträdde honom?",
        ),
    ],
)
def test_a_person_is_taken_from_a_direct_answer(
    question: str, answer: str, asked: str, understood: str
) -> None:
    assert say(asked, earlier=[Earlier(question, answer)]).stand_alone == understood


def test_turns_become_questions_with_their_answers() -> None:
    turns = (
        Turn("assistant", "Hello!"),
        Turn("user", "What is MOSAICO?"),
        Turn("assistant", "A project."),
        Turn("user", "Vad kostade det?"),
    )
    recorded = [Earlier("What is MOSAICO?", documents=("d1",), filters={"kind": ("project",)})]
    assert with_shown(turns, recorded) == (
        Earlier("What is MOSAICO?", "A project.", ("d1",), {"kind": ("project",)}),
        Earlier("Vad kostade det?"),
    )
    assert with_shown((Turn("assistant", "Hello!"),), recorded) == ()


@pytest.mark.parametrize("empty", ["", "   ", "?!", "👋", "ok", "Tack!", "Cảm ơn bạn"])
def test_a_turn_that_says_nothing_changes_nothing(empty: str) -> None:
    assert not say(empty, "And in Lithuania?").is_follow_up
    with_it = say("Which regions in Latvia use AI?", empty, "And in Lithuania?")
    assert with_it.stand_alone == "Which regions in Lithuania use AI?"
    for text in ("?!", "👋"):
        assert not say("Which regions in Latvia use AI?", text).is_follow_up


def test_a_long_history_is_read_from_its_end() -> None:
    turns = [f"What is PROJECT{number}?" for number in range(500)]
    found = say(*turns, "Who funds it?")
    assert found.stand_alone == "Who funds PROJECT499?"
    far = ["Which regions in Latvia use AI?", *["And in Lithuania?", "And in Poland?"] * MOST_TURNS]
    assert say(*far, "And in Estonia?").is_follow_up


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_chain_does_not_grow_without_end(language: str) -> None:
    openings = {
        "en": ("Which grants are there for small firms?", "What about loans?", "Who pays?"),
        "sv": ("Vilka bidrag finns för små företag?", "Hur är det med lån?", "Vem betalar?"),
        "vi": ("Có khoản hỗ trợ nào cho doanh nghiệp nhỏ?", "Còn khoản vay thì sao?", "Ai chi trả?"),
    }[language]
    turns = [openings[0], *openings[1:] * 9]
    for at in range(2, len(turns) + 1):
        assert len(say(*turns[:at]).stand_alone) <= 2 * LONGEST_CARRIED
    long = " ".join(["This is a story that goes on and on."] * 80) + " What does the GDPR say about consent?"
    assert say(long, "And about profiling?").stand_alone == "What does the GDPR say about profiling?"
    assert len(say("x" * 4000, "Why?").stand_alone) <= 2 * LONGEST_CARRIED


@pytest.mark.parametrize(
    ("before", "asked", "understood"),
    [
        (
            "Mitu omavalitsust Lätis kasutab tehisintellekti?",
            "Aga Leedus?",
            "Mitu omavalitsust Leedus kasutab tehisintellekti?",
        ),
    ],
)
def test_languages_without_a_catalogue_are_followed_by_what_they_name(
    before: str, asked: str, understood: str
) -> None:
    assert detect(before) not in languages()
    assert say(before, asked).stand_alone == understood
    assert not say(before, "Mis on MOSAICO?").is_follow_up


def test_what_is_asked_for_comes_from_the_question_that_is_continued() -> None:
    def kinds(*turns: str) -> tuple[str, ...]:
        history = tuple(Earlier(turn) for turn in turns[:-1])
        return understand(turns[-1], language=None, history=history, default_language="en").asks_for

    assert kinds("How many regions in Latvia use AI?", "Och i Litauen?") == ("number",)
    assert kinds("Hur många kommuner deltog?", "Och i Finland?") == ("number",)
    assert "time" in kinds("Hur många kommuner deltog?", "När började det?")
    assert "number" not in kinds("Hur många kommuner deltog?", "När började det?")
    assert "money" in kinds("Có bao nhiêu xã tham gia?", "Ngân sách là bao nhiêu?")


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_has_the_same_lists(language: str) -> None:
    lists = catalogue(language).follow_up
    assert set(lists) == set(catalogue("en").follow_up)
    empty = {name for name, phrases in lists.items() if not phrases}
    assert empty <= {"articles", "weak_pronouns"}
    for phrases in lists.values():
        assert len(set(phrases)) == len(phrases)
        for phrase in phrases:
            assert phrase == unicodedata.normalize("NFC", phrase).strip()
            assert not phrase.startswith(("*", "_"))


_TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from([turn for found in DIALOGUES.values() for dialogue in found for turn, _ in dialogue]),
)


@given(st.lists(_TEXT, max_size=5), _TEXT, st.sampled_from([None, "en", "sv", "vi", "fi", "xx"]))
@settings(max_examples=150, deadline=None)
def test_any_conversation_is_read(turns: list[str], text: str, language: str | None) -> None:
    text = unicodedata.normalize("NFC", text)
    found = resolve(text, [Earlier(turn) for turn in turns], language=language, default_language="en")
    assert found.text == text
    assert found == resolve(text, [Earlier(t) for t in turns], language=language, default_language="en")
    if not found.is_follow_up:
        assert (found.stand_alone, found.carried.entities) == (text, ())
    if not turns:
        assert not found.is_follow_up
        told = language_of(text)
        assert found.language == (told if told != "und" else language or "en")
