"""A browser uses bookit: posts notes, refreshes, opens tabs, votes, and switches the carrying of sessions off and on.

usage: bookit.py BOOKIT [--screenshots DIR]      BOOKIT is the program, as `cargo build --example bookit` makes it
"""

import argparse
import pathlib
import re
import subprocess
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,1000",
]
REFRESHES = 12


class Visit:
    """A browser at bookit."""

    def __init__(self, address, profile):
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in FLAGS + [f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.address = address
        self.driver.get(address)

    def text(self, name):
        return self.driver.find_element(By.ID, name).text

    def notes(self):
        return [note.text for note in self.driver.find_elements(By.CSS_SELECTOR, ".note p")]

    def post(self, book, text):
        article = self.driver.find_element(By.ID, book)
        article.find_element(By.TAG_NAME, "textarea").send_keys(text)
        self.leave_by(article.find_element(By.CSS_SELECTOR, "form.new button"))

    def refresh(self):
        self.driver.get(self.address)

    def press(self, selector):
        """Sends a form of the page, and waits until the answer's page has taken this one's place."""
        self.leave_by(self.driver.find_element(By.CSS_SELECTOR, selector))

    def leave_by(self, button):
        before = self.driver.find_element(By.TAG_NAME, "html")
        button.click()
        WebDriverWait(self.driver, 20).until(staleness_of(before))
        WebDriverWait(self.driver, 20).until(lambda driver: driver.execute_script("return document.readyState") == "complete")

    def vote(self, text):
        for note in self.driver.find_elements(By.CLASS_NAME, "note"):
            if text in note.text:
                self.leave_by(note.find_element(By.TAG_NAME, "button"))
                return
        raise AssertionError(f"no note {text!r} to vote for")

    def votes(self, text):
        for note in self.driver.find_elements(By.CLASS_NAME, "note"):
            if text in note.text:
                return int(re.search(r"▲ (\d+)", note.text).group(1))
        raise AssertionError(f"no note {text!r}")

    def seen_on_refreshes(self, text):
        """How many of some refreshes show a note, and which regions answered."""
        shown, regions = 0, set()
        for _ in range(REFRESHES):
            self.refresh()
            shown += text in self.notes()
            regions.add(self.text("region"))
        return shown, regions


def story(visit, shoot):
    visit.press("button[name=lag][value=paused]")
    assert visit.text("lag") == "paused"
    assert visit.text("carry") == "on"

    visit.post("emma", "My first note")
    shown, regions = visit.seen_on_refreshes("My first note")
    assert shown == REFRESHES, f"with the session carried a note was lost: {shown} of {REFRESHES}"
    assert len(regions) == 3, regions
    print(f"carried: a note is there on {shown} of {REFRESHES} refreshes, answered by {len(regions)} regions")

    first = visit.driver.current_window_handle
    for tab in range(3):
        visit.driver.switch_to.new_window("tab")
        visit.refresh()
        visit.post("walden", f"From tab {tab}")
    for handle in visit.driver.window_handles:
        visit.driver.switch_to.window(handle)
        for _ in range(3):
            visit.refresh()
            missing = {f"From tab {tab}" for tab in range(3)} - set(visit.notes())
            assert not missing, f"a tab does not show {missing}"
    visit.driver.switch_to.window(first)
    print("carried: three tabs see each other's notes")

    visit.vote("My first note")
    for _ in range(3):
        visit.refresh()
        assert visit.votes("My first note") == 1
    print("carried: a vote counts whichever instance answers")
    shoot("bookit-carried")

    visit.press("#switch")
    assert visit.text("carry") == "off"
    visit.post("origin", "Will it stay?")
    shown, _ = visit.seen_on_refreshes("Will it stay?")
    assert 0 < shown < REFRESHES, f"without the session a note must come and go: {shown} of {REFRESHES}"
    while "Will it stay?" in visit.notes():
        visit.refresh()
    shoot("bookit-not-carried")
    print(f"not carried: a note is there on {shown} of {REFRESHES} refreshes")

    visit.press("#switch")
    visit.post("flatland", "Carried again")
    shown, _ = visit.seen_on_refreshes("Carried again")
    assert shown == REFRESHES, f"{shown} of {REFRESHES}"
    for cookie in visit.driver.get_cookies():
        if cookie["name"].startswith("csmsdb-"):
            assert cookie["httpOnly"] and cookie["sameSite"] == "Lax", cookie
    print("carried again: nothing is lost")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("bookit")
    arguments.add_argument("--screenshots", type=pathlib.Path)
    arguments = arguments.parse_args()
    program = subprocess.Popen([arguments.bookit, "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        address = re.search(r"http://\S+", program.stdout.readline()).group(0)
        with tempfile.TemporaryDirectory() as profile:
            visit = Visit(address, profile)

            def shoot(name):
                if arguments.screenshots:
                    visit.driver.save_screenshot(str(arguments.screenshots / f"{name}.png"))

            try:
                story(visit, shoot)
            finally:
                visit.driver.quit()
    finally:
        program.terminate()
        program.wait()


if __name__ == "__main__":
    main()
