// Small forms and pages that open as dialogs; without scripts they are parts of the page and pages of their own.

import { pageOf, say, words } from "./desk.js";

const dialog = document.getElementById("fragment");
const body = document.getElementById("fragment-body");
document.getElementById("fragment-close").addEventListener("click", () => dialog.close());

/** Make each <details data-dialog> a button that opens its form in a dialog. */
export function upgradeForms() {
  for (const details of document.querySelectorAll("details[data-dialog]")) {
    const form = details.querySelector("form");
    const own = document.createElement("dialog");
    own.className = "dialog";
    const heading = form.querySelector("h2");
    heading.id = `${form.querySelector("textarea, select").id}-title`;
    own.setAttribute("aria-labelledby", heading.id);
    const close = plain(words.close_dialog, () => own.close());
    form.querySelector(".actions").prepend(close);
    const opener = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: details.querySelector("summary").textContent });
    opener.setAttribute("aria-haspopup", "dialog");
    opener.addEventListener("click", () => own.showModal());
    const stood_open = details.open;
    own.append(form);
    details.replaceWith(opener, own);
    closeOnBackdrop(own);
    if (stood_open) own.showModal();
  }
}

/** Make each link with data-fragment open its page's main part in the dialog; `before` runs first. */
export function upgradeLinks(before) {
  for (const link of document.querySelectorAll("a[data-fragment]")) {
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if ("flush" in link.dataset) await before();
      await openPage(link.href);
    });
  }
}

/** Open the main part of one of our pages in the dialog. */
export async function openPage(address) {
  try {
    await load(address);
    if (!dialog.open) dialog.showModal();
    document.getElementById("fragment-title").focus();
  } catch {
    say(words.dialog_failed);
    location.assign(address);
  }
}

async function load(address) {
  const page = await pageOf(address);
  const content = page.getElementById("fragment-content");
  if (!content) throw new Error("the page has no such part");
  const title = Object.assign(document.createElement("h2"), { id: "fragment-title", tabIndex: -1, textContent: page.querySelector("h1").textContent });
  content.removeAttribute("id");
  body.replaceChildren(title, content);
  for (const form of body.querySelectorAll("form[data-fragment]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await openPage(`${form.action}?${new URLSearchParams(new FormData(form))}`);
      body.querySelector('input[type="search"]')?.focus();
    });
  }
}

function plain(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: text });
  made.addEventListener("click", act);
  return made;
}

function closeOnBackdrop(own) {
  own.addEventListener("click", (event) => event.target === own && own.close());
}
closeOnBackdrop(dialog);
