// Drives Chromium through the review desk for tests/api/test_review_browser.py. Reads a line of JSON for each part
// ({address, chromium, people, part, items, shots}) from standard input, prints a line with what the browser saw; pytest judges it.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let address, people, items, shots, browser, report;
let last = null; // the page that was opened last
const keep = async (name, value) => (report.values[name] = await value);
const text = (page, selector) => page.locator(selector).first().innerText();
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.id);
const verdict = (page, row, wanted) => page.locator(`.row:nth-child(${row})[data-verification="${wanted}"]`).waitFor();
const area = (page, row) => page.locator(`.row:nth-child(${row}) textarea`);

const PARTS = { editing, colliding, plain, looks, changed, away };
for await (const line of createInterface({ input: process.stdin })) {
  const sent = JSON.parse(line);
  ({ address, people, items, shots } = sent);
  report = { requests: [], errors: [], axe: {}, values: {}, overflow: {} };
  last = null;
  if (!browser?.isConnected()) browser = await chromium.launch({ executablePath: sent.chromium, args: QUIET, headless: true });
  const told = report; // what a closing page still does belongs to no other part
  try {
    await PARTS[sent.part]();
  } catch (error) {
    told.failure = String(error?.stack ?? error);
    told.values.left_at = last && `${last.url()}\n${await last.locator("body").innerText()}`;
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
  for (const context of browser.contexts()) await context.close();
}
await browser?.close();

async function signedIn(person, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", locale: "en", ...options });
  const page = await context.newPage();
  last = page;
  page.setDefaultTimeout(90_000);
  const { requests, errors } = report;
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`${address}/review`);
  await page.locator("#email").fill(person.email);
  await page.locator("#password").fill(person.password);
  await page.locator("main form button[type=submit]").click();
  await page.locator("#queue").waitFor();
  await page.waitForLoadState(); // what a new page shows is there before its scripts run
  return page;
}

