"""What is kept of others than readers, and the columns that say nothing of a person."""

from newsletter.web.magazine.personal_data import Basis, Fact, Group, Said, columns_of
from newsletter.web.magazine.personal_facts import READERS
from newsletter.web.magazine.personal_requests import REQUESTS

_AS_MAGAZINE = Said("Zolang het magazine bestaat.", "As long as the magazine exists.")
_AT_DESK = Said(
    "Zolang je bij de redactie werkt; wie wat deed, blijft staan.",
    "As long as you work at the desk; who did what stays.",
)

DESK = (
    Fact(
        Group.DESK,
        Said(
            "Je naam, e-mailadres, taal, vereniging en wat je mag doen",
            "Your name, e-mail address, language, association and what you may do",
        ),
        Said("Je binnenlaten en je mailen.", "To let you in and to mail you."),
        Basis.INTEREST,
        _AT_DESK,
        columns_of("accounts", "id", "email", "name", "active", "language", "partner_id",
                   "created_at", "invited_at", "invitation_nonce")
        + columns_of("account_roles", "account_id", "role_id"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Een afdruk van je wachtwoord en een code voor je sessies",
            "A hash of your password and a code for your sessions",
        ),
        Said("Zien dat jij het bent.", "To see that it is you."),
        Basis.INTEREST,
        _AT_DESK,
        columns_of("accounts", "password", "fs_uniquifier"),
    ),
    Fact(
        Group.DESK,
        Said(
            "De sleutel van de app waarmee je inlogt, je herstelcodes en je laatste code, "
            "versleuteld",
            "The key of the app with which you log in, your recovery codes and your last code, "
            "encrypted",
        ),
        Said("Zien dat jij het bent, ook als iemand je wachtwoord raadt.",
             "To see that it is you, even when somebody guesses your password."),
        Basis.INTEREST,
        Said("Tot je een andere app instelt.", "Until you set up another app."),
        columns_of("accounts", "tf_primary_method", "tf_totp_secret", "tf_last_counter",
                   "mf_recovery_codes"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Van elke passkey de openbare helft, je naam ervoor, en wanneer je haar gebruikte",
            "Of each passkey its public half, your name for it, and when you used it",
        ),
        Said("Zien dat jij het bent, zonder code.", "To see that it is you, without a code."),
        Basis.INTEREST,
        Said("Tot je haar weghaalt.", "Until you remove it."),
        columns_of("passkeys", "id", "account_id", "credential_id", "public_key", "sign_count",
                   "transports", "name", "added_at", "used_at")
        + columns_of("passkey_challenges", "challenge_hash", "account_id", "purpose", "until"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Wanneer, vanaf welk internetadres en met welke browser je bent ingelogd",
            "When, from which internet address and with which browser you are logged in",
        ),
        Said("Je je sessies laten zien en beëindigen.",
             "To let you see your sessions and end them."),
        Basis.INTEREST,
        Said("Dertig dagen.", "Thirty days."),
        columns_of("account_sessions", "id", "account_id", "key_hash", "began_at", "seen_at",
                   "until", "second_factor_at", "ended_at", "address", "program"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Wat je bij de redactie of als beheerder deed, waarmee en wanneer",
            "What you did at the desk or as operator, with what and when",
        ),
        Said(
            "Nagaan wie iets veranderde of verzond.", "To trace who changed or sent something."
        ),
        Basis.INTEREST,
        Said("Blijft staan.", "Stays."),
        columns_of("audit_entries", "id", "at", "account_id", "actor", "door", "act", "subject",
                   "details", "sequence", "previous_hash", "hash")
        + columns_of("article_versions", "account_id")
        + columns_of("data_requests", "opened_by", "handled_by", "extended_by")
        + columns_of("imports", "loaded_by", "carried_out_by")
        + columns_of("feeds", "added_by") + columns_of("feed_items", "decided_by")
        + columns_of("switches", "changed_by") + columns_of("pace_limits", "changed_by"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Hoe vaak je een nieuw adres voor je agenda maakte",
            "How often you made a new address for your calendar",
        ),
        Said("Oude adressen laten ophouden.", "To keep old addresses from working."),
        Basis.INTEREST,
        _AT_DESK,
        columns_of("accounts", "calendar_nonce"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Of je een mail wilt voor een deadline van een editie",
            "Whether you want a mail before a deadline of an edition",
        ),
        Said("Je alleen mailen als je dat wilt.", "To mail you only if you want that."),
        Basis.INTEREST,
        _AT_DESK,
        columns_of("accounts", "gets_reminders"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Welke vrije perioden je in het jaarplan zette",
            "Which periods without editions you put in the year plan",
        ),
        Said("Weten bij wie je navraagt.", "To know whom to ask."),
        Basis.INTEREST,
        Said("Zolang de periode in het jaarplan staat.", "As long as it stands in the year plan."),
        columns_of("closed_periods", "name", "entered_by", "entered_at"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Van welke editie je goedkeuring vroeg, gaf of weigerde, met wat je erbij schreef, en "
            "wanneer je aan een editie werkte",
            "Of which edition you asked, gave or refused approval, with what you wrote, and when "
            "you worked on an edition",
        ),
        Said("Een tweede persoon laten beslissen, en later weten wie dat was.",
             "To let a second person decide, and to know later who it was."),
        Basis.INTEREST,
        _AS_MAGAZINE,
        columns_of("approvals", "asked_by", "asked_at", "decided_by", "decided_at", "note")
        + columns_of("edition_hands", "account_id", "first_at", "last_at"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Welke wijziging van een artikel je voorstelde, overnam of afwees, met wat je schreef",
            "Which change of an article you offered, took over or declined, with what you wrote",
        ),
        Said("Een ander laten beslissen, en later weten wie dat was.",
             "To let another person decide, and to know later who it was."),
        Basis.INTEREST,
        _AS_MAGAZINE,
        columns_of("article_proposals", "account_id", "offered_at", "decided_by", "decided_at",
                   "why"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Welke verbetering van een editie je begon of liet verzenden",
            "Which correction of an edition you began or had sent",
        ),
        Said("Weten bij wie je navraagt.", "To know whom to ask."),
        Basis.INTEREST,
        _AS_MAGAZINE,
        columns_of("corrections", "opened_by", "corrected_by"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Wat je voor een editie typte en nog niet bewaarde",
            "What you typed for an edition and did not save yet",
        ),
        Said("Je tekst teruggeven als de pagina dichtgaat.",
             "To give you your text back when the page closes."),
        Basis.INTEREST,
        Said("Tot je het bewaart of weggooit; hooguit dertig dagen.",
             "Until you save it or throw it away; thirty days at most."),
        columns_of("edition_drafts", "account_id", "title", "subject", "preheader",
                   "editorial_md", "kept_at"),
    ),
    Fact(
        Group.DESK,
        Said("Welke editie je open hebt staan", "Which edition you have open"),
        Said("Laten zien wie er tegelijk aan werkt.", "To show who works on it at the same time."),
        Basis.INTEREST,
        Said("Eén dag.", "One day."),
        columns_of("edition_visits", "account_id", "seen_at"),
    ),
    Fact(
        Group.DESK,
        Said(
            "Vanaf welk internetadres en met welke browser je iets deed of probeerde in te loggen",
            "From which internet address and with which browser you did something or tried to "
            "log in",
        ),
        Said("Misbruik van een account zien.", "To see abuse of an account."),
        Basis.INTEREST,
        Said("Dertig dagen.", "Thirty days."),
        columns_of("audit_origins", "entry_id", "at", "address", "program"),
    ),
    Fact(
        Group.DESK,
        Said("Welke uitnodigingen, herinneringen en proefmails je kreeg",
             "Which invitations, reminders and test mails you got"),
        Said("Zien of ze aankwamen.", "To see whether they arrived."),
        Basis.INTEREST,
        Said("Hooguit {detail} maanden.", "{detail} months at most."),
        columns_of("deliveries", "account_id"),
    ),
)
NAMED = (
    Fact(
        Group.NAMED,
        Said(
            "Namen en adressen van uitgever, hoofdredacteur en redacteur",
            "Names and addresses of publisher, editor-in-chief and editor",
        ),
        Said("Laten zien wie het magazine maakt.", "To show who makes the magazine."),
        Basis.INTEREST,
        Said("Zolang ze het magazine maken.", "As long as they make the magazine."),
        columns_of("magazines", "publisher", "editor_in_chief", "editor", "postal_address",
                   "editors_mail", "partnerships_mail"),
    ),
    Fact(
        Group.NAMED,
        Said(
            "Namen van wie een stuk schreef dat elders verscheen en hier niet overgenomen werd",
            "Names of who wrote a piece that appeared elsewhere and was not taken over here",
        ),
        Said("Journalistiek (artikel 43 UAVG).", "Journalism (article 43 UAVG)."),
        Basis.INTEREST,
        Said("Tot negentig dagen nadat het weggelegd is. Van wat overgenomen werd: zolang het "
             "magazine bestaat.",
             "Until ninety days after it was put aside. Of what was taken over: as long as the "
             "magazine exists."),
        columns_of("feed_items", "title", "summary", "body_md", "authors"),
    ),
    Fact(
        Group.NAMED,
        Said(
            "Namen van wie een artikel schreef of erin voorkomt",
            "Names of who wrote an article or appears in it",
        ),
        Said("Journalistiek (artikel 43 UAVG).", "Journalism (article 43 UAVG)."),
        Basis.INTEREST,
        _AS_MAGAZINE,
        columns_of("articles", "title", "subject", "authors", "summary", "body_md",
                     "plain_title", "search")
        + columns_of("articles", "image_alt") + columns_of("image_files", "content")
        + columns_of("article_versions", "content") + columns_of("article_proposals", "content")
        + columns_of("editions", "title", "editorial_md", "subject", "preheader")
        + columns_of("corrections", "title", "editorial_md", "subject", "preheader", "text_nl",
                     "text_en")
        + columns_of("approvals", "line_nl", "line_en")
        + columns_of("digest_slots", "editorial_line")
        + columns_of("blocks", "body") + columns_of("manifests", "page")
        + columns_of("notices", "text_nl", "text_en")
        + columns_of("variants", "subject", "preheader", "why"),
    ),
)
FACTS: tuple[Fact, ...] = (*READERS, *REQUESTS, *DESK, *NAMED)


def facts_of(group: Group) -> list[Fact]:
    """The facts of one group, in the order of the privacy page."""
    return [fact for fact in FACTS if fact.group is group]
