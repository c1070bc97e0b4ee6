// Keyboard shortcuts of the queue. They can be switched off (WCAG 2.1.4), and never fire while somebody types.

const STORE = "helpdesk-review-shortcuts";
const dialog = document.getElementById("shortcuts");
const opener = document.getElementById("shortcuts-open");
const box = document.getElementById("shortcuts-on");
const links = [...document.querySelectorAll("[data-row] .open")];

if (matchMedia("(min-width: 62rem)").matches) document.getElementById("more-filters").open = true;
opener.hidden = false;
box.checked = recall() !== "off";
opener.addEventListener("click", () => dialog.showModal());
document.getElementById("shortcuts-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
box.addEventListener("change", () => remember(box.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
  const act = { j: () => step(1), k: () => step(-1), o: open, a: claim, "/": toSearch, "?": () => dialog.showModal() }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function current() {
  return links.findIndex((link) => link.closest("tr").contains(document.activeElement));
}

function step(by) {
  const at = current();
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
  links[next]?.focus();
  links[next]?.closest("tr").scrollIntoView({ block: "nearest" });
}

function open() {
  links[current()]?.click();
}

function claim() {
  links[current()]?.closest("tr").querySelector(".claim button")?.click();
}

function toSearch() {
  document.getElementById("q").focus();
}

function recall() {
  try {
    return localStorage.getItem(STORE);
  } catch {
    return null; // storage may be closed to us
  }
}

function remember(value) {
  try {
    localStorage.setItem(STORE, value);
  } catch {
    // the choice holds for this page
  }
}
