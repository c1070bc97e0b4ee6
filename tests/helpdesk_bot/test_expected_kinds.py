"""What a question asks for, found again in a text of any language."""

import unicodedata

import pytest

from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.expected_kinds import mentions, most_specific, nearest_mention


@pytest.mark.parametrize(
    ("language", "text", "kind", "expected"),
    [
        ("en", "On 2 December 2027, at 10:30, for two cities.", "time", ["2 December 2027", "10:30"]),
        ("en", "Cities may act in May.", "time", ["May"]),
        ("en", "It cost EUR 2.5 and $300 and 12 000 euros.", "money", ["EUR 2.5", "$300", "12 000 euros"]),
        ("en", "In 2020 it had 40 members.", "money", []),
        (
            "en",
            "Call +46 (0)8 508 280 50 or write to a@b.example.",
            "contact",
            ["+46 (0)8 508 280 50", "a@b.example"],
        ),
        (
            "en",
            "492 officials in fourteen, no: twelve countries, 45 %.",
            "number",
            ["492", "fourteen", "twelve", "45 %"],
        ),
        ("sv", "Den 3 mars 2024 fick tre städer 2,5 miljoner kronor.", "money", ["2,5 miljoner kronor"]),
        ("sv", "Den 3 mars 2024 fick tre städer pengar.", "time", ["3 mars 2024"]),
        ("sv", "Den 3 mars fick tre städer pengar.", "number", ["tre"]),
        ("vi", "Quyết định ngày 2 tháng 12 năm 2027 dành 3 tỷ đồng.", "money", ["3 tỷ đồng"]),
        ("vi", "Quyết định ngày 2 tháng 12 năm 2027.", "time", ["ngày 2 tháng 12 năm 2027"]),
        ("vi", "Có ba thành phố.", "number", ["ba"]),
        ("fi", "Vuonna 2020 hinta oli 30 euroa.", "money", ["30 euroa"]),
        ("und", "2020-05-01", "time", ["2020-05-01"]),
        ("zh", "共有492名官员参加。", "number", ["492"]),
        ("zh", "预算为500万元。", "money", ["500万元"]),
        ("ja", "参加者は492人でした。", "number", ["492"]),
        ("hi", "अनुदान 500 रुपये था।", "number", ["500"]),
        ("en", "The grant was 500 rupees; AI4Citizens has 3 partners.", "money", ["500 rupees"]),
        ("en", "AI4Citizens has 3 partners.", "number", ["3"]),
        ("sv", "", "number", []),
        ("en", "1. In 2019-2020 decree 47/2020/ND-CP and act (2022:818) met COVID-19.", "number", []),
        (
            "en",
            "From 30 June 2026 on, 12/25 members of 27 pay 10.50 a day.",
            "number",
            ["12", "25", "27", "10.50"],
        ),
        ("sv", "1. Lagen (2022:818) gäller från 2022.\n2. Den har 14 paragrafer.", "number", ["14"]),
        ("vi", "Nghị định 59/2022/NĐ-CP ngày 05/9/2022 có 7 chương.", "number", ["7"]),
        ("vi", "Năm 2025, Kế hoạch số 01-KH/BCĐTW.", "number", []),
        (
            "en",
            "Half of the firms, 15.2 per cent, 40% and two out of five.",
            "share",
            ["Half", "15.2 per cent", "40%", "two out of five"],
        ),
        ("en", "It had 8 in 2023 and 12 members.", "share", []),
        (
            "sv",
            "Hälften, 15,2 procent, 40 % och två av tre.",
            "share",
            ["Hälften", "15,2 procent", "40 %", "två av tre"],
        ),
        ("sv", "492 tjänstemän i 14 länder.", "share", []),
        (
            "vi",
            "Một nửa, 98%, 40 phần trăm và hai trên ba.",
            "share",
            ["Một nửa", "98%", "40 phần trăm", "hai trên ba"],
        ),
        ("vi", "Có 800.000 doanh nghiệp.", "share", []),
        ("vi", "Chi 5 triệu đô la và 500.000 đ cho 12 nhân viên.", "money", ["5 triệu đô la", "500.000 đ"]),
        ("vi", "Dịch vụ này miễn phí.", "money", ["miễn phí"]),
        ("vi", "Ngày 15/8/2024, Hội đồng ký 15 hợp đồng đào tạo 500 chuyên gia.", "money", []),
        ("ar", "بدأ البرنامج في 15 يوليو.", "money", []),
        (
            "fr",
            "Le budget est de 5 millions d'euros, dont 2 millions d’euros ici.",
            "money",
            ["5 millions d'euros", "2 millions d’euros"],
        ),
        (
            "es",
            "Cuesta 20 mil millones de euros; 12 países contribuyen en 2024, de nuevo.",
            "money",
            ["20 mil millones de euros"],
        ),
        ("sv", "År 2024 blev tjänsten dyrare för 1 elev: 3 Mkr.", "money", ["3 Mkr"]),
        (
            "en",
            "It cost EUR 25 million, then $5 million, £3bn and SEK 3 billion.",
            "money",
            ["EUR 25 million", "$5 million", "£3bn", "SEK 3 billion"],
        ),
        (
            "en",
            "Citizens are free to choose; one hundred and fifty million euros; one euro.",
            "money",
            ["one hundred and fifty million euros"],
        ),
        (
            "en",
            "Two cities got 3bn euros.",
            "money",
            ["3bn euros"],
        ),
        (
            "sv",
            "De 55 svenska kommunerna betalade 100 kr eller 20 norska kronor.",
            "money",
            ["100 kr", "20 norska kronor"],
        ),
        ("sv", "Kursen är gratis.", "money", ["gratis"]),
        ("en", "It is free of charge; 12 firms won a prize, 4 real ones.", "money", ["free of charge"]),
        (
            "de",
            "5 Millionen Dollar in bar, kostenlos für 12 britische Städte.",
            "money",
            ["5 Millionen Dollar", "kostenlos"],
        ),
        ("fr", "3 millions de dollars canadiens.", "money", ["3 millions de dollars canadiens"]),
        ("es", "Cuesta 20 coronas.", "money", ["20 coronas"]),
        ("pl", "Kosztuje 20 zł albo 30 złotych.", "money", ["20 zł", "30 złotych"]),
        ("ar", "5 ملايين دولار", "money", ["5 ملايين دولار"]),
        (
            "en",
            "It cost twenty-five million euros; half the euro area and two projects in the euro area paid.",
            "money",
            ["twenty-five million euros"],
        ),
        ("sv", "Tjugofem miljoner kronor till tre svenska kommuner.", "money", ["Tjugofem miljoner kronor"]),
        (
            "vi",
            "Hai triệu đô la, phí 3.000Đ, tối đa 20 triệu VNĐ; hai hợp đồng, trong năm đồng thời.",
            "money",
            ["Hai triệu đô la", "3.000Đ", "20 triệu VNĐ"],
        ),
        ("de", "Das 49-Euro-Ticket, 5.000,-- EUR.", "money", ["49-Euro", "5.000,-- EUR"]),
        ("fr", "Cela coûte deux millions d'euros.", "money", ["deux millions d'euros"]),
        ("es", "Cuesta dos millones de euros.", "money", ["dos millones de euros"]),
        ("en", "Under Article 9(2) and Annex 3, within 20 days of Section 4.1.", "number", ["20"]),
        ("sv", "Enligt 2 kap. 16 § och artikel 5 gäller 30 dagar.", "number", ["30"]),
        ("vi", "Theo khoản 1 Điều 9 và Chương 2, khoản 40 đồng cho 5 tỉnh.", "number", ["40", "5"]),
        ("de", "Nach § 7 und Absatz 2 des Artikels sind 14 Tage Zeit.", "number", ["14"]),
        ("hu", "Az 5. cikk szerint 30 nap.", "number", ["30"]),
        ("sv", "Tjugofem kommuner och tusentals företag, till sist.", "number", ["Tjugofem", "tusentals"]),
        (
            "de",
            "Fünfundzwanzig, fünfhunderttausend, Dutzende.",
            "number",
            ["Fünfundzwanzig", "fünfhunderttausend", "Dutzende"],
        ),
        ("nl", "Vijfentwintig gemeenten en tientallen bedrijven.", "number", ["Vijfentwintig", "tientallen"]),
        ("da", "Femogtyve kommuner.", "number", ["Femogtyve"]),
        ("it", "Venticinque comuni, centinaia di imprese.", "number", ["Venticinque", "centinaia"]),
        ("fi", "Kaksikymmentäviisi kuntaa.", "number", ["Kaksikymmentäviisi"]),
        ("fr", "Plusieurs milliers de documents.", "number", ["milliers"]),
        (
            "en",
            "Dozens of often intense talks between twenty-one cities.",
            "number",
            ["Dozens", "twenty-one"],
        ),
        ("vi", "Hàng chục nghìn hồ sơ.", "number", ["chục", "nghìn"]),
    ],
)
def test_mentions(language, text, kind, expected):
    text = unicodedata.normalize("NFC", text)
    assert [text[start:end] for start, end in mentions(kind, text, language)] == expected


