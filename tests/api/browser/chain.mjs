// Drives Chromium from an asker's question to the bank and back to the desk, for tests/api/test_whole_chain.py.
// Reads a line of JSON for each part ({address, chromium, people, part, texts}) from standard input, prints a line with what each
// person saw.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let address, people, texts, browser, report;
const keep = async (name, value) => (report.values[name] = await value);
let last = null; // the page that was opened last

for await (const line of createInterface({ input: process.stdin })) {
  const sent = JSON.parse(line);
  ({ address, people, texts } = sent);
  report = { requests: [], errors: [], values: {} };
  last = null;
  if (!browser?.isConnected()) browser = await chromium.launch({ executablePath: sent.chromium, args: QUIET, headless: true });
  const told = report; // what a closing page still does belongs to no other part
  try {
    await { releasing, reopened, measuring }[sent.part]();
  } catch (error) {
    told.failure = String(error?.stack ?? error);
    told.left_at = last && `${last.url()}\n${await last.locator("body").innerText()}`;
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
  for (const context of browser.contexts()) await context.close();
}
await browser?.close();

async function opened(path, locale) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", locale });
  const page = await context.newPage();
  last = page;
  page.setDefaultTimeout(90_000);
  const { requests, errors } = report;
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(address + path);
  return page;
}

async function signedIn(path, person) {
  const page = await opened(path, "en");
  await page.locator("#email").fill(person.email);
  await page.locator("#password").fill(person.password);
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL(`**${path}*`);
  return page;
}

/** Ask, and return the exchange once its answer is whole. */
async function ask(page, question) {
  const count = await page.locator("#conversation > article").count();
  await page.locator("#question").fill(question);
  await page.locator("#send").click();
  const exchange = page.locator("#conversation > article").nth(count);
  await exchange.locator(".answer").waitFor();
  return exchange;
}

/** Ask, look at the source, follow up, report, ask an expert; be answered; another asker is answered from the bank. */
async function releasing() {
  const asker = await opened("/?lang=sv", "sv");
  const first = await ask(asker, texts.question);
  await keep("answer", first.locator(".answer").innerText());
  await first.locator("button.cite").first().click();
  await keep("source", asker.locator("#sheet mark").first().innerText());
  await asker.keyboard.press("Escape");
  await keep("sheet_closed", asker.locator("#sheet[open]").count());
  const second = await ask(asker, texts.follow_up);
  await keep("understood", second.locator(".understood").innerText());
  await keep("followed", second.locator(".answer").innerText());
  await first.locator(".thumbs summary").click();
  await first.locator("[value=incomplete]").check();
  await first.locator(".feedback .fields button").click();
  await first.locator(".thanks").first().waitFor();
  await first.locator(".expert summary").click();
  await first.locator(".expert [name=consent]").check();
  await first.locator(".expert .fields .primary").click();
  await first.locator(".thanks a").waitFor();

  const expert = await signedIn("/review", people.expert);
  await expert.locator("#queue .open", { hasText: texts.question }).click();
  const row = (number) => expert.locator(`.row:nth-child(${number})`);
  const area = row(1).locator("textarea");
  await area.fill(texts.wrong);
  await expert.locator('.row:nth-child(1)[data-verification="unsupported"]').waitFor();
  await keep("findings", row(1).locator(".findings").innerText());
  await area.fill(texts.right);
  await expert.locator('.row:nth-child(1)[data-verification="supported"]').waitFor();
  while ((await expert.locator(".row").count()) > 1) await row(2).locator('[data-do="remove"]').click();
  await expert.locator("#release").click();
  await expert.locator("#fragment[open] #release-reason").fill("Only the sentence that answers.");
  await expert.locator("#fragment .primary").click();
  await expert.waitForURL(/done=released/);

  last = asker;
  for (let tries = 0; tries < 480 && !(await first.locator(".answer-approved").count()); tries += 1) {
    await asker.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await asker.waitForTimeout(250);
  }
  await keep("approved", asker.locator(".answer-approved").first().innerText());

  const other = await opened("/?lang=vi", "vi");
  await keep("banked", (await ask(other, texts.in_vietnamese)).innerText());
}

/** The cited document has changed: the bank is silent, the question stands in the queue again. */
async function reopened() {
  const other = await opened("/?lang=vi", "vi");
  const exchange = await ask(other, texts.in_vietnamese);
  await keep("still_approved", exchange.locator(".answer-approved").count());
  const expert = await signedIn("/review", people.expert);
  await keep("queue", expert.locator("#queue tbody tr", { hasText: texts.question }).first().innerText());
}

/** The correction has become a case: run its suite, watch it, read the report. */
async function measuring() {
  const page = await signedIn("/evals", people.evaluator);
  await page.locator("#suite").selectOption({ label: await page.locator("#suite option", { hasText: "reviews" }).first().innerText() });
  await page.locator("form.toolbar button.primary").click();
  const report_link = page.locator('main a[href$="/report"]');
  for (let tries = 0; tries < 600 && !(await report_link.count()); tries += 1) {
    const run = page.locator('main a[href*="/evals/runs/"]').first();
    // The page follows its run by itself: what is clicked may be gone, and it may reload at the same moment.
    if (await run.count()) await run.click({ timeout: 5_000 }).catch(() => {});
    await page.waitForTimeout(500);
    if (!(await report_link.count())) await page.reload().catch(() => {});
  }
  await keep("run", page.locator("h1").innerText());
  await report_link.first().click();
  await page.waitForLoadState();
  await keep("report", page.evaluate(() => [...document.querySelectorAll("iframe")].map((frame) => frame.src).join(" ") || document.body.innerText.slice(0, 2000)));
}
