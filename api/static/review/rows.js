// The editor: a sentence a row. The checkboxes of a row are what it cites; the tokens below it show them.

import { fill, say, words } from "./desk.js";

/** Return the rows of the list. `changed` is called after every change. */
export function createRows({ list, template, references, choice, changed }) {
  let fresh = 1000; // numbers of rows that the server did not make
  let current = null;
  let undo = null;

  const all = () => [...list.children];
  const box = (row) => row.querySelector("textarea");
  const place = (row) => all().indexOf(row) + 1;
  const checks = (row) => [...row.querySelectorAll('.picker input[type="checkbox"]')];
  const cited = (row) => checks(row).filter((one) => one.checked).map((one) => one.value);
  const cardOf = (id) => [...document.querySelectorAll(".evidence")].find((one) => one.dataset.citation === id);

  /** Return the text as the interface takes it, with the row of each sentence. */
  function read() {
    const rows = all().filter((row) => box(row).value.trim());
    const sentences = rows.map((row) => ({ text: box(row).value.trim(), citations: cited(row) }));
    const used = new Set(sentences.flatMap((one) => one.citations));
    const citations = [...references.querySelectorAll("input")]
      .map((input) => input.value.split(" "))
      .filter(([id]) => used.has(id))
      .map(([citation_id, passage_id, start, end]) => ({ citation_id, passage_id, start_char: +start, end_char: +end }));
    return { rows, sentences, citations };
  }

  function make(text, citations) {
    const row = template.content.firstElementChild.cloneNode(true);
    fresh += 1;
    for (const element of row.querySelectorAll("*")) {
      for (const name of ["id", "for", "name", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value?.includes("__i__")) element.setAttribute(name, value.replace("__i__", fresh));
      }
    }
    box(row).value = text;
    for (const check of checks(row)) check.checked = citations.includes(check.value);
    prepare(row);
    return row;
  }

  function prepare(row) {
    row.querySelector(".row-tools").hidden = false;
    showTokens(row);
    fit(box(row));
  }

  function fit(area) {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }

  function showTokens(row) {
    const tokens = cited(row).map((id) => {
      const card = cardOf(id);
      const token = document.createElement("li");
      token.className = "chip";
      token.dataset.cited = id;
      const show = button(card.dataset.number, fill(words.show_citation, { n: card.dataset.number, title: card.querySelector("h3").textContent }));
      show.addEventListener("click", () => showCard(card));
      const remove = button("×", fill(words.remove_citation, { n: card.dataset.number }));
      remove.addEventListener("click", () => {
        setCited(row, id, false);
        say(fill(words.citation_removed, { number: card.dataset.number, n: place(row) }));
        (row.querySelector(".chip button") ?? box(row)).focus();
      });
      token.append(show, remove);
      return token;
    });
    row.querySelector(".chips").replaceChildren(...tokens);
  }

  function setCited(row, id, value) {
    const check = checks(row).find((one) => one.value === id);
    if (!check) return;
    check.checked = value;
    showTokens(row);
    changed();
  }

  function number() {
    const rows = all();
    rows.forEach((row, index) => {
      row.querySelector(".row-label").textContent = fill(words.sentence_n, { n: index + 1 });
      const label = fill(words.citations_of_n, { n: index + 1 });
      row.querySelector(".chips").setAttribute("aria-label", label);
      row.querySelector(".picker legend").textContent = label;
      row.querySelector(".picker summary .visually-hidden").textContent = ` – ${fill(words.sentence_n, { n: index + 1 })}`;
      row.querySelector('[data-do="up"]').setAttribute("aria-disabled", String(index === 0));
      row.querySelector('[data-do="down"]').setAttribute("aria-disabled", String(index === rows.length - 1));
    });
    if (!choice) return;
    choice.replaceChildren(...rows.map((_, index) => new Option(fill(words.sentence_n, { n: index + 1 }), String(index))));
    choice.value = String(Math.max(0, rows.indexOf(current)));
  }

  function setCurrent(row) {
    current?.classList.remove("current");
    current = row;
    current?.classList.add("current");
    if (choice) choice.value = String(Math.max(0, all().indexOf(row)));
  }

  function after(row, text, citations) {
    const made = make(text, citations);
    if (row) row.after(made);
    else list.append(made);
    number();
    fit(box(made));
    return made;
  }

  function split(row) {
    const area = box(row);
    const [first, rest] = [area.value.slice(0, area.selectionStart), area.value.slice(area.selectionEnd)];
    area.value = first.trimEnd();
    const made = after(row, rest.trimStart(), rest.trim() ? cited(row) : []);
    fit(area);
    box(made).focus();
    box(made).setSelectionRange(0, 0);
    say(fill(words.sentence_split, { n: place(made) }));
    changed();
  }

  function join(row) {
    const before = row.previousElementSibling;
    if (!before) return;
    const [area, rest] = [box(before), box(row).value.trim()];
    const joint = area.value.trimEnd().length + (rest && area.value.trim() ? 1 : 0);
    area.value = [area.value.trimEnd(), rest].filter(Boolean).join(" ");
    const ids = new Set([...cited(before), ...cited(row)]);
    for (const check of checks(before)) check.checked = ids.has(check.value);
    row.remove();
    showTokens(before);
    number();
    fit(area);
    area.focus();
    area.setSelectionRange(joint, joint);
    say(fill(words.sentences_joined, { n: place(before) }));
    changed();
  }

  function remove(row) {
    const [n, before] = [place(row), row.previousElementSibling];
    const next = row.nextElementSibling ?? before;
    row.remove();
    if (!list.children.length) after(null, "", []);
    undo = () => {
      if (before?.isConnected) before.after(row);
      else list.prepend(row);
      number();
      box(row).focus();
      changed();
    };
    number();
    box(next ?? list.firstElementChild).focus();
    document.getElementById("toast-text").textContent = fill(words.sentence_removed, { n });
    document.getElementById("toast").hidden = false;
    changed();
  }

  function move(row, step) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    number();
    say(fill(words.sentence_moved, { n: place(row) }));
    changed();
  }

  /** Take a new card into the evidence, unless its passage is there already; return its citation's id. */
  function adopt(card) {
    const span = (one) => one.dataset.reference.split(" ").slice(1).join(" ");
    const same = [...document.querySelectorAll(".evidence")].find((one) => span(one) === span(card));
    if (same) return same.dataset.citation;
    document.getElementById("evidence").append(card);
    document.getElementById("no-evidence").hidden = true;
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "citation", value: card.dataset.reference });
    references.append(input);
    for (const row of [...all(), template.content.firstElementChild]) addCheck(row, card);
    return card.dataset.citation;
  }

  function addCheck(row, card) {
    const index = box(row).id.slice("text-".length);
    const line = document.createElement("div");
    line.className = "check";
    const check = document.createElement("input");
    Object.assign(check, { type: "checkbox", id: `cite-${index}-${card.dataset.number}`, name: `cite.${index}`, value: card.dataset.citation });
    const label = document.createElement("label");
    label.htmlFor = check.id;
    label.textContent = `${card.dataset.number}. ${card.querySelector("h3").textContent}: ${card.querySelector("mark").textContent}`;
    line.append(check, label);
    row.querySelector(".picker fieldset").append(line);
  }

  /** Cite in the row at a position; say so. */
  function cite(index, id) {
    const row = all()[index] ?? all().at(-1);
    setCited(row, id, true);
    say(fill(words.citation_added, { number: cardOf(id).dataset.number, n: place(row) }));
  }

  /** Add a sentence at the end, and go to it. */
  function add(text = "", citations = []) {
    const row = after(null, text, citations);
    box(row).focus();
    say(fill(words.sentence_added, { n: place(row) }));
    changed();
    return row;
  }

  list.addEventListener("input", (event) => {
    const row = event.target.closest(".row");
    if (event.target.matches("textarea")) fit(event.target);
    else showTokens(row);
    changed();
  });
  list.addEventListener("focusin", (event) => setCurrent(event.target.closest(".row")));
  list.addEventListener("keydown", (event) => {
    if (!event.target.matches("textarea") || event.isComposing) return;
    const row = event.target.closest(".row");
    if (event.key === "Enter") {
      event.preventDefault();
      split(row);
    } else if (event.key === "Backspace" && event.target.selectionStart === 0 && event.target.selectionEnd === 0) {
      if (!row.previousElementSibling) return;
      event.preventDefault();
      join(row);
    }
  });
  list.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-do]");
    if (!tool || tool.getAttribute("aria-disabled") === "true") return;
    const row = tool.closest(".row");
    if (tool.dataset.do === "remove") remove(row);
    else {
      move(row, tool.dataset.do === "up" ? -1 : 1);
      tool.focus();
    }
  });
  document.getElementById("toast-undo").addEventListener("click", () => {
    document.getElementById("toast").hidden = true;
    undo?.();
    undo = null;
  });
  globalThis.addEventListener("resize", () => all().forEach((row) => fit(box(row))));

  all().forEach(prepare);
  number();
  return { all, read, place, cite, adopt, add, nextNumber: () => document.querySelectorAll(".evidence").length + 1 };
}

function button(text, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  return made;
}

/** Show a card of the evidence, and go to it. */
export function showCard(card) {
  for (const one of document.querySelectorAll(".evidence.shown")) one.classList.remove("shown");
  card.classList.add("shown");
  card.scrollIntoView({ block: "nearest" });
  card.focus({ preventScroll: true });
}
