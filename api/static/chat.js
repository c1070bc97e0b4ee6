// The chat page: sends the question, shows the answer as it comes, announces it once it is whole.
// Without this script the forms are posted and the server answers with pages.

import { connect } from "./actions.js";
import { eventsOf } from "./events.js";
import { createHistory } from "./history.js";
import { request } from "./requests.js";
import { createSheet, upgrade } from "./sheet.js";
import { createWatch } from "./watch.js";

const words = JSON.parse(document.getElementById("words").textContent);
const conversation = document.getElementById("conversation");
const announcer = document.getElementById("announcer");
const form = document.getElementById("ask"); // not there while answering is switched off
const box = document.getElementById("question");
const refusal = document.getElementById("question-error");
const wait = document.getElementById("question-wait");
const suggestions = document.getElementById("suggestions");
const again = document.getElementById("new");

const sheet = createSheet(words);
const history = createHistory(words, say);
const watch = createWatch({ words, message: showMessage, place: placeReleased, history });
const tools = { words, say, watch, history };
let under_way = null; // what stops the question that is being answered

prepare(document.body);
if (form) begin();

function begin() {
  const shown = conversation.querySelector(".exchange");
  if (shown) {
    history.conversationId = form.elements.conversation_id.value;
    history.keep(shown);
    follow(shown);
  } else {
    for (const kept of history.restore()) {
      const exchange = makeExchange(kept.question);
      exchange.querySelector(".reply").innerHTML = kept.html; // made by our own server, kept in this browser
      prepare(exchange);
      follow(exchange);
    }
  }
  if (conversation.firstElementChild) talk();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(box.value);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  box.addEventListener("input", () => refuse(""));
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.asks")) return;
    event.preventDefault();
    ask(event.submitter.value);
  });
  again.addEventListener("click", (event) => {
    event.preventDefault();
    reset(words.new_started);
  });
  history.onForget(() => reset(words.privacy_forgotten));
  const count = document.getElementById("filter-count");
  const tell = () => {
    const n = [...form.querySelectorAll("[data-filter]")].filter((select) => select.value).length;
    count.textContent = n ? ` (${n})` : "";
  };
  form.addEventListener("change", tell);
  tell();
}

async function ask(text) {
  const question = text.trim();
  if (under_way) {
    wait.hidden = false;
    wait.scrollIntoView({ block: "nearest" });
    say(wait.textContent);
    return;
  }
  if (!question) {
    refuse(words.empty_question);
    box.focus();
    return;
  }
  const mine = new AbortController();
  setBusy(mine);
  talk();
  const exchange = makeExchange(question);
  exchange.scrollIntoView({ block: "start" });
  const reply = exchange.querySelector(".reply");
  say(words.searching);
  try {
    await receive(await send(question, mine.signal), reply);
    if (mine.signal.aborted) return;
    if (box.value.trim() === question) box.value = "";
    history.keep(exchange);
    follow(exchange);
  } catch (error) {
    if (mine.signal.aborted) return; // a new conversation has begun, or this one was to be forgotten
    showError(reply, error.words ?? words.network_error);
    box.value ||= question;
  }
  setBusy(null);
}

async function send(question, signal) {
  const body = new URLSearchParams(new FormData(form));
  body.set("question", question);
  body.set("conversation_id", history.conversationId ?? "");
  const response = await request(form.action, { method: "POST", body, signal, headers: { Accept: "text/event-stream" } });
  if (response.ok) return response;
  throw failure(await response.json().catch(() => ({})));
}

function failure(problem) {
  const text = words[`error_${problem.code}`] ?? words[`error_${problem.status}`] ?? words.error_other;
  return Object.assign(new Error(problem.code ?? "error"), { words: text });
}

/** Show the answer as it comes. It stands whole only with the last event: who sees it can ask again at once. */
async function receive(response, reply) {
  const draft = document.createElement("div");
  draft.className = "draft";
  let html = "";
  for await (const { name, data } of eventsOf(response)) {
    if (name === "sentence") {
      if (!draft.isConnected) reply.append(draft);
      const sentence = document.createElement("p");
      sentence.dir = "auto";
      sentence.textContent = data.text;
      draft.append(sentence);
    } else if (name === "html") {
      html = data.html;
    } else if (name === "done") {
      reply.innerHTML = html; // made and escaped by our own server
      prepare(reply);
      history.conversationId = data.conversation_id;
      announce(reply, words.answer_ready);
      return;
    } else if (name === "error") {
      throw failure(data);
    }
  }
  throw new Error("the stream ended early");
}

/** Give what the server made its behaviour: citations, copying, feedback, experts. */
function prepare(root) {
  upgrade(root, sheet);
  connect(root, tools);
}

/** Wait for an expert where one will look at the answer. */
function follow(exchange) {
  for (const answer of exchange.querySelectorAll(".answer[data-waits]")) watch.expect(answer.dataset.answer);
}

function answerOf(key) {
  return conversation.querySelector(`.answer[data-answer="${CSS.escape(key)}"]`);
}

function placeReleased(key, question, html) {
  const given = answerOf(key);
  const holder = make("div", "released");
  holder.innerHTML = html; // made and escaped by our own server
  given?.removeAttribute("data-waits");
  if (given) given.before(holder);
  else makeExchange(question).querySelector(".reply").replaceChildren(holder);
  prepare(holder);
  history.keep(holder.closest(".exchange"));
  announce(holder, words.expert_answered);
}

function showMessage(key, text) {
  answerOf(key)?.before(make("p", "notice", text));
  say(text);
}

function announce(root, first) {
  const text = [".status", ".short", ".answer-text"].map((part) => root.querySelector(part)?.innerText ?? "");
  say([first, ...text].filter(Boolean).join(" "));
}

/** Let screen readers say something, politely; the same words twice are said twice. */
function say(text) {
  announcer.textContent = announcer.textContent === text ? `${text}\u00a0` : text;
}

function make(tag, className, ...content) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...content);
  return element;
}

function makeExchange(question) {
  const text = make("span", "asked-text", question);
  text.dir = "auto";
  const heading = make("h2", "asked", make("span", "asked-label", words.you_asked), " ", text);
  const exchange = make("article", "exchange", heading, make("div", "reply", make("p", "waiting", words.searching)));
  conversation.append(exchange);
  return exchange;
}

function showError(reply, text) {
  const glyph = make("span", "glyph");
  glyph.setAttribute("aria-hidden", "true");
  reply.replaceChildren(make("div", "answer answer-error", make("p", "status", glyph, text)));
  say(text);
}

function talk() {
  document.body.classList.add("talking");
  if (suggestions) suggestions.hidden = true;
  again.hidden = false;
}

function reset(told) {
  under_way?.abort();
  setBusy(null);
  history.clear();
  watch.clear();
  conversation.replaceChildren();
  document.body.classList.remove("talking");
  document.querySelector(".told-page")?.remove();
  if (suggestions) suggestions.hidden = false;
  again.hidden = true;
  box.value = "";
  refuse("");
  box.focus();
  say(told);
}

function refuse(text) {
  refusal.textContent = text;
  refusal.hidden = !text;
  if (text) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
}

function setBusy(stop) {
  under_way = stop;
  form.setAttribute("aria-busy", String(stop !== null));
  document.getElementById("send").setAttribute("aria-disabled", String(stop !== null));
  if (!stop) wait.hidden = true;
}
