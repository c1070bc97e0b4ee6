// Watches a job that is at work, and loads its page anew when it is done. Without this script the page has a link.

const place = document.querySelector("[data-job]");
const stages = JSON.parse(place?.dataset.stages ?? "{}"); // in the page's language
if (place) watch(place.dataset.job);

async function watch(address) {
  let wait = 1000;
  for (;;) {
    await new Promise((done) => setTimeout(done, wait));
    try {
      const reply = await fetch(address, { headers: { accept: "application/json" } });
      if (reply.status === 401) return location.reload(); // signed out: the page leads to signing in, and back
      if (!reply.ok) throw new Error(String(reply.status));
      const job = await reply.json();
      if (!["queued", "running", "cancelling"].includes(job.state)) return location.reload();
      show(job.progress);
      wait = 1000;
    } catch {
      wait = Math.min(wait * 2, 30_000);
    }
  }
}

function show({ stage = "", done, total }) {
  const bar = place.querySelector("progress");
  if (total) [bar.max, bar.value] = [total, done];
  else bar.removeAttribute("value");
  const words = place.querySelector("[data-job-words]");
  const name = stages[stage] ?? stage;
  const text = total ? `${name}: ${done} / ${total}` : name;
  if (words.textContent !== text) words.textContent = text;
}
