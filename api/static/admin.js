// Shows how far an upload is, and goes to the page of its job. Without this script the form is sent as any other.

const form = document.querySelector("form[data-upload]");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const bar = form.querySelector("progress");
  const status = form.querySelector("[data-upload-status]");
  const button = form.querySelector("button[type=submit]");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("accept", "text/html");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.closest("p").hidden = false;
    bar.value = total ? Math.round((100 * loaded) / total) : 0;
    if (loaded === total) status.textContent = form.dataset.sent;
  });
  request.addEventListener("load", () => {
    if (request.status === 200 && new URL(request.responseURL).pathname.startsWith("/admin/jobs/")) location.assign(request.responseURL);
    else fail();
  });
  request.addEventListener("error", fail);
  request.send(new FormData(form));
  button.disabled = true;

  function fail() {
    bar.closest("p").hidden = true;
    button.disabled = false;
    status.textContent = form.dataset.failed;
  }
});
