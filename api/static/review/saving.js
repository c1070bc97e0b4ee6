// Saving: a draft of one's own by itself, a version for all on demand. What collides is laid side by side.

import { call, data, fill, here, say, signedOut, words } from "./desk.js";

const QUIET_MS = 1200;
const AGAIN_MS = 5000;

/** Return the keeper of the text that `read` gives. */
export function createSaving(read) {
  const state = document.getElementById("autosave");
  const text = () => {
    const { sentences, citations } = read();
    return { sentences, citations };
  };
  const print = () => JSON.stringify(text().sentences);
  let kept = data.dirty ? null : print(); // what the server has of mine
  let saved = data.dirty ? null : kept; // what the newest version says
  let timer = 0;
  let under_way = null;

  function show(name, values) {
    state.hidden = false;
    state.dataset.state = name;
    state.textContent = fill(words[`autosave_${name}`], values);
  }

  function changed() {
    if (print() === kept) return;
    show("dirty");
    clearTimeout(timer);
    timer = setTimeout(flush, QUIET_MS);
  }

  /** Keep the draft now; resolves when the server has it. */
  async function flush() {
    clearTimeout(timer);
    while (under_way) await under_way;
    const [body, now] = [text(), print()];
    if (now === kept) return;
    under_way = keep(body, now);
    await under_way;
  }

  async function keep(body, now) {
    if (state.dataset.state !== "signed_out") show("saving");
    try {
      const answer = await call("PUT", "/draft", { base_version: data.version, ...body });
      kept = now;
      if (state.dataset.state === "signed_out") refuse("");
      show("saved", { at: new Date().toLocaleTimeString(data.page_language, { hour: "2-digit", minute: "2-digit" }) });
      if (answer.text_version > data.version && answer.saved_by) tellNewer(answer.saved_by);
    } catch (error) {
      if (error.status === 401) tellSignedOut();
      else show("failed");
      timer = setTimeout(flush, AGAIN_MS);
    } finally {
      under_way = null;
    }
  }

  function tellSignedOut() {
    if (state.dataset.state === "signed_out") return; // the link keeps the focus
    show("signed_out");
    state.replaceChildren(...signedOut());
    say(words.autosave_signed_out);
  }

  function tellNewer(name) {
    const notice = document.getElementById("newer");
    if (!notice.hidden) return;
    document.getElementById("newer-text").textContent = fill(words.newer_saved, { name });
    notice.hidden = false;
  }

  /** Save a version for all; returns whether it was saved. A collision leads to the page of both texts. */
  async function save() {
    clearTimeout(timer);
    while (under_way) await under_way;
    const [body, now] = [text(), print()];
    refuse("");
    if (now === saved) return true;
    try {
      const item = await call("PUT", "/text", { version: data.version, ...body });
      data.version = item.version;
      for (const input of document.querySelectorAll('input[name="version"]')) input.value = item.version;
      kept = saved = now;
      say(words.done_saved);
      state.hidden = false;
      state.dataset.state = "saved";
      state.textContent = words.done_saved;
      return true;
    } catch (error) {
      if (error.status === 409 && error.problem.draft_id) {
        kept = now;
        location.assign(here("/conflict", { draft_id: error.problem.draft_id }));
      } else {
        if (error.status === 401) refuse(...signedOut());
        else refuse(words.save_failed, " ", english((error.status === 422 && error.problem.detail) || ""));
        timer = setTimeout(flush, AGAIN_MS);
      }
      return false;
    }
  }

  function refuse(...why) {
    const place = document.getElementById("edit-error");
    place.replaceChildren(...why);
    place.hidden = !why[0];
  }

  /** What the interface says is in English: a screen reader changes its voice. */
  function english(text) {
    return Object.assign(document.createElement("span"), { lang: "en", textContent: text });
  }

  document.getElementById("newer-compare").addEventListener("click", save);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
  globalThis.addEventListener("pagehide", () => {
    if (print() !== kept) call("PUT", "/draft", { base_version: data.version, ...text() }, { keepalive: true }).catch(() => {});
  });
  globalThis.addEventListener("beforeunload", (event) => {
    if (print() !== kept) event.preventDefault();
  });
  if (data.dirty) setTimeout(flush, 0);
  return { changed, flush, save };
}
