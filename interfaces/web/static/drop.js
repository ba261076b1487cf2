// A file dropped on the field is the file chosen there.
const LARGEST = 10 * 1024 * 1024;

for (const drop of document.querySelectorAll("[data-drop]")) {
  const input = drop.querySelector("input[type=file]");
  const told = drop.querySelector("p");
  const show = () => {
    const file = input.files[0];
    if (!file) return;
    const isTooLarge = file.size > LARGEST;
    told.className = isTooLarge ? "wrong" : "hint";
    told.textContent = isTooLarge
      ? `${file.name} is larger than 10 MB. Split it into parts.`
      : `${file.name}, ${Math.ceil(file.size / 1024)} kB`;
  };
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    show();
  });
  input.addEventListener("change", show);
}
