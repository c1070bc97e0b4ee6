import json

import pytest

from corpus import language
from tests.corpus.sample_files import shared

QUESTIONS = {
    "en": [
        "How many civil servants took part in the survey?",
        "What is GovTech?",
        "Who is responsible for the data?",
    ],
    "sv": [
        "Hur många tjänstemän deltog i undersökningen?",
        "Vad är GovTech?",
        "Vem ansvarar för medborgarnas data?",
    ],
    "vi": ["Có bao nhiêu công chức tham gia khảo sát?", "GovTech là gì?", "Khi nào quy định có hiệu lực?"],
    "de": ["Wie viele Beamte nahmen an der Umfrage teil?", "Was ist GovTech?", "Was kostet das?"],
    "fr": ["Combien de fonctionnaires ont participé à l'enquête ?", "Combien ça coûte ?"],
    "es": ["¿Cuántos funcionarios participaron en la encuesta?", "¿Qué es GovTech?"],
    "it": ["Quanti funzionari hanno partecipato all'indagine?", "Quanto costa?"],
    "pl": ["Ilu urzędników wzięło udział w badaniu?", "Co to jest GovTech?"],
    "da": [
        "Hvor mange ansatte deltog i undersøgelsen?",
        "Hvad er digital post?",
        "Hvornår træder forordningen i kraft?",
    ],
    "nb": ["Hvor mange ansatte deltok i undersøkelsen?", "Finnes det en veiledning for innbyggerne?"],
    "fi": ["Kuinka moni virkamies osallistui kyselyyn?", "Mikä on GovTech?"],
    "nl": ["Hoeveel ambtenaren namen deel aan het onderzoek?", "Wat kost het?"],
}


@pytest.mark.parametrize("code", QUESTIONS)
def test_short_questions(code):
    assert [language.detect(question) for question in QUESTIONS[code]] == [code] * len(QUESTIONS[code])


@pytest.mark.parametrize(
    ("folder", "code"), [("xquad-en", "en"), ("xquad-vi", "vi"), ("swefaq-dev", "sv"), ("xquad-de", "de")]
)
def test_real_questions(folder, code):
    path = shared("retrieval", folder, "queries.jsonl")
    questions = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()[:150]]
    n_right = sum(language.detect(question) == code for question in questions)
    assert n_right >= 0.98 * len(questions)


def test_what_has_no_letters_has_no_language():
    for text in ("", "   ", "492?", "https://example.org/en/about", "1234 5678"):
        assert language.detect(text) == "und"
        assert language.rank(text) == []


def test_candidates_limit_the_choice():
    assert language.detect("Hvad er GovTech for kommunerne?", ("en", "sv", "vi")) in ("en", "sv", "vi")
    probabilities = language.rank("Vad är GovTech?", ("sv", "en"))
    assert {code for code, _ in probabilities} == {"sv", "en"}
    assert sum(p for _, p in probabilities) == pytest.approx(1.0)


def test_shouting_changes_nothing():
    assert language.detect("VAD ÄR SKILLNADEN MELLAN DE TVÅ TJÄNSTERNA?") == "sv"
    assert language.detect("WHAT IS THE DIFFERENCE BETWEEN THE TWO SERVICES?") == "en"
    assert language.detect("SỰ KHÁC BIỆT GIỮA HAI DỊCH VỤ LÀ GÌ?") == "vi"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("sv-SE", "sv"),
        ("EN", "en"),
        ("vi_VN", "vi"),
        ("nn", "nb"),
        ("no", "nb"),
        ("", None),
        ("und", None),
        (None, None),
    ],
)
def test_language_tags(tag, code):
    assert language.code_of(tag) == code


EN = "The agency publishes guidance on how public services are made accessible to everybody."
SV = "Myndigheten publicerar vägledning om hur offentliga tjänster görs tillgängliga för alla."
VI = "Cơ quan công bố hướng dẫn về cách làm cho dịch vụ công dễ tiếp cận với mọi người dân."


def test_sections_have_their_own_language_and_short_ones_the_documents():
    document, sections = language.of_sections([SV * 4, "AI Act", EN * 2, VI], None, None)
    assert document == "sv"
    assert sections == ("sv", "sv", "en", "vi")


def test_what_a_person_declared_is_final():
    assert language.of_sections([EN, SV], "vi", None) == ("vi", ("vi", "vi"))


def test_what_a_file_claims_is_believed_only_where_the_text_agrees_or_is_too_short():
    assert language.of_sections([SV * 5], None, "en")[0] == "sv"
    assert language.of_sections(["Moms: 25 %"], None, "sv")[0] == "sv"
    assert language.of_sections(["Ok 1"], None, None)[0] == "und"
    assert language.of_sections(["2024"], None, None)[0] == "und"
