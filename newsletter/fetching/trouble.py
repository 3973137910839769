"""Why a file from elsewhere did not come, or could not be used."""

from enum import StrEnum


class Trouble(StrEnum):
    """What went wrong; the detail beside it is a host, a status or a kind of file."""

    BAD_ADDRESS = "bad_address"  # no http or https, or one that cannot be read
    NO_HOST = "no_host"
    REFUSED_ADDRESS = "refused_address"  # leads inside, or to a port that we do not ask
    UNREACHABLE = "unreachable"  # no connection, no certificate, or no HTTP
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BAD_STATUS = "bad_status"
    WRONG_TYPE = "wrong_type"
    BAD_ENCODING = "bad_encoding"
    ENTITIES = "entities"  # declares entities of its own, as only an attack does
    NO_FEED = "no_feed"
    NOT_FINISHED = "not_finished"  # the look before this one never came to an end
