// Looks again every so many seconds while something goes on that the page tells of, and puts the
// page's own part in place. Whoever is at a link or a button of it stays there.
const selector = "[data-again]";

// What is the same of a link or a button in the fresh part.
const sign = (one) => one.getAttribute("href") || one.form?.getAttribute("action");

async function look() {
  const part = document.querySelector(selector);
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!fresh) return location.reload();
  const isHere = part.contains(document.activeElement);
  const at = isHere && sign(document.activeElement);
  const left = part.scrollLeft;
  part.replaceWith(document.adoptNode(fresh));
  fresh.scrollLeft = left;
  if (!isHere) return;
  fresh.tabIndex = -1;
  const same = [...fresh.querySelectorAll("a, button")].find((one) => sign(one) === at);
  (same || fresh).focus({ preventScroll: true });
}

function wait() {
  const part = document.querySelector(selector);
  if (part) setTimeout(() => look().catch(() => {}).then(wait), 1000 * part.dataset.again);
}

wait();
