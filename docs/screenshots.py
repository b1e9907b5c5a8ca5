"""Takes the pictures of the dashboard: every page of the demo, light and dark, 1280 and 1920 pixels wide.

All of them go to a folder to look at; the two that README shows are written beside this script, with few colours, so
that they stay small. Needs chromium. Run with `make screenshots`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PAGES = {
    "overview": "",
    "overview-filtered": "?product_id=Broadband",
    "where": "where",
    "where-cell": "where?cell=Broadband, South, phone",
    "snapshots": "snapshots",
}
KEPT = ("overview-light-1280", "where-cell-light-1280", "overview-dark-1280")
COLOURS = 128


def take(browser: Any, address: str, folder: Path, *, only_kept: bool) -> None:
    """Take all pictures, or those that the documents show."""
    for name, path in PAGES.items():
        for theme in ("light", "dark"):
            for width in (1280, 1920):
                if only_kept and f"{name}-{theme}-{width}" not in KEPT:
                    continue
                page = browser.new_page()
                page.set_viewport_size({"width": width, "height": 1200})
                page.emulate_media(color_scheme=theme)
                page.goto(f"{address}/{path}")
                page.wait_for_selector(".end", timeout=60_000)
                page.wait_for_timeout(1500)
                height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_timeout(800)
                page.screenshot(path=str(folder / f"{name}-{theme}-{width}.png"))
                page.close()


def keep(folder: Path) -> None:
    """Write the pictures that the documents show, reduced to few colours."""
    for name in KEPT:
        picture = Image.open(folder / f"{name}.png").convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        target = HERE / f"{name.removesuffix('-1280').removesuffix('-light')}.png"
        picture.save(target, optimize=True)
        print(f"{target.name}: {target.stat().st_size // 1024} KB")


def main() -> None:
    """Build the demo, start the dashboard, take the pictures and stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where all pictures go; default: a temporary folder")
    parser.add_argument("--port", type=int, default=8599, help="where the dashboard runs meanwhile")
    parser.add_argument("--kept", action="store_true", help="only the pictures that the documents show")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="fairness-screenshots-"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        study = str(Path(work) / "demo")
        _fairness("demo", study)
        _two_snapshots(Path(study) / "fairness.toml")
        command = [sys.executable, "-m", "fairness", "app", study, "--port", str(arguments.port)]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            opening = _printed_address(server)
            with sync_playwright() as driver:
                flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
                chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
                browser = chromium.new_context()
                # The cookie that opens the pages.
                browser.request.get(opening)
                take(browser, opening.partition("/?")[0], folder, only_kept=arguments.kept)
                chromium.close()
        finally:
            server.terminate()
            server.wait()
    keep(folder)
    print(f"All pictures are in {folder}")


def _two_snapshots(config: Path) -> None:
    """Write a snapshot of an earlier month and one of the demo's own."""
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('as_of = "2025-12"', 'as_of = "2025-02"'), encoding="utf-8")
    _fairness("snapshot", str(config))
    config.write_text(text, encoding="utf-8")
    _fairness("snapshot", str(config), "--note", "Seen and accepted. A. Owner, 5 Jan 2026")


def _fairness(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "fairness", *arguments], check=True, stdout=subprocess.DEVNULL)


def _printed_address(server: subprocess.Popen[str]) -> str:
    assert server.stderr
    for line in server.stderr:
        if found := re.search(r"http://\S+", line):
            return found[0]
    sys.exit("the dashboard does not start")


if __name__ == "__main__":
    main()
