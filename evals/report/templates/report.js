// Filters for the cases and the choice of the heat map. Without it everything is on the page.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);

  const choice = find("#heat-choice");
  if (choice) {
    const select = find("#heat-measure");
    const maps = [...document.querySelectorAll("[data-heat]")];
    const show = () => maps.forEach((map) => { map.hidden = map.dataset.heat !== select.value; });
    select.addEventListener("change", show);
    choice.hidden = false;
    show();
  }

  const list = find("#case-list");
  const form = find("#filters");
  if (!list || !form) return;

  const cases = [...list.children];
  const texts = new Map();
  const fold = (text) => text.normalize("NFC").toLocaleLowerCase();
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, fold(item.textContent));
    return texts.get(item);
  };
  const search = find("#filter-text");
  const selects = [...form.querySelectorAll("select[data-facet]")];
  const count = find("#filter-count");
  const noneLeft = find("#none-left");
  const unfold = find("#unfold");
  const noun = list.dataset.noun || "cases";
  let waiting = 0;

  const filter = () => {
    const wanted = fold(search.value.trim());
    const chosen = selects.filter((select) => select.value !== "");
    let n = 0;
    for (const item of cases) {
      const fits = chosen.every((select) =>
        (item.getAttribute(`data-${select.dataset.facet}`) || "").split(" ").includes(select.value));
      item.hidden = !(fits && (!wanted || textOf(item).includes(wanted)));
      if (!item.hidden) n += 1;
    }
    count.textContent = n === cases.length ? `${n} ${noun}` : `${n} of ${cases.length} ${noun}`;
    noneLeft.hidden = n > 0;
  };
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(filter, 150); };

  form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  search.addEventListener("input", soon);
  selects.forEach((select) => select.addEventListener("change", filter));
  form.addEventListener("reset", () => setTimeout(filter, 0));
  find("#none-left-clear").addEventListener("click", () => { form.reset(); search.focus(); });
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(open));
    for (const item of cases) {
      if (!item.hidden) item.querySelector("details").open = open;
    }
  });

  const openTarget = () => {
    const target = location.hash.startsWith("#case-") && document.getElementById(location.hash.slice(1));
    if (target && target.matches(".case")) target.querySelector("details").open = true;
  };
  addEventListener("hashchange", openTarget);
  openTarget();
  form.hidden = false;
  filter();
})();
