"""Drives the dashboard in Chromium, as a person would. Started by DashboardTests with broker, database and processors up.

Environment: PROGRAMS (where read-api and tapefold are), SHOTS (where screenshots go), TAPEFOLD_JWT_SECRET,
DATABASE_URL, KAFKA_BROKERS, HAS_CART (1 where the cart's views run). Prints one line a step; exits 1 with the reason.
"""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from accessibility import check_keyboard, check_rules
from webdriver import Browser

PROGRAMS, SHOTS = os.environ["PROGRAMS"], os.environ["SHOTS"]
USER, SYMBOL, PASSWORD = "asha", "RELIANCE", "a long enough password"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tool(*arguments, text=None):
    done = subprocess.run([f"{PROGRAMS}/tapefold", *arguments], input=text, text=True, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"tapefold {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def produce(topic, *events):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(json.dumps(event) + "\n" for event in events))
        file.flush()
        tool("produce", topic, "--file", file.name)


def tick(price, **more):
    produce("market.updates", {"symbol": SYMBOL, "exchange": "NSE", "lastPrice": price, "previousClose": "100", **more})


def session_tick(minute, price):
    """A tick of TCS in a session, so that there are candles whatever day the test runs on."""
    produce("market.updates", {
        "specversion": "1.0", "id": f"tcs-{minute}-{price}", "source": "/test", "type": "market.updates.v1",
        "time": f"2026-01-15T03:{45 + minute}:20Z",
        "data": {"symbol": "TCS", "exchange": "NSE", "lastPrice": price, "lastQuantity": "5"}})


def trade(number, side, quantity, price):
    at = time.strftime("%Y-%m-%dT04:%M:%SZ", time.gmtime(time.time() - 86_400 * (10 - number)))
    return {"tradeId": f"t{number}", "userId": USER, "symbol": SYMBOL, "exchange": "NSE", "side": side,
            "quantity": quantity, "price": price, "executedAt": at, "fees": "1.5"}


class API:
    def __init__(self):
        self.port = free_port()
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [f"{PROGRAMS}/read-api", "--port", str(self.port)], stderr=open(f"{SHOTS}/read-api.log", "a"))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def cell(row, column):
    return f"return [...document.querySelectorAll('main table tbody tr')][{row}]?.cells[{column}]?.textContent"


def main():
    os.makedirs(SHOTS, exist_ok=True)
    api = API()
    browser = Browser(free_port())
    try:
        story(api, browser)
        complaints = browser.errors()
        if complaints:
            raise RuntimeError(f"the console complains: {complaints}")
    except Exception:
        browser.screenshot(f"{SHOTS}/failed.png")
        raise
    finally:
        browser.close()
        api.process.terminate()
        api.process.wait()


def story(api, browser):
    tool("users", "add", USER, text=PASSWORD + "\n")
    tick("100")
    produce("trades.executed", trade(1, "BUY", "10", "90"), trade(2, "SELL", "4", "95"), trade(3, "BUY", "6", "92.5"))
    browser.until(lambda: browser.open(f"http://127.0.0.1:{api.port}/") is None, "the page")
    browser.type("input[name=user]", USER)
    browser.type("input[name=password]", "wrong")
    browser.click("form button.primary")
    browser.wait("return document.querySelector('.error')?.textContent", what="the refusal of a wrong password")
    browser.screenshot(f"{SHOTS}/sign-in.png")
    check_rules(browser, "sign-in")
    browser.clear("input[name=password]")
    browser.type("input[name=password]", PASSWORD)
    browser.click("form button.primary")
    browser.wait("return document.querySelector('.pill.live')", what="the live stream")
    print("signed in", flush=True)

    browser.wait(cell(0, 3) + " === '100.00'", what="the last price")
    tick("104.5")
    browser.wait(cell(0, 3) + " === '104.50'", what="a tick")
    profit = browser.run(cell(0, 5))
    # 6 left of the first lot at 90, 6 at 92.5: (104.5 - 90) * 6 + (104.5 - 92.5) * 6.
    if "159.00" not in profit:
        raise RuntimeError(f"the profit is {profit}, not 159.00")
    browser.screenshot(f"{SHOTS}/portfolio.png")
    check_rules(browser, "portfolio")
    check_keyboard(browser, "portfolio")
    print("a price ticked", flush=True)

    produce("trades.executed", trade(4, "SELL", "2", "104"))
    browser.wait(cell(0, 1) + " === '10'", what="the fill in the portfolio, told by the stream")
    print("a fill arrived", flush=True)

    session_tick(0, "3000")
    session_tick(6, "3010.5")
    legend = "return document.querySelector('.legend')?.textContent"
    browser.run("location.hash = '#/chart/NSE%3ATCS'")
    browser.wait(legend + ".includes('C 3,010.50')", what="the last candle")
    session_tick(7, "3021")
    browser.wait(legend + ".includes('C 3,021.00')", what="the last candle to follow a tick")
    browser.screenshot(f"{SHOTS}/chart.png")
    check_rules(browser, "chart")
    check_keyboard(browser, "chart")
    print("a candle grew", flush=True)

    for page, wanted in [("orders/trades", "table"),
                         ("analytics", "svg.plot"), ("alerts", "form"), ("inbox", ".panel"), ("operator", ".panel")]:
        browser.run("location.hash = arguments[0]", "#/" + page)
        browser.wait("return document.querySelector('main ' + arguments[0])", wanted, what=page)
        browser.screenshot(f"{SHOTS}/{page.split('/')[0]}.png")
        check_rules(browser, page)
        check_keyboard(browser, page)
    rule(browser)

    browser.run("location.hash = '#/portfolio'")
    browser.wait(cell(0, 3) + " === '104.50'", what="the portfolio again")
    api.kill()
    browser.wait("return document.querySelector('.pill.lost')", what="the page to notice that the API is gone")
    browser.screenshot(f"{SHOTS}/api-gone.png")
    check_rules(browser, "portfolio without an API")
    produce("trades.executed", trade(5, "BUY", "3", "103"))
    tick("106")
    api.start()
    browser.wait("return document.querySelector('.pill.live')", what="the page to come back by itself")
    browser.wait(cell(0, 1) + " === '13'", what="what was missed meanwhile")
    browser.wait(cell(0, 3) + " === '106.00'", what="the last price after the restart")
    print("came back after a kill", flush=True)

    browser.run("localStorage.setItem('tapefold.theme', 'dark'); location.reload()")
    browser.wait("return document.querySelector('.pill.live')")
    browser.wait(cell(0, 3) + " === '106.00'")
    browser.screenshot(f"{SHOTS}/portfolio-dark.png")
    browser.size(420, 880)
    browser.wait("return document.documentElement.scrollWidth <= innerWidth", what="a phone's width")
    browser.screenshot(f"{SHOTS}/phone.png")
    check_rules(browser, "portfolio on a phone")
    # Without the views behind them some pages have no table here.
    for page in ["orders/trades", "orders/closed", "cart", "analytics", "operator"]:
        browser.run("location.hash = arguments[0]", "#/" + page)
        browser.wait("return !document.querySelector('.skeleton')", what=f"{page} on a phone")
        browser.wait("""return [document.documentElement, ...document.querySelectorAll('.scroll')]
            .every((box) => box.scrollWidth <= box.clientWidth + 1)""", what=f"{page} on a phone not to scroll sideways")
    browser.run("location.hash = '#/orders/closed'")
    browser.wait("return document.querySelector('table.cards tbody tr')", what="the closed trades on a phone")
    browser.screenshot(f"{SHOTS}/phone-closed.png")
    check_rules(browser, "closed trades on a phone")
    print("no page scrolls sideways on a phone", flush=True)
    session(api, browser)


