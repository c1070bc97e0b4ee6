// Each sentence is checked again after an edit: a little later, only what changed, and said politely.

import { call, fill, say, words } from "./desk.js";

const QUIET_MS = 700;
const RETRY_MS = 4000;
const MOST_RETRIES = 5;
const LOOKS = { supported: "good", unsupported: "bad", not_checked: "warn" };

/** Return the checker of the rows. */
export function createVerifying(rows) {
  const checked = new Map(); // row -> what it said when it was checked
  let timer = 0;
  let under_way = false;
  let retries = 0;
  const print = (sentence) => JSON.stringify([sentence.text, sentence.citations]);

  for (const { row, sentence } of pairs()) {
    const box = row.querySelector("textarea"); // may have been edited before this script came
    checked.set(row, row.dataset.verification && box.value === box.defaultValue ? print(sentence) : "");
  }
  changed();

  function pairs() {
    const { rows: found, sentences } = rows.read();
    return found.map((row, index) => ({ row, sentence: sentences[index] }));
  }

  function changed() {
    const stale = pairs().filter(({ row, sentence }) => checked.get(row) !== print(sentence));
    for (const { row } of stale) show(row, null);
    for (const row of rows.all()) if (!row.querySelector("textarea").value.trim()) clear(row);
    clearTimeout(timer);
    if (stale.length) timer = setTimeout(check, QUIET_MS);
  }

  async function check() {
    if (under_way) return;
    under_way = true;
    const stale = pairs().filter(({ row, sentence }) => checked.get(row) !== print(sentence));
    try {
      const sentences = stale.map(({ sentence }) => sentence);
      const answer = await call("POST", "/verify", { sentences, citations: rows.read().citations });
      const said = stale.map(({ row, sentence }, index) => settle(row, sentence, answer.sentences[index]));
      const news = said.filter(Boolean);
      if (news.length) say(news.join(" "));
    } catch {
      for (const { row } of stale) show(row, { verification: "not_checked", reasons: [] }, words.check_failed);
      under_way = false;
      clearTimeout(timer);
      if (retries < MOST_RETRIES) timer = setTimeout(check, RETRY_MS);
      retries += 1;
      return;
    }
    under_way = false;
    retries = 0;
    changed();
  }

  function settle(row, sentence, verdict) {
    if (!row.isConnected || !verdict) return "";
    checked.set(row, print(sentence));
    show(row, verdict);
    const n = rows.place(row);
    return [fill(words.verdict_now, { n, verdict: words[`verdict_${verdict.verification}`] }), ...verdict.reasons.map(finding)].join(" ");
  }

  return { changed };
}

function show(row, verdict, also = "") {
  const badge = document.createElement("span");
  badge.className = verdict ? `badge ${LOOKS[verdict.verification]}` : "badge";
  badge.textContent = verdict ? words[`verdict_${verdict.verification}`] : words.checking;
  row.querySelector(".row-verdict").replaceChildren(badge);
  row.dataset.verification = verdict?.verification ?? "";
  const findings = [...(verdict?.reasons ?? []).map(finding), also].filter(Boolean);
  const list = document.createElement("ul");
  list.append(...findings.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  row.querySelector(".findings").replaceChildren(...(findings.length ? [list] : []));
}

function clear(row) {
  row.dataset.verification = "";
  row.querySelector(".row-verdict").replaceChildren();
  row.querySelector(".findings").replaceChildren();
}

function finding(reason) {
  const text = words[`finding_${reason.code}`];
  return text ? text.replace("{value}", () => reason.value || reason.message || "") : (reason.message ?? reason.code);
}
