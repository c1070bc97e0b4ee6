// Drives Chromium for tests/api/test_widget_browser.py: a website on another origin that embeds the widget.
// Reads a line of JSON with orders from standard input, prints a line with reports, and so on; pytest judges them. A selector that begins
// with "panel|" is looked for in the widget's frame; the step "inside" evaluates there.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const FRAME = "helpdesk-widget iframe";
// The headless shell does not tell of input in a frame of another origin (hadRecentInput), so the half second is counted here too.
const WATCH = `
  globalThis.shifts = [];
  const inputs = [];
  for (const kind of ["keydown", "pointerdown", "input"]) addEventListener(kind, (event) => inputs.push(event.timeStamp), true);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const own = inputs.some((at) => entry.startTime >= at && entry.startTime - at < 500);
      if (entry.hadRecentInput || own) continue;
      const moved = entry.sources.map(({ node, previousRect: from, currentRect: to }) => ({ what: node?.className ?? "?", from, to }));
      globalThis.shifts.push({ value: entry.value, at_ms: entry.startTime, moved });
    }
  }).observe({ type: "layout-shift", buffered: true });
`;

let browser;
for await (const line of createInterface({ input: process.stdin })) {
  const sent = JSON.parse(line);
  if (!browser?.isConnected()) browser = await chromium.launch({ executablePath: sent.chromium, args: QUIET, headless: true });
  const reports = [];
  for (const order of sent.orders) reports.push(await carryOut(order));
  process.stdout.write(`${JSON.stringify(reports)}\n`);
}
await browser?.close();

async function carryOut(order) {
  const context = await browser.newContext({
    viewport: order.viewport ?? { width: 1280, height: 900 },
    colorScheme: order.colour ?? "light",
    reducedMotion: order.motion ?? "reduce",
    locale: order.locale ?? "en",
  });
  const report = { requests: [], errors: [], axe: {}, values: {} };
  try {
    await context.addInitScript(WATCH);
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on("request", (request) => report.requests.push(request.url()));
    page.on("pageerror", (error) => report.errors.push(String(error)));
    page.on("console", (message) => message.type() === "error" && report.errors.push(message.text()));
    for (const step of order.steps) await take(page, step, report);
  } catch (error) {
    report.failure = String(error?.stack ?? error);
  } finally {
    await context.close();
  }
  return report;
}

function find(page, selector) {
  const [where, rest] = selector.startsWith("panel|") ? [page.frameLocator(FRAME), selector.slice(6)] : [page, selector];
  return where.locator(rest).first();
}

// What the panel shows is there before its scripts run: who would act on it waits for these, too.
async function found(page, selector, state = "visible") {
  await find(page, selector).waitFor({ state });
  if (selector.startsWith("panel|") && state === "visible") await (await panelOf(page)).waitForLoadState();
}

async function panelOf(page) {
  return (await page.locator(FRAME).elementHandle()).contentFrame();
}

async function take(page, step, report) {
  const [name, ...rest] = step;
  if (name === "goto") await page.goto(rest[0]);
  else if (name === "write") await page.keyboard.type(rest[0]);
  else if (name === "press") await page.keyboard.press(rest[0]);
  else if (name === "click") await find(page, rest[0]).click();
  else if (name === "focus") await find(page, rest[0]).focus();
  else if (name === "wait") await found(page, ...rest);
  else if (name === "until") await until(page, rest[0]);
  else if (name === "until inside") await until(await panelOf(page), rest[0]);
  else if (name === "tab to") await tabTo(page, rest[0]);
  else if (name === "shot") await page.screenshot({ path: rest[0] });
  else if (name === "value") report.values[rest[0]] = await page.evaluate(rest[1]);
  else if (name === "inside") report.values[rest[0]] = await (await panelOf(page)).evaluate(rest[1]);
  else if (name === "axe") await checkEveryFrame(page, rest[0], report);
  else throw new Error(`unknown step ${name}`);
}

// Playwright's own waiting compiles the expression inside the page, which a strict policy forbids.
async function until(frame, expression) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await frame.evaluate(expression)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never true: ${expression}`);
}

// Press Tab until the element that `selector` names has the focus.
async function tabTo(page, selector) {
  const wanted = find(page, selector);
  for (let presses = 0; presses < 60; presses += 1) {
    const there = await wanted.evaluate((element) => element.getRootNode().activeElement === element).catch(() => false);
    if (there && (await wanted.evaluate((element) => element.ownerDocument.hasFocus()))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${selector}`);
}

async function checkEveryFrame(page, state, report) {
  for (const frame of page.frames()) {
    if (!(await frame.evaluate("'axe' in globalThis"))) await frame.evaluate(axeSource);
    const results = await frame.evaluate(
      (tags) => globalThis.axe.run(document, { iframes: false, runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }),
      TAGS,
    );
    report.axe[`${state} ${frame === page.mainFrame() ? "page" : "panel"}`] = results.violations.map((violation) => ({
      id: violation.id,
      help: violation.help,
      nodes: violation.nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
    }));
  }
}
