"""What the editor of the show writes: six articles and the texts of an edition."""

from dataclasses import dataclass

EDITION_TITLE = "Wie helpt wie?"
EDITION_SUBJECT = "Wie helpt wie? Over hulp die aankomt"
EDITION_PREHEADER = "Een balie die belt, een formulier dat korter werd, en data met een eigenaar"
EDITORIAL = "\n\n".join((
    ("Een overheid die helpt, begint met luisteren. Dat klinkt eenvoudig, maar in een dag vol "
    "formulieren en systemen schiet het er snel bij in."),
    ("In dit nummer lees je over mensen die het anders aanpakken. Ze **bellen** voordat ze "
    "schrijven, ze schrappen een scherm in plaats van er een uitleg bij te maken, en ze vragen "
    "eerst van wie de gegevens zijn."),
    ("Geen van hen wachtte op een groot programma. Ze begonnen op hun eigen afdeling, met wat er "
    "was."),
))


@dataclass(frozen=True)
class Piece:
    """An article as the editor types it; `themes` are slugs."""

    kind: str
    title: str
    authors: str
    summary: str
    themes: tuple[str, ...]
    subject: str = ""
    body: str = ""


# The edition takes the first of these; the others only a digest brings.
IN_EDITION = 4
PIECES = (
    Piece(
        "artikel",
        "De balie die zelf belt",
        "Noor de Wit",
        "Wie een vergunning aanvroeg, kreeg jarenlang een brief terug als er iets ontbrak. Nu pakt "
        "de medewerker van de balie de telefoon. Dat kost tien minuten en scheelt weken. De "
        "gemeente vertelt hoe ze begon, waarom de eerste maand tegenviel en wat er nodig was om "
        "collega’s mee te krijgen.",
        ("dienstverlening", "klachtbehandeling"),
        body="## Tien minuten\n\nHet begon met één medewerker die het zat was. Ze belde, en de "
        "aanvraag was dezelfde dag rond.\n\n- de eerste maand kostte het meer tijd\n- daarna "
        "kwamen er minder vragen binnen\n- na een half jaar deed iedereen mee\n",
    ),
    Piece(
        "interview",
        "Van wie is dit getal eigenlijk?",
        "Samir Aziz",
        "Elke afdeling had haar eigen lijst met adressen, en geen twee lijsten waren gelijk. De "
        "nieuwe beheerder van gegevens begon niet met techniek maar met een vraag: wie is de "
        "eigenaar? In dit gesprek legt ze uit waarom dat maanden duurde, wat een model dan nog mag "
        "voorspellen, en wanneer ze nee zegt.",
        ("data", "algoritmen-en-ethiek"),
        subject="Ilse Veenstra, een provincie in het noorden",
    ),
    Piece(
        "artikel",
        "Inloggen zonder alles te vertellen",
        "Lieke Bos",
        "Om een parkeerkaart te krijgen hoef je alleen te laten zien dat je in de wijk woont. Toch "
        "vroeg het formulier ook je geboortedatum en je nummer. Drie gemeenten proberen een manier "
        "van inloggen die precies genoeg vertelt. We keken mee met bewoners die het voor het eerst "
        "gebruikten en tekenden op waar ze aarzelden.",
        ("digitale-identiteit",),
    ),
    Piece(
        "studiereis",
        "Een straat die meedenkt over de bouw",
        "Jeroen Prins",
        "Op studiereis zagen we een stad waar sensoren de drukte tellen en bewoners daarna zelf de "
        "plannen tekenen. De techniek was niet het bijzondere. Dat was de afspraak vooraf: wat we "
        "meten staat op een bord in de straat, en wie het weg wil hebben, kan dat zeggen. Vijf "
        "lessen voor wie met de Omgevingswet begint.",
        ("smart-city", "omgevingswet"),
    ),
    Piece(
        "opinie",
        "Stop met de stuurgroep",
        "Marit Hofman",
        "Zes organisaties, één doel en elke maand een stuurgroep waarin niemand iets besloot. De "
        "schrijver zat er twee jaar in en pleit voor iets anders: één mens die mag kiezen, een "
        "korte lijst met wat nooit mag, en een avond per kwartaal waarop iedereen mag zeggen wat "
        "er misging.",
        ("leiderschap", "samen-organiseren"),
    ),
    Piece(
        "artikel",
        "Het formulier dat vanzelf korter werd",
        "Noor de Wit, Samir Aziz",
        "Een uitvoerder telde bij elke vraag hoe vaak iemand afhaakte en schrapte wat de "
        "organisatie al wist. Van veertig vragen bleven er elf over. Het juridische team keek "
        "vanaf de eerste dag mee en bleek de grootste aanjager. We lopen het hele traject langs, "
        "met de fouten erbij, zodat je het na kunt doen.",
        ("digitalisering", "dienstverlening"),
    ),
)
