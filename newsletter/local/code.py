"""`python -m newsletter.local.code`: the codes of this half minute, for the demo's logins alone.

Their keys stand in `seeds/demo.py`. Of another account nobody has the key but its owner.
"""

from newsletter.local.show.codes import code_of, seconds_left
from seeds.demo import LOGINS


def main() -> None:
    """One line for each login, and how long its code is good."""
    for login in LOGINS:
        print(f"{login.email}  {code_of(login.totp_key)}  ({seconds_left():.0f} s)")


if __name__ == "__main__":
    main()
