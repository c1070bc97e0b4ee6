// Waits for an expert: asks the server now and then, more and more rarely, and only while the page is looked at.

import { request } from "./requests.js";

const FIRST_MS = 15_000;
const LAST_MS = 300_000;

/** Return the watch. `place(key, question, html)` shows a released answer, `message(key, text)` what an expert says. */
export function createWatch({ words, message, place, history }) {
  const expected = new Set();
  const told = new Map();
  let pause = FIRST_MS;
  let timer = null;

  function plan() {
    clearTimeout(timer);
    timer = expected.size ? setTimeout(look, pause) : null;
  }

  async function look() {
    pause = Math.min(LAST_MS, pause * 1.5);
    if (document.visibilityState === "visible" && history.conversationId) {
      try {
        await ask(history.conversationId);
      } catch {
        // the network comes back, or the next look tells
      }
    }
    plan();
  }

  async function ask(conversationId) {
    const id = encodeURIComponent(conversationId);
    const response = await request(`/api/v1/conversations/${id}`);
    if (response.status === 404) expected.clear(); // erased meanwhile
    if (!response.ok) return;
    for (const { answer_id: answerId, item_id: itemId, question, released, review } of (await response.json()).answers) {
      const key = answerId ?? itemId;
      if (!expected.has(key)) continue;
      if (review.message && told.get(key) !== review.message) {
        told.set(key, review.message);
        message(key, words.expert_message.replace("{message}", review.message));
      }
      if (!released) continue;
      const shown = await request(`/conversations/${id}/released/${encodeURIComponent(key)}${location.search}`);
      if (!shown.ok) continue;
      const html = await shown.text();
      if (expected.delete(key)) place(key, question, html); // another look may have shown it meanwhile
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || !expected.size) return;
    pause = FIRST_MS;
    look();
  });

  return {
    /** Wait for an answer, by its id, or for a question that an expert was asked straight away, by its item's. */
    expect(key) {
      expected.add(key);
      pause = FIRST_MS;
      plan();
    },
    clear() {
      expected.clear();
      plan();
    },
  };
}
