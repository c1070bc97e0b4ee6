// The widget's panel: a chat page in a frame. It talks to the loader on the page around it, and to nobody else,
// about five things: here I am, close me, a token please (out); here is one, you are open, your colours (in).

import { authorise } from "./requests.js";
import { paint } from "./theme.js";

const ORIGIN = document.body.dataset.origin;
const WAIT_MS = 10_000;
const EARLY_MS = 30_000; // a token is renewed before it is over
const SHAPES = {
  token: { token: (value) => /^[\w.-]{1,1024}$/.test(value), expires_in_s: (value) => value > 0 && value <= 86_400 },
  refused: {},
  opened: {},
  theme: { accent: isShort, on_accent: isShort },
};

let token = null;
let freshUntil = 0;
let waiting = null;

// Opened without a website, in a tab: an ordinary chat page that nobody steers.
if (ORIGIN) authorise(async (fresh) => ({ Authorization: `Widget ${await current(fresh)}`, "Widget-Origin": ORIGIN }));

window.addEventListener("message", (event) => {
  if (event.source !== window.parent || event.origin !== ORIGIN || !isMessage(event.data)) return;
  const { type } = event.data;
  if (type === "token") take(event.data);
  else if (type === "refused") waiting?.reject(new Error("no token"));
  else if (type === "opened") focusInside();
  else paint(event.data.accent, event.data.on_accent);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  if (!document.querySelector("dialog[open]")) tell("close"); // an open sheet closes by itself
});

if (ORIGIN && window.parent !== window) {
  // By then the chat's own script runs too: who types at once and presses Enter is heard.
  document.addEventListener("DOMContentLoaded", () => {
    expect();
    tell("ready");
  });
}

function isShort(value) {
  return typeof value === "string" && value.length <= 64;
}

function isMessage(data) {
  if (data === null || typeof data !== "object" || data.helpdesk !== 1 || !Object.hasOwn(SHAPES, data.type)) return false;
  const shape = SHAPES[data.type];
  const names = Object.keys(shape);
  return Object.keys(data).length === names.length + 2 && names.every((name) => shape[name](data[name]));
}

function tell(type) {
  if (ORIGIN) window.parent.postMessage({ helpdesk: 1, type }, ORIGIN);
}

function take(message) {
  token = message.token;
  freshUntil = performance.now() + message.expires_in_s * 1000 - EARLY_MS;
  waiting?.resolve(token);
}

async function current(fresh) {
  if (!fresh && token && performance.now() < freshUntil) return token;
  if (!waiting) {
    expect();
    tell("renew");
  }
  return waiting.promise;
}

function expect() {
  const promise = new Promise((resolve, reject) => {
    waiting = { resolve, reject };
    setTimeout(() => reject(new Error("the page gave no token")), WAIT_MS);
  });
  waiting.promise = promise;
  const done = () => (waiting = null);
  promise.then(done, done);
}

function focusInside() {
  const box = document.getElementById("question") ?? document.querySelector("main a, main button, main input");
  box?.focus(); // without a box where answering is switched off
}
