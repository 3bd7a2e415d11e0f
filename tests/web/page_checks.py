"""What holds on every page. Each check looks at the open page, and returns what breaks it."""

from typing import Any

from playwright.sync_api import Page

from scripts.web.build import WEB

AXE = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async rules => {
  const options = {runOnly: rules, resultTypes: ["violations"]};
  return (await axe.run(options)).violations;
}"""
RULES_OF_COLOURS = ["color-contrast", "link-in-text-block"]

OPEN_DETAILS = "document.querySelectorAll('details').forEach(one => { one.open = true; })"

NAME = "const name = e => e.outerHTML.slice(0, 120);"
REACHABLE = (
    "const reachable = [...document.querySelectorAll('a[href], button, input, select, textarea, "
    "summary, [tabindex=\"0\"]')].filter(e => e.checkVisibility() && e.type !== 'hidden');"
)
SMALL_TARGETS = f"""() => {{
  {NAME} {REACHABLE}
  const inSentence = e => getComputedStyle(e).display === "inline"
    && e.parentElement.textContent.trim().length > e.textContent.trim().length;
  const box = e => {{
    const label = /radio|checkbox/.test(e.type) && e.closest("label");
    return (label || e).getBoundingClientRect();
  }};
  return reachable.filter(e => e.tagName !== "PRE" && !inSentence(e)).filter(e => {{
    const {{width, height}} = box(e);
    return width < 43.5 || height < 43.5;
  }}).map(e => `${{Math.round(box(e).width)}}x${{Math.round(box(e).height)}} ${{name(e)}}`);
}}"""
CUT_OFF = f"""() => {{
  {NAME}
  const isHiddenOnPurpose = e => e && (getComputedStyle(e).clipPath !== "none"
    || isHiddenOnPurpose(e.parentElement));
  const scrolls = e => e && e !== document.body
    && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll("body *:not(svg *)")].filter(e => {{
    if (!e.checkVisibility() || isHiddenOnPurpose(e)) return false;
    const {{overflowX, overflowY}} = getComputedStyle(e);
    const {{left, right, width}} = e.getBoundingClientRect();
    const isCut = (overflow, inner, outer) => /hidden|clip/.test(overflow) && inner > outer + 1;
    return e.tagName !== "svg" && (isCut(overflowX, e.scrollWidth, e.clientWidth)
        || isCut(overflowY, e.scrollHeight, e.clientHeight))
      || (width > 0 && (left < -1 || right > innerWidth + 1) && !scrolls(e));
  }}).map(name);
}}"""
MOVING = f"""() => {{
  {NAME}
  return [...document.querySelectorAll("*")].filter(e => ["", "::before", "::after"].some(part => {{
    const {{animationName, transitionDuration}} = getComputedStyle(e, part || null);
    return animationName !== "none"
      || transitionDuration.split(",").some(one => parseFloat(one) > 0);
  }})).map(name);
}}"""
RING = """const hasRing = e => [e, e.closest("label"), e.nextElementSibling].some(one => {
    const style = one && getComputedStyle(one);
    return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });"""
FOCUS_UNSEEN = f"""() => {{
  {NAME} {REACHABLE} {RING}
  const isCovered = e => {{
    const shown = e.closest("label") || e;
    const {{left, right, top, bottom}} = shown.getBoundingClientRect();
    const inside = [Math.max(left, 0), Math.min(right, innerWidth)];
    const xs = [inside[0] + 3, (inside[0] + inside[1]) / 2, inside[1] - 3];
    const ys = [top + 3, (top + bottom) / 2, bottom - 3];
    return !xs.some(x => ys.some(y => {{
      const hit = document.elementFromPoint(x, y);
      return hit && (shown.contains(hit) || hit.contains(shown) && hit !== document.body);
    }}));
  }};
  const found = [];
  for (const e of reachable) {{
    e.focus();
    if (document.activeElement !== e) continue;
    if (!hasRing(e)) found.push("no ring: " + name(e));
    if (isCovered(e)) found.push("covered: " + name(e));
  }}
  return found;
}}"""
FOCUSED = f"""() => {{
  {RING}
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const label = e.labels && e.labels[0] || e;
  return {{
    text: e.getAttribute("aria-label") || label.textContent.trim().replace(/\\s+/g, " "),
    tag: e.tagName,
    hasRing: hasRing(e),
  }};
}}"""


def open_details(page: Page) -> None:
    page.evaluate(OPEN_DETAILS)


def violations(page: Page, rules: list[str]) -> list[str]:
    """Of what axe knows."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE())
    found: list[dict[str, Any]] = page.evaluate(VIOLATIONS, rules)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        for node in one["nodes"]
    ]


def wide(page: Page) -> list[str]:
    """How wide the page is, if that is more than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    shown: int = page.evaluate("document.documentElement.clientWidth")
    return [f"{width} of {shown} px"] if width > shown else []


def small_targets(page: Page) -> list[str]:
    """What a finger misses; a link within a sentence may be as small as its words."""
    return list(page.evaluate(SMALL_TARGETS))


def cut_off(page: Page) -> list[str]:
    return list(page.evaluate(CUT_OFF))


def moving(page: Page) -> list[str]:
    return list(page.evaluate(MOVING))


def unseen_focus(page: Page) -> list[str]:
    """What the keyboard reaches without a ring around it, or under something else."""
    page.keyboard.press("Tab")  # from now on the browser shows the focus
    return list(page.evaluate(FOCUS_UNSEEN))


def focused(page: Page) -> dict[str, Any] | None:
    """The text and the tag of what has the focus, and whether that is seen."""
    found: dict[str, Any] | None = page.evaluate(FOCUSED)
    return found
