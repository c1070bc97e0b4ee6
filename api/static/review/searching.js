// The search in the documents: results beside the editor, each a citation or a sentence by one key or by dragging.

import { fill, here, pageOf, say, words } from "./desk.js";

/** Search, and put what was found on the page. */
export async function search(about) {
  const state = document.getElementById("search-state");
  const results = document.getElementById("results");
  if (!about.trim()) {
    document.getElementById("search-q").focus();
    return;
  }
  state.textContent = words.searching_documents;
  results.setAttribute("aria-busy", "true");
  try {
    const page = await pageOf(here("/passages", { q: about }));
    if (!page.querySelector(".results, .empty")) throw new Error("this is no list of passages");
    results.replaceChildren(...page.body.childNodes);
    const found = results.querySelectorAll(".result");
    for (const one of found) one.draggable = true;
    state.textContent = found.length ? fill(words.n_passages, { n: found.length }) : "";
  } catch {
    state.textContent = words.search_failed;
  }
  results.removeAttribute("aria-busy");
}

/** Return the card of a passage as a citation of this question. */
export async function cardOf(passage, number) {
  const page = await pageOf(here("/evidence", { passage, number }));
  return document.adoptNode(page.querySelector(".evidence"));
}

/** Let results be dropped on sentences. */
export function acceptDrops(list, drop) {
  document.getElementById("results").addEventListener("dragstart", (event) => {
    const result = event.target.closest?.(".result");
    if (result) event.dataTransfer.setData("text/x-passage", result.dataset.passage);
  });
  const rowAt = (event) => event.dataTransfer.types.includes("text/x-passage") && event.target.closest(".row");
  list.addEventListener("dragover", (event) => {
    const row = rowAt(event);
    if (!row) return;
    event.preventDefault();
    for (const one of list.children) one.classList.toggle("dropping", one === row);
  });
  list.addEventListener("dragleave", (event) => event.target.closest(".row")?.classList.remove("dropping"));
  list.addEventListener("drop", (event) => {
    const row = rowAt(event);
    if (!row) return;
    event.preventDefault();
    row.classList.remove("dropping");
    drop(event.dataTransfer.getData("text/x-passage"), [...list.children].indexOf(row)).catch(() => say(words.search_failed));
  });
}
