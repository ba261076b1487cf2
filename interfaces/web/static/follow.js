// Follows a run: whenever it changes, the page's own part is fetched again and put in place.
// Whoever is at a link of it stays there, until the end is what there is to read.
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
      const part = document.getElementById("run");
      const link = part.contains(document.activeElement) && document.activeElement.href;
      part.replaceWith(document.adoptNode(fresh));
      document.title = page.title;
      if (!fresh.dataset.events) {
        source.close();
        const heading = fresh.querySelector("h1, h2");
        heading.tabIndex = -1;
        heading.focus();
      } else if (link) {
        [...fresh.querySelectorAll("a")].find((one) => one.href === link)?.focus({ preventScroll: true });
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
