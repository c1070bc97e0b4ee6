// The chat page: sends the question, shows the answer as it comes, announces it once it is whole.
// Without this script the form is posted and the server answers with a page.

import { eventsOf } from "./events.js";
import { createSheet, upgrade } from "./sheet.js";

const words = JSON.parse(document.getElementById("words").textContent);
const form = document.getElementById("ask");
const box = document.getElementById("question");
const refusal = document.getElementById("question-error");
const conversation = document.getElementById("conversation");
const announcer = document.getElementById("announcer");
const sheet = createSheet(words);

let conversationId = null;
let busy = false;

upgrade(conversation, sheet);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
box.addEventListener("input", () => refuse(""));

async function ask() {
  const question = box.value.trim();
  if (busy) return;
  if (!question) {
    refuse(words.empty_question);
    box.focus();
    return;
  }
  setBusy(true);
  const exchange = showQuestion(question);
  const reply = exchange.querySelector(".reply");
  announcer.textContent = words.searching;
  try {
    await receive(await send(question), reply);
    box.value = "";
  } catch (error) {
    showError(reply, error.words ?? words.network_error);
  }
  setBusy(false);
}

async function send(question) {
  const body = new URLSearchParams({ question, language: form.elements.language.value });
  if (conversationId) body.set("conversation_id", conversationId);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/event-stream" } });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw failure(problem);
}

function failure(problem) {
  const text = words[`error_${problem.code}`] ?? words[`error_${problem.status}`] ?? words.error_other;
  return Object.assign(new Error(problem.code ?? "error"), { words: text });
}

async function receive(response, reply) {
  const draft = document.createElement("div");
  draft.className = "draft";
  let whole = false;
  for await (const { name, data } of eventsOf(response)) {
    if (name === "sentence") {
      if (!draft.isConnected) reply.replaceChildren(draft);
      const sentence = document.createElement("p");
      sentence.textContent = data.text;
      draft.append(sentence);
    } else if (name === "html") {
      reply.innerHTML = data.html; // made and escaped by our own server
      upgrade(reply, sheet);
    } else if (name === "done") {
      whole = true;
      conversationId = data.conversation_id;
      announce(reply);
    } else if (name === "error") {
      throw failure(data);
    }
  }
  if (!whole) throw new Error("the stream ended early");
}

function announce(reply) {
  const text = [".status", ".short", ".answer-text"].map((part) => reply.querySelector(part)?.innerText ?? "");
  announcer.textContent = [words.answer_ready, ...text].filter(Boolean).join(" ");
}

function showQuestion(question) {
  const exchange = document.createElement("article");
  exchange.className = "exchange";
  const heading = document.createElement("h2");
  heading.className = "asked";
  const label = document.createElement("span");
  label.className = "asked-label";
  label.textContent = words.you_asked;
  const text = document.createElement("span");
  text.className = "asked-text";
  text.dir = "auto";
  text.textContent = question;
  heading.append(label, " ", text);
  const reply = document.createElement("div");
  reply.className = "reply";
  const waiting = document.createElement("p");
  waiting.className = "waiting";
  waiting.textContent = words.searching;
  reply.append(waiting);
  exchange.append(heading, reply);
  conversation.append(exchange);
  exchange.scrollIntoView({ block: "start" });
  return exchange;
}

function showError(reply, text) {
  const box = document.createElement("div");
  box.className = "answer answer-error";
  const status = document.createElement("p");
  status.className = "status";
  const glyph = document.createElement("span");
  glyph.className = "glyph";
  glyph.setAttribute("aria-hidden", "true");
  status.append(glyph, text);
  box.append(status);
  reply.replaceChildren(box);
  announcer.textContent = text;
}

function refuse(text) {
  refusal.textContent = text;
  refusal.hidden = !text;
  if (text) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
}

function setBusy(value) {
  busy = value;
  form.setAttribute("aria-busy", String(value));
  document.getElementById("send").setAttribute("aria-disabled", String(value));
}
