// A question's page: puts the editor, its checks, saving, the search and the dialogs together.

import { here, say, signedIn, signedOut, words } from "./desk.js";
import { openPage, upgradeForms, upgradeLinks } from "./dialogs.js";
import { createRows } from "./rows.js";
import { createSaving } from "./saving.js";
import { acceptDrops, cardOf, search } from "./searching.js";
import { createVerifying } from "./verifying.js";

const form = document.getElementById("edit");
const list = document.getElementById("rows");
upgradeForms();

if (document.getElementById("save")) edit();
else upgradeLinks(async () => {});

function edit() {
  let saving = null;
  let verifying = null;
  const choice = document.getElementById("search-row");
  const rows = createRows({
    list,
    template: document.getElementById("row-template"),
    references: document.getElementById("references"),
    choice,
    changed() {
      saving?.changed();
      verifying?.changed();
    },
  });
  saving = createSaving(rows.read);
  verifying = createVerifying(rows);
  verifying.changed();
  upgradeLinks(saving.flush);

  async function citePassage(passage, index) {
    rows.cite(index, rows.adopt(await cardOf(passage, rows.nextNumber())));
  }

  async function quotePassage(passage) {
    const card = await cardOf(passage, rows.nextNumber());
    const quote = card.querySelector("mark").textContent.replace(/\s+/g, " ").trim();
    rows.add(quote, [rows.adopt(card)]);
  }

  acceptDrops(list, citePassage);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = event.submitter?.value ?? "search";
    const [what] = wanted.split(":", 1);
    const rest = wanted.slice(what.length + 1);
    try {
      if (what === "search") await search(document.getElementById("search-q").value);
      else if (what === "add_row") rows.add();
      else if (what === "cite") await citePassage(rest, Number(choice.value));
      else if (what === "quote") await quotePassage(rest);
      else if (what === "save") await saving.save();
      else if (what === "release" && (await saving.save())) await openPage(here("/release"));
    } catch {
      say(words.search_failed);
    }
  });
  for (const one of document.querySelectorAll("#results .result")) one.draggable = true;
  keepBeforeLeaving(saving.flush);
}

/** Let the draft be kept before another form or a link leads away; what somebody wrote is not sent into the void. */
function keepBeforeLeaving(flush) {
  const ready = new WeakSet();
  const held = new WeakSet();
  document.addEventListener("submit", async (event) => {
    const other = event.target;
    if (event.defaultPrevented || other === form || ready.has(other)) return;
    event.preventDefault();
    if (held.has(other)) return; // pressed again: it is on its way
    held.add(other);
    await flush();
    const refusal = await signedIn().then((is) => (is ? null : signedOut()), () => [words.send_failed]);
    held.delete(other);
    refuse(other, refusal);
    if (refusal) return;
    await new Promise((resolve) => setTimeout(resolve)); // a form cannot be sent while its own submit event runs
    ready.add(other);
    other.requestSubmit(event.submitter);
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || link?.target;
    if (event.defaultPrevented || elsewhere || !link || link.hash || link.origin !== location.origin) return;
    event.preventDefault();
    await flush();
    location.assign(link.href);
  });
}

/** Say in a form why it was not sent; with nothing to say, take back what was said before. */
function refuse(other, why) {
  other.querySelector(".not-sent")?.remove();
  if (!why) return;
  const told = document.createElement("p");
  told.className = "field-error not-sent";
  told.setAttribute("role", "alert");
  other.append(told);
  told.append(...why);
}