def session(api, browser):
    """An access token that is no longer taken is renewed unseen; whoever signs out is out."""
    held = "return JSON.parse(sessionStorage.getItem('tapefold.session'))"
    before = browser.run(held)
    browser.run("sessionStorage.setItem('tapefold.session', JSON.stringify(arguments[0])); location.reload()",
                {**before, "token": before["token"][:-6] + "AAAAAA"})
    browser.wait("return document.querySelector('.pill.live')", what="the page with a token that is not taken")
    after = browser.run(held)
    if after["refreshToken"] == before["refreshToken"]:
        raise RuntimeError("the session was not renewed")
    print("renewed the session", flush=True)
    browser.click("header button[title^='Signed in']")
    browser.wait("return document.querySelector('input[name=password]')", what="the way out")
    if browser.run("return sessionStorage.length") != 0:
        raise RuntimeError("the session is still in the browser")
    browser.wait("return performance.getEntriesByName(`${location.origin}/v1/auth/logout`).length", what="the server to be told")
    if may_refresh(api, after["refreshToken"]):
        raise RuntimeError("the session lives on")
    print("signed out", flush=True)


def may_refresh(api, token):
    request = urllib.request.Request(
        f"http://127.0.0.1:{api.port}/v1/auth/refresh", json.dumps({"refreshToken": token}).encode(),
        {"Content-Type": "application/json"})
    try:
        return urllib.request.urlopen(request).status == 200
    except urllib.error.HTTPError as error:
        return error.code != 401


def rule(browser):
    browser.run("location.hash = '#/cart'")
    for name, value in [("symbol", f"NSE:{SYMBOL}"), ("minPrice", "110"), ("maxPrice", "120"), ("quantity", "5")]:
        browser.type(f"form[data-form=rule] input[name={name}]", value)
    browser.click("form[data-form=rule] button.primary")
    browser.wait("return document.querySelector('.toast')?.textContent.includes('Rule placed')", what="the rule")
    browser.screenshot(f"{SHOTS}/cart.png")
    check_rules(browser, "cart")
    check_keyboard(browser, "cart")
    print("placed a rule", flush=True)
    if os.environ.get("HAS_CART") != "1":
        return
    browser.wait("return document.querySelector('[data-list=rules] table')", what="the rule in the list")
    tick("115")
    browser.wait("return document.querySelector('[data-list=cart] tbody')?.textContent.includes('RELIANCE')",
                 what="the cart to fill")
    browser.screenshot(f"{SHOTS}/cart-filled.png")
    browser.run("location.hash = '#/inbox'")
    browser.wait("return document.querySelector('[data-list=inbox] li')", what="the notification")
    browser.screenshot(f"{SHOTS}/inbox-filled.png")
    tick("104.5")
    print("the cart filled and the notification arrived", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        print(f"dashboard: {error}", file=sys.stderr)
        sys.exit(1)
