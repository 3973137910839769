"""Articles and an edition to write test mails with."""

from dataclasses import replace
from datetime import date

from newsletter.mailings.contents import ArticleItem, EditionContent, Picture, Section, ThemeRest

LEADERSHIP = ArticleItem(
    id=1,
    slug="leiderschap-in-netwerken",
    kind="interview",
    title="Leiderschap zit in netwerken en coalities, niet in één sterke persoon",
    authors=("Otto Thors",),
    summary="Wat maakt iemand een goede leider bij de overheid? Een gesprek over luisteren, "
    "kiezen en ruimte geven.",
    page=2,
    theme_names_nl=("Leiderschap",),
    theme_names_en=("Leadership",),
    subject="Mark Frequin",
    picture=Picture("5e" * 32 + ".jpg", 1200, 675, "Twee mensen aan een tafel, in gesprek."),
)
PLANNING_ACT = ArticleItem(
    id=2,
    slug="omgevingswet-veel-te-doen",
    kind="artikel",
    title="De Omgevingswet: veel te doen, en vele dromen waar te maken",
    authors=("Floor Lekkerkerker",),
    summary="Wat de wet vraagt, wat er op tijd klaar moet zijn & wat er nog te hopen valt.",
    page=6,
    theme_names_nl=("Omgevingswet", "Dienstverlening"),
    theme_names_en=("Environment and Planning Act", "Public services"),
)
OPEN_GOVERNMENT = ArticleItem(
    id=3,
    slug="zes-proeftuinen",
    kind="artikel",
    title="Zes proeftuinen voor de Wet open overheid",
    authors=("Jeroen Jonkers",),
    summary="Gemeenten oefenen alvast met zelf openbaar maken. Wat proberen ze uit?",
    page=10,
    theme_names_nl=("Open overheid", "Samen organiseren"),
    theme_names_en=("Open government", "Organising together"),
)
COLUMN = ArticleItem(
    id=4,
    slug="een-nieuwe-lente",
    kind="opinie",
    title="Corona vraagt om een nieuwe lente",
    authors=("Jan Fraanje",),
    summary="Een column over een land dat stilvalt, en over wat daar goed aan kan zijn.",
    page=9,
    theme_names_nl=("Leiderschap", "Informatiesamenleving"),
    theme_names_en=("Leadership", "Information society"),
)

EDITION = EditionContent(
    key="14-2",
    volume=14,
    number=2,
    numbers_in_year=8,
    title="Verbinden is ook besturen",
    editorial_md="De verhalen in dit nummer gaan over *techniek*, maar steeds staat er iemand "
    "naast die mensen bij elkaar brengt. Lees ook [onze colofon]"
    "(https://www.ingovernment.example/colofon).\n\n"
    "- rustig\n- van voor naar achter\n\n**De redactie**",
    subject="inGovernment 14·2: Verbinden is ook besturen",
    preheader="Over leiderschap, de Omgevingswet en zes proeftuinen.",
    appears_on=date(2020, 3, 3),
    audience="editions:1",
    sections=(
        Section("Het gesprek", (LEADERSHIP,)),
        Section("Uit de praktijk", (PLANNING_ACT, OPEN_GOVERNMENT)),
        Section(None, (COLUMN,)),
    ),
)


TITLES = (
    "Hoe een kleine gemeente haar archief op orde kreeg zonder nieuw systeem",
    "Een balie die zelf belt", "Wie bewaart dit getal?",
)


def rest(more: int) -> tuple[ThemeRest, ...]:
    """So many articles that stand on the pages of two themes, or of one, alone."""
    second = more // 4
    return tuple(each for each in (
        ThemeRest(1, "leiderschap", "Leiderschap", "Leadership", more - second),
        ThemeRest(2, "omgevingswet", "Omgevingswet", "Environment and Planning Act", second),
    ) if each.count)


def titles() -> tuple[ArticleItem, ...]:
    """Articles of which only the title stands in a digest."""
    return tuple(replace(COLUMN, id=900 + number, slug=f"stuk-{number}", title=title)
                 for number, title in enumerate(TITLES))
