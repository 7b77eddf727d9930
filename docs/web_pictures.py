"""Makes the pictures of `armbulk web` in docs/images/: Chromium shows the demo, in both languages.

Needs Playwright (`make browser` installs it) and Chromium. ARMBULK_BROWSER names another program.
"""

import os
import re
import shutil
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from armbulk.app.connect import connect
from armbulk.web.start import WebRequest, serve

FOLDER = Path(__file__).resolve().parent / "images"
NAMES = {
    "en": ("web-check", "web-plan", "web-result"),
    "nb": ("nettleser-kontroll", "nettleser-plan", "nettleser-resultat"),
}
WIDTH, HEIGHT = 1120, 760


def show(page: Page, name: str) -> None:
    """Write a picture of what is in the window."""
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=FOLDER / f"{name}.png")
    print(FOLDER / f"{name}.png")


def walk(page: Page, lang: str) -> None:
    """Choose the first sample, correct its error, look at the plan, send it, and look at the result."""
    check, plan, result = NAMES[lang]
    page.click("form[action='/samples'] button >> nth=0")
    page.wait_for_selector("input[data-cell][aria-invalid=true]")
    page.locator("#rows").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#rows').scrollIntoView()")
    show(page, check)
    cell = page.locator("input[data-cell][aria-invalid=true]")
    wrong = date.fromisoformat(cell.input_value())
    cell.fill(wrong.replace(year=wrong.year + 1).isoformat())
    cell.press("Enter")
    page.wait_for_selector("#changes")
    page.click(".next-form button")
    page.wait_for_selector(".send-button")
    show(page, plan)
    page.click(".send-button")
    page.wait_for_url(re.compile(r"/runs/\d+$"))
    page.wait_for_selector("[data-outcome]")
    show(page, result)


def main() -> None:
    """Make all pictures."""
    program = os.environ.get("ARMBULK_BROWSER") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for lang in NAMES:
            settings = {"ARMBULK_LANG": lang}
            with connect(None, settings=settings) as session, serve(WebRequest(settings, demo=True), session) as server:
                page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
                page.goto(server.address_with_key)
                page.wait_for_selector("main")
                walk(page, lang)
        browser.close()


if __name__ == "__main__":
    main()
