// A form that was sent is not sent again by a second click while the next page is on its way: what it does is done once.

const AGAIN_MS = 15_000; // no answer for so long: somebody may try again
const sent = new WeakSet();

// On the window: after every listener of the page that sends a form in another way.
globalThis.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  form.setAttribute("aria-busy", "true");
  setTimeout(() => free(form), AGAIN_MS);
});

globalThis.addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(free)); // the back button

function free(form) {
  sent.delete(form);
  form.removeAttribute("aria-busy");
}
