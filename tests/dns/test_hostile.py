"""Whatever somebody puts into the zone, the check says lines and leaves no trace."""

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.dns.check import check
from newsletter.dns.zone import zone
from tests.dns.sender import BOUNCES, OURS, WEB, publication, resolver_of
from tests.dns.server import NameServer

WORDS = ["v=spf1", "include:", "a:", "mx", "ptr", "exists:%{ir}.", "redirect=", "ip4:", "ip6:",
         "/33", "//", "%{", "}", "-all", OURS, BOUNCES, ";", "=", "v=DMARC1;", "p=", "rua=mailto:",
         "psd=y;", "v=STSv1;", "id=", "v=TLSRPTv1;", "k=rsa;", "!", "..", " ", "\x00", "é"]
TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=12).map("".join),
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.text(max_size=80),
)
NAMES = [OURS, BOUNCES, f"_dmarc.{OURS}", f"rsa1._domainkey.{OURS}", f"_mta-sts.{BOUNCES}",
         f"_smtp._tls.{BOUNCES}", "_dmarc.example"]


def quoted(text: str) -> str:
    octets = text.encode()[:255]
    return '"' + "".join(f"\\{octet:03}" for octet in octets) + '"'


def test_any_text_at_any_name_makes_lines_and_no_trace() -> None:
    with NameServer(zone(publication()) + WEB).running() as names:

        @settings(max_examples=80, deadline=None)
        @given(st.dictionaries(st.sampled_from(NAMES), st.lists(TEXTS, min_size=1, max_size=2),
                               min_size=1))
        def holds(texts: dict[str, list[str]]) -> None:
            for name in NAMES:
                names.put(name, "TXT", *map(quoted, texts.get(name, ["v=spf1 -all"])))
            found = check(publication(), resolver_of(names))
            assert len(found) == 18
            assert all(each.verdict and each.says is not None for each in found)

        holds()
