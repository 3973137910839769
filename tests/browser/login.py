"""The login of the desk as a person goes through it: address and password, then the code."""

from playwright.sync_api import Page

from tests.second_factor import KEY, code


def log_in(page: Page, *, email: str, password: str, key: str = KEY) -> None:
    """Stands at the desk's first page afterwards; `key` is that of its second factor."""
    page.goto("/redactie/inloggen")
    give_password(page, email=email, password=password, key=key)


def give_password(page: Page, *, email: str, password: str, key: str = KEY) -> None:
    """The same, of who has the login before her."""
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.locator("main button[type=submit]").click()
    page.locator("#code").fill(code(key))
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/redactie/")
