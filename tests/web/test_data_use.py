"""The bytes of a month that a browser counts for its user."""

from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.integration.story import eventually
from tests.web.people import log_in, signed_up

COUNTED = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open("ongoza");
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const rows = request.result.transaction("data-use").objectStore("data-use").getAll();
    rows.onsuccess = () => {
      request.result.close();
      resolve(rows.result.reduce((sum, row) => sum + row.bytes, 0));
    };
  };
})"""
FETCH = """async (times) => {
  for (let each = 0; each < times; each += 1) {
    await (await fetch("/bff/api/v1/content/?page_size=100", {cache: "no-store"})).text();
  }
}"""


def counted(page: Page) -> int:
    return int(page.evaluate(COUNTED))


def test_the_count_grows_by_what_crossed_the_line(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    page.goto("/settings")
    shown = page.locator("#data-use")
    expect(shown).to_contain_text("this month on this phone")
    page.wait_for_load_state("networkidle")
    page.evaluate("navigator.serviceWorker.ready")
    page.reload(wait_until="networkidle")  # under the service worker
    before = eventually(lambda: counted(page))

    crossed: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: crossed.append(event["encodedDataLength"]))
    page.evaluate(FETCH, 20)
    assert sum(crossed) > 20_000
    eventually(lambda: counted(page) - before > 0.9 * sum(crossed))
    assert counted(page) - before < 1.3 * sum(crossed) + 5000
    session.detach()

    before = counted(page)
    page.reload()
    eventually(lambda: counted(page) > before + 2000)
    assert counted(page) < before + 100_000


def test_logging_out_deletes_the_count(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    page.goto("/settings")
    eventually(lambda: counted(page))
    page.get_by_role("button", name="Log out", exact=True).click()
    page.wait_for_url("**/log-in")
    assert counted(page) == 0
