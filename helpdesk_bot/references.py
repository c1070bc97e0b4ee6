"""Numbers that name a part of a law and count nothing: "Article 9", "9 §", "Điều 9", "2 kap."."""

from __future__ import annotations

import re

_PARTS = (
    r"articles?|sections?|chapters?|paragraphs?|annex(?:es)?|recitals?|clauses?|art|kap|artikel|"
    r"artikeln|artiklarna|kapitel|avsnitt|bilaga|skäl|punkt|afsnit|bilag|artikkel|kapittel|vedlegg|"
    r"artikla[an]?|luku|luvun|liite|liitteen|kohta|kohdan|absatz|abs|anhang|abschnitt|ziffer|"
    r"hoofdstuk|bijlage|afdeling|chapitres?|annexe|alinéa|considérant|artículos?|capítulos?|anexo|"
    r"apartado|artigos?|articolo|articoli|allegato|sezione|articolul(?:ui)?|capitolul(?:ui)?|anexa|"
    r"alin|artykuł|rozdział|ust|załącznik|článek|článku|článok|čl|kapitola|příloha|odst|ods|"
    r"άρθρου?|κεφάλαιο|παράρτημα|член|чл|глава|приложение|стаття|статті|розділ|додаток|статья|"
    r"статьи|приложения|المادة|الفصل|الملحق|điều|chương|mục"
)
"""What laws call their parts, in any language: the sources of law cite each other's."""

_REFERENCE = re.compile(
    rf"(?<!\w)(?:{_PARTS}|phụ\slục)\.?\s*\d+(?:\.\w+)*(?:\(\w{{1,3}}\))*"
    r"|khoản\s+\d+(?=\s+điều)"  # alone it is an amount: "khoản 40 tỷ đồng"
    r"|§+\s*\d+"
    r"|(?<!\w)\d+\.?\s?(?:§|kap\.|cikk|fejezet|straipsn\w+|skyri\w+)",
    re.IGNORECASE,
)


def references(text: str) -> tuple[tuple[int, int], ...]:
    """Return where parts of laws are named by number.

    Args:
        text: NFC.

    Returns:
        half-open spans in code points, in order, the word and the number.
    """
    return tuple(match.span() for match in _REFERENCE.finditer(text))
