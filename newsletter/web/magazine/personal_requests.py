"""What is kept of what readers ask of the desk, row by row of the registry."""

from newsletter.web.magazine.personal_data import Basis, Fact, Group, Said, columns_of

REQUESTS = (
    Fact(
        Group.READER,
        Said(
            "Een verzoek over je gegevens: wat je vroeg, wanneer, en hoe het is afgehandeld",
            "A request about your data: what you asked, when, and how it was handled",
        ),
        Said(
            "Op tijd antwoorden, en laten zien dat we dat deden (artikel 12 AVG).",
            "To answer in time, and to show that we did (article 12 GDPR).",
        ),
        Basis.DUTY,
        Said(
            "Blijft staan onder een nummer, zonder je adres. Laat je je wissen, dan gaat de "
            "aantekening weg.",
            "Stays under a number, without your address. Once you have yourself erased, the note "
            "goes.",
        ),
        columns_of("data_requests", "id", "kind", "subscriber_id", "received_on", "due_on",
                   "opened_at", "handled_at", "outcome", "note"),
    ),
)
