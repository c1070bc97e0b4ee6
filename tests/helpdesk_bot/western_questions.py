"""Questions in Dutch and Portuguese, and how each is to be read."""

from __future__ import annotations

FOLLOW_UPS = [
    (
        "nl",
        "Welke gemeenten in Letland gebruiken chatbots?",
        "En in Litouwen?",
        "Welke gemeenten in Litouwen gebruiken chatbots?",
    ),
    ("nl", "Wat is MOSAICO?", "Wat kostte het?", "Wat kostte MOSAICO?"),
    ("nl", "Wat is MOSAICO?", "Wanneer is dit project gestart?", "Wanneer is MOSAICO gestart?"),
    ("nl", "Wat is MOSAICO?", "Wat is hun doel?", "Wat is hun doel (MOSAICO)?"),
    (
        "nl",
        "Welke regels gelden voor chatbots in scholen?",
        "En in ziekenhuizen?",
        "Welke regels gelden voor chatbots in ziekenhuizen?",
    ),
    ("nl", "Hoe vraag ik een verblijfsvergunning aan?", "Hoe lang duurt het?", None),
    ("nl", "Welke projecten lopen er in Denemarken?", "Zijn er andere projecten?", None),
    (
        "pt",
        "Que municípios da Letónia utilizam chatbots?",
        "E na Lituânia?",
        "Que municípios na Lituânia utilizam chatbots?",
    ),
    ("pt", "O que é o MOSAICO?", "Quem o financia?", "Quem o financia (MOSAICO)?"),
    ("pt", "O que é o MOSAICO?", "Quando começou este projeto?", "Quando começou MOSAICO?"),
    ("pt", "O que é o MOSAICO?", "Qual é o seu orçamento?", "Qual é o seu orçamento (MOSAICO)?"),
    ("pt", "Como posso pedir uma autorização de residência?", "Quanto tempo demora?", None),
    ("pt", "Que projetos existem na Dinamarca?", "Há outros projetos?", None),
]
ALONE = [
    ("nl", "Welke landen hebben een nationale strategie voor kunstmatige intelligentie?"),
    ("nl", "Is het mogelijk om een vergunning digitaal aan te vragen?"),
    ("nl", "Hoe werkt het digitale identiteitsbewijs?"),
    ("nl", "Waarom is het belangrijk dat formulieren begrijpelijk zijn?"),
    ("pt", "Que países têm uma estratégia nacional para a inteligência artificial?"),
    ("pt", "É possível pedir uma licença em linha?"),
    ("pt", "O que é o orçamento participativo?"),
    ("pt", "Como ajuda o balcão digital os cidadãos mais velhos?"),
]
KINDS = [
    ("nl", "Hoe groot is het budget?", "money"),
    ("nl", "Hoeveel gemeenten deden mee?", "number"),
    ("nl", "Hoeveel procent van de bedrijven gebruikt AI?", "share"),
    ("nl", "In welk jaar ging het portaal open?", "time"),
    ("nl", "Welk nummer moet ik bellen?", "contact"),
    ("nl", "Wie betaalt de kosten?", None),
    ("pt", "Qual é o orçamento do projeto?", "money"),
    ("pt", "Quantos municípios participaram?", "number"),
    ("pt", "Que percentagem dos cidadãos utiliza serviços digitais?", "share"),
    ("pt", "Em que ano abriu o portal?", "time"),
    ("pt", "Qual é o número de telefone do serviço?", "contact"),
    ("pt", "Quem paga os custos?", None),
    ("pt", "O que é o orçamento participativo?", None),
]
SEVERAL = [
    ("nl", "Welke digitale diensten bieden gemeenten aan?"),
    ("nl", "Wat zijn de voorwaarden?"),
    ("nl", "Beschrijf vijf redenen."),
    ("pt", "Que serviços digitais oferecem os municípios?"),
    ("pt", "Quais são as condições?"),
    ("pt", "Descreva cinco razões."),
]
ONE = [
    ("nl", "Welke gemeente leidt het project?"),
    ("nl", "Wat zijn de kosten?"),
    ("nl", "Hoeveel mensen deden mee aan de drie projecten?"),
    ("pt", "Que país participa?"),
    ("pt", "O que podemos fazer?"),
    ("pt", "Quantas pessoas participaram nos três projetos?"),
]
COMPARED = [
    ("nl", "Wat is het verschil tussen X-Road en Svea?"),
    ("nl", "Hoe verschilt X-Road van Svea?"),
    ("nl", "Wat is goedkoper, X-Road of Svea?"),
    ("pt", "Qual é a diferença entre X-Road e Svea?"),
    ("pt", "Em que difere o X-Road do Svea?"),
    ("pt", "O que é mais barato, X-Road ou Svea?"),
]
PARTS = [
    ("nl", "Wat kost MOSAICO en wanneer eindigt het?", ["Wat kost MOSAICO", "wanneer eindigt het"]),
    ("nl", "Wanneer en waar werd het gehouden?", []),
    ("pt", "Quanto custa o MOSAICO e quando termina?", ["Quanto custa o MOSAICO", "quando termina"]),
    ("pt", "Que cidades e regiões participam?", []),
]
DENIED = [
    ("nl", "De dienst is niet beschikbaar op het platteland.", True),
    ("nl", "De dienst is niet alleen voor gemeenten.", False),
    ("pt", "Nenhum município precisa de autorização.", True),
    ("pt", "O serviço não é só para municípios.", False),
]
