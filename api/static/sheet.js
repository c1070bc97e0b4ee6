// The side sheet: a source with its text at the passage, the quote highlighted.

import { request } from "./requests.js";
import { around } from "./spans.js";

const texts = new Map(); // address -> Promise of the text; a version's text never changes
const part = (name) => document.getElementById(`sheet-${name}`);

/** Make every citation of `root` open the sheet; without it they are plain links. */
export function upgrade(root, sheet) {
  for (const link of root.querySelectorAll("a[data-source]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = link.className;
    button.dataset.source = link.dataset.source;
    button.setAttribute("aria-haspopup", "dialog");
    if (link.hasAttribute("aria-label")) button.setAttribute("aria-label", link.getAttribute("aria-label"));
    button.append(...link.childNodes);
    button.addEventListener("click", () => sheet.open(JSON.parse(button.dataset.source), button));
    link.replaceWith(button);
  }
}

/** Return the sheet of this page. `words` are the page's own words. */
export function createSheet(words) {
  const dialog = document.getElementById("sheet");
  let opener = null;
  let shown = 0;

  part("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // the backdrop
  });
  dialog.addEventListener("close", () => {
    if (opener?.isConnected) opener.focus();
    opener = null;
  });

  async function open(source, button) {
    opener = button;
    shown += 1;
    const turn = shown;
    describe(source, words);
    const passage = part("passage");
    passage.replaceChildren(words.loading_text);
    passage.setAttribute("aria-busy", "true");
    dialog.showModal();
    part("title").focus();
    let text = null;
    try {
      text = await textOf(source.text);
    } catch {
      texts.delete(source.text);
    }
    if (turn !== shown) return; // another source was opened meanwhile
    passage.removeAttribute("aria-busy");
    if (text === null) passage.replaceChildren(words.text_failed);
    else showPassage(passage, text, source);
  }

  return { open };
}

function describe(source, words) {
  part("number").textContent = words.source_n.replace("{number}", source.number).replace(/[:：]?\s*\{title\}/, "");
  const title = part("title");
  title.textContent = source.title;
  setLanguage(title, source.titleLanguage);
  for (const [name, text] of [["about", source.about], ["lapsed", source.lapsed], ["place", source.place], ["language", source.languageLabel]]) {
    part(name).textContent = text ?? "";
    part(name).hidden = !text;
  }
  part("original").href = source.original;
  part("original").textContent = source.originalLabel;
  part("text").href = source.page;
  part("official-item").hidden = !source.official;
  if (source.official) part("official").href = source.official;
}

function setLanguage(element, language) {
  if (language) element.lang = language;
  else element.removeAttribute("lang");
}

function textOf(address) {
  if (!texts.has(address)) {
    texts.set(
      address,
      request(address).then(async (response) => {
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        return (await response.json()).text;
      }),
    );
  }
  return texts.get(address);
}

function showPassage(passage, text, source) {
  const cut = around(text, source.start, source.end);
  const mark = document.createElement("mark");
  mark.textContent = cut.quote;
  setLanguage(passage, source.language);
  passage.replaceChildren(cut.cutBefore ? "… " : "", cut.before, mark, cut.after, cut.cutAfter ? " …" : "");
  passage.scrollTop = Math.max(0, mark.offsetTop - passage.clientHeight / 3); // it is positioned: offsets count from it
}
