// Follows a run: whenever it changes, the page's own part is fetched again and put in place.
const source = new EventSource(document.querySelector("[data-events]").dataset.events);
let isFetching = false;
let isOutdated = false;

async function show() {
  isOutdated = true;
  if (isFetching) return;
  isFetching = true;
  try {
    while (isOutdated) {
      isOutdated = false;
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("run");
      if (!fresh) return location.reload();
      document.getElementById("run").replaceWith(document.adoptNode(fresh));
      document.title = page.title;
      if (!fresh.dataset.events) {
        source.close();
        fresh.querySelector("h1").setAttribute("tabindex", "-1");
        fresh.querySelector("h1").focus();
      }
    }
  } finally {
    isFetching = false;
  }
}

source.addEventListener("status", () => show().catch(() => {}));

setInterval(() => {
  const elapsed = document.querySelector("[data-elapsed]");
  if (!elapsed?.dataset.elapsed) return;
  elapsed.dataset.elapsed = Number(elapsed.dataset.elapsed) + 1;
  elapsed.textContent = `${elapsed.dataset.elapsed} s`;
}, 1000);
