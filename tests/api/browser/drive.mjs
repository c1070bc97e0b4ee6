// Drives Chromium for tests/api/test_browser.py: reads a line of JSON with orders from standard input,
// carries each out in a context of its own, prints a line with the reports, and so on. Only the browser's own
// facts are reported; pytest judges them.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let address, browser;
for await (const line of createInterface({ input: process.stdin })) {
  const sent = JSON.parse(line);
  address = sent.address;
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
    javaScriptEnabled: order.scripts ?? true,
  });
  const report = { requests: [], errors: [], axe: {}, values: {} };
  try {
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

async function take(page, step, report) {
  const [name, ...rest] = step;
  if (name === "goto") await page.goto(address + rest[0]);
  else if (name === "type") await page.locator(rest[0]).fill(rest[1]);
  else if (name === "click") await page.locator(rest[0]).first().click();
  else if (name === "press") await page.keyboard.press(rest[0]);
  else if (name === "focus") await page.locator(rest[0]).first().focus();
  else if (name === "select") await page.locator(rest[0]).selectOption(rest[1]);
  else if (name === "wait") await found(page, ...rest);
  else if (name === "block") await page.route(rest[0], (route) => route.abort());
  else if (name === "shot") await page.screenshot({ path: rest[0], fullPage: rest[1] ?? true });
  else if (name === "value") report.values[rest[0]] = await page.evaluate(rest[1]);
  else if (name === "view") await seenAs(page, ...rest);
  else if (name === "axe") report.axe[rest[0]] = await check(page);
  else throw new Error(`unknown step ${name}`);
}

// What a new page shows is there before its scripts run: who would act on it waits for these, too.
async function found(page, selector, state = "visible") {
  await page.locator(selector).first().waitFor({ state });
  await page.waitForLoadState();
}

// The same page in another window: a new context and a new document cost more than what is looked at in them.
async function seenAs(page, width, colorScheme) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
}

async function check(page) {
  // Playwright's evaluate is not bound by the page's own content policy.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axeSource);
  const results = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }),
    TAGS,
  );
  return results.violations.map((violation) => ({
    id: violation.id,
    help: violation.help,
    nodes: violation.nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
  }));
}