@pytest.mark.parametrize(
    ("language", "question", "kind"),
    [
        ("en", "What is the budget of the project?", "money"),
        ("en", "What number do I ring to reach them?", "contact"),
        ("sv", "Hur mycket pengar kostade projektet?", "money"),
        ("sv", "När tar projektet slut?", "time"),
        ("sv", "Vilket telefonnummer har förvaltningen?", "contact"),
        ("vi", "Ngân sách của dự án là bao nhiêu?", "money"),
        ("vi", "Bao nhiêu thành phố tham gia?", "number"),
        ("vi", "Dự án kết thúc khi nào?", "time"),
        ("en", "Who leads the project?", None),
        ("es", "¿Por qué ofrecen cursos de bajo coste?", None),
        ("xx", "What is the budget?", None),
    ],
)
def test_the_most_specific_kind_is_wanted(language, question, kind):
    assert most_specific(asks_for(question, language)) == kind


@pytest.mark.parametrize(
    ("language", "text", "question", "expected"),
    [
        ("en", "Of 14 countries, 492 officials took part.", "How many officials took part?", "492"),
        ("sv", "46 intervjuer och en enkät till 492 tjänstemän.", "Hur många tjänstemän svarade?", "492"),
        ("vi", "Có 14 nước và 492 công chức.", "Bao nhiêu công chức tham gia?", "492"),
        ("en", "14 officials and 492 officials.", "How many officials?", None),
        ("en", "14 countries and 492 cities.", "How many officials?", None),
    ],
)
def test_the_mention_before_a_word_of_the_question(language, text, question, expected):
    span = nearest_mention(mentions("number", text, language), text, question, language)
    assert (span and text[slice(*span)]) == expected
