// What can be done with an answer: copy, print, save, judge it, ask an expert. Each form works without this, too.

import { request } from "./requests.js";

/** Give the answers below `root` their buttons; `tools`: words, say, watch, history. */
export function connect(root, tools) {
  for (const button of root.querySelectorAll("[data-copy], [data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => (button.dataset.copy ? copy(button, tools) : print(button)));
  }
  listen(root, "form.saving", save, tools);
  listen(root, "form.feedback", judge, tools);
  listen(root, ".expert form", askExpert, tools);
}

function listen(root, selector, act, tools) {
  for (const form of root.querySelectorAll(selector)) {
    form.noValidate = true; // the script says what is missing, in the page's language
    let before = Promise.resolve();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = event.submitter ?? form.querySelector("button:not([type=button])");
      if (button.getAttribute("aria-disabled") === "true") {
        tools.say(tools.words.one_moment); // pressed again: it is under way
        return;
      }
      const done = occupy(button, tools.words.one_moment);
      before = before
        .then(() => form.isConnected && act(form, tools, button))
        .catch(() => tell(form, tools.words.send_failed, tools))
        .then(done);
    });
  }
}

/** Show that what a button stands for is under way; return what ends that. */
function occupy(button, text) {
  const told = document.createElement("span");
  told.className = "under-way";
  told.textContent = text;
  button.setAttribute("aria-disabled", "true");
  button.after(told);
  return () => {
    told.remove();
    button.removeAttribute("aria-disabled");
  };
}

async function copy(button, { words, say }) {
  const text = button.closest(".after").querySelector(`template[data-${button.dataset.copy}]`).content.textContent;
  const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  const told = done || copyBySelection(text, button) ? words.copied : words.send_failed;
  button.closest(".tools").querySelector(".told").textContent = told;
  say(told);
}

/** Where the clipboard is not given to scripts: a frame without leave, or a page without TLS. */
function copyBySelection(text, button) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  button.after(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  button.focus();
  return done;
}

function print(button) {
  const exchange = button.closest(".exchange");
  exchange?.classList.add("to-print");
  document.body.classList.add("print-one");
  window.print();
  document.body.classList.remove("print-one");
  exchange?.classList.remove("to-print");
}

async function save(form, _tools, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const response = await request(form.action, { method: "POST", body });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "reply";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function judge(form, tools, button) {
  const { words } = tools;
  const given = new FormData(form, button);
  const body = { answer_id: given.get("answer_id"), helpful: given.get("helpful") === "yes" };
  if (!body.helpful) Object.assign(body, { reason: given.get("reason"), note: given.get("note") || null });
  const response = await post("/api/v1/feedback", body);
  const taken = await response.json();
  if (response.ok) replace(form, taken.note_kept ? words.feedback_thanks : words.feedback_without_note, tools);
  else tell(form, reason(taken, words), tools);
}

/** Say in the page's language why something was not taken. */
function reason(problem, words) {
  return words[`error_${problem.code}`] ?? words.send_failed;
}

async function askExpert(form, tools) {
  const { words, watch, history } = tools;
  const given = new FormData(form);
  if (!given.get("consent")) {
    tell(form, words.expert_consent_needed, tools);
    form.querySelector("[name=consent]").focus();
    return;
  }
  const body = { consent: true, language: document.documentElement.lang };
  for (const name of ["email", "note"]) if (given.get(name).trim()) body[name] = given.get(name).trim();
  const changed = given.get("question").trim() !== form.elements.question.defaultValue.trim();
  if (given.get("answer_id") && !changed) body.answer_id = given.get("answer_id");
  else body.question = given.get("question").trim();
  const conversationId = given.get("conversation_id") || history.conversationId;
  if (conversationId) body.conversation_id = conversationId;
  const response = await post("/api/v1/review/requests", body);
  if (response.status === 422) {
    tell(form, reason(await response.json(), words), tools);
    return;
  }
  const sent = await response.json();
  const link = document.createElement("a");
  link.href = `/conversations/${encodeURIComponent(sent.conversation_id)}${location.search.match(/\?lang=\w+/)?.[0] ?? ""}`;
  link.textContent = words.expert_link;
  history.conversationId ??= sent.conversation_id;
  if (body.answer_id) form.closest(".answer").setAttribute("data-waits", "");
  watch.expect(body.answer_id ?? sent.item_id);
  replace(form.closest(".expert"), words.expert_sent, tools, link);
}

async function post(address, body) {
  const response = await request(address, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });
  if (!response.ok && response.status !== 422) throw new Error(`HTTP ${response.status}`);
  return response;
}

function replace(element, text, { say, history }, ...more) {
  const exchange = element.closest(".exchange");
  const told = document.createElement("p");
  told.className = "thanks";
  told.tabIndex = -1;
  told.append(text, ...more.flatMap((each) => [" ", each]));
  element.replaceWith(told);
  told.focus();
  if (exchange) history.keep(exchange);
  say(text);
}

function tell(form, text, { say }) {
  const refusal = form.querySelector(".refusal");
  if (!refusal) {
    const told = form.closest(".after")?.querySelector(".told");
    if (told) told.textContent = text;
    say(text);
    return;
  }
  refusal.hidden = true; // an alert: announced by itself, and again when it says the same again
  refusal.textContent = text;
  requestAnimationFrame(() => (refusal.hidden = false));
}
