// Looks again every so many seconds while something goes on that the page tells of, and puts the
// page's own part in place.
const selector = "[data-again]";

async function look() {
  const part = document.querySelector(selector);
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!fresh) return location.reload();
  part.replaceWith(document.adoptNode(fresh));
}

function wait() {
  const part = document.querySelector(selector);
  if (part) setTimeout(() => look().catch(() => {}).then(wait), 1000 * part.dataset.again);
}

wait();
