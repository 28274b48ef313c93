"""What a page owes to people who do not see it, or do not use a mouse: axe's rules, and a walk by keyboard."""
import importlib.util
import pathlib

TAB = "\ue004"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def axe_source():
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None:
        raise RuntimeError("axe is not there: run scripts/test-venv.sh and use its Python")
    return (pathlib.Path(found.origin).parent / "axe.min.js").read_text()


def check_rules(browser, screen):
    """No serious or critical violation, in the light and in the dark."""
    if not browser.run("return typeof axe === 'object'"):
        browser.run(axe_source())
    was = browser.run("return document.documentElement.dataset.theme")
    for theme in ["light", "dark"]:
        # What does not depend on colours is looked at once.
        only = {"type": "tag", "values": RULES} if theme == "light" else {"type": "rule", "values": ["color-contrast"]}
        complaints = browser.run("""
            document.documentElement.dataset.theme = arguments[0];
            return axe.run(document, { runOnly: arguments[1], resultTypes: ['violations'] }).then((found) => found.violations
                .filter((rule) => ['serious', 'critical'].includes(rule.impact))
                .map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html + ' ' + node.failureSummary).slice(0, 4)}`));
            """, theme, only)
        if complaints:
            raise RuntimeError(f"{screen}, {theme}: {complaints}")
    browser.run("document.documentElement.dataset.theme = arguments[0]", was)


def check_keyboard(browser, screen):
    """Tab reaches everything that can be used, and shows where it is."""
    browser.wait("return !document.querySelector('.skeleton')", what=f"{screen} to be read")
    count = browser.run("""
        window.unreached = new Set([...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
            .filter((e) => !e.disabled && e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0));
        window.unmarked = new Set(window.unreached);
        if (!window.walks) addEventListener('keyup', () => {
            const target = document.activeElement;
            window.unreached.delete(target);
            // A date's own parts are marked one by one inside of it: once is enough.
            if (getComputedStyle(target).outlineStyle !== 'none') window.unmarked.delete(target);
        }, true);
        window.walks = true;
        [...window.unreached][1].focus();
        return window.unreached.size;
        """)
    # From the second back to the first, and then through all of them.
    browser.press(TAB, shift=True)
    browser.press(TAB, count + 8)
    unreached, unmarked = browser.run(
        "return [unreached, unmarked].map((set) => [...set].filter((e) => e.isConnected).map((e) => e.outerHTML.slice(0, 120)))")
    if unreached or unmarked:
        raise RuntimeError(f"{screen}: Tab does not reach {unreached}; no mark of the focus on {unmarked}")