async function look(page, state) {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axeSource); // not bound by the page's own content policy
  const results = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }), TAGS);
  report.axe[state] = results.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`) }));
  await measure(page, state);
}

async function measure(page, state) {
  report.overflow[state] = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (shots) await page.screenshot({ path: `${shots}/${state.replace(/\W+/g, "-")}.png`, fullPage: !(await page.locator("dialog[open]").count()) });
}

/** With the keyboard: take a question, edit it, see it turn unsupported, cite, mend, release. */
async function editing() {
  const page = await signedIn(people.anna);
  await keep("landed", new URL(page.url()).pathname);
  await keep("first", text(page, "#queue tbody tr:first-child .open"));
  await look(page, "queue");
  await page.keyboard.press("?");
  await page.locator("#shortcuts[open]").waitFor();
  await look(page, "shortcuts");
  await page.locator("#shortcuts-on").uncheck();
  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  await page.keyboard.press("j");
  await keep("off", page.evaluate(() => document.activeElement.matches("#queue .open")));
  await page.locator("#shortcuts-open").click();
  await page.locator("#shortcuts-on").check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await keep("j", focused(page));
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await keep("k", focused(page));
  await page.keyboard.press("/");
  await keep("slash", page.evaluate(() => document.activeElement.id));
  await page.locator("#queue .open").first().focus();
  await page.keyboard.press("a");
  await page.locator(".notice.good").waitFor();
  await page.waitForLoadState();
  await keep("claimed", text(page, "#queue tbody tr:first-child td:last-child"));
  await page.locator("#queue .open").first().focus();
  await page.keyboard.press("o");
  await area(page, 1).waitFor();
  await page.waitForLoadState();
  await keep("evidence", text(page, ".evidence mark"));
  await look(page, "question");

  await area(page, 1).focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Sammanlagt 58 kommuner införde digital identitet för sina invånare.");
  await verdict(page, 1, "unsupported");
  await keep("findings", text(page, ".row:nth-child(1) .findings"));
  await keep("announced", text(page, "#announcer"));
  await page.locator('#autosave[data-state="saved"]').waitFor();
  await look(page, "unsupported");

  await page.locator("a[data-flush]").focus();
  await page.keyboard.press("Enter");
  await page.locator("#fragment[open] .diff").waitFor();
  await keep("deleted", page.locator("#fragment del").allInnerTexts());
  await keep("inserted", page.locator("#fragment ins").allInnerTexts());
  await look(page, "comparison");
  await page.keyboard.press("Escape");
  await keep("back", page.evaluate(() => document.activeElement.hasAttribute("data-flush")));

  await page.locator("#release").click();
  await page.locator("#fragment[open] .unsupported").waitFor();
  await look(page, "release refused");
  await page.locator("#fragment .primary").click();
  await keep("refused", page.evaluate(() => document.querySelector("#fragment textarea:invalid") !== null && location.pathname.startsWith("/review/")));
  await page.keyboard.press("Escape");

  await area(page, 1).fill("Sammanlagt 57 kommuner införde digital identitet för sina invånare.");
  await verdict(page, 1, "supported");
  await area(page, 1).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await keep("split", page.locator(".row").count());
  await page.keyboard.type("Bốn");
  await page.keyboard.press("Home");
  await page.keyboard.press("Backspace");
  await keep("joined", area(page, 1).inputValue());
  await area(page, 1).fill("Sammanlagt 57 kommuner införde digital identitet för sina invånare.");

  await page.locator("#search-q").focus();
  await page.keyboard.type("libraries lent tablets to residents");
  await page.keyboard.press("Enter");
  await page.locator(".result").first().waitFor();
  await look(page, "search");
  await page.locator(".result .actions button").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".row:nth-child(1) .chip:nth-child(2)").waitFor();
  await keep("cited", text(page, ".evidence:last-child mark"));
  await page.locator(".row:nth-child(1) .chip:nth-child(2) button:last-child").click();
  await keep("uncited", page.locator(".row:nth-child(1) .chip").count());
  await page.locator(".result .actions button").nth(1).focus();
  await page.keyboard.press("Enter");
  await verdict(page, 2, "supported");
  await keep("quoted", area(page, 2).inputValue());
  await page.locator('.row:nth-child(2) [data-do="remove"]').click();
  await page.locator("#toast-undo").click();
  await keep("undone", page.locator(".row").count());

  await page.locator("#note-text").fill("Xin kiểm tra lại con số.");
  await page.locator("#notes form button").click();
  await page.locator(".note-text").waitFor();
  await keep("kept", page.locator(".row").count());
  await page.getByRole("button", { name: "Return …" }).click();
  await page.locator("dialog[open] textarea").waitFor();
  await look(page, "return");
  await page.keyboard.press("Escape");
  await keep("given_to", giveTo(page, "Bình Trần"));
  await page.locator("#release").click();
  await page.locator("#fragment[open] #release-reason").fill("One country added.");
  await look(page, "release");
  await page.locator("#fragment .primary").click();
  await page.waitForURL(/done=released/);
  await keep("released", page.locator(".notice.good").allInnerTexts());
  await keep("readonly", page.evaluate(() => [...document.querySelectorAll(".row textarea")].every((one) => one.readOnly)));
  await keep("timeline", page.locator(".timeline strong").allInnerTexts());
  await look(page, "released");
}

/** With the keyboard: give the question to a colleague by name; return who has it then. */
async function giveTo(page, name) {
  const opener = page.getByRole("button", { name: "Give to a colleague …" });
  await opener.focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog[open] #give-to").waitFor();
  await keep("give_named", page.locator("dialog[open]").evaluate((one) => document.getElementById(one.getAttribute("aria-labelledby")).textContent));
  await look(page, "give");
  await page.keyboard.press("Escape");
  await keep("give_back", opener.evaluate((one) => one === document.activeElement));
  await page.keyboard.press("Enter");
  while (await page.evaluate(() => document.activeElement.id !== "give-to")) await page.keyboard.press("Tab");
  await page.keyboard.type(name); // a select goes to the option that begins so
  await page.keyboard.press("Tab");
  while (await page.evaluate(() => !document.activeElement.matches(".primary"))) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=given/);
  await keep("give_done", text(page, ".notice.good"));
  return text(page, ".head-card dd:last-of-type");
}

/** The session is over in the middle of writing: nothing is sent into the void, and nothing is sent twice. */
async function away() {
  const page = await signedIn(people.anna);
  const taken = page.waitForURL(/done=claimed/);
  await page.locator(`tr:has(a[href*="${items.away}"]) .claim button`).dblclick();
  await taken;
  await keep("taken", page.locator(".notice").allInnerTexts());
  await page.goto(`${address}/review/${items.away}`);
  await area(page, 1).waitFor();
  await page.waitForLoadState();
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await area(page, 1).fill("Tôi đang viết dở một câu.");
  await page.locator('#autosave[data-state="signed_out"]').waitFor();
  await keep("told", text(page, "#autosave"));
  await page.locator("#note-text").fill("Ghi chú chưa gửi.");
  await page.locator("#notes form button").click();
  await page.locator("#notes .not-sent").waitFor();
  await keep("refused", text(page, "#notes .not-sent"));
  await keep("note", page.locator("#note-text").inputValue());
  await look(page, "signed out");
  await page.context().addCookies(cookies);
  await page.locator('#autosave[data-state="saved"]').waitFor();
  const leaving = page.waitForURL(/done=noted/);
  await page.locator("#notes form button").dblclick();
  await leaving;
  await keep("notes", page.locator(".note-text").allInnerTexts());
  await keep("sentence", area(page, 1).inputValue());
}

/** Two people on one question: the second to save decides, and nothing is lost. */
async function colliding() {
  const [anna, binh] = [await signedIn(people.anna), await signedIn(people.binh, { colorScheme: "dark" })];
  for (const page of [anna, binh]) await page.goto(`${address}/review/${items.collide}`);
  await area(binh, 1).fill((await area(binh, 1).inputValue()).replace("84000", "85000"));
  await binh.locator("#save").click();
  await binh.locator("#autosave", { hasText: "Saved." }).waitFor();
  await anna.locator("#add-row").click();
  await anna.keyboard.type("Thêm một câu của tôi.");
  await anna.locator("#newer").waitFor();
  await keep("newer", text(anna, "#newer-text"));
  await anna.locator("#save").click();
  await anna.locator(".part.different").first().waitFor();
  await keep("title", text(anna, "h1"));
  await keep("mine", anna.locator(".side.mine").allInnerTexts());
  await keep("theirs", anna.locator(".side.theirs").allInnerTexts());
  await keep("chosen", anna.locator(".choices input:checked").evaluateAll((all) => all.map((one) => one.value)));
  await look(anna, "conflict");
  await anna.goto(`${address}/review/${items.collide}`);
  await keep("kept", anna.locator(".notice.warn:visible").count());
  await anna.locator(".notice.warn a").first().click();
  await anna.locator('button[value="combine"]').click();
  await area(anna, 2).waitFor();
  await anna.waitForLoadState();
  await keep("combined", anna.locator(".row textarea").evaluateAll((all) => all.map((one) => one.value)));
  await anna.locator("#save").click();
  await anna.locator("#autosave", { hasText: "Saved." }).waitFor();
  await anna.reload();
  await keep("saved", anna.locator(".row textarea").evaluateAll((all) => all.map((one) => one.value)));
  await keep("left", anna.locator(".notice.warn:visible").count());

  // an edit that was not saved is back after the page was left
  await area(anna, 1).fill("Chưa lưu.");
  await anna.locator('#autosave[data-state="saved"]').waitFor();
  await anna.goto(`${address}/review`);
  await anna.goto(`${address}/review/${items.collide}`);
  await keep("restored", area(anna, 1).inputValue());
}

/** Without scripts: search, cite, save, release. */
async function plain() {
  const page = await signedIn(people.anna, { javaScriptEnabled: false });
  await page.goto(`${address}/review/${items.plain}?lang=sv`);
  await page.locator("summary", { hasText: "Lämna till en kollega" }).click();
  await page.locator("#give-to").selectOption({ label: "Bình Trần" });
  await page.locator("form:has(#give-to) .primary").click();
  await page.locator(".notice.good").waitFor();
  await keep("given_to", text(page, ".head-card dd:last-of-type"));
  await area(page, 1).fill("Upphandlare kan be om 77 prototyper.");
  await page.locator("#search-q").fill("libraries lent tablets to residents");
  await page.locator("#search-go").click();
  await page.locator(".result").first().waitFor();
  await keep("typed", area(page, 1).inputValue());
  await page.locator('.result button[value^="quote:"]').first().click();
  await keep("quoted", area(page, 2).inputValue());
  await page.locator("#save").click();
  await page.locator(".notice.good").waitFor();
  await keep("saved", page.locator(".row textarea").evaluateAll((all) => all.map((one) => one.value)));
  await keep("verdicts", page.locator(".row").evaluateAll((all) => all.map((one) => one.dataset.verification)));
  await page.locator("#release").click();
  await page.locator('textarea[name="why.0"]').fill("Siffran kommer ur protokollet.");
  await page.locator("#fragment-content .primary").click();
  await page.locator(".notice.good").first().waitFor();
  await keep("released", text(page, ".notice.good"));
  await keep("language", page.evaluate(() => document.documentElement.lang));
  await keep("scripts", report.requests.filter((url) => url.endsWith(".js")).length);
}

/** Release a reply whose source has changed: the box that says so has to be ticked first. */
async function changed() {
  const page = await signedIn(people.anna);
  await page.goto(`${address}/review/${items.changed}`);
  await area(page, 1).waitFor();
  await page.locator("#release").click();
  await page.locator("#fragment[open] .changed").waitFor();
  await keep("told", text(page, "#fragment .changed"));
  await look(page, "changed");
  await page.locator("#fragment .primary").click();
  await keep("stopped", page.evaluate(() => document.querySelector("#fragment input:invalid")?.name === "seen" && !location.search.includes("done")));
  await page.locator("#fragment input[name=seen]").focus();
  await page.keyboard.press("Space");
  await page.locator("#fragment .primary").press("Enter");
  await page.waitForURL(/done=released/);
  await keep("timeline", page.locator(".timeline li").allInnerTexts());
  await look(page, "changed released");
}

/** Every page in every width and theme: one document in three windows, no script of the desk asks for either. */
async function looks() {
  const first = await signedIn(people.anna);
  const storageState = await first.context().storageState();
  for (const [lang, withAxe] of [["sv", true], ["vi", false], ["en", false]]) {
    const context = await browser.newContext({ viewport: { width: 320, height: 900 }, reducedMotion: "reduce", storageState });
    const page = await context.newPage();
    page.on("pageerror", (error) => report.errors.push(String(error)));
    const everywhere = async (name) => {
      for (const [width, colorScheme] of [[320, "light"], [768, "dark"], [1280, "light"]]) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        await (withAxe ? look : measure)(page, `${name} ${width} ${colorScheme} ${lang}`);
      }
    };
    for (const [name, path] of [["queue", "/review"], ["question", `/review/${items.look}`], ["release", `/review/${items.look}/release`], ["changed", `/review/${items.changed}/release`], ["merge", `/review/${items.look}/merge`], ["comparison", `/review/${items.look}/compare`], ["conflict", `/review/${items.clash}/conflict`]]) {
      await page.goto(`${address}${path}?lang=${lang}`);
      await everywhere(name);
      if (name === "conflict") await keep("conflict", new URL(page.url()).pathname);
    }
    await page.goto(`${address}/review/${items.look}?lang=${lang}`);
    await page.locator(".head-card a[data-fragment]").click();
    await page.locator("#fragment[open]").waitFor();
    await everywhere("merge dialog");
    await page.keyboard.press("Escape");
    await page.locator(".head-card button[aria-haspopup]").first().click();
    await page.locator("dialog[open] #give-to").waitFor();
    await everywhere("give dialog");
    await context.close();
  }
}
