// Gives the two fields that ask for a day and for an instant a handle each, which slides from one
// stop to the next; when a handle comes to rest, the answer is fetched and put in place.
const DAY_MS = 24 * 60 * 60 * 1000;
const form = document.getElementById("as-of");
const stops = JSON.parse(form.querySelector("script").textContent);

const written = (moment) => {
  const month = moment.toLocaleString("en", { month: "short", timeZone: "UTC" });
  return `${moment.getUTCDate()} ${month} ${moment.getUTCFullYear()}`;
};
const minute = (moment) => `${written(moment)}, ${moment.toISOString().slice(11, 16)} UTC`;

function sessions() {
  if (!stops.first) return [];
  let at = Date.parse(stops.first);
  const days = [at, ...stops.steps.map((days) => (at += days * DAY_MS))];
  return days.map((day) => new Date(day).toISOString().slice(0, 10));
}

function addHandle(field, values, told) {
  if (values.length < 2) return;
  const label = form.querySelector(`label[for="${field.id}"]`).textContent;
  const handle = Object.assign(document.createElement("input"), {
    type: "range", min: 0, max: values.length - 1, step: 1, id: `${field.id}-handle`,
  });
  const name = Object.assign(document.createElement("label"), { htmlFor: handle.id });
  const shown = document.createElement("span");
  name.append(`${label}: `, shown);
  const say = (text) => {
    shown.textContent = text;
    handle.setAttribute("aria-valuetext", text);
  };
  const follow = () => {  // what was typed may lie between two stops; a day alone counts to its end
    const typed = field.value.trim();
    const until = typed.length === "2013-02-01".length ? `${typed}T24` : typed.replace(" ", "T");
    const before = values.findLastIndex((value) => value && value <= until);
    handle.value = typed ? Math.max(before, 0) : values.length - 1;
    say(typed && typed !== values[handle.value] ? typed : told(values[handle.value]));
  };
  handle.addEventListener("input", () => {
    field.value = values[handle.value];
    say(told(field.value));
  });
  handle.addEventListener("change", () => show().catch(() => form.submit()));
  field.addEventListener("input", follow);
  field.parentElement.append(name, handle);
  follow();
}

let asked = 0;

async function show() {
  const mine = ++asked;
  const url = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  document.getElementById("answer").setAttribute("aria-busy", "true");
  const answer = await fetch(url, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asked) return;
  const fresh = page.getElementById("answer");
  if (!fresh) return location.reload();
  document.getElementById("answer").replaceWith(document.adoptNode(fresh));
  history.replaceState(null, "", url);
}

addHandle(form.elements.effective, sessions(), (day) => written(new Date(day)));
addHandle(form.elements.known, [...stops.known, ""], (at) => (at ? minute(new Date(at)) : "now"));
