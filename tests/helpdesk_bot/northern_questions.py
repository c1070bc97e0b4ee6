"""Questions in Danish, Norwegian, Finnish and Czech, and how each is to be read."""

from __future__ import annotations

FOLLOW_UPS = [
    (
        "da",
        "Hvilke kommuner i Letland bruger chatbots?",
        "Og i Litauen?",
        "Hvilke kommuner i Litauen bruger chatbots?",
    ),
    ("da", "Hvad er MOSAICO?", "Hvad kostede det?", "Hvad kostede MOSAICO?"),
    (
        "nb",
        "Hvilke kommuner i Latvia bruker chatboter?",
        "Og i Litauen?",
        "Hvilke kommuner i Litauen bruker chatboter?",
    ),
    ("nb", "Hva er MOSAICO?", "Hva kostet det?", "Hva kostet MOSAICO?"),
    (
        "fi",
        "Onko Suomessa kansallinen tekoälystrategia?",
        "Entä Ruotsissa?",
        "Onko Ruotsissa kansallinen tekoälystrategia?",
    ),
    ("fi", "Mikä on MOSAICO?", "Kuka sen rahoittaa?", "Kuka sen rahoittaa (MOSAICO)?"),
    ("cs", "Má Česko národní strategii umělé inteligence?", "A Slovensko?", None),
    ("cs", "Co je MOSAICO?", "Kdo to financuje?", "Kdo MOSAICO financuje?"),
    ("cs", "Co je MOSAICO?", "Jaký je jeho rozpočet?", "Jaký je jeho rozpočet (MOSAICO)?"),
    ("da", "Hvad er en digital tegnebog?", "Hvornår blev den indført?", None),
    ("nb", "Hva er en digital lommebok?", "Når ble den innført?", None),
    ("fi", "Mikä on eurooppalainen digitaalinen lompakko?", "Miten kunnat voivat hyödyntää sitä?", None),
    ("cs", "Jakou podporu dostávají malé podniky na digitalizaci?", "Jak se o ni žádá?", None),
    ("da", "Hvilke kommuner i Letland bruger chatbots?", "Er der andre projekter?", None),
    ("nb", "Hvilke kommuner i Latvia bruker chatboter?", "Finnes det andre prosjekter?", None),
    ("fi", "Mitä hankkeita Tanskassa on käynnissä?", "Onko muita hankkeita?", None),
    ("cs", "Jaké projekty běží v Dánsku?", "Jsou i jiné projekty?", None),
]
ALONE = [
    ("da", "Hvilke lande har en national strategi for kunstig intelligens?"),
    ("da", "Hvem er det, der bestemmer over sundhedsdata?"),
    ("da", "Hvilke krav er der til skytjenester i Danmark?"),
    ("nb", "Hvilke land har en nasjonal strategi for kunstig intelligens?"),
    ("nb", "Hva koster det å innføre digital post?"),
    ("nb", "Finnes det regler for droner?"),
    ("fi", "Millä mailla on kansallinen tekoälystrategia?"),
    ("fi", "Mitä hyötyä avoimesta datasta on niille kunnille, jotka julkaisevat sitä?"),
    ("fi", "Milloin saavutettavuusdirektiivi tuli voimaan?"),
    ("cs", "Které země mají národní strategii umělé inteligence?"),
    ("cs", "Jaký přínos mají otevřená data pro ty obce, které je zveřejňují?"),
    ("cs", "Dá se podat žádost o stavební povolení online?"),
]
KINDS = [
    ("da", "Hvor mange kommuner deltog?", "number"),
    ("da", "Hvor stor en andel af budgettet går til uddannelse?", "share"),
    ("da", "Hvilket år åbnede portalen?", "time"),
    ("da", "Hvad kostede portalen?", "money"),
    ("da", "Hvordan kan omkostningerne nedbringes?", None),
    ("nb", "Hvor mange kommuner deltok?", "number"),
    ("nb", "Hvor stor andel av budsjettet går til opplæring?", "share"),
    ("nb", "Hvilket år åpnet portalen?", "time"),
    ("nb", "Hva kostet portalen?", "money"),
    ("nb", "Hvilket telefonnummer har etaten?", "contact"),
    ("fi", "Mitä digipalvelu maksaa kunnalle?", "money"),
    ("fi", "Moniko käyttää palvelua?", "number"),
    ("fi", "Minä vuonna strategia hyväksyttiin?", "time"),
    ("fi", "Mikä on neuvonnan puhelinnumero?", "contact"),
    ("fi", "Kuka maksaa palvelun?", None),
    ("cs", "Jaký je rozpočet projektu?", "money"),
    ("cs", "Kolik obcí se zúčastnilo?", "number"),
    ("cs", "Jaký podíl obcí má strategii?", "share"),
    ("cs", "Do kdy musí být směrnice provedena?", "time"),
    ("cs", "Kdo stojí za projektem?", None),
]
SEVERAL = [
    ("da", "Hvilke kommuner deltager?"),
    ("da", "Hvad er fordelene ved digital post?"),
    ("nb", "Hvilke kommuner deltar?"),
    ("nb", "Hva er fordelene med digital post?"),
    ("fi", "Mitkä maat käyttävät tekoälyä?"),
    ("fi", "Mitä uusia palveluja Viro on julkaissut?"),
    ("cs", "Jaké digitální služby nabízejí knihovny?"),
    ("cs", "Uveďte tři důvody pro otevřená data."),
]
ONE = [
    ("da", "Hvilken kommune leder projektet?"),
    ("nb", "Hvilken kommune leder prosjektet?"),
    ("fi", "Missä kaupungissa hanke sijaitsee?"),
    ("fi", "Kuinka moni osallistui kolmeen hankkeeseen?"),
    ("cs", "Do jaké míry je služba přístupná?"),
    ("cs", "Kolik lidí se zúčastnilo tří projektů?"),
]
COMPARED = [
    ("da", "Hvad er forskellen mellem X-Road og Svea?"),
    ("da", "Hvordan adskiller X-Road sig fra Svea?"),
    ("nb", "Hva er forskjellen mellom X-Road og Svea?"),
    ("nb", "Hvordan skiller X-Road seg fra Svea?"),
    ("fi", "Miten X-Road ja Svea eroavat?"),
    ("fi", "Kumpi on halvempi, X-Road vai Svea?"),
    ("cs", "Jaký je rozdíl mezi X-Road a Svea?"),
    ("cs", "Co je levnější, X-Road nebo Svea?"),
]
PARTS = [
    ("da", "Hvad koster MOSAICO, og hvornår slutter det?", ["Hvad koster MOSAICO", "hvornår slutter det"]),
    ("nb", "Hva koster MOSAICO, og når slutter det?", ["Hva koster MOSAICO", "når slutter det"]),
    (
        "fi",
        "Paljonko MOSAICO maksaa ja milloin se päättyy?",
        ["Paljonko MOSAICO maksaa", "milloin se päättyy"],
    ),
    ("cs", "Kolik stojí MOSAICO a kdy končí?", ["Kolik stojí MOSAICO", "kdy končí"]),
    ("fi", "Milloin ja missä tapahtuma järjestettiin?", []),
    ("cs", "Která města a regiony se účastní?", []),
]
DENIED = [
    ("da", "Myndighederne må ikke dele data.", True),
    ("da", "Det gælder ikke kun for kommuner.", False),
    ("nb", "Myndighetene må ikke dele data.", True),
    ("nb", "Det gjelder ikke bare for kommuner.", False),
    ("fi", "Palvelu ei ole käytössä maaseudulla.", True),
    ("fi", "Palvelu ei ole vain kunnille.", False),
    ("cs", "Obce nepotřebují povolení.", True),
    ("cs", "Nejlepší řešení nabízí město nebo nemocnice.", False),
]
