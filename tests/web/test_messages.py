"""Messages between mentor and learner, in a browser."""

import re
from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from scripts.stack.stack import Stack
from tests.web.people import demo, log_in

CONTENT = b"tcp 443\n" * 20_000


def test_a_file_goes_with_a_message_and_is_downloaded_again(page: Page, web: Stack) -> None:
    log_in(page, demo(web, "mentor"))
    page.goto("/messages")
    page.locator("main a[href^='/messages/']").first.click()
    page.wait_for_url("**/messages/*-*")
    text = "The ports that I found, as a file."
    page.get_by_label("Message", exact=True).fill(text)
    file = FilePayload(name="ports.txt", mimeType="text/plain", buffer=CONTENT)
    page.locator("input[type=file]").set_input_files(file)
    form = page.locator("form").filter(has=page.get_by_label("Message", exact=True))
    expect(form.locator("input[name=artifacts]")).to_have_count(1)
    form.get_by_role("button", name="Send", exact=True).click()
    sent = page.locator("main ol.list > li").filter(has_text=text).last
    expect(sent).to_contain_text("160\u00a0KB")
    expect(form.locator("input[name=artifacts]")).to_have_count(0)
    with page.expect_download() as download:
        sent.get_by_role("link", name="ports.txt").click()
    assert Path(download.value.path()).read_bytes() == CONTENT


def test_the_page_of_a_learners_mentor_leads_to_the_messages(page: Page, web: Stack) -> None:
    log_in(page, demo(web, "learner"))
    page.goto("/mentorship")
    page.get_by_role("link", name=re.compile("^About ")).click()
    page.get_by_role("link", name="Write a message").click()
    page.wait_for_url("**/messages/*-*")
    page.go_back()
    expect(page.get_by_role("button", name="Ask this mentor")).to_have_count(0)
